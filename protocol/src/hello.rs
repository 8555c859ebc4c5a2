//! The first message on every socket: who calls, and which protocol versions fit.

use serde::{Deserialize, Serialize};

use crate::access::StudioIdentity;
use crate::ids::{InstanceId, StudioSessionId};

/// Sent first by a client (`type: "hello"`). Anything else first closes the socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hello {
    /// The oldest protocol version the client speaks.
    pub oldest_version: u32,
    /// The newest protocol version the client speaks.
    pub newest_version: u32,
    /// What the client is.
    pub client: HelloClient,
    /// From the plugin only: which Studio it runs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub studio: Option<StudioIdentity>,
}

/// What a client calls itself. Informational: rights come from its credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HelloClient {
    /// Which of our faces, or another program.
    pub kind: ClientKind,
    /// The client's own version, shown to people when versions differ.
    pub version: String,
}

/// The faces of the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ClientKind {
    /// The Studio plugin.
    Plugin,
    /// The web dashboard.
    Dashboard,
    /// The command line.
    Cli,
    /// Any other program.
    Other,
}

/// The daemon's answer to [`Hello`], also `type: "hello"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// The version both sides use from here on.
    pub version: u32,
    /// The daemon's release, for people.
    pub daemon_version: String,
    /// This run of the daemon; changes when it restarts.
    pub instance: InstanceId,
    /// Whom the daemon takes the client for.
    pub principal: Principal,
    /// The daemon sends something at least this often; silence for twice as long means the link is dead.
    pub heartbeat_seconds: u32,
    /// For the plugin: the name of this Studio among those linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub studio_session: Option<StudioSessionId>,
}

/// Who a caller is and what its role allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Principal {
    /// A name for people: `owner`, or a token's name.
    pub name: String,
    /// The role its rights come from.
    pub role: Role,
}

/// The roles of the product document; what each permits is in the daemon's policy table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Reads data.
    Viewer,
    /// Reads, writes and exports data.
    Editor,
    /// As editor, and removes data, runs bulk work and manages tokens and pairing.
    Admin,
    /// Everything: the person who owns the data directory.
    SuperAdmin,
    /// Reads the audit log only.
    Auditor,
    /// Reads compliance reports only.
    ComplianceOfficer,
}
