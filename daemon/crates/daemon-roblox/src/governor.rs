//! The budget governor: the only way to the network (`architecture.md` §9, S-36).
//!
//! A budget belongs to the game. The governor of a universe gives out permits, spends at most a configured share, puts
//! persons before jobs, waits when Roblox asks for it, and can be stopped at once. The rules are [`budget`]'s; here they
//! meet tokio's clock and tasks. It sends nothing itself and does not know what a request says.
//!
//! **Invariant:** whoever waits is woken when its turn comes, and a waiting or permitted request that is dropped gives
//! its place to the next.

pub mod moment;

pub mod class;

pub mod limits;

pub mod window;

pub mod headers;

mod random;

pub mod backoff;

pub mod breaker;

pub mod budget;

pub mod meter;

pub mod estimate;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::governor::breaker::BreakerMeter;
use crate::governor::budget::{Budget, Ending, Refusal, Report, Request, Ticket};
use crate::governor::class::Pool;
use crate::governor::estimate::{Estimate, PlannedRequests};
use crate::governor::limits::{Limits, Share};
use crate::governor::meter::Meter;
use crate::governor::moment::Moment;

/// Why there is no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GovernorError {
    /// A person stopped all requests.
    #[error("requests to Roblox are stopped; nothing was sent: resume the budget, then repeat")]
    Stopped,
    /// Too many requests wait already.
    #[error("too many requests wait for the budget; nothing was sent: repeat when fewer do, or cancel a job")]
    TooManyWaiting,
    /// The turn did not come while the caller was willing to wait.
    #[error(
        "our share of the experience's budget is used up, or Roblox needs a pause; nothing was sent: {}",
        come_back(*.next_free_in)
    )]
    NotInTime {
        /// How long until a request could pass; none when that depends on requests under way.
        next_free_in: Option<Duration>,
    },
}

fn come_back(next_free_in: Option<Duration>) -> String {
    match next_free_in {
        Some(wait) => format!("repeat in {} seconds", wait.as_secs().saturating_add(1)),
        None => "repeat when fewer requests are under way".to_owned(),
    }
}

/// Gives permits to send; cheap to clone, all clones are one.
#[derive(Clone)]
pub struct Governor(Arc<Shared>);

/// The right to send one request, once. Dropped without [`Permit::finish`], the request counts as perhaps sent.
pub struct Permit {
    shared: Arc<Shared>,
    ticket: Option<Ticket>,
}

struct Shared {
    started: Instant,
    state: Mutex<State>,
    /// Counts every change, for those who wait or watch.
    changes: watch::Sender<u64>,
}

struct State {
    budget: Budget,
    waiting: HashMap<Ticket, oneshot::Sender<Result<(), GovernorError>>>,
}

/// A request that waits, or was let through and not yet told so.
struct Place {
    shared: Arc<Shared>,
    ticket: Option<Ticket>,
}

impl Governor {
    /// A governor nothing was spent of; `seed` spreads retries and need not be secret.
    ///
    /// There has to be one for each universe, whatever number of connections lead to it. What a process before this one
    /// spent in the minute before its end is not known here.
    pub fn new(limits: Limits, share: Share, seed: u64) -> Self {
        let state = State { budget: Budget::new(limits, share, seed), waiting: HashMap::new() };
        let (changes, _) = watch::channel(0);
        Self(Arc::new(Shared { started: Instant::now(), state: Mutex::new(state), changes }))
    }

    /// Waits for the turn of a request. Dropping the future gives the place up.
    ///
    /// # Errors
    ///
    /// At once, when all is stopped, also while it waits, or when too many wait.
    pub async fn permit(&self, request: Request) -> Result<Permit, GovernorError> {
        let mut changes = self.0.changes.subscribe();
        let (sender, mut turn) = oneshot::channel();
        let mut place = self.0.ask(request, sender)?;
        self.0.grant();
        loop {
            changes.mark_unchanged();
            let wake = self.0.wake();
            tokio::select! {
                biased;
                told = &mut turn => {
                    // A sender that is gone without a word was cleared by a stop.
                    told.unwrap_or(Err(GovernorError::Stopped))?;
                    if self.0.lock().budget.is_stopped() {
                        return Err(GovernorError::Stopped);
                    }
                    return Ok(Permit { shared: Arc::clone(&self.0), ticket: place.ticket.take() });
                }
                () = sleep_until(wake) => self.0.grant_when_due(),
                // The sender lives as long as `self`.
                _ = changes.changed() => {}
            }
        }
    }

