//! How long to wait after a failure: exponential, with full jitter and a cap (S-36).

use std::time::Duration;

use super::random::Random;

/// The longest first wait.
pub const BACKOFF_BASE: Duration = Duration::from_millis(500);

/// The longest wait of all.
pub const BACKOFF_CAP: Duration = Duration::from_secs(32);

/// Draws how long to wait after the `failures`th failure in a row, from 1: anything up to [`BACKOFF_BASE`] doubled
/// with every failure, at most [`BACKOFF_CAP`].
pub(super) fn draw(failures: u32, random: &mut Random) -> Duration {
    let longest = ceiling(failures);
    Duration::from_nanos(random.up_to(u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX)))
}

fn ceiling(failures: u32) -> Duration {
    let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    BACKOFF_BASE.saturating_mul(doubled.max(1)).min(BACKOFF_CAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let seconds: Vec<f64> = (0..9).map(|failures| ceiling(failures).as_secs_f64()).collect();
        assert_eq!(seconds, [0.5, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0]);
        for failures in [31, 32, 33, u32::MAX] {
            assert_eq!(ceiling(failures), BACKOFF_CAP, "{failures}");
        }
    }

    #[test]
    fn waits_fill_the_whole_range() {
        let mut random = Random::new(1);
        let waits: Vec<_> = (0..1_000).map(|_| draw(3, &mut random)).collect();
        assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(2)));
        assert!(waits.iter().any(|wait| *wait < Duration::from_millis(100)));
        assert!(waits.iter().any(|wait| *wait > Duration::from_millis(1_900)));
    }
}
