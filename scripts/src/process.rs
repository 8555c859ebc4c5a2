//! Runs other programs.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::console::say;
use crate::workspace;

/// The cargo that runs us, in the workspace's root.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace::root());
    command
}

/// npm in `directory`.
pub fn npm(directory: &Path) -> Command {
    node_tool("npm", directory)
}

/// npx in `directory`, for programs that `npm ci` installed there.
pub fn npx(directory: &Path) -> Command {
    node_tool("npx", directory)
}

/// Node's tools are batch files on Windows, which are found only by their full name.
fn node_tool(name: &str, directory: &Path) -> Command {
    let mut command = Command::new(if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() });
    command.current_dir(directory);
    command
}

/// Runs `command` to its end, with our own input and outputs.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = shown(command);
    say(&format!("$ {line}"));
    let status = command.status().with_context(|| could_not_start(command))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs `command` to its end, printing each line of its standard output and handing it to `watch` without colours.
pub fn run_watched(command: &mut Command, mut watch: impl FnMut(&str)) -> anyhow::Result<()> {
    let line = shown(command);
    say(&format!("$ {line}"));
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| could_not_start(command))?;
    if let Some(output) = child.stdout.take() {
        let mut reader = BufReader::new(output);
        let mut bytes = Vec::new();
        while reader
            .read_until(b'\n', &mut bytes)
            .with_context(|| format!("reading the output of `{line}`"))?
            > 0
        {
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim_end_matches(['\r', '\n']);
            say(text);
            watch(&without_colours(text));
            bytes.clear();
        }
    }
    let status = child.wait().with_context(|| format!("waiting for `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Drops terminal control sequences (`ESC [ … letter`).
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    let after_sequence =
        |part: &str| part.find(|character: char| character.is_ascii_alphabetic()).map_or(0, |end| end + 1);
    parts.fold(first, |plain, part| plain + &part[after_sequence(part)..])
}

/// Says what is missing when a program cannot be started, and where to get it.
fn could_not_start(command: &Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    let remedy = match program.trim_end_matches(".cmd") {
        "npm" | "npx" => "install Node.js 20 or newer from https://nodejs.org",
        _ => "check that it is installed and on the PATH",
    };
    format!("could not start `{program}`; {remedy}")
}

/// The command line as a person would type it, without the folder of the program.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let words: Vec<_> =
        std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_in_the_error() {
        let error = run(cargo().arg("--no-such-flag").stderr(Stdio::null())).unwrap_err();
        assert!(error.to_string().starts_with("`cargo --no-such-flag` failed"), "{error}");
    }

    #[test]
    fn a_missing_program_comes_with_its_remedy() {
        let message = could_not_start(&Command::new("npm.cmd"));
        assert_eq!(message, "could not start `npm.cmd`; install Node.js 20 or newer from https://nodejs.org");
    }

    #[test]
    fn colours_are_dropped() {
        assert_eq!(
            without_colours("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m12 passed\u{1b}[39m"),
            "      Tests  12 passed"
        );
        assert_eq!(without_colours("plain [text]"), "plain [text]");
    }

    #[test]
    fn watched_output_arrives_line_by_line() {
        let mut lines = Vec::new();
        run_watched(cargo().arg("--version"), |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("cargo 1."), "{lines:?}");
    }
}
