//! Entries of data stores v2 (`roblox-apis.md §2.2`).
//!
//! A value's text is kept but for white space between tokens: Roblox passes values through protobuf, which may lose more
//! (\[I\], `§8.21`).

use bytes::Bytes;
use daemon_core::names::{EntryAddress, EntryId, Key, Scope, StoreName};
use daemon_core::revision::RevisionId;
use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use daemon_store::universe::records::{
    AllKeysFilter, EntryRecord, Expectation, Increment, RevisionContent, RevisionState, Write,
};
use http::{Method, Response, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::emulator::access::Permission;
use crate::emulator::call::{Call, Metadata, SCAN_LIMIT};
use crate::emulator::limits::Direction;
use crate::emulator::refusal::{Refusal, V2Code};
use crate::emulator::route::Parent;
use crate::emulator::v2::body::Body;
use crate::emulator::v2::resource::EntryResource;
use crate::emulator::{reply, token};

pub(super) mod body;
pub(super) mod revisions;
pub(super) mod stores;

mod filter;
mod resource;

/// The size of a page when none is asked for (`roblox-apis.md §2.1` to `§2.3`).
pub(super) const PAGE_DEFAULT: usize = 10;
/// The largest page of entries (`roblox-apis.md §2.2`).
const ENTRIES_LIMIT: usize = 256;
/// The scope that stands for all (`roblox-apis.md §2.2`).
const ALL_SCOPES: &str = "-";
/// How far in the future the time of `@latest:` may lie (`roblox-apis.md §2.2`).
const LATEST_AHEAD: std::time::Duration = std::time::Duration::from_mins(10);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntriesBody {
    data_store_entries: Vec<EntryItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct EntryItem {
    path: String,
    id: String,
}

/// Lists entries or creates one.
pub(super) async fn entries(call: &Call, parent: &Parent) -> Result<Response<Bytes>, Refusal> {
    match call.method {
        Method::POST => create(call, parent).await,
        _ => list(call, parent).await,
    }
}

/// Reads, updates or deletes an entry.
pub(super) async fn entry(call: &Call, parent: &Parent, entry: &str) -> Result<Response<Bytes>, Refusal> {
    match call.method {
        // Only reading addresses revisions: elsewhere `@` belongs to the key (`roblox-apis.md §2.2`).
        Method::PATCH => update(call, parent, address(parent, entry)?).await,
        Method::DELETE => delete(call, address(parent, entry)?).await,
        _ => get(call, parent, entry).await,
    }
}

/// Adds to an entry, creating it when it does not exist.
pub(super) async fn increment(call: &Call, parent: &Parent, entry: &str) -> Result<Response<Bytes>, Refusal> {
    let address = address(parent, entry)?;
    call.authorise(Permission::CreateEntry, Some(&address.store))?;
    call.authorise(Permission::UpdateEntry, Some(&address.store))?;
    let body = Body::parse(&call.body)?;
    let amount = body.whole_number("amount")?;
    let metadata = body.metadata()?;
    call.count(&address, Direction::Write, 0)?;
    let Metadata { user_ids, attributes } = metadata.clone();
    let increment = Increment { address: address.clone(), amount, user_ids, attributes, now: call.now };
    let receipt = call.engine().increment(increment).await.map_err(|error| call.failed(&error))?;
    shown(call, parent, &address, &metadata.record(receipt.value, receipt.revision))
}

/// Checks the names of a path.
fn address(parent: &Parent, entry: &str) -> Result<EntryAddress, Refusal> {
    let store = store_name(&parent.store)?;
    let scope = scope(parent)?;
    let key = Key::parse(entry).map_err(|_| Refusal::argument("Invalid entry id."))?;
    Ok(EntryAddress { store, scope, key })
}

/// Checks the name of a data store.
pub(super) fn store_name(text: &str) -> Result<StoreName, Refusal> {
    StoreName::parse(text).map_err(|_| Refusal::argument("Invalid data store id."))
}

/// Checks the scope of a path; the wildcard names no single scope.
pub(super) fn scope(parent: &Parent) -> Result<Scope, Refusal> {
    match parent.scope.as_deref() {
        None => Ok(Scope::global()),
        Some(ALL_SCOPES) => Err(Refusal::argument("The wildcard scope can only be listed.")),
        Some(scope) => Scope::parse(scope).map_err(|_| Refusal::argument("Invalid scope id.")),
    }
}

async fn list(call: &Call, parent: &Parent) -> Result<Response<Bytes>, Refusal> {
    let store = store_name(&parent.store)?;
    call.authorise(Permission::ListEntries, Some(&store))?;
    let in_all_scopes = parent.scope.as_deref() == Some(ALL_SCOPES);
    let scope = if in_all_scopes { None } else { Some(scope(parent)?) };
    let show_deleted = call.flag("showDeleted")?;
    let mut prefix = filter::starts_with(call.query.get("filter"))?;
    let universe = call.universe.to_string();
    let path_scope = parent.scope.as_deref().map_or(String::new(), |scope| format!("/{scope}"));
    let shown = if show_deleted { "all" } else { "live" };
    let parts = ["v2/entries", &universe, store.as_str(), &path_scope, &prefix.clone(), shown];
    if parent.scope.is_none() {
        // The guide shows the scope before the prefix on paths without scope; clients send it bare. Both are taken
        // ([I], `roblox-apis.md §2.2`).
        prefix = prefix.strip_prefix("global/").map(str::to_owned).unwrap_or(prefix);
    }
    let after = match page_token(call, &parts)? {
        Some([scope, key]) => Some(EntryId {
            scope: Scope::parse(&scope).map_err(|_| invalid_page_token())?,
            key: Key::parse(&key).map_err(|_| invalid_page_token())?,
        }),
        None => None,
    };
    let size = call.page_size("maxPageSize", PAGE_DEFAULT, ENTRIES_LIMIT)?;
    let filter = AllKeysFilter { scope, prefix, after, limit: SCAN_LIMIT };
    let page = call.engine().list_all_keys(store.clone(), filter, call.now).await;
    let page = page.map_err(|error| call.failed(&error))?;
    let (mut items, mut last) = (Vec::new(), None);
    for listed in &page.items {
        last = Some(&listed.id);
        if show_deleted || !listed.removed {
            let own_scope = parent.scope.as_ref().map(|_| &listed.id.scope);
            let path = resource::path(call.universe, &store, own_scope, &listed.id.key);
            items.push(EntryItem { path, id: listed.id.key.to_string() });
        }
        if items.len() == size {
            break;
        }
    }
    let last = last.filter(|_| page.has_more || items.len() == size);
    let next_page_token = last.map(|id| token::encode(&parts, &[id.scope.as_str(), id.key.as_str()]));
    reply::serialised(&EntriesBody { data_store_entries: items, next_page_token })
}

async fn create(call: &Call, parent: &Parent) -> Result<Response<Bytes>, Refusal> {
    let address = address(parent, call.query.get("id").unwrap_or_default())?;
    call.authorise(Permission::CreateEntry, Some(&address.store))?;
    let body = Body::parse(&call.body)?;
    match write(call, &body, address.clone(), Expectation::Absent).await? {
        Ok(record) => shown(call, parent, &address, &record),
        Err(StoreError::Conflict { .. }) => Err(Refusal::argument("Entry already exists.")),
        Err(error) => Err(call.failed(&error)),
    }
}

async fn update(call: &Call, parent: &Parent, address: EntryAddress) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::UpdateEntry, Some(&address.store))?;
    let body = Body::parse(&call.body)?;
    let allow_missing = call.flag("allowMissing")?;
    // How a stale `etag` is answered is not documented ([I]: 409 `ABORTED`, `roblox-apis.md §2.2`, `§8.4`).
    let stale = || Refusal::Status(V2Code::Aborted, "The etag does not match the entry.".to_owned());
    let expected = match body.text("etag")? {
        Some(etag) => Expectation::Revision(RevisionId::parse(&etag).map_err(|_| stale())?),
        None if allow_missing => Expectation::Any,
        None => Expectation::Live,
    };
    match write(call, &body, address.clone(), expected).await? {
        Ok(record) => shown(call, parent, &address, &record),
        Err(StoreError::Conflict { .. }) => Err(stale()),
        Err(error) => Err(call.entry_failed(error, &address.store).await),
    }
}

