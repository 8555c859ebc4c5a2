//! `tokens.revoke`: a token opens nothing from here on, and what it had opened is closed.

use protocol::operations::tokens::{TokensRevokeRequest, TokensRevokeResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::tokens::create::describe;
use crate::events::Event;

pub(crate) async fn run(
    context: Context,
    request: TokensRevokeRequest,
) -> Result<TokensRevokeResponse, CommandError> {
    let revoked = context.state.identity().tokens.revoke(request.token.as_str()).await?;
    context.state.events().publish(Event::PairingsChanged);
    Ok(TokensRevokeResponse { token: describe(revoked) })
}
