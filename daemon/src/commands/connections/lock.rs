//! `connections.lock`: ends the caller's own unlock.

use protocol::operations::cloud_connections::{ConnectionsLockRequest, ConnectionsLockResponse};

use crate::commands::connections::describe::describe;
use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::events::Event;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsLockRequest,
) -> Result<ConnectionsLockResponse, CommandError> {
    let connection = context.connection(Some(&request.connection)).await?;
    context.state.unlocks().lock(&context.caller.id, &connection.id);
    context.state.events().publish(Event::ConnectionsChanged);
    Ok(ConnectionsLockResponse { connection: describe(&context, connection).await? })
}