async fn delete(call: &Call, address: EntryAddress) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::DeleteEntry, Some(&address.store))?;
    call.count(&address, Direction::Write, 0)?;
    let store = address.store.clone();
    match call.engine().remove(address, Expectation::Any, call.now).await {
        Ok(_) => Ok(reply::json(StatusCode::OK, "{}")),
        Err(error) => Err(call.entry_failed(error, &store).await),
    }
}

/// Reads an entry, at a revision where one is named after the last `@`.
async fn get(call: &Call, parent: &Parent, entry: &str) -> Result<Response<Bytes>, Refusal> {
    let (key, revision) = match entry.rsplit_once('@') {
        Some((key, revision)) => (key, Some(revision)),
        None => (entry, None),
    };
    let address = address(parent, key)?;
    call.authorise(Permission::ReadEntry, Some(&address.store))?;
    let engine = call.engine();
    let failed = |error| call.failed(&error);
    let found = match revision {
        None | Some("latest") => engine.get(address.clone()).await.map_err(failed)?,
        Some(revision) => {
            let content = match revision.strip_prefix("latest:") {
                Some(time) => {
                    let time = latest_time(call, time)?;
                    let content = engine.get_version_at(address.clone(), time, call.now).await;
                    // At that time the entry was deleted, or not there yet.
                    content.map_err(failed)?.filter(|content| content.entry.is_some())
                }
                None => Some(at_revision(call, &address, revision).await?),
            };
            match content {
                Some(RevisionContent { entry: Some(record), .. }) => Some(record),
                Some(RevisionContent { record, entry: None }) => {
                    let own_scope = parent.scope.as_ref().map(|_| &address.scope);
                    let path = resource::path(call.universe, &address.store, own_scope, &address.key);
                    return reply::serialised(&EntryResource::version(
                        path,
                        address.key.to_string(),
                        &record,
                    ));
                }
                None => None,
            }
        }
    };
    match found {
        Some(record) => {
            call.count(&address, Direction::Read, record.value.len_bytes())?;
            shown(call, parent, &address, &record)
        }
        None => {
            let missing = StoreError::EntryNotFound { address: Box::new(address.clone()) };
            Err(call.entry_failed(missing, &address.store).await)
        }
    }
}

