//! When the universe's latest snapshot was taken (`roblox-apis.md §2.1`); the version rule asks for it at every write.

use std::time::Duration;

use daemon_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::database::failure::Failure;
use crate::queries::columns::{ticks, time};
use crate::universe::records::SnapshotReceipt;

const DAY: Duration = Duration::from_hours(24);

/// Takes a snapshot, unless one was taken on the same UTC day or, as a clock that went back has it, on a later one.
pub(crate) fn take(connection: &Connection, now: Timestamp) -> Result<SnapshotReceipt, Failure> {
    let latest = connection
        .prepare_cached("SELECT taken_at FROM snapshots")?
        .query_row([], |row| row.get(0))
        .optional()?
        .map(time);
    if let Some(at) = latest
        && day(at) >= day(now)
    {
        return Ok(SnapshotReceipt { taken: false, at });
    }
    connection
        .prepare_cached(
            "INSERT INTO snapshots (id, taken_at) VALUES (1, ?1)
             ON CONFLICT DO UPDATE SET taken_at = excluded.taken_at",
        )?
        .execute([ticks(now)])?;
    Ok(SnapshotReceipt { taken: true, at: now })
}

fn day(at: Timestamp) -> u64 {
    at.saturating_since(Timestamp::MIN).as_secs() / DAY.as_secs()
}
