//! `memory.dequeue`: takes items from the front of a queue.

use daemon_core::services::{HIDDEN_DEFAULT, QUEUE_READ_LIMIT, memory_lifetime};
use protocol::ErrorCode;
use protocol::operations::memory::{MemoryDequeueRequest, MemoryDequeueResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::memory::{describe_queue_item, queue};
use crate::universes::memory::QueueRead;

pub(crate) async fn run(
    context: Context,
    request: MemoryDequeueRequest,
) -> Result<MemoryDequeueResponse, CommandError> {
    let count = request.count.unwrap_or(1);
    if !(1..=QUEUE_READ_LIMIT).contains(&count) {
        let message = format!("count `{count}` is out of range; ask for 1 to {QUEUE_READ_LIMIT}");
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let read = QueueRead {
        queue: queue(&request.queue)?,
        count,
        all_or_nothing: request.all_or_nothing,
        hidden_for: request.invisible_seconds.map_or(Ok(HIDDEN_DEFAULT), memory_lifetime)?,
    };
    let connected = context.writable(request.connection.as_ref()).await?;
    let batch = connected.universe.dequeue(read).await?;
    Ok(MemoryDequeueResponse {
        read_id: batch.read_id,
        items: batch.items.into_iter().map(describe_queue_item).collect(),
    })
}
