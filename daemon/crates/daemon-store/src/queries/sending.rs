//! The way of committed items: made durable, sent, settled (S-33, S-34, S-37).
//!
//! **Invariant:** an intent, its pre-image and the line of the attempt are stored together or not at all.

use daemon_core::changes::attempt::{Intent, Outcome};
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::state::{ItemEvent, ItemState, SetState};
use daemon_core::names::EntryAddress;
use daemon_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::journal::Begun;
use crate::journal::records::{
    AuditRecord, Difference, ItemId, ItemProblem, ItemRecord, NewItem, NewSet, SetId, SetRecord, WorkItem,
};
use crate::queries::change_sets::{self, SetRow};
use crate::queries::columns::{row_count, ticks};
use crate::queries::items::{self, ImageRef, ImageRefs, ItemRow};
use crate::queries::{audit, contents, data_stores};

/// The most bytes of values that are read together; a single item may have more.
const BATCH_BYTES: usize = 8 << 20;

/// Makes the intent of an item durable, unless another item of its entry is on its way.
pub(crate) fn begin(
    database: &Connection,
    id: &ItemId,
    intent: &Intent,
    record: &AuditRecord,
    now: Timestamp,
) -> Result<Begun, Failure> {
    let mut set = SetRow::get_committed(database, &id.set)?;
    let mut item = ItemRow::get(database, &set, id.number)?;
    let from = item.take(ItemEvent::Begin, now)?;
    if let Some(other) = items::find_in_flight(database, item.store, &item.record.address)?
        && other != (set.number, id.number)
    {
        return blocked(database, other);
    }
    let before = intent.before.as_ref().map(|before| item.keep_image(database, before)).transpose()?;
    let after = intent.after.as_ref().map(|after| item.keep_content(database, after)).transpose()?;
    set.shift_removals(item.images.after.is_none(), after.is_none(), item.record.is_ordered)?;
    let images = ImageRefs { after, before, ..item.images.clone() };
    item.replace_images(database, images)?;
    item.has_intent = true;
    item.record.size_after = intent.after.as_ref().map(|after| after.value.len_bytes() as u64);
    item.record.problem = None;
    item.save(database)?;
    audit::add(database, record)?;
    set.shift(Some(from), Some(item.record.state), 1)?;
    set.save_counts(database, now)?;
    Ok(Begun::Begun)
}

/// Makes a committed set of one item, and its intent durable, unless another item of its entry is on its way.
pub(crate) fn begin_direct(
    database: &Connection,
    new: NewSet,
    item: NewItem,
    intent: &Intent,
    record: &AuditRecord,
    now: Timestamp,
) -> Result<Begun, Failure> {
    let store = data_stores::keep(database, &new.connection, item.is_ordered, item.address.store.as_str())?;
    if let Some(other) = items::find_in_flight(database, store, &item.address)? {
        return blocked(database, other);
    }
    let mut set = SetRow::new(new, now);
    set.record.committed_by = Some(set.record.created_by.clone());
    set.record.committed_at = Some(now);
    set.record.extent.stores = 1;
    set.last_item = 1;
    set.shift(None, Some(ItemState::Sending), 1)?;
    set.shift_removals(false, intent.after.is_none(), item.is_ordered)?;
    set.insert_committing(database)?;

    let base = match &item.base {
        Some(Image { content, revision }) => {
            let content = contents::insert(database, set.number, content)?;
            Some(ImageRef { content, revision: revision.clone() })
        }
        None => None,
    };
    let before = match (&intent.before, &item.base, &base) {
        (None, _, _) => None,
        // Nearly always: what was found just before is what the change was made on, and is stored once.
        (Some(before), Some(found), Some(base)) if before.content == found.content => {
            Some(ImageRef { content: base.content, revision: before.revision.clone() })
        }
        (Some(before), _, _) => Some(ImageRef {
            content: contents::insert(database, set.number, &before.content)?,
            revision: before.revision.clone(),
        }),
    };
    let after =
        intent.after.as_ref().map(|after| contents::insert(database, set.number, after)).transpose()?;
    let mut row = ItemRow::new(&set, 1, store, item, now);
    row.record.size_after = intent.after.as_ref().map(|after| after.value.len_bytes() as u64);
    row.take(ItemEvent::Begin, now)?;
    row.images = ImageRefs { base, after, before, theirs: None };
    row.has_intent = true;
    row.insert(database)?;
    audit::add(database, record)?;
    Ok(Begun::Begun)
}

