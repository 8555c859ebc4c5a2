//! Commits a change set, or one that takes another one back.

use std::convert::Infallible;

use daemon_core::changes::attempt::Outcome;
use daemon_core::changes::state::SetState;
use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use daemon_store::journal::JournalStore;
use daemon_store::journal::records::{
    JobId, JobKind, JobProgress, JobRecord, JobState, Principal, SetId, SetRecord,
};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::changes::recover::author_of;
use crate::changes::run::{Run, RunEnd};
use crate::jobs::work::{CHECKPOINT_INTERVAL, Cut, Work};
use crate::state::AppState;

/// The job that commits a set.
pub fn job(set: &SetRecord, by: Principal, now: Timestamp) -> JobRecord {
    let kind = if set.undo_of.is_some() { JobKind::Undo } else { JobKind::Commit };
    of_set(set, kind, by, now)
}

/// A job of a kind that works on the items of a set.
pub(super) fn of_set(set: &SetRecord, kind: JobKind, by: Principal, now: Timestamp) -> JobRecord {
    JobRecord {
        id: new_job_id(),
        kind,
        connection: set.connection.clone(),
        title: set.title.clone(),
        state: JobState::Queued,
        by,
        created_at: now,
        started_at: None,
        finished_at: None,
        progress: JobProgress { total: Some(u64::from(set.extent.items)), ..JobProgress::default() },
        set: Some(set.id.clone()),
        file: None,
        plan: String::new(),
        checkpoint: String::new(),
        message: None,
    }
}

/// A new id of a job: later ones sort after earlier ones.
pub fn new_job_id() -> JobId {
    JobId(Uuid::now_v7().to_string())
}

/// How far a set is.
pub(super) fn progress(set: &SetRecord) -> JobProgress {
    let counts = &set.counts;
    JobProgress {
        total: Some(u64::from(counts.total)),
        saved: u64::from(counts.saved),
        refused: u64::from(counts.refused),
        conflict: u64::from(counts.conflict),
        unknown: u64::from(counts.unknown),
        skipped: u64::from(counts.superseded),
    }
}

pub(super) async fn run(work: &Work) -> Result<JobProgress, Cut> {
    let Some(set) = work.job.set.clone() else { return Err(no_set()) };
    let checkpoint = work.job.checkpoint.clone();
    Sending { work, set, operation: None, checkpoint, progress: &progress }.run().await
}

/// Leaves out what is still queued; answers whether everything else is settled, and how far the set came.
pub(super) async fn stop(state: &AppState, job: &JobRecord) -> Result<(bool, JobProgress), Cut> {
    let Some(set) = job.set.clone() else { return Err(no_set()) };
    let set = leave_out(state, &set, job).await?;
    Ok((is_settled(&set), progress(&set)))
}

/// Leaves out what is queued of a set.
pub(super) async fn leave_out(state: &AppState, set: &SetId, job: &JobRecord) -> Result<SetRecord, Cut> {
    let changes = state.changes();
    let reason = format!("job {} was stopped before this was sent", job.id.0);
    let set = changes.journal()?.supersede_queued(set.clone(), reason, changes.now()).await?;
    changes.tell_set(&set);
    Ok(set)
}

/// Whether every item of a committed set has its outcome.
pub(super) fn is_settled(set: &SetRecord) -> bool {
    set.counts.queued == 0 && set.counts.sending == 0
}

fn no_set() -> Cut {
    Cut::Failed("its change set is not known; commit the set again".to_owned())
}

/// A committed set that a job sends.
pub(super) struct Sending<'a> {
    /// The job.
    pub(super) work: &'a Work,
    /// The set.
    pub(super) set: SetId,
    /// The operation that is named in the audit; none for an ordinary commit.
    pub(super) operation: Option<&'static str>,
    /// What the journal keeps of the job beside its progress.
    pub(super) checkpoint: String,
    /// How far the job is by its set.
    pub(super) progress: &'a (dyn Fn(&SetRecord) -> JobProgress + Send + Sync),
}

impl Sending<'_> {
    /// Sends what is queued until every item has its outcome; waits where that takes waiting.
    pub(super) async fn run(&self) -> Result<JobProgress, Cut> {
        let work = self.work;
        let changes = work.state.changes();
        loop {
            let set = self.record().await?;
            match set.state {
                SetState::Committing => {}
                SetState::Done => return Ok((self.progress)(&set)),
                SetState::Staged | SetState::Discarded => {
                    let message = format!("change set {} is {}, not committed", set.id.0, set.state.as_str());
                    return Err(Cut::Failed(message));
                }
            }
            work.check_halt()?;
            let (_, universe) = work.reach().await?;
            let mut author = author_of(&set);
            author.operation = self.operation.unwrap_or(author.operation);
            let run = Run {
                set: self.set.clone(),
                connection: set.connection,
                universe,
                policy: set.policy,
                author,
            };
            let is_further = Notify::new();
            let progress = |_: &Outcome| is_further.notify_one();
            let end = tokio::select! {
                end = changes.run(&run, &work.halt, &progress) => end?,
                never = self.keep_record(&is_further) => match never {},
            };
            let set = self.record().await?;
            match end {
                RunEnd::Finished if is_settled(&set) => return Ok((self.progress)(&set)),
                RunEnd::Finished => {
                    let message = format!("the outcome of {} items is being read back", set.counts.sending);
                    work.wait(&message).await?;
                }
                RunEnd::Waiting(problem) => work.wait(&problem.message).await?,
                RunEnd::Halted => return Err(Cut::Halted),
                RunEnd::Elsewhere => work.wait("the change set is being sent already").await?,
                RunEnd::JournalFailed(error) => return Err(error.into()),
            }
        }
    }

    /// The set as it is, which is what the checkpoint tells of it.
    async fn record(&self) -> Result<SetRecord, Cut> {
        let journal = self.work.journal()?;
        let set = find(journal, &self.set).await?;
        self.work.checkpoint((self.progress)(&set), self.checkpoint.clone(), Vec::new()).await?;
        Ok(set)
    }

    /// Records how far the set is, at most once in [`CHECKPOINT_INTERVAL`], whenever it is further.
    async fn keep_record(&self, is_further: &Notify) -> Infallible {
        loop {
            is_further.notified().await;
            // Whoever sends the items meets the same trouble.
            let _ = self.record().await;
            tokio::time::sleep(CHECKPOINT_INTERVAL).await;
        }
    }
}

async fn find(journal: &JournalStore, set: &SetId) -> Result<SetRecord, Cut> {
    let found = journal.get_set(set.clone()).await?;
    found.ok_or_else(|| StoreError::SetNotFound { set: set.clone() }.into())
}
