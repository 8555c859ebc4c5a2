//! The connection a command works on, and what it has to be careful about there.

use std::path::Path;

use protocol::ConnectionId;
use protocol::operations::connections::{Connection, ConnectionsListRequest};

use crate::cli::client::Client;
use crate::cli::exit::{Exit, Failure};

/// The connection of that name or id, or else the selected one.
pub(super) async fn find_connection(
    client: &mut Client,
    wanted: Option<&ConnectionId>,
) -> Result<Connection, Failure> {
    let list = client.call(&ConnectionsListRequest {}).await?;
    let is_wanted = |connection: &Connection| match wanted {
        Some(wanted) => connection.id == *wanted || connection.name == wanted.as_str(),
        None => connection.selected,
    };
    list.connections.into_iter().find(is_wanted).ok_or_else(|| {
        let name = wanted.map_or("selected", ConnectionId::as_str);
        let message = format!("no connection `{name}`; `dsmp connections list` shows which there are");
        Failure::new(Exit::NotFound, message)
    })
}

/// Whether a connection leads to Roblox, where everything costs requests of a budget.
pub(super) fn is_remote(connection: &Connection) -> bool {
    connection.cloud.is_some()
}

/// A file as the daemon finds it, wherever that was started.
pub(super) fn absolute(path: &Path) -> Result<String, Failure> {
    let absolute = std::path::absolute(path).map_err(|error| Failure::file("find", path, &error))?;
    absolute.into_os_string().into_string().map_err(|_| {
        Failure::usage(format!("`{}` is not Unicode; a job takes only names that are", path.display()))
    })
}
