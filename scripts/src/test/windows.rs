//! What only another system shows, from Linux: that everything compiles for Windows and macOS, and that the Windows
//! programs work.

use std::env::consts::OS;

use crate::process::run_watched;
use crate::targets::{self, WINDOWS};
use crate::wine::Wine;

use super::{Done, Run};

/// Type-checks the workspace for every published system.
pub(super) fn check_targets(_: &mut Run) -> anyhow::Result<Done> {
    if !cfg!(target_os = "linux") {
        return Ok(Done::Skipped(format!("other systems are checked from Linux, this is {OS}")));
    }
    targets::check()?;
    Ok(Done::Passed)
}

/// Runs the tests of the data layer, of the Open Cloud client and of the real binary as Windows programs under Wine: serve,
/// REST, import, plugin install, restart and kill among them.
pub(super) fn tests_under_wine(run: &mut Run) -> anyhow::Result<Done> {
    if !cfg!(target_os = "linux") {
        return Ok(Done::Skipped(format!("Wine is used on Linux, this is {OS}")));
    }
    let wine = Wine::start()?;
    let mut command = WINDOWS.cargo("test")?;
    for package in ["protocol", "daemon-core", "daemon-roblox", "daemon-store", "daemon"] {
        command.args(["--package", package]);
    }
    // Documentation examples are programs, too, and need a linker call each; Linux has run them.
    command.args(["--lib", "--bins", "--tests", "--no-fail-fast"]).env("DSMP_TEST_TIER", run.tier.as_str());
    wine.equip(&mut command);
    run_watched(&mut command, |line| run.tally.count_cargo(line))?;
    Ok(Done::Passed)
}
