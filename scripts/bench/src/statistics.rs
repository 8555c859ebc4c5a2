//! What is told of several measurements.

use std::time::Duration;

/// How often a range that is to hold the true median may miss it.
const MEDIAN_MISSES: f64 = 0.05;

/// The middle and the ends of several runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    /// The run in the middle; between two, their mean.
    pub(crate) median: f64,
    /// The lowest run.
    pub(crate) lowest: f64,
    /// The highest run.
    pub(crate) highest: f64,
}

impl Summary {
    /// Sums up runs; `None` when there are none.
    pub(crate) fn of(runs: &[f64]) -> Option<Self> {
        let mut sorted = runs.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (lowest, highest) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = match sorted.len() % 2 {
            0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
            _ => sorted[middle],
        };
        Some(Self { median, lowest, highest })
    }

    /// Returns half the distance between the ends, as a share of the median.
    pub(crate) fn spread(&self) -> f64 {
        if self.median == 0.0 { 0.0 } else { (self.highest - self.lowest) / 2.0 / self.median.abs() }
    }
}

/// Returns how many of so many runs, on either side, are outside the narrowest range that holds the true median at least 19
/// times in 20, whatever the runs are spread like; 0 where even all of them do not.
///
/// A run lies below the true median as often as above it, so that it is a matter of throwing coins.
pub(crate) fn outside_median(runs: usize) -> usize {
    let heads = |count: usize| {
        (0..count)
            .map(|tails| float(tails as u64))
            .fold(0.0, |logarithm, tails| logarithm + ((float(runs as u64) - tails) / (tails + 1.0)).log2())
    };
    let mut misses = 0.0;
    // At most half of them, which misses more often than not.
    (0..=runs / 2)
        .take_while(|outside| {
            misses += 2.0 * (heads(*outside) - float(runs as u64)).exp2();
            misses <= MEDIAN_MISSES
        })
        .count()
        .saturating_sub(1)
}

/// Returns the smallest sample that at least `share` (0 to 1) of all samples do not exceed; `sorted` must be.
pub(crate) fn percentile(sorted: &[Duration], share: f64) -> Option<Duration> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of samples are far below 2^52, and shares are not negative"
    )]
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

/// Returns `count` as a number to calculate with.
pub(crate) fn float(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^52")]
    let float = count as f64;
    float
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(runs: &[f64], median: f64, lowest: f64, highest: f64, spread: f64) {
        let summary = Summary::of(runs).unwrap();
        assert_eq!(summary, Summary { median, lowest, highest });
        assert!((summary.spread() - spread).abs() < 1e-9, "{}", summary.spread());
    }

    #[test]
    fn median_and_spread_do_not_depend_on_the_order() {
        check(&[4.0], 4.0, 4.0, 4.0, 0.0);
        check(&[5.0, 3.0, 4.0], 4.0, 3.0, 5.0, 0.25);
        check(&[1.0, 9.0, 3.0, 5.0], 4.0, 1.0, 9.0, 1.0);
        check(&[0.0, 0.0], 0.0, 0.0, 0.0, 0.0);
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn the_range_that_holds_the_median_is_that_of_the_tables() {
        // As tables of the sign test have it, two-sided at 5 %.
        for (runs, outside) in
            [(0, 0), (1, 0), (5, 0), (6, 0), (8, 0), (9, 1), (15, 3), (20, 5), (30, 9), (45, 15), (90, 35)]
        {
            assert_eq!(outside_median(runs), outside, "{runs} runs");
        }
    }

    #[test]
    fn percentiles_are_samples_and_never_too_low() {
        let samples: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&samples, 0.5), Some(Duration::from_millis(100)));
        assert_eq!(percentile(&samples, 0.99), Some(Duration::from_millis(198)));
        assert_eq!(percentile(&samples, 0.991), Some(Duration::from_millis(199)));
        assert_eq!(percentile(&samples, 1.0), Some(Duration::from_millis(200)));
        assert_eq!(percentile(&samples, 0.0), Some(Duration::from_millis(1)));
        assert_eq!(percentile(&samples[..1], 0.99), Some(Duration::from_millis(1)));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
