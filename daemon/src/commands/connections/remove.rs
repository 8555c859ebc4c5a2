//! `connections.remove`: takes a connection to Roblox and its key away; what is at Roblox stays as it is.

use protocol::operations::cloud_connections::{ConnectionsRemoveRequest, ConnectionsRemoveResponse};

use crate::commands::connections::report::invalid;
use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::events::Event;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsRemoveRequest,
) -> Result<ConnectionsRemoveResponse, CommandError> {
    let connection = context.connection(Some(&request.connection)).await?;
    if connection.target().is_none() {
        let message = format!(
            "connection `{}` holds its data on this machine, and nothing else does, so it stays; remove its data stores instead",
            connection.name
        );
        return Err(invalid(message));
    }
    context.state.universes().remove(&connection).await?;
    context.state.unlocks().end_of_connection(&connection.id);
    tracing::info!(connection.id, "a connection was removed");
    context.state.events().publish(Event::ConnectionsChanged);
    Ok(ConnectionsRemoveResponse {})
}
