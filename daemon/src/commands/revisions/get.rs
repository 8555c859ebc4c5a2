//! `revisions.get`: an entry as it was at a revision.

use daemon_core::names::EntryAddress;
use daemon_core::revision::{AnyRevision, RevisionId};
use protocol::operations::revisions::{RevisionsGetRequest, RevisionsGetResponse};
use protocol::{ErrorCode, Revision};

use crate::changes::place::{Facts, stored_entry};
use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::{RevisionState, StoredEntry, UniverseError};

pub(crate) async fn run(
    context: Context,
    request: RevisionsGetRequest,
) -> Result<RevisionsGetResponse, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let connected = context.connected(request.connection.as_ref()).await?;
    let id = address.id();
    let (stored, state) = readable(&context, &connected, address, &request.revision).await?;
    Ok(RevisionsGetResponse { state: convert::revision_state(state), entry: convert::entry(&id, stored) })
}

/// The entry at a revision that has a value and can still be read, at the source or in the journal.
pub(crate) async fn readable(
    context: &Context,
    connected: &Connected,
    address: EntryAddress,
    revision: &Revision,
) -> Result<(StoredEntry, RevisionState), CommandError> {
    let id = convert::revision_id(revision)?;
    let found = match connected.universe.get_revision(address.clone(), id.clone()).await {
        // What the source never had, or lost, the journal may have.
        Err(UniverseError::EntryNotFound(_)) => None,
        found => found?,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    // A source that keeps everything has also forgotten it for a reason.
    if !connected.universe.source().keeps_every_revision
        && let Some(copy) = local_copy(context, connected, address, id).await?
    {
        return Ok((copy, RevisionState::LocalCopy));
    }
    let message = format!(
        "revision `{revision}` has no value that can be read (any more); list the revisions to see which have"
    );
    Err(CommandError::new(ErrorCode::RevisionGone, message))
}

/// What the journal kept of a revision because a change of ours replaced it.
async fn local_copy(
    context: &Context,
    connected: &Connected,
    address: EntryAddress,
    revision: AnyRevision,
) -> Result<Option<StoredEntry>, CommandError> {
    let Ok(journal) = context.state.changes().journal() else { return Ok(None) };
    let connection = connected.connection.id.clone();
    let image = journal.local_copy(connection, address, revision.clone()).await?;
    let times = RevisionId::parse(revision.as_str()).ok();
    let now = context.state.clock().now();
    let facts = Facts {
        created_at: times.as_ref().map_or(now, RevisionId::created),
        updated_at: times.as_ref().map_or(now, RevisionId::at),
    };
    Ok(image.and_then(|image| stored_entry(image, &facts)))
}
