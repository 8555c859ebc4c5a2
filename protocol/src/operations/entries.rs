//! Entries of standard data stores.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::error::ErrorCode;
use crate::ids::{ChangeSetId, ConnectionId, Revision, UserId, UtcTime};
use crate::raw::RawJson;

/// What may surprise in a value that is kept as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum WarningKind {
    /// An object names a member twice; most decoders keep the last.
    DuplicateMember,
    /// Luau's numbers cannot hold this one exactly.
    NumberLosesPrecision,
    /// Luau reads this number as infinity.
    NumberOutOfRange,
}

/// Something in a value that may surprise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ValueWarning {
    /// What.
    pub kind: WarningKind,
    /// Where, as a JSON Pointer.
    pub path: String,
    /// In words.
    pub message: String,
}

/// Facts about a stored revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntryMetadata {
    /// The revision's id.
    pub version: Revision,
    /// When it was written.
    pub last_modified: UtcTime,
    /// When the key came into being.
    pub created_at: UtcTime,
    /// The value's length in bytes.
    pub size: u64,
}

/// An entry with its value, byte for byte as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The scope.
    pub scope: String,
    /// The value.
    pub value: RawJson,
    /// The account ids tagged to it.
    pub user_ids: Vec<UserId>,
    /// Roblox's metadata: an object.
    pub attributes: RawJson,
    /// The revision's id, for `expectedRevision`.
    pub revision: Revision,
    /// Facts about this revision.
    pub metadata: EntryMetadata,
    /// What may surprise in the value; at most 20.
    #[serde(default)]
    pub warnings: Vec<ValueWarning>,
}

/// Asks for one entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntriesGetRequest {
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

impl Operation for EntriesGetRequest {
    type Response = Entry;
    const DECLARATION: Declaration = Declaration {
        name: "entries.get",
        summary: "Reads one entry.",
        method: Method::Get,
        path: "/api/v1/datastores/{store}/keys/{key}",
        query: &[Parameter::text("connection"), Parameter::text("scope")],
        permission: Permission::ReadData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Read,
        audit: AuditEvent::DataAccess,
        cost: Cost::READ,
    };
}

/// The kinds of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ValueKind {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
}

/// One node of a value's tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ValueRow {
    /// Where, as a JSON Pointer.
    pub path: String,
    /// The member's name or the element's index; empty for the root.
    pub name: String,
    /// What it is.
    pub kind: ValueKind,
    /// The scalar's text, or how many children; cut at 120 characters.
    pub preview: String,
    /// Whether `preview` is cut.
    pub cut: bool,
    /// How many members or elements.
    pub child_count: u32,
    /// The length of its text in bytes.
    pub size_bytes: u64,
}

/// Asks for one page of the children of a node, for viewers that must not decode values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntriesRowsRequest {
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
    /// The node, as a JSON Pointer. Absent: the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Of this revision. Absent: the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// How many children to pass over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// Rows per page, 1 to 256. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page of the children of a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntriesRowsResponse {
    /// The revision shown.
    pub revision: Revision,
    /// The node itself.
    pub node: ValueRow,
    /// Its children on this page.
    pub rows: Vec<ValueRow>,
    /// How many children come before this page.
    pub offset: u32,
    /// How many children there are.
    pub total: u32,
    /// The whole value's length in bytes.
    pub size_bytes: u64,
}

impl Operation for EntriesRowsRequest {
    type Response = EntriesRowsResponse;
    const DECLARATION: Declaration = Declaration {
        name: "entries.rows",
        summary: "Reads one page of the tree of an entry's value.",
        method: Method::Get,
        path: "/api/v1/datastores/{store}/keys/{key}/rows",
        query: &[
            Parameter::text("connection"),
            Parameter::text("scope"),
            Parameter::text("path"),
            Parameter::text("revision"),
            Parameter::integer("offset"),
            Parameter::integer("limit"),
        ],
        permission: Permission::ReadData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Read,
        audit: AuditEvent::DataAccess,
        cost: Cost::READ,
    };
}

