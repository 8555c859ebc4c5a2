//! Removes what is past its time, a bounded amount at once. Reading never depends on it having run.

use daemon_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::database::failure::Failure;
use crate::queries::columns::{row_count, ticks};
use crate::universe::records::PurgeReport;

/// How many versions of a key one write to it looks at.
const KEY_STEP: i64 = 16;

/// Removes the expired among the oldest versions of a key.
pub(super) fn purge_key(connection: &Connection, entry_id: i64, now: Timestamp) -> Result<(), Failure> {
    // Versions expire in the order they were written, so the oldest tell whether there is anything to do.
    connection
        .prepare_cached(
            "DELETE FROM revisions WHERE id IN
                 (SELECT id FROM revisions WHERE entry_id = ?1 ORDER BY counter LIMIT ?3)
                 AND expires_at <= ?2",
        )?
        .execute(params![entry_id, ticks(now), KEY_STEP])?;
    Ok(())
}

/// Removes expired versions and tombstones, at most `limit` of each.
pub(crate) fn purge(connection: &Connection, now: Timestamp, limit: usize) -> Result<PurgeReport, Failure> {
    let revisions = connection
        .prepare_cached(
            "DELETE FROM revisions WHERE id IN
                 (SELECT id FROM revisions WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
        )?
        .execute(params![ticks(now), row_count(limit)])?;
    let keys = purge_tombstones(connection, now, limit)?;
    Ok(PurgeReport { revisions: revisions as u64, keys })
}

fn purge_tombstones(connection: &Connection, now: Timestamp, limit: usize) -> Result<u64, Failure> {
    let expired = connection
        .prepare_cached(
            "SELECT id, store_id FROM entries WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2",
        )?
        .query_map(params![ticks(now), row_count(limit)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
    for (entry_id, store_id) in &expired {
        connection.prepare_cached("DELETE FROM entries WHERE id = ?1")?.execute([entry_id])?;
        connection
            .prepare_cached("UPDATE stores SET removed_count = removed_count - 1 WHERE id = ?1")?
            .execute([store_id])?;
        // A store without any entry ceases to exist.
        connection
            .prepare_cached("DELETE FROM stores WHERE id = ?1 AND live_count = 0 AND removed_count = 0")?
            .execute([store_id])?;
    }
    Ok(expired.len() as u64)
}
