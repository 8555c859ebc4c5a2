//! What a kind of job works with: the journal, the way to its universe, and how to wait.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use daemon_roblox::client::error::CloudError;
use daemon_store::error::StoreError;
use daemon_store::journal::JournalStore;
use daemon_store::journal::records::{JobProgress, JobRecord, JobState, ReportLine};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::changes::journal::JournalProblem;
use crate::events::Event;
use crate::jobs::done;
use crate::jobs::pace::{Figures, Pace};
use crate::state::AppState;
use crate::universes::registry::Connection;
use crate::universes::{Universe, UniverseError};

/// How far checkpoints lie apart, at least.
pub(super) const CHECKPOINT_INTERVAL: Duration = Duration::from_millis(500);
/// How long after something did not work it is tried again; it doubles up to [`LONGEST_WAIT`] while nothing gets done.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Why work on a job ended before it was done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// It was asked to; what had begun has an outcome.
    Halted,
    /// It cannot go on.
    Failed(String),
}

impl From<StoreError> for Cut {
    fn from(error: StoreError) -> Self {
        match error {
            // The daemon stops.
            StoreError::Closed => Self::Halted,
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<JournalProblem> for Cut {
    fn from(problem: JournalProblem) -> Self {
        Self::Failed(problem.to_string())
    }
}

/// What is kept in memory of a job that runs.
#[derive(Debug, Default)]
pub(super) struct Live(Mutex<LiveInner>);

#[derive(Debug, Default)]
struct LiveInner {
    halt: CancellationToken,
    pace: Pace,
    /// How much is done.
    done: u64,
    /// How much was done at the last wait, and how long that was.
    waited: Option<(u64, Duration)>,
    /// Whether it was told what the job waits for.
    is_waiting: bool,
    checkpoint_at: Option<Instant>,
}

impl Live {
    /// Lets whoever works on the job finish what was begun.
    pub(super) fn halt(&self) {
        self.inner().halt.cancel();
    }

    /// A new signal to halt, after an old one was taken back.
    pub(super) fn renew_halt(&self, stopping: &CancellationToken) -> CancellationToken {
        let halt = stopping.child_token();
        self.inner().halt = halt.clone();
        halt
    }

    /// How fast the job is.
    pub(super) fn figures(&self, done: u64, total: Option<u64>, now: Instant) -> Option<Figures> {
        self.inner().pace.figures(done, total, now)
    }

    /// Notes how much is done; answers whether that is more than before, after a wait that was told.
    fn note(&self, done: u64, now: Instant) -> bool {
        let mut inner = self.inner();
        inner.pace.note(done, now);
        inner.checkpoint_at = Some(now);
        let is_further = done > inner.done;
        inner.done = done;
        is_further && std::mem::take(&mut inner.is_waiting)
    }

    /// How long to wait now.
    fn next_wait(&self) -> Duration {
        let mut inner = self.inner();
        let wait = match inner.waited {
            Some((done, wait)) if done == inner.done => (wait * 2).min(LONGEST_WAIT),
            _ => FIRST_WAIT,
        };
        inner.waited = Some((inner.done, wait));
        inner.is_waiting = true;
        wait
    }

    fn inner(&self) -> MutexGuard<'_, LiveInner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that is being worked on.
pub(super) struct Work {
    /// The daemon.
    pub(super) state: AppState,
    /// The job, as it stood when this work on it began.
    pub(super) job: JobRecord,
    /// What is in memory of it.
    pub(super) live: Arc<Live>,
    /// Cancelled when work is to end after what has begun.
    pub(super) halt: CancellationToken,
}

impl Work {
    /// The journal.
    pub(super) fn journal(&self) -> Result<&JournalStore, Cut> {
        Ok(self.state.changes().journal()?)
    }

    /// The universe of the job's connection, for long work; waits until it can be reached.
    pub(super) async fn reach(&self) -> Result<(Connection, Arc<dyn Universe>), Cut> {
        loop {
            let registry = self.state.universes();
            let Some(connection) = registry.find(&self.job.connection).await? else {
                let message = "its connection was removed; connect the experience again and start another job, or stop this one";
                return Err(Cut::Failed(message.to_owned()));
            };
            match registry.universe(&connection).await {
                Ok(universe) => return Ok((connection, universe.for_jobs())),
                Err(error) => self.wait_out(&error).await?,
            }
        }
    }

    /// Ends the work when it is to end.
    pub(super) fn check_halt(&self) -> Result<(), Cut> {
        if self.halt.is_cancelled() { Err(Cut::Halted) } else { Ok(()) }
    }

    /// Whether the last checkpoint is long enough ago for another one.
    pub(super) fn is_due(&self) -> bool {
        let at = self.live.inner().checkpoint_at;
        at.is_none_or(|at| Instant::now().duration_since(at) >= CHECKPOINT_INTERVAL)
    }

    /// Makes durable how far the job is, and tells its owner.
    pub(super) async fn checkpoint(
        &self,
        progress: JobProgress,
        checkpoint: String,
        report: Vec<ReportLine>,
    ) -> Result<(), Cut> {
        let changes = self.state.changes();
        let journal = self.journal()?;
        journal.checkpoint_job(self.job.id.clone(), progress, checkpoint, report, changes.now()).await?;
        if self.live.note(done(&progress), Instant::now()) {
            self.say(None).await?;
        }
        self.tell();
        Ok(())
    }

    /// Waits until it may be worth trying again; `why` is told meanwhile.
    pub(super) async fn wait(&self, why: &(impl Display + ?Sized)) -> Result<(), Cut> {
        let wait = self.live.next_wait();
        self.say(Some(why.to_string())).await?;
        self.tell();
        tracing::info!(job.id = %self.job.id.0, %why, "a job waits");
        let began = Instant::now();
        let news = self.state.events().subscribe();
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = good_news(news, &self.job.connection) => {
                // Not more often than this, whatever happens.
                tokio::select! {
                    () = tokio::time::sleep_until(began + FIRST_WAIT) => Ok(()),
                    () = self.halt.cancelled() => Err(Cut::Halted),
                }
            }
            () = self.halt.cancelled() => Err(Cut::Halted),
        }
    }

    /// Waits when an error of the universe may pass, and else fails.
    pub(super) async fn wait_out(&self, error: &UniverseError) -> Result<(), Cut> {
        if may_pass(error) { self.wait(error).await } else { Err(Cut::Failed(error.to_string())) }
    }

    /// Tells what the job does or waits for, as long as it runs.
    pub(super) async fn say(&self, message: Option<String>) -> Result<(), Cut> {
        let changes = self.state.changes();
        let (job, running) = (self.job.id.clone(), JobState::Running);
        self.journal()?.move_job(job, vec![running], running, message, changes.now()).await?;
        Ok(())
    }

    fn tell(&self) {
        self.state.changes().tell_job(&self.job.connection, &self.job.id, &self.job.by.id);
    }
}

/// Whether an error may go away by itself, or by what a person does elsewhere.
pub(super) fn may_pass(error: &UniverseError) -> bool {
    matches!(
        error,
        UniverseError::Key(_)
            | UniverseError::Store(StoreError::Full { .. } | StoreError::Closed)
            | UniverseError::Cloud(
                CloudError::NoPermit(_)
                    | CloudError::NotSent { .. }
                    | CloudError::Throttled { .. }
                    | CloudError::Unauthorised { .. }
                    | CloudError::Unanswered { .. },
            )
    )
}

/// Waits until something happens that may be what was waited for: a budget or a connection changed, or a vault was opened.
async fn good_news(mut news: Receiver<Event>, of_connection: &str) {
    loop {
        match news.recv().await {
            Ok(Event::ConnectionsChanged) | Err(RecvError::Lagged(_)) => return,
            Ok(Event::BudgetChanged { connection }) if connection == of_connection => return,
            Ok(_) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_begin_anew_once_something_is_done() {
        let live = Live::default();
        let waits: Vec<_> = (0..8).map(|_| live.next_wait().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert!(!live.note(0, Instant::now()), "nothing was done");
        assert_eq!(live.next_wait().as_secs(), 60);
        assert!(live.note(1, Instant::now()));
        assert!(!live.note(2, Instant::now()), "it is told once");
        assert_eq!(live.next_wait().as_secs(), 1);
    }

    #[test]
    fn a_closed_journal_halts_and_any_other_failure_of_it_fails() {
        assert_eq!(Cut::from(StoreError::Closed), Cut::Halted);
        assert!(matches!(Cut::from(StoreError::Full { file: "journal.db".into() }), Cut::Failed(_)));
    }

    #[test]
    fn what_may_pass_is_waited_for_and_what_stays_is_not() {
        let cloud = UniverseError::Cloud;
        for (error, passes) in [
            (cloud(CloudError::Throttled { retry_after: None, message: "why".into() }), true),
            (cloud(CloudError::Unanswered { cause: "why".into() }), true),
            (cloud(CloudError::Unauthorised { message: "why".into() }), true),
            (UniverseError::Store(StoreError::Full { file: "u.db".into() }), true),
            (cloud(CloudError::Forbidden { permission: None, message: "why".into() }), false),
            (cloud(CloudError::Refused { status: 400, code: "x".into(), message: "why".into() }), false),
            (UniverseError::Filter, false),
        ] {
            assert_eq!(may_pass(&error), passes, "{error}");
        }
    }
}
