//! Who a player is.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::ids::{ConnectionId, UserId};

/// Finds a player by name or account id; asks Roblox, and remembers the answer for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlayersFindRequest {
    /// The connection; absent: the caller's selected one. Refused over a local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Digits are an account id; everything else is a name, with or without `@`.
    pub player: String,
}

/// A player's account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Player {
    /// The account id.
    pub id: UserId,
    /// The unique name.
    pub name: String,
    /// The name shown beside it.
    pub display_name: String,
}

/// Those found; none when nobody has the name or id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlayersFindResponse {
    /// The players.
    pub players: Vec<Player>,
}

impl Operation for PlayersFindRequest {
    type Response = PlayersFindResponse;
    const DECLARATION: Declaration = Declaration {
        name: "players.find",
        summary: "Finds a player by name or account id.",
        method: Method::Get,
        path: "/api/v1/players",
        query: &[Parameter::text("connection"), Parameter::text("player")],
        permission: Permission::ReadData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Read,
        audit: AuditEvent::DataAccess,
        cost: Cost::OTHER,
    };
}
