//! `memory.discard`: removes what one reading of a queue took for good.

use protocol::operations::memory::{MemoryDiscardRequest, MemoryDiscardResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::memory::queue;

pub(crate) async fn run(
    context: Context,
    request: MemoryDiscardRequest,
) -> Result<MemoryDiscardResponse, CommandError> {
    let queue = queue(&request.queue)?;
    let connected = context.writable(request.connection.as_ref()).await?;
    connected.universe.discard(queue, request.read_id).await?;
    Ok(MemoryDiscardResponse {})
}
