//! Change sets without their items.
//!
//! **Invariant:** counts, extent and state are stored in the transaction that changes an item (S-34).

use daemon_core::changes::level::Extent;
use daemon_core::changes::policy::ConflictPolicy;
use daemon_core::changes::state::{ItemState, SetState};
use daemon_core::time::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, Row, ToSql, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::journal::records::{ItemCounts, JobId, NewSet, Principal, SetId, SetQuery, SetRecord};
use crate::queries::columns::{row_count, ticks, time};

/// A selection of change sets; what follows is `WHERE` and on.
macro_rules! select_sets {
    ($rest:literal) => {
        concat!(
            "SELECT s.number, s.id, s.connection, s.state, s.created_by, s.created_by_name, s.created_at, \
             s.checked_at, s.committed_by, s.committed_by_name, s.committed_at, s.finished_at, s.stopped_at, \
             s.stop_reason, s.undo_of, s.job, s.policy, s.last_item, s.staged, s.queued, s.sending, s.saved, \
             s.conflict, s.refused, s.unknown, s.superseded, s.removals, s.ordered_removals, s.stores, \
             s.purged, s.purged_to, s.title, s.reason, \
             (SELECT u.id FROM change_sets u WHERE u.undo_of = s.id AND u.state != 3 \
              ORDER BY u.number DESC LIMIT 1) \
             FROM change_sets s ",
            $rest
        )
    };
}

/// A set as it is stored.
#[derive(Debug)]
pub(super) struct SetRow {
    /// Its number, in the order the sets were made.
    pub(super) number: i64,
    /// What is known of it.
    pub(super) record: SetRecord,
    /// The highest number an item was given.
    pub(super) last_item: u32,
    /// Since when, and why, what waits is left out.
    pub(super) stop: Option<(Timestamp, String)>,
    /// The last item whose contents are gone.
    pub(super) purged_to: u32,
    /// The state in the table, and whether it says that someone has to look.
    standing: (SetState, bool),
}

/// A [`SetState`] in its column.
struct StateColumn(SetState);

impl SetRow {
    /// A set that is not stored yet.
    pub(super) fn new(new: NewSet, now: Timestamp) -> Self {
        let record = SetRecord {
            id: new.id,
            connection: new.connection,
            title: new.title,
            reason: new.reason,
            policy: new.policy,
            state: SetState::Staged,
            created_by: new.by,
            created_at: now,
            checked_at: now,
            committed_by: None,
            committed_at: None,
            finished_at: None,
            undo_of: new.undo_of,
            undone_by: None,
            job: None,
            counts: ItemCounts::default(),
            extent: Extent::default(),
            is_purged: false,
        };
        Self {
            number: 0,
            record,
            last_item: 0,
            stop: None,
            purged_to: 0,
            standing: (SetState::Staged, false),
        }
    }

    /// Finds a set by its id.
    pub(super) fn find(database: &Connection, id: &SetId) -> Result<Option<Self>, Failure> {
        let mut statement = database.prepare_cached(select_sets!("WHERE s.id = ?1"))?;
        statement.query_and_then([&id.0], read)?.next().transpose()
    }

    /// Finds a set that must be there.
    pub(super) fn get(database: &Connection, id: &SetId) -> Result<Self, Failure> {
        Self::find(database, id)?.ok_or_else(|| Failure::Rule(StoreError::SetNotFound { set: id.clone() }))
    }

    /// Finds a set by its number.
    pub(super) fn at(database: &Connection, number: i64) -> Result<Self, Failure> {
        let mut statement = database.prepare_cached(select_sets!("WHERE s.number = ?1"))?;
        statement
            .query_and_then([number], read)?
            .next()
            .unwrap_or_else(|| Err(Failure::unreadable("reference to a change set")))
    }

    /// Finds a set that can still be changed.
    pub(super) fn get_staged(database: &Connection, id: &SetId) -> Result<Self, Failure> {
        let set = Self::get(database, id)?;
        match set.record.state {
            SetState::Staged => Ok(set),
            state => Err(Failure::Rule(StoreError::SetNotStaged { set: set.record.id, state })),
        }
    }

    /// Finds a set whose items may be sent.
    pub(super) fn get_committed(database: &Connection, id: &SetId) -> Result<Self, Failure> {
        let set = Self::get(database, id)?;
        match set.record.state {
            SetState::Committing | SetState::Done => Ok(set),
            state => Err(Failure::Rule(StoreError::SetNotCommitted { set: set.record.id, state })),
        }
    }

