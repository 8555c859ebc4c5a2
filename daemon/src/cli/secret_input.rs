//! Secrets that people hand to a command: at a prompt that shows nothing, on standard input, or in a variable they name.
//!
//! **Invariant:** no secret is an argument (S-10), and none is shown.

use std::io::{self, BufRead, IsTerminal as _};

use console::Term;
use daemon_store::vault::secret::SecretText;

use crate::cli::exit::Failure;
use crate::cli::serving::write_no_dumps;

/// Most bytes read for one secret; far more than any has.
const READ_LIMIT_BYTES: u64 = 64 << 10;

/// Where a secret comes from.
pub(super) enum Source {
    /// A person is asked, twice when what is typed becomes the secret.
    Prompt {
        /// Whether it is asked for again.
        twice: bool,
    },
    /// The first line of standard input.
    StandardInput,
    /// The environment variable of this name.
    Variable(String),
}

/// Reads a secret; `what` names it, as in `passphrase`, and `options` are those that take it without a prompt.
pub(super) fn read(source: &Source, what: &str, options: &str) -> Result<SecretText, Failure> {
    write_no_dumps();
    match source {
        Source::Prompt { twice } => prompt(what, options, *twice),
        Source::StandardInput => first_line(io::stdin().lock(), what),
        Source::Variable(name) => variable(name, what),
    }
}

fn prompt(what: &str, options: &str, twice: bool) -> Result<SecretText, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::usage(format!(
            "there is no terminal to ask for the {what} at; hand it in with {options}"
        )));
    }
    let first = ask(&format!("{what}: "))?;
    if twice && ask(&format!("{what}, again: "))?.expose() != first.expose() {
        return Err(Failure::usage(format!("the two are not the same; nothing was done with the {what}")));
    }
    Ok(first)
}

/// Asks on standard error, for standard output is for the answer.
fn ask(question: &str) -> Result<SecretText, Failure> {
    let terminal = Term::stderr();
    let answer = terminal.write_str(question).and_then(|()| terminal.read_secure_line());
    answer
        .map(SecretText::new)
        .map_err(|error| Failure::other(format!("cannot read from the terminal: {error}")))
}

fn first_line(input: impl BufRead, what: &str) -> Result<SecretText, Failure> {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(4096));
    let failed =
        |error: io::Error| Failure::other(format!("cannot read the {what} from standard input: {error}"));
    input.take(READ_LIMIT_BYTES).read_until(b'\n', &mut bytes).map_err(failed)?;
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let length = line.strip_suffix(b"\r").unwrap_or(line).len();
    bytes.truncate(length);
    if bytes.is_empty() {
        return Err(Failure::usage(format!("standard input has no {what}; write it on the first line")));
    }
    SecretText::from_bytes(&bytes)
        .ok_or_else(|| Failure::usage(format!("the {what} on standard input is no UTF-8 text")))
}

fn variable(name: &str, what: &str) -> Result<SecretText, Failure> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => Ok(SecretText::new(text)),
        Ok(_) | Err(std::env::VarError::NotPresent) => Err(Failure::usage(format!(
            "variable `{name}` is not set; set it to the {what}, or name another"
        ))),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::usage(format!("the {what} in variable `{name}` is no UTF-8 text")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_secret() {
        for (input, secret) in [
            ("words of mine\nmore", "words of mine"),
            ("words\r\n", "words"),
            ("words", "words"),
            (" words \n", " words "),
            ("a\rb\n", "a\rb"),
        ] {
            assert_eq!(first_line(input.as_bytes(), "passphrase").unwrap().expose(), secret, "{input:?}");
        }
        for input in [&b""[..], b"\n", b"\r\n", b"\nmore", b"\xff\n"] {
            assert!(first_line(input, "passphrase").is_err(), "{input:?}");
        }
    }

    #[test]
    fn s_10_a_variable_that_is_not_set_is_named_without_its_content() {
        let refused = variable("DSMP_NO_SUCH_VARIABLE", "passphrase").err().unwrap();
        assert!(refused.message.contains("`DSMP_NO_SUCH_VARIABLE` is not set"), "{refused}");
    }
}