    /// As [`Self::permit`], for a caller that waits no longer than `patience`.
    ///
    /// # Errors
    ///
    /// Also [`GovernorError::NotInTime`], which says when to come back.
    pub async fn permit_within(&self, request: Request, patience: Duration) -> Result<Permit, GovernorError> {
        let pools = request.class.pools();
        match tokio::time::timeout(patience, self.permit(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(GovernorError::NotInTime { next_free_in: self.next_free_in(pools) }),
        }
    }

    /// How long until a request that draws on all of `pools` could pass.
    fn next_free_in(&self, pools: &[Pool]) -> Option<Duration> {
        let meter = self.meter();
        let pause = match meter.breaker {
            BreakerMeter::Closed => Some(Duration::ZERO),
            BreakerMeter::Open { retry_in } => Some(retry_in),
            BreakerMeter::HalfOpen => None,
        };
        let waits =
            meter.pools.iter().filter(|pool| pools.contains(&pool.pool)).map(|pool| pool.next_free_in);
        // One that is not known makes the whole unknown.
        waits.chain([pause]).try_fold(Duration::ZERO, |longest, wait| Some(longest.max(wait?)))
    }

    /// Stops all requests at once: those that wait fail, those under way end as they will. Tells whether this stopped it.
    pub fn stop(&self) -> bool {
        let (was_running, waiting) = {
            let mut state = self.0.lock();
            let was_running = state.budget.stop(self.0.now());
            (was_running, std::mem::take(&mut state.waiting))
        };
        for sender in waiting.into_values() {
            // Who gave up meanwhile need not be told.
            let _ = sender.send(Err(GovernorError::Stopped));
        }
        self.0.tell_change();
        was_running
    }

    /// Lets requests pass again; tells whether they were stopped.
    pub fn resume(&self) -> bool {
        let was_stopped = self.0.lock().budget.resume(self.0.now());
        self.0.tell_change();
        was_stopped
    }

    /// Changes limits and share; what was spent stays spent.
    pub fn configure(&self, limits: Limits, share: Share) {
        self.0.lock().budget.configure(limits, share);
        self.0.grant();
    }

    /// What people see.
    pub fn meter(&self) -> Meter {
        self.0.lock().budget.meter(self.0.now())
    }

    /// Notes every change of the meter but for the passing of time.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// What a plan costs at the share in force.
    pub fn estimate(&self, plan: &[PlannedRequests]) -> Estimate {
        let state = self.0.lock();
        estimate::estimate(plan, state.budget.limits(), state.budget.share())
    }

    /// Draws how long to wait before a request is tried again after it failed `failures` times.
    pub fn retry_delay(&self, failures: u32) -> Duration {
        self.0.lock().budget.retry_delay(failures)
    }
}

impl Permit {
    /// Ends the request.
    pub fn finish(mut self, report: &Report) {
        self.end(report);
    }

    fn end(&mut self, report: &Report) {
        if let Some(ticket) = self.ticket.take() {
            let now = self.shared.now();
            self.shared.lock().budget.finish(now, ticket, report);
            self.shared.grant();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.end(&Report::of(Ending::Abandoned));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            {
                let now = self.shared.now();
                let mut state = self.shared.lock();
                state.waiting.remove(&ticket);
                state.budget.cancel(now, ticket);
            }
            self.shared.grant();
        }
    }
}

impl Shared {
    fn now(&self) -> Moment {
        Moment::new(self.started.elapsed())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(
        self: &Arc<Self>,
        request: Request,
        sender: oneshot::Sender<Result<(), GovernorError>>,
    ) -> Result<Place, GovernorError> {
        let now = self.now();
        let mut state = self.lock();
        let ticket = state.budget.ask(now, request).map_err(|refusal| match refusal {
            Refusal::Stopped => GovernorError::Stopped,
            Refusal::TooManyWaiting => GovernorError::TooManyWaiting,
        })?;
        state.waiting.insert(ticket, sender);
        Ok(Place { shared: Arc::clone(self), ticket: Some(ticket) })
    }

    /// Tells those whose turn it is, and everyone that something changed.
    fn grant(&self) {
        let turns = self.lock().grant(self.now());
        for turn in turns {
            // Who gave up meanwhile gives the place back by dropping it.
            let _ = turn.send(Ok(()));
        }
        self.tell_change();
    }

    /// Grants unless another waiter just did: all of them wake at the same time.
    fn grant_when_due(&self) {
        let is_due = self.lock().budget.wake().is_some_and(|wake| wake <= self.now());
        if is_due {
            self.grant();
        }
    }

    fn wake(&self) -> Option<Instant> {
        let wake = self.lock().budget.wake()?;
        self.started.checked_add(wake.since_start())
    }

    fn tell_change(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl State {
    fn grant(&mut self, now: Moment) -> Vec<oneshot::Sender<Result<(), GovernorError>>> {
        let granted = self.budget.grant(now);
        granted.iter().filter_map(|ticket| self.waiting.remove(ticket)).collect()
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake).await,
        None => std::future::pending().await,
    }
}
