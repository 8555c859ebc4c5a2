//! Listings of data stores v1: data stores, keys and versions (`roblox-apis.md §1.2`, `§1.3`).
//!
//! A page that is full carries a cursor, even when nothing follows; the page after it is then empty (`§0.1`).

use bytes::Bytes;
use daemon_core::names::{EntryId, Key, Scope, StoreName};
use daemon_core::revision::RevisionId;
use daemon_core::time::Timestamp;
use daemon_store::universe::records::{
    AllKeysFilter, DeletableStoreFilter, RevisionRecord, RevisionState, VersionFilter,
};
use http::Response;
use serde::Serialize;

use crate::emulator::access::Permission;
use crate::emulator::call::{Call, SCAN_LIMIT};
use crate::emulator::refusal::{Refusal, V1Code};
use crate::emulator::v1::{address, scope, store_name};
use crate::emulator::{reply, token};

/// The size of a page of data stores when none is asked for (`roblox-apis.md §1.2` \[D\]).
const STORES_DEFAULT: usize = 1;
/// The size of a page of keys or versions when none is asked for (`roblox-apis.md §1.2` \[D\]).
const PAGE_DEFAULT: usize = 16;
/// The largest page; larger sizes count as this one \[I\].
const PAGE_LIMIT: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoresBody {
    datastores: Vec<StoreItem>,
    next_page_cursor: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoreItem {
    name: String,
    created_time: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeysBody {
    keys: Vec<KeyItem>,
    next_page_cursor: String,
}

#[derive(Serialize)]
struct KeyItem {
    scope: String,
    key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionsBody {
    versions: Vec<EntryVersion>,
    next_page_cursor: String,
}

/// A version as lists of versions and answers to writes describe it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryVersion {
    version: String,
    deleted: bool,
    content_length: u64,
    created_time: String,
    object_created_time: String,
}

impl EntryVersion {
    pub(super) fn new(revision: &RevisionId, deleted: bool, content_length: u64) -> Self {
        Self {
            version: revision.to_string(),
            deleted,
            content_length,
            created_time: revision.at().format_rfc3339(),
            object_created_time: revision.created().format_rfc3339(),
        }
    }

    fn of_record(record: &RevisionRecord) -> Self {
        Self::new(&record.revision, record.state == RevisionState::Removed, record.size_bytes)
    }
}

/// Lists the data stores that have entries and are not deleted.
pub(in crate::emulator) async fn stores(call: &Call) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::ListStores, None)?;
    let prefix = call.query.get("prefix").unwrap_or_default();
    let parts = ["v1/stores", &call.universe.to_string(), prefix];
    let after = match position(call, &parts)? {
        Some([name]) => Some(StoreName::parse(&name).map_err(|_| invalid_cursor())?),
        None => None,
    };
    let size = call.page_size("limit", STORES_DEFAULT, PAGE_LIMIT)?;
    let filter = DeletableStoreFilter { prefix: prefix.to_owned(), after, limit: SCAN_LIMIT };
    let page = call.engine().list_deletable_stores(filter, call.now).await;
    let page = page.map_err(|error| call.failed(&error))?;
    let (mut datastores, mut last) = (Vec::new(), None);
    for store in &page.items {
        last = Some(&store.name);
        if store.expires_at.is_none() && store.has_entries {
            datastores.push(StoreItem {
                name: store.name.to_string(),
                created_time: store.created_at.format_rfc3339(),
            });
        }
        if datastores.len() == size {
            break;
        }
    }
    let last = last.filter(|_| page.has_more || datastores.len() == size);
    let next_page_cursor = last.map_or_else(String::new, |name| token::encode(&parts, &[name.as_str()]));
    reply::serialised(&StoresBody { datastores, next_page_cursor })
}

