//! Data stores of a universe: which there are, and what is done to a whole one.

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

/// Whether a data store is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DatastoreState {
    /// It is there.
    Active,
    /// It was deleted, and can be brought back until it expires (`roblox-apis.md` §2.1).
    Deleted,
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
    /// Also those that were deleted and can be brought back.
    #[serde(default)]
    pub deleted: bool,
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
    /// Whether it is there.
    pub state: DatastoreState,
    /// When a deleted one is purged; null for one that is there, and when that is not known.
    pub expires_at: Option<UtcTime>,
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
            Parameter::boolean("deleted"),
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

/// Makes the next write to every key keep the value before it, whatever the hour; once a UTC day for the whole universe
/// (`roblox-apis.md` §2.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatastoresSnapshotRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
}

/// What became of the snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DatastoresSnapshotResponse {
    /// Whether one was taken now; not when there was one on the same UTC day.
    pub taken: bool,
    /// When the latest was taken; null when that is not known.
    pub latest_at: Option<UtcTime>,
}

impl Operation for DatastoresSnapshotRequest {
    type Response = DatastoresSnapshotResponse;
    const DECLARATION: Declaration = Declaration {
        name: "datastores.snapshot",
        summary: "Makes the next write to every key keep the value before it.",
        method: Method::Post,
        path: "/api/v1/datastores/snapshot",
        query: &[Parameter::text("connection")],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::OTHER,
    };
}

/// Deletes a standard data store with everything in it; for 30 days it can be brought back (`roblox-apis.md` §2.1).
/// A store named `snapshot` is deleted by `POST /api/v1/call/datastores.delete`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatastoresDeleteRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// The same name again, typed by whoever confirms.
    pub confirm_name: String,
}

/// What the data store became.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DatastoresDeleteResponse {
    /// Whether it is there: `deleted`.
    pub state: DatastoreState,
    /// Until when it can be brought back; null when that is not known.
    pub expires_at: Option<UtcTime>,
}

impl Operation for DatastoresDeleteRequest {
    type Response = DatastoresDeleteResponse;
    const DECLARATION: Declaration = Declaration {
        name: "datastores.delete",
        summary: "Deletes a data store with everything in it.",
        method: Method::Delete,
        path: "/api/v1/datastores/{store}",
        query: &[Parameter::text("connection"), Parameter::text("confirmName")],
        permission: Permission::DeleteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Destroy,
        audit: AuditEvent::DataDeletion,
        cost: Cost::REMOVE,
    };
}

/// Brings a deleted data store back with everything it had; one that is not deleted stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatastoresUndeleteRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
}

/// The data store is there again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DatastoresUndeleteResponse {}

impl Operation for DatastoresUndeleteRequest {
    type Response = DatastoresUndeleteResponse;
    const DECLARATION: Declaration = Declaration {
        name: "datastores.undelete",
        summary: "Brings a deleted data store back.",
        method: Method::Post,
        path: "/api/v1/datastores/{store}/undelete",
        query: &[Parameter::text("connection")],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::REMOVE,
    };
}
