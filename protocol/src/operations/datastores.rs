//! Data stores of a universe.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::ids::{ConnectionId, UtcTime};

/// The kinds of data store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DatastoreKind {
    /// Holds JSON values with revisions.
    Standard,
    /// Holds 64-bit integers, sorted.
    Ordered,
}

/// Asks for one page of the data stores, by name. Only stores with at least one entry exist (`roblox-apis.md` §4.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatastoresListRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Only this kind. Absent: both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DatastoreKind>,
    /// Only names that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Entries per page, 1 to 256. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A data store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Datastore {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: DatastoreKind,
    /// Scopes in use, at most 20, by name.
    pub scopes: Vec<String>,
    /// Whether `scopes` is cut at 20.
    pub more_scopes: bool,
    /// How many entries it has; null when that is not known.
    pub key_count: Option<u64>,
    /// When an entry last changed; null when that is not known.
    pub last_modified: Option<UtcTime>,
    /// When it came into being; null when that is not known.
    pub created_at: Option<UtcTime>,
    /// The schema its values are held to; null when there is none.
    pub schema: Option<String>,
}

/// One page of data stores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DatastoresListResponse {
    /// The data stores.
    pub datastores: Vec<Datastore>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl Operation for DatastoresListRequest {
    type Response = DatastoresListResponse;
    const DECLARATION: Declaration = Declaration {
        name: "datastores.list",
        summary: "Lists the data stores of a universe.",
        method: Method::Get,
        path: "/api/v1/datastores",
        query: &[
            Parameter::text("connection"),
            Parameter::text("kind"),
            Parameter::text("prefix"),
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
