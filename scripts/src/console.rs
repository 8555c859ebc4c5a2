//! What the commands tell the person who runs them.

use std::io::{self, Write};

/// Writes one line to standard output.
///
/// A closed pipe (`cargo xtask test | head`) is no reason to stop a test run, so a failing write is ignored.
pub fn say(line: &str) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}

/// Writes an error and its causes to standard error.
pub fn say_error(error: &anyhow::Error) {
    let _ = writeln!(io::stderr().lock(), "error: {error:#}");
}
