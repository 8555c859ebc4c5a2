//! Long work: what runs, how it is held, and how it goes on after a restart (`architecture.md` §8, S-38).
//!
//! A job is a record in the journal; what is here is who works on it now. Knows neither the wire nor who may do what.
//!
//! **Invariant:** a job moves from state to state in the journal first, by comparing; whoever loses leaves it alone.
//!
//! **Invariant:** what a job has done is in the journal before it is told, so that a job that is cut off goes on where it was
//! and counts nothing twice.
//!
//! **Invariant:** a job that is held or stopped finishes what it has begun.

pub mod commit;
pub mod dry_run;
pub mod import;
pub mod export;
pub mod files;
pub mod pace;

mod board;
mod runner;
mod work;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daemon_store::error::StoreError;
use daemon_store::journal::records::{JobId, JobKind, JobProgress, JobRecord, JobState, SetRecord};
use thiserror::Error;
use tokio::time::Instant;

use crate::changes::journal::JournalProblem;
use crate::jobs::board::Board;
use crate::jobs::pace::Figures;
use crate::jobs::work::Live;
use crate::state::AppState;

/// Why a job is not held, resumed or stopped.
#[derive(Debug, Error)]
pub enum ControlError {
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalProblem),
    /// The journal could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It has ended, or is about to.
    #[error("the job is {}, so there is nothing to {action}; start another one", .state.as_str())]
    Ended {
        /// Where it stands.
        state: JobState,
        /// What was asked for.
        action: &'static str,
    },
}

/// The jobs that run, and those that wait for their turn.
#[derive(Debug, Default)]
pub struct Jobs {
    board: Mutex<Board>,
    live: Mutex<HashMap<JobId, Arc<Live>>>,
}

impl Jobs {
    /// Starts a job that is queued in the journal, as soon as its turn comes.
    pub fn start(&self, state: &AppState, job: JobRecord) {
        state.changes().tell_job(&job.connection, &job.id, &job.by.id);
        if !self.board().add(job.id.clone(), job.connection.clone()) {
            return;
        }
        let owned = state.clone();
        state.tasks().spawn(async move {
            // Where it is not known, being careful costs only time.
            let found = owned.universes().find(&job.connection).await.ok().flatten();
            let is_alone = found.is_none_or(|connection| connection.target().is_some());
            owned.jobs().board().tell(&job.id, is_alone);
            runner::run_ready(&owned);
        });
    }

    /// Takes up what an earlier run left unfinished.
    pub async fn resume_all(&self, state: &AppState) -> Result<(), ControlError> {
        for job in state.changes().journal()?.unfinished_jobs().await? {
            match job.state {
                JobState::Queued | JobState::Running | JobState::Pausing if !import::is_mark(&job) => {
                    self.start(state, job);
                }
                JobState::Stopping => runner::stop(state, job.id),
                _ => {}
            }
        }
        Ok(())
    }

    /// Lets a job finish what it has begun and then wait.
    pub async fn pause(&self, state: &AppState, job: &JobId) -> Result<JobRecord, ControlError> {
        let control = Control { state, job };
        loop {
            if let Some(moved) = control.change(vec![JobState::Running], JobState::Pausing).await? {
                self.halt(job);
                return Ok(moved);
            }
            if let Some(moved) = control.change(vec![JobState::Queued], JobState::Paused).await? {
                self.board().remove_waiting(job);
                runner::run_ready(state);
                return Ok(moved);
            }
            let found = control.read().await?;
            match found.state {
                JobState::Pausing | JobState::Paused => return Ok(found),
                JobState::Queued | JobState::Running => {}
                ended => return Err(ControlError::Ended { state: ended, action: "pause" }),
            }
        }
    }

    /// Lets a job go on that waits, or that could not go on before.
    pub async fn resume(&self, state: &AppState, job: &JobId) -> Result<JobRecord, ControlError> {
        let control = Control { state, job };
        loop {
            let waiting = vec![JobState::Paused, JobState::Failed];
            if let Some(moved) = control.change(waiting, JobState::Queued).await? {
                self.start(state, moved.clone());
                return Ok(moved);
            }
            // Whoever works on it sees that it has changed once it has halted.
            if let Some(moved) = control.change(vec![JobState::Pausing], JobState::Running).await? {
                return Ok(moved);
            }
            let found = control.read().await?;
            match found.state {
                JobState::Queued | JobState::Running => return Ok(found),
                JobState::Pausing | JobState::Paused | JobState::Failed => {}
                ended => return Err(ControlError::Ended { state: ended, action: "resume" }),
            }
        }
    }

    /// Ends a job after what it has begun.
    pub async fn stop(&self, state: &AppState, job: &JobId) -> Result<JobRecord, ControlError> {
        let control = Control { state, job };
        loop {
            let working = vec![JobState::Running, JobState::Pausing];
            if let Some(moved) = control.change(working, JobState::Stopping).await? {
                self.halt(job);
                return Ok(moved);
            }
            let waiting = vec![JobState::Queued, JobState::Paused, JobState::Failed];
            if let Some(moved) = control.change(waiting, JobState::Stopping).await? {
                self.board().remove_waiting(job);
                runner::stop(state, job.clone());
                runner::run_ready(state);
                return Ok(moved);
            }
            let found = control.read().await?;
            match found.state {
                JobState::Stopping | JobState::Stopped => return Ok(found),
                JobState::Done | JobState::DoneWithProblems => {
                    return Err(ControlError::Ended { state: found.state, action: "stop" });
                }
                _ => {}
            }
        }
    }

    /// How fast a job is; none when it does not run, and in its first half minute.
    pub fn figures(&self, job: &JobId, progress: &JobProgress) -> Option<Figures> {
        let live = self.live().get(job).cloned()?;
        live.figures(done(progress), progress.total, Instant::now())
    }

    fn halt(&self, job: &JobId) {
        if let Some(live) = self.live().get(job) {
            live.halt();
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn live(&self) -> MutexGuard<'_, HashMap<JobId, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One job whose state someone wants to change.
struct Control<'a> {
    state: &'a AppState,
    job: &'a JobId,
}

impl Control<'_> {
    /// Moves the job if it stands in one of `from`, and tells its owner.
    async fn change(&self, from: Vec<JobState>, to: JobState) -> Result<Option<JobRecord>, ControlError> {
        let changes = self.state.changes();
        let moved = changes.journal()?.move_job(self.job.clone(), from, to, None, changes.now()).await?;
        if let Some(moved) = &moved {
            changes.tell_job(&moved.connection, &moved.id, &moved.by.id);
        }
        Ok(moved)
    }

    async fn read(&self) -> Result<JobRecord, ControlError> {
        let found = self.state.changes().journal()?.get_job(self.job.clone()).await?;
        found.ok_or_else(|| StoreError::JobNotFound { job: self.job.clone() }.into())
    }
}

/// How many items have an outcome.
pub fn done(progress: &JobProgress) -> u64 {
    progress.saved + progress.refused + progress.conflict + progress.unknown + progress.skipped
}

/// Whether some of a job's items need someone.
pub fn has_problems(progress: &JobProgress) -> bool {
    progress.refused + progress.conflict + progress.unknown > 0
}

/// How far a job is by the change set that it commits; none when it commits none.
pub fn progress_of(job: &JobRecord, set: &SetRecord) -> Option<JobProgress> {
    match job.kind {
        JobKind::Commit | JobKind::Undo => Some(commit::progress(set)),
        JobKind::Import => import::progress(job, set),
        JobKind::DryRun | JobKind::Export => None,
    }
}
