//! The demo universe of a fresh data directory: 2,000 generated entries, made again at will and removed with one click.
//!
//! Shows what real games store: players in the layouts of ProfileStore, `DataStore2`, Lapis and a plain table
//! (`data-library-formats.md` §1, §3, §4), leaderboards, scopes, user ids, attributes, session locks and revisions. Who
//! it belongs to, and that a connection is marked as sample data, is the registry's business.
//!
//! **Invariant:** the same seed gives the same keys, so that what was generated can be told from what people made.
//!
//! **Invariant:** removing the sample removes generated keys only; whatever else lies in those stores stays.

mod layouts;
mod random;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Debug;
use std::time::Duration;

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryId, Key, Scope, StoreKind, StoreName};
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use daemon_store::error::StoreError;
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::{Expectation, ImportItem, KeyFilter, OrderedFilter, OrderedRecord};
use futures_util::future::try_join_all;

use crate::universes::UniverseError;

/// Entries read at a time when looking for what people made.
const PAGE: usize = 256;

/// A generated data store.
struct SampleStore {
    name: StoreName,
    entries: SampleEntries,
}

enum SampleEntries {
    Standard(Vec<SampleEntry>),
    Ordered(Vec<(EntryId, i64)>),
}

/// A generated entry of a standard store.
struct SampleEntry {
    id: EntryId,
    user_ids: UserIds,
    attributes: Attributes,
    /// Oldest first; the last one is current.
    versions: Vec<SampleVersion>,
}

/// What an entry held at some time.
struct SampleVersion {
    /// How long before now it was written.
    age_hours: u64,
    value: JsonText,
}

/// Fills a universe with the sample. What an interrupted fill left behind is removed first.
pub async fn fill(store: &UniverseStore, now: Timestamp) -> Result<(), UniverseError> {
    let sample = layouts::universe(now);
    for sample_store in &sample {
        remove_from(store, sample_store, now).await?;
    }
    for SampleStore { name, entries } in sample {
        match entries {
            SampleEntries::Standard(entries) => fill_standard(store, &name, entries, now).await?,
            SampleEntries::Ordered(entries) => {
                // All at once, so that the writer commits them together.
                let writes = entries
                    .into_iter()
                    .map(|(id, value)| store.set_ordered(id.in_store(name.clone()), value, now));
                try_join_all(writes).await?;
            }
        }
    }
    Ok(())
}

/// Removes the generated entries that are still there, and answers how many. Entries that people made stay.
pub async fn remove(store: &UniverseStore, now: Timestamp) -> Result<u64, UniverseError> {
    let mut removed = 0;
    for sample_store in &layouts::universe(now) {
        removed += remove_from(store, sample_store, now).await?;
    }
    Ok(removed)
}

/// Writes every version of the entries, one batch for all that were written at the same time.
async fn fill_standard(
    store: &UniverseStore,
    name: &StoreName,
    entries: Vec<SampleEntry>,
    now: Timestamp,
) -> Result<(), UniverseError> {
    let mut batches: BTreeMap<Reverse<u64>, Vec<ImportItem>> = BTreeMap::new();
    for entry in entries {
        for version in entry.versions {
            batches.entry(Reverse(version.age_hours)).or_default().push(ImportItem {
                id: entry.id.clone(),
                value: version.value,
                user_ids: entry.user_ids.clone(),
                attributes: entry.attributes.clone(),
            });
        }
    }
    for (Reverse(age_hours), items) in batches {
        store.import(name.clone(), items, hours_before(now, age_hours)).await?;
    }
    Ok(())
}

