//! How far the simulation goes, and how it tells what it found.

use std::io::Write as _;
use std::time::Duration;

/// The environment variable that `cargo xtask test --nightly` sets to `nightly`.
const TIER_VARIABLE: &str = "DSMP_TEST_TIER";
/// The environment variable that names one seed to be run alone.
const SEED_VARIABLE: &str = "DSMP_SEED";
/// How many seeds run with every change.
const COMMIT_SEEDS: u64 = 10_000;
/// How many run at night.
const NIGHTLY_SEEDS: u64 = 200_000;

/// How long the nightly run may take; it tells how far it got.
pub(crate) const NIGHTLY_LIMIT: Duration = Duration::from_mins(10);

/// Whether this is the nightly run.
pub(crate) fn is_nightly() -> bool {
    std::env::var(TIER_VARIABLE).is_ok_and(|tier| tier == "nightly")
}

/// How many seeds are run.
pub(crate) fn seeds() -> u64 {
    if is_nightly() { NIGHTLY_SEEDS } else { COMMIT_SEEDS }
}

/// The one seed that is to be run.
pub(crate) fn chosen_seed() -> Option<u64> {
    std::env::var(SEED_VARIABLE).ok()?.parse().ok()
}

/// Tells what was found. In the nightly run it is shown even when the test passes, whose output is kept back otherwise.
#[expect(clippy::print_stderr, reason = "what a test found belongs into its output")]
pub(crate) fn tell(line: &str) {
    if is_nightly() {
        // Written past the test runner; where there is no standard error nobody listens.
        let _ = writeln!(std::io::stderr(), "{line}");
    } else {
        eprintln!("{line}");
    }
}
