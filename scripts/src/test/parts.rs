//! The parts of a test run, in the order they run: what is quick to fail first, what others need before them.

use std::path::Path;
use std::process::Command;

use crate::process::{cargo, npm, run as run_to_end, run_watched};
use crate::{codegen, dashboard, workspace};

use super::{Done, Run, browser, instructions, luau, windows};

/// One line of the table.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) run: fn(&mut Run) -> anyhow::Result<Done>,
}

/// When a part is run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Reads the sources, in every run and in `cargo xtask check`.
    Check,
    /// Runs something, in every run.
    Test,
    /// Takes long, in a nightly run alone.
    Nightly,
}

pub(super) const PARTS: &[Part] = &[
    Part { name: "rustfmt", kind: Kind::Check, run: rustfmt },
    Part { name: "generated files", kind: Kind::Check, run: generated_files },
    Part { name: "dashboard", kind: Kind::Test, run: dashboard_checks },
    Part { name: "browser test sources", kind: Kind::Test, run: browser_test_sources },
    Part { name: "Luau format and lint", kind: Kind::Check, run: luau::run },
    Part { name: "clippy", kind: Kind::Check, run: clippy },
    Part { name: "rustdoc", kind: Kind::Test, run: rustdoc },
    Part { name: "build", kind: Kind::Test, run: build },
    Part { name: "tests", kind: Kind::Test, run: tests },
    Part { name: "browser tests", kind: Kind::Test, run: browser::run },
    Part { name: "instruction counts", kind: Kind::Test, run: instructions::run },
    Part { name: "other systems", kind: Kind::Nightly, run: windows::check_targets },
    Part { name: "Windows tests under Wine", kind: Kind::Nightly, run: windows::tests_under_wine },
];

fn rustfmt(_: &mut Run) -> anyhow::Result<Done> {
    passed(cargo().args(["fmt", "--all", "--check"]))
}

fn generated_files(_: &mut Run) -> anyhow::Result<Done> {
    codegen::check()?;
    Ok(Done::Passed)
}

/// Also builds `dist/`, which must be there before the daemon is compiled.
fn dashboard_checks(run: &mut Run) -> anyhow::Result<Done> {
    let directory = workspace::dashboard();
    check_typescript(&directory)?;
    run_watched(npm(&directory).args(["run", "test"]), |line| run.tally.count_vitest(line))?;
    dashboard::build()?;
    Ok(Done::Passed)
}

fn browser_test_sources(_: &mut Run) -> anyhow::Result<Done> {
    check_typescript(&workspace::browser_tests())?;
    Ok(Done::Passed)
}

fn check_typescript(directory: &Path) -> anyhow::Result<()> {
    dashboard::install(directory)?;
    for script in ["format:check", "lint", "typecheck"] {
        run_to_end(npm(directory).args(["run", script]))?;
    }
    Ok(())
}

fn clippy(_: &mut Run) -> anyhow::Result<Done> {
    passed(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
}

fn rustdoc(_: &mut Run) -> anyhow::Result<Done> {
    let mut command = cargo();
    command.args(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    passed(command.env("RUSTDOCFLAGS", "--deny warnings"))
}

/// Compiles all tests, and with them `dsmp` itself: the tests of its process start it.
fn build(_: &mut Run) -> anyhow::Result<Done> {
    passed(cargo().args(["test", "--workspace", "--no-run"]))
}

/// Shows every failing test of every binary, not only those of the first that fails.
fn tests(run: &mut Run) -> anyhow::Result<Done> {
    let mut command = cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]).env("DSMP_TEST_TIER", run.tier.as_str());
    run_watched(&mut command, |line| run.tally.count_cargo(line))?;
    Ok(Done::Passed)
}

fn passed(command: &mut Command) -> anyhow::Result<Done> {
    run_to_end(command)?;
    Ok(Done::Passed)
}
