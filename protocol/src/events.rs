//! What the daemon tells without being asked, and how a client says what it wants to hear.
//!
//! **Invariant:** an event names what changed and never carries the changed value; whoever shows it reads it again.

use serde::{Deserialize, Serialize};

use crate::ids::{ChangeSetId, ConnectionId, JobId, Revision, UtcTime};

/// Asks for the events of one connection (`type: "subscribe"`); asking again replaces the choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subscribe {
    /// The connection to hear of. Absent: all connections the caller may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
}

/// Confirms a subscription (`type: "subscribe"`); from here on nothing is missed without [`ResyncRequired`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Subscribed {}

/// Ends the subscription (`type: "unsubscribe"`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unsubscribe {}

/// Confirms the end of the subscription (`type: "unsubscribe"`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Unsubscribed {}

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal => $payload:ty,)*) => {
        /// The name of every event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventName {
            $($(#[$doc])* $variant,)*
        }

        impl EventName {
            /// Every event.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The event's `type` on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        #[cfg(feature = "schema")]
        pub(crate) fn event_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<crate::schema::Message> {
            vec![$(crate::schema::Message::event::<$payload>(generator, $name)),*]
        }
    };
}

events! {
    /// One entry was written, removed or restored.
    EntriesChanged = "entries.changed" => EntriesChanged,
    /// A data store came, went, or many of its entries changed at once.
    DatastoresChanged = "datastores.changed" => DatastoresChanged,
    /// The list of connections, or one of them, changed.
    ConnectionsChanged = "connections.changed" => ConnectionsChanged,
    /// What is spent of a budget, what it allows, or its stop changed.
    BudgetChanged = "budget.changed" => BudgetChanged,
    /// A change set was staged, amended, committed or discarded, or items of it have new outcomes.
    ChangesetsChanged = "changesets.changed" => ChangesetsChanged,
    /// A job was begun, is further on, was held, or ended.
    JobsChanged = "jobs.changed" => JobsChanged,
    /// A Studio asked to be paired, was decided upon, linked or left.
    PairingsChanged = "pairings.changed" => PairingsChanged,
    /// Events were lost (the client was too slow): read again what is on screen.
    ResyncRequired = "resyncRequired" => ResyncRequired,
    /// Nothing happened, and the link is alive.
    Heartbeat = "heartbeat" => Heartbeat,
}

/// How an entry changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// It came into being.
    Created,
    /// It has a new revision.
    Updated,
    /// It was removed.
    Removed,
}

/// One entry was written, removed or restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntriesChanged {
    /// Where.
    pub connection: ConnectionId,
    /// The data store's name.
    pub store: String,
    /// Whether the data store is ordered.
    pub ordered: bool,
    /// The entry's scope.
    pub scope: String,
    /// The entry's key.
    pub key: String,
    /// How it changed.
    pub change: ChangeKind,
    /// The revision that is current now; absent for ordered entries, which have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// Who changed it, by name.
    pub by: String,
    /// When.
    pub at: UtcTime,
}

/// A data store came, went, or many of its entries changed at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DatastoresChanged {
    /// Where.
    pub connection: ConnectionId,
    /// The data store; absent when several changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
}

/// The list of connections, or one of them, changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsChanged {}

/// What is spent of a connection's budget, what it allows, or its stop changed; at most twice a second, and the last
/// change is always told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BudgetChanged {
    /// The connection; those that share a budget are told one by one.
    pub connection: ConnectionId,
}

/// A change set was staged, amended, committed or discarded, or items of it have new outcomes; at most twice a second for one
/// set, and the last change is always told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesetsChanged {
    /// The connection it changes.
    pub connection: ConnectionId,
    /// The set.
    pub set: ChangeSetId,
}

/// A job was begun, is further on, was held, or ended; told to its owner, at most twice a second for one job, and the last
/// change is always told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobsChanged {
    /// The connection it works on.
    pub connection: ConnectionId,
    /// The job.
    pub job: JobId,
}

/// A Studio asked to be paired, was decided upon, linked or left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PairingsChanged {}

/// Events were lost: read again what is on screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ResyncRequired {}

/// Nothing happened, and the link is alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Heartbeat {
    /// The daemon's clock.
    pub at: UtcTime,
}
