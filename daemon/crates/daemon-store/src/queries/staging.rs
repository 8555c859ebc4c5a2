//! Staged sets: items come, go and are looked at again, until the set is committed or discarded.

use std::collections::HashMap;

use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::state::{ItemEvent, ItemState, SetState};
use daemon_core::time::Timestamp;
use rusqlite::Connection;

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::journal::records::{
    AuditRecord, Difference, ItemId, ItemProblem, JobRecord, NewItem, Principal, SetChanges, SetId,
    SetRecord, StagedItem,
};
use crate::queries::change_sets::SetRow;
use crate::queries::data_stores::StoreTally;
use crate::queries::items::{self, ItemRow};
use crate::queries::{audit, contents, data_stores, jobs};

/// Adds items to a staged set that may have at most `limit`.
pub(crate) fn stage(
    database: &Connection,
    id: &SetId,
    new: Vec<NewItem>,
    replace: bool,
    limit: u32,
    now: Timestamp,
) -> Result<(SetRecord, Vec<StagedItem>), Failure> {
    let mut set = SetRow::get_staged(database, id)?;
    let mut tally = StoreTally::default();
    let mut numbers = StoreNumbers::default();
    let mut staged = Vec::with_capacity(new.len());
    for item in new {
        let store = numbers.keep(database, &set.record.connection, &item)?;
        tally.touch(database, set.number, store)?;
        let before = items::find_waiting(database, set.number, store, &item.address)?;
        match before {
            Some(before) if !replace => {
                staged.push(StagedItem::Duplicate(before));
                continue;
            }
            Some(before) => take_out(database, &mut set, before)?,
            None if set.record.counts.total >= limit => {
                return Err(Failure::Rule(StoreError::SetTooLarge { set: set.record.id, limit }));
            }
            None => {}
        }
        set.last_item = set.last_item.checked_add(1).ok_or_else(|| Failure::unreadable("count of items"))?;
        let number = set.last_item;
        add(database, &mut set, number, store, item, now)?;
        staged.push(match before {
            Some(before) => StagedItem::Replaced { before, number },
            None => StagedItem::Added(number),
        });
    }
    set.record.extent.stores = tally.count(database, set.number, set.record.extent.stores)?;
    set.record.checked_at = now;
    set.save_counts(database, now)?;
    set.save_head(database)?;
    Ok((set.record, staged))
}

/// Changes what is said about a staged set, and takes items out of it.
pub(crate) fn amend(database: &Connection, id: &SetId, changes: SetChanges) -> Result<SetRecord, Failure> {
    let mut set = SetRow::get_staged(database, id)?;
    let mut tally = StoreTally::default();
    for number in changes.drop {
        let Some(item) = ItemRow::find(database, &set, number)? else { continue };
        tally.touch(database, set.number, item.store)?;
        take_out(database, &mut set, number)?;
    }
    set.record.extent.stores = tally.count(database, set.number, set.record.extent.stores)?;
    set.record.title = changes.title.unwrap_or(set.record.title);
    set.record.reason = changes.reason.or(set.record.reason);
    set.record.policy = changes.policy.unwrap_or(set.record.policy);
    let checked_at = set.record.checked_at;
    set.save_counts(database, checked_at)?;
    set.save_head(database)?;
    Ok(set.record)
}

/// Puts a staged item on what its entry is now.
pub(crate) fn recheck(
    database: &Connection,
    id: &ItemId,
    base: Option<&Image>,
    after: Option<&Content>,
    difference: Difference,
    problem: Option<ItemProblem>,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut set = SetRow::get_staged(database, &id.set)?;
    let mut item = ItemRow::get(database, &set, id.number)?;
    set.shift_removals(item.images.after.is_none(), after.is_none(), item.record.is_ordered)?;
    item.rebase(database, base, after, difference)?;
    item.record.problem = problem;
    item.record.changed_at = now;
    item.save(database)?;
    set.save_counts(database, now)
}

/// Commits a staged set: from now on its items are sent.
pub(crate) fn commit(
    database: &Connection,
    id: &SetId,
    by: Principal,
    reason: Option<String>,
    job: Option<&JobRecord>,
    record: &AuditRecord,
    now: Timestamp,
) -> Result<SetRecord, Failure> {
    let mut set = SetRow::get_staged(database, id)?;
    let to = set.waiting().after(ItemEvent::Queue).map_err(|cause| {
        let item = ItemId { set: id.clone(), number: 0 };
        Failure::Rule(StoreError::IllegalEvent { item, cause })
    })?;
    let staged = set.record.counts.staged;
    set.shift(Some(ItemState::Staged), Some(to), staged)?;
    set.record.state = SetState::Committing;
    set.record.committed_by = Some(by);
    set.record.committed_at = Some(now);
    set.record.reason = reason.or(set.record.reason);
    if let Some(job) = job {
        jobs::create(database, job)?;
        set.record.job = Some(job.id.clone());
    }
    set.save_head(database)?;
    set.save_counts(database, now)?;
    audit::add(database, record)?;
    Ok(set.record)
}

/// Discards a staged set; its contents go step by step.
pub(crate) fn discard(database: &Connection, id: &SetId, now: Timestamp) -> Result<SetRecord, Failure> {
    let mut set = SetRow::get_staged(database, id)?;
    set.save_discarded(database, true, now)?;
    Ok(set.record)
}

fn add(
    database: &Connection,
    set: &mut SetRow,
    number: u32,
    store: i64,
    mut item: NewItem,
    now: Timestamp,
) -> Result<(), Failure> {
    let (base, after) = (item.base.take(), item.after.take());
    let is_removal = after.is_none();
    let mut row = ItemRow::new(set, number, store, item, now);
    row.record.size_before = base.as_ref().map(|base| base.content.value.len_bytes() as u64);
    row.record.size_after = after.as_ref().map(|after| after.value.len_bytes() as u64);
    row.images.base = match base {
        Some(Image { content, revision }) => {
            Some(items::ImageRef { content: contents::insert(database, set.number, &content)?, revision })
        }
        None => None,
    };
    row.images.after = after.map(|after| contents::insert(database, set.number, &after)).transpose()?;
    row.insert(database)?;
    set.shift(None, Some(ItemState::Staged), 1)?;
    set.shift_removals(false, is_removal, row.record.is_ordered)
}

fn take_out(database: &Connection, set: &mut SetRow, number: u32) -> Result<(), Failure> {
    let item = ItemRow::get(database, set, number)?;
    set.shift(Some(ItemState::Staged), None, 1)?;
    set.shift_removals(item.images.after.is_none(), false, item.record.is_ordered)?;
    item.remove(database)
}

/// The numbers of data stores that a batch met already.
#[derive(Default)]
struct StoreNumbers {
    known: HashMap<(bool, String), i64>,
}

impl StoreNumbers {
    fn keep(&mut self, database: &Connection, connection: &str, item: &NewItem) -> Result<i64, Failure> {
        let name = item.address.store.as_str();
        let known = (item.is_ordered, name.to_owned());
        if let Some(number) = self.known.get(&known) {
            return Ok(*number);
        }
        let number = data_stores::keep(database, connection, item.is_ordered, name)?;
        self.known.insert(known, number);
        Ok(number)
    }
}
