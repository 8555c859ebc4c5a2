//! `connections.update`: changes what is given of a connection; a new key only after Roblox accepted it.

use daemon_store::state::records::ConnectionChanges;
use protocol::operations::cloud_connections::{ConnectionsUpdateRequest, ConnectionsUpdateResponse};

use crate::commands::connections::describe::{describe, stored_colour};
use crate::commands::connections::report::{endpoint, inspect, invalid, key, name, require_keeper, stored};
use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::events::Event;
use crate::universes::clouds::CloudTarget;
use crate::universes::registry::NewKey;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsUpdateRequest,
) -> Result<ConnectionsUpdateResponse, CommandError> {
    let connection = context.connection(Some(&request.connection)).await?;
    let registry = context.state.universes();
    let mut changes = ConnectionChanges {
        name: request.name.as_deref().map(name).transpose()?,
        environment: request.environment.map(convert::domain_environment),
        colour: request.colour.map(|colour| colour.map(stored_colour)),
        read_only: request.read_only,
        ..ConnectionChanges::default()
    };
    if request.base_url.is_some() && request.api_key.is_none() {
        return Err(invalid("a stored key never goes to a new host; give `apiKey` together with `baseUrl`"));
    }
    let mut new_key = None;
    if let Some(secret) = request.api_key {
        let Some(old) = connection.target() else {
            let message = format!(
                "connection `{}` is on this machine and has no key; leave `apiKey` and `baseUrl` out",
                connection.name
            );
            return Err(invalid(message));
        };
        let endpoint = match &request.base_url {
            Some(base_url) => endpoint(Some(base_url))?,
            None => old.endpoint.clone(),
        };
        let target = CloudTarget { endpoint, ..old.clone() };
        let (secret, key) = key(secret)?;
        require_keeper(&context)?;
        let report = inspect(&context, &registry.probe(&target, key)?).await?;
        changes.check = Some(stored(&report)?);
        new_key = Some(NewKey { target, key: secret });
    }
    let is_new_guard = changes.read_only.is_some() || changes.environment.is_some();
    let changed = registry.change(&connection, changes, new_key).await?;
    if is_new_guard {
        context.state.unlocks().end_of_connection(&changed.id);
    }
    tracing::info!(
        connection.id = changed.id,
        environment = changed.environment.as_str(),
        read_only = changed.read_only,
        "a connection was changed"
    );
    context.state.events().publish(Event::ConnectionsChanged);
    Ok(ConnectionsUpdateResponse { connection: describe(&context, changed).await? })
}
