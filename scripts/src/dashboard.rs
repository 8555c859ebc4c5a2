//! Builds the dashboard with the versions its lock file names.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::Context;

use crate::process::{npm, run};
use crate::workspace;

/// Installs what is missing and builds `daemon/dashboard/dist`, which the daemon embeds.
///
/// Does nothing when `dist` is newer than all it is made of, so that the daemon need not be compiled again.
pub fn build() -> anyhow::Result<()> {
    let directory = workspace::dashboard();
    install(&directory)?;
    if is_built(&directory)? {
        return Ok(());
    }
    run(npm(&directory).args(["run", "build"]))
}

/// Runs `npm ci` in `directory` unless its `node_modules` is as new as the lock file.
pub(crate) fn install(directory: &Path) -> anyhow::Result<()> {
    if is_installed(directory)? {
        return Ok(());
    }
    // Browsers come from the system (`test::chromium`), never from a download of Playwright's.
    run(npm(directory).args(["ci", "--no-audit", "--no-fund"]).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
}

/// npm stamps a finished installation by writing `node_modules/.package-lock.json` last.
fn is_installed(directory: &Path) -> anyhow::Result<bool> {
    let lock = directory.join("package-lock.json");
    let locked = modified(&lock).with_context(|| format!("`{}` is missing", lock.display()))?;
    Ok(modified(&directory.join("node_modules").join(".package-lock.json"))
        .is_ok_and(|stamp| stamp >= locked))
}

fn is_built(directory: &Path) -> anyhow::Result<bool> {
    let Ok(built) = modified(&directory.join("dist").join("index.html")) else {
        return Ok(false);
    };
    let newest = newest_source(directory).with_context(|| format!("reading `{}`", directory.display()))?;
    Ok(newest.is_none_or(|newest| newest <= built))
}

/// When a file or folder below `directory` last changed, those apart that npm and the build write.
fn newest_source(directory: &Path) -> std::io::Result<Option<SystemTime>> {
    let mut newest = None;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name() == "node_modules" || entry.file_name() == "dist" {
            continue;
        }
        let metadata = entry.metadata()?;
        newest = newest.max(Some(metadata.modified()?));
        if metadata.is_dir() {
            newest = newest.max(newest_source(&entry.path())?);
        }
    }
    Ok(newest)
}

fn modified(path: &Path) -> std::io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}
