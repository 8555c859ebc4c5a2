//! The governor's rules as a state machine: who may send now, who waits, and until when.
//!
//! Reads no clock and spawns nothing; the same calls always give the same answers. Times passed in may stand still or
//! go back, as clocks do: the latest one seen counts.
//!
//! **Invariant:** in no sliding minute do requests, or bytes where they are limited, exceed the share of any budget. One
//! request that alone is more than the share goes when nothing else counts.
//!
//! **Invariant:** a job's request passes only when no person's request waits for one of its budgets. Within a priority,
//! requests for the same budgets pass in the order they came. Those about a key that was used too much stand aside.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::mem;
use std::time::Duration;

use super::backoff;
use super::breaker::{Breaker, Passage};
use super::class::{Class, KeySide, Pool, PoolSet, Priority};
use super::headers::Advice;
use super::limits::{Limits, Share, key_charge, part_for_jobs};
use super::meter::{Meter, PoolMeter};
use super::moment::Moment;
use super::random::Random;
use super::window::{Allowed, Cost, WINDOW, Window};

/// The most requests of persons, and the most of jobs, that may wait at a time.
pub const WAITING_LIMIT: usize = 4_096;

/// One part in so many of every budget may be spent by jobs at once; beyond it they are spread over the minute, so that
/// a person finds a free place soon.
const BURST_PART: u32 = 10;

/// How often keys that are not used any more are forgotten.
const KEY_SWEEP: Duration = Duration::from_secs(10);

/// A request that asks to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What it is.
    pub class: Class,
    /// Who waits for it.
    pub priority: Priority,
    /// The entry it reads or writes, in any form that tells entries apart; none when it is about no single entry.
    pub key: Option<String>,
    /// What it costs.
    pub cost: Cost,
}

/// Stands for one request from asking to its end; tickets are in the order in which they are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    priority: Priority,
    number: u64,
}

impl Ticket {
    /// Before every ticket there is.
    const FIRST: Self = Self { priority: Priority::Person, number: 0 };
}

/// How a request that was let through ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was not tried; it costs nothing.
    NotTried,
    /// It was tried but did not leave, as when there is no connection; it costs nothing but counts as a failure.
    NotSent,
    /// Roblox answered, whatever it said.
    Answered,
    /// Roblox answered that there were too many requests.
    Throttled,
    /// No answer, or the answer that Roblox itself has a fault: whether it was executed may be unknown.
    Failed,
    /// Given up by the one who asked, perhaps after it was sent: it costs, but says nothing about Roblox.
    Abandoned,
}

/// What is known of a request that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// How many bytes it carried, where that turned out different from what was asked for.
    pub bytes: Option<u64>,
    /// What the reply's headers say about limits.
    pub advice: Advice,
}

impl Report {
    /// A report without more than the ending.
    pub fn of(ending: Ending) -> Self {
        Self { ending, bytes: None, advice: Advice::default() }
    }
}

/// Why a request may not even wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Everything is stopped.
    Stopped,
    /// [`WAITING_LIMIT`] requests of the priority wait already.
    TooManyWaiting,
}

#[derive(Clone, Debug, Default)]
struct PoolState {
    window: Window,
    /// When the next job's request is due, were all spread evenly.
    due: Moment,
    /// Until when Roblox asked us to wait.
    held_until: Moment,
    /// Refusals for too many requests in a row.
    throttles: u32,
    reported_limit: Option<u64>,
}

/// Why a request has to wait, and until when if time alone helps.
enum Obstacle {
    /// A budget is used up, for everyone.
    Pool(Pool, Option<Moment>),
    /// A budget is used up as far as jobs may.
    Pace(Pool, Option<Moment>),
    /// Its key was used too much.
    Key(Option<Moment>),
}

/// The budgets of one universe.
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    share: Share,
    random: Random,
    clock: Moment,
    pools: [PoolState; Pool::COUNT],
    keys: HashMap<(String, KeySide), Window>,
    keys_swept: Moment,
    breaker: Breaker,
    stopped_at: Option<Moment>,
    /// By the index of their class.
    waiting: [BTreeMap<Ticket, Request>; Class::COUNT],
    /// How many wait, by priority.
    waiting_count: [usize; 2],
    under_way: HashMap<Ticket, Request>,
    tickets: u64,
    wake: Option<Moment>,
}

