//! Items of sorted maps, and what maps and queues have in common.

use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{row_count, size, ticks, time};
use crate::universe::memory::{MapExpectation, MapFilter, MapItem, MapWrite, MemoryLimits, SortKey};
use crate::universe::records::Page;

/// How many expired items a write removes beside what it does.
const EXPIRED_STEP: i64 = 64;

const COLUMNS: &str = "item, text_sort_key, number_sort_key, etag, expires_at, value";

/// The two kinds of structures.
#[derive(Clone, Copy)]
pub(super) enum Structure {
    Map,
    Queue,
}

/// Reads an item.
pub(crate) fn get(
    connection: &Connection,
    map: &str,
    item: &str,
    now: Timestamp,
) -> Result<Option<MapItem>, Failure> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM map_items WHERE map = ?1 AND item = ?2 AND expires_at > ?3"
        ))?
        .query_row(params![map, item, ticks(now)], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// Lists items.
pub(crate) fn list(
    connection: &Connection,
    map: &str,
    filter: &MapFilter,
    now: Timestamp,
) -> Result<Page<MapItem>, Failure> {
    let (mut above, mut below) = (filter.item_above.as_deref(), filter.item_below.as_deref());
    // Going on after an item narrows the names from the side the order begins at.
    if let Some(after) = filter.after.as_deref() {
        if filter.descending {
            below = Some(below.map_or(after, |below| below.min(after)));
        } else {
            above = Some(above.map_or(after, |above| above.max(after)));
        }
    }
    let order = if filter.descending { "DESC" } else { "ASC" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM map_items
         WHERE map = :map AND item > :above AND (:below IS NULL OR item < :below) AND expires_at > :now
             AND (:text_above IS NULL OR text_sort_key > :text_above)
             AND (:text_below IS NULL OR text_sort_key < :text_below)
             AND (:number_above IS NULL OR number_sort_key > :number_above)
             AND (:number_below IS NULL OR number_sort_key < :number_below)
         ORDER BY item {order} LIMIT :limit"
    ))?;
    let mut rows = statement.query(named_params! {
        ":map": map,
        // Names are never empty.
        ":above": above.unwrap_or_default(),
        ":below": below,
        ":now": ticks(now),
        ":text_above": text(filter.key_above.as_ref()),
        ":text_below": text(filter.key_below.as_ref()),
        ":number_above": number(filter.key_above.as_ref()),
        ":number_below": number(filter.key_below.as_ref()),
        ":limit": row_count(filter.limit.saturating_add(1)),
    })?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        if items.len() == filter.limit {
            return Ok(Page { items, has_more: true });
        }
        items.push(read(row)?);
    }
    Ok(Page { items, has_more: false })
}

/// Writes an item.
pub(crate) fn write(connection: &Connection, write: &MapWrite) -> Result<MapItem, Failure> {
    purge(connection, write.now)?;
    // What has expired but is not purged yet must not stand in the way of its name.
    connection
        .prepare_cached("DELETE FROM map_items WHERE map = ?1 AND item = ?2 AND expires_at <= ?3")?
        .execute(params![write.map, write.item, ticks(write.now)])?;
    let before = get(connection, &write.map, &write.item, write.now)?;
    match (write.expected, &before) {
        (MapExpectation::Absent, Some(_)) => {
            return Err(Failure::Rule(StoreError::Conflict { current: None }));
        }
        (MapExpectation::Present, None) => return Err(not_found(&write.item)),
        _ => {}
    }
    let etag = next_number(connection)?;
    let written = match before {
        Some(before) => MapItem {
            value: write.value.clone().unwrap_or(before.value),
            sort_key: write.sort_key.clone().or(before.sort_key),
            expires_at: write.expires_at.unwrap_or(before.expires_at),
            etag,
            item: before.item,
        },
        None => MapItem {
            value: match &write.value {
                Some(value) => value.clone(),
                None => JsonText::parse("null").map_err(|_| Failure::unreadable("value"))?,
            },
            sort_key: write.sort_key.clone(),
            expires_at: write.expires_at.unwrap_or(write.default_expires_at),
            etag,
            item: write.item.clone(),
        },
    };
    connection
        .prepare_cached(
            "INSERT INTO map_items (map, item, text_sort_key, number_sort_key, etag, expires_at, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (map, item) DO UPDATE SET text_sort_key = excluded.text_sort_key,
                 number_sort_key = excluded.number_sort_key, etag = excluded.etag,
                 expires_at = excluded.expires_at, value = excluded.value",
        )?
        .execute(params![
            write.map,
            written.item,
            text(written.sort_key.as_ref()),
            number(written.sort_key.as_ref()),
            etag.cast_signed(),
            ticks(written.expires_at),
            written.value.as_str(),
        ])?;
    check_room(connection, Structure::Map, &write.map, write.limits)?;
    Ok(written)
}

