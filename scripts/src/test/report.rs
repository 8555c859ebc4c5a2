//! The table of parts, and the sum of the tests they ran.

use std::time::Duration;

/// How a part ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    NotRun,
    Passed,
    Skipped,
    Failed,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::NotRun => "not run",
            Self::Passed => "passed",
            Self::Skipped => "SKIPPED",
            Self::Failed => "FAILED",
        }
    }
}

/// What each part did and how long it took.
pub(super) struct Report {
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

impl Report {
    pub(super) fn new(names: impl Iterator<Item = &'static str>) -> Self {
        let row = |name| Row { name, outcome: Outcome::NotRun, took: Duration::ZERO };
        Self { rows: names.map(row).collect() }
    }

    pub(super) fn finish(&mut self, position: usize, took: Duration, outcome: Outcome) {
        if let Some(row) = self.rows.get_mut(position) {
            row.outcome = outcome;
            row.took = took;
        }
    }

    /// The table, ready to print.
    pub(super) fn lines(&self) -> Vec<String> {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
        let line = |name: &str, took: Duration, outcome: &str| {
            format!(
                "{name:width$}  {minutes:>3}:{seconds:02}  {outcome}",
                minutes = took.as_secs() / 60,
                seconds = took.as_secs() % 60
            )
        };
        let total = self.rows.iter().map(|row| row.took).sum();
        let rows = self.rows.iter().map(|row| line(row.name, row.took, row.outcome.as_str()));
        rows.chain([line("total", total, "")]).map(|line| line.trim_end().to_owned()).collect()
    }
}

/// How many tests passed and failed, read from what the test runners print.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Counts a line of `cargo test`: `test result: ok. 12 passed; 0 failed; 0 ignored; …`.
    pub(super) fn count_cargo(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            self.count_word(count);
        }
    }

    /// Counts a line of Playwright's summary: `  12 passed (3.4s)`.
    pub(super) fn count_playwright(&mut self, line: &str) {
        if line.starts_with("  ") {
            self.count_word(line.trim());
        }
    }

    /// Counts a line of Vitest's summary: `      Tests  1 failed | 12 passed (13)`.
    pub(super) fn count_vitest(&mut self, line: &str) {
        if let Some(counts) = line.trim_start().strip_prefix("Tests ") {
            counts.split('|').for_each(|count| self.count_word(count));
        }
    }

    fn count_word(&mut self, text: &str) {
        let mut words = text.split_whitespace();
        let (Some(Ok(count)), Some(word)) = (words.next().map(str::parse::<u64>), words.next()) else {
            return;
        };
        match word {
            "passed" | "flaky" => self.passed += count,
            "failed" | "interrupted" => self.failed += count,
            _ => {}
        }
    }

    /// The last line of a run.
    pub(super) fn line(&self) -> String {
        format!("{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_results_add_up() {
        let mut tally = Tally::default();
        tally.count_cargo("running 3 tests");
        tally.count_cargo("test edge::refuses ... ok");
        tally.count_cargo(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s",
        );
        tally.count_cargo("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.5s");
        assert_eq!(tally.line(), "14 passed, 3 failed");
    }

    #[test]
    fn playwright_results_add_up() {
        let mut tally = Tally::default();
        for line in [
            "Running 6 tests using 2 workers",
            "  1 failed",
            "    entry.spec.ts:3:1 › 4 passed",
            "  5 passed (12.3s)",
        ] {
            tally.count_playwright(line);
        }
        assert_eq!(tally.line(), "5 passed, 1 failed");
    }

    #[test]
    fn vitest_results_add_up() {
        let mut tally = Tally::default();
        for line in [
            " Test Files  1 failed | 3 passed (4)",
            "      Tests  2 failed | 30 passed (32)",
            "   Duration  1.2s",
        ] {
            tally.count_vitest(line);
        }
        assert_eq!(tally.line(), "30 passed, 2 failed");
    }

    #[test]
    fn the_table_shows_what_did_not_run() {
        let mut report = Report::new(["format", "browser tests"].into_iter());
        report.finish(0, Duration::from_secs(61), Outcome::Failed);
        assert_eq!(
            report.lines(),
            ["format           1:01  FAILED", "browser tests    0:00  not run", "total            1:01"]
        );
    }
}