impl Budget {
    /// Budgets nothing was spent of; `seed` decides how retries are spread.
    pub fn new(limits: Limits, share: Share, seed: u64) -> Self {
        Self {
            limits,
            share,
            random: Random::new(seed),
            clock: Moment::START,
            pools: Default::default(),
            keys: HashMap::new(),
            keys_swept: Moment::START,
            breaker: Breaker::new(),
            stopped_at: None,
            waiting: Default::default(),
            waiting_count: [0; 2],
            under_way: HashMap::new(),
            tickets: 0,
            wake: None,
        }
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The share in force.
    pub fn share(&self) -> Share {
        self.share
    }

    /// Changes limits and share; what was spent stays spent.
    pub fn configure(&mut self, limits: Limits, share: Share) {
        self.limits = limits;
        self.share = share;
    }

    /// Lets a request wait for its turn, which [`Self::grant`] tells.
    pub fn ask(&mut self, now: Moment, request: Request) -> Result<Ticket, Refusal> {
        self.advance(now);
        if self.stopped_at.is_some() {
            return Err(Refusal::Stopped);
        }
        let count = &mut self.waiting_count[request.priority as usize];
        if *count >= WAITING_LIMIT {
            return Err(Refusal::TooManyWaiting);
        }
        *count += 1;
        self.tickets += 1;
        let ticket = Ticket { priority: request.priority, number: self.tickets };
        self.waiting[request.class.index()].insert(ticket, request);
        Ok(ticket)
    }

    /// Lets through what may be sent now, in order. To be called after everything else, and at [`Self::wake`].
    pub fn grant(&mut self, now: Moment) -> Vec<Ticket> {
        let now = self.advance(now);
        self.wake = None;
        self.forget_idle_keys(now);
        if self.stopped_at.is_some() || self.waiting_count == [0; 2] {
            return Vec::new();
        }
        let only_one = match self.breaker.passage(now) {
            Passage::Free => false,
            Passage::One => true,
            Passage::Closed(until) => {
                self.wake = until;
                return Vec::new();
            }
        };
        for pool in &mut self.pools {
            pool.window.expire(now);
        }
        let mut waiting = mem::take(&mut self.waiting);
        let granted = self.choose(now, &waiting, only_one);
        for (class, ticket) in &granted {
            if let Some(request) = waiting[class.index()].remove(ticket) {
                self.waiting_count[ticket.priority as usize] -= 1;
                self.under_way.insert(*ticket, request);
            }
        }
        self.waiting = waiting;
        granted.into_iter().map(|(_, ticket)| ticket).collect()
    }

    /// Takes what has room, in the order of tickets, and notes when to look again for what has not.
    fn choose(
        &mut self,
        now: Moment,
        waiting: &[BTreeMap<Ticket, Request>; Class::COUNT],
        only_one: bool,
    ) -> Vec<(Class, Ticket)> {
        let mut granted = Vec::new();
        let (mut full, mut full_for_jobs) = (PoolSet::default(), PoolSet::default());
        let mut busy_keys = HashSet::new();
        let mut lines = Class::ALL.map(|class| waiting[class.index()].range(Ticket::FIRST..).peekable());
        loop {
            let heads = Class::ALL.into_iter().zip(&mut lines);
            let first =
                heads.filter_map(|(class, line)| line.peek().map(|(ticket, _)| (**ticket, class))).min();
            let Some((ticket, class)) = first else { return granted };
            let line = &mut lines[class.index()];
            let pools = class.pools();
            let is_job = ticket.priority == Priority::Job;
            if full.has_any(pools) || is_job && full_for_jobs.has_any(pools) {
                if !is_job {
                    full_for_jobs.insert_all(pools);
                }
                // Whoever stands behind has no room either.
                *line = waiting[class.index()].range(..Ticket::FIRST).peekable();
                continue;
            }
            let Some((_, request)) = line.next() else { return granted };
            let key = request.key.as_deref().map(|key| (key, class.key_side()));
            if key.is_some_and(|key| busy_keys.contains(&key)) {
                continue;
            }
            match self.obstacle(now, request) {
                None => {
                    self.take(now, request);
                    granted.push((class, ticket));
                    if only_one {
                        return granted;
                    }
                }
                Some(Obstacle::Pool(pool, until)) => {
                    full.insert(pool);
                    if !is_job {
                        full_for_jobs.insert_all(pools);
                    }
                    self.wake_at(until);
                }
                Some(Obstacle::Pace(pool, until)) => {
                    full_for_jobs.insert(pool);
                    self.wake_at(until);
                }
                Some(Obstacle::Key(until)) => {
                    busy_keys.extend(key);
                    self.wake_at(until);
                }
            }
        }
    }

    /// When [`Self::grant`] has to be called again though nothing else happens; as of its last call.
    pub fn wake(&self) -> Option<Moment> {
        self.wake
    }

    /// Forgets a request that waits; one already let through ends as never tried.
    pub fn cancel(&mut self, now: Moment, ticket: Ticket) {
        let was_waiting = self.waiting.iter_mut().any(|line| line.remove(&ticket).is_some());
        if was_waiting {
            self.waiting_count[ticket.priority as usize] -= 1;
        } else {
            self.finish(now, ticket, &Report::of(Ending::NotTried));
        }
    }

    /// Ends a request that was let through.
    pub fn finish(&mut self, now: Moment, ticket: Ticket, report: &Report) {
        let now = self.advance(now);
        let Some(request) = self.under_way.remove(&ticket) else { return };
        self.settle(now, &request, report);
        match report.ending {
            Ending::NotTried | Ending::Abandoned => self.breaker.given_back(now),
            Ending::NotSent | Ending::Failed => self.breaker.failed(now),
            Ending::Answered | Ending::Throttled => self.breaker.answered(),
        }
        for pool in request.class.pools() {
            let pool = &mut self.pools[pool.index()];
            pool.reported_limit = report.advice.limit.or(pool.reported_limit);
            let pause = match report.ending {
                Ending::Throttled => {
                    pool.throttles = pool.throttles.saturating_add(1);
                    let drawn = || backoff::draw(pool.throttles, &mut self.random);
                    Some(report.advice.retry_after.unwrap_or_else(drawn))
                }
                Ending::Answered => {
                    pool.throttles = 0;
                    report.advice.pause()
                }
                // A fault of Roblox's may also name a time.
                Ending::Failed => report.advice.retry_after,
                Ending::NotTried | Ending::NotSent | Ending::Abandoned => None,
            };
            if let Some(pause) = pause {
                pool.held_until = pool.held_until.max(now.after(pause));
            }
        }
    }

    /// Stops everything at once: no request that waits will pass. Tells whether this stopped it.
    pub fn stop(&mut self, now: Moment) -> bool {
        let now = self.advance(now);
        let was_running = self.stopped_at.is_none();
        self.stopped_at.get_or_insert(now);
        self.wake = None;
        self.waiting = Default::default();
        self.waiting_count = [0; 2];
        was_running
    }

    /// Lets requests pass again; tells whether they were stopped.
    pub fn resume(&mut self, now: Moment) -> bool {
        self.advance(now);
        self.stopped_at.take().is_some()
    }

    /// Whether everything is stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped_at.is_some()
    }

