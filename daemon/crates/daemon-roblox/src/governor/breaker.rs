//! The circuit breaker: after failures in a row nothing is sent for a while, then one request tries.

use std::time::Duration;

use super::moment::Moment;

/// How many failures in a row open the breaker.
pub const BREAKER_THRESHOLD: u32 = 5;

/// How long it stays open the first time; twice as long every further time.
pub const BREAKER_FIRST_PAUSE: Duration = Duration::from_secs(5);

/// How long it stays open at most.
pub const BREAKER_LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// What the breaker lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// Everything.
    Free,
    /// One request, and nothing else until it ended.
    One,
    /// Nothing until then; without a time, until the one under way ended.
    Closed(Option<Moment>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Open { until: Moment },
    HalfOpen,
}

/// Counts failures in a row.
#[derive(Clone, Debug)]
pub(super) struct Breaker {
    state: State,
    failures: u32,
    pause: Duration,
}

impl Breaker {
    pub(super) fn new() -> Self {
        Self { state: State::Closed, failures: 0, pause: BREAKER_FIRST_PAUSE }
    }

    /// What may be sent now.
    pub(super) fn passage(&self, now: Moment) -> Passage {
        match self.state {
            State::Closed => Passage::Free,
            State::Open { until } if now < until => Passage::Closed(Some(until)),
            State::Open { .. } => Passage::One,
            State::HalfOpen => Passage::Closed(None),
        }
    }

    /// Notes that a request was let through; the one request after a pause is the probe.
    pub(super) fn let_through(&mut self, now: Moment) {
        if self.passage(now) == Passage::One {
            self.state = State::HalfOpen;
        }
    }

    /// Notes that Roblox answered.
    pub(super) fn answered(&mut self) {
        *self = Self::new();
    }

    /// Notes that Roblox could not be reached, did not answer, or answered with a fault of its own.
    pub(super) fn failed(&mut self, now: Moment) {
        self.failures = self.failures.saturating_add(1);
        match self.state {
            State::Closed if self.failures >= BREAKER_THRESHOLD => {
                self.state = State::Open { until: now.after(self.pause) };
            }
            State::HalfOpen => {
                self.pause = self.pause.saturating_mul(2).min(BREAKER_LONGEST_PAUSE);
                self.state = State::Open { until: now.after(self.pause) };
            }
            State::Closed | State::Open { .. } => {}
        }
    }

    /// Notes that a request let through was never sent, so that another may be the probe.
    pub(super) fn given_back(&mut self, now: Moment) {
        if self.state == State::HalfOpen {
            self.state = State::Open { until: now };
        }
    }

    /// How long nothing is sent, and whether a probe is under way.
    pub(super) fn meter(&self, now: Moment) -> BreakerMeter {
        match self.state {
            State::Closed => BreakerMeter::Closed,
            State::Open { until } => BreakerMeter::Open { retry_in: until.since(now) },
            State::HalfOpen => BreakerMeter::HalfOpen,
        }
    }
}

/// What the circuit breaker does, for people to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerMeter {
    /// Requests pass.
    Closed,
    /// No request passes, because several failed in a row.
    Open {
        /// How long until one may try.
        retry_in: Duration,
    },
    /// One request tries whether the others may pass.
    HalfOpen,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::new(Duration::from_secs(seconds))
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::new();
        for _ in 0..BREAKER_THRESHOLD {
            assert_eq!(breaker.passage(at(0)), Passage::Free);
            breaker.failed(at(0));
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let breaker = opened();
        assert_eq!(breaker.passage(at(4)), Passage::Closed(Some(at(5))));
        assert_eq!(breaker.meter(at(4)), BreakerMeter::Open { retry_in: Duration::from_secs(1) });
        let mut breaker = Breaker::new();
        for _ in 0..100 {
            breaker.failed(at(0));
            breaker.answered();
        }
        assert_eq!(breaker.passage(at(0)), Passage::Free, "never two in a row");
    }

    #[test]
    fn one_request_tries_and_decides() {
        let mut breaker = opened();
        assert_eq!(breaker.passage(at(5)), Passage::One);
        breaker.let_through(at(5));
        assert_eq!(breaker.passage(at(5)), Passage::Closed(None));
        assert_eq!(breaker.meter(at(5)), BreakerMeter::HalfOpen);
        breaker.failed(at(6));
        assert_eq!(breaker.passage(at(15)), Passage::Closed(Some(at(16))), "twice as long");
        breaker.let_through(at(16));
        breaker.answered();
        assert_eq!(breaker.passage(at(16)), Passage::Free);
    }

    #[test]
    fn a_probe_never_sent_lets_another_try() {
        let mut breaker = opened();
        breaker.let_through(at(5));
        breaker.given_back(at(7));
        assert_eq!(breaker.passage(at(7)), Passage::One);
    }

    #[test]
    fn pauses_have_an_end() {
        let mut breaker = opened();
        let mut now = at(5);
        for _ in 0..10 {
            breaker.let_through(now);
            breaker.failed(now);
            now = now.after(BREAKER_LONGEST_PAUSE);
            assert_eq!(breaker.passage(now), Passage::One);
        }
    }
}
