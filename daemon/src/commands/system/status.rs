//! `system.status`: how the daemon is.

use protocol::operations::system::{SystemStatusRequest, SystemStatusResponse};
use protocol::{InstanceId, PROTOCOL_VERSION, Principal};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::safety::SafetyMode;
use crate::state::AppState;

/// Why nothing can be changed.
fn problem(state: &AppState) -> Option<String> {
    let safety = state.safety().map(SafetyMode::message);
    safety.or_else(|| state.changes().journal_state().problem().map(|problem| problem.to_string()))
}

pub(crate) async fn run(
    context: Context,
    _request: SystemStatusRequest,
) -> Result<SystemStatusResponse, CommandError> {
    let state = &context.state;
    let connections = state.universes().list().await?;
    Ok(SystemStatusResponse {
        version: env!("CARGO_PKG_VERSION").into(),
        protocol_version: PROTOCOL_VERSION,
        instance: InstanceId(state.instance().into()),
        started_at: convert::time(state.started_at()),
        principal: Principal { name: context.caller.name.clone(), role: convert::role(context.caller.role) },
        connection_count: u32::try_from(connections.len()).unwrap_or(u32::MAX),
        studio_count: u32::try_from(state.studios().sessions().len()).unwrap_or(u32::MAX),
        address: state.address().map(|address| format!("http://{address}")),
        problem: problem(state),
    })
}
