//! `sessions.end`: signs the caller's dashboard session out, in every tab, and ends what it had unlocked.

use protocol::operations::sessions::{SessionsEndRequest, SessionsEndResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::sessions::open_tab::dashboard_session;
use crate::events::Event;

pub(crate) async fn run(
    context: Context,
    _request: SessionsEndRequest,
) -> Result<SessionsEndResponse, CommandError> {
    let session = dashboard_session(&context)?;
    context.state.identity().sessions.end(session).await?;
    context.state.unlocks().end_of_principal(&context.caller.id);
    context.state.events().publish(Event::ConnectionsChanged);
    Ok(SessionsEndResponse {})
}
