//! `dsmp player`: who a player is.

use protocol::operations::players::PlayersFindRequest;

use crate::cli::Session;
use crate::cli::exit::{Exit, Failure};

/// Find a player's account by name or id
///
/// Prints id, name and shown name. Names are asked of Roblox without the connection's key.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A name, with or without `@`, or an account id
    player: String,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let request = PlayersFindRequest { connection: session.connection(), player: arguments.player };
    let found = session.ask(&request).await?;
    if session.output.is_json() {
        return session.output.json(&found);
    }
    if found.players.is_empty() {
        let message = format!("nobody is called `{}`; check the spelling", request.player);
        return Err(Failure::new(Exit::NotFound, message));
    }
    for player in &found.players {
        session.output.line(&format!("{}\t{}\t{}", player.id, player.name, player.display_name))?;
    }
    Ok(())
}
