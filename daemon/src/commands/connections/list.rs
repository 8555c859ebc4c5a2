//! `connections.list`: all connections.

use protocol::operations::connections::{ConnectionsListRequest, ConnectionsListResponse};

use crate::commands::connections::describe::describe_with;
use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    _request: ConnectionsListRequest,
) -> Result<ConnectionsListResponse, CommandError> {
    let registry = context.state.universes();
    let selected = registry.selected(&context.caller.id).await?.map(|connection| connection.id);
    let mut connections = Vec::new();
    for connection in registry.list().await? {
        let is_selected = selected.as_deref() == Some(&connection.id);
        connections.push(describe_with(&context, connection, is_selected).await);
    }
    Ok(ConnectionsListResponse { connections })
}
