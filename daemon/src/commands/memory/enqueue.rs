//! `memory.enqueue`: adds an item to a queue.

use protocol::operations::memory::{MemoryEnqueueRequest, MemoryQueueItem};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::memory::{describe_queue_item, lifetime, queue, value};
use crate::universes::memory::QueueWrite;

pub(crate) async fn run(
    context: Context,
    request: MemoryEnqueueRequest,
) -> Result<MemoryQueueItem, CommandError> {
    let write = QueueWrite {
        queue: queue(&request.queue)?,
        value: value(&request.value)?,
        priority: request.priority.unwrap_or(0.0),
        lifetime: lifetime(request.ttl_seconds)?,
    };
    let connected = context.writable(request.connection.as_ref()).await?;
    Ok(describe_queue_item(connected.universe.enqueue(write).await?))
}
