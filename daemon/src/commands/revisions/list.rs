//! `revisions.list`: an entry's revisions, newest first.

use protocol::operations::revisions::{RevisionsListRequest, RevisionsListResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::{RevisionQuery, UniverseError};

pub(crate) async fn run(
    context: Context,
    request: RevisionsListRequest,
) -> Result<RevisionsListResponse, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let is_first_page = request.cursor.is_none();
    let query = RevisionQuery {
        address: address.clone(),
        cursor: request.cursor,
        limit: convert::page_limit(request.limit)?,
    };
    let connected = context.connected(request.connection.as_ref()).await?;
    let page =
        connected.universe.list_revisions(query).await?.map(|summary| convert::revision_summary(&summary));
    if is_first_page && page.items.is_empty() {
        return Err(UniverseError::EntryNotFound(address).into());
    }
    Ok(RevisionsListResponse {
        revisions: page.items,
        has_more: page.next_cursor.is_some(),
        next_cursor: page.next_cursor,
    })
}
