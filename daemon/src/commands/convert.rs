//! From the protocol's words to the domain's and back. Plain functions, no decisions.

use std::str::FromStr;

use daemon_core::cursor::{self, CursorError};
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, EntryId, Key, Scope, StoreKind, StoreName};
use daemon_core::pointer::Pointer;
use daemon_core::rows::Row;
use daemon_core::time::Timestamp;
use daemon_core::value::{JsonText, ValueKind, ValueWarning, warnings};
use daemon_core::{environment, permission};
use daemon_store::journal::records::Principal;
use protocol::operations::connections::Environment;
use protocol::operations::datastores::DatastoreKind;
use protocol::operations::entries::{self, Entry, EntryMetadata, ValueRow, WarningKind};
use protocol::operations::revisions::{RevisionState, RevisionSummary};
use protocol::{ErrorCode, RawJson, Revision, Role, UserId, UtcTime};

use crate::commands::error::CommandError;
use crate::gate::identity::Caller;
use crate::tasks::compute;
use crate::universes::{self, StoredEntry};

/// Most entries on a page.
pub const PAGE_LIMIT: u32 = 256;

/// Most entries on a page of an export.
const EXPORT_PAGE_LIMIT: u32 = 512;

/// Entries on a page when the caller does not say.
const PAGE_DEFAULT: u32 = 100;

/// Most warnings told with a value.
const WARNING_LIMIT: usize = 20;

/// The size of a page: 1 to 256.
pub fn page_limit(limit: Option<u32>) -> Result<usize, CommandError> {
    limit_up_to(PAGE_LIMIT, limit)
}

/// The size of a page of an export: 1 to 512.
pub fn export_page_limit(limit: Option<u32>) -> Result<usize, CommandError> {
    limit_up_to(EXPORT_PAGE_LIMIT, limit)
}

/// The size of a page: 1 to `most`.
pub fn limit_up_to(most: u32, limit: Option<u32>) -> Result<usize, CommandError> {
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if (1..=most).contains(&limit) {
        return Ok(limit as usize);
    }
    let message = format!("limit `{limit}` is out of range; ask for 1 to {most}");
    Err(CommandError::new(ErrorCode::RequestInvalid, message))
}

/// A scope, `global` when none is named.
pub fn scope(text: Option<&str>) -> Result<Scope, CommandError> {
    Ok(text.map_or_else(|| Ok(Scope::global()), Scope::parse)?)
}

/// The scope of a listing: one, or all.
pub fn scope_filter(text: Option<&str>, all_scopes: bool) -> Result<Option<Scope>, CommandError> {
    match (text, all_scopes) {
        (Some(_), true) => Err(CommandError::new(
            ErrorCode::RequestInvalid,
            "`scope` and `allScopes` exclude each other; give one of them",
        )),
        (None, true) => Ok(None),
        (text, false) => scope(text).map(Some),
    }
}

/// Where an entry lies.
pub fn address(store: &str, scope_text: Option<&str>, key: &str) -> Result<EntryAddress, CommandError> {
    Ok(EntryAddress { store: StoreName::parse(store)?, scope: scope(scope_text)?, key: Key::parse(key)? })
}

/// A value to be written.
pub fn value(raw: &RawJson) -> Result<JsonText, CommandError> {
    Ok(JsonText::from_json(raw.as_str())?)
}

/// User ids to be written.
pub fn user_ids(ids: &[UserId]) -> Result<UserIds, CommandError> {
    Ok(UserIds::new(ids.iter().map(|id| id.0).collect())?)
}

/// Attributes to be written.
pub fn attributes(raw: &RawJson) -> Result<Attributes, CommandError> {
    Ok(Attributes::parse(raw.as_str())?)
}

/// A JSON Pointer; the root when none is named.
pub fn pointer(text: Option<&str>) -> Result<Pointer, CommandError> {
    Ok(Pointer::parse(text.unwrap_or_default())?)
}

