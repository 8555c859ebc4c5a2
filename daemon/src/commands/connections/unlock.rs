//! `connections.unlock`: lets the caller write to a read-only connection for a while (`ux.md` §5.2).

use std::time::Duration;

use daemon_core::environment::Environment;
use protocol::operations::cloud_connections::{ConnectionsUnlockRequest, ConnectionsUnlockResponse};

use crate::commands::connections::describe::describe;
use crate::commands::connections::report::invalid;
use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::events::Event;

/// How many minutes an unlock may last.
const MINUTES: [u32; 3] = [5, 15, 60];

/// Most characters of a reason.
const REASON_LIMIT: usize = 500;

pub(crate) async fn run(
    context: Context,
    request: ConnectionsUnlockRequest,
) -> Result<ConnectionsUnlockResponse, CommandError> {
    let connection = context.connection(Some(&request.connection)).await?;
    let minutes = minutes(request.minutes, connection.environment)?;
    let reason = reason(request.reason.as_deref(), connection.environment)?;
    // What is writable needs no unlock; one that is kept would count when it becomes read-only later.
    if connection.read_only {
        let state = &context.state;
        let now = state.clock().now();
        let until = now.saturating_add(Duration::from_mins(minutes.into()));
        state.unlocks().unlock(&context.caller.id, context.caller.role, &connection.id, until, now);
        tracing::info!(principal.id = %context.caller.id, connection.id, minutes, reason, "writing was unlocked");
        state.events().publish(Event::ConnectionsChanged);
    }
    Ok(ConnectionsUnlockResponse { connection: describe(&context, connection).await? })
}

fn minutes(wanted: Option<u32>, environment: Environment) -> Result<u32, CommandError> {
    let minutes = wanted.unwrap_or(if environment == Environment::Staging { 60 } else { 15 });
    if MINUTES.contains(&minutes) {
        return Ok(minutes);
    }
    Err(invalid(format!("`minutes` is {minutes}; choose 5, 15 or 60")))
}

fn reason(given: Option<&str>, environment: Environment) -> Result<&str, CommandError> {
    let reason = given.unwrap_or_default().trim();
    if reason.chars().count() > REASON_LIMIT || reason.chars().any(char::is_control) {
        return Err(invalid(format!("the reason is no line of up to {REASON_LIMIT} characters; shorten it")));
    }
    if reason.is_empty() && environment.is_treated_as_production() {
        let message =
            format!("an unlock of a connection that is {environment} needs a reason, for the record");
        return Err(invalid(message));
    }
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_three_and_have_a_default() {
        for (wanted, environment, expected) in [
            (None, Environment::Production, Some(15)),
            (None, Environment::Unclassified, Some(15)),
            (None, Environment::Staging, Some(60)),
            (Some(5), Environment::Staging, Some(5)),
            (Some(60), Environment::Production, Some(60)),
            (Some(0), Environment::Production, None),
            (Some(61), Environment::Staging, None),
        ] {
            assert_eq!(minutes(wanted, environment).ok(), expected, "{wanted:?} {environment}");
        }
    }

    #[test]
    fn reasons_are_needed_where_production_is_guarded() {
        let long = "é".repeat(REASON_LIMIT);
        for (given, environment, expected) in [
            (Some(" ticket 12 "), Environment::Production, Some("ticket 12")),
            (Some(long.as_str()), Environment::Production, Some(long.as_str())),
            (None, Environment::Production, None),
            (Some(" "), Environment::Unclassified, None),
            (None, Environment::Staging, Some("")),
            (Some("a\nb"), Environment::Staging, None),
            (Some(&format!("{long}x")), Environment::Staging, None),
        ] {
            assert_eq!(reason(given, environment).ok(), expected, "{given:?} {environment}");
        }
    }
}
