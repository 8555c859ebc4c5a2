//! `connections.select`: which connection counts when a request names none.

use protocol::ConnectionId;
use protocol::operations::connections::{
    Connection, ConnectionSource, ConnectionsSelectRequest, ConnectionsSelectResponse,
};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::registry;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsSelectRequest,
) -> Result<ConnectionsSelectResponse, CommandError> {
    let connected = context.connected(Some(&request.connection)).await?;
    context.state.universes().select(&context.caller.id, &connected.connection).await?;
    Ok(ConnectionsSelectResponse { connection: describe(connected.connection, true) })
}

/// A connection as the wire has it.
pub(super) fn describe(connection: registry::Connection, selected: bool) -> Connection {
    Connection {
        id: ConnectionId(connection.id),
        name: connection.name,
        source: ConnectionSource::Local,
        environment: convert::environment(connection.environment),
        read_only: connection.read_only,
        sample_data: connection.sample_data,
        selected,
    }
}