    /// Draws how long to wait before a request is tried again after it failed `failures` times.
    pub fn retry_delay(&mut self, failures: u32) -> Duration {
        backoff::draw(failures, &mut self.random)
    }

    /// What people see.
    pub fn meter(&mut self, now: Moment) -> Meter {
        let now = self.advance(now);
        let [waiting_persons, waiting_jobs] = self.waiting_count;
        Meter {
            share: self.share,
            stopped_for: self.stopped_at.map(|at| now.since(at)),
            breaker: self.breaker.meter(now),
            waiting_persons,
            waiting_jobs,
            under_way: self.under_way.len(),
            pools: Pool::ALL.into_iter().map(|pool| self.pool_meter(now, pool)).collect(),
        }
    }

    fn pool_meter(&mut self, now: Moment, pool: Pool) -> PoolMeter {
        let allowed = self.allowed(pool);
        let draws = |class: &Class| class.pools().contains(&pool);
        let lines = Class::ALL.into_iter().filter(draws);
        let waiting = lines.map(|class| self.waiting[class.index()].len()).sum();
        let state = &mut self.pools[pool.index()];
        state.window.expire(now);
        let held = state.held_until.since(now);
        let next_free_in = if state.window.has_room(Cost { requests: 1, bytes: 0 }, allowed) {
            Some(held)
        } else {
            state.window.next_expiry().map(|expiry| expiry.since(now).max(held))
        };
        PoolMeter {
            pool,
            used_requests: state.window.requests(),
            allowed_requests: allowed.requests,
            limit_requests: self.limits.of(pool).requests,
            used_bytes: state.window.bytes(),
            allowed_bytes: allowed.bytes,
            waiting,
            throttled_for: (!held.is_zero()).then_some(held),
            next_free_in,
            reported_limit: state.reported_limit,
        }
    }

