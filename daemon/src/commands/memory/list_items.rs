//! `memory.listItems`: one page of a sorted map's items.

use daemon_core::services::MAP_PAGE_LIMIT;
use protocol::operations::memory::{MemoryListItemsRequest, MemoryListItemsResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::memory::{describe_item, map};
use crate::universes::memory::MapQuery;

pub(crate) async fn run(
    context: Context,
    request: MemoryListItemsRequest,
) -> Result<MemoryListItemsResponse, CommandError> {
    let query = MapQuery {
        map: map(&request.map)?,
        filter: request.filter.unwrap_or_default(),
        descending: request.descending,
        cursor: request.cursor,
        limit: convert::limit_up_to(MAP_PAGE_LIMIT, request.limit)?,
    };
    let connected = context.connected(request.connection.as_ref()).await?;
    let page = connected.universe.list_map_items(query).await?.map(describe_item);
    Ok(MemoryListItemsResponse {
        items: page.items,
        has_more: page.next_cursor.is_some(),
        next_cursor: page.next_cursor,
    })
}
