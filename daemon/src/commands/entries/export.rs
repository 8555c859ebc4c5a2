//! `entries.export`: one page of entries with their values.

use daemon_core::names::StoreName;
use protocol::operations::entries::{EntriesExportRequest, EntriesExportResponse, ExportedEntry};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::KeyQuery;

pub(crate) async fn run(
    context: Context,
    request: EntriesExportRequest,
) -> Result<EntriesExportResponse, CommandError> {
    let query = KeyQuery {
        store: StoreName::parse(&request.store)?,
        scope: convert::scope_filter(request.scope.as_deref(), request.all_scopes)?,
        prefix: request.prefix.unwrap_or_default(),
        cursor: request.cursor,
        limit: convert::page_limit(request.limit)?,
    };
    let connected = context.connected(request.connection.as_ref()).await?;
    let page = connected.universe.export(query).await?.map(|(id, stored)| ExportedEntry {
        key: id.key.as_str().into(),
        scope: id.scope.as_str().into(),
        user_ids: convert::wire_user_ids(&stored.user_ids),
        attributes: convert::raw(stored.attributes.as_str().into()),
        revision: convert::revision(&stored.revision),
        value: convert::raw(stored.value.into_string()),
    });
    Ok(EntriesExportResponse {
        entries: page.items,
        has_more: page.next_cursor.is_some(),
        next_cursor: page.next_cursor,
    })
}
