//! Dashboard sessions.

use serde::{Deserialize, Serialize};

use crate::catalogue::{AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Permission};
use crate::ids::UtcTime;

/// Asks for a fresh sign-in link to the dashboard, for the caller's own identity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionsInviteRequest {}

/// A sign-in link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionsInviteResponse {
    /// The address to open; its code works once.
    pub url: String,
    /// When the code ends.
    pub expires_at: UtcTime,
}

impl Operation for SessionsInviteRequest {
    type Response = SessionsInviteResponse;
    const DECLARATION: Declaration = Declaration {
        name: "sessions.invite",
        summary: "Makes a one-time sign-in link to the dashboard.",
        method: Method::Post,
        path: "/api/v1/sessions/invitations",
        query: &[],
        permission: Permission::ManageSecurity,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}

/// Asks for a token for another tab of the caller's dashboard session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionsOpenTabRequest {}

/// The other tab's token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionsOpenTabResponse {
    /// As `token` of the sign-in.
    pub token: String,
}

impl Operation for SessionsOpenTabRequest {
    type Response = SessionsOpenTabResponse;
    const DECLARATION: Declaration = Declaration {
        name: "sessions.openTab",
        summary: "Makes a token for another tab of this dashboard session.",
        method: Method::Post,
        path: "/api/v1/sessions/tabs",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// Signs the caller's dashboard session out, in every tab.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionsEndRequest {}

/// The session is over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionsEndResponse {}

impl Operation for SessionsEndRequest {
    type Response = SessionsEndResponse;
    const DECLARATION: Declaration = Declaration {
        name: "sessions.end",
        summary: "Signs out of the dashboard.",
        method: Method::Post,
        path: "/api/v1/sessions/end",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}
