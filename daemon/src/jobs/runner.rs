//! Leads a job from its turn to its end.

use std::sync::Arc;
use std::time::Duration;

use daemon_store::error::StoreError;
use daemon_store::journal::JournalStore;
use daemon_store::journal::records::{JobId, JobKind, JobProgress, JobRecord, JobState};
use tokio_util::sync::CancellationToken;

use crate::jobs::work::{Cut, Live, Work};
use crate::jobs::{commit, dry_run, export, has_problems, import};
use crate::state::AppState;

/// How long after a state could not be written it is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// How long what has begun may take to end once the daemon stops; what has not ended then is read back at the next start.
const GRACE: Duration = Duration::from_secs(2);
/// How long after looking whether what had begun is settled it is looked again.
const SETTLE_POLL: Duration = Duration::from_secs(1);

/// Runs the jobs whose turn it is.
pub(super) fn run_ready(state: &AppState) {
    if state.tasks().stopping().is_cancelled() {
        return;
    }
    for job in state.jobs().board().take_ready() {
        let owned = state.clone();
        state.tasks().spawn(async move {
            let place = Place { state: owned.clone(), job: job.clone() };
            lead(&owned, job.clone()).await;
            drop(place);
            restart(&owned, job).await;
        });
    }
}

/// A job's place among those that run, until it is dropped.
struct Place {
    state: AppState,
    job: JobId,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.state.jobs().live().remove(&self.job);
        self.state.jobs().board().remove(&self.job);
        run_ready(&self.state);
    }
}

/// Starts a job again that was resumed before whoever worked on it had left.
async fn restart(state: &AppState, job: JobId) {
    if state.tasks().stopping().is_cancelled() {
        return;
    }
    let Ok(journal) = state.changes().journal() else { return };
    if let Ok(Some(job)) = journal.get_job(job).await
        && job.state == JobState::Queued
    {
        state.jobs().start(state, job);
    }
}

/// Ends a job that does not run, in the background.
pub(super) fn stop(state: &AppState, job: JobId) {
    let owned = state.clone();
    state.tasks().spawn(async move {
        let lead = Lead { state: owned, job };
        lead.end(lead.stop().await).await;
    });
}

async fn lead(state: &AppState, job: JobId) {
    let live = Arc::new(Live::default());
    state.jobs().live().insert(job.clone(), Arc::clone(&live));
    let lead = Lead { state: state.clone(), job };
    lead.end(lead.run(&live).await).await;
}

/// Where a job is to stand.
type Standing = (JobState, Option<String>);

/// Whoever leads one job.
struct Lead {
    state: AppState,
    job: JobId,
}

impl Lead {
    /// Works until the job ends, pauses or is cut off; answers where it is to stand, none where it stands already.
    async fn run(&self, live: &Arc<Live>) -> Result<Option<Standing>, Cut> {
        let from = vec![JobState::Queued, JobState::Running];
        if self.change(from, JobState::Running, None).await?.is_none() {
            return self.after_halt().await.map(|(_, standing)| standing);
        }
        loop {
            // The signal first, then the state: whoever changes the state gives the signal after that.
            let halt = live.renew_halt(self.stopping());
            let job = self.read().await?;
            let cut = if job.state == JobState::Running {
                let work = Work { state: self.state.clone(), job, live: Arc::clone(live), halt };
                let done = tokio::select! {
                    done = perform(&work) => done,
                    () = self.abandoned() => Err(Cut::Halted),
                };
                match done {
                    Ok(progress) => return Ok(Some((ended(&progress), None))),
                    Err(cut) => cut,
                }
            } else {
                Cut::Halted
            };
            if let failed @ Cut::Failed(_) = cut {
                return Err(failed);
            }
            let (goes_on, standing) = self.after_halt().await?;
            if !goes_on {
                return Ok(standing);
            }
        }
    }

