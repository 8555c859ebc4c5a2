//! `dsmp rm`: removes an entry.

use protocol::Revision;
use protocol::operations::entries::EntriesRemoveRequest;

use crate::cli::Session;
use crate::cli::confirm::confirmed;
use crate::cli::exit::Failure;
use crate::cli::output::shown;
use crate::cli::written::{hint_at_staging, tell};

/// Remove an entry; its last value stays readable as a revision for 30 days
///
/// On a terminal it asks first.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The data store
    store: String,
    /// The entry's key
    key: String,
    /// Remove only while this revision is current
    #[arg(long, value_name = "REVISION")]
    expect: Option<String>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let Arguments { store, key, expect, yes } = arguments;
    if !yes && !confirmed(&format!("remove `{key}` from data store `{store}`?"))? {
        return Err(Failure::other("nothing was removed"));
    }
    let request = EntriesRemoveRequest {
        connection: session.connection(),
        store,
        scope: session.scope(),
        key,
        expected_revision: expect.map(Revision),
    };
    let removed = session.ask(&request).await.map_err(hint_at_staging)?;
    if session.output.is_json() {
        return session.output.json(&removed);
    }
    let key = &request.key;
    let revision = removed.revision.map(|revision| format!(", revision {revision}")).unwrap_or_default();
    let done = format!("removed `{}`{revision}", shown(key));
    tell(&mut session.output, removed.outcome, &removed.change_set, &done, key)
}
