//! macOS' Keychain, by way of the system's own program `security`.
//!
//! Apple's frameworks are not linked: our releases are built on Linux, where they are not. `security` keeps each item so
//! that it, and so this account's programs through it, read the item again without asking.
//!
//! **Invariant:** no secret is an argument of a program (S-10): to be kept, it goes in by standard input, to be read, it
//! comes out by standard output.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use daemon_store::vault::secret::SecretText;
use zeroize::Zeroizing;

use super::{SecretStore, SystemError};

/// Its name in messages.
const NAME: &str = "the macOS Keychain";

/// What our items are filed under.
const SERVICE: &str = "dsmp";

/// The longest line `security -i` reads whole, its line feed included (`MAX_LINE_LEN` of its source, less a NUL).
const LINE_LIMIT_BYTES: usize = 4_095;

/// The longest secret: in base64 it leaves a line room for the longest id.
const LONGEST_BYTES: usize = 2_700;

/// The exit codes of `security` that mean something to a person: the low byte of Apple's status.
const NOT_FOUND: i32 = 44;
const NO_INTERACTION: i32 = 36;
const CANCELLED: i32 = 128;

/// The Keychain of the account.
#[derive(Debug)]
pub(super) struct Keychain {
    /// The program, and its first arguments; tests name another.
    program: OsString,
    arguments: Vec<OsString>,
}

impl Keychain {
    #[cfg(target_os = "macos")]
    pub(super) fn system() -> Self {
        Self { program: "/usr/bin/security".into(), arguments: Vec::new() }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    fn run(&self, action: &'static str, arguments: &[&str]) -> Result<Output, SystemError> {
        self.command().args(arguments).output().map_err(|error| not_run(action, &error))
    }

    /// Has `security` read one line from its standard input.
    fn feed(&self, action: &'static str, line: &str) -> Result<Output, SystemError> {
        let run = || {
            let mut child = self.command().arg("-i").stdin(Stdio::piped()).spawn()?;
            let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(line.as_bytes()));
            let output = child.wait_with_output()?;
            // One that fails may end before it has read the line; then its code is what counts.
            if output.status.success() { written.map(|()| output) } else { Ok(output) }
        };
        run().map_err(|error: io::Error| not_run(action, &error))
    }
}

impl SecretStore for Keychain {
    fn put(&self, id: &str, secret: &SecretText) -> Result<(), SystemError> {
        let action = "keep";
        let line = add_line(id, secret).ok_or(SystemError::TooLong { store: NAME, limit: LONGEST_BYTES })?;
        let output = self.feed(action, &line)?;
        if !output.status.success() {
            return Err(refused(action, output.status.code()));
        }
        // `security` ends well also after lines that it passed over.
        let is_kept = self.get(id)?.is_some_and(|kept| kept.expose() == secret.expose());
        if is_kept { Ok(()) } else { Err(refused(action, None)) }
    }

    fn get(&self, id: &str) -> Result<Option<SecretText>, SystemError> {
        let action = "read";
        let output = self.run(action, &["find-generic-password", "-s", SERVICE, "-a", id, "-w"])?;
        let printed = Zeroizing::new(output.stdout);
        match output.status.code() {
            Some(0) => decoded(&printed).map(Some).ok_or_else(|| refused(action, None)),
            Some(NOT_FOUND) => Ok(None),
            code => Err(refused(action, code)),
        }
    }

    fn remove(&self, id: &str) -> Result<(), SystemError> {
        let action = "remove";
        let output = self.run(action, &["delete-generic-password", "-s", SERVICE, "-a", id])?;
        match output.status.code() {
            Some(0 | NOT_FOUND) => Ok(()),
            code => Err(refused(action, code)),
        }
    }
}

/// The line that keeps a secret; `None` when it would be too long. Base64, because `security` prints what is no plain
/// text as hex.
fn add_line(id: &str, secret: &SecretText) -> Option<Zeroizing<String>> {
    if secret.expose().len() > LONGEST_BYTES {
        return None;
    }
    let encoded = Zeroizing::new(STANDARD.encode(secret.expose()));
    let [service, id, encoded] = [quoted(SERVICE)?, quoted(id)?, quoted(&encoded)?];
    let line =
        Zeroizing::new(format!("add-generic-password -U -s {} -a {} -w {}\n", *service, *id, *encoded));
    (line.len() <= LINE_LIMIT_BYTES).then_some(line)
}

/// A text as `security -i` reads it back: in quotes, with a backslash before quotes and backslashes. `None` for what
/// would end or bend a line.
fn quoted(text: &str) -> Option<Zeroizing<String>> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let mut quoted = Zeroizing::new(String::with_capacity(2 * text.len() + 2));
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    Some(quoted)
}

/// The secret in what `find-generic-password -w` printed.
fn decoded(printed: &[u8]) -> Option<SecretText> {
    let bytes = Zeroizing::new(STANDARD.decode(printed.trim_ascii_end()).ok()?);
    SecretText::from_bytes(&bytes)
}

