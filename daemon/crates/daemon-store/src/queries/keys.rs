//! Pages of live keys, with or without their values.
//!
//! **Invariant:** keys come in the order of (scope, key) bytes, and a page is a walk along `entries_by_key`: its cost
//! depends on the page and the scopes passed over, not on the size of the store.

use std::ops::ControlFlow;

use daemon_core::names::{EntryId, Scope, StoreKind, StoreName};
use rusqlite::{Connection, Row, named_params, params};

use crate::database::failure::Failure;
use crate::queries::columns::{EntryColumns, key, row_count, scope};
use crate::queries::stores;
use crate::queries::text_range::TextRange;
use crate::universe::records::{EntryRecord, KeyFilter, Page};

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
    walk(connection, store, filter, KEYS, |id, _row| Ok((id, 0)))
}

/// Lists live entries with their values.
pub(crate) fn export(
    connection: &Connection,
    store: &StoreName,
    filter: &KeyFilter,
) -> Result<Page<(EntryId, EntryRecord)>, Failure> {
    walk(connection, store, filter, ENTRIES, |id, row| {
        let record = EntryColumns::read(row, 1)?.into_record()?;
        let size_bytes = record.value.len_bytes();
        Ok(((id, record), size_bytes))
    })
}

/// Collects rows of `select` until the page is full; `item` also answers how many bytes it takes.
fn walk<T>(
    connection: &Connection,
    store: &StoreName,
    filter: &KeyFilter,
    select: &str,
    mut item: impl FnMut(EntryId, &Row<'_>) -> Result<(T, usize), Failure>,
) -> Result<Page<T>, Failure> {
    let store_id = stores::require(connection, StoreKind::Standard, store)?.id;
    let mut items = Vec::new();
    let mut size_bytes = 0;
    let mut statement = connection.prepare_cached(select)?;
    let flow = each_scope(connection, store_id, filter, |scope| {
        let range = key_range(filter, scope);
        let mut rows = statement.query(named_params! {
            ":store": store_id,
            ":scope": scope.as_str(),
            ":from": range.from,
            ":until": range.until,
            ":limit": row_count((filter.limit - items.len()).saturating_add(1)),
        })?;
        while let Some(row) = rows.next()? {
            if items.len() == filter.limit || size_bytes >= EXPORT_PAGE_BYTES {
                return Ok(ControlFlow::Break(()));
            }
            let id = EntryId {
                scope: scope.clone(),
                key: key(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?,
            };
            let (found, bytes) = item(id, row)?;
            items.push(found);
            size_bytes += bytes;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Page { items, has_more: flow.is_break() })
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
    fn pages_walk_the_index_without_sorting() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("../../migrations/universe/0001_entries.sql")).unwrap();
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
