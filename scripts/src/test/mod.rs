//! Every check and test of the project, in order, with the time each part took.
//!
//! It does: run the parts one after the other, stop at the first failure, and print a table and the sum of all tests.
//! It does not: know what the tests test; a part is a command line.
//!
//! **Invariant:** a part that did not run is in the table as skipped (with its reason) or as not run, and with `CI`
//! set a skipped part is a failure.
//!
//! **Invariant:** everything Rust is compiled with one feature set and one profile, so that the tests, the real binary
//! they start and the browser tests share one build.

mod parts;
mod report;

pub(crate) mod browser;
mod instructions;
mod luau;
mod windows;

use std::env;
use std::time::Instant;

use anyhow::bail;

use crate::console::say;

use parts::{Kind, PARTS, Part};
use report::{Outcome, Report, Tally};

/// How much the tests do: a value for the environment variable `DSMP_TEST_TIER`, which long-running tests read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// What every commit must pass.
    Commit,
    /// The sizes of a nightly run (tier N of the security requirements).
    Nightly,
}

impl Tier {
    fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Nightly => "nightly",
        }
    }
}

/// What a part may read and add to.
struct Run {
    tier: Tier,
    tally: Tally,
}

/// What a part did when it did not fail.
enum Done {
    /// It ran and passed.
    Passed,
    /// It could not run here, for this reason.
    Skipped(String),
}

/// Runs all parts of a tier, or the one of that name, stopping at the first that fails.
pub fn test(tier: Tier, only: Option<&str>) -> anyhow::Result<()> {
    let chosen = |part: &&Part| match only {
        Some(only) => only == part.name,
        None => tier == Tier::Nightly || part.kind != Kind::Nightly,
    };
    let parts: Vec<_> = PARTS.iter().filter(chosen).collect();
    if parts.is_empty() {
        let names: Vec<_> = PARTS.iter().map(|part| part.name).collect();
        bail!("no part `{}`; there are: {}", only.unwrap_or_default(), names.join(", "));
    }
    run_and_report(tier, &parts)
}

/// Runs the parts that read the sources alone.
pub fn check() -> anyhow::Result<()> {
    let parts: Vec<_> = PARTS.iter().filter(|part| part.kind == Kind::Check).collect();
    run_and_report(Tier::Commit, &parts)
}

fn run_and_report(tier: Tier, parts: &[&Part]) -> anyhow::Result<()> {
    let mut run = Run { tier, tally: Tally::default() };
    let mut report = Report::new(parts.iter().map(|part| part.name));
    let outcome = run_parts(parts, &mut run, &mut report);
    say("");
    for line in report.lines() {
        say(&line);
    }
    say(&run.tally.line());
    outcome
}

fn run_parts(parts: &[&Part], run: &mut Run, report: &mut Report) -> anyhow::Result<()> {
    let in_ci = env::var_os("CI").is_some_and(|value| !value.is_empty());
    for (position, part) in parts.iter().enumerate() {
        say("");
        say(&format!("==> {}", part.name));
        let started = Instant::now();
        let outcome = (part.run)(run);
        let took = started.elapsed();
        match outcome {
            Ok(Done::Passed) => report.finish(position, took, Outcome::Passed),
            Ok(Done::Skipped(reason)) => {
                say(&format!("!!! SKIPPED {}: {reason}", part.name));
                report.finish(position, took, Outcome::Skipped);
                if in_ci {
                    bail!("part `{}` was skipped, which CI does not allow: {reason}", part.name);
                }
            }
            Err(error) => {
                report.finish(position, took, Outcome::Failed);
                return Err(error.context(format!("part `{}`", part.name)));
            }
        }
    }
    Ok(())
}