fn refused(action: &'static str, code: Option<i32>) -> SystemError {
    let (problem, remedy) = match code {
        Some(NO_INTERACTION) => {
            ("it is locked".into(), "unlock it in Keychain Access, or log in to the Mac, then repeat")
        }
        Some(CANCELLED) => ("it was not allowed to".into(), "repeat, and allow it"),
        Some(code) => (format!("code {code}"), "`security error` tells what the code means"),
        None => (
            "it kept something else".into(),
            "look for `dsmp` in Keychain Access, remove it there, then repeat",
        ),
    };
    SystemError::Refused { store: NAME, action, problem, remedy }
}

fn not_run(action: &'static str, error: &io::Error) -> SystemError {
    SystemError::Refused {
        store: NAME,
        action,
        problem: error.to_string(),
        remedy: "check that `/usr/bin/security` is there, or use a vault with `--vault-key-file`",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn text(text: &str) -> SecretText {
        SecretText::new(text.to_owned())
    }

    #[test]
    fn s_10_the_line_sent_is_one_command_whatever_the_secret() {
        let line = add_line("connection/1", &text("key with \"quotes\" and\nlines")).unwrap();
        assert_eq!(
            line.as_str(),
            "add-generic-password -U -s \"dsmp\" -a \"connection/1\" -w \"a2V5IHdpdGggInF1b3RlcyIgYW5kCmxpbmVz\"\n"
        );
        assert_eq!(quoted(r#"a "b" \c"#).unwrap().as_str(), r#""a \"b\" \\c""#);
        assert!(quoted("a\nb").is_none() && quoted("a\0b").is_none());
    }

    #[test]
    fn the_longest_secret_fits_a_line_and_no_longer_one_is_sent() {
        let id = "i".repeat(daemon_store::vault::LONGEST_ID_BYTES);
        let longest = "k".repeat(LONGEST_BYTES);
        assert!(add_line(&id, &text(&longest)).unwrap().len() <= LINE_LIMIT_BYTES);
        assert!(add_line(&id, &text(&format!("{longest}k"))).is_none());
    }

    /// Stands for `security`: keeps one item as the line that was sent, and tells its arguments.
    const STAND_IN: &str = r#"
cd "$1" || exit 1; shift
echo "$*" >> arguments
case "$1" in
-i) read -r line; echo "$line" | sed 's/.*-w "\(.*\)"$/\1/' > item;;
find-generic-password) test -f item || exit 44; cat item;;
delete-generic-password) test -f item || exit 44; rm item;;
esac
"#;

    fn stand_in(directory: &Path) -> Keychain {
        let script = directory.join("security");
        fs::write(&script, STAND_IN).unwrap();
        Keychain { program: "/bin/sh".into(), arguments: vec![script.into(), directory.into()] }
    }

    #[test]
    fn s_10_secrets_are_kept_read_and_removed_and_never_an_argument() {
        let directory = tempfile::tempdir().unwrap();
        let keychain = stand_in(directory.path());
        assert!(keychain.get("id").unwrap().is_none());
        keychain.put("id", &text("a canary \\ \"key\"")).unwrap();
        assert_eq!(keychain.get("id").unwrap().unwrap().expose(), "a canary \\ \"key\"");
        keychain.put("id", &text("another")).unwrap();
        assert_eq!(keychain.get("id").unwrap().unwrap().expose(), "another");
        keychain.remove("id").unwrap();
        keychain.remove("id").unwrap();
        assert!(keychain.get("id").unwrap().is_none());
        let arguments = fs::read_to_string(directory.path().join("arguments")).unwrap();
        let encoded = STANDARD.encode("a canary \\ \"key\"");
        assert!(!arguments.contains("canary") && !arguments.contains(&encoded), "{arguments}");
        assert!(arguments.contains("find-generic-password -s dsmp -a id -w"), "{arguments}");
    }

    #[test]
    fn refusals_say_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let failing = |script: &str| {
            let path = directory.path().join("failing");
            fs::write(&path, script).unwrap();
            Keychain { program: "/bin/sh".into(), arguments: vec![path.into()] }
        };
        let locked = failing("exit 36").put("id", &text("canary")).unwrap_err().to_string();
        assert!(locked.contains("is locked") && locked.contains("unlock it"), "{locked}");
        let denied = failing("exit 128").get("id").map(|_| ()).unwrap_err().to_string();
        assert!(denied.contains("allow it"), "{denied}");
        let other =
            failing("cat > /dev/null; echo other").put("id", &text("canary")).unwrap_err().to_string();
        assert!(other.contains("something else") && !other.contains("canary"), "{other}");
        let missing = Keychain { program: "/nowhere/security".into(), arguments: Vec::new() };
        let missing = missing.remove("id").unwrap_err().to_string();
        assert!(missing.contains("`--vault-key-file`"), "{missing}");
    }
}
