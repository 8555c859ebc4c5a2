//! `revisions.get`: an entry as it was at a revision.

use daemon_core::names::EntryAddress;
use protocol::operations::revisions::{RevisionsGetRequest, RevisionsGetResponse};
use protocol::{ErrorCode, Revision};

use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::{RevisionState, StoredEntry};

pub(crate) async fn run(
    context: Context,
    request: RevisionsGetRequest,
) -> Result<RevisionsGetResponse, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let connected = context.connected(request.connection.as_ref()).await?;
    let id = address.id();
    let (stored, state) = readable(&connected, address, &request.revision).await?;
    Ok(RevisionsGetResponse { state: convert::revision_state(state), entry: convert::entry(&id, stored) })
}

/// The entry at a revision that has a value and can still be read.
pub(super) async fn readable(
    connected: &Connected,
    address: EntryAddress,
    revision: &Revision,
) -> Result<(StoredEntry, RevisionState), CommandError> {
    let found = connected.universe.get_revision(address, convert::revision_id(revision)?).await?;
    found.ok_or_else(|| {
        let message = format!(
            "revision `{revision}` has no value that can be read (any more); list the revisions to see which have"
        );
        CommandError::new(ErrorCode::RevisionGone, message)
    })
}
