//! Builds the release binary and the bench, and starts the one on the other.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::process::{cargo, run};
use crate::test::browser;
use crate::{dashboard, workspace};

/// What to measure; the bench itself (`scripts/bench`) checks it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Small sizes and fewer runs: under two minutes
    #[arg(long)]
    quick: bool,
    /// Only benches whose names begin so; an unknown name lists those there are
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Also the dashboard in Chromium
    #[arg(long)]
    dashboard: bool,
    /// Where the JSON goes [default: a new file in `target/bench`]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// An earlier JSON to compare with
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

/// Builds what is measured and what measures, then becomes the bench.
pub fn bench(arguments: &Arguments) -> anyhow::Result<()> {
    let browser = if arguments.dashboard { Some(prepare_browser()?) } else { None };
    // One after the other: built together, the daemon's libraries would get the features that only the bench needs.
    for package in ["daemon", "bench"] {
        run(cargo().args(["build", "--release", "--package", package]))?;
    }
    let release = workspace::target().join("release");
    let mut command = Command::new(release.join(format!("bench{}", std::env::consts::EXE_SUFFIX)));
    command.arg("measure").args(options(arguments));
    if let Some(browser) = browser {
        command.arg("--browser-tests").arg(workspace::browser_tests()).arg("--chromium").arg(browser);
    }
    command.arg("--folder").arg(workspace::target().join("bench"));
    command.arg("--binary").arg(workspace::daemon_binary("release"));
    crate::run::become_program(&mut command)
}

/// Builds the dashboard that is measured, installs what measures it, and finds the browser.
fn prepare_browser() -> anyhow::Result<PathBuf> {
    let browser = browser::find_or_install()?
        .context("no Chromium or Chrome found; install one, or leave `--dashboard` out")?;
    dashboard::build()?;
    dashboard::install(&workspace::browser_tests())?;
    Ok(browser)
}

/// The arguments as the bench takes them.
fn options(arguments: &Arguments) -> Vec<OsString> {
    let Arguments { quick, only, dashboard: _, output, against } = arguments;
    let mut options = Vec::new();
    if *quick {
        options.push("--quick".into());
    }
    let named = only.iter().map(|name| ("--only", OsString::from(name)));
    let output = output.iter().map(|file| ("--output", file.into()));
    let against = against.iter().map(|file| ("--against", file.into()));
    for (option, value) in named.chain(output).chain(against) {
        options.extend([option.into(), value]);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_reach_the_bench() {
        let arguments = Arguments {
            quick: true,
            only: vec!["import".into(), "set".into()],
            dashboard: true,
            output: Some("a.json".into()),
            against: None,
        };
        assert_eq!(
            options(&arguments),
            ["--quick", "--only", "import", "--only", "set", "--output", "a.json"]
        );
    }
}