/// Reads the time of `@latest:`, which lies after 1970 and at most ten minutes in the future (`roblox-apis.md §2.2`).
fn latest_time(call: &Call, text: &str) -> Result<Timestamp, Refusal> {
    let range = Timestamp::UNIX_EPOCH..=call.now.saturating_add(LATEST_AHEAD);
    let time = Timestamp::parse_rfc3339(text).ok().filter(|time| range.contains(time));
    time.ok_or_else(|| Refusal::argument("Invalid timestamp."))
}

/// Reads a revision; one that is unknown, expired or not kept by Roblox is told as observed (`roblox-apis.md §2.2` \[O\]).
async fn at_revision(call: &Call, address: &EntryAddress, text: &str) -> Result<RevisionContent, Refusal> {
    let invalid = || Refusal::argument("Invalid version id.");
    let revision = RevisionId::parse(text).map_err(|_| invalid())?;
    let found = call.engine().get_revision(address.clone(), revision, call.now).await;
    let found = found.map_err(|error| call.failed(&error))?;
    found.filter(|content| content.record.state != RevisionState::LocalCopy).ok_or_else(invalid)
}

/// Writes what a body says, and describes the entry as it is then.
async fn write(
    call: &Call,
    body: &Body,
    address: EntryAddress,
    expected: Expectation,
) -> Result<Result<EntryRecord, StoreError>, Refusal> {
    let value = body.value()?;
    let metadata = body.metadata()?;
    call.count(&address, Direction::Write, value.len_bytes())?;
    let Metadata { user_ids, attributes } = metadata.clone();
    let write = Write { address, value: value.clone(), user_ids, attributes, expected, now: call.now };
    let receipt = call.engine().write(write).await;
    Ok(receipt.map(|receipt| metadata.record(value, receipt.revision)))
}

fn shown(
    call: &Call,
    parent: &Parent,
    address: &EntryAddress,
    record: &EntryRecord,
) -> Result<Response<Bytes>, Refusal> {
    let own_scope = parent.scope.as_ref().map(|_| &address.scope);
    let path = resource::path(call.universe, &address.store, own_scope, &address.key);
    let raw = |text: &str| RawValue::from_string(text.to_owned());
    match (raw(record.value.as_str()), raw(record.attributes.as_str())) {
        (Ok(value), Ok(attributes)) => {
            reply::serialised(&EntryResource::live(path, &address.key, record, &value, &attributes))
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "a stored value is not JSON");
            Err(Refusal::Status(V2Code::Internal, "An unknown error occurred.".to_owned()))
        }
    }
}

/// Reads where a listing goes on; a token of another listing is refused.
pub(super) fn page_token<const N: usize>(
    call: &Call,
    parts: &[&str],
) -> Result<Option<[String; N]>, Refusal> {
    let name = if call.query.get("page_token").is_some() { "page_token" } else { "pageToken" };
    let read = |text: &str| token::decode(text, parts).ok_or_else(invalid_page_token);
    call.query.get(name).map(read).transpose()
}

/// Refuses a page token.
pub(super) fn invalid_page_token() -> Refusal {
    Refusal::argument("Invalid page token.")
}
