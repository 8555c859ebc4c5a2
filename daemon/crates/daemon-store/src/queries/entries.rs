//! Reading and writing entries of standard stores, by the version rules of `roblox-apis.md §4.5`.
//!
//! **Invariant:** whatever a write supersedes is stored as a version in the same transaction, except what Roblox would lose
//! where no local copies are kept.

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, EntryId, StoreKind, StoreName};
use daemon_core::revision::{REVISION_LIFETIME, RevisionId, keeps_previous};
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use rusqlite::{Connection, OptionalExtension, Statement, named_params, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{EntryColumns, attributes_text, ticks, time, user_ids_text};
use crate::queries::expiry;
use crate::queries::revisions::{self, SupersededState};
use crate::queries::stores::{self, StoreRow, Tally};
use crate::universe::records::{EntryRecord, Expectation, ImportItem, RemoveReceipt, Write, WriteReceipt};

const INSERT: &str = "INSERT INTO entries
         (store_id, removed, scope, key, created_at, written_at, counter, user_ids, attributes, value)
     VALUES (?1, 0, ?2, ?3, ?4, ?4, 1, ?5, ?6, ?7)
     ON CONFLICT DO NOTHING";

/// The row of a key without its content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) id: i64,
    pub(super) removed: bool,
    pub(super) created_at: Timestamp,
    pub(super) written_at: Timestamp,
    pub(super) counter: u32,
}

/// A version just written; its identifier is formatted by whoever waits for it, not on the writer's thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    key_created_at: Timestamp,
    at: Timestamp,
    counter: u32,
    created: bool,
}

/// What a new version holds.
struct Content<'a> {
    value: &'a JsonText,
    user_ids: &'a UserIds,
    attributes: &'a Attributes,
}

impl Written {
    /// Tells the caller what was written.
    pub(crate) fn receipt(&self) -> WriteReceipt {
        let revision = RevisionId::new(self.key_created_at, self.counter, self.at);
        WriteReceipt { revision, created: self.created }
    }
}

impl Head {
    /// Finds a key, live or removed; a tombstone past its time counts as no key.
    pub(super) fn find(
        connection: &Connection,
        store: StoreRow,
        id: &EntryId,
        now: Timestamp,
    ) -> Result<Option<Self>, Failure> {
        if let Some((head, _)) = Self::find_row(connection, store, id, false)? {
            return Ok(Some(head));
        }
        Self::find_tombstone(connection, store, id, now)
    }

    fn find_tombstone(
        connection: &Connection,
        store: StoreRow,
        id: &EntryId,
        now: Timestamp,
    ) -> Result<Option<Self>, Failure> {
        if !store.has_tombstones {
            return Ok(None);
        }
        let found = Self::find_row(connection, store, id, true)?;
        Ok(found.filter(|(_, expires_at)| expires_at.is_none_or(|at| at > now)).map(|(head, _)| head))
    }

    fn find_row(
        connection: &Connection,
        store: StoreRow,
        id: &EntryId,
        removed: bool,
    ) -> Result<Option<(Self, Option<Timestamp>)>, Failure> {
        let row = connection
            .prepare_cached(
                "SELECT id, created_at, written_at, counter, expires_at FROM entries
                 WHERE store_id = ?1 AND removed = ?2 AND scope = ?3 AND key = ?4",
            )?
            .query_row(params![store.id, removed, id.scope.as_str(), id.key.as_str()], |row| {
                let head = Self {
                    id: row.get(0)?,
                    removed,
                    created_at: time(row.get(1)?),
                    written_at: time(row.get(2)?),
                    counter: row.get(3)?,
                };
                Ok((head, row.get::<_, Option<i64>>(4)?.map(time)))
            })
            .optional()?;
        Ok(row)
    }

    /// Returns the version this row stands for.
    pub(super) fn revision(&self) -> RevisionId {
        RevisionId::new(self.created_at, self.counter, self.written_at)
    }

    /// Returns the head as it is after one more write at `now`, or later where the clock went back.
    fn next(&self, removed: bool, now: Timestamp) -> Result<Self, Failure> {
        let counter = self.counter.checked_add(1).ok_or_else(|| Failure::unreadable("write counter"))?;
        Ok(Self { removed, written_at: now.strictly_after(self.written_at), counter, ..*self })
    }
}

