//! `memory.flush`: empties all memory stores of the universe.

use protocol::ErrorCode;
use protocol::operations::memory::{MemoryFlushRequest, MemoryFlushResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: MemoryFlushRequest,
) -> Result<MemoryFlushResponse, CommandError> {
    let connected = context.writable(request.connection.as_ref()).await?;
    let name = &connected.connection.name;
    if request.confirm_name != *name {
        let message = format!(
            "`confirmName` is `{}`, which is not the connection's name; nothing was removed: repeat with `{name}`",
            request.confirm_name
        );
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let done = connected.universe.flush_memory().await?;
    Ok(MemoryFlushResponse { done })
}
