//! `memory.setItem`: writes one item of a sorted map.

use protocol::operations::memory::{MemoryItem, MemorySetItemRequest};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::memory::{describe_item, item, lifetime, map, sort_key, value};
use crate::universes::memory::MapWrite;

pub(crate) async fn run(context: Context, request: MemorySetItemRequest) -> Result<MemoryItem, CommandError> {
    let write = MapWrite {
        map: map(&request.map)?,
        item: item(&request.item)?,
        value: value(&request.value)?,
        sort_key: request.sort_key.map(sort_key).transpose()?,
        lifetime: lifetime(request.ttl_seconds)?,
        create_only: request.create_only,
    };
    let connected = context.writable(request.connection.as_ref()).await?;
    Ok(describe_item(connected.universe.write_map_item(write).await?))
}