/// Reads a live entry.
pub(crate) fn get(connection: &Connection, address: &EntryAddress) -> Result<Option<EntryRecord>, Failure> {
    let columns = connection
        .prepare_cached(
            "SELECT created_at, written_at, counter, user_ids, attributes, value FROM entries
             WHERE store_id = (SELECT id FROM stores WHERE kind = 0 AND name = ?1 AND expires_at IS NULL)
                 AND removed = 0 AND scope = ?2 AND key = ?3",
        )?
        .query_row(params![address.store.as_str(), address.scope.as_str(), address.key.as_str()], |row| {
            EntryColumns::read(row, 0)
        })
        .optional()?;
    columns.map(EntryColumns::into_record).transpose()
}

/// Writes an entry, if it is what the caller expects.
pub(crate) fn write(connection: &Connection, write: &Write, local_copies: bool) -> Result<Written, Failure> {
    let address = &write.address;
    let store = stores::find_or_create(connection, StoreKind::Standard, &address.store, write.now)?;
    let id = address.id();
    let head = Head::find(connection, store, &id, write.now)?;
    check_expectation(connection, address, head, &write.expected)?;
    let content = Content { value: &write.value, user_ids: &write.user_ids, attributes: &write.attributes };
    let mut tally = Tally::default();
    let written = if let Some(head) = head {
        overwrite(connection, store, head, &content, write.now, local_copies)?
    } else {
        forget_expired(connection, store, &id, write.now, &mut tally)?;
        let mut insert = connection.prepare_cached(INSERT)?;
        insert_new(&mut insert, store, &id, &content, write.now)?.ok_or_else(|| Failure::unreadable("key"))?
    };
    count(&mut tally, &id, head, written.created);
    tally.store(connection, store, write.now)?;
    Ok(written)
}

/// Writes all items, and answers what was written in the order given.
pub(crate) fn import(
    connection: &Connection,
    store: &StoreName,
    items: &[ImportItem],
    now: Timestamp,
    local_copies: bool,
) -> Result<Vec<Written>, Failure> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let store = stores::find_or_create(connection, StoreKind::Standard, store, now)?;
    // In key order the index is walked once per batch. The sort is stable: of equal keys the later is written later.
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&position| &items[position].id);
    let mut tally = Tally::default();
    let mut insert = connection.prepare_cached(INSERT)?;
    let mut written = Vec::with_capacity(items.len());
    for position in order {
        let item = &items[position];
        written.push((
            position,
            import_item(connection, &mut insert, store, item, now, local_copies, &mut tally)?,
        ));
    }
    tally.store(connection, store, now)?;
    written.sort_unstable_by_key(|(position, _)| *position);
    Ok(written.into_iter().map(|(_, written)| written).collect())
}

fn import_item<'a>(
    connection: &Connection,
    insert: &mut Statement<'_>,
    store: StoreRow,
    item: &'a ImportItem,
    now: Timestamp,
    local_copies: bool,
    tally: &mut Tally<'a>,
) -> Result<Written, Failure> {
    let content = Content { value: &item.value, user_ids: &item.user_ids, attributes: &item.attributes };
    let mut head = Head::find_tombstone(connection, store, &item.id, now)?;
    if head.is_none() {
        forget_expired(connection, store, &item.id, now, tally)?;
        // Most imported keys are new, so the row is tried before the key is looked up.
        if let Some(written) = insert_new(insert, store, &item.id, &content, now)? {
            count(tally, &item.id, None, true);
            return Ok(written);
        }
        head = Head::find_row(connection, store, &item.id, false)?.map(|(head, _)| head);
    }
    let head = head.ok_or_else(|| Failure::unreadable("key"))?;
    let written = overwrite(connection, store, head, &content, now, local_copies)?;
    count(tally, &item.id, Some(head), written.created);
    Ok(written)
}

/// Removes a live entry, if it is what the caller expects.
pub(crate) fn remove(
    connection: &Connection,
    address: &EntryAddress,
    expected: &Expectation,
    now: Timestamp,
) -> Result<RemoveReceipt, Failure> {
    let not_found = || Failure::Rule(StoreError::EntryNotFound { address: Box::new(address.clone()) });
    let id = address.id();
    let store = stores::find(connection, StoreKind::Standard, &address.store)?;
    let head = store.map(|store| Head::find(connection, store, &id, now)).transpose()?.flatten();
    check_expectation(connection, address, head, expected)?;
    let (Some(store), Some(head)) = (store, head.filter(|head| !head.removed)) else {
        return Err(not_found());
    };
    let next = head.next(true, now)?;
    revisions::keep(connection, head.id, SupersededState::Kept, next.written_at)?;
    connection
        .prepare_cached(
            "UPDATE entries SET removed = 1, written_at = ?2, counter = ?3, expires_at = ?4,
                 user_ids = NULL, attributes = NULL, value = NULL
             WHERE id = ?1",
        )?
        .execute(params![
            next.id,
            ticks(next.written_at),
            next.counter,
            ticks(next.written_at.saturating_add(REVISION_LIFETIME)),
        ])?;
    expiry::purge_key(connection, head.id, now)?;
    let mut tally = Tally::default();
    tally.live(id.scope.as_str(), -1);
    tally.removed(1);
    tally.store(connection, store, now)?;
    Ok(RemoveReceipt { revision: next.revision() })
}