    /// What an item that waits stands for.
    pub(super) fn waiting(&self) -> ItemState {
        match (self.record.state, &self.stop) {
            (_, Some(_)) => ItemState::Superseded,
            (SetState::Staged | SetState::Discarded, None) => ItemState::Staged,
            (SetState::Committing | SetState::Done, None) => ItemState::Queued,
        }
    }

    /// Stores the set for the first time.
    pub(super) fn insert(&mut self, database: &Connection) -> Result<(), Failure> {
        let record = &self.record;
        let (counts, extent) = (&record.counts, &record.extent);
        database
            .prepare_cached(
                "INSERT INTO change_sets (id, connection, state, open, created_by, created_by_name, created_at, \
                     checked_at, committed_by, committed_by_name, committed_at, undo_of, job, policy, last_item, \
                     staged, queued, sending, saved, conflict, refused, unknown, superseded, removals, \
                     ordered_removals, stores, purged, purged_to, title, reason)
                 VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, 0, 0, 0, \
                     0, 0, ?18, ?19, ?20, 0, 0, ?21, ?22)",
            )?
            .execute(params![
                record.id.0,
                record.connection,
                state_number(record.state),
                record.created_by.id,
                record.created_by.name,
                ticks(record.created_at),
                ticks(record.checked_at),
                record.committed_by.as_ref().map(|by| &by.id),
                record.committed_by.as_ref().map(|by| &by.name),
                record.committed_at.map(ticks),
                record.undo_of.as_ref().map(|set| &set.0),
                record.job.as_ref().map(|job| &job.0),
                record.policy.as_str(),
                self.last_item,
                counts.staged,
                counts.queued,
                counts.sending,
                extent.removals,
                extent.ordered_removals,
                extent.stores,
                record.title,
                record.reason,
            ])?;
        self.number = database.last_insert_rowid();
        self.standing = (record.state, false);
        Ok(())
    }

    /// Stores a set for the first time that is committed as it is made.
    pub(super) fn insert_committing(&mut self, database: &Connection) -> Result<(), Failure> {
        self.record.state = SetState::Committing;
        self.insert(database)
    }

    /// Counts items that came, went, or went from one state to another.
    pub(super) fn shift(
        &mut self,
        from: Option<ItemState>,
        to: Option<ItemState>,
        by: u32,
    ) -> Result<(), Failure> {
        let counts = &mut self.record.counts;
        if let Some(from) = from {
            subtract(counts.of(from), by)?;
            subtract(&mut counts.total, by)?;
        }
        if let Some(to) = to {
            *counts.of(to) += by;
            counts.total += by;
        }
        self.record.extent.items = counts.total;
        Ok(())
    }

    /// Counts a removal among the items, or one less.
    pub(super) fn shift_removals(&mut self, was: bool, is: bool, is_ordered: bool) -> Result<(), Failure> {
        let extent = &mut self.record.extent;
        match (was, is) {
            (false, true) => {
                extent.removals += 1;
                extent.ordered_removals += u32::from(is_ordered);
            }
            (true, false) => {
                subtract(&mut extent.removals, 1)?;
                subtract(&mut extent.ordered_removals, u32::from(is_ordered))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Stores the counts, and where the set stands by them: a set with nothing to send is done.
    pub(super) fn save_counts(&mut self, database: &Connection, now: Timestamp) -> Result<(), Failure> {
        let record = &mut self.record;
        let counts = &record.counts;
        let is_done = counts.queued == 0 && counts.sending == 0;
        match (record.state, is_done) {
            (SetState::Committing, true) => {
                record.state = SetState::Done;
                record.finished_at = Some(now);
            }
            (SetState::Done, false) => {
                record.state = SetState::Committing;
                record.finished_at = None;
            }
            _ => {}
        }
        database
            .prepare_cached(
                "UPDATE change_sets SET staged = ?2, queued = ?3, sending = ?4, saved = ?5, conflict = ?6, \
                     refused = ?7, unknown = ?8, superseded = ?9, removals = ?10, ordered_removals = ?11, \
                     stores = ?12, last_item = ?13
                 WHERE number = ?1",
            )?
            .execute(params![
                self.number,
                counts.staged,
                counts.queued,
                counts.sending,
                counts.saved,
                counts.conflict,
                counts.refused,
                counts.unknown,
                counts.superseded,
                record.extent.removals,
                record.extent.ordered_removals,
                record.extent.stores,
                self.last_item,
            ])?;
        // A statement of its own, because naming these columns above would rewrite their indexes for every item.
        let is_open = counts.conflict > 0 || counts.unknown > 0;
        let standing = (record.state, is_open);
        if self.standing != standing {
            let due_at = record.finished_at.filter(|_| !is_open);
            database
                .prepare_cached(
                    "UPDATE change_sets SET state = ?2, open = ?3, finished_at = ?4, due_at = ?5 WHERE number = ?1",
                )?
                .execute(params![
                    self.number,
                    state_number(record.state),
                    is_open,
                    record.finished_at.map(ticks),
                    due_at.map(ticks),
                ])?;
            self.standing = standing;
        }
        Ok(())
    }

    /// Stores what people say about the set, and who does what with it.
    pub(super) fn save_head(&self, database: &Connection) -> Result<(), Failure> {
        let record = &self.record;
        database
            .prepare_cached(
                "UPDATE change_sets SET title = ?2, reason = ?3, policy = ?4, checked_at = ?5, committed_by = ?6, \
                     committed_by_name = ?7, committed_at = ?8, stopped_at = ?9, stop_reason = ?10, job = ?11
                 WHERE number = ?1",
            )?
            .execute(params![
                self.number,
                record.title,
                record.reason,
                record.policy.as_str(),
                ticks(record.checked_at),
                record.committed_by.as_ref().map(|by| &by.id),
                record.committed_by.as_ref().map(|by| &by.name),
                record.committed_at.map(ticks),
                self.stop.as_ref().map(|(at, _)| ticks(*at)),
                self.stop.as_ref().map(|(_, reason)| reason),
                record.job.as_ref().map(|job| &job.0),
            ])?;
        Ok(())
    }

    /// Stores that the set was discarded, or that one is still being made that counts only once it is whole.
    pub(super) fn save_discarded(
        &mut self,
        database: &Connection,
        is_purged: bool,
        now: Timestamp,
    ) -> Result<(), Failure> {
        self.record.state = SetState::Discarded;
        self.record.is_purged = is_purged;
        database
            .prepare_cached("UPDATE change_sets SET state = 3, purged = ?2, due_at = ?3 WHERE number = ?1")?
            .execute(params![self.number, is_purged, ticks(now)])?;
        self.standing = (SetState::Discarded, false);
        Ok(())
    }

    /// Stores that a set that was being made is whole.
    pub(super) fn save_staged(&mut self, database: &Connection) -> Result<(), Failure> {
        self.record.state = SetState::Staged;
        database
            .prepare_cached("UPDATE change_sets SET state = 0, due_at = NULL WHERE number = ?1")?
            .execute([self.number])?;
        self.standing = (SetState::Staged, false);
        Ok(())
    }

    /// Stores how far the contents are gone.
    pub(super) fn save_purged(&self, database: &Connection, is_over: bool) -> Result<(), Failure> {
        database
            .prepare_cached(
                "UPDATE change_sets SET purged = 1, purged_to = ?2, due_at = iif(?3, NULL, due_at) WHERE number = ?1",
            )?
            .execute(params![self.number, self.purged_to, is_over])?;
        Ok(())
    }
}

/// Makes a set without items.
pub(crate) fn create(database: &Connection, new: NewSet, now: Timestamp) -> Result<SetRecord, Failure> {
    let mut set = SetRow::new(new, now);
    set.insert(database)?;
    Ok(set.record)
}

/// Finds a set.
pub(crate) fn get(database: &Connection, id: &SetId) -> Result<Option<SetRecord>, Failure> {
    Ok(SetRow::find(database, id)?.map(|set| set.record))
}

/// Lists sets, newest first.
pub(crate) fn list(database: &Connection, query: &SetQuery) -> Result<Vec<SetRecord>, Failure> {
    let before = match &query.before {
        Some(before) => SetRow::get(database, before)?.number,
        None => i64::MAX,
    };
    let limit = row_count(query.limit);
    let mut sql =
        String::from(select_sets!("WHERE s.number < ?1 AND (s.state NOT IN (0, 3) OR s.created_by = ?2)"));
    let mut parameters: Vec<&dyn ToSql> = vec![&before, &query.reader, &limit];
    if query.is_open {
        sql.push_str(" AND s.open = 1");
    }
    if !query.states.is_empty() {
        let states: Vec<_> = query.states.iter().map(|state| state_number(*state)).collect();
        if states.iter().all(|state| *state < 2) {
            // Said as the index says it, so that it is used.
            sql.push_str(" AND s.state < 2");
        }
        let states: Vec<_> = states.iter().map(i64::to_string).collect();
        sql.extend([" AND s.state IN (", &states.join(", "), ")"]);
    }
    if let Some(connection) = &query.connection {
        sql.push_str(" AND s.connection = ?4");
        parameters.push(connection);
    }
    sql.push_str(" ORDER BY s.number DESC LIMIT ?3");
    select(database, &sql, &parameters)
}

/// Lists sets whose items are being sent and that no job sends, oldest first.
pub(crate) fn list_committing(database: &Connection) -> Result<Vec<SetRecord>, Failure> {
    let sql = select_sets!(
        "WHERE s.state < 2 AND s.state = 1 AND NOT EXISTS
             (SELECT 1 FROM jobs j WHERE j.id = s.job AND j.finished_at IS NULL)
         ORDER BY s.number"
    );
    select(database, sql, &[])
}

/// Notes that a staged set's entries were looked at.
pub(crate) fn mark_checked(database: &Connection, id: &SetId, now: Timestamp) -> Result<SetRecord, Failure> {
    let mut set = SetRow::get_staged(database, id)?;
    set.record.checked_at = now;
    set.save_head(database)?;
    Ok(set.record)
}

/// Reads the id of the set of a number.
pub(super) fn id_of(database: &Connection, number: i64) -> Result<SetId, Failure> {
    let id = database
        .prepare_cached("SELECT id FROM change_sets WHERE number = ?1")?
        .query_row([number], |row| row.get(0))?;
    Ok(SetId(id))
}

fn select(database: &Connection, sql: &str, parameters: &[&dyn ToSql]) -> Result<Vec<SetRecord>, Failure> {
    let mut statement = database.prepare_cached(sql)?;
    let rows = statement.query_and_then(parameters, read)?;
    rows.map(|set| Ok(set?.record)).collect()
}

fn read(row: &Row<'_>) -> Result<SetRow, Failure> {
    let moment = |column: usize| row.get::<_, Option<i64>>(column).map(|ticks| ticks.map(time));
    let state = row.get::<_, StateColumn>(3)?.0;
    let policy = ConflictPolicy::parse(row.get_ref(16)?.as_str().map_err(rusqlite::Error::from)?)
        .ok_or_else(|| Failure::unreadable("conflict policy"))?;
    let committed_by = match (row.get(8)?, row.get(9)?) {
        (Some(id), Some(name)) => Some(Principal { id, name }),
        _ => None,
    };
    let mut counts = ItemCounts {
        total: 0,
        staged: row.get(18)?,
        queued: row.get(19)?,
        sending: row.get(20)?,
        saved: row.get(21)?,
        conflict: row.get(22)?,
        refused: row.get(23)?,
        unknown: row.get(24)?,
        superseded: row.get(25)?,
    };
    counts.total = ItemState::ALL.into_iter().fold(0_u32, |sum, state| sum.saturating_add(*counts.of(state)));
    let record = SetRecord {
        id: SetId(row.get(1)?),
        connection: row.get(2)?,
        title: row.get(31)?,
        reason: row.get(32)?,
        policy,
        state,
        created_by: Principal { id: row.get(4)?, name: row.get(5)? },
        created_at: time(row.get(6)?),
        checked_at: time(row.get(7)?),
        committed_by,
        committed_at: moment(10)?,
        finished_at: moment(11)?,
        undo_of: row.get::<_, Option<String>>(14)?.map(SetId),
        undone_by: row.get::<_, Option<String>>(33)?.map(SetId),
        job: row.get::<_, Option<String>>(15)?.map(JobId),
        extent: Extent {
            items: counts.total,
            removals: row.get(26)?,
            ordered_removals: row.get(27)?,
            stores: row.get(28)?,
        },
        counts,
        is_purged: row.get(29)?,
    };
    let stop = match (moment(12)?, row.get(13)?) {
        (Some(at), Some(reason)) => Some((at, reason)),
        _ => None,
    };
    Ok(SetRow {
        number: row.get(0)?,
        standing: (state, counts.conflict > 0 || counts.unknown > 0),
        record,
        last_item: row.get(17)?,
        stop,
        purged_to: row.get(30)?,
    })
}

fn subtract(count: &mut u32, by: u32) -> Result<(), Failure> {
    *count = count.checked_sub(by).ok_or_else(|| Failure::unreadable("count of items"))?;
    Ok(())
}

const fn state_number(state: SetState) -> i64 {
    match state {
        SetState::Staged => 0,
        SetState::Committing => 1,
        SetState::Done => 2,
        SetState::Discarded => 3,
    }
}

impl FromSql for StateColumn {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        SetState::ALL
            .into_iter()
            .find(|state| state_number(*state) == number)
            .map(Self)
            .ok_or(FromSqlError::OutOfRange(number))
    }
}
