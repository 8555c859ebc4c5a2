//! What the bench tells the person who runs it.

use std::io::{self, Write as _};

/// Writes to standard output.
///
/// A closed pipe (`cargo xtask bench | head`) is no reason to stop measuring, so a failing write is ignored.
pub fn say(text: &str) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}

/// Writes an error and its causes to standard error.
pub fn say_error(error: &anyhow::Error) {
    let _ = writeln!(io::stderr().lock(), "error: {error:#}");
}