/// Removes an item.
pub(crate) fn remove(connection: &Connection, map: &str, item: &str, now: Timestamp) -> Result<(), Failure> {
    let removed = connection
        .prepare_cached("DELETE FROM map_items WHERE map = ?1 AND item = ?2 AND expires_at > ?3")?
        .execute(params![map, item, ticks(now)])?;
    if removed == 0 { Err(not_found(item)) } else { Ok(()) }
}

/// Removes some of what has expired.
pub(super) fn purge(connection: &Connection, now: Timestamp) -> Result<(), Failure> {
    for table in ["map_items", "queue_items"] {
        connection
            .prepare_cached(&format!(
                "DELETE FROM {table} WHERE id IN
                     (SELECT id FROM {table} WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"
            ))?
            .execute(params![ticks(now), EXPIRED_STEP])?;
    }
    Ok(())
}

/// Refuses, after a write, a map or queue that holds more than it may, or that makes all together do so.
pub(super) fn check_room(
    connection: &Connection,
    structure: Structure,
    name: &str,
    limits: MemoryLimits,
) -> Result<(), Failure> {
    let kind = match structure {
        Structure::Map => 0,
        Structure::Queue => 1,
    };
    let held = connection
        .prepare_cached("SELECT items, bytes FROM memory_structures WHERE kind = ?1 AND name = ?2")?
        .query_row(params![kind, name], |row| Ok((size(row.get(0)?), size(row.get(1)?))))
        .optional()?;
    match held {
        Some((items, bytes)) if items > limits.items || bytes > limits.bytes => {
            return Err(Failure::Rule(StoreError::MemoryFull { name: name.to_owned() }));
        }
        _ => {}
    }
    if limits.total_bytes == u64::MAX {
        return Ok(());
    }
    let total = connection
        .prepare_cached("SELECT coalesce(sum(bytes), 0) FROM memory_structures")?
        .query_row([], |row| Ok(size(row.get(0)?)))?;
    if total > limits.total_bytes { Err(Failure::Rule(StoreError::AllMemoryFull)) } else { Ok(()) }
}

/// Returns a number that was not returned before.
pub(super) fn next_number(connection: &Connection) -> Result<u64, Failure> {
    let number = connection
        .prepare_cached("UPDATE memory_counter SET next = next + 1 RETURNING next - 1")?
        .query_row([], |row| row.get(0))?;
    Ok(size(number))
}

/// Tells that an item is not there.
pub(super) fn not_found(name: &str) -> Failure {
    Failure::Rule(StoreError::MemoryItemNotFound { name: name.to_owned() })
}

/// Reads [`COLUMNS`].
fn read(row: &Row<'_>) -> Result<MapItem, Failure> {
    let text: Option<String> = row.get(1)?;
    let number: Option<f64> = row.get(2)?;
    Ok(MapItem {
        item: row.get(0)?,
        sort_key: text.map(SortKey::Text).or_else(|| number.map(SortKey::Number)),
        etag: size(row.get(3)?),
        expires_at: time(row.get(4)?),
        value: JsonText::parse(row.get::<_, String>(5)?).map_err(|_| Failure::unreadable("value"))?,
    })
}

fn text(key: Option<&SortKey>) -> Option<&str> {
    match key {
        Some(SortKey::Text(text)) => Some(text),
        _ => None,
    }
}

fn number(key: Option<&SortKey>) -> Option<f64> {
    match key {
        Some(SortKey::Number(number)) => Some(*number),
        _ => None,
    }
}