/// A moment as the wire has it.
pub fn time(timestamp: Timestamp) -> UtcTime {
    UtcTime(timestamp.format_rfc3339())
}

/// User ids as the wire has them.
pub fn wire_user_ids(ids: &UserIds) -> Vec<UserId> {
    ids.as_slice().iter().copied().map(UserId).collect()
}

/// Proven JSON as the wire has it.
///
/// # Panics
///
/// When the text is not JSON, which the domain's types rule out.
pub fn raw(text: String) -> RawJson {
    #[expect(clippy::expect_used, reason = "the domain's types hold proven JSON only")]
    RawJson::from_text(text).expect("stored text is JSON")
}

/// An entry as the wire has it.
pub fn entry(id: &EntryId, stored: StoredEntry) -> Entry {
    Entry {
        key: id.key.as_str().into(),
        scope: id.scope.as_str().into(),
        user_ids: wire_user_ids(&stored.user_ids),
        attributes: raw(stored.attributes.as_str().into()),
        revision: revision(&stored.revision),
        metadata: EntryMetadata {
            version: revision(&stored.revision),
            last_modified: time(stored.updated_at),
            created_at: time(stored.created_at),
            size: stored.value.len_bytes() as u64,
        },
        warnings: value_warnings(&stored.value),
        value: raw(stored.value.into_string()),
    }
}

/// Who asks, as the journal has it.
pub fn principal(caller: &Caller) -> Principal {
    Principal { id: caller.id.clone(), name: caller.name.clone() }
}

/// Where a page begins, in a listing whose places are one text.
pub fn position(cursor: Option<&str>, fingerprint: &[&str]) -> Result<Option<String>, CommandError> {
    let Some(cursor) = cursor else { return Ok(None) };
    let mut parts = cursor::decode(cursor, fingerprint)?.into_iter();
    parts.next().map(Some).ok_or_else(|| CursorError::Malformed.into())
}

/// As [`position`], in a listing whose places are numbers.
pub fn number_position<T: FromStr>(
    cursor: Option<&str>,
    fingerprint: &[&str],
) -> Result<Option<T>, CommandError> {
    let Some(text) = position(cursor, fingerprint)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| CursorError::Malformed.into())
}

/// A revision's id as the wire has it.
pub fn revision(revision: &daemon_core::revision::AnyRevision) -> Revision {
    Revision(revision.as_str().into())
}

/// A revision's id as a caller names it.
pub fn revision_id(revision: &Revision) -> Result<daemon_core::revision::AnyRevision, CommandError> {
    daemon_core::revision::AnyRevision::parse(revision.as_str())
        .map_err(|error| CommandError::new(ErrorCode::RequestInvalid, error.to_string()))
}

/// What may surprise in a value.
pub fn value_warnings(value: &JsonText) -> Vec<entries::ValueWarning> {
    compute(value.len_bytes(), || warnings(value, WARNING_LIMIT))
        .into_iter()
        .map(|warning| entries::ValueWarning {
            kind: match warning {
                ValueWarning::DuplicateMember { .. } => WarningKind::DuplicateMember,
                ValueWarning::NumberLosesPrecision { .. } => WarningKind::NumberLosesPrecision,
                ValueWarning::NumberOutOfRange { .. } => WarningKind::NumberOutOfRange,
            },
            path: warning.pointer().to_string(),
            message: warning.to_string(),
        })
        .collect()
}

/// A node of a tree as the wire has it.
pub fn row(row: Row) -> ValueRow {
    ValueRow {
        path: row.pointer.to_string(),
        name: row.name,
        kind: match row.kind {
            ValueKind::Object => entries::ValueKind::Object,
            ValueKind::Array => entries::ValueKind::Array,
            ValueKind::String => entries::ValueKind::String,
            ValueKind::Number => entries::ValueKind::Number,
            ValueKind::Boolean => entries::ValueKind::Boolean,
            ValueKind::Null => entries::ValueKind::Null,
        },
        preview: row.preview,
        cut: row.cut,
        child_count: row.child_count,
        size_bytes: row.size_bytes as u64,
    }
}

