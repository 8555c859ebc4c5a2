//! Messages to the live servers of a game.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::ids::ConnectionId;

/// Publishes a message to every live server that subscribes to its topic; nobody tells whether any does
/// (`roblox-apis.md` §3.3). Refused over a local connection, which has no servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessagesPublishRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The topic: 1 to 80 characters.
    pub topic: String,
    /// The message: up to 1,024 characters.
    pub message: String,
}

/// The message was handed to Roblox.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessagesPublishResponse {}

impl Operation for MessagesPublishRequest {
    type Response = MessagesPublishResponse;
    const DECLARATION: Declaration = Declaration {
        name: "messages.publish",
        summary: "Publishes a message to the live servers of a game.",
        method: Method::Post,
        path: "/api/v1/messages",
        query: &[Parameter::text("connection")],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::OTHER,
    };
}
