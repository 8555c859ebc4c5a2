//! `connections.check`: what a key may do, before anything is saved.

use protocol::operations::cloud_connections::{ConnectionsCheckRequest, ConnectionsCheckResponse};

use crate::commands::connections::report::{inspect, key, target};
use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsCheckRequest,
) -> Result<ConnectionsCheckResponse, CommandError> {
    let target = target(&request.universe_id, request.base_url.as_deref())?;
    let (_, key) = key(request.api_key)?;
    let cloud = context.state.universes().probe(&target, key)?;
    Ok(ConnectionsCheckResponse { report: inspect(&context, &cloud).await? })
}
