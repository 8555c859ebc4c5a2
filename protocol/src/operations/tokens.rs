//! API tokens: what scripts sign in with.

use serde::{Deserialize, Serialize};

use crate::catalogue::{AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Permission};
use crate::hello::Role;
use crate::ids::{TokenId, UtcTime};

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum TokenKind {
    /// The REST API and the socket, for scripts.
    Api,
    /// The socket, for one paired Studio.
    Studio,
}

/// Asks for a new API token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokensCreateRequest {
    /// A name to know it by: 1 to 100 bytes.
    pub name: String,
    /// Its role; not above the caller's own.
    pub role: Role,
    /// Seconds until it expires, 60 to 31,536,000. Absent: it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<u32>,
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Its name.
    pub name: String,
    /// What it opens.
    pub kind: TokenKind,
    /// Its role.
    pub role: Role,
    /// Its first characters, to recognise it by.
    pub prefix: String,
    /// When it was made.
    pub created_at: UtcTime,
    /// When it expires; absent: it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<UtcTime>,
    /// When it was last used, within a minute; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<UtcTime>,
    /// When it was revoked; absent: it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<UtcTime>,
}

/// The new token; its secret is shown here and never again.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TokensCreateResponse {
    /// The token.
    pub token: Token,
    /// The secret: `dsmp_` and 56 hex digits.
    pub secret: String,
}

/// Leaves the secret out.
impl std::fmt::Debug for TokensCreateResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TokensCreateResponse").field("token", &self.token).finish_non_exhaustive()
    }
}

impl Operation for TokensCreateRequest {
    type Response = TokensCreateResponse;
    const DECLARATION: Declaration = Declaration {
        name: "tokens.create",
        summary: "Makes an API token.",
        method: Method::Post,
        path: "/api/v1/tokens",
        query: &[],
        permission: Permission::ManageSecurity,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}

/// Asks for all tokens, revoked and expired ones too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokensListRequest {}

/// All tokens, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TokensListResponse {
    /// The tokens.
    pub tokens: Vec<Token>,
}

impl Operation for TokensListRequest {
    type Response = TokensListResponse;
    const DECLARATION: Declaration = Declaration {
        name: "tokens.list",
        summary: "Lists the tokens.",
        method: Method::Get,
        path: "/api/v1/tokens",
        query: &[],
        permission: Permission::ManageSecurity,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// Revokes a token and closes its sockets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokensRevokeRequest {
    /// The token's id.
    pub token: TokenId,
}

/// The revoked token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TokensRevokeResponse {
    /// The token.
    pub token: Token,
}

impl Operation for TokensRevokeRequest {
    type Response = TokensRevokeResponse;
    const DECLARATION: Declaration = Declaration {
        name: "tokens.revoke",
        summary: "Revokes a token.",
        method: Method::Delete,
        path: "/api/v1/tokens/{token}",
        query: &[],
        permission: Permission::ManageSecurity,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}
