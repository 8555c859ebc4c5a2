//! `connections.select`: which connection counts when a request names none.

use protocol::operations::connections::{ConnectionsSelectRequest, ConnectionsSelectResponse};

use crate::commands::connections::describe::describe_with;
use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsSelectRequest,
) -> Result<ConnectionsSelectResponse, CommandError> {
    let connection = context.connection(Some(&request.connection)).await?;
    context.state.universes().select(&context.caller.id, &connection).await?;
    Ok(ConnectionsSelectResponse { connection: describe_with(&context, connection, true).await })
}
