//! Versions of a key as Roblox would show them: without those it would have lost (`roblox-apis.md §4.5`).
//!
//! **Invariant:** a local copy is never answered here.

use daemon_core::names::{EntryAddress, StoreKind};
use daemon_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{row_count, ticks};
use crate::queries::entries::Head;
use crate::queries::{revisions, stores};
use crate::universe::records::{Page, RevisionContent, RevisionRecord, VersionFilter};

const ASCENDING: &str = "SELECT counter, state, written_at, expires_at, coalesce(octet_length(value), 0)
     FROM revisions
     WHERE entry_id = :entry AND counter > :counter AND state <> 2 AND expires_at > :now
         AND written_at >= :from AND written_at <= :until
     ORDER BY counter LIMIT :limit";

const DESCENDING: &str = "SELECT counter, state, written_at, expires_at, coalesce(octet_length(value), 0)
     FROM revisions
     WHERE entry_id = :entry AND counter < :counter AND state <> 2 AND expires_at > :now
         AND written_at >= :from AND written_at <= :until
     ORDER BY counter DESC LIMIT :limit";

/// Lists the versions of a key written within a time range.
pub(crate) fn list(
    connection: &Connection,
    address: &EntryAddress,
    filter: &VersionFilter,
    now: Timestamp,
) -> Result<Page<RevisionRecord>, Failure> {
    let store = stores::require(connection, StoreKind::Standard, &address.store)?;
    let head = Head::find(connection, store, &address.id(), now)?
        .ok_or_else(|| Failure::Rule(StoreError::EntryNotFound { address: Box::new(address.clone()) }))?;
    let (from, until) = (filter.from.unwrap_or(Timestamp::MIN), filter.until.unwrap_or(Timestamp::MAX));
    let after = filter.after.as_ref().map(|after| i64::from(after.counter()));
    let counter = after.unwrap_or(if filter.ascending { 0 } else { i64::MAX });
    let wanted = filter.limit.saturating_add(1);
    let newest = revisions::newest(connection, &head)?;
    let head_counter = i64::from(head.counter);
    let newest_wanted = (from..=until).contains(&newest.created_at)
        && if filter.ascending { head_counter > counter } else { head_counter < counter };

    let mut items = Vec::new();
    if newest_wanted && !filter.ascending {
        items.push(newest.clone());
    }
    let mut statement = connection.prepare_cached(if filter.ascending { ASCENDING } else { DESCENDING })?;
    let rows = statement.query_map(
        named_params! {
            ":entry": head.id,
            ":counter": counter,
            ":now": ticks(now),
            ":from": ticks(from),
            ":until": ticks(until),
            ":limit": row_count(wanted),
        },
        |row| revisions::superseded(row, &head),
    )?;
    for row in rows {
        items.push(row?);
    }
    if newest_wanted && filter.ascending {
        items.push(newest);
    }
    let has_more = items.len() > filter.limit;
    items.truncate(filter.limit);
    Ok(Page { items, has_more })
}

/// Reads the version that was current at a time; none when the key did not exist yet.
///
/// Where Roblox would have lost that version, the newest older one that it kept counts.
pub(crate) fn at(
    connection: &Connection,
    address: &EntryAddress,
    at: Timestamp,
    now: Timestamp,
) -> Result<Option<RevisionContent>, Failure> {
    let store = stores::require(connection, StoreKind::Standard, &address.store)?;
    let Some(head) = Head::find(connection, store, &address.id(), now)? else { return Ok(None) };
    if head.written_at <= at {
        return revisions::get(connection, address, &head.revision(), now);
    }
    let found = connection
        .prepare_cached(
            "SELECT counter, state, written_at, expires_at, coalesce(octet_length(value), 0) FROM revisions
             WHERE entry_id = ?1 AND written_at <= ?2 AND state <> 2 AND expires_at > ?3
             ORDER BY counter DESC LIMIT 1",
        )?
        .query_row(params![head.id, ticks(at), ticks(now)], |row| revisions::superseded(row, &head))
        .optional()?;
    match found {
        Some(record) => revisions::get(connection, address, &record.revision, now),
        None => Ok(None),
    }
}