/// How a write is to be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetOptions {
    /// As `expectedRevision` of the request, where the product document has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revision: Option<Revision>,
    /// Hold the value to the data store's schema, where it has one. Absent: yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate: Option<bool>,
    /// Taken for the product document's sake: what a write replaces is always kept, as a revision or a local copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<bool>,
}

/// Writes a whole entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntriesSetRequest {
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
    /// The value, kept byte for byte: at most 4,194,304 bytes.
    pub value: RawJson,
    /// The account ids tagged to the entry, at most 4. Absent: as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    /// The entry's attributes (Roblox's metadata): an object of at most 300 characters. Absent: as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<RawJson>,
    /// Act only while this revision is current; else the answer is `DS006` with the current entry. Over REST also `If-Match`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revision: Option<Revision>,
    /// Write only if there is no entry; else the answer is `DS006`. Over REST also `If-None-Match: *`.
    #[serde(default)]
    pub create_only: bool,
    /// How to write.
    #[serde(default)]
    pub options: SetOptions,
}

/// Whether a write was done, or waits for review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum WriteOutcome {
    /// It was done.
    #[default]
    Saved,
    /// It is staged, as every write in production and in unclassified environments: commit `changeSet` to do it. Over REST
    /// the status is 202.
    Staged,
}

/// What a write did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntryWritten {
    /// The key.
    pub key: String,
    /// The scope.
    pub scope: String,
    /// Whether it was done.
    #[serde(default)]
    pub outcome: WriteOutcome,
    /// The change set of this one write, for `changesets.undo`, and for `changesets.commit` when it is staged.
    pub change_set: ChangeSetId,
    /// The revision now current; absent when it is staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// Whether there was no entry before.
    pub created: bool,
    /// Facts about the revision; absent when it is staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<EntryMetadata>,
    /// What may surprise in the value; at most 20.
    #[serde(default)]
    pub warnings: Vec<ValueWarning>,
}

impl Operation for EntriesSetRequest {
    type Response = EntryWritten;
    const DECLARATION: Declaration = Declaration {
        name: "entries.set",
        summary: "Writes a whole entry.",
        method: Method::Put,
        path: "/api/v1/datastores/{store}/keys/{key}",
        query: &[
            Parameter::text("connection"),
            Parameter::text("scope"),
            Parameter::text("expectedRevision"),
            Parameter::boolean("createOnly"),
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

/// What an edit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum EditKind {
    /// Replaces what is at `path` by `value`, or adds a member; `-` as last part appends to an array.
    Set,
    /// Puts `value` before the array element at `path`, or adds a member that is not there yet.
    Insert,
    /// Removes what is at `path`.
    Remove,
    /// Gives the member at `path` the name `name`, in its place.
    Rename,
}

/// One change inside a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Edit {
    /// What to do.
    pub op: EditKind,
    /// Where, as a JSON Pointer.
    pub path: String,
    /// With `set` and `insert`: the new text.
    #[serde(default, deserialize_with = "RawJson::present", skip_serializing_if = "Option::is_none")]
    pub value: Option<RawJson>,
    /// With `rename`: the member's new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Changes named places of an entry's value, and nothing else in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntriesEditRequest {
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
    /// The changes, in order: at most 1,000. May be empty when only user ids or attributes change.
    pub edits: Vec<Edit>,
    /// The account ids tagged to the entry, at most 4. Absent: as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    /// The entry's attributes (Roblox's metadata): an object of at most 300 characters. Absent: as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<RawJson>,
    /// Act only while this revision is current; else the answer is `DS006` with the current entry. Over REST also `If-Match`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revision: Option<Revision>,
}

impl Operation for EntriesEditRequest {
    type Response = EntryWritten;
    const DECLARATION: Declaration = Declaration {
        name: "entries.edit",
        summary: "Changes named places of an entry.",
        method: Method::Patch,
        path: "/api/v1/datastores/{store}/keys/{key}",
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

/// Removes an entry; its last value stays readable as a revision for 30 days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntriesRemoveRequest {
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
    /// Act only while this revision is current; else the answer is `DS006` with the current entry. Over REST also `If-Match`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revision: Option<Revision>,
}

/// What a removal did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntriesRemoveResponse {
    /// Whether it was done.
    #[serde(default)]
    pub outcome: WriteOutcome,
    /// The change set of this one removal.
    pub change_set: ChangeSetId,
    /// The revision that marks the removal; absent when it is staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
}

impl Operation for EntriesRemoveRequest {
    type Response = EntriesRemoveResponse;
    const DECLARATION: Declaration = Declaration {
        name: "entries.remove",
        summary: "Removes an entry.",
        method: Method::Delete,
        path: "/api/v1/datastores/{store}/keys/{key}",
        query: &[
            Parameter::text("connection"),
            Parameter::text("scope"),
            Parameter::text("expectedRevision"),
        ],
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

/// An entry to be imported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportEntry {
    /// The key.
    pub key: String,
    /// The value, kept byte for byte.
    pub value: RawJson,
    /// The scope: 1 to 50 bytes. Absent: `global`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The account ids tagged to it. Absent: none.
    #[serde(default)]
    pub user_ids: Vec<UserId>,
    /// Roblox's metadata. Absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<RawJson>,
}

/// Writes up to 10,000 entries in one transaction; each is taken or refused on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntriesImportRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// The entries, in order.
    pub entries: Vec<ImportEntry>,
}

/// What became of one entry of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ImportOutcome {
    /// It is stored.
    Saved,
    /// It is not, for the reason beside it.
    Refused,
}

