//! Versions of a key: the row in `entries` is the newest, those in `revisions` are superseded.

use daemon_core::names::{EntryAddress, StoreKind};
use daemon_core::revision::{REVISION_LIFETIME, RevisionId};
use daemon_core::time::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{EntryColumns, row_count, size, ticks, time};
use crate::queries::entries::Head;
use crate::queries::stores;
use crate::universe::records::{Page, RevisionContent, RevisionRecord, RevisionState};

/// What a superseded version is.
#[derive(Clone, Copy, Debug)]
pub(super) enum SupersededState {
    Kept,
    LocalCopy,
    Removed,
}

impl SupersededState {
    const fn number(self) -> i64 {
        match self {
            Self::Kept => 1,
            Self::LocalCopy => 2,
            Self::Removed => 3,
        }
    }

    const fn state(self) -> RevisionState {
        match self {
            Self::Kept => RevisionState::Kept,
            Self::LocalCopy => RevisionState::LocalCopy,
            Self::Removed => RevisionState::Removed,
        }
    }
}

impl FromSql for SupersededState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        [Self::Kept, Self::LocalCopy, Self::Removed]
            .into_iter()
            .find(|state| state.number() == number)
            .ok_or(FromSqlError::OutOfRange(number))
    }
}

/// Copies the current version of a key among the superseded ones, where it stays readable for 30 days from `now`.
pub(super) fn keep(
    connection: &Connection,
    entry_id: i64,
    state: SupersededState,
    now: Timestamp,
) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT INTO revisions
                 (entry_id, counter, state, written_at, expires_at, user_ids, attributes, value)
             SELECT id, counter, ?2, written_at, ?3, user_ids, attributes, value FROM entries WHERE id = ?1",
        )?
        .execute(params![entry_id, state.number(), ticks(now.saturating_add(REVISION_LIFETIME))])?;
    Ok(())
}

/// Lists the versions of a key, newest first.
pub(crate) fn list(
    connection: &Connection,
    address: &EntryAddress,
    after: Option<&RevisionId>,
    limit: usize,
    now: Timestamp,
) -> Result<Page<RevisionRecord>, Failure> {
    let Some(head) = find_head(connection, address, now)? else {
        return Err(Failure::Rule(StoreError::EntryNotFound { address: Box::new(address.clone()) }));
    };
    let before = after.map_or(i64::MAX, |after| i64::from(after.counter()));
    let mut items = Vec::new();
    if i64::from(head.counter) < before {
        items.push(newest(connection, &head)?);
    }
    let mut statement = connection.prepare_cached(
        "SELECT counter, state, written_at, expires_at, coalesce(octet_length(value), 0) FROM revisions
         WHERE entry_id = ?1 AND counter < ?2 AND expires_at > ?3
         ORDER BY counter DESC LIMIT ?4",
    )?;
    let rows = statement
        .query_map(params![head.id, before, ticks(now), row_count(limit.saturating_add(1))], |row| {
            superseded(row, &head)
        })?;
    for row in rows {
        items.push(row?);
    }
    let has_more = items.len() > limit;
    items.truncate(limit);
    Ok(Page { items, has_more })
}

/// Reads one version of a key.
pub(crate) fn get(
    connection: &Connection,
    address: &EntryAddress,
    revision: &RevisionId,
    now: Timestamp,
) -> Result<Option<RevisionContent>, Failure> {
    let Some(head) = find_head(connection, address, now)? else { return Ok(None) };
    if *revision == head.revision() {
        let record = newest(connection, &head)?;
        let entry = super::entries::get(connection, address)?;
        return Ok(Some(RevisionContent { record, entry }));
    }
    let found = connection
        .prepare_cached(
            "SELECT counter, state, written_at, expires_at, coalesce(octet_length(value), 0),
                 user_ids, attributes, value
             FROM revisions WHERE entry_id = ?1 AND counter = ?2 AND expires_at > ?3",
        )?
        .query_row(params![head.id, revision.counter(), ticks(now)], |row| {
            Ok((superseded(row, &head)?, content(row, &head)?))
        })
        .optional()?;
    // The counter finds the row; the times in the identifier must agree too.
    let Some((record, content)) = found.filter(|(record, _)| record.revision == *revision) else {
        return Ok(None);
    };
    let entry = content.map(EntryColumns::into_record).transpose()?;
    Ok(Some(RevisionContent { record, entry }))
}

/// Reads the content of a superseded version; none for a tombstone.
fn content(row: &Row<'_>, head: &Head) -> rusqlite::Result<Option<EntryColumns>> {
    let Some(value) = row.get(7)? else { return Ok(None) };
    Ok(Some(EntryColumns {
        created_at: ticks(head.created_at),
        written_at: row.get(2)?,
        counter: row.get(0)?,
        user_ids: row.get(5)?,
        attributes: row.get(6)?,
        value,
    }))
}

fn find_head(
    connection: &Connection,
    address: &EntryAddress,
    now: Timestamp,
) -> Result<Option<Head>, Failure> {
    match stores::find(connection, StoreKind::Standard, &address.store)? {
        Some(store) => Head::find(connection, store, &address.id(), now),
        None => Ok(None),
    }
}

/// Describes the newest version of a key, which may be a tombstone.
pub(super) fn newest(connection: &Connection, head: &Head) -> Result<RevisionRecord, Failure> {
    let (size_bytes, expires_at) = connection
        .prepare_cached("SELECT coalesce(octet_length(value), 0), expires_at FROM entries WHERE id = ?1")?
        .query_row([head.id], |row| Ok((size(row.get(0)?), row.get::<_, Option<i64>>(1)?)))?;
    Ok(RevisionRecord {
        revision: head.revision(),
        created_at: head.written_at,
        state: if head.removed { RevisionState::Removed } else { RevisionState::Current },
        size_bytes,
        expires_at: expires_at.map(time),
    })
}

/// Reads `counter, state, written_at, expires_at` and the size of a superseded version.
pub(super) fn superseded(row: &Row<'_>, head: &Head) -> rusqlite::Result<RevisionRecord> {
    let written_at = time(row.get(2)?);
    Ok(RevisionRecord {
        revision: RevisionId::new(head.created_at, row.get(0)?, written_at),
        created_at: written_at,
        state: row.get::<_, SupersededState>(1)?.state(),
        size_bytes: size(row.get(4)?),
        expires_at: Some(time(row.get(3)?)),
    })
}
