//! A whole bench, from the folder it works in to the table.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, bail};
use daemon_core::time::Timestamp;

use crate::browser::{self, Browser};
use crate::daemon::Program;
use crate::growth::growth;
use crate::machine;
use crate::place::Place;
use crate::report::{FORMAT, Report};
use crate::rounds::Rounds;
use crate::subject::Subject;
use crate::subjects::{Bench, Runs};
use crate::table;
use crate::terminal::say;
use crate::verdict::judge;

/// What an entry takes on the disk at most, in all the files that a bench has at the same time: the lines imported and
/// exported, and the databases with their logs.
const BYTES_PER_ENTRY: u64 = 7_000;

/// What is needed whatever the size.
const BASE_BYTES: u64 = 300_000_000;

/// What to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// Small sizes, fewer runs.
    pub quick: bool,
    /// The beginnings of the subjects' names; all when empty.
    pub only: Vec<String>,
    /// Where the JSON goes.
    pub output: Option<PathBuf>,
    /// An earlier JSON to compare with.
    pub against: Option<PathBuf>,
    /// The browser to measure the dashboard in, if that is wanted.
    pub browser: Option<Browser>,
    /// Where to work, and where the JSON goes unless told otherwise.
    pub folder: PathBuf,
    /// The release binary.
    pub binary: PathBuf,
}

/// Measures, and tells what was found.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    // Whatever is wrong with the arguments shows before anything is measured.
    let subjects = Subject::select(&options.only)?;
    let earlier = options.against.as_deref().map(Report::load).transpose()?;
    if subjects == [Subject::Dashboard] && options.browser.is_none() {
        bail!("the dashboard is measured in a browser; add `--dashboard`");
    }
    let on_entries: Vec<_> =
        subjects.iter().copied().filter(|subject| *subject != Subject::Dashboard).collect();
    let sizes: &[u64] = if options.quick { &[10_000, 100_000] } else { &[10_000, 100_000, 1_000_000] };
    let date = now();
    let largest = sizes.iter().copied().max().unwrap_or_default();
    let place = Place::make(&options.folder, BASE_BYTES + largest * BYTES_PER_ENTRY).await?;
    // Copies: whoever builds meanwhile would change what is measured.
    let program = Program(copy(&options.binary, &place)?);
    let own = copy(&std::env::current_exe()?, &place)?;
    let build = machine::build(std::fs::metadata(&program.0)?.len());

    let (mut figures, mut browser_failure) = (Vec::new(), None);
    for entries in sizes.iter().filter(|_| !on_entries.is_empty()) {
        let runs = Runs { whole: whole_runs(*entries, options.quick), load: Rounds { runs: 5, most: 3 } };
        let mut bench = Bench::new(&place, &program, &own, *entries, runs).await?;
        for subject in &on_entries {
            bench.measure(*subject).await?;
        }
        figures.extend(bench.finish()?);
    }
    if let Some(browser) = &options.browser {
        say("dashboard …");
        let (measured, failure) = browser::measure(&place, browser, &program, options.quick).await;
        figures.extend(measured);
        browser_failure = failure;
    }
    place.close()?;

    for figure in &mut figures {
        figure.verdict = judge(figure);
    }
    let report = Report {
        format: FORMAT,
        build,
        machine: machine::machine(),
        quick: options.quick,
        subjects: subjects
            .iter()
            .filter(|subject| figures.iter().any(|figure| figure.subject == subject.name()))
            .map(|subject| subject.name().to_owned())
            .collect(),
        growth: growth(&figures),
        figures,
        date,
    };
    let output = options.output.clone().unwrap_or_else(|| options.folder.join(file_name(&report)));
    report.save(&output)?;
    say(&table::render(&report, earlier.as_ref()));
    say(&format!("wrote {}", output.display()));
    browser_failure.map_or(Ok(()), Err)
}

/// How often work on all entries is measured. What takes tenths of a second varies the most, and costs the least to repeat.
fn whole_runs(entries: u64, quick: bool) -> Rounds {
    match entries {
        ..100_000 => Rounds { runs: 15, most: 3 },
        100_000..1_000_000 if !quick => Rounds { runs: 5, most: 3 },
        100_000..1_000_000 => Rounds { runs: 3, most: 3 },
        _ => Rounds { runs: 3, most: 2 },
    }
}

fn copy(program: &Path, place: &Place) -> anyhow::Result<PathBuf> {
    let name = program.file_name().context("the program has a name")?.to_string_lossy().into_owned();
    let copied = place.path(&name);
    std::fs::copy(program, &copied).with_context(|| {
        format!("cannot copy `{}`; build it with `cargo build --release`", program.display())
    })?;
    Ok(copied)
}

fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    Timestamp::from_unix_millis(seconds * 1_000).format_rfc3339()
}

fn file_name(report: &Report) -> String {
    let time: String = report
        .date
        .chars()
        .take_while(|character| *character != '.')
        .filter(|character| *character != ':')
        .collect();
    format!("{}-{}.json", time.trim_end_matches('Z'), report.build.commit.as_deref().unwrap_or("no-commit"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;

    #[test]
    fn the_file_is_named_by_time_and_commit() {
        assert_eq!(file_name(&report(Vec::new())), "2026-01-01T000000-0123456.json");
    }
}
