//! `revisions.list`: an entry's revisions, newest first.

use protocol::operations::revisions::{RevisionsListRequest, RevisionsListResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::RevisionQuery;

pub(crate) async fn run(
    context: Context,
    request: RevisionsListRequest,
) -> Result<RevisionsListResponse, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let query = RevisionQuery { address, cursor: request.cursor, limit: convert::page_limit(request.limit)? };
    let connected = context.connected(request.connection.as_ref()).await?;
    let page =
        connected.universe.list_revisions(query).await?.map(|summary| convert::revision_summary(&summary));
    Ok(RevisionsListResponse {
        revisions: page.items,
        has_more: page.next_cursor.is_some(),
        next_cursor: page.next_cursor,
    })
}
