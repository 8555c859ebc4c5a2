//! How fast a job is, and how long it will still take; kept in memory only.
//!
//! **Invariant:** nothing is told before a job has been watched for [`WINDOW`].

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How long a job is watched before anything is told, and over what time its rate is taken.
const WINDOW: Duration = Duration::from_secs(30);
/// How far samples lie apart, at least.
const STEP: Duration = Duration::from_millis(500);
/// Into how many parts the window is split to see how steady the rate is.
const PARTS: u32 = 3;
/// How many times faster or slower than on average a job is taken to become, at most.
const SPREAD: f64 = 2.0;

/// What was seen of a job while it runs.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// How much was done when, oldest first; the first one lies at or before the window's beginning once there is one.
    samples: VecDeque<(Instant, u64)>,
}

/// How fast a job is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Items a second, over the last half minute.
    pub rate_per_second: f64,
    /// The least and the most time it will still take, in seconds; none when that is not known.
    pub remaining_seconds: Option<(u64, u64)>,
}

impl Pace {
    /// Notes how much is done.
    pub(super) fn note(&mut self, done: u64, now: Instant) {
        if self.samples.back().is_some_and(|(at, _)| now.duration_since(*at) < STEP) {
            return;
        }
        self.samples.push_back((now, done));
        while self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.samples.pop_front();
        }
    }

    /// What is known, of a job that has done so much of so many; none in the first half minute.
    pub(super) fn figures(&self, done: u64, total: Option<u64>, now: Instant) -> Option<Figures> {
        let (first_at, first) = *self.samples.front()?;
        let elapsed = now.duration_since(first_at);
        if elapsed < WINDOW {
            return None;
        }
        let rate = rate(first, done, elapsed);
        let remaining = total.and_then(|total| {
            let remaining = total.saturating_sub(done);
            if rate <= 0.0 {
                return None;
            }
            let (slowest, fastest) = self.extremes(done, now, rate);
            Some((seconds(remaining, fastest), seconds(remaining, slowest)))
        });
        Some(Figures { rate_per_second: rate, remaining_seconds: remaining })
    }

    /// The least and the greatest rate in a part of the window, not too far from the average.
    fn extremes(&self, done: u64, now: Instant, rate_of_all: f64) -> (f64, f64) {
        let (mut slowest, mut fastest) = (rate_of_all, rate_of_all);
        let mut later = (now, done);
        for part in 1..=PARTS {
            let begin = now.checked_sub(WINDOW / PARTS * part);
            let earlier = self.samples.iter().rev().find(|(at, _)| begin.is_some_and(|begin| *at <= begin));
            let Some(earlier) = earlier.or_else(|| self.samples.front()) else { break };
            let elapsed = later.0.duration_since(earlier.0);
            if elapsed.is_zero() {
                break;
            }
            let of_part = rate(earlier.1, later.1, elapsed);
            slowest = slowest.min(of_part);
            fastest = fastest.max(of_part);
            later = *earlier;
        }
        (slowest.max(rate_of_all / SPREAD), fastest.min(rate_of_all * SPREAD))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate of fewer than 2^52 items")]
fn rate(earlier: u64, later: u64, elapsed: Duration) -> f64 {
    later.saturating_sub(earlier) as f64 / elapsed.as_secs_f64()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "fewer than 2^52 items, and a float too large becomes the largest whole number"
)]
fn seconds(remaining: u64, rate: f64) -> u64 {
    (remaining as f64 / rate).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes what `done_at` says of each half second from `start` on; answers when the next one begins.
    fn watch(pace: &mut Pace, start: Instant, half_seconds: u32, done_at: impl Fn(u64) -> u64) -> Instant {
        for half_second in 0..half_seconds {
            pace.note(done_at(u64::from(half_second)), start + STEP * half_second);
        }
        start + STEP * half_seconds
    }

    #[test]
    fn nothing_is_told_in_the_first_half_minute() {
        let mut pace = Pace::default();
        let now = watch(&mut pace, Instant::now(), 59, |half_second| half_second * 5);
        assert_eq!(pace.figures(295, Some(1_000), now), None);
        let figures = pace.figures(300, Some(1_000), now + STEP).unwrap();
        assert!((figures.rate_per_second - 10.0).abs() < 0.2, "{figures:?}");
        let (low, high) = figures.remaining_seconds.unwrap();
        assert!((65..=71).contains(&low) && (70..=76).contains(&high), "{figures:?}");
    }

    #[test]
    fn the_rate_is_that_of_the_last_half_minute() {
        let mut pace = Pace::default();
        let done = |half_second: u64| half_second.min(300) * 100 + half_second.saturating_sub(300);
        let now = watch(&mut pace, Instant::now(), 601, done);
        let figures = pace.figures(done(601), None, now).unwrap();
        assert!((figures.rate_per_second - 2.0).abs() < 0.1, "{figures:?}");
        assert_eq!(figures.remaining_seconds, None);
        assert!(pace.samples.len() <= 62, "{}", pace.samples.len());
    }

    #[test]
    fn an_unsteady_job_has_a_wide_range_and_one_that_stands_has_none() {
        let mut pace = Pace::default();
        let now = watch(&mut pace, Instant::now(), 61, |half_second| half_second.min(40) * 10);
        let figures = pace.figures(400, Some(800), now).unwrap();
        let (low, high) = figures.remaining_seconds.unwrap();
        assert!(high >= 3 * low - 1, "{figures:?}");
        let now = watch(&mut pace, now, 61, |_| 400);
        let figures = pace.figures(400, Some(800), now).unwrap();
        assert_eq!(figures, Figures { rate_per_second: 0.0, remaining_seconds: None });
    }
}
