//! `connections.test`: what a connection's key may do now.

use daemon_store::state::records::ConnectionChanges;
use protocol::operations::cloud_connections::{ConnectionsTestRequest, ConnectionsTestResponse};

use crate::commands::connections::report::{inspect, invalid, stored};
use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::events::Event;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsTestRequest,
) -> Result<ConnectionsTestResponse, CommandError> {
    let connection = context.connection(Some(&request.connection)).await?;
    let registry = context.state.universes();
    let Some(cloud) = registry.cloud(&connection).await? else {
        let message = format!("connection `{}` is on this machine; there is no key to test", connection.name);
        return Err(invalid(message));
    };
    let report = inspect(&context, &cloud).await?;
    let changes = ConnectionChanges { check: Some(stored(&report)?), ..ConnectionChanges::default() };
    registry.change(&connection, changes, None).await?;
    context.state.events().publish(Event::ConnectionsChanged);
    Ok(ConnectionsTestResponse { report })
}
