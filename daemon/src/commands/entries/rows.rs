//! `entries.rows`: one page of an entry's tree.

use daemon_core::rows::rows;
use protocol::ErrorCode;
use protocol::operations::entries::{EntriesRowsRequest, EntriesRowsResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::tasks::compute;
use crate::universes::UniverseError;

pub(crate) async fn run(
    context: Context,
    request: EntriesRowsRequest,
) -> Result<EntriesRowsResponse, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let path = convert::pointer(request.path.as_deref())?;
    let limit = convert::page_limit(request.limit)?;
    let offset = request.offset.unwrap_or_default();
    let connected = context.connected(request.connection.as_ref()).await?;
    let stored = match &request.revision {
        None => {
            connected.universe.get(address.clone()).await?.ok_or(UniverseError::EntryNotFound(address))?
        }
        Some(revision) => {
            let found = connected.universe.get_revision(address, convert::revision_id(revision)?).await?;
            found.map(|(entry, _)| entry).ok_or_else(|| {
                let message = format!(
                    "revision `{revision}` can no longer be read; list the revisions to see which can"
                );
                CommandError::new(ErrorCode::RevisionGone, message)
            })?
        }
    };
    let size_bytes = stored.value.len_bytes();
    let page = compute(size_bytes, || rows(&stored.value, &path, offset as usize, limit))?;
    Ok(EntriesRowsResponse {
        revision: convert::revision(&stored.revision),
        node: convert::row(page.node),
        rows: page.rows.into_iter().map(convert::row).collect(),
        offset,
        total: u32::try_from(page.total).unwrap_or(u32::MAX),
        size_bytes: size_bytes as u64,
    })
}
