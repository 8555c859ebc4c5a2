//! From sources to a running daemon in one command.

use std::ffi::OsString;
use std::process::Command;

use crate::process::{cargo, run as run_to_end};
use crate::{dashboard, workspace};

/// Builds the dashboard and the release binary, then becomes `dsmp serve` with `serve_arguments`.
pub fn run(serve_arguments: &[OsString]) -> anyhow::Result<()> {
    dashboard::build()?;
    run_to_end(cargo().args(["build", "--release", "--package", "daemon"]))?;
    become_program(Command::new(workspace::daemon_binary("release")).arg("serve").args(serve_arguments))
}

/// Replaces this process, so that a signal sent to it reaches the daemon.
#[cfg(unix)]
pub(crate) fn become_program(command: &mut Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt;

    use anyhow::Context;

    Err(command.exec()).with_context(|| format!("starting `{}`", command.get_program().display()))
}

/// Windows cannot replace a process; Ctrl+C reaches both through the console.
#[cfg(not(unix))]
pub(crate) fn become_program(command: &mut Command) -> anyhow::Result<()> {
    run_to_end(command)
}
