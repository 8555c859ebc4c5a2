//! The bar that long commands show on a terminal: how far, how fast, how long still.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use crate::cli::exit::Failure;
use crate::cli::output::{Output, grouped};

/// How often the bar is drawn at most.
const TICK: Duration = Duration::from_millis(100);

/// A bar on standard error; nothing is drawn where that is no terminal, or for programs.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// No bar, for where it would stand in the way.
    pub(super) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// A bar towards `total`, or one without an end when that is not known. `verb` says what is done.
    pub(super) fn new(output: &Output, verb: &'static str, total: Option<u64>) -> Result<Self, Failure> {
        if output.is_json() {
            return Ok(Self::hidden());
        }
        let template = match total {
            Some(_) => "{prefix} {bar:30} {percent:>3} %  {msg}  {elapsed} elapsed, {eta} left",
            None => "{prefix} {spinner}  {msg}  {elapsed} elapsed",
        };
        // However the command ends, the bar does not stand before its last words.
        let bar = total
            .map_or_else(ProgressBar::new_spinner, ProgressBar::new)
            .with_finish(ProgressFinish::AndClear);
        bar.set_style(style(template)?);
        bar.set_prefix(verb);
        bar.enable_steady_tick(TICK);
        Ok(Self(bar))
    }

    /// Moves to `position` on the way to the total, with so many entries done.
    pub(super) fn advance(&self, position: u64, entries: u64) {
        self.0.set_position(position);
        let seconds = self.0.elapsed().as_secs().max(1);
        self.0.set_message(format!("{} entries, {}/s", grouped(entries), grouped(entries / seconds)));
    }

    /// A bar of a job, whose total becomes known on the way, and whose remaining time the daemon tells.
    pub(super) fn of_job(output: &Output, verb: &'static str) -> Result<Self, Failure> {
        Self::new(output, verb, None)
    }

    /// Moves a job's bar, and says something beside it.
    pub(super) fn advance_job(&self, done: u64, total: Option<u64>, text: &str) -> Result<(), Failure> {
        if let (Some(total), None) = (total, self.0.length()) {
            self.0.set_style(style("{prefix} {bar:30} {percent:>3} %  {msg}  {elapsed} elapsed")?);
            self.0.set_length(total);
        }
        self.0.set_position(done);
        self.0.set_message(text.to_owned());
        Ok(())
    }

    /// Says something beside the bar.
    pub(super) fn say(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    /// Runs `print` with the bar out of the way.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    /// How long it took so far.
    pub(super) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> Result<ProgressStyle, Failure> {
    ProgressStyle::with_template(template)
        .map_err(|error| Failure::other(format!("cannot show progress: {error}")))
}
