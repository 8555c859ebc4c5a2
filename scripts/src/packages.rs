//! Programs that come from the system's package manager.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::process::run;

/// Where a program of that name would be, in the order of the `PATH`.
pub fn on_path(program: &str) -> Vec<PathBuf> {
    let folders =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    folders.iter().map(|folder| folder.join(program)).collect()
}

/// Installs Debian packages where that is possible without asking anybody; elsewhere does nothing.
pub fn install(packages: &[&str]) -> anyhow::Result<()> {
    if !may_install() {
        return Ok(());
    }
    run(Command::new("apt-get").arg("update"))?;
    run(Command::new("apt-get").args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

/// Whether `apt-get` is there and we are root, which only its own first step can tell without reading the system's files.
fn may_install() -> bool {
    let quiet = |program: &str, argument: &str| {
        let command = Command::new(program).arg(argument).stdin(Stdio::null()).stderr(Stdio::null()).output();
        command.ok().filter(|output| output.status.success()).map(|output| output.stdout)
    };
    cfg!(target_os = "linux")
        && quiet("apt-get", "--version").is_some()
        && quiet("id", "-u").is_some_and(|user| user.trim_ascii() == b"0")
}