fn check_expectation(
    connection: &Connection,
    address: &EntryAddress,
    head: Option<Head>,
    expected: &Expectation,
) -> Result<(), Failure> {
    let live = head.filter(|head| !head.removed);
    let met = match (expected, live) {
        (Expectation::Any, _) | (Expectation::Absent, None) | (Expectation::Live, Some(_)) => true,
        (Expectation::Live, None) => {
            return Err(Failure::Rule(StoreError::EntryNotFound { address: Box::new(address.clone()) }));
        }
        (Expectation::Absent, Some(_)) | (Expectation::Revision(_), None) => false,
        (Expectation::Revision(expected), Some(head)) => *expected == head.revision(),
    };
    if met {
        return Ok(());
    }
    let current = get(connection, address)?.map(Box::new);
    Err(Failure::Rule(StoreError::Conflict { current }))
}

/// Runs [`INSERT`] for the first version of a key; none when a live row has it already.
fn insert_new(
    insert: &mut Statement<'_>,
    store: StoreRow,
    id: &EntryId,
    content: &Content<'_>,
    now: Timestamp,
) -> Result<Option<Written>, Failure> {
    let rows = insert.execute(params![
        store.id,
        id.scope.as_str(),
        id.key.as_str(),
        ticks(now),
        user_ids_text(content.user_ids),
        attributes_text(content.attributes),
        content.value.as_str(),
    ])?;
    Ok((rows == 1).then_some(Written { key_created_at: now, at: now, counter: 1, created: true }))
}

/// Writes a further version of a key, reviving it if it was removed.
fn overwrite(
    connection: &Connection,
    store: StoreRow,
    head: Head,
    content: &Content<'_>,
    now: Timestamp,
    local_copies: bool,
) -> Result<Written, Failure> {
    let next = head.next(false, now)?;
    let state = if head.removed {
        SupersededState::Removed
    } else if keeps_previous(head.written_at, next.written_at, store.snapshot) {
        SupersededState::Kept
    } else {
        SupersededState::LocalCopy
    };
    if local_copies || !matches!(state, SupersededState::LocalCopy) {
        revisions::keep(connection, head.id, state, next.written_at)?;
    }
    connection
        .prepare_cached(
            "UPDATE entries SET written_at = :written_at, counter = :counter,
                 user_ids = :user_ids, attributes = :attributes, value = :value
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": next.id,
            ":written_at": ticks(next.written_at),
            ":counter": next.counter,
            ":user_ids": user_ids_text(content.user_ids),
            ":attributes": attributes_text(content.attributes),
            ":value": content.value.as_str(),
        })?;
    if head.removed {
        // A statement of its own, because naming these columns above would rewrite their indexes on every overwrite.
        connection
            .prepare_cached("UPDATE entries SET removed = 0, expires_at = NULL WHERE id = ?1")?
            .execute([head.id])?;
    }
    expiry::purge_key(connection, head.id, now)?;
    Ok(Written {
        key_created_at: next.created_at,
        at: next.written_at,
        counter: next.counter,
        created: head.removed,
    })
}

/// Clears away the tombstone of this key, if one past its time is left: the key starts anew.
fn forget_expired(
    connection: &Connection,
    store: StoreRow,
    id: &EntryId,
    now: Timestamp,
    tally: &mut Tally<'_>,
) -> Result<(), Failure> {
    if !store.has_tombstones {
        return Ok(());
    }
    let forgotten = connection
        .prepare_cached(
            "DELETE FROM entries
             WHERE store_id = ?1 AND removed = 1 AND scope = ?2 AND key = ?3 AND expires_at <= ?4",
        )?
        .execute(params![store.id, id.scope.as_str(), id.key.as_str(), ticks(now)])?;
    if forgotten > 0 {
        tally.removed(-1);
    }
    Ok(())
}

fn count<'a>(tally: &mut Tally<'a>, id: &'a EntryId, before: Option<Head>, created: bool) {
    if created {
        tally.live(id.scope.as_str(), 1);
    }
    if before.is_some_and(|head| head.removed) {
        tally.removed(-1);
    }
}
