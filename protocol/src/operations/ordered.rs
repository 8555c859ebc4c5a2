//! Entries of ordered data stores: 64-bit integers, sorted, without revisions.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::ids::{ChangeSetId, ConnectionId, Integer64};
use crate::operations::entries::WriteOutcome;

/// Asks for one page of entries in order of value; equal values in key order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderedListRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// The scope: 1 to 50 bytes. Absent: `global`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Largest first.
    #[serde(default)]
    pub descending: bool,
    /// Only values from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Integer64>,
    /// Only values up to here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Integer64>,
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Entries per page, 1 to 256. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// An entry of an ordered data store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OrderedEntry {
    /// The key.
    pub key: String,
    /// The scope.
    pub scope: String,
    /// The value, as text.
    pub value: Integer64,
}

/// What a write of an ordered entry did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OrderedWritten {
    /// The entry's key.
    pub key: String,
    /// The scope.
    pub scope: String,
    /// The value now; when it is staged, the value it will have if nothing else changes it.
    pub value: Integer64,
    /// Whether it was done.
    #[serde(default)]
    pub outcome: WriteOutcome,
    /// The change set of this one write.
    pub change_set: ChangeSetId,
}

/// One page of entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OrderedListResponse {
    /// The entries.
    pub entries: Vec<OrderedEntry>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl Operation for OrderedListRequest {
    type Response = OrderedListResponse;
    const DECLARATION: Declaration = Declaration {
        name: "ordered.list",
        summary: "Lists the entries of an ordered data store.",
        method: Method::Get,
        path: "/api/v1/ordered-datastores/{store}/keys",
        query: &[
            Parameter::text("connection"),
            Parameter::text("scope"),
            Parameter::boolean("descending"),
            Parameter::text("minimum"),
            Parameter::text("maximum"),
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

/// Asks for one entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderedGetRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// The scope: 1 to 50 bytes. Absent: `global`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The entry's key: 1 to 50 bytes.
    pub key: String,
}

impl Operation for OrderedGetRequest {
    type Response = OrderedEntry;
    const DECLARATION: Declaration = Declaration {
        name: "ordered.get",
        summary: "Reads one ordered entry.",
        method: Method::Get,
        path: "/api/v1/ordered-datastores/{store}/keys/{key}",
        query: &[Parameter::text("connection"), Parameter::text("scope")],
        permission: Permission::ReadData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Read,
        audit: AuditEvent::DataAccess,
        cost: Cost::READ,
    };
}

/// Writes one entry, unconditionally: Roblox keeps no revisions of ordered entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderedSetRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// The scope: 1 to 50 bytes. Absent: `global`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The entry's key: 1 to 50 bytes.
    pub key: String,
    /// The value.
    pub value: Integer64,
}

impl Operation for OrderedSetRequest {
    type Response = OrderedWritten;
    const DECLARATION: Declaration = Declaration {
        name: "ordered.set",
        summary: "Writes one ordered entry.",
        method: Method::Put,
        path: "/api/v1/ordered-datastores/{store}/keys/{key}",
        query: &[Parameter::text("connection"), Parameter::text("scope")],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::READ_THEN_WRITE,
    };

    fn is_accepted(response: &Self::Response) -> bool {
        response.outcome == WriteOutcome::Staged
    }
}

/// Adds to one entry, which begins at 0; refused when the sum leaves 64 bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderedIncrementRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// The scope: 1 to 50 bytes. Absent: `global`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The entry's key: 1 to 50 bytes.
    pub key: String,
    /// What to add. Absent: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<Integer64>,
}

impl Operation for OrderedIncrementRequest {
    type Response = OrderedWritten;
    const DECLARATION: Declaration = Declaration {
        name: "ordered.increment",
        summary: "Adds to one ordered entry.",
        method: Method::Post,
        path: "/api/v1/ordered-datastores/{store}/keys/{key}/increment",
        query: &[Parameter::text("connection"), Parameter::text("scope")],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::READ_THEN_WRITE,
    };

    fn is_accepted(response: &Self::Response) -> bool {
        response.outcome == WriteOutcome::Staged
    }
}

/// Removes one entry for good: ordered entries leave no revision (`roblox-apis.md` §2.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderedRemoveRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// The scope: 1 to 50 bytes. Absent: `global`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The entry's key: 1 to 50 bytes.
    pub key: String,
}

/// What was removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OrderedRemoveResponse {
    /// The value it had, as text.
    pub removed_value: Integer64,
    /// Whether it was done.
    #[serde(default)]
    pub outcome: WriteOutcome,
    /// The change set of this one removal.
    pub change_set: ChangeSetId,
}

impl Operation for OrderedRemoveRequest {
    type Response = OrderedRemoveResponse;
    const DECLARATION: Declaration = Declaration {
        name: "ordered.remove",
        summary: "Removes one ordered entry for good.",
        method: Method::Delete,
        path: "/api/v1/ordered-datastores/{store}/keys/{key}",
        query: &[Parameter::text("connection"), Parameter::text("scope")],
        permission: Permission::DeleteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Destroy,
        audit: AuditEvent::DataDeletion,
        cost: Cost::READ_THEN_REMOVE,
    };

    fn is_accepted(response: &Self::Response) -> bool {
        response.outcome == WriteOutcome::Staged
    }
}
