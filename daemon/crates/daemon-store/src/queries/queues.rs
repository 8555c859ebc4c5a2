//! Items of queues, and flushes of all memory stores.

use daemon_core::value::JsonText;
use rusqlite::{Connection, OptionalExtension, params};

use crate::database::failure::Failure;
use crate::queries::columns::{row_count, size, ticks, time};
use crate::queries::maps::{Structure, check_room, next_number, not_found, purge};
use crate::universe::memory::{MemoryScope, QueueBatch, QueueItem, QueueRead, QueueWrite};

/// How many flushes are remembered.
const FLUSHES_KEPT: i64 = 1_000;

/// Adds an item.
pub(crate) fn add(connection: &Connection, write: &QueueWrite) -> Result<QueueItem, Failure> {
    purge(connection, write.now)?;
    connection
        .prepare_cached(
            "INSERT INTO queue_items (queue, priority, expires_at, visible_at, value)
             VALUES (?1, ?2, ?3, 0, ?4)",
        )?
        .execute(params![write.queue, write.priority, ticks(write.expires_at), write.value.as_str()])?;
    let id = size(connection.last_insert_rowid());
    check_room(connection, Structure::Queue, &write.queue, write.limits)?;
    let (value, priority) = (write.value.clone(), write.priority);
    Ok(QueueItem { id, value, priority, expires_at: write.expires_at })
}

/// Reads items from the front.
pub(crate) fn read(connection: &Connection, read: &QueueRead) -> Result<QueueBatch, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT id, value, priority, expires_at FROM queue_items
         WHERE queue = ?1 AND visible_at <= ?2 AND expires_at > ?2
         ORDER BY priority DESC, id LIMIT ?3",
    )?;
    let mut rows = statement.query(params![read.queue, ticks(read.now), row_count(read.limit)])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(QueueItem {
            id: size(row.get(0)?),
            value: JsonText::parse(row.get::<_, String>(1)?).map_err(|_| Failure::unreadable("value"))?,
            priority: row.get(2)?,
            expires_at: time(row.get(3)?),
        });
    }
    if read.all_or_nothing && items.len() < read.limit {
        return Err(not_found(&read.queue));
    }
    let reading = next_number(connection)?;
    let mut hide =
        connection.prepare_cached("UPDATE queue_items SET visible_at = ?2, reading = ?3 WHERE id = ?1")?;
    for item in &items {
        hide.execute(params![item.id.cast_signed(), ticks(read.visible_at), reading.cast_signed()])?;
    }
    Ok(QueueBatch { reading, items })
}

/// Removes what a reading answered.
pub(crate) fn discard(connection: &Connection, queue: &str, reading: u64) -> Result<u64, Failure> {
    let discarded = connection
        .prepare_cached("DELETE FROM queue_items WHERE queue = ?1 AND reading = ?2")?
        .execute(params![queue, reading.cast_signed()])?;
    Ok(discarded as u64)
}

/// Removes everything.
pub(crate) fn flush(connection: &Connection, scope: MemoryScope) -> Result<u64, Failure> {
    if scope == MemoryScope::Live {
        connection.prepare_cached("DELETE FROM map_items")?.execute([])?;
        connection.prepare_cached("DELETE FROM queue_items")?.execute([])?;
    }
    let is_test = i64::from(scope == MemoryScope::Test);
    connection.prepare_cached("INSERT INTO memory_flushes (test) VALUES (?1)")?.execute([is_test])?;
    let flush = connection.last_insert_rowid();
    connection
        .prepare_cached("DELETE FROM memory_flushes WHERE id <= ?1")?
        .execute([flush - FLUSHES_KEPT])?;
    Ok(size(flush))
}

/// Finds a flush.
pub(crate) fn find_flush(connection: &Connection, flush: u64) -> Result<Option<MemoryScope>, Failure> {
    let is_test = connection
        .prepare_cached("SELECT test FROM memory_flushes WHERE id = ?1")?
        .query_row([flush.cast_signed()], |row| row.get::<_, bool>(0))
        .optional()?;
    Ok(is_test.map(|is_test| if is_test { MemoryScope::Test } else { MemoryScope::Live }))
}
