//! Pages of live keys, with or without their values.
//!
//! **Invariant:** keys come in the order of (scope, key) bytes, and a page is a walk along `entries_by_key`: its cost
//! depends on the page and the scopes passed over, not on the size of the store.

use std::ops::ControlFlow;

use daemon_core::export::AddEntry;
use daemon_core::names::{EntryId, Scope, StoreKind, StoreName};
use rusqlite::{Connection, Row, named_params, params};

use crate::database::failure::Failure;
use crate::queries::columns::{self, key, row_count, scope};
use crate::queries::stores;
use crate::queries::text_range::TextRange;
use crate::universe::records::{ExportPage, KeyFilter, Page};

/// The bytes of values after which a page of an export ends.
const EXPORT_PAGE_BYTES: usize = 3 << 20;

const KEYS: &str = "SELECT key FROM entries INDEXED BY entries_by_key
     WHERE store_id = :store AND removed = 0 AND scope = :scope AND key >= :from AND key < :until
     ORDER BY key LIMIT :limit";

const ENTRIES: &str = "SELECT key, created_at, written_at, counter, user_ids, attributes, value
     FROM entries INDEXED BY entries_by_key
     WHERE store_id = :store AND removed = 0 AND scope = :scope AND key >= :from AND key < :until
     ORDER BY key LIMIT :limit";

/// Lists live keys.
pub(crate) fn list(
    connection: &Connection,
    store: &StoreName,
    filter: &KeyFilter,
) -> Result<Page<EntryId>, Failure> {
    let mut items = Vec::new();
    let has_more = walk(connection, store, filter, KEYS, |id, _row| {
        items.push(id);
        Ok(0)
    })?;
    Ok(Page { items, has_more })
}

/// Gives live entries to `add`, with their values.
pub(crate) fn export<Entries: Default>(
    connection: &Connection,
    store: &StoreName,
    filter: &KeyFilter,
    add: AddEntry<Entries>,
) -> Result<ExportPage<Entries>, Failure> {
    let (mut entries, mut last) = (Entries::default(), None);
    let has_more = walk(connection, store, filter, ENTRIES, |id, row| {
        let size_bytes = columns::view(row, 1, &id, |entry| {
            add(&mut entries, entry)?;
            Ok::<_, Failure>(entry.value.unproven().len())
        })??;
        last = Some(id);
        Ok(size_bytes)
    })?;
    Ok(ExportPage { entries, last, has_more })
}

/// Gives rows of `select` to `visit`, which answers how many bytes each takes, until the page is full; tells whether
/// there are more.
fn walk(
    connection: &Connection,
    store: &StoreName,
    filter: &KeyFilter,
    select: &str,
    mut visit: impl FnMut(EntryId, &Row<'_>) -> Result<usize, Failure>,
) -> Result<bool, Failure> {
    let store_id = stores::require(connection, StoreKind::Standard, store)?.id;
    let (mut count, mut size_bytes) = (0, 0);
    let mut statement = connection.prepare_cached(select)?;
    let flow = each_scope(connection, store_id, filter, |scope| {
        let range = key_range(filter, scope);
        let mut rows = statement.query(named_params! {
            ":store": store_id,
            ":scope": scope.as_str(),
            ":from": range.from,
            ":until": range.until,
            ":limit": row_count((filter.limit - count).saturating_add(1)),
        })?;
        while let Some(row) = rows.next()? {
            if count == filter.limit || size_bytes >= EXPORT_PAGE_BYTES {
                return Ok(ControlFlow::Break(()));
            }
            let key = key(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
            size_bytes += visit(EntryId { scope: scope.clone(), key }, row)?;
            count += 1;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(flow.is_break())
}

/// Visits the scopes the filter selects, in order, from the one the last page ended in.
fn each_scope(
    connection: &Connection,
    store_id: i64,
    filter: &KeyFilter,
    mut visit: impl FnMut(&Scope) -> Result<ControlFlow<()>, Failure>,
) -> Result<ControlFlow<()>, Failure> {
    if let Some(wanted) = &filter.scope {
        let passed = filter.after.as_ref().is_some_and(|after| after.scope > *wanted);
        return if passed { Ok(ControlFlow::Continue(())) } else { visit(wanted) };
    }
    let first = filter.after.as_ref().map_or("", |after| after.scope.as_str());
    let mut statement = connection
        .prepare_cached("SELECT scope FROM scopes WHERE store_id = ?1 AND scope >= ?2 ORDER BY scope")?;
    let mut rows = statement.query(params![store_id, first])?;
    while let Some(row) = rows.next()? {
        let scope = scope(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        if visit(&scope)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn key_range(filter: &KeyFilter, scope: &Scope) -> TextRange {
    let range = TextRange::starting_with(&filter.prefix);
    match &filter.after {
        Some(after) if after.scope == *scope => range.after(after.key.as_str()),
        _ => range,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_rows_are_not_exported() {
        let connection = Connection::open_in_memory().unwrap();
        crate::universe::SCHEMA.migrations.iter().for_each(|step| connection.execute_batch(step).unwrap());
        let store =
            "INSERT INTO stores (id, kind, name, created_at, modified_at) VALUES (1, 0, 'Saves', 1, 1);
             INSERT INTO scopes VALUES (1, 'global', 1);";
        connection.execute_batch(store).unwrap();
        let filter = KeyFilter { limit: 10, ..KeyFilter::default() };
        let values_of = |columns: [Option<&str>; 3]| {
            connection.execute("DELETE FROM entries", []).unwrap();
            let insert = "INSERT INTO entries
                 (store_id, removed, scope, key, created_at, written_at, counter, value, user_ids, attributes)
                 VALUES (1, 0, 'global', 'k', 1, 1, 1, ?1, ?2, ?3)";
            connection.execute(insert, columns).unwrap();
            let add: AddEntry<String> = |values, entry| {
                values.push_str(entry.value.prove()?);
                Ok(())
            };
            export(&connection, &StoreName::parse("Saves").unwrap(), &filter, add).map(|page| page.entries)
        };
        assert_eq!(values_of([Some("[1]"), Some("[2]"), Some("{}")]).unwrap(), "[1]");
        assert_eq!(values_of([Some("[1]"), None, None]).unwrap(), "[1]");
        for columns in [
            [Some("[1"), None, None],
            [None, None, None],
            [Some("1"), Some("[x]"), None],
            [Some("1"), None, Some("[]")],
        ] {
            assert!(values_of(columns).is_err(), "{columns:?}");
        }
    }

    #[test]
    fn pages_walk_the_index_without_sorting() {
        let connection = Connection::open_in_memory().unwrap();
        crate::universe::SCHEMA.migrations.iter().for_each(|step| connection.execute_batch(step).unwrap());
        let check = |select: &str, expected: &str| {
            let plan = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {select}"))
                .unwrap()
                .raw_query()
                .mapped(|row| row.get(3))
                .collect::<rusqlite::Result<Vec<String>>>()
                .unwrap();
            assert_eq!(plan, [expected]);
        };
        let range = "entries_by_key (store_id=? AND removed=? AND scope=? AND key>? AND key<?)";
        check(KEYS, &format!("SEARCH entries USING COVERING INDEX {range}"));
        check(ENTRIES, &format!("SEARCH entries USING INDEX {range}"));
    }
}
