//! Keys of a standard data store.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::ids::ConnectionId;

/// Asks for one page of keys, in key order (scope, then key, by bytes).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeysListRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// Only keys that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The scope; absent: `global`. Not together with `allScopes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// List every scope.
    #[serde(default)]
    pub all_scopes: bool,
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Entries per page, 1 to 256. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A key with its scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ScopedKey {
    /// The scope.
    pub scope: String,
    /// The key.
    pub key: String,
}

/// One page of keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeysListResponse {
    /// The keys alone.
    pub keys: Vec<String>,
    /// The same keys with their scopes.
    pub entries: Vec<ScopedKey>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl Operation for KeysListRequest {
    type Response = KeysListResponse;
    const DECLARATION: Declaration = Declaration {
        name: "keys.list",
        summary: "Lists the keys of a data store.",
        method: Method::Get,
        path: "/api/v1/datastores/{store}/keys",
        query: &[
            Parameter::text("connection"),
            Parameter::text("prefix"),
            Parameter::text("scope"),
            Parameter::boolean("allScopes"),
            Parameter::text("cursor"),
            Parameter::integer("limit"),
        ],
        permission: Permission::ReadData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Read,
        audit: AuditEvent::DataAccess,
        cost: Cost::LIST,
    };
}
