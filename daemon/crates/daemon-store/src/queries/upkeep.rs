//! Clearing away contents that nobody needs any more.
//!
//! **Invariant:** the contents of a set stay while another set that takes it back may need them: of a chain of such sets the
//! latest goes first.
//!
//! **Invariant:** a set that someone has to look at keeps its contents (I1).

use daemon_core::changes::level::Extent;
use daemon_core::changes::state::{ItemState, SetState};
use daemon_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::database::failure::Failure;
use crate::journal::records::SetId;
use crate::queries::change_sets::SetRow;
use crate::queries::columns::{row_count, size, ticks};
use crate::queries::contents;

/// About how many bytes of values are cleared away in one transaction.
const STEP_BYTES: u64 = 32 << 20;

/// What one step did.
#[derive(Clone, Copy, Debug)]
struct Step {
    items: usize,
    /// The last item that was reached.
    last: u32,
    is_over: bool,
}

/// Clears away contents of sets that ended before a time, and items of discarded ones; answers how much was done, and 0 when
/// there is nothing left to do.
pub(crate) fn purge(database: &Connection, before: Timestamp, limit: usize) -> Result<usize, Failure> {
    let mut done = 0;
    while done < limit {
        let Some(number) = find_due(database, before)? else { break };
        let mut set = SetRow::at(database, number)?;
        let room = limit - done;
        let step = if set.record.state == SetState::Discarded {
            clear_items(database, &mut set, room)?
        } else {
            let step = clear_contents(database, &set, room)?;
            set.purged_to = step.last;
            step
        };
        set.save_purged(database, step.is_over)?;
        done += step.items + 1;
        if !step.is_over {
            break;
        }
    }
    Ok(done)
}

/// Clears away contents of a discarded set; answers whether none is left.
pub(crate) fn clear_discarded(database: &Connection, id: &SetId, limit: usize) -> Result<bool, Failure> {
    let mut set = SetRow::get(database, id)?;
    let step = clear_contents(database, &set, limit)?;
    set.purged_to = step.last;
    // Its items stay for a while, so that people see what it was.
    set.save_purged(database, false)?;
    Ok(step.is_over)
}

fn find_due(database: &Connection, before: Timestamp) -> Result<Option<i64>, Failure> {
    Ok(database
        .prepare_cached(
            "SELECT s.number FROM change_sets s
             WHERE s.due_at < ?1
                 AND NOT EXISTS (SELECT 1 FROM change_sets u WHERE u.undo_of = s.id AND u.purged = 0)
             ORDER BY s.due_at LIMIT 1",
        )?
        .query_row([ticks(before)], |row| row.get(0))
        .optional()?)
}

/// Deletes contents of further items, and what points to them.
fn clear_contents(database: &Connection, set: &SetRow, limit: usize) -> Result<Step, Failure> {
    let step = forget_contents(database, set, set.purged_to, limit)?;
    database
        .prepare_cached(
            "UPDATE items SET base_content = NULL, after_content = NULL, before_content = NULL, \
                 theirs_content = NULL
             WHERE change_set = ?1 AND number > ?2 AND number <= ?3",
        )?
        .execute(params![set.number, set.purged_to, step.last])?;
    Ok(step)
}

/// Deletes items, with what is left of their contents.
fn clear_items(database: &Connection, set: &mut SetRow, limit: usize) -> Result<Step, Failure> {
    let step = forget_contents(database, set, 0, limit)?;
    let deleted = database
        .prepare_cached("DELETE FROM items WHERE change_set = ?1 AND number <= ?2")?
        .execute(params![set.number, step.last])?;
    let deleted = u32::try_from(deleted).map_err(|_| Failure::unreadable("count of items"))?;
    set.record.extent = Extent::default();
    set.shift(Some(ItemState::Staged), None, deleted)?;
    let created_at = set.record.created_at;
    set.save_counts(database, created_at)?;
    Ok(step)
}

/// Deletes the contents of items after a number.
fn forget_contents(database: &Connection, set: &SetRow, after: u32, limit: usize) -> Result<Step, Failure> {
    let mut statement = database.prepare_cached(
        "SELECT number, base_content, after_content, before_content, theirs_content,
             coalesce(size_before, 0) + coalesce(size_after, 0)
         FROM items NOT INDEXED WHERE change_set = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
    )?;
    let mut rows = statement.query(params![set.number, after, row_count(limit)])?;
    let mut step = Step { items: 0, last: after, is_over: true };
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        if bytes > STEP_BYTES {
            step.is_over = false;
            return Ok(step);
        }
        let numbers: [Option<i64>; 4] = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
        for number in numbers.into_iter().flatten() {
            contents::forget(database, set.number, number)?;
        }
        bytes += size(row.get(5)?);
        step.last = row.get(0)?;
        step.items += 1;
    }
    step.is_over = step.items < limit;
    Ok(step)
}
