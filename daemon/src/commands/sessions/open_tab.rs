//! `sessions.openTab`: one more tab of the same dashboard session.

use protocol::ErrorCode;
use protocol::operations::sessions::{SessionsOpenTabRequest, SessionsOpenTabResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::gate::identity::Credential;

pub(crate) async fn run(
    context: Context,
    _request: SessionsOpenTabRequest,
) -> Result<SessionsOpenTabResponse, CommandError> {
    let session = dashboard_session(&context)?;
    Ok(SessionsOpenTabResponse { token: context.state.identity().sessions.tab_token(session) })
}

/// The caller's dashboard session.
pub(super) fn dashboard_session(context: &Context) -> Result<&str, CommandError> {
    match &context.caller.credential {
        Credential::Session { session } => Ok(session),
        _ => Err(CommandError::new(
            ErrorCode::RequestInvalid,
            "this caller has no dashboard session; only the dashboard can ask for this",
        )),
    }
}
