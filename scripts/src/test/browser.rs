//! The dashboard's tests in a real Chromium.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::bail;

use crate::process::{npx, run as run_to_end, run_watched};
use crate::{dashboard, workspace};

use super::{Done, Run};

/// Names the browser to use, before all the places we look at.
const BROWSER_VARIABLE: &str = "DSMP_CHROMIUM";

pub(super) fn run(run: &mut Run) -> anyhow::Result<Done> {
    let Some(chromium) = find_or_install()? else {
        return Ok(Done::Skipped(format!(
            "no Chromium or Chrome found; install one, or name it in `{BROWSER_VARIABLE}`"
        )));
    };
    let binary = workspace::daemon_binary("debug");
    if !binary.is_file() {
        bail!("`{}` is missing; the tests of package `daemon` build it", binary.display());
    }
    let directory = workspace::browser_tests();
    dashboard::install(&directory)?;
    let mut command = npx(&directory);
    command.args(["playwright", "test"]);
    command.env(BROWSER_VARIABLE, &chromium).env("DSMP_BINARY", &binary);
    command.env("DSMP_TEST_TIER", run.tier.as_str());
    run_watched(&mut command, |line| run.tally.count_playwright(line))?;
    Ok(Done::Passed)
}

fn find_or_install() -> anyhow::Result<Option<PathBuf>> {
    if let Some(named) = env::var_os(BROWSER_VARIABLE) {
        let named = PathBuf::from(named);
        if !named.is_file() {
            bail!("`{BROWSER_VARIABLE}` names `{}`, which is not a file", named.display());
        }
        return Ok(Some(named));
    }
    if let Some(found) = first_file(usual_places()) {
        return Ok(Some(found));
    }
    if may_install() {
        run_to_end(Command::new("apt-get").arg("update"))?;
        run_to_end(Command::new("apt-get").args([
            "install",
            "--yes",
            "--no-install-recommends",
            "chromium",
        ]))?;
    }
    Ok(first_file(usual_places()))
}

fn usual_places() -> Vec<PathBuf> {
    if cfg!(windows) {
        let folders =
            ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].into_iter().filter_map(env::var_os);
        let programs = ["Google\\Chrome\\Application\\chrome.exe", "Chromium\\Application\\chrome.exe"];
        return folders.flat_map(|folder| programs.map(|program| Path::new(&folder).join(program))).collect();
    }
    if cfg!(target_os = "macos") {
        return vec![
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome".into(),
            "/Applications/Chromium.app/Contents/MacOS/Chromium".into(),
        ];
    }
    let programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let folders =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    folders.iter().flat_map(|folder| programs.map(|program| folder.join(program))).collect()
}

fn first_file(places: Vec<PathBuf>) -> Option<PathBuf> {
    places.into_iter().find(|place| place.is_file())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_has_usual_places() {
        assert!(!usual_places().is_empty());
    }

    #[test]
    fn a_folder_is_not_a_browser() {
        assert_eq!(first_file(vec![workspace::root().to_owned()]), None);
    }
}
