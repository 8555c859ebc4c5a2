//! What every command is given: the daemon's state, and who asks.

use std::sync::Arc;

use daemon_core::time::Timestamp;
use protocol::{ConnectionId, ErrorCode};
use tokio::sync::oneshot;

use crate::commands::error::CommandError;
use crate::gate::identity::Caller;
use crate::state::AppState;
use crate::universes::Universe;
use crate::universes::registry::Connection;

/// A command's surroundings.
pub struct Context {
    /// The daemon.
    pub state: AppState,
    /// Who asks.
    pub caller: Caller,
    /// When this command may write, if it is one of several that were sent in an order.
    pub turn: Turn,
}

/// The order of requests that were sent without waiting for each other's answers.
///
/// They are read and checked side by side; whoever writes in order waits for the turn first.
#[derive(Debug, Default)]
pub struct Turns {
    last: Option<oneshot::Receiver<()>>,
}

/// A request's place in the order. It is over when this is dropped.
#[derive(Debug)]
pub struct Turn {
    before: Option<oneshot::Receiver<()>>,
    /// Dropped with the turn, which the next one is told by.
    _over: Option<oneshot::Sender<()>>,
}

impl Turns {
    /// The turn after all that were given out before.
    pub fn take(&mut self) -> Turn {
        let (over, is_over) = oneshot::channel();
        Turn { before: self.last.replace(is_over), _over: Some(over) }
    }
}

impl Turn {
    /// The turn of a request that stands in no order.
    pub fn free() -> Self {
        Self { before: None, _over: None }
    }

    /// Waits until all turns before are over.
    pub async fn come(&mut self) {
        if let Some(before) = self.before.take() {
            // Nothing is ever sent: the turn before was dropped.
            let _ = before.await;
        }
    }
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
    /// The connection a request names by id or name, or else the caller's selected one; its universe is left alone.
    pub async fn connection(&self, wanted: Option<&ConnectionId>) -> Result<Connection, CommandError> {
        let registry = self.state.universes();
        match wanted {
            Some(wanted) => registry.find(wanted.as_str()).await?.ok_or_else(|| {
                let message =
                    format!("no connection `{wanted}`; list the connections to see which there are");
                CommandError::new(ErrorCode::NotFound, message)
            }),
            None => registry.selected(&self.caller.id).await?.ok_or_else(|| {
                CommandError::new(
                    ErrorCode::NotFound,
                    "there is no connection; restart the daemon to get the Sandbox",
                )
            }),
        }
    }

    /// As [`Self::connection`], with the universe behind it.
    pub async fn connected(&self, connection: Option<&ConnectionId>) -> Result<Connected, CommandError> {
        self.reach(self.connection(connection).await?).await
    }

    /// As [`Self::connected`], for commands that change players' data: the one place where a read-only connection is
    /// guarded, before anything is sent.
    pub async fn writable(&self, connection: Option<&ConnectionId>) -> Result<Connected, CommandError> {
        let connection = self.connection(connection).await?;
        if connection.read_only && self.unlocked_until(&connection).is_none() {
            let name = &connection.name;
            let message = format!(
                "connection `{name}` ({}) is read-only; nothing was sent: unlock it in the dashboard, or with `dsmp connections unlock`",
                connection.environment
            );
            return Err(CommandError::new(ErrorCode::ReadOnly, message));
        }
        self.reach(connection).await
    }

    /// Until when the caller may write to a connection although it is read-only.
    pub fn unlocked_until(&self, connection: &Connection) -> Option<Timestamp> {
        let now = self.state.clock().now();
        self.state.unlocks().until(&self.caller.id, self.caller.role, &connection.id, now)
    }

    async fn reach(&self, connection: Connection) -> Result<Connected, CommandError> {
        let universe = self.state.universes().universe(&connection).await?;
        Ok(Connected { connection, universe })
    }
}
