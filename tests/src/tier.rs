//! How far a campaign goes: a little with every change, far in the nightly run.

use std::io::Write as _;
use std::time::{Duration, Instant};

/// The environment variable that `cargo xtask test --nightly` sets to `nightly`.
const TIER_VARIABLE: &str = "DSMP_TEST_TIER";

/// How long one campaign may take in the nightly run.
const NIGHTLY_LIMIT: Duration = Duration::from_mins(10);

/// Whether this is the nightly run.
pub fn is_nightly() -> bool {
    std::env::var(TIER_VARIABLE).is_ok_and(|tier| tier == "nightly")
}

/// Tells what a test found. In the nightly run it is shown even when the test passes, whose output is kept back otherwise.
#[expect(clippy::print_stderr, reason = "what a test found belongs into its output")]
pub fn tell(line: &str) {
    if is_nightly() {
        // Written past the test runner; where there is no standard error nobody listens.
        let _ = writeln!(std::io::stderr(), "{line}");
    } else {
        eprintln!("{line}");
    }
}

/// A bounded number of rounds.
#[derive(Debug)]
pub struct Campaign {
    name: &'static str,
    rounds: u64,
    done: u64,
    began: Instant,
}

impl Campaign {
    /// `commit` rounds with every change, `nightly` in the nightly run.
    pub fn new(name: &'static str, commit: u64, nightly: u64) -> Self {
        Self { name, rounds: if is_nightly() { nightly } else { commit }, done: 0, began: Instant::now() }
    }
}

/// The rounds, by number; ends early when the time is up.
impl Iterator for Campaign {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if self.done == self.rounds || self.began.elapsed() > NIGHTLY_LIMIT {
            return None;
        }
        self.done += 1;
        Some(self.done)
    }
}

/// Tells how far the campaign got, whether it was stopped by time or by a failure.
impl Drop for Campaign {
    fn drop(&mut self) {
        tell(&format!("campaign {}: {} of {} rounds", self.name, self.done, self.rounds));
    }
}

/// A small generator of numbers that are the same in every run (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        usize::try_from((mixed ^ (mixed >> 31)) % bound).unwrap_or_default()
    }

    /// One of them.
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}
