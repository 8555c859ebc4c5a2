//! The journal: change sets with the values before and after, the audit, and jobs (`architecture.md` §6, §8).
//!
//! Which revision a source confirms, what a conflict is and who may commit is not known here; where an item can go from where
//! it stands is `daemon-core`'s to say.
//!
//! **Invariant:** an item's intent, its pre-image and the line of the attempt are one transaction, and an item's state never
//! changes without the counts of its set (S-33, S-34).
//!
//! **Invariant:** of all items of an entry at most one may have been sent without anybody knowing what came of it (S-37).
//!
//! **Invariant:** lines of the audit are added, never changed or removed.

use std::path::Path;
use std::sync::Arc;

use daemon_core::changes::attempt::{Intent, Outcome};
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::state::ItemState;
use daemon_core::names::EntryAddress;
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;

use crate::database::schema::Schema;
use crate::database::{Database, Tuning};
use crate::error::StoreError;
use crate::journal::records::{
    AuditRecord, Difference, ItemId, ItemProblem, ItemRecord, JobId, JobProgress, JobRecord, JobState,
    LocalCopy, NewItem, NewSet, Principal, ReportLine, SetChanges, SetId, SetQuery, SetRecord, StagedItem,
    WorkItem, Writer,
};
use crate::queries::jobs::JobQuery;
use crate::queries::{audit, change_sets, contents, history, items, jobs, sending, staging, undoing, upkeep};

pub mod records;

#[cfg(test)]
mod tests;

/// The most items a change set may have.
pub const ITEMS_LIMIT: u32 = 1_000_000;

/// The migrations of the journal.
const SCHEMA: Schema = Schema {
    migrations: &[include_str!("../../migrations/journal/0001_change_sets_audit_jobs.sql")],
    application: Some(u32::from_be_bytes(*b"dsmj")),
};
const TUNING: Tuning = Tuning {
    writer_cache_bytes: 8 << 20,
    reader_cache_bytes: 2 << 20,
    readers: 2,
    log_bytes: 32 << 20,
    page_limit: None,
    check_at_open: false,
};
/// What a queued job takes in memory beside its values.
const JOB_BYTES: usize = 1 << 10;
/// What an item of a batch takes in memory beside its values.
const ITEM_BYTES: usize = 512;
/// The size that is told of a step over many rows, so that it is committed alone.
const STEP_BYTES: usize = 256 << 10;
/// Items of a set that are taken back, or whose contents are deleted, per transaction; other writes run in between.
const STEP_ITEMS: u32 = 10_000;
/// Single items that are taken back per transaction.
const STEP_RANGES: usize = 2_000;

/// Whether an item's intent was made durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It was; it may be sent.
    Begun,
    /// It was not: this other item of the same entry may have been sent, and nobody knows yet what came of it.
    Blocked(ItemId),
}

/// A handle to the journal; clones share it.
#[derive(Clone, Debug)]
pub struct JournalStore {
    database: Database,
}

