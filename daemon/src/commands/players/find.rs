//! `players.find`: a player's account by name or id.

use protocol::operations::players::{Player, PlayersFindRequest, PlayersFindResponse};
use protocol::{ErrorCode, UserId};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::universes::players::PlayerQuery;

pub(crate) async fn run(
    context: Context,
    request: PlayersFindRequest,
) -> Result<PlayersFindResponse, CommandError> {
    let query = PlayerQuery::parse(&request.player)
        .map_err(|error| CommandError::new(ErrorCode::RequestInvalid, error.to_string()))?;
    let connection = context.connection(request.connection.as_ref()).await?;
    if connection.target().is_none() {
        let message = format!(
            "connection `{}` is local and knows no players; look them up over a connection to Roblox",
            connection.name
        );
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let found = context.state.universes().find_player(&connection, query).await?;
    let player = |facts: daemon_roblox::client::lookup::UserFacts| Player {
        id: UserId(facts.id),
        name: facts.name,
        display_name: facts.display_name,
    };
    Ok(PlayersFindResponse { players: found.map(player).into_iter().collect() })
}