/// Stores what came of an item.
pub(crate) fn settle(
    database: &Connection,
    id: &ItemId,
    outcome: Outcome,
    problem: Option<ItemProblem>,
    record: &AuditRecord,
    now: Timestamp,
) -> Result<SetRecord, Failure> {
    let mut set = SetRow::get(database, &id.set)?;
    let mut item = ItemRow::get(database, &set, id.number)?;
    let from = item.take(outcome.event(), now)?;
    item.record.problem = problem_of(&outcome, problem);
    match outcome {
        Outcome::Saved { revision, .. } => item.record.revision = revision,
        Outcome::Conflict { theirs, .. } => {
            let theirs = theirs.map(|theirs| item.keep_image(database, &theirs)).transpose()?;
            // What was merged already stands on what was there then.
            let base = if item.has_intent { item.images.before.clone() } else { item.images.base.clone() };
            let images = ImageRefs { base, theirs, ..item.images.clone() };
            item.replace_images(database, images)?;
        }
        // It is certain that nothing was sent.
        Outcome::Postponed(_) => {
            let base = if item.has_intent { item.images.before.clone() } else { item.images.base.clone() };
            let images = ImageRefs { base, before: None, ..item.images.clone() };
            item.replace_images(database, images)?;
            item.has_intent = false;
        }
        Outcome::Refused(_) | Outcome::Unknown { .. } | Outcome::Superseded => {}
    }
    item.save(database)?;
    audit::add(database, record)?;
    set.shift(Some(from), Some(item.record.state), 1)?;
    set.save_counts(database, now)?;
    Ok(set.record)
}

/// Puts an item in conflict back into the queue, on another base.
pub(crate) fn requeue(
    database: &Connection,
    id: &ItemId,
    base: Option<&Image>,
    after: Option<&Content>,
    difference: Difference,
    record: &AuditRecord,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut set = SetRow::get_committed(database, &id.set)?;
    if set.record.is_purged {
        return Err(Failure::Rule(StoreError::SetPurged { set: set.record.id }));
    }
    let mut item = ItemRow::get(database, &set, id.number)?;
    let from = item.take(ItemEvent::Queue, now)?;
    set.shift_removals(item.images.after.is_none(), after.is_none(), item.record.is_ordered)?;
    item.rebase(database, base, after, difference)?;
    item.record.problem = None;
    item.save(database)?;
    audit::add(database, record)?;
    set.shift(Some(from), Some(item.record.state), 1)?;
    set.save_counts(database, now)
}

/// Leaves out what a set has not sent yet.
pub(crate) fn supersede_queued(
    database: &Connection,
    id: &SetId,
    reason: String,
    now: Timestamp,
) -> Result<SetRecord, Failure> {
    let mut set = SetRow::get_committed(database, id)?;
    let to = ItemState::Queued.after(ItemEvent::Supersede).map_err(|cause| {
        let item = ItemId { set: id.clone(), number: 0 };
        Failure::Rule(StoreError::IllegalEvent { item, cause })
    })?;
    let problem = items::left_out(reason.clone());
    // Those that were on their way before; the others wait, and are told by their set.
    database
        .prepare_cached(
            "UPDATE items SET state = 7, changed_at = ?2, problem_code = ?3, problem_message = ?4
             WHERE change_set = ?1 AND state = 1 AND state IN (1, 3, 5, 6, 7)",
        )?
        .execute(params![set.number, ticks(now), problem.code, problem.message])?;
    let queued = set.record.counts.queued;
    set.shift(Some(ItemState::Queued), Some(to), queued)?;
    if set.record.state == SetState::Committing && set.stop.is_none() {
        set.stop = Some((now, reason));
        set.save_head(database)?;
    }
    set.save_counts(database, now)?;
    Ok(set.record)
}

/// Lists items that wait to be sent, with their values, by number.
pub(crate) fn list_queued(
    database: &Connection,
    id: &SetId,
    after: u32,
    limit: usize,
) -> Result<Vec<WorkItem>, Failure> {
    let set = SetRow::get(database, id)?;
    let mut statement = match set.waiting() {
        ItemState::Queued => database.prepare_cached(select_items!(
            "NOT INDEXED",
            "WHERE i.change_set = ?1 AND i.number > ?2 AND i.state IN (0, 1) ORDER BY i.number LIMIT ?3"
        ))?,
        _ => database.prepare_cached(select_items!(
            "INDEXED BY items_by_state",
            "WHERE i.change_set = ?1 AND i.state = 1 AND i.number > ?2 AND i.state IN (1, 3, 5, 6, 7)
             ORDER BY i.number LIMIT ?3"
        ))?,
    };
    let mut rows = statement.query(params![set.number, after, row_count(limit)])?;
    let mut batch = Batch::default();
    while let Some(row) = rows.next()? {
        if !batch.add(items::read(row, &set)?.load(database)?) {
            break;
        }
    }
    Ok(batch.items)
}

