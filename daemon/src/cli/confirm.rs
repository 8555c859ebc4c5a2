//! Asking the person at the terminal before something cannot be taken back easily.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::cli::exit::Failure;

/// Asks a question; whoever pipes has decided already.
pub(super) fn confirmed(question: &str) -> Result<bool, Failure> {
    if !is_terminal() {
        return Ok(true);
    }
    let answer = ask_for(&format!("{question} [y/N] "), "`--yes`")?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}

/// The name of what is to go, typed again: as it was given, or else asked for. Whether it is the right one is judged by
/// whoever has to do it.
pub(super) fn typed_name(given: Option<String>, what: &str) -> Result<String, Failure> {
    match given {
        Some(name) => Ok(name),
        None if is_terminal() => ask_for(&format!("type the name of {what} to confirm: "), "`--confirm`"),
        None => Err(Failure::usage(format!("repeat the name of {what} with `--confirm`"))),
    }
}

/// Whether somebody can be asked.
pub(super) fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line, and answers it without the space around it. `option` says the same without being asked.
pub(super) fn ask_for(question: &str, option: &str) -> Result<String, Failure> {
    let failed =
        |error: io::Error| Failure::other(format!("cannot ask on the terminal: {error}; give {option}"));
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}").map_err(failed)?;
    stderr.flush().map_err(failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    Ok(answer.trim().to_owned())
}
