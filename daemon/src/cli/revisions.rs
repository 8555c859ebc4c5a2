//! `dsmp revisions`: an entry's earlier values, and bringing one back.

use protocol::Revision;
use protocol::operations::revisions::{
    RevisionState, RevisionSummary, RevisionsListRequest, RevisionsRestoreRequest,
};

use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::output::{grouped, moment, shown};
use crate::cli::written::{hint_at_staging, report};

/// Revisions asked for at a time: the most there is.
const PAGE: u32 = 256;

/// List an entry's revisions, newest first, or bring one back
///
/// Those that were written here come with who wrote them and why. With `--json`, one answer of the daemon on a line, each
/// a page of at most 256 revisions.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The data store
    store: String,
    /// The entry's key
    key: String,
    /// Make this revision's value, user ids and attributes current again, as a new revision
    #[arg(long, value_name = "REVISION")]
    restore: Option<String>,
    /// Restore only while this revision is current
    #[arg(long, value_name = "REVISION", requires = "restore")]
    expect: Option<String>,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let Arguments { store, key, restore, expect } = arguments;
    let Some(restore) = restore else {
        return list(session, store, key).await;
    };
    let request = RevisionsRestoreRequest {
        connection: session.connection(),
        store,
        scope: session.scope(),
        key,
        revision: Revision(restore),
        expected_revision: expect.map(Revision),
    };
    let written = session.ask(&request).await.map_err(hint_at_staging)?;
    report(&mut session.output, &written)
}

async fn list(session: &mut Session, store: String, key: String) -> Result<(), Failure> {
    let mut client = session.connect().await?;
    let mut request = RevisionsListRequest {
        connection: session.connection(),
        store,
        scope: session.scope(),
        key,
        cursor: None,
        limit: Some(PAGE),
    };
    let mut rows = Vec::new();
    loop {
        let page = client.call(&request).await?;
        request.cursor.clone_from(&page.next_cursor);
        if session.output.is_json() {
            session.output.json(&page)?;
        } else {
            rows.extend(page.revisions.iter().map(row));
        }
        if request.cursor.is_none() {
            break;
        }
    }
    client.close().await;
    if session.output.is_json() {
        return Ok(());
    }
    session
        .output
        .table(&["REVISION", "STATE", "WRITTEN", "BYTES", "EXPIRES", "BY", "REASON", "CHANGE SET"], rows)
}

fn row(revision: &RevisionSummary) -> Vec<String> {
    let state = match revision.state {
        RevisionState::Current => "current",
        RevisionState::Kept => "kept",
        RevisionState::LocalCopy => "local copy",
        RevisionState::Removed => "removed",
    };
    vec![
        revision.revision.to_string(),
        state.into(),
        moment(&revision.created_at),
        revision.size_bytes.map(grouped).unwrap_or_default(),
        revision.expires_at.as_ref().map(moment).unwrap_or_default(),
        revision.by.as_deref().map(|by| shown(by).into_owned()).unwrap_or_default(),
        revision.reason.as_deref().map(|reason| shown(reason).into_owned()).unwrap_or_default(),
        revision.change_set.as_ref().map(ToString::to_string).unwrap_or_default(),
    ]
}
