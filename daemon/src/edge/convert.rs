//! From domain events to the protocol's, and from the plugin's words to the domain's.

use protocol::{
    BudgetChanged, ChangeKind, ChangeSetId, ChangesetsChanged, ConnectionId, ConnectionsChanged,
    DatastoresChanged, EntriesChanged, ErrorCode, EventName, JobId, JobsChanged, PairingsChanged, RawJson,
    Revision, StudioIdentity, UtcTime, join_body,
};
use serde::Serialize;

use crate::commands::error::CommandError;
use crate::events::{EntryChangeKind, Event};
use crate::studio::registry::Studio;

/// An event as the body of a frame.
pub fn event_body(event: &Event) -> Result<RawJson, serde_json::Error> {
    match event {
        Event::EntryChanged(change) => body(
            EventName::EntriesChanged,
            &EntriesChanged {
                connection: ConnectionId(change.connection.clone()),
                store: change.store.as_str().into(),
                ordered: change.ordered,
                scope: change.id.scope.as_str().into(),
                key: change.id.key.as_str().into(),
                change: match change.kind {
                    EntryChangeKind::Created => ChangeKind::Created,
                    EntryChangeKind::Updated => ChangeKind::Updated,
                    EntryChangeKind::Removed => ChangeKind::Removed,
                },
                revision: change.revision.as_ref().map(|revision| Revision(revision.as_str().into())),
                by: change.by.clone(),
                at: UtcTime(change.at.format_rfc3339()),
            },
        ),
        Event::StoreChanged { connection, store } => body(
            EventName::DatastoresChanged,
            &DatastoresChanged {
                connection: ConnectionId(connection.clone()),
                store: store.as_ref().map(|store| store.as_str().into()),
            },
        ),
        Event::ConnectionsChanged => body(EventName::ConnectionsChanged, &ConnectionsChanged {}),
        Event::BudgetChanged { connection } => {
            body(EventName::BudgetChanged, &BudgetChanged { connection: ConnectionId(connection.clone()) })
        }
        Event::ChangeSetChanged { connection, set } => body(
            EventName::ChangesetsChanged,
            &ChangesetsChanged {
                connection: ConnectionId(connection.clone()),
                set: ChangeSetId(set.clone()),
            },
        ),
        Event::JobChanged { connection, job, .. } => body(
            EventName::JobsChanged,
            &JobsChanged { connection: ConnectionId(connection.clone()), job: JobId(job.clone()) },
        ),
        Event::PairingsChanged => body(EventName::PairingsChanged, &PairingsChanged {}),
    }
}

/// A payload as the body of a frame.
pub fn body(name: EventName, payload: &impl Serialize) -> Result<RawJson, serde_json::Error> {
    join_body(name.as_str(), &serde_json::to_string(payload)?)
}

/// Which connection an event is about; `None`: all of them.
pub fn event_connection(event: &Event) -> Option<&str> {
    match event {
        Event::EntryChanged(change) => Some(&change.connection),
        Event::StoreChanged { connection, .. }
        | Event::BudgetChanged { connection }
        | Event::ChangeSetChanged { connection, .. }
        | Event::JobChanged { connection, .. } => Some(connection),
        Event::ConnectionsChanged | Event::PairingsChanged => None,
    }
}

/// Whether a principal is told of an event at all (S-15).
pub fn concerns(event: &Event, principal: &str) -> bool {
    match event {
        Event::JobChanged { owner, .. } => owner == principal,
        _ => true,
    }
}

/// Longest text of a Studio's about itself, in bytes.
const STUDIO_TEXT_LIMIT_BYTES: usize = 200;

/// A Studio as the domain has it; refused when it says too much about itself.
pub fn studio(identity: StudioIdentity) -> Result<Studio, CommandError> {
    let studio = Studio {
        universe_id: identity.universe_id,
        place_id: identity.place_id,
        place_name: identity.place_name,
        user_id: identity.user_id,
        user_name: identity.user_name,
    };
    let texts =
        [&studio.universe_id, &studio.place_id, &studio.place_name, &studio.user_id, &studio.user_name];
    if texts.iter().any(|text| text.len() > STUDIO_TEXT_LIMIT_BYTES) {
        let message = format!("a text about the Studio is over {STUDIO_TEXT_LIMIT_BYTES} bytes; shorten it");
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    Ok(studio)
}
