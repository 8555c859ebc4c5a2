//! What universes hold as text, one entry a line: out for a test to look at, in to begin a test with.
//!
//! Versions, removed keys, deleted data stores and memory stores are not among it. A value that holds line breaks is written
//! without white space between its tokens; every other keeps its bytes.
//!
//! **Invariant:** an import in which any line cannot be read changes nothing; otherwise each standard data store is written
//! whole or not at all, and what was written before a failure is told.

use std::collections::BTreeMap;

use bytes::Bytes;
use daemon_core::export::{DamagedValue, EntryView};
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, EntryId, Key, Scope, StoreKind, StoreName};
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use daemon_store::error::StoreError;
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::{ImportItem, KeyFilter, OrderedFilter, StoreFilter};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::emulator::EmulatorError;
use crate::emulator::reply::compact;
use crate::emulator::universes::Universes;

/// The most bytes of an export, and of an import.
pub(super) const TEXT_LIMIT_BYTES: usize = 64 << 20;
/// Rows read at once.
const PAGE: usize = 512;

/// An entry of a standard or of an ordered data store.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line<'text> {
    /// The universe's id as text.
    universe: String,
    /// The standard data store, where it is one of that kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    store: Option<String>,
    /// The ordered data store, where it is one of that kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ordered_store: Option<String>,
    /// `global` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    key: String,
    #[serde(borrow)]
    value: &'text RawValue,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    user_ids: Option<&'text RawValue>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    attributes: Option<&'text RawValue>,
}

/// Why a transfer did not happen, or not whole.
#[derive(Debug)]
pub(super) enum TransferError {
    /// A line cannot be read; nothing was imported.
    Line {
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// There is more than an export can hold.
    TooMuch,
    /// A universe failed, after some entries were written.
    Store {
        /// What failed.
        error: StoreError,
        /// Where.
        store: StoreName,
        /// The numbers of the lines that were imported before.
        taken: Vec<usize>,
    },
    /// The emulator's files failed.
    Emulator(EmulatorError),
}

/// An export while it is written.
#[derive(Default)]
struct Text {
    lines: Vec<u8>,
}

/// What a line says, checked.
enum Entry {
    Standard(StoreName, ImportItem),
    Ordered(EntryAddress, i64),
}

/// The entries of an import by universe and data store, with the numbers of their lines.
#[derive(Default)]
struct Sorted {
    standard: BTreeMap<(i64, String), StandardItems>,
    ordered: BTreeMap<i64, Vec<(EntryAddress, i64, usize)>>,
}

/// The entries of an import for one standard data store.
struct StandardItems {
    store: StoreName,
    items: Vec<ImportItem>,
    /// The numbers of their lines.
    numbers: Vec<usize>,
}

#[derive(Default)]
struct Exported(Vec<(EntryId, String, UserIds, Attributes)>);

impl From<EmulatorError> for TransferError {
    fn from(error: EmulatorError) -> Self {
        Self::Emulator(error)
    }
}

impl From<StoreError> for TransferError {
    fn from(error: StoreError) -> Self {
        Self::Emulator(EmulatorError::Store(error))
    }
}

impl Text {
    fn add(&mut self, line: &Line<'_>) -> Result<(), TransferError> {
        // Writing to memory cannot fail, and every member can be written.
        if serde_json::to_writer(&mut self.lines, line).is_ok() {
            self.lines.push(b'\n');
        }
        if self.lines.len() > TEXT_LIMIT_BYTES { Err(TransferError::TooMuch) } else { Ok(()) }
    }
}

/// Writes all live entries, of one universe or of all.
pub(super) async fn export(
    universes: &Universes,
    universe: Option<i64>,
    now: Timestamp,
) -> Result<Bytes, TransferError> {
    let mut text = Text::default();
    for id in universes.ids()? {
        if universe.is_some_and(|wanted| wanted != id) {
            continue;
        }
        let slot = universes.get(id, now).await?;
        let mut after = None;
        loop {
            let filter = StoreFilter { after: after.clone(), limit: PAGE, ..StoreFilter::default() };
            let page = slot.store.list_stores(filter).await?;
            for store in &page.items {
                match store.kind {
                    StoreKind::Standard => export_standard(&slot.store, id, &store.name, &mut text).await?,
                    StoreKind::Ordered => export_ordered(&slot.store, id, &store.name, &mut text).await?,
                }
            }
            after = page.items.last().map(|store| (store.name.clone(), store.kind));
            if !page.has_more {
                break;
            }
        }
    }
    Ok(text.lines.into())
}

async fn export_standard(
    engine: &UniverseStore,
    universe: i64,
    store: &StoreName,
    text: &mut Text,
) -> Result<(), TransferError> {
    let mut after = None;
    loop {
        let filter = KeyFilter { scope: None, prefix: String::new(), after, limit: PAGE };
        let page = engine.export(store.clone(), filter, add_exported).await?;
        for (id, value, user_ids, attributes) in page.entries.0 {
            let value = if value.contains(['\n', '\r']) { compact(&value) } else { value };
            let attributes = compact(attributes.as_str());
            let raw = |text: &str| RawValue::from_string(text.to_owned()).ok();
            let (value, user_ids) = (raw(&value), raw(&user_ids.to_json()));
            let attributes = raw(&attributes);
            // What the engine holds is always JSON.
            if let Some(value) = value.as_deref() {
                text.add(&Line {
                    universe: universe.to_string(),
                    store: Some(store.to_string()),
                    ordered_store: None,
                    scope: Some(id.scope.to_string()),
                    key: id.key.to_string(),
                    value,
                    user_ids: user_ids.as_deref(),
                    attributes: attributes.as_deref(),
                })?;
            }
        }
        if !page.has_more {
            return Ok(());
        }
        after = page.last;
    }
}

fn add_exported(exported: &mut Exported, entry: &EntryView<'_>) -> Result<(), DamagedValue> {
    let (user_ids, attributes) = (entry.user_ids.clone(), entry.attributes.clone());
    exported.0.push((entry.id.clone(), entry.value.prove()?.to_owned(), user_ids, attributes));
    Ok(())
}

async fn export_ordered(
    engine: &UniverseStore,
    universe: i64,
    store: &StoreName,
    text: &mut Text,
) -> Result<(), TransferError> {
    let mut last_scope = None;
    loop {
        let scopes = engine.list_scopes(StoreKind::Ordered, store.clone(), last_scope, PAGE).await?;
        for scope in &scopes.items {
            let mut after = None;
            loop {
                let (min, max) = (None, None);
                let filter =
                    OrderedFilter { scope: scope.clone(), descending: false, min, max, after, limit: PAGE };
                let page = engine.list_ordered(store.clone(), filter).await?;
                for record in &page.items {
                    if let Ok(value) = RawValue::from_string(record.value.to_string()) {
                        text.add(&Line {
                            universe: universe.to_string(),
                            store: None,
                            ordered_store: Some(store.to_string()),
                            scope: Some(scope.to_string()),
                            key: record.key.to_string(),
                            value: &value,
                            user_ids: None,
                            attributes: None,
                        })?;
                    }
                }
                if !page.has_more {
                    break;
                }
                after = page.items.last().cloned();
            }
        }
        if !scopes.has_more {
            return Ok(());
        }
        last_scope = scopes.items.last().cloned();
    }
}

/// Writes the entries of a text and answers how many there were; of equal keys the later wins.
pub(super) async fn import(
    universes: &Universes,
    text: &[u8],
    now: Timestamp,
) -> Result<usize, TransferError> {
    let mut sorted = Sorted::default();
    let mut count = 0;
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let number = index + 1;
        let (universe, entry) = read_line(line).map_err(|problem| TransferError::Line { number, problem })?;
        count += 1;
        match entry {
            Entry::Standard(store, item) => {
                let place = sorted.standard.entry((universe, store.to_string()));
                let place = place.or_insert_with(|| {
                    let (items, numbers) = (Vec::new(), Vec::new());
                    StandardItems { store, items, numbers }
                });
                place.items.push(item);
                place.numbers.push(number);
            }
            Entry::Ordered(address, value) => {
                sorted.ordered.entry(universe).or_default().push((address, value, number));
            }
        }
    }
    write_all(universes, sorted, now).await?;
    Ok(count)
}

