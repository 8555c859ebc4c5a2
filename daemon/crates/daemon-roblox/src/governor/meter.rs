//! What the governor shows of itself: plain values, for people and their screens.

use std::time::Duration;

use super::breaker::BreakerMeter;
use super::class::Pool;
use super::limits::Share;

/// The state of all budgets at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// The part of the limits we may use.
    pub share: Share,
    /// How long ago everything was stopped; absent while requests may pass.
    pub stopped_for: Option<Duration>,
    /// What the circuit breaker does.
    pub breaker: BreakerMeter,
    /// Requests of persons that wait.
    pub waiting_persons: usize,
    /// Requests of jobs that wait.
    pub waiting_jobs: usize,
    /// Requests under way.
    pub under_way: usize,
    /// Every budget, in the order of [`Pool::ALL`].
    pub pools: Vec<PoolMeter>,
}

/// The state of one budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolMeter {
    /// Which one.
    pub pool: Pool,
    /// Requests that count in the sliding minute, those under way included.
    pub used_requests: u32,
    /// The most that may.
    pub allowed_requests: u32,
    /// What Roblox allows the experience and us together.
    pub limit_requests: u32,
    /// Bytes that count in the sliding minute, those expected included.
    pub used_bytes: u64,
    /// The most that may, where bytes are limited.
    pub allowed_bytes: Option<u64>,
    /// Requests that wait for this budget.
    pub waiting: usize,
    /// How long Roblox asked us to wait; absent when it did not.
    pub throttled_for: Option<Duration>,
    /// How long until a request could pass; none when that depends on requests under way.
    pub next_free_in: Option<Duration>,
    /// The limit per minute that Roblox's last reply named, if any.
    pub reported_limit: Option<u64>,
}
