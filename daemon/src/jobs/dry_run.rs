//! Looks again at the entries of a staged set, as a far-reaching commit asks for.
//!
//! Only a look at all of them counts, so one that was cut off begins anew.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};

use daemon_core::changes::state::SetState;
use daemon_core::time::Timestamp;
use daemon_store::journal::records::{JobKind, JobProgress, JobRecord, Principal, SetRecord};
use tokio::sync::Notify;

use crate::changes::look::{Look, LookError};
use crate::jobs::commit::of_set;
use crate::jobs::work::{CHECKPOINT_INTERVAL, Cut, Work};

/// The job that looks at a set's entries.
pub fn job(set: &SetRecord, by: Principal, now: Timestamp) -> JobRecord {
    of_set(set, JobKind::DryRun, by, now)
}

/// What was seen so far.
#[derive(Debug, Default)]
struct Seen {
    total: u64,
    fine: AtomicU64,
    clashes: AtomicU64,
    nothing: AtomicU64,
    is_further: Notify,
}

impl Seen {
    fn add(&self, look: Look) {
        let count = match look {
            Look::Same | Look::Merged => &self.fine,
            Look::Clash => &self.clashes,
            Look::Nothing => &self.nothing,
        };
        count.fetch_add(1, Ordering::Relaxed);
        self.is_further.notify_one();
    }

    fn progress(&self) -> JobProgress {
        JobProgress {
            total: Some(self.total),
            saved: self.fine.load(Ordering::Relaxed),
            conflict: self.clashes.load(Ordering::Relaxed),
            skipped: self.nothing.load(Ordering::Relaxed),
            ..JobProgress::default()
        }
    }
}

pub(super) async fn run(work: &Work) -> Result<JobProgress, Cut> {
    let changes = work.state.changes();
    let id = work.job.set.clone().unwrap_or_else(crate::changes::new_set_id);
    loop {
        let set = work.journal()?.get_set(id.clone()).await?;
        let Some(set) = set.filter(|set| set.state == SetState::Staged) else {
            let message = format!("change set {} is no longer staged; there is nothing to look at", id.0);
            return Err(Cut::Failed(message));
        };
        let (_, universe) = work.reach().await?;
        let seen = Seen { total: u64::from(set.counts.staged), ..Seen::default() };
        work.checkpoint(seen.progress(), String::new(), Vec::new()).await?;
        let progress = |look: Look| seen.add(look);
        let end = tokio::select! {
            end = changes.look_again(&set, &universe, &work.halt, &progress) => end,
            never = keep_record(work, &seen) => match never {},
        };
        work.checkpoint(seen.progress(), String::new(), Vec::new()).await?;
        match end {
            // A look that was cut off has not told when the entries were looked at.
            Ok(checked) if checked.checked_at == set.checked_at && work.halt.is_cancelled() => {
                return Err(Cut::Halted);
            }
            Ok(_) => return Ok(seen.progress()),
            Err(LookError::Journal(problem)) => return Err(problem.into()),
            Err(LookError::Store(error)) => return Err(error.into()),
            Err(LookError::Universe(error)) => work.wait_out(&error).await?,
        }
    }
}

async fn keep_record(work: &Work, seen: &Seen) -> Infallible {
    loop {
        seen.is_further.notified().await;
        // Whoever looks at the entries meets the same trouble.
        let _ = work.checkpoint(seen.progress(), String::new(), Vec::new()).await;
        tokio::time::sleep(CHECKPOINT_INTERVAL).await;
    }
}
