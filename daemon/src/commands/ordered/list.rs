//! `ordered.list`: one page of an ordered store in order of value.

use daemon_core::names::StoreName;
use protocol::Integer64;
use protocol::operations::ordered::{OrderedEntry, OrderedListRequest, OrderedListResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::OrderedQuery;

pub(crate) async fn run(
    context: Context,
    request: OrderedListRequest,
) -> Result<OrderedListResponse, CommandError> {
    let query = OrderedQuery {
        store: StoreName::parse(&request.store)?,
        scope: convert::scope(request.scope.as_deref())?,
        descending: request.descending,
        minimum: request.minimum.map(|value| value.0),
        maximum: request.maximum.map(|value| value.0),
        cursor: request.cursor,
        limit: convert::page_limit(request.limit)?,
    };
    let connected = context.connected(request.connection.as_ref()).await?;
    let page = connected.universe.list_ordered(query).await?.map(|(id, value)| OrderedEntry {
        key: id.key.as_str().into(),
        scope: id.scope.as_str().into(),
        value: Integer64(value),
    });
    Ok(OrderedListResponse {
        entries: page.items,
        has_more: page.next_cursor.is_some(),
        next_cursor: page.next_cursor,
    })
}