async fn remove_from(
    store: &UniverseStore,
    sample: &SampleStore,
    now: Timestamp,
) -> Result<u64, UniverseError> {
    let (kind, generated): (_, HashSet<&EntryId>) = match &sample.entries {
        SampleEntries::Standard(entries) => {
            (StoreKind::Standard, entries.iter().map(|entry| &entry.id).collect())
        }
        SampleEntries::Ordered(entries) => (StoreKind::Ordered, entries.iter().map(|(id, _)| id).collect()),
    };
    match store.describe_store(kind, sample.name.clone()).await {
        // One that was deleted goes by itself, and whoever brings it back wants what it had.
        Ok(None) | Err(StoreError::StoreDeleted { .. }) => return Ok(0),
        described => described?,
    };
    let present = match kind {
        StoreKind::Standard => standard_ids(store, &sample.name).await?,
        StoreKind::Ordered => ordered_ids(store, &sample.name).await?,
    };
    let (ours, others): (Vec<_>, Vec<_>) = present.into_iter().partition(|id| generated.contains(id));
    if others.is_empty() {
        return Ok(store.remove_store(kind, sample.name.clone()).await?);
    }
    let removals = ours.into_iter().map(|id| remove_entry(store, kind, id, &sample.name, now));
    Ok(try_join_all(removals).await?.into_iter().map(u64::from).sum())
}

/// Removes an entry; `false` when somebody else just did.
async fn remove_entry(
    store: &UniverseStore,
    kind: StoreKind,
    id: EntryId,
    name: &StoreName,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let address = id.in_store(name.clone());
    let removed = match kind {
        StoreKind::Standard => store.remove(address, Expectation::Any, now).await.map(|_| true),
        StoreKind::Ordered => store.remove_ordered(address, now).await.map(|_| true),
    };
    match removed {
        Err(StoreError::EntryNotFound { .. } | StoreError::StoreNotFound { .. }) => Ok(false),
        other => other,
    }
}

async fn standard_ids(store: &UniverseStore, name: &StoreName) -> Result<Vec<EntryId>, UniverseError> {
    let mut ids: Vec<EntryId> = Vec::new();
    loop {
        let filter = KeyFilter { after: ids.last().cloned(), limit: PAGE, ..KeyFilter::default() };
        match store.list_keys(name.clone(), filter).await {
            Ok(page) => {
                ids.extend(page.items);
                if !page.has_more {
                    return Ok(ids);
                }
            }
            Err(StoreError::StoreNotFound { .. }) => return Ok(ids),
            Err(error) => return Err(error.into()),
        }
    }
}

async fn ordered_ids(store: &UniverseStore, name: &StoreName) -> Result<Vec<EntryId>, UniverseError> {
    let mut ids = Vec::new();
    let mut scopes: Vec<Scope> = Vec::new();
    loop {
        let page = store.list_scopes(StoreKind::Ordered, name.clone(), scopes.last().cloned(), PAGE).await?;
        scopes.extend(page.items);
        if !page.has_more {
            break;
        }
    }
    for scope in scopes {
        let mut after: Option<OrderedRecord> = None;
        loop {
            let filter = OrderedFilter {
                scope: scope.clone(),
                descending: false,
                min: None,
                max: None,
                after: after.take(),
                limit: PAGE,
            };
            let page = store.list_ordered(name.clone(), filter).await?;
            after = page.items.last().cloned();
            ids.extend(
                page.items.into_iter().map(|record| EntryId { scope: scope.clone(), key: record.key }),
            );
            if !page.has_more {
                break;
            }
        }
    }
    Ok(ids)
}

fn hours_before(now: Timestamp, hours: u64) -> Timestamp {
    let ticks = Duration::from_hours(hours).as_nanos() / 100;
    Timestamp::from_ticks(now.ticks().saturating_sub(u64::try_from(ticks).unwrap_or(u64::MAX)))
}

/// A generated name.
fn store_name(text: &str) -> StoreName {
    proven(StoreName::parse(text))
}

/// A generated entry's scope and key.
fn entry_id(scope: &str, key: &str) -> EntryId {
    EntryId { scope: proven(Scope::parse(scope)), key: proven(Key::parse(key)) }
}

/// What the generator made, as the domain's own type.
#[expect(
    clippy::expect_used,
    reason = "the generator's output depends on its seed alone, and a test makes all of it"
)]
fn proven<T, E: Debug>(made: Result<T, E>) -> T {
    made.expect("generated names, values and metadata are valid")
}

#[cfg(test)]
mod tests;
