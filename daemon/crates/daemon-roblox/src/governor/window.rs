//! What was spent in the last minute.
//!
//! A request counts from its permit until a minute after it ended. Whenever it reached Roblox in between, it is counted
//! in every minute that Roblox could count it in.

use std::collections::VecDeque;
use std::time::Duration;

use super::moment::Moment;

/// The sliding window of Roblox's limits (`roblox-apis.md §2.6`).
pub const WINDOW: Duration = Duration::from_mins(1);

/// What one request costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// How many requests it counts as; a listing of a memory store counts as one for each item (`roblox-apis.md §3.2`).
    pub requests: u32,
    /// How many bytes it carries to Roblox, or at most from there.
    pub bytes: u64,
}

/// What may be spent in every [`WINDOW`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowed {
    pub(super) requests: u32,
    pub(super) bytes: Option<u64>,
}

/// The requests of the last minute.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    requests: u32,
    bytes: u64,
    ended: VecDeque<(Moment, Cost)>,
}

impl Window {
    /// How many requests count now.
    pub(super) fn requests(&self) -> u32 {
        self.requests
    }

    /// How many bytes count now.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Forgets what ended a minute ago or earlier.
    pub(super) fn expire(&mut self, now: Moment) {
        while let Some(&(at, cost)) = self.ended.front() {
            if now.since(at) < WINDOW {
                break;
            }
            self.give_back(cost);
            self.ended.pop_front();
        }
    }

    /// Whether a request of that cost is within what is allowed.
    ///
    /// A request that alone costs more than a minute allows has room when nothing else counts; it could never be sent
    /// otherwise.
    pub(super) fn has_room(&self, cost: Cost, allowed: Allowed) -> bool {
        let fits = |limit: u64| self.bytes == 0 || self.bytes.saturating_add(cost.bytes) <= limit;
        let requests = self.requests.saturating_add(cost.requests);
        (self.requests == 0 || requests <= allowed.requests) && allowed.bytes.is_none_or(fits)
    }

    /// Counts a request that is about to be sent.
    pub(super) fn take(&mut self, cost: Cost) {
        self.requests = self.requests.saturating_add(cost.requests);
        self.bytes = self.bytes.saturating_add(cost.bytes);
    }

    /// Takes back a request that was never sent.
    pub(super) fn give_back(&mut self, cost: Cost) {
        self.requests = self.requests.saturating_sub(cost.requests);
        self.bytes = self.bytes.saturating_sub(cost.bytes);
    }

    /// Ends a request taken at the cost `reserved` that in fact had `bytes`.
    pub(super) fn end(&mut self, now: Moment, reserved: Cost, bytes: u64) {
        let cost = Cost { bytes, ..reserved };
        self.give_back(reserved);
        self.take(cost);
        self.ended.push_back((now, cost));
    }

    /// When the oldest request stops counting; none while all that count are under way.
    pub(super) fn next_expiry(&self) -> Option<Moment> {
        self.ended.front().map(|(at, _)| at.after(WINDOW))
    }

    /// Whether nothing counts.
    pub(super) fn is_idle(&self) -> bool {
        self.requests == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::new(Duration::from_secs(seconds))
    }

    fn cost(bytes: u64) -> Cost {
        Cost { requests: 1, bytes }
    }

    #[test]
    fn a_request_counts_until_a_minute_after_its_end() {
        let allowed = Allowed { requests: 1, bytes: None };
        let mut window = Window::default();
        window.take(cost(0));
        window.expire(at(1_000));
        assert!(!window.has_room(cost(0), allowed), "it is under way");
        assert_eq!(window.next_expiry(), None);
        window.end(at(1_000), cost(0), 0);
        assert_eq!(window.next_expiry(), Some(at(1_060)));
        window.expire(at(1_059));
        assert!(!window.has_room(cost(0), allowed));
        window.expire(at(1_060));
        assert!(window.has_room(cost(0), allowed) && window.is_idle());
    }

    #[test]
    fn bytes_count_as_reserved_then_as_they_were() {
        let allowed = Allowed { requests: 9, bytes: Some(100) };
        let mut window = Window::default();
        window.take(cost(80));
        assert!(window.has_room(cost(20), allowed) && !window.has_room(cost(21), allowed));
        window.end(at(0), cost(80), 10);
        assert_eq!(window.bytes(), 10);
        assert!(window.has_room(cost(90), allowed) && !window.has_room(cost(91), allowed));
        window.take(cost(5));
        window.give_back(cost(5));
        assert_eq!((window.bytes(), window.requests()), (10, 1));
    }

    #[test]
    fn a_request_counts_as_often_as_it_costs() {
        let allowed = Allowed { requests: 10, bytes: None };
        let items = |requests| Cost { requests, bytes: 0 };
        let mut window = Window::default();
        window.take(items(6));
        assert!(window.has_room(items(4), allowed) && !window.has_room(items(5), allowed));
    }

    #[test]
    fn what_is_larger_than_the_limit_goes_alone() {
        let allowed = Allowed { requests: 2, bytes: Some(100) };
        let mut window = Window::default();
        assert!(window.has_room(cost(500), allowed));
        assert!(window.has_room(Cost { requests: 3, bytes: 0 }, allowed));
        window.take(cost(1));
        assert!(!window.has_room(cost(500), allowed));
        assert!(!window.has_room(Cost { requests: 3, bytes: 0 }, allowed));
    }
}
