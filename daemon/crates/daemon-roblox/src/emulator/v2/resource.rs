//! How v2 shows data stores and entries (`roblox-apis.md §2.1`, `§2.2`).

use daemon_core::names::{Key, Scope, StoreName};
use daemon_store::universe::records::{DeletableStore, EntryRecord, RevisionRecord, RevisionState};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::emulator::reply::v2_time;

const ACTIVE: &str = "ACTIVE";
const DELETED: &str = "DELETED";

/// A data store.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoreResource {
    path: String,
    create_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
    state: &'static str,
    id: String,
}

/// An entry or one of its versions.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryResource<'a> {
    path: String,
    create_time: String,
    revision_id: String,
    revision_create_time: String,
    state: &'static str,
    etag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a RawValue>,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<&'a RawValue>,
}

impl StoreResource {
    pub(super) fn new(universe: i64, store: &DeletableStore) -> Self {
        Self {
            path: format!("universes/{universe}/data-stores/{}", store.name),
            create_time: v2_time(store.created_at),
            expire_time: store.expires_at.map(v2_time),
            state: if store.expires_at.is_some() { DELETED } else { ACTIVE },
            id: store.name.to_string(),
        }
    }
}

impl<'a> EntryResource<'a> {
    /// Shows a version with its content.
    pub(super) fn live(
        path: String,
        key: &Key,
        record: &EntryRecord,
        value: &'a RawValue,
        attributes: &'a RawValue,
    ) -> Self {
        let users = record.user_ids.as_slice().iter().map(|id| format!("users/{id}")).collect();
        Self {
            path,
            create_time: v2_time(record.created_at),
            revision_id: record.revision.to_string(),
            revision_create_time: v2_time(record.updated_at),
            state: ACTIVE,
            // The same text as the revision (`roblox-apis.md §0.3` [O]).
            etag: record.revision.to_string(),
            value: Some(value),
            id: key.to_string(),
            users: Some(users),
            attributes: Some(attributes),
        }
    }

    /// Shows a version without its content.
    pub(super) fn version(path: String, id: String, record: &RevisionRecord) -> Self {
        Self {
            path,
            create_time: v2_time(record.revision.created()),
            revision_id: record.revision.to_string(),
            revision_create_time: v2_time(record.created_at),
            state: if record.state == RevisionState::Removed { DELETED } else { ACTIVE },
            etag: record.revision.to_string(),
            value: None,
            id,
            users: None,
            attributes: None,
        }
    }
}

/// Writes the path of an entry; it has a scope where the request had one (`roblox-apis.md §2.2` \[O\]).
pub(super) fn path(universe: i64, store: &StoreName, scope: Option<&Scope>, key: &Key) -> String {
    match scope {
        Some(scope) => format!("universes/{universe}/data-stores/{store}/scopes/{scope}/entries/{key}"),
        None => format!("universes/{universe}/data-stores/{store}/entries/{key}"),
    }
}
