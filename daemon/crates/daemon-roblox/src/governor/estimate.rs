//! What a planned job will cost.

use std::time::Duration;

use super::class::{Class, Pool};
use super::limits::{Limits, Share, part_for_jobs};
use super::window::WINDOW;

/// A part of a plan: so many requests of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedRequests {
    /// What they are.
    pub class: Class,
    /// How many.
    pub requests: u64,
    /// How many bytes they carry together, as far as known.
    pub bytes: u64,
}

/// What a plan costs at a share, when nobody else spends from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// All requests.
    pub requests: u64,
    /// How long they take.
    pub duration: Duration,
    /// The budget that decides how long; absent when nothing is planned.
    pub bottleneck: Option<Pool>,
}

impl Estimate {
    /// The duration in minutes, rounded up.
    pub fn minutes(&self) -> u64 {
        self.duration.as_secs().div_ceil(60)
    }
}

/// Estimates a plan. Budgets are spent side by side, so the slowest decides.
pub fn estimate(plan: &[PlannedRequests], limits: &Limits, share: Share) -> Estimate {
    let mut slowest = (Duration::ZERO, None);
    for pool in Pool::ALL {
        let draws = || plan.iter().filter(|planned| planned.class.pools().contains(&pool));
        let requests = draws().fold(0_u64, |sum, planned| sum.saturating_add(planned.requests));
        let bytes = draws().fold(0_u64, |sum, planned| sum.saturating_add(planned.bytes));
        let limit = limits.of(pool);
        let by_requests = time_for(requests, u64::from(part_for_jobs(share.of_requests(limit.requests))));
        let by_bytes = limit.bytes.map_or(Duration::ZERO, |limit| time_for(bytes, share.of_bytes(limit)));
        let needed = by_requests.max(by_bytes);
        if needed > slowest.0 {
            slowest = (needed, Some(pool));
        }
    }
    let requests = plan.iter().fold(0_u64, |sum, planned| sum.saturating_add(planned.requests));
    Estimate { requests, duration: slowest.0, bottleneck: slowest.1 }
}

/// How long `amount` takes at `per_minute`, in whole seconds, rounded up.
fn time_for(amount: u64, per_minute: u64) -> Duration {
    let seconds = (u128::from(amount) * u128::from(WINDOW.as_secs())).div_ceil(u128::from(per_minute.max(1)));
    Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(class: Class, requests: u64, bytes: u64) -> PlannedRequests {
        PlannedRequests { class, requests, bytes }
    }

    #[test]
    fn the_slowest_budget_decides() {
        let plan = [planned(Class::StandardList, 391, 0), planned(Class::V1Read, 100_000, 0)];
        let found = estimate(&plan, &Limits::default(), Share::default());
        assert_eq!((found.requests, found.minutes()), (100_391, 681));
        assert_eq!(found.bottleneck, Some(Pool::StandardRead));
        let found = estimate(&plan[..1], &Limits::pricing_page(), Share::default());
        assert_eq!((found.minutes(), found.bottleneck), (79, Some(Pool::StandardList)));
    }

    #[test]
    fn classes_that_share_a_budget_add_up() {
        let plan = [planned(Class::V1Read, 150, 0), planned(Class::StandardRead, 150, 0)];
        assert_eq!(estimate(&plan, &Limits::default(), Share::default()).minutes(), 3);
    }

    #[test]
    fn bytes_can_decide() {
        let plan = [planned(Class::V1Write, 10, 50_000_000)];
        let found = estimate(&plan, &Limits::default(), Share::default());
        assert_eq!((found.minutes(), found.bottleneck), (10, Some(Pool::V1Write)));
    }

    #[test]
    fn nothing_and_too_much_have_an_answer() {
        let share = Share::new(1).unwrap();
        let nothing = estimate(&[], &Limits::default(), share);
        assert_eq!((nothing.requests, nothing.minutes(), nothing.bottleneck), (0, 0, None));
        let plan = [planned(Class::Other, u64::MAX, u64::MAX), planned(Class::Other, 1, 1)];
        assert_eq!(estimate(&plan, &Limits::default(), share).requests, u64::MAX);
    }
}
