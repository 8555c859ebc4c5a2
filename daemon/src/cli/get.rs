//! `dsmp get`: an entry's value, byte for byte.

use protocol::Revision;
use protocol::operations::entries::EntriesGetRequest;
use protocol::operations::revisions::RevisionsGetRequest;

use crate::cli::Session;
use crate::cli::exit::Failure;

/// Print an entry's value, byte for byte
///
/// Nothing is added to the value: a line break follows only on a terminal. With `--json`, the whole entry: value, user
/// ids, attributes and revision.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The data store
    store: String,
    /// The entry's key
    key: String,
    /// As it was at this revision (see `dsmp revisions`)
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let Arguments { store, key, revision } = arguments;
    let (connection, scope) = (session.connection(), session.scope());
    let entry = match revision {
        None => session.ask(&EntriesGetRequest { connection, store, scope, key }).await?,
        Some(revision) => {
            let revision = Revision(revision);
            session.ask(&RevisionsGetRequest { connection, store, scope, key, revision }).await?.entry
        }
    };
    if session.output.is_json() {
        return session.output.json(&entry);
    }
    for warning in &entry.warnings {
        session.output.note(&format!("note: {}", warning.message));
    }
    session.output.bytes(entry.value.as_str().as_bytes())?;
    if session.output.is_terminal() { session.output.bytes(b"\n") } else { Ok(()) }
}
