//! `memory.getItem`: one item of a sorted map.

use protocol::operations::memory::{MemoryGetItemRequest, MemoryItem};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::memory::{describe_item, item, map};
use crate::universes::UniverseError;

pub(crate) async fn run(context: Context, request: MemoryGetItemRequest) -> Result<MemoryItem, CommandError> {
    let (map, item) = (map(&request.map)?, item(&request.item)?);
    let connected = context.connected(request.connection.as_ref()).await?;
    let found = connected.universe.get_map_item(map.clone(), item.clone()).await?;
    Ok(describe_item(found.ok_or(UniverseError::MapItemNotFound { map, item })?))
}