/// What became of one entry of an import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportedEntry {
    /// The key, as it was given.
    pub key: String,
    /// Whether it was taken.
    pub outcome: ImportOutcome,
    /// When saved: its revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// When refused: why, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// When refused: why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One outcome per entry, in the order given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntriesImportResponse {
    /// The outcomes.
    pub outcomes: Vec<ImportedEntry>,
}

impl Operation for EntriesImportRequest {
    type Response = EntriesImportResponse;
    const DECLARATION: Declaration = Declaration {
        name: "entries.import",
        summary: "Imports a batch of entries in one transaction.",
        method: Method::Post,
        path: "/api/v1/datastores/{store}/import",
        query: &[Parameter::text("connection")],
        permission: Permission::WriteData,
        feature: Feature::DataImportExport,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::READ_THEN_WRITE,
    };
}

/// Asks for one page of entries with their values, in key order. A page ends early at about 4 MB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntriesExportRequest {
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
    /// Export every scope.
    #[serde(default)]
    pub all_scopes: bool,
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Entries per page, 1 to 512; a page of large ones ends early. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// An entry as an export has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExportedEntry {
    /// The key.
    pub key: String,
    /// The scope.
    pub scope: String,
    /// The value, byte for byte.
    pub value: RawJson,
    /// The account ids tagged to it.
    pub user_ids: Vec<UserId>,
    /// Roblox's metadata: an object.
    pub attributes: RawJson,
    /// The revision.
    pub revision: Revision,
}

/// One page of an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntriesExportResponse {
    /// Where the next page begins; absent on the last one. Stands first, so that it can be asked for before this one is
    /// read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
    /// The entries.
    pub entries: Vec<ExportedEntry>,
}

impl Operation for EntriesExportRequest {
    type Response = EntriesExportResponse;
    const DECLARATION: Declaration = Declaration {
        name: "entries.export",
        summary: "Exports one page of entries with their values.",
        method: Method::Get,
        path: "/api/v1/datastores/{store}/export",
        query: &[
            Parameter::text("connection"),
            Parameter::text("prefix"),
            Parameter::text("scope"),
            Parameter::boolean("allScopes"),
            Parameter::text("cursor"),
            Parameter::integer("limit"),
        ],
        permission: Permission::ExportData,
        feature: Feature::DataImportExport,
        effect: Effect::Read,
        audit: AuditEvent::DataExport,
        cost: Cost::LIST,
    };
}
