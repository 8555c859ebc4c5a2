//! `keys.list`: one page of keys.

use daemon_core::names::StoreName;
use protocol::operations::keys::{KeysListRequest, KeysListResponse, ScopedKey};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::KeyQuery;

pub(crate) async fn run(
    context: Context,
    request: KeysListRequest,
) -> Result<KeysListResponse, CommandError> {
    let query = KeyQuery {
        store: StoreName::parse(&request.store)?,
        scope: convert::scope_filter(request.scope.as_deref(), request.all_scopes)?,
        prefix: request.prefix.unwrap_or_default(),
        cursor: request.cursor,
        limit: convert::page_limit(request.limit)?,
    };
    let connected = context.connected(request.connection.as_ref()).await?;
    let page = connected.universe.list_keys(query).await?;
    let entries: Vec<_> = page
        .items
        .into_iter()
        .map(|id| ScopedKey { scope: id.scope.as_str().into(), key: id.key.as_str().into() })
        .collect();
    Ok(KeysListResponse {
        keys: entries.iter().map(|entry| entry.key.clone()).collect(),
        entries,
        has_more: page.next_cursor.is_some(),
        next_cursor: page.next_cursor,
    })
}
