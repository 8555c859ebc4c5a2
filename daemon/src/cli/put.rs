//! `dsmp put`: writes a whole entry.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use protocol::operations::entries::{EntriesSetRequest, SetOptions};
use protocol::{RawJson, Revision, UserId};

use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::output::Output;
use crate::cli::written::{hint_at_staging, report};

/// The most bytes read for one value: more than any value may have, so that the daemon names the limit.
const READ_LIMIT_BYTES: u64 = 6 << 20;

/// Write an entry's value
///
/// What parses as JSON is the value itself; anything else names a file (`./true` names the file `true`). The value is
/// stored byte for byte. User ids and attributes stay as they are unless given. In production it is staged for review.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The data store
    store: String,
    /// The entry's key
    key: String,
    /// The value as JSON, a file that holds it, or `-` for standard input
    #[arg(
        value_name = "JSON|FILE|-",
        default_value = "-",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    value: String,
    /// Write only while this revision is current
    #[arg(long, value_name = "REVISION", conflicts_with = "create")]
    expect: Option<String>,
    /// Write only if there is no such entry
    #[arg(long)]
    create: bool,
    /// Tag an account to the entry, in place of those tagged; up to four times
    #[arg(long = "user-id", value_name = "ID", allow_hyphen_values = true)]
    user_ids: Vec<i64>,
    /// The entry's attributes (Roblox's metadata), a JSON object
    #[arg(long, value_name = "JSON")]
    attributes: Option<String>,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let value = value(&session.output, &arguments.value)?;
    let attributes = arguments.attributes.map(|text| json(text, "the attributes")).transpose()?;
    let user_ids =
        (!arguments.user_ids.is_empty()).then(|| arguments.user_ids.into_iter().map(UserId).collect());
    let request = EntriesSetRequest {
        connection: session.connection(),
        store: arguments.store,
        scope: session.scope(),
        key: arguments.key,
        value,
        user_ids,
        attributes,
        expected_revision: arguments.expect.map(Revision),
        create_only: arguments.create,
        options: SetOptions::default(),
    };
    let written = session.ask(&request).await.map_err(hint_at_staging)?;
    report(&mut session.output, &written)
}

/// JSON text from the command line.
pub(super) fn json(text: String, what: &str) -> Result<RawJson, Failure> {
    RawJson::from_text(text).map_err(|error| {
        Failure::usage(format!("{what} must be JSON: {error}; write text in quotes, as in '\"text\"'"))
    })
}

/// The value that the argument is, or names.
pub(super) fn value(output: &Output, argument: &str) -> Result<RawJson, Failure> {
    if argument == "-" {
        if io::stdin().is_terminal() {
            output.note("reading the value from standard input; end it with Ctrl-D (Windows: Ctrl-Z, Enter)");
        }
        return read(io::stdin().lock(), "standard input");
    }
    if let Ok(value) = RawJson::from_text(argument.to_owned()) {
        return Ok(value);
    }
    let path = Path::new(argument);
    match File::open(path) {
        Ok(file) => read(file, argument),
        // What JSON is made of cannot stand in a file's name on Windows, and a long text can nowhere.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidFilename) => {
            Err(Failure::usage(format!(
                "`{argument}` is neither JSON nor a file; write text in quotes, as in '\"text\"'"
            )))
        }
        Err(error) => Err(Failure::file("open", path, &error)),
    }
}

/// Reads a value, and refuses early what is far over every limit.
pub(super) fn read(source: impl Read, name: &str) -> Result<RawJson, Failure> {
    let mut bytes = Vec::new();
    source
        .take(READ_LIMIT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::file("read", Path::new(name), &error))?;
    if bytes.len() as u64 > READ_LIMIT_BYTES {
        return Err(Failure::other(format!(
            "`{name}` is over 6 MiB; a value has at most 4,194,304 bytes, so store less"
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Failure::other(format!("`{name}` is not UTF-8 at byte {offset}; JSON must be"))
    })?;
    RawJson::from_text(text).map_err(|error| Failure::other(format!("`{name}` is not JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_is_json_a_file_or_neither() {
        let output = Output::new(true);
        assert_eq!(value(&output, r#" {"a": 1.0} "#).unwrap().as_str(), r#"{"a": 1.0}"#);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("value");
        std::fs::write(&path, "[1e5]\n").unwrap();
        assert_eq!(value(&output, path.to_str().unwrap()).unwrap().as_str(), "[1e5]");
        for broken in ["no such file", "{\"a\":", &format!("[{}", "1,".repeat(200))] {
            let refused = value(&output, broken).unwrap_err().message;
            assert!(refused.contains("neither JSON nor a file"), "{refused}");
        }
    }

    #[test]
    fn values_that_cannot_be_are_refused_with_their_place() {
        let refused = |bytes: &[u8]| read(bytes, "it").unwrap_err().message;
        assert!(refused(b"{\"a\":\xff}").contains("not UTF-8 at byte 5"));
        assert!(refused(b"{\"a\":}").contains("line 1 column 6"));
        assert!(refused(&vec![b' '; 7 << 20]).contains("4,194,304 bytes"));
    }
}