/// Lists items of all sets that may have been sent, and of which reading back may tell what came of it.
pub(crate) fn list_in_flight(
    database: &Connection,
    after: Option<&ItemId>,
    limit: usize,
) -> Result<Vec<WorkItem>, Failure> {
    let (set, number) = match after {
        Some(after) => (SetRow::get(database, &after.set)?.number, after.number),
        None => (0, 0),
    };
    let mut statement = database.prepare_cached(
        "SELECT change_set, number FROM items INDEXED BY items_in_flight
         WHERE state IN (2, 3) AND (state = 2 OR may_be_told = 1)
             AND (change_set > ?1 OR (change_set = ?1 AND number > ?2))
         ORDER BY change_set, number LIMIT ?3",
    )?;
    let mut rows = statement.query(params![set, number, row_count(limit)])?;
    let mut batch = Batch::default();
    let mut latest: Option<SetRow> = None;
    while let Some(row) = rows.next()? {
        let (number, item): (i64, u32) = (row.get(0)?, row.get(1)?);
        let set = match latest.take() {
            Some(set) if set.number == number => set,
            _ => SetRow::at(database, number)?,
        };
        let item = ItemRow::get(database, &set, item)?.load(database)?;
        latest = Some(set);
        if !batch.add(item) {
            break;
        }
    }
    Ok(batch.items)
}

/// Finds the item that keeps an entry from being changed.
pub(crate) fn find_blocking(
    database: &Connection,
    connection: &str,
    address: &EntryAddress,
    is_ordered: bool,
) -> Result<Option<ItemRecord>, Failure> {
    let Some(store) = data_stores::find(database, connection, is_ordered, address.store.as_str())? else {
        return Ok(None);
    };
    let Some((set, number)) = items::find_in_flight(database, store, address)? else { return Ok(None) };
    let set = SetRow::at(database, set)?;
    Ok(Some(ItemRow::get(database, &set, number)?.record))
}

fn blocked(database: &Connection, (set, number): (i64, u32)) -> Result<Begun, Failure> {
    Ok(Begun::Blocked(ItemId { set: change_sets::id_of(database, set)?, number }))
}

/// What is kept of an outcome that is no success: what the caller says of it, else what the outcome says itself.
fn problem_of(outcome: &Outcome, told: Option<ItemProblem>) -> Option<ItemProblem> {
    let empty = ItemProblem { code: String::new(), message: String::new(), clash: None, may_be_told: false };
    match outcome {
        Outcome::Saved { .. } | Outcome::Superseded => told,
        Outcome::Conflict { clash, .. } => Some(ItemProblem { clash: Some(*clash), ..told.unwrap_or(empty) }),
        Outcome::Refused(problem) | Outcome::Postponed(problem) => Some(told.unwrap_or(ItemProblem {
            code: problem.code.clone(),
            message: problem.message.clone(),
            ..empty
        })),
        Outcome::Unknown { problem, may_be_told } => {
            let (code, message) = (problem.code.clone(), problem.message.clone());
            let told = told.unwrap_or(ItemProblem { code, message, ..empty });
            Some(ItemProblem { may_be_told: *may_be_told, ..told })
        }
    }
}

/// Items with their values, within [`BATCH_BYTES`].
#[derive(Default)]
struct Batch {
    items: Vec<WorkItem>,
    size_bytes: usize,
}

impl Batch {
    /// Adds an item if there is room for it, as there always is for the first one.
    fn add(&mut self, item: WorkItem) -> bool {
        let images = &item.images;
        let image =
            |image: &Option<Image>| image.as_ref().map_or(0, |image| contents::size_bytes(&image.content));
        self.size_bytes += image(&images.base)
            + images.after.as_ref().map_or(0, contents::size_bytes)
            + image(&images.before)
            + image(&images.theirs);
        let has_room = self.items.is_empty() || self.size_bytes <= BATCH_BYTES;
        if has_room {
            self.items.push(item);
        }
        has_room
    }
}
