//! The dashboard's tests in a real Chromium.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::process::{npx, run_watched};
use crate::{dashboard, packages, workspace};

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

/// Finds Chromium or Chrome, installing it where that is possible.
pub(crate) fn find_or_install() -> anyhow::Result<Option<PathBuf>> {
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
    packages::install(&["chromium"])?;
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
    programs.into_iter().flat_map(packages::on_path).collect()
}

fn first_file(places: Vec<PathBuf>) -> Option<PathBuf> {
    places.into_iter().find(|place| place.is_file())
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
