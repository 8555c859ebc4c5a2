//! What commands print: tables for people, JSON for programs, and the difference between the two outputs.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};
use serde::Serialize;

use crate::cli::exit::Failure;

/// What a piece of text says by its colour; it says the same without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something new, or done.
    Good,
    /// Something gone, or wrong.
    Bad,
    /// Something that is another, or wants attention.
    Changed,
    /// What stands around it.
    Plain,
}

/// Both outputs of a command.
#[derive(Debug)]
pub struct Output {
    stdout: BufWriter<StdoutLock<'static>>,
    json: bool,
    is_terminal: bool,
    has_colours: bool,
    heading: Style,
    warning: Style,
    error: Style,
}

impl Output {
    /// Over this process's outputs. Colours only where a terminal shows them, and where `NO_COLOR` does not forbid them.
    pub fn new(json: bool) -> Self {
        let styled =
            |choice, style| if choice == anstream::ColorChoice::Never { Style::new() } else { style };
        let stdout = anstream::AutoStream::choice(&io::stdout());
        let stderr = anstream::AutoStream::choice(&io::stderr());
        Self {
            stdout: BufWriter::new(io::stdout().lock()),
            json,
            is_terminal: io::stdout().is_terminal(),
            has_colours: stdout != anstream::ColorChoice::Never,
            heading: styled(stdout, Style::new().bold()),
            warning: styled(stderr, AnsiColor::Yellow.on_default().bold()),
            error: styled(stderr, AnsiColor::Red.on_default().bold()),
        }
    }

    /// Whether JSON was asked for.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether people read standard output.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.stdout.write_all(bytes).map_err(|error| Failure::stdout(&error))
    }

    /// Writes a line.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())?;
        self.bytes(b"\n")
    }

    /// Writes a line in the colour of its tone.
    pub fn toned(&mut self, tone: Tone, text: &str) -> Result<(), Failure> {
        let text = self.in_tone(tone, text);
        self.line(&text)
    }

    /// Text in the colour of its tone, for a part of a line.
    pub fn in_tone(&self, tone: Tone, text: &str) -> String {
        let style = match tone {
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Bad => AnsiColor::Red.on_default(),
            Tone::Changed => AnsiColor::Yellow.on_default(),
            Tone::Plain => Style::new(),
        };
        if self.has_colours { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Writes what `--json` asks for, on a line.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(value)
            .map_err(|error| Failure::other(format!("cannot write JSON: {error}")))?;
        self.line(&text)
    }

    /// Writes a table with a heading.
    pub fn table(
        &mut self,
        heading: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Result<(), Failure> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(heading.iter().copied());
        table.add_rows(rows);
        table.column_iter_mut().for_each(|column| _ = column.set_padding((0, 2)));
        for (index, line) in table.lines().enumerate() {
            let line = line.trim_end();
            let style = if index == 0 { self.heading } else { Style::new() };
            self.line(&format!("{style}{line}{style:#}"))?;
        }
        Ok(())
    }

    /// Hands everything written so far on.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.stdout.flush().map_err(|error| Failure::stdout(&error))
    }

    /// Tells something beside the answer, for people only.
    pub fn note(&self, text: &str) {
        if !self.json {
            stderr_line(text);
        }
    }

    /// Tells of something that may surprise, for people only: programs find it in the JSON.
    pub fn warn(&self, text: &str) {
        if !self.json {
            let style = self.warning;
            stderr_line(&format!("{style}warning{style:#}: {text}"));
        }
    }

    /// Tells why the command failed, and how it ends.
    pub fn fail(&mut self, failure: &Failure) -> ExitCode {
        if failure.is_silent {
            return ExitCode::SUCCESS;
        }
        // What was answered before the failure still counts; the failure is what is reported.
        let _ = self.stdout.flush();
        if self.json {
            stderr_line(&failure_json(failure));
        } else {
            let style = self.error;
            stderr_line(&format!("{style}error{style:#}: {failure}"));
            if let Some(refusal) = &failure.refusal {
                stderr_line(&format!("  {}, request {}", refusal.code.code(), refusal.request_id));
                if let Some(current) = &refusal.current {
                    stderr_line(&format!("  current revision: {}", current.revision));
                }
            }
        }
        ExitCode::from(failure.exit as u8)
    }
}

/// The daemon's refusal, or an object with the message alone.
fn failure_json(failure: &Failure) -> String {
    let text = match &failure.refusal {
        Some(refusal) => serde_json::to_string(refusal),
        None => serde_json::to_string(&serde_json::json!({ "message": failure.message })),
    };
    text.unwrap_or_default()
}

/// Writes a line to standard error; when that is gone too, there is nobody left to tell.
fn stderr_line(text: &str) {
    let mut stderr = anstream::AutoStream::auto(io::stderr());
    let _ = writeln!(stderr, "{text}");
}

/// Text of other people without what could move the cursor or turn the direction of writing; such characters are shown as
/// escapes.
pub fn shown(text: &str) -> Cow<'_, str> {
    let hides = |character: char| {
        character.is_control()
            || matches!(character, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let escape = |character: char| {
        if hides(character) { character.escape_unicode().to_string() } else { character.to_string() }
    };
    Cow::Owned(text.chars().map(escape).collect())
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A moment to the second, as people read it.
pub fn moment(time: &protocol::UtcTime) -> String {
    let text = time.as_str();
    text.get(..19).map_or_else(|| text.into(), |seconds| format!("{}Z", seconds.replace('T', " ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn characters_that_could_mislead_are_shown_as_escapes() {
        assert_eq!(shown("Player_81 é 🗝"), "Player_81 é 🗝");
        assert_eq!(shown("a\u{1b}[2Jb\u{202e}c\n"), r"a\u{1b}[2Jb\u{202e}c\u{a}");
    }

    #[test]
    fn moments_are_cut_to_the_second() {
        assert_eq!(moment(&"2024-07-22T19:46:42.4536492Z".into()), "2024-07-22 19:46:42Z");
        assert_eq!(moment(&"never".into()), "never");
    }
}
