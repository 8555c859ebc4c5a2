//! `connections.removeSample`: takes the generated sample data away and leaves what people made.

use protocol::operations::connections::{ConnectionsRemoveSampleRequest, ConnectionsRemoveSampleResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::events::Event;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsRemoveSampleRequest,
) -> Result<ConnectionsRemoveSampleResponse, CommandError> {
    let connected = context.writable(Some(&request.connection)).await?;
    let state = &context.state;
    let removed = state.universes().remove_sample(&connected.connection, state.clock().now()).await?;
    state.events().publish(Event::StoreChanged { connection: connected.connection.id, store: None });
    state.events().publish(Event::ConnectionsChanged);
    Ok(ConnectionsRemoveSampleResponse { removed_count: u32::try_from(removed).unwrap_or(u32::MAX) })
}
