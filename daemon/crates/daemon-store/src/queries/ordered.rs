//! Entries of ordered stores: integers, without versions (`roblox-apis.md §2.3`).

use daemon_core::names::{EntryAddress, StoreKind, StoreName};
use daemon_core::time::Timestamp;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{key, row_count};
use crate::queries::stores::{self, StoreRow, Tally};
use crate::universe::records::{OrderedExpectation, OrderedFilter, OrderedReceipt, OrderedRecord, Page};

// Keys are never empty, so `(min, '')` stands before every key with the value `min`.
const ASCENDING: &str = "SELECT key, value FROM ordered_entries
     WHERE store_id = :store AND scope = :scope AND (value, key) > (:value, :key) AND value <= :bound
     ORDER BY value, key LIMIT :limit";

const DESCENDING: &str = "SELECT key, value FROM ordered_entries
     WHERE store_id = :store AND scope = :scope AND (value, key) < (:value, :key) AND value >= :bound
     ORDER BY value DESC, key DESC LIMIT :limit";

/// Stands after every key: in SQLite's order every blob comes after every text.
const AFTER_ALL_KEYS: ValueRef<'static> = ValueRef::Blob(&[]);

/// Lists one scope of an ordered store.
pub(crate) fn list(
    connection: &Connection,
    store: &StoreName,
    filter: &OrderedFilter,
) -> Result<Page<OrderedRecord>, Failure> {
    let store = stores::require(connection, StoreKind::Ordered, store)?;
    let (min, max) = (filter.min.unwrap_or(i64::MIN), filter.max.unwrap_or(i64::MAX));
    let first = if filter.descending { (max, AFTER_ALL_KEYS) } else { (min, ValueRef::Text(b"")) };
    // A page start outside the range must not widen it.
    let start = match &filter.after {
        Some(after) if !filter.descending && after.value < min => first,
        Some(after) if filter.descending && after.value > max => first,
        Some(after) => (after.value, ValueRef::Text(after.key.as_str().as_bytes())),
        None => first,
    };
    let mut statement = connection.prepare_cached(if filter.descending { DESCENDING } else { ASCENDING })?;
    let mut rows = statement.query(named_params! {
        ":store": store.id,
        ":scope": filter.scope.as_str(),
        ":value": start.0,
        ":key": ToSqlOutput::Borrowed(start.1),
        ":bound": if filter.descending { min } else { max },
        ":limit": row_count(filter.limit.saturating_add(1)),
    })?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        if items.len() == filter.limit {
            return Ok(Page { items, has_more: true });
        }
        items.push(OrderedRecord {
            key: key(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?,
            value: row.get(1)?,
        });
    }
    Ok(Page { items, has_more: false })
}

/// Reads an entry.
pub(crate) fn get(connection: &Connection, address: &EntryAddress) -> Result<Option<i64>, Failure> {
    match stores::find(connection, StoreKind::Ordered, &address.store)? {
        Some(store) => value(connection, store, address),
        None => Ok(None),
    }
}

/// Writes an entry.
pub(crate) fn set(
    connection: &Connection,
    address: &EntryAddress,
    value: i64,
    now: Timestamp,
) -> Result<OrderedReceipt, Failure> {
    let store = stores::find_or_create(connection, StoreKind::Ordered, &address.store, now)?;
    let before = self::value(connection, store, address)?;
    put(connection, store, address, before, value, now)
}

/// Writes an entry, if there is one or is none as the caller expects.
pub(crate) fn set_if(
    connection: &Connection,
    address: &EntryAddress,
    value: i64,
    expected: OrderedExpectation,
    now: Timestamp,
) -> Result<OrderedReceipt, Failure> {
    let store = stores::find_or_create(connection, StoreKind::Ordered, &address.store, now)?;
    let before = self::value(connection, store, address)?;
    match (expected, before) {
        (OrderedExpectation::Absent, Some(_)) => Err(Failure::Rule(StoreError::Conflict { current: None })),
        (OrderedExpectation::Present, None) => {
            Err(Failure::Rule(StoreError::EntryNotFound { address: Box::new(address.clone()) }))
        }
        (OrderedExpectation::Absent, None) | (OrderedExpectation::Present, Some(_)) => {
            put(connection, store, address, before, value, now)
        }
    }
}

/// Adds to an entry.
pub(crate) fn increment(
    connection: &Connection,
    address: &EntryAddress,
    amount: i64,
    now: Timestamp,
) -> Result<OrderedReceipt, Failure> {
    let store = stores::find_or_create(connection, StoreKind::Ordered, &address.store, now)?;
    let before = value(connection, store, address)?;
    let value = before.unwrap_or(0);
    let sum = value.checked_add(amount).ok_or(StoreError::IncrementOverflow { value, amount })?;
    put(connection, store, address, before, sum, now)
}

/// Removes an entry.
pub(crate) fn remove(
    connection: &Connection,
    address: &EntryAddress,
    now: Timestamp,
) -> Result<i64, Failure> {
    let not_found = || Failure::Rule(StoreError::EntryNotFound { address: Box::new(address.clone()) });
    let store = stores::find(connection, StoreKind::Ordered, &address.store)?.ok_or_else(not_found)?;
    let value = value(connection, store, address)?.ok_or_else(not_found)?;
    connection
        .prepare_cached("DELETE FROM ordered_entries WHERE store_id = ?1 AND scope = ?2 AND key = ?3")?
        .execute(params![store.id, address.scope.as_str(), address.key.as_str()])?;
    let mut tally = Tally::default();
    tally.live(address.scope.as_str(), -1);
    tally.store(connection, store, now)?;
    // A store without any entry ceases to exist.
    connection.prepare_cached("DELETE FROM stores WHERE id = ?1 AND live_count = 0")?.execute([store.id])?;
    Ok(value)
}

fn value(connection: &Connection, store: StoreRow, address: &EntryAddress) -> Result<Option<i64>, Failure> {
    let value = connection
        .prepare_cached("SELECT value FROM ordered_entries WHERE store_id = ?1 AND scope = ?2 AND key = ?3")?
        .query_row(params![store.id, address.scope.as_str(), address.key.as_str()], |row| row.get(0))
        .optional()?;
    Ok(value)
}

fn put(
    connection: &Connection,
    store: StoreRow,
    address: &EntryAddress,
    before: Option<i64>,
    value: i64,
    now: Timestamp,
) -> Result<OrderedReceipt, Failure> {
    connection
        .prepare_cached(
            "INSERT INTO ordered_entries (store_id, scope, key, value) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET value = excluded.value",
        )?
        .execute(params![store.id, address.scope.as_str(), address.key.as_str(), value])?;
    let created = before.is_none();
    let mut tally = Tally::default();
    tally.live(address.scope.as_str(), i64::from(created));
    tally.store(connection, store, now)?;
    Ok(OrderedReceipt { value, created })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_walk_the_index_without_sorting() {
        let connection = Connection::open_in_memory().unwrap();
        crate::universe::SCHEMA.migrations.iter().for_each(|step| connection.execute_batch(step).unwrap());
        for select in [ASCENDING, DESCENDING] {
            let plan = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {select}"))
                .unwrap()
                .raw_query()
                .mapped(|row| row.get(3))
                .collect::<rusqlite::Result<Vec<String>>>()
                .unwrap();
            let [step] = plan.as_slice() else { panic!("{plan:?}") };
            let index = "USING COVERING INDEX ordered_entries_by_value (store_id=? AND scope=? AND ";
            assert!(step.contains(index) && step.contains("(value,key)"), "{step}");
        }
    }
}
