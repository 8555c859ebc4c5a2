//! How much Roblox allows in a minute, and which part of it we take.
//!
//! The published pages disagree (`roblox-apis.md §2.6`), so every number is a setting; the two pages are the profiles.
//! Numbers are those of an experience without players, since how many there are cannot be seen from here.

use std::fmt;

use thiserror::Error;

use super::class::{KeySide, Pool};

/// `[I]` The smaller reading of Roblox's `MB` (`roblox-apis.md §1.5`, `§2.6`).
const MEGABYTE: u64 = 1_000_000;

/// `[I]` The larger reading of the `KB` that every request is rounded up to, so that more is charged, not less
/// (`roblox-apis.md §2.6`).
const KILOBYTE: u64 = 1_024;

/// What one budget allows in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most requests.
    pub requests: u32,
    /// The most bytes, where they are limited too.
    pub bytes: Option<u64>,
}

/// What all budgets allow in a minute to an experience without players.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pools: [Limit; Pool::COUNT],
    key_read_bytes: u64,
    key_write_bytes: u64,
}

impl Limits {
    /// The numbers of Roblox's limits page, which count unless chosen otherwise (`roblox-apis.md §1.5`, `§2.6`, `§3`).
    pub fn limits_page() -> Self {
        let requests = |requests| Limit { requests, bytes: None };
        let mut limits = Self {
            pools: [requests(300); Pool::COUNT],
            key_read_bytes: 25 * MEGABYTE,
            key_write_bytes: 4 * MEGABYTE,
        };
        limits.set(Pool::V1Read, Limit { requests: 300, bytes: Some(20 * MEGABYTE) });
        limits.set(Pool::V1Write, Limit { requests: 300, bytes: Some(10 * MEGABYTE) });
        // By the key's owner; what the owner's other experiences spend of it is not seen from here.
        limits.set(Pool::OrderedV1, requests(500));
        limits.set(Pool::MemoryStore, requests(1_000));
        // What a game may receive in a minute when no server runs (`roblox-apis.md §3.3`).
        limits.set(Pool::Messaging, requests(400));
        // The limit of user look-ups per key owner (`roblox-apis.md §3.6`).
        limits.set(Pool::Other, requests(1_000));
        limits
    }

    /// The smaller numbers of the Extended Services pricing page (`roblox-apis.md §2.6`).
    pub fn pricing_page() -> Self {
        let mut limits = Self::limits_page();
        for (pool, requests) in [
            (Pool::StandardRead, 250),
            (Pool::StandardWrite, 250),
            (Pool::StandardList, 10),
            (Pool::StandardRemove, 100),
            (Pool::OrderedRead, 250),
            (Pool::OrderedWrite, 250),
            (Pool::OrderedList, 100),
            (Pool::OrderedRemove, 100),
        ] {
            limits.set(pool, Limit { requests, bytes: None });
        }
        limits
    }

    /// Changes what one budget allows.
    pub fn set(&mut self, pool: Pool, limit: Limit) {
        self.pools[pool.index()] = limit;
    }

    /// What one budget allows.
    pub fn of(&self, pool: Pool) -> Limit {
        self.pools[pool.index()]
    }

    /// Changes how many bytes may come from (read) and go to (write) one key.
    pub fn set_key_throughput(&mut self, side: KeySide, bytes: u64) {
        match side {
            KeySide::Read => self.key_read_bytes = bytes,
            KeySide::Write => self.key_write_bytes = bytes,
        }
    }

    /// How many bytes may come from or go to one key.
    pub fn key_throughput(&self, side: KeySide) -> u64 {
        match side {
            KeySide::Read => self.key_read_bytes,
            KeySide::Write => self.key_write_bytes,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::limits_page()
    }
}

/// What of so many allowed requests jobs may use; a fiftieth is left to persons.
pub(super) fn part_for_jobs(allowed: u32) -> u32 {
    allowed - allowed / 50
}

/// What a request about one key is charged: its bytes rounded up to the next kilobyte (`roblox-apis.md §2.6`).
pub fn key_charge(bytes: u64) -> u64 {
    bytes.max(1).div_ceil(KILOBYTE).saturating_mul(KILOBYTE)
}

/// The part of the limits we may use, in percent.
///
/// **Invariant:** 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u8);

/// Tells that a number is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a share of {0} % is not possible; choose 1 to 100")]
pub struct ShareError(pub u8);

impl Share {
    /// Accepts 1 to 100 percent.
    pub fn new(percent: u8) -> Result<Self, ShareError> {
        if (1..=100).contains(&percent) { Ok(Self(percent)) } else { Err(ShareError(percent)) }
    }

    /// The percentage.
    pub fn percent(self) -> u8 {
        self.0
    }

    /// This part of `requests`, rounded down, yet at least one: less than one a minute could never be spent.
    pub fn of_requests(self, requests: u32) -> u32 {
        let part = u64::from(requests) * u64::from(self.0) / 100;
        u32::try_from(part).unwrap_or(u32::MAX).max(1)
    }

    /// This part of `bytes`, rounded down.
    pub fn of_bytes(self, bytes: u64) -> u64 {
        let part = u128::from(bytes) * u128::from(self.0) / 100;
        u64::try_from(part).unwrap_or(u64::MAX)
    }
}

impl Default for Share {
    /// Half of everything.
    fn default() -> Self {
        Self(50)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} %", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_the_published_pages() {
        let check = |limits: &Limits, pool, requests| assert_eq!(limits.of(pool).requests, requests);
        let (limits, pricing) = (Limits::default(), Limits::pricing_page());
        check(&limits, Pool::StandardList, 300);
        check(&limits, Pool::MemoryStore, 1_000);
        check(&limits, Pool::OrderedV1Write, 300);
        check(&limits, Pool::OrderedV1, 500);
        check(&pricing, Pool::StandardList, 10);
        check(&pricing, Pool::OrderedList, 100);
        check(&pricing, Pool::StandardRead, 250);
        assert_eq!(pricing.of(Pool::V1Write), Limit { requests: 300, bytes: Some(10_000_000) });
        assert_eq!(limits.key_throughput(KeySide::Read), 25_000_000);
    }

    #[test]
    fn limits_are_settings() {
        let mut limits = Limits::default();
        limits.set_key_throughput(KeySide::Write, 7);
        limits.set(Pool::Other, Limit { requests: 3, bytes: None });
        assert_eq!((limits.key_throughput(KeySide::Write), limits.of(Pool::Other).requests), (7, 3));
    }

    #[test]
    fn shares_are_one_to_a_hundred_percent() {
        assert_eq!(Share::new(0), Err(ShareError(0)));
        assert_eq!(
            Share::new(101).unwrap_err().to_string(),
            "a share of 101 % is not possible; choose 1 to 100"
        );
        assert_eq!(Share::default().of_requests(300), 150);
        assert_eq!(Share::new(1).unwrap().of_requests(10), 1);
        assert_eq!(Share::new(100).unwrap().of_bytes(u64::MAX), u64::MAX);
        assert_eq!(Share::new(33).unwrap().to_string(), "33 %");
    }

    #[test]
    fn keys_are_charged_by_the_kilobyte() {
        for (bytes, charge) in [(0, 1_024), (1, 1_024), (1_024, 1_024), (1_025, 2_048)] {
            assert_eq!(key_charge(bytes), charge, "{bytes}");
        }
    }
}
