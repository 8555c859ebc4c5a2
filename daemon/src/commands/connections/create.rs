//! `connections.create`: an experience, connected by its API key.

use daemon_core::environment::Environment;
use protocol::ErrorCode;
use protocol::operations::cloud_connections::{ConnectionsCreateRequest, ConnectionsCreateResponse};

use crate::commands::connections::describe::{describe, stored_colour};
use crate::commands::connections::report::{inspect, invalid, key, name, require_keeper, stored, target};
use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::events::Event;
use crate::universes::registry::NewConnection;

/// Connections there may be: lists of them are not paged.
const CONNECTION_LIMIT: usize = 500;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsCreateRequest,
) -> Result<ConnectionsCreateResponse, CommandError> {
    let name = name(&request.name)?;
    let target = target(&request.universe_id, request.base_url.as_deref())?;
    let (secret, key) = key(request.api_key)?;
    let environment = request.environment.map(convert::domain_environment).unwrap_or_default();
    let registry = context.state.universes();
    require_room(&context, &name).await?;
    require_keeper(&context)?;
    let report = if request.skip_check {
        None
    } else {
        let cloud = registry.probe(&target, key)?;
        Some(inspect(&context, &cloud).await.map_err(with_way_out)?)
    };
    let connection = registry
        .create(NewConnection {
            name,
            environment,
            colour: request.colour.map(stored_colour),
            read_only: request.read_only.unwrap_or(is_guarded(environment)),
            target,
            key: secret,
            check: report.as_ref().map(stored).transpose()?,
        })
        .await?;
    tracing::info!(connection.id, environment = environment.as_str(), "a universe was connected");
    context.state.events().publish(Event::ConnectionsChanged);
    Ok(ConnectionsCreateResponse { connection: describe(&context, connection).await?, report })
}

/// Whether connections of an environment begin read-only.
fn is_guarded(environment: Environment) -> bool {
    environment.is_treated_as_production() || environment == Environment::Staging
}

/// Refuses before Roblox is asked what would be refused afterwards.
async fn require_room(context: &Context, name: &str) -> Result<(), CommandError> {
    let connections = context.state.universes().list().await?;
    if connections.len() >= CONNECTION_LIMIT {
        let message =
            format!("there are {CONNECTION_LIMIT} connections already; remove one that is not used");
        return Err(CommandError::new(ErrorCode::LimitReached, message));
    }
    if connections.iter().any(|connection| connection.name == name) {
        return Err(invalid(format!("a connection named `{name}` exists already; choose another name")));
    }
    Ok(())
}

/// Adds how to save all the same when it is not the key's fault that nothing is known of it.
fn with_way_out(mut error: CommandError) -> CommandError {
    if matches!(error.code, ErrorCode::SourceUnreachable | ErrorCode::SourceThrottled) {
        error.message.push_str("; or save the connection without a check (`skipCheck`) and test it later");
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_07_production_unclassified_and_staging_begin_read_only() {
        let guarded: Vec<_> =
            Environment::ALL.into_iter().filter(|environment| is_guarded(*environment)).collect();
        assert_eq!(guarded, [Environment::Production, Environment::Staging, Environment::Unclassified]);
    }
}
