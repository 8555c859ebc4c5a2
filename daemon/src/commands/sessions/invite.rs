//! `sessions.invite`: a fresh sign-in link to the dashboard, for the caller's own identity.

use protocol::ErrorCode;
use protocol::operations::sessions::{SessionsInviteRequest, SessionsInviteResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    _request: SessionsInviteRequest,
) -> Result<SessionsInviteResponse, CommandError> {
    let Some(address) = context.state.address() else {
        let message = "no daemon is running that could serve the dashboard; start one with `dsmp serve`";
        return Err(CommandError::new(ErrorCode::DaemonUnreachable, message));
    };
    let (code, expires_at) = context.state.identity().sessions.invite(&context.caller);
    Ok(SessionsInviteResponse {
        url: crate::gate::sessions::sign_in_url(address, &code),
        expires_at: convert::time(expires_at),
    })
}
