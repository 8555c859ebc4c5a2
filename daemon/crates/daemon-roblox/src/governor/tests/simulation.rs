//! A day of a governor in virtual time, beside a server that counts what reaches it.
//!
//! The server knows nothing of the governor's windows: it writes down when each request arrived and looks a minute back.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use crate::governor::budget::{Budget, Ending, Report, Request, Ticket};
use crate::governor::class::{Class, KeySide, Pool, Priority};
use crate::governor::limits::{Limits, Share, key_charge};
use crate::governor::moment::Moment;
use crate::governor::random::Random;
use crate::governor::window::{Cost, WINDOW};

/// How long requests keep coming.
const DAY: Duration = Duration::from_hours(24);

/// How long one sort of load and one sort of answers last.
const PHASE_SECONDS: u64 = 600;

#[derive(Clone, Copy, Debug)]
enum Event {
    Ask,
    Arrive(Ticket),
    End(Ticket),
    Wake,
    ClockBack,
    Stop,
    Resume,
}

/// How the server is in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Well,
    Throttling,
    Down,
}

/// What the simulation knows of a request besides the governor.
#[derive(Clone, Debug)]
struct Known {
    request: Request,
    order: u64,
    bytes: u64,
    report: Report,
}

/// What a day came to.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) asked: u64,
    pub(super) refused: u64,
    pub(super) arrived: u64,
    pub(super) throttled: u64,
    pub(super) failed: u64,
    pub(super) cancelled: u64,
    pub(super) stops: u64,
    /// Every breach, as a sentence.
    pub(super) violations: Vec<String>,
}

pub(super) struct Simulation {
    budget: Budget,
    limits: Limits,
    share: Share,
    random: Random,
    now: Duration,
    /// How far the clock the governor reads is behind.
    clock_behind: Duration,
    events: BTreeMap<(Duration, u64), Event>,
    sequence: u64,
    known: HashMap<Ticket, Known>,
    waiting: HashSet<Ticket>,
    /// Persons' requests without a key that wait for each budget.
    persons: [u32; Pool::COUNT],
    last_order: HashMap<(Class, Priority), u64>,
    held_until: [Duration; Pool::COUNT],
    arrivals: [VecDeque<(Duration, u32, u64)>; Pool::COUNT],
    key_arrivals: HashMap<(String, KeySide), VecDeque<(Duration, u64)>>,
    totals: Totals,
}

