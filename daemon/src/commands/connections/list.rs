//! `connections.list`: all connections.

use protocol::operations::connections::{ConnectionsListRequest, ConnectionsListResponse};

use crate::commands::connections::select::describe;
use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    _request: ConnectionsListRequest,
) -> Result<ConnectionsListResponse, CommandError> {
    let registry = context.state.universes();
    let selected = registry.selected(&context.caller.id).await?.map(|connection| connection.id);
    let connections = registry.list().await?;
    Ok(ConnectionsListResponse {
        connections: connections
            .into_iter()
            .map(|connection| {
                let is_selected = selected.as_deref() == Some(&connection.id);
                describe(connection, is_selected)
            })
            .collect(),
    })
}
