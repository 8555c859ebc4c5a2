//! What every command is given: the daemon's state, and who asks.

use std::sync::Arc;

use protocol::{ConnectionId, ErrorCode};

use crate::commands::error::CommandError;
use crate::gate::identity::Caller;
use crate::state::AppState;
use crate::universes::Universe;
use crate::universes::registry::Connection;

/// A command's surroundings.
#[derive(Clone)]
pub struct Context {
    /// The daemon.
    pub state: AppState,
    /// Who asks.
    pub caller: Caller,
}

/// A universe with the connection that leads to it.
#[derive(Clone)]
pub struct Connected {
    /// The connection.
    pub connection: Connection,
    /// What stands behind it.
    pub universe: Arc<dyn Universe>,
}

impl Context {
    /// The connection a request names by id or name, or else the caller's selected one.
    pub async fn connected(&self, connection: Option<&ConnectionId>) -> Result<Connected, CommandError> {
        let registry = self.state.universes();
        let connection = match connection {
            Some(wanted) => registry.find(wanted.as_str()).await?.ok_or_else(|| {
                let message =
                    format!("no connection `{wanted}`; list the connections to see which there are");
                CommandError::new(ErrorCode::NotFound, message)
            })?,
            None => registry.selected(&self.caller.id).await?.ok_or_else(|| {
                CommandError::new(
                    ErrorCode::NotFound,
                    "there is no connection; restart the daemon to get the Sandbox",
                )
            })?,
        };
        let universe = registry.universe(&connection)?;
        Ok(Connected { connection, universe })
    }

    /// As [`Self::connected`], for commands that change players' data.
    pub async fn writable(&self, connection: Option<&ConnectionId>) -> Result<Connected, CommandError> {
        let connected = self.connected(connection).await?;
        if connected.connection.read_only {
            let message =
                format!("connection `{}` is read-only; nothing was sent", connected.connection.name);
            return Err(CommandError::new(ErrorCode::ReadOnly, message));
        }
        Ok(connected)
    }
}
