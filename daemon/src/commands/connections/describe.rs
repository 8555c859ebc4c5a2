//! A connection as the wire has it, for whoever asks.

use protocol::ConnectionId;
use protocol::operations::cloud_connections::{CloudConnection, KeyState};
use protocol::operations::connections::{Connection, ConnectionColour, ConnectionSource};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::clouds::KeyProblem;
use crate::universes::registry::{self, Source, base_url};

/// Every colour with the name it is stored under.
const COLOURS: [(ConnectionColour, &str); 9] = [
    (ConnectionColour::Grey, "grey"),
    (ConnectionColour::Red, "red"),
    (ConnectionColour::Orange, "orange"),
    (ConnectionColour::Yellow, "yellow"),
    (ConnectionColour::Green, "green"),
    (ConnectionColour::Teal, "teal"),
    (ConnectionColour::Blue, "blue"),
    (ConnectionColour::Purple, "purple"),
    (ConnectionColour::Pink, "pink"),
];

/// A connection, with whether it is the caller's selected one found out.
pub(super) async fn describe(
    context: &Context,
    connection: registry::Connection,
) -> Result<Connection, CommandError> {
    let selected = context.state.universes().selected(&context.caller.id).await?;
    let is_selected = selected.is_some_and(|selected| selected.id == connection.id);
    Ok(describe_with(context, connection, is_selected).await)
}

/// A connection; whether it is the caller's selected one is known.
pub(super) async fn describe_with(
    context: &Context,
    connection: registry::Connection,
    selected: bool,
) -> Connection {
    let cloud = describe_cloud(context, &connection).await;
    Connection {
        source: if cloud.is_some() { ConnectionSource::Cloud } else { ConnectionSource::Local },
        unlocked_until: context.unlocked_until(&connection).map(convert::time),
        colour: connection.colour.as_deref().and_then(colour),
        cloud,
        id: ConnectionId(connection.id),
        name: connection.name,
        environment: convert::environment(connection.environment),
        read_only: connection.read_only,
        sample_data: connection.sample_data,
        selected,
    }
}

/// The name a colour is stored under.
pub(super) fn stored_colour(colour: ConnectionColour) -> String {
    let known = COLOURS.iter().find(|(known, _)| *known == colour);
    known.map_or("", |(_, name)| name).to_owned()
}

fn colour(name: &str) -> Option<ConnectionColour> {
    COLOURS.iter().find(|(_, known)| *known == name).map(|(colour, _)| *colour)
}

async fn describe_cloud(context: &Context, connection: &registry::Connection) -> Option<CloudConnection> {
    let Source::Cloud { target, check } = &connection.source else { return None };
    let problem = context.state.universes().key_problem(connection).await;
    let key_state = match &problem {
        None => KeyState::Ready,
        Some(KeyProblem::Missing { .. }) => KeyState::Missing,
        Some(KeyProblem::Locked { .. } | KeyProblem::Keeper(_)) => KeyState::Locked,
    };
    let check = check.as_ref();
    Some(CloudConnection {
        universe_id: target.universe_id.to_string(),
        base_url: base_url(&target.endpoint),
        universe_name: check.and_then(|check| check.universe_name.clone()),
        key_state,
        remedy: problem.map(|problem| problem.to_string()),
        // A report in words of another release is as good as none.
        last_check: check.and_then(|check| serde_json::from_str(&check.report).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_is_stored_under_the_name_it_has_on_the_wire() {
        for (known, name) in COLOURS {
            assert_eq!(serde_json::to_string(&known).unwrap(), format!("\"{name}\""));
            assert_eq!(colour(&stored_colour(known)), Some(known));
        }
        assert_eq!(colour("mauve"), None);
    }
}
