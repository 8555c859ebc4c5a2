//! `memory.removeItem`: removes one item of a sorted map for good.

use protocol::operations::memory::{MemoryRemoveItemRequest, MemoryRemoveItemResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::memory::{item, map};

pub(crate) async fn run(
    context: Context,
    request: MemoryRemoveItemRequest,
) -> Result<MemoryRemoveItemResponse, CommandError> {
    let (map, item) = (map(&request.map)?, item(&request.item)?);
    let connected = context.writable(request.connection.as_ref()).await?;
    connected.universe.remove_map_item(map, item).await?;
    Ok(MemoryRemoveItemResponse {})
}