    /// What becomes of a job that halted: whether it goes on, and else where it is to stand.
    async fn after_halt(&self) -> Result<(bool, Option<Standing>), Cut> {
        loop {
            match self.read().await?.state {
                JobState::Pausing => {
                    let paused = self.change(vec![JobState::Pausing], JobState::Paused, None).await?;
                    if paused.is_some() {
                        return Ok((false, None));
                    }
                }
                JobState::Stopping => return Ok((false, self.stop().await?)),
                // Cut off by the daemon's end, after which it goes on.
                JobState::Running if self.stopping().is_cancelled() => return Ok((false, None)),
                JobState::Running => return Ok((true, None)),
                _ => return Ok((false, None)),
            }
        }
    }

    /// Leaves out what a job has not begun, and waits until what it has begun is settled.
    async fn stop(&self) -> Result<Option<Standing>, Cut> {
        loop {
            let job = self.read().await?;
            let (is_settled, progress) = match job.kind {
                JobKind::Commit | JobKind::Undo => commit::stop(&self.state, &job).await?,
                JobKind::Import => import::stop(&self.state, &job).await?,
                JobKind::Export => {
                    export::stop(&job);
                    (true, job.progress)
                }
                JobKind::DryRun => (true, job.progress),
            };
            let now = self.state.changes().now();
            let journal = self.journal()?;
            journal.checkpoint_job(job.id.clone(), progress, job.checkpoint.clone(), Vec::new(), now).await?;
            if is_settled {
                return Ok(Some((JobState::Stopped, None)));
            }
            tokio::select! {
                () = tokio::time::sleep(SETTLE_POLL) => {}
                () = self.stopping().cancelled() => return Ok(None),
            }
        }
    }

    /// Writes down how the job ended, however often that takes: nobody else would.
    async fn end(&self, end: Result<Option<Standing>, Cut>) {
        let (to, message) = match end {
            Ok(None) | Err(Cut::Halted) => return,
            Ok(Some(standing)) => standing,
            Err(Cut::Failed(message)) => {
                tracing::warn!(job.id = %self.job.0, message, "a job failed");
                (JobState::Failed, Some(message))
            }
        };
        loop {
            let from = vec![JobState::Queued, JobState::Running, JobState::Pausing, JobState::Stopping];
            match self.change(from, to, message.clone()).await {
                Ok(_) | Err(Cut::Halted) => break,
                Err(Cut::Failed(error)) => {
                    tracing::error!(job.id = %self.job.0, error, "a job's end could not be recorded; it is tried again");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY) => {}
                () = self.stopping().cancelled() => return,
            }
        }
        tracing::info!(job.id = %self.job.0, state = to.as_str(), "a job ended");
    }

    /// Waits until the daemon stops and lets nothing go on any longer: requests may wait for minutes for their budget.
    async fn abandoned(&self) {
        self.stopping().cancelled().await;
        tokio::time::sleep(GRACE).await;
    }

    async fn change(
        &self,
        from: Vec<JobState>,
        to: JobState,
        message: Option<String>,
    ) -> Result<Option<JobRecord>, Cut> {
        let changes = self.state.changes();
        let moved = self.journal()?.move_job(self.job.clone(), from, to, message, changes.now()).await?;
        if let Some(moved) = &moved {
            changes.tell_job(&moved.connection, &moved.id, &moved.by.id);
        }
        Ok(moved)
    }

    async fn read(&self) -> Result<JobRecord, Cut> {
        let found = self.journal()?.get_job(self.job.clone()).await?;
        found.ok_or_else(|| StoreError::JobNotFound { job: self.job.clone() }.into())
    }

    fn journal(&self) -> Result<&JournalStore, Cut> {
        Ok(self.state.changes().journal()?)
    }

    fn stopping(&self) -> &CancellationToken {
        self.state.tasks().stopping()
    }
}

async fn perform(work: &Work) -> Result<JobProgress, Cut> {
    match work.job.kind {
        JobKind::Commit | JobKind::Undo => commit::run(work).await,
        JobKind::DryRun => dry_run::run(work).await,
        JobKind::Import => import::run(work).await,
        JobKind::Export => export::run(work).await,
    }
}

fn ended(progress: &JobProgress) -> JobState {
    if has_problems(progress) { JobState::DoneWithProblems } else { JobState::Done }
}