/// What a revision is, as the wire has it.
pub fn revision_state(state: universes::RevisionState) -> RevisionState {
    match state {
        universes::RevisionState::Current => RevisionState::Current,
        universes::RevisionState::Kept => RevisionState::Kept,
        universes::RevisionState::LocalCopy => RevisionState::LocalCopy,
        universes::RevisionState::Removed => RevisionState::Removed,
    }
}

/// A revision in a list, as the wire has it.
pub fn revision_summary(summary: &universes::RevisionSummary) -> RevisionSummary {
    RevisionSummary {
        revision: revision(&summary.revision),
        state: revision_state(summary.state),
        created_at: time(summary.created_at),
        size_bytes: summary.size_bytes,
        expires_at: summary.expires_at.map(time),
        by: None,
        reason: None,
        change_set: None,
    }
}

/// A kind of store as the wire has it.
pub fn store_kind(kind: StoreKind) -> DatastoreKind {
    match kind {
        StoreKind::Standard => DatastoreKind::Standard,
        StoreKind::Ordered => DatastoreKind::Ordered,
    }
}

/// A kind of store as a caller names it.
pub fn domain_store_kind(kind: DatastoreKind) -> StoreKind {
    match kind {
        DatastoreKind::Standard => StoreKind::Standard,
        DatastoreKind::Ordered => StoreKind::Ordered,
    }
}

/// A role as the wire has it.
pub fn role(role: permission::Role) -> Role {
    match role {
        permission::Role::Viewer => Role::Viewer,
        permission::Role::Editor => Role::Editor,
        permission::Role::Admin => Role::Admin,
        permission::Role::SuperAdmin => Role::SuperAdmin,
        permission::Role::Auditor => Role::Auditor,
        permission::Role::ComplianceOfficer => Role::ComplianceOfficer,
    }
}

/// A role as a caller names it.
pub fn domain_role(role: Role) -> permission::Role {
    match role {
        Role::Viewer => permission::Role::Viewer,
        Role::Editor => permission::Role::Editor,
        Role::Admin => permission::Role::Admin,
        Role::SuperAdmin => permission::Role::SuperAdmin,
        Role::Auditor => permission::Role::Auditor,
        Role::ComplianceOfficer => permission::Role::ComplianceOfficer,
    }
}

/// A permission as the policy table has it.
pub fn domain_permission(permission: protocol::Permission) -> permission::Permission {
    match permission {
        protocol::Permission::ReadData => permission::Permission::ReadData,
        protocol::Permission::WriteData => permission::Permission::WriteData,
        protocol::Permission::DeleteData => permission::Permission::DeleteData,
        protocol::Permission::ExportData => permission::Permission::ExportData,
        protocol::Permission::BulkOperations => permission::Permission::BulkOperations,
        protocol::Permission::ManageSecurity => permission::Permission::ManageSecurity,
        protocol::Permission::SystemConfig => permission::Permission::SystemConfig,
    }
}

/// An environment as the wire has it.
pub fn environment(environment: environment::Environment) -> Environment {
    match environment {
        environment::Environment::Production => Environment::Production,
        environment::Environment::Staging => Environment::Staging,
        environment::Environment::Development => Environment::Development,
        environment::Environment::Local => Environment::Local,
        environment::Environment::Unclassified => Environment::Unclassified,
    }
}

/// An environment as a caller names it.
pub fn domain_environment(environment: Environment) -> environment::Environment {
    match environment {
        Environment::Production => environment::Environment::Production,
        Environment::Staging => environment::Environment::Staging,
        Environment::Development => environment::Environment::Development,
        Environment::Local => environment::Environment::Local,
        Environment::Unclassified => environment::Environment::Unclassified,
    }
}