impl Simulation {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let limits = if random.up_to(1) == 0 { Limits::limits_page() } else { Limits::pricing_page() };
        let share = match random.up_to(3) {
            0 => Share::new(u8::try_from(1 + random.up_to(99)).unwrap()).unwrap(),
            _ => Share::default(),
        };
        let mut simulation = Self {
            budget: Budget::new(limits.clone(), share, seed),
            limits,
            share,
            random,
            now: Duration::ZERO,
            clock_behind: Duration::ZERO,
            events: BTreeMap::new(),
            sequence: 0,
            known: HashMap::new(),
            waiting: HashSet::new(),
            persons: [0; Pool::COUNT],
            last_order: HashMap::new(),
            held_until: [Duration::ZERO; Pool::COUNT],
            arrivals: Default::default(),
            key_arrivals: HashMap::new(),
            totals: Totals::default(),
        };
        simulation.plan(Duration::ZERO, Event::Ask);
        for _ in 0..6 {
            let at = Duration::from_secs(simulation.random.up_to(DAY.as_secs()));
            simulation.plan(at, Event::ClockBack);
            let at = Duration::from_secs(simulation.random.up_to(DAY.as_secs()));
            simulation.plan(at, Event::Stop);
            simulation.plan(at + Duration::from_secs(30), Event::Resume);
        }
        simulation
    }

    /// Runs until nothing is left to do.
    pub(super) fn run(mut self) -> Totals {
        while let Some(((at, _), event)) = self.events.pop_first() {
            self.now = at;
            self.happen(event);
            self.grant();
        }
        if !self.waiting.is_empty() || !self.known.is_empty() {
            let left =
                format!("{} requests wait for ever, {} never ended", self.waiting.len(), self.known.len());
            self.violation(&left);
        }
        self.totals
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Ask => {
                for _ in 0..self.burst() {
                    self.ask();
                }
                let pause = self.pause();
                if self.now + pause < DAY {
                    self.plan(self.now + pause, Event::Ask);
                }
            }
            Event::Arrive(ticket) => self.arrive(ticket),
            Event::End(ticket) => self.end(ticket),
            Event::Wake => {}
            Event::ClockBack => self.clock_behind += Duration::from_secs(self.random.up_to(600)),
            Event::Stop => {
                self.budget.stop(self.clock());
                self.totals.stops += 1;
                for ticket in std::mem::take(&mut self.waiting) {
                    self.known.remove(&ticket);
                }
                self.persons = [0; Pool::COUNT];
            }
            Event::Resume => {
                self.budget.resume(self.clock());
            }
        }
    }

    fn grant(&mut self) {
        let granted = self.budget.grant(self.clock());
        for ticket in &granted {
            self.waiting.remove(ticket);
            let known = &self.known[ticket];
            if known.request.priority == Priority::Person && known.request.key.is_none() {
                for pool in known.request.class.pools() {
                    self.persons[pool.index()] -= 1;
                }
            }
        }
        for ticket in &granted {
            self.check_granted(*ticket);
            self.send(*ticket);
        }
        let stuck = self.budget.wake().is_none() && self.waiting.len() == self.known.len();
        if stuck && !self.waiting.is_empty() {
            self.violation("requests wait, none is under way, and nothing will wake them");
        }
        if let Some(wake) = self.budget.wake() {
            let at = (wake.since_start() + self.clock_behind).max(self.now + Duration::from_nanos(1));
            // One planned wake is enough: every event grants anew.
            let is_planned = self.events.first_key_value().is_some_and(|((next, _), _)| *next <= at);
            if !is_planned {
                self.plan(at, Event::Wake);
            }
        }
    }

    fn check_granted(&mut self, ticket: Ticket) {
        let Request { class, priority, key, .. } = self.known[&ticket].request.clone();
        let order = self.known[&ticket].order;
        for pool in class.pools() {
            if self.now < self.held_until[pool.index()] {
                self.violation(&format!("{class:?} was sent before `retry-after`"));
            }
            if priority == Priority::Job && self.persons[pool.index()] > 0 {
                self.violation(&format!("a job's {class:?} overtook a person"));
            }
        }
        if key.is_none() {
            let last = self.last_order.insert((class, priority), order).unwrap_or_default();
            if last > order {
                self.violation(&format!("{class:?} of {priority:?} was not first come, first served"));
            }
        }
    }

    /// Decides what becomes of a request let through.
    fn send(&mut self, ticket: Ticket) {
        let latency = Duration::from_millis(20 + self.random.up_to(400));
        let until_arrival =
            Duration::from_nanos(self.random.up_to(u64::try_from(latency.as_nanos()).unwrap()));
        let chance = self.random.up_to(99);
        let (ending, latency) = match (self.mood(), chance) {
            (_, 0..2) => (Ending::NotTried, latency),
            (Mood::Throttling, 2..40) => (Ending::Throttled, latency),
            (Mood::Down, 2..40) => (Ending::NotSent, latency),
            (Mood::Down, 40..90) => (Ending::Failed, latency),
            (_, 91) => (Ending::Abandoned, latency),
            // No answer until the deadline.
            (_, 90) => (Ending::Failed, Duration::from_secs(30)),
            _ => (Ending::Answered, latency),
        };
        let mut report = Report::of(ending);
        if ending == Ending::Throttled && self.random.up_to(1) == 0 {
            report.advice.retry_after = Some(Duration::from_secs(self.random.up_to(90)));
        }
        if ending == Ending::Answered && chance == 50 {
            report.advice.remaining = Some(0);
            report.advice.reset = Some(Duration::from_secs(self.random.up_to(20)));
        }
        let known = self.known.get_mut(&ticket).unwrap();
        known.bytes = self.random.up_to(known.request.cost.bytes);
        report.bytes = Some(known.bytes);
        known.report = report;
        if !matches!(ending, Ending::NotTried | Ending::NotSent) {
            self.plan(self.now + until_arrival, Event::Arrive(ticket));
        }
        self.plan(self.now + latency, Event::End(ticket));
    }

    /// Counts as Roblox does: what arrived in the minute that ends now.
    fn arrive(&mut self, ticket: Ticket) {
        self.totals.arrived += 1;
        let Known { request, bytes, .. } = self.known[&ticket].clone();
        let now = self.now;
        for pool in request.class.pools() {
            let arrivals = &mut self.arrivals[pool.index()];
            arrivals.push_back((now, request.cost.requests, bytes));
            while arrivals.front().is_some_and(|(at, ..)| *at + WINDOW <= now) {
                arrivals.pop_front();
            }
            let count: u32 = arrivals.iter().map(|(_, requests, _)| requests).sum();
            let total: u64 = arrivals.iter().map(|(.., bytes)| bytes).sum();
            let is_alone = arrivals.len() == 1;
            let has_bytes_alone = arrivals.iter().filter(|(.., bytes)| *bytes > 0).count() == 1;
            let limit = self.limits.of(*pool);
            let allowed = self.share.of_requests(limit.requests);
            if count > allowed && !is_alone {
                self.violation(&format!("{count} requests of {} where {allowed} are allowed", pool.as_str()));
            }
            let allowed = limit.bytes.map_or(u64::MAX, |bytes| self.share.of_bytes(bytes));
            if total > allowed && !has_bytes_alone {
                self.violation(&format!("{total} bytes of {} where {allowed} are allowed", pool.as_str()));
            }
        }
        if let Some(key) = request.key {
            let side = request.class.key_side();
            let arrivals = self.key_arrivals.entry((key, side)).or_default();
            arrivals.push_back((now, key_charge(bytes)));
            while arrivals.front().is_some_and(|(at, _)| *at + WINDOW <= now) {
                arrivals.pop_front();
            }
            let total: u64 = arrivals.iter().map(|(_, bytes)| bytes).sum();
            let allowed = self.share.of_bytes(self.limits.key_throughput(side));
            if total > allowed && arrivals.len() > 1 {
                self.violation(&format!("{total} bytes of one key where {allowed} are allowed"));
            }
        }
    }

    fn end(&mut self, ticket: Ticket) {
        let Known { request, report, .. } = self.known.remove(&ticket).unwrap();
        match report.ending {
            Ending::Throttled => self.totals.throttled += 1,
            Ending::Failed | Ending::NotSent => self.totals.failed += 1,
            _ => {}
        }
        let advised = match report.ending {
            Ending::Throttled => report.advice.retry_after,
            _ => report.advice.pause(),
        };
        for pool in request.class.pools() {
            let held = &mut self.held_until[pool.index()];
            *held = (*held).max(self.now + advised.unwrap_or_default());
        }
        let now = self.clock();
        if report.ending == Ending::NotTried {
            self.totals.cancelled += 1;
            self.budget.cancel(now, ticket);
        } else {
            self.budget.finish(now, ticket, &report);
        }
    }

    fn ask(&mut self) {
        let focus = Class::ALL[usize::try_from(self.phase()).unwrap() % Class::COUNT];
        let last = u64::try_from(Class::COUNT).unwrap() - 1;
        let anything = Class::ALL[usize::try_from(self.random.up_to(last)).unwrap()];
        let class = if self.random.up_to(9) < 7 { focus } else { anything };
        let priority = if self.random.up_to(9) < 3 { Priority::Person } else { Priority::Job };
        let is_about_a_key =
            class.pools()[0].index() < Pool::MemoryStore.index() && self.random.up_to(1) == 0;
        let bytes = match self.random.up_to(19) {
            0 => 4_194_304,
            1..6 => self.random.up_to(300_000),
            _ => self.random.up_to(3_000),
        };
        let requests = if class == Class::MemoryStore { 1 + self.random.up_to(20) } else { 1 };
        let request = Request {
            class,
            priority,
            key: is_about_a_key.then(|| self.random.up_to(20).to_string()),
            cost: Cost { requests: u32::try_from(requests).unwrap(), bytes },
        };
        self.totals.asked += 1;
        let Ok(ticket) = self.budget.ask(self.clock(), request.clone()) else {
            self.totals.refused += 1;
            return;
        };
        if priority == Priority::Person && request.key.is_none() {
            for pool in class.pools() {
                self.persons[pool.index()] += 1;
            }
        }
        let known = Known { request, order: self.totals.asked, bytes: 0, report: Report::of(Ending::Failed) };
        self.known.insert(ticket, known);
        self.waiting.insert(ticket);
    }

    fn phase(&self) -> u64 {
        self.now.as_secs() / PHASE_SECONDS
    }

    fn mood(&self) -> Mood {
        match self.phase() % 12 {
            5 => Mood::Throttling,
            8 => Mood::Down,
            _ => Mood::Well,
        }
    }

    /// How many requests come at once.
    fn burst(&mut self) -> u64 {
        if self.random.up_to(999) == 0 { 200 } else { 1 }
    }

    /// How long until the next come: mostly quiet, every sixth phase far more than there is budget for.
    fn pause(&mut self) -> Duration {
        let longest = if self.phase() % 6 == 5 { 400 } else { 8_000 };
        Duration::from_millis(self.random.up_to(longest))
    }

    fn clock(&self) -> Moment {
        Moment::new(self.now.saturating_sub(self.clock_behind))
    }

    fn plan(&mut self, at: Duration, event: Event) {
        self.sequence += 1;
        self.events.insert((at, self.sequence), event);
    }

    fn violation(&mut self, what: &str) {
        // The first ones tell enough.
        if self.totals.violations.len() < 10 {
            self.totals.violations.push(format!("at {:?}: {what}", self.now));
        }
    }
}
