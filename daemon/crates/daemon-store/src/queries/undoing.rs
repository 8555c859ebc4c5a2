//! Sets that take another one back.
//!
//! The items of such a set point to the contents of the other one: no value is read or written.
//!
//! **Invariant:** a set that is being made stands as discarded until it is whole, so that an interrupted one is never
//! committed, and is cleared away in time.

use daemon_core::changes::state::ItemState;
use daemon_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::journal::records::{NewSet, SetId, SetRecord};
use crate::queries::change_sets::SetRow;
use crate::queries::columns::ticks;
use crate::queries::data_stores::StoreTally;

/// What a set that was begun is to take back.
#[derive(Debug)]
pub(crate) struct UndoPlan {
    /// The highest number of an item of the other set.
    pub(crate) last_item: u32,
    /// How many items it has.
    pub(crate) total: u32,
}

/// Makes an empty set that takes `of` back once it is whole.
pub(crate) fn begin(
    database: &Connection,
    of: &SetId,
    new: NewSet,
    now: Timestamp,
) -> Result<UndoPlan, Failure> {
    let undone = get_kept(database, of)?;
    let mut set = SetRow::new(NewSet { undo_of: Some(of.clone()), ..new }, now);
    set.insert(database)?;
    set.save_discarded(database, false, now)?;
    Ok(UndoPlan { last_item: undone.last_item, total: undone.record.counts.total })
}

/// Adds an item for each saved item of `of` whose number lies in one of `ranges`, ends included.
pub(crate) fn add(
    database: &Connection,
    id: &SetId,
    of: &SetId,
    ranges: &[(u32, u32)],
    now: Timestamp,
) -> Result<(), Failure> {
    let undone = get_kept(database, of)?;
    let mut set = SetRow::get(database, id)?;
    let first = set.last_item.saturating_add(1);
    let mut tally = StoreTally::default();
    for (from, to) in ranges {
        touch_stores(database, &mut tally, set.number, undone.number, (*from, *to))?;
        // What became of an increment is taken back as what it is, a change from one value to another.
        let added = database
            .prepare_cached(
                "INSERT INTO items (change_set, number, state, changed_at, store, scope, key, places, \
                     user_ids_differ, attributes_differ, size_before, size_after, intent, may_be_told, \
                     base_content, base_revision, after_content)
                 SELECT ?1, ?2 + row_number() OVER (ORDER BY i.number), 0, ?3, i.store, i.scope, i.key, i.places, \
                     i.user_ids_differ, i.attributes_differ, i.size_after, \
                     iif(i.before_content IS i.base_content, i.size_before, \
                         (SELECT octet_length(c.value) FROM contents c WHERE c.number = i.before_content)), \
                     0, 0, i.after_content, iif(i.after_content IS NULL, NULL, i.revision), i.before_content
                 FROM items i NOT INDEXED
                 WHERE i.change_set = ?4 AND i.number BETWEEN ?5 AND ?6 AND i.state = 4
                 ORDER BY i.number",
            )?
            .execute(params![set.number, set.last_item, ticks(now), undone.number, from, to])?;
        set.last_item = u32::try_from(added)
            .ok()
            .and_then(|added| set.last_item.checked_add(added))
            .ok_or_else(|| Failure::unreadable("count of items"))?;
    }
    count_added(database, &mut set, first)?;
    set.record.extent.stores = tally.count(database, set.number, set.record.extent.stores)?;
    set.save_counts(database, now)
}

/// Makes the set count, as every set that is staged.
pub(crate) fn finish(database: &Connection, id: &SetId, of: &SetId) -> Result<SetRecord, Failure> {
    get_kept(database, of)?;
    let mut set = SetRow::get(database, id)?;
    set.save_staged(database)?;
    Ok(set.record)
}

/// Finds a set whose contents are kept.
fn get_kept(database: &Connection, id: &SetId) -> Result<SetRow, Failure> {
    let set = SetRow::get(database, id)?;
    if set.record.is_purged {
        return Err(Failure::Rule(StoreError::SetPurged { set: set.record.id }));
    }
    Ok(set)
}

/// Tells the tally of the data stores that saved items of `of` lie in.
fn touch_stores(
    database: &Connection,
    tally: &mut StoreTally,
    set: i64,
    of: i64,
    (from, to): (u32, u32),
) -> Result<(), Failure> {
    let mut statement = database.prepare_cached(
        "SELECT DISTINCT store FROM items NOT INDEXED
         WHERE change_set = ?1 AND number BETWEEN ?2 AND ?3 AND state = 4",
    )?;
    let mut rows = statement.query(params![of, from, to])?;
    while let Some(row) = rows.next()? {
        tally.touch(database, set, row.get(0)?)?;
    }
    Ok(())
}

/// Counts the items from number `first` on.
fn count_added(database: &Connection, set: &mut SetRow, first: u32) -> Result<(), Failure> {
    let mut statement = database.prepare_cached(
        "SELECT count(*), count(*) - count(i.after_content),
             count(*) FILTER (WHERE i.after_content IS NULL AND t.ordered = 1)
         FROM items i NOT INDEXED CROSS JOIN data_stores t ON t.number = i.store
         WHERE i.change_set = ?1 AND i.number >= ?2",
    )?;
    let (items, removals, ordered_removals): (u32, u32, u32) =
        statement.query_row(params![set.number, first], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    set.shift(None, Some(ItemState::Staged), items)?;
    set.record.extent.removals += removals;
    set.record.extent.ordered_removals += ordered_removals;
    Ok(())
}
