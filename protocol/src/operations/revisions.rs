//! Earlier values of an entry.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::ids::{ChangeSetId, ConnectionId, Revision, UtcTime};
use crate::operations::entries::{Entry, EntryWritten, WriteOutcome};

/// What a revision is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RevisionState {
    /// The entry's value now.
    Current,
    /// A version by Roblox's rules, kept for 30 days after it was replaced (`roblox-apis.md` §4.5).
    Kept,
    /// Replaced within its UTC hour: Roblox would have lost it, this product kept a copy.
    LocalCopy,
    /// A mark that the entry was removed.
    Removed,
}

/// Asks for one page of an entry's revisions, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevisionsListRequest {
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
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Entries per page, 1 to 256. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A revision without its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevisionSummary {
    /// Its id.
    pub revision: Revision,
    /// What it is.
    pub state: RevisionState,
    /// When it was written.
    pub created_at: UtcTime,
    /// Its value's length in bytes; absent for removals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// When it can no longer be read; absent for the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<UtcTime>,
    /// Who wrote it, by name, where this product did; absent for the game and others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why, where this product wrote it and a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The change set that wrote it, where this product did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_set: Option<ChangeSetId>,
}

/// One page of revisions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevisionsListResponse {
    /// The revisions.
    pub revisions: Vec<RevisionSummary>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl Operation for RevisionsListRequest {
    type Response = RevisionsListResponse;
    const DECLARATION: Declaration = Declaration {
        name: "revisions.list",
        summary: "Lists the revisions of an entry.",
        method: Method::Get,
        path: "/api/v1/datastores/{store}/keys/{key}/revisions",
        query: &[
            Parameter::text("connection"),
            Parameter::text("scope"),
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

/// Asks for an entry as it was at a revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevisionsGetRequest {
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
    /// The revision.
    pub revision: Revision,
}

/// An entry as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevisionsGetResponse {
    /// What the revision is.
    pub state: RevisionState,
    /// The entry at that revision.
    pub entry: Entry,
}

impl Operation for RevisionsGetRequest {
    type Response = RevisionsGetResponse;
    const DECLARATION: Declaration = Declaration {
        name: "revisions.get",
        summary: "Reads an entry at a revision.",
        method: Method::Get,
        path: "/api/v1/datastores/{store}/keys/{key}/revisions/{revision}",
        query: &[Parameter::text("connection"), Parameter::text("scope")],
        permission: Permission::ReadData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Read,
        audit: AuditEvent::DataAccess,
        cost: Cost::READ,
    };
}

/// Writes an earlier revision's value, user ids and attributes as a new revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevisionsRestoreRequest {
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
    /// The revision to bring back.
    pub revision: Revision,
    /// Act only while this revision is current; else the answer is `DS006` with the current entry. Over REST also `If-Match`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revision: Option<Revision>,
}

impl Operation for RevisionsRestoreRequest {
    type Response = EntryWritten;
    const DECLARATION: Declaration = Declaration {
        name: "revisions.restore",
        summary: "Brings an earlier revision back as a new one.",
        method: Method::Post,
        path: "/api/v1/datastores/{store}/keys/{key}/revisions/{revision}/restore",
        query: &[
            Parameter::text("connection"),
            Parameter::text("scope"),
            Parameter::text("expectedRevision"),
        ],
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