/// Lists keys, deleted ones too until they are forgotten.
pub(in crate::emulator) async fn keys(call: &Call) -> Result<Response<Bytes>, Refusal> {
    let store = store_name(call)?;
    call.authorise(Permission::ListEntries, Some(&store))?;
    let all_scopes = call.flag("allScopes")?;
    if all_scopes && call.query.get("scope").is_some() {
        return Err(Refusal::V1(V1Code::InvalidDataStoreScope));
    }
    let scope = if all_scopes { None } else { Some(scope(call)?) };
    let prefix = call.query.get("prefix").unwrap_or_default();
    let parts = [
        "v1/keys",
        &call.universe.to_string(),
        store.as_str(),
        scope.as_ref().map_or("*", |_| "1"),
        scope.as_ref().map_or("", Scope::as_str),
        prefix,
    ];
    let after = match position(call, &parts)? {
        Some([scope, key]) => Some(EntryId {
            scope: Scope::parse(&scope).map_err(|_| invalid_cursor())?,
            key: Key::parse(&key).map_err(|_| invalid_cursor())?,
        }),
        None => None,
    };
    let limit = call.page_size("limit", PAGE_DEFAULT, PAGE_LIMIT)?;
    let filter = AllKeysFilter { scope: scope.clone(), prefix: prefix.to_owned(), after, limit };
    let page = call.engine().list_all_keys(store.clone(), filter, call.now).await;
    let page = page.map_err(|error| call.failed(&error))?;
    let last = page.items.last().filter(|_| page.items.len() == limit);
    let next_page_cursor = last.map_or_else(String::new, |listed| {
        token::encode(&parts, &[listed.id.scope.as_str(), listed.id.key.as_str()])
    });
    let item = |id: &EntryId| KeyItem { scope: id.scope.to_string(), key: id.key.to_string() };
    let keys = page.items.iter().map(|listed| item(&listed.id)).collect();
    reply::serialised(&KeysBody { keys, next_page_cursor })
}

/// Lists the versions of an entry.
pub(in crate::emulator) async fn versions(call: &Call) -> Result<Response<Bytes>, Refusal> {
    let address = address(call)?;
    call.authorise(Permission::ListVersions, Some(&address.store))?;
    let ascending = match call.query.get("sortOrder") {
        None => true,
        Some(order) if order.eq_ignore_ascii_case("Ascending") => true,
        Some(order) if order.eq_ignore_ascii_case("Descending") => false,
        Some(_) => return Err(Refusal::V1(V1Code::InvalidSortOrder)),
    };
    let from = time(call, "startTime", V1Code::InvalidStartTime)?;
    let until = time(call, "endTime", V1Code::InvalidEndTime)?;
    let universe = call.universe.to_string();
    let [from_text, until_text] =
        [from, until].map(|time| time.map_or_else(String::new, |time| time.to_string()));
    let parts = [
        "v1/versions",
        &universe,
        address.store.as_str(),
        address.scope.as_str(),
        address.key.as_str(),
        if ascending { "Ascending" } else { "Descending" },
        &from_text,
        &until_text,
    ];
    let after = match position(call, &parts)? {
        Some([revision]) => Some(RevisionId::parse(&revision).map_err(|_| invalid_cursor())?),
        None => None,
    };
    let limit = call.page_size("limit", PAGE_DEFAULT, PAGE_LIMIT)?;
    let filter = VersionFilter { from, until, ascending, after, limit };
    let page = call.engine().list_versions(address.clone(), filter, call.now).await;
    let page = page.map_err(|error| call.failed(&error))?;
    let last = page.items.last().filter(|_| page.items.len() == limit);
    let next_page_cursor =
        last.map_or_else(String::new, |record| token::encode(&parts, &[record.revision.as_str()]));
    let versions = page.items.iter().map(EntryVersion::of_record).collect();
    reply::serialised(&VersionsBody { versions, next_page_cursor })
}

fn time(call: &Call, name: &str, code: V1Code) -> Result<Option<Timestamp>, Refusal> {
    let read = |text: &str| Timestamp::parse_rfc3339(text).map_err(|_| Refusal::V1(code));
    call.query.get(name).map(read).transpose()
}

/// Reads where the listing goes on; a cursor of another listing is refused.
fn position<const N: usize>(call: &Call, parts: &[&str]) -> Result<Option<[String; N]>, Refusal> {
    let read = |text: &str| token::decode(text, parts).ok_or_else(invalid_cursor);
    call.query.get("cursor").map(read).transpose()
}

fn invalid_cursor() -> Refusal {
    Refusal::V1(V1Code::InvalidCursor)
}
