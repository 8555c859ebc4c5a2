//! `tokens.list`: all tokens, without their secrets.

use protocol::operations::tokens::{TokensListRequest, TokensListResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::tokens::create::describe;

pub(crate) async fn run(
    context: Context,
    _request: TokensListRequest,
) -> Result<TokensListResponse, CommandError> {
    let tokens = context.state.identity().tokens.list().await?;
    Ok(TokensListResponse { tokens: tokens.into_iter().map(describe).collect() })
}
