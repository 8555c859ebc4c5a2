//! Named links to universes: what they are, choosing one, and the sample data.
//!
//! How cloud connections are made and guarded is in [`crate::operations::cloud_connections`].

use serde::{Deserialize, Serialize};

use crate::catalogue::{AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Permission};
use crate::ids::{ConnectionId, UtcTime};
use crate::operations::cloud_connections::CloudConnection;

/// What a connection's data is to the people who play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Environment {
    /// Live players' data.
    Production,
    /// A copy on which releases are tried.
    Staging,
    /// A developer's own.
    Development,
    /// On this machine only.
    Local,
    /// Not chosen: guarded as production.
    Unclassified,
}

/// What stands behind a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ConnectionSource {
    /// The daemon's own engine.
    Local,
    /// An experience at Roblox, by Open Cloud.
    Cloud,
}

/// The colour of the dot beside a connection's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ConnectionColour {
    /// Grey.
    Grey,
    /// Red.
    Red,
    /// Orange.
    Orange,
    /// Yellow.
    Yellow,
    /// Green.
    Green,
    /// Teal.
    Teal,
    /// Blue.
    Blue,
    /// Purple.
    Purple,
    /// Pink.
    Pink,
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Its unique name.
    pub name: String,
    /// What stands behind it.
    pub source: ConnectionSource,
    /// Its environment.
    pub environment: Environment,
    /// Whether writes are refused unless the caller has unlocked them.
    pub read_only: bool,
    /// Until when the caller may write all the same; null when the caller has unlocked nothing.
    pub unlocked_until: Option<UtcTime>,
    /// The colour of its dot; null when none was chosen.
    pub colour: Option<ConnectionColour>,
    /// What leads to Roblox; null for a local connection.
    pub cloud: Option<CloudConnection>,
    /// Whether it holds generated sample data.
    pub sample_data: bool,
    /// Whether it is the caller's selected one.
    pub selected: bool,
}

/// Asks for all connections.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsListRequest {}

/// All connections, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsListResponse {
    /// The connections.
    pub connections: Vec<Connection>,
}

impl Operation for ConnectionsListRequest {
    type Response = ConnectionsListResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.list",
        summary: "Lists the connections.",
        method: Method::Get,
        path: "/api/v1/connections",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// Chooses the connection that counts for the caller when a request names none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsSelectRequest {
    /// Its id or name.
    pub connection: ConnectionId,
}

/// The connection now selected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsSelectResponse {
    /// The connection.
    pub connection: Connection,
}

impl Operation for ConnectionsSelectRequest {
    type Response = ConnectionsSelectResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.select",
        summary: "Selects the caller's connection.",
        method: Method::Post,
        path: "/api/v1/connections/{connection}/select",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// Removes the generated sample data from a connection; entries and data stores that people made stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionsRemoveSampleRequest {
    /// Its id or name.
    pub connection: ConnectionId,
}

/// What was removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsRemoveSampleResponse {
    /// How many entries.
    pub removed_count: u32,
}

impl Operation for ConnectionsRemoveSampleRequest {
    type Response = ConnectionsRemoveSampleResponse;
    const DECLARATION: Declaration = Declaration {
        name: "connections.removeSample",
        summary: "Removes the sample data.",
        method: Method::Post,
        path: "/api/v1/connections/{connection}/remove-sample",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Destroy,
        audit: AuditEvent::DataDeletion,
        cost: Cost::NONE,
    };
}