impl JournalStore {
    /// Opens the file, creating it when missing. Blocks while it reads the file's head and log.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { database: Database::open(path, &SCHEMA, TUNING)? })
    }

    /// Checks the whole file for damage while it is in use; takes seconds per gigabyte (S-45).
    pub async fn check(&self) -> Result<(), StoreError> {
        self.database.check().await
    }

    /// Finishes what is queued and closes the file; later operations answer [`StoreError::Closed`].
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Makes a staged set without items.
    pub async fn create_set(&self, set: NewSet, now: Timestamp) -> Result<SetRecord, StoreError> {
        self.database.write(JOB_BYTES, move |database| change_sets::create(database, set, now)).await
    }

    /// Adds items to a staged set, all or none, and answers what became of each, in the order given.
    ///
    /// An item for an entry that the set changes already takes the other one's place with `replace`, and is left out without.
    pub async fn stage(
        &self,
        set: SetId,
        items: Vec<NewItem>,
        replace: bool,
        now: Timestamp,
    ) -> Result<(SetRecord, Vec<StagedItem>), StoreError> {
        self.stage_within(set, items, replace, now, ITEMS_LIMIT).await
    }

    async fn stage_within(
        &self,
        set: SetId,
        items: Vec<NewItem>,
        replace: bool,
        now: Timestamp,
        limit: u32,
    ) -> Result<(SetRecord, Vec<StagedItem>), StoreError> {
        let bytes = JOB_BYTES + items.iter().map(item_bytes).sum::<usize>();
        self.database
            .write(bytes, move |database| staging::stage(database, &set, items, replace, limit, now))
            .await
    }

    /// Finds a set.
    pub async fn get_set(&self, set: SetId) -> Result<Option<SetRecord>, StoreError> {
        self.database.read(move |database| change_sets::get(database, &set)).await
    }

    /// Lists sets, newest first.
    pub async fn list_sets(&self, query: SetQuery) -> Result<Vec<SetRecord>, StoreError> {
        self.database.read(move |database| change_sets::list(database, &query)).await
    }

    /// Lists the items of a set after a number, without values.
    pub async fn list_items(
        &self,
        set: SetId,
        state: Option<ItemState>,
        after: u32,
        limit: usize,
    ) -> Result<Vec<ItemRecord>, StoreError> {
        self.database.read(move |database| items::list(database, &set, state, after, limit)).await
    }

    /// Finds an item, with its values.
    pub async fn get_item(&self, item: ItemId) -> Result<Option<WorkItem>, StoreError> {
        self.database.read(move |database| items::get(database, &item)).await
    }

    /// Changes what is said about a staged set, and takes items out of it.
    pub async fn amend_set(&self, set: SetId, changes: SetChanges) -> Result<SetRecord, StoreError> {
        let bytes = JOB_BYTES + size_of_val(changes.drop.as_slice());
        self.database.write(bytes, move |database| staging::amend(database, &set, changes)).await
    }

    /// Puts a staged item on what its entry is now, and says what keeps it from being done.
    pub async fn recheck(
        &self,
        item: ItemId,
        base: Option<Image>,
        after: Option<Content>,
        difference: Difference,
        problem: Option<ItemProblem>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let bytes = JOB_BYTES + image_bytes(base.as_ref()) + content_bytes(after.as_ref());
        self.database
            .write(bytes, move |database| {
                staging::recheck(database, &item, base.as_ref(), after.as_ref(), difference, problem, now)
            })
            .await
    }

    /// Notes that the entries of a staged set were looked at.
    pub async fn mark_checked(&self, set: SetId, now: Timestamp) -> Result<SetRecord, StoreError> {
        self.database.write(JOB_BYTES, move |database| change_sets::mark_checked(database, &set, now)).await
    }

    /// Discards a staged set and deletes its values; its items are deleted by [`JournalStore::purge`].
    ///
    /// The values go after it is discarded, step by step: what is left when that is interrupted goes with the items.
    pub async fn discard_set(&self, set: SetId, now: Timestamp) -> Result<SetRecord, StoreError> {
        let id = set.clone();
        let record =
            self.database.write(JOB_BYTES, move |database| staging::discard(database, &id, now)).await?;
        loop {
            let id = set.clone();
            let step = move |database: &_| upkeep::clear_discarded(database, &id, STEP_ITEMS as usize);
            if self.database.write(STEP_BYTES, step).await? {
                return Ok(record);
            }
        }
    }

    /// Makes a staged set that takes the saved items of `set` back, those of `only` when it names some; answers how many of
    /// them are left out because they were not saved.
    ///
    /// No value goes through memory. Other writes run in between, and the new set counts once it is whole: when this is
    /// interrupted, what is there of it is a discarded set.
    pub async fn undo_set(
        &self,
        set: SetId,
        new: NewSet,
        only: Vec<u32>,
        now: Timestamp,
    ) -> Result<(SetRecord, u32), StoreError> {
        let (undo, of) = (new.id.clone(), set.clone());
        let plan =
            self.database.write(JOB_BYTES, move |database| undoing::begin(database, &of, new, now)).await?;
        let (wanted, steps) =
            if only.is_empty() { (plan.total, windows(plan.last_item)) } else { singles(only) };
        for step in steps {
            let (undo, of) = (undo.clone(), set.clone());
            self.database
                .write(STEP_BYTES, move |database| undoing::add(database, &undo, &of, &step, now))
                .await?;
        }
        let record =
            self.database.write(JOB_BYTES, move |database| undoing::finish(database, &undo, &set)).await?;
        let left_out = wanted.saturating_sub(record.counts.total);
        Ok((record, left_out))
    }

    /// Commits a staged set, with the job that sends its items where there is one.
    pub async fn commit_set(
        &self,
        set: SetId,
        by: Principal,
        reason: Option<String>,
        job: Option<JobRecord>,
        audit: AuditRecord,
        now: Timestamp,
    ) -> Result<SetRecord, StoreError> {
        let bytes = JOB_BYTES + job.as_ref().map_or(0, |job| job.plan.len());
        self.database
            .write(bytes, move |database| {
                staging::commit(database, &set, by, reason, job.as_ref(), &audit, now)
            })
            .await
    }

    /// Lists queued items of a set after a number, with their values: at most `limit`, and at most 8 MiB of values unless the
    /// first item alone has more.
    pub async fn queued(&self, set: SetId, after: u32, limit: usize) -> Result<Vec<WorkItem>, StoreError> {
        self.database.read(move |database| sending::list_queued(database, &set, after, limit)).await
    }

    /// Makes an intent durable, and with it the pre-image and the line of the attempt (S-33).
    ///
    /// Answers [`Begun::Blocked`], and stores nothing, while another item of the same entry may have been sent (S-37).
    pub async fn begin(
        &self,
        item: ItemId,
        intent: Arc<Intent>,
        audit: AuditRecord,
        now: Timestamp,
    ) -> Result<Begun, StoreError> {
        let bytes = JOB_BYTES + intent_bytes(&intent);
        self.database
            .write(bytes, move |database| sending::begin(database, &item, &intent, &audit, now))
            .await
    }

    /// Makes a committed set of one item, number 1, and its intent durable, as [`JournalStore::begin`] does.
    pub async fn begin_direct(
        &self,
        set: NewSet,
        item: NewItem,
        intent: Arc<Intent>,
        audit: AuditRecord,
        now: Timestamp,
    ) -> Result<Begun, StoreError> {
        let bytes = JOB_BYTES + item_bytes(&item) + intent_bytes(&intent);
        self.database
            .write(bytes, move |database| sending::begin_direct(database, set, item, &intent, &audit, now))
            .await
    }

    /// Stores what came of an item; a set with nothing left to send is done.
    pub async fn settle(
        &self,
        item: ItemId,
        outcome: Outcome,
        problem: Option<ItemProblem>,
        audit: AuditRecord,
        now: Timestamp,
    ) -> Result<SetRecord, StoreError> {
        let theirs = match &outcome {
            Outcome::Conflict { theirs, .. } => image_bytes(theirs.as_ref()),
            _ => 0,
        };
        self.database
            .write(JOB_BYTES + theirs, move |database| {
                sending::settle(database, &item, outcome, problem, &audit, now)
            })
            .await
    }

    /// Puts an item in conflict back into the queue on another base; a set that was done is committing again.
    pub async fn requeue(
        &self,
        item: ItemId,
        base: Option<Image>,
        after: Option<Content>,
        difference: Difference,
        audit: AuditRecord,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let bytes = JOB_BYTES + image_bytes(base.as_ref()) + content_bytes(after.as_ref());
        self.database
            .write(bytes, move |database| {
                sending::requeue(database, &item, base.as_ref(), after.as_ref(), difference, &audit, now)
            })
            .await
    }

    /// Leaves out the queued items of a set that was stopped.
    pub async fn supersede_queued(
        &self,
        set: SetId,
        reason: String,
        now: Timestamp,
    ) -> Result<SetRecord, StoreError> {
        self.database
            .write(JOB_BYTES, move |database| sending::supersede_queued(database, &set, reason, now))
            .await
    }

    /// Lists items of all sets that may have been sent, and of which reading back may tell what came of it, with their values
    /// and bounded as [`JournalStore::queued`].
    pub async fn in_flight(&self, after: Option<ItemId>, limit: usize) -> Result<Vec<WorkItem>, StoreError> {
        self.database.read(move |database| sending::list_in_flight(database, after.as_ref(), limit)).await
    }

    /// Lists sets that are committing and that no job commits: they have none, or theirs has ended. Oldest first.
    pub async fn committing(&self) -> Result<Vec<SetRecord>, StoreError> {
        self.database.read(change_sets::list_committing).await
    }

    /// Finds the item that keeps an entry from being changed.
    pub async fn blocking(
        &self,
        connection: String,
        address: EntryAddress,
        is_ordered: bool,
    ) -> Result<Option<ItemRecord>, StoreError> {
        self.database
            .read(move |database| sending::find_blocking(database, &connection, &address, is_ordered))
            .await
    }

    /// Lists who wrote an entry's revisions, newest first.
    pub async fn writers(
        &self,
        connection: String,
        address: EntryAddress,
        limit: usize,
    ) -> Result<Vec<Writer>, StoreError> {
        self.database
            .read(move |database| history::list_writers(database, &connection, &address, limit))
            .await
    }

    /// Lists the revisions of an entry that writes of ours replaced and whose values are kept, newest first.
    pub async fn local_copies(
        &self,
        connection: String,
        address: EntryAddress,
        limit: usize,
    ) -> Result<Vec<LocalCopy>, StoreError> {
        self.database
            .read(move |database| history::list_local_copies(database, &connection, &address, limit))
            .await
    }

    /// Finds a revision of an entry that a write of ours replaced.
    pub async fn local_copy(
        &self,
        connection: String,
        address: EntryAddress,
        revision: AnyRevision,
    ) -> Result<Option<Image>, StoreError> {
        self.database
            .read(move |database| history::find_local_copy(database, &connection, &address, revision))
            .await
    }

    /// Adds a line to the audit.
    pub async fn audit(&self, record: AuditRecord) -> Result<(), StoreError> {
        self.database.write(JOB_BYTES, move |database| audit::add(database, &record)).await
    }

    /// Lists lines of the audit after a sequence number, with theirs.
    pub async fn list_audit(&self, after: u64, limit: usize) -> Result<Vec<(u64, AuditRecord)>, StoreError> {
        self.database.read(move |database| audit::list(database, after, limit)).await
    }

    /// Adds a job.
    pub async fn create_job(&self, job: JobRecord) -> Result<(), StoreError> {
        let bytes = JOB_BYTES + job.plan.len();
        self.database.write(bytes, move |database| jobs::create(database, &job)).await
    }

    /// Finds a job.
    pub async fn get_job(&self, job: JobId) -> Result<Option<JobRecord>, StoreError> {
        self.database.read(move |database| jobs::get(database, &job)).await
    }

    /// Lists a principal's jobs, newest first; with `active` those that have not ended.
    pub async fn list_jobs(
        &self,
        owner: String,
        connection: Option<String>,
        active: bool,
        before: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<JobRecord>, StoreError> {
        let query = JobQuery { owner, connection, is_active: active, before, limit };
        self.database.read(move |database| jobs::list(database, &query)).await
    }

    /// Lists all jobs that have not ended, oldest first.
    pub async fn unfinished_jobs(&self) -> Result<Vec<JobRecord>, StoreError> {
        self.database.read(jobs::list_unfinished).await
    }

    /// Moves a job if it stands in one of `from`, and answers what it is then; none when it stands elsewhere.
    pub async fn move_job(
        &self,
        job: JobId,
        from: Vec<JobState>,
        to: JobState,
        message: Option<String>,
        now: Timestamp,
    ) -> Result<Option<JobRecord>, StoreError> {
        self.database
            .write(JOB_BYTES, move |database| jobs::advance(database, &job, &from, to, message, now))
            .await
    }

    /// Stores how far a job is and where it goes on, with the lines of its report since the last time.
    pub async fn checkpoint_job(
        &self,
        job: JobId,
        progress: JobProgress,
        checkpoint: String,
        report: Vec<ReportLine>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let bytes = JOB_BYTES + checkpoint.len() + report.len() * ITEM_BYTES;
        self.database
            .write(bytes, move |database| {
                jobs::checkpoint(database, &job, progress, &checkpoint, &report, now)
            })
            .await
    }

    /// Lists lines of a job's report after a number.
    pub async fn job_report(
        &self,
        job: JobId,
        state: Option<ItemState>,
        after: u64,
        limit: usize,
    ) -> Result<Vec<ReportLine>, StoreError> {
        self.database.read(move |database| jobs::report(database, &job, state, after, limit)).await
    }

    /// Clears away the values of sets that were done before a time, and the items of those discarded before it; answers about
    /// how many items, and 0 when nothing is left to do.
    ///
    /// A set keeps its values while items of it are in conflict or unknown, and while a set that takes it back has its own.
    pub async fn purge(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.database.write(STEP_BYTES, move |database| upkeep::purge(database, before, limit)).await
    }
}

