//! The dashboard's figures, which the benches in `tests/browser` measure in a real browser.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use serde::Deserialize;
use tokio::process::Command;

use crate::daemon::Program;
use crate::place::Place;
use crate::process::Running;
use crate::processor::Watch;
use crate::report::{Figure, Goal};
use crate::subject::Subject;
use crate::units::Unit;

/// The browser and its benches.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The folder of the benches, with everything installed.
    pub tests: PathBuf,
    /// The browser's binary.
    pub chromium: PathBuf,
}

/// What the benches hand over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BrowserFigure {
    name: String,
    entries: Option<u64>,
    unit: Unit,
    goal: Option<f64>,
    runs: Vec<f64>,
}

/// Runs the browser's benches on `program`; those that fail leave the figures of the others, and the failure beside them.
pub(crate) async fn measure(
    place: &Place,
    browser: &Browser,
    program: &Program,
    quick: bool,
) -> (Vec<Figure>, Option<anyhow::Error>) {
    let output = place.path("browser.json");
    // Node's tools are batch files on Windows, which are found only by their full name.
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(["run", "bench"]).current_dir(&browser.tests);
    command.env("DSMP_CHROMIUM", &browser.chromium).env("DSMP_BINARY", &program.0);
    command.env("DSMP_BENCH_OUTPUT", &output);
    if quick {
        command.env("DSMP_BENCH_QUICK", "1");
    }
    let watch = Watch::start();
    let ended = match Running::start_group(place, command) {
        Ok(running) => running.finish().await.map(drop),
        Err(error) => Err(error),
    };
    let others = watch.others();
    match (read(&output), ended) {
        (Ok(figures), ended) => {
            (figures.into_iter().map(|figure| Figure { others, ..figure }).collect(), ended.err())
        }
        (Err(_), Err(error)) => (Vec::new(), Some(error)),
        (Err(error), Ok(())) => {
            (Vec::new(), Some(error.context("the browser's benches did not hand over their figures")))
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<Figure>> {
    parse(&std::fs::read_to_string(path)?)
}

fn parse(text: &str) -> anyhow::Result<Vec<Figure>> {
    let figures: Vec<BrowserFigure> = serde_json::from_str(text)?;
    ensure!(!figures.is_empty(), "there are none");
    Ok(figures.into_iter().map(figure).collect())
}

fn figure(figure: BrowserFigure) -> Figure {
    let BrowserFigure { name, entries, unit, goal, runs } = figure;
    let subject = Subject::Dashboard.name();
    let id = format!("{subject}.{}", name.replace(' ', "-"));
    Figure {
        entries,
        goal: goal.map(Goal::AtMost),
        ..Figure::new(subject, id, name, entries.unwrap_or_default(), unit, runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_the_browser_become_figures() {
        let text = r#"[{"name":"first paint","entries":null,"unit":"ms","goal":300,"runs":[120.5,130]},
            {"name":"initial transfer","entries":1000000,"unit":"bytes","goal":null,"runs":[300000]}]"#;
        let figures = parse(text).unwrap();
        assert_eq!(
            (figures[0].name.as_str(), figures[0].unit),
            ("dashboard.first-paint", Unit::Milliseconds)
        );
        assert_eq!((figures[0].entries, figures[0].goal), (None, Some(Goal::AtMost(300.0))));
        assert_eq!((figures[1].entries, figures[1].goal), (Some(1_000_000), None));
        assert!(parse(r#"[{"name":"x"}]"#).is_err());
        assert_eq!(parse("[]").unwrap_err().to_string(), "there are none");
    }
}