    /// Takes the latest time seen as the present.
    fn advance(&mut self, now: Moment) -> Moment {
        self.clock = self.clock.max(now);
        self.clock
    }

    fn wake_at(&mut self, until: Option<Moment>) {
        if let Some(until) = until {
            self.wake = Some(self.wake.map_or(until, |wake| wake.min(until)));
        }
    }

    fn allowed(&self, pool: Pool) -> Allowed {
        let limit = self.limits.of(pool);
        Allowed {
            requests: self.share.of_requests(limit.requests),
            bytes: limit.bytes.map(|bytes| self.share.of_bytes(bytes)),
        }
    }

    fn obstacle(&mut self, now: Moment, request: &Request) -> Option<Obstacle> {
        for &pool in request.class.pools() {
            let allowed = self.allowed(pool);
            let state = &self.pools[pool.index()];
            if now < state.held_until {
                return Some(Obstacle::Pool(pool, Some(state.held_until)));
            }
            if !state.window.has_room(request.cost, allowed) {
                return Some(Obstacle::Pool(pool, state.window.next_expiry()));
            }
        }
        if request.priority == Priority::Job {
            for &pool in request.class.pools() {
                let allowed = self.allowed(pool);
                let state = &self.pools[pool.index()];
                let for_jobs = Allowed { requests: part_for_jobs(allowed.requests), ..allowed };
                if !state.window.has_room(request.cost, for_jobs) {
                    return Some(Obstacle::Pace(pool, state.window.next_expiry()));
                }
                let earliest = state.due.before(interval(allowed) * (allowed.requests / BURST_PART));
                if now < earliest {
                    return Some(Obstacle::Pace(pool, Some(earliest)));
                }
            }
        }
        let (key, side) = (request.key.as_ref()?, request.class.key_side());
        let allowed = self.share.of_bytes(self.limits.key_throughput(side));
        let window = self.keys.get_mut(&(key.clone(), side))?;
        window.expire(now);
        let allowed = Allowed { requests: u32::MAX, bytes: Some(allowed) };
        let is_busy = !window.has_room(key_cost(request.cost.bytes), allowed);
        is_busy.then(|| Obstacle::Key(window.next_expiry()))
    }

    fn take(&mut self, now: Moment, request: &Request) {
        self.breaker.let_through(now);
        for &pool in request.class.pools() {
            let allowed = self.allowed(pool);
            let state = &mut self.pools[pool.index()];
            state.window.take(request.cost);
            if request.priority == Priority::Job {
                state.due = state.due.max(now).after(interval(allowed) * request.cost.requests);
            }
        }
        if let Some(key) = &request.key {
            let window = self.keys.entry((key.clone(), request.class.key_side())).or_default();
            window.take(key_cost(request.cost.bytes));
        }
    }

    /// Moves what a request was expected to cost to what it did cost.
    fn settle(&mut self, now: Moment, request: &Request, report: &Report) {
        let was_sent = !matches!(report.ending, Ending::NotTried | Ending::NotSent);
        let bytes = report.bytes.unwrap_or(request.cost.bytes);
        let settle = |window: &mut Window, cost: Cost, bytes: u64| {
            if was_sent {
                window.end(now, cost, bytes);
            } else {
                window.give_back(cost);
            }
        };
        for pool in request.class.pools() {
            settle(&mut self.pools[pool.index()].window, request.cost, bytes);
        }
        if let Some(key) = &request.key
            && let Some(window) = self.keys.get_mut(&(key.clone(), request.class.key_side()))
        {
            settle(window, key_cost(request.cost.bytes), key_charge(bytes));
        }
    }

    fn forget_idle_keys(&mut self, now: Moment) {
        if now.since(self.keys_swept) < KEY_SWEEP {
            return;
        }
        self.keys_swept = now;
        self.keys.retain(|_, window| {
            window.expire(now);
            !window.is_idle()
        });
    }
}

/// How far apart jobs' requests are when spread evenly.
fn interval(allowed: Allowed) -> Duration {
    WINDOW / allowed.requests.max(1)
}

fn key_cost(bytes: u64) -> Cost {
    Cost { requests: 1, bytes: key_charge(bytes) }
}