fn item_bytes(item: &NewItem) -> usize {
    ITEM_BYTES + image_bytes(item.base.as_ref()) + content_bytes(item.after.as_ref())
}

fn intent_bytes(intent: &Intent) -> usize {
    image_bytes(intent.before.as_ref()) + content_bytes(intent.after.as_ref())
}

fn image_bytes(image: Option<&Image>) -> usize {
    content_bytes(image.map(|image| &image.content))
}

fn content_bytes(content: Option<&Content>) -> usize {
    content.map_or(0, contents::size_bytes)
}

/// Item numbers from 1 to `last`, as the steps of a long work.
fn windows(last: u32) -> Vec<Vec<(u32, u32)>> {
    let starts = (0..last).step_by(STEP_ITEMS as usize);
    starts.map(|start| vec![(start + 1, start.saturating_add(STEP_ITEMS).min(last))]).collect()
}

/// Item numbers as they were asked for, each once, and how many; as the steps of a long work.
fn singles(mut numbers: Vec<u32>) -> (u32, Vec<Vec<(u32, u32)>>) {
    numbers.sort_unstable();
    numbers.dedup();
    let steps = numbers.chunks(STEP_RANGES);
    let steps = steps.map(|step| step.iter().map(|number| (*number, *number)).collect()).collect();
    (u32::try_from(numbers.len()).unwrap_or(u32::MAX), steps)
}