async fn write_all(universes: &Universes, sorted: Sorted, now: Timestamp) -> Result<(), TransferError> {
    let mut taken = Vec::new();
    for ((universe, _), StandardItems { store, items, numbers }) in sorted.standard {
        let written = async {
            let slot = universes.get(universe, now).await?;
            slot.store.import(store.clone(), items, now).await
        };
        match written.await {
            Ok(_) => taken.extend(numbers),
            Err(error) => return Err(TransferError::Store { error, store, taken }),
        }
    }
    for (universe, entries) in sorted.ordered {
        for (address, value, number) in entries {
            let store = address.store.clone();
            let written = async {
                let slot = universes.get(universe, now).await?;
                slot.store.set_ordered(address, value, now).await
            };
            match written.await {
                Ok(_) => taken.push(number),
                Err(error) => return Err(TransferError::Store { error, store, taken }),
            }
        }
    }
    Ok(())
}

fn read_line(line: &[u8]) -> Result<(i64, Entry), String> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let universe = line.universe.parse().ok().filter(|id: &i64| *id > 0);
    let universe = universe.ok_or("`universe` must be a whole number from 1 on, as text".to_owned())?;
    let scope = match &line.scope {
        Some(scope) => Scope::parse(scope).map_err(|error| error.to_string())?,
        None => Scope::global(),
    };
    let key = Key::parse(&line.key).map_err(|error| error.to_string())?;
    let id = EntryId { scope, key };
    let name = |text: &str| StoreName::parse(text).map_err(|error| error.to_string());
    match (&line.store, &line.ordered_store) {
        (Some(store), None) => {
            let value = JsonText::parse(line.value.get()).map_err(|error| error.to_string())?;
            let user_ids = line.user_ids.map(|raw| UserIds::parse(raw.get())).transpose();
            let attributes = line.attributes.map(|raw| Attributes::parse(raw.get())).transpose();
            let item = ImportItem {
                id,
                value,
                user_ids: user_ids.map_err(|error| error.to_string())?.unwrap_or_default(),
                attributes: attributes.map_err(|error| error.to_string())?.unwrap_or_default(),
            };
            Ok((universe, Entry::Standard(name(store)?, item)))
        }
        (None, Some(store)) => {
            if line.user_ids.is_some() || line.attributes.is_some() {
                return Err("entries of ordered data stores have no `userIds` and `attributes`".to_owned());
            }
            let value = line.value.get().parse();
            let value = value.map_err(|_| "`value` must be a whole number of 64 bits".to_owned())?;
            Ok((universe, Entry::Ordered(id.in_store(name(store)?), value)))
        }
        _ => Err("give one of `store` and `orderedStore`".to_owned()),
    }
}

/// Writes numbers that go up as ranges, as in `1-3, 7`.
pub(super) fn ranges(numbers: &[usize]) -> String {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for number in sorted {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let text = |(first, last): &(usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_ranges() {
        assert_eq!(ranges(&[]), "");
        assert_eq!(ranges(&[3, 1, 2, 7, 9, 10]), "1-3, 7, 9-10");
    }
}
