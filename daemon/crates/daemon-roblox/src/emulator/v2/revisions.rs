//! Lists of an entry's revisions, newest first (`roblox-apis.md §2.2`).
//!
//! As observed (`§0.1` \[O\]), every page with revisions on it carries a token, so the last page is empty.

use bytes::Bytes;
use daemon_core::revision::RevisionId;
use daemon_core::time::Timestamp;
use daemon_store::universe::records::VersionFilter;
use http::Response;
use serde::Serialize;

use crate::emulator::access::Permission;
use crate::emulator::call::Call;
use crate::emulator::refusal::Refusal;
use crate::emulator::route::Parent;
use crate::emulator::v2::resource::{self, EntryResource};
use crate::emulator::v2::{PAGE_DEFAULT, address, filter, invalid_page_token};
use crate::emulator::{reply, token};

/// The largest page of revisions (`roblox-apis.md §2.2`).
const PAGE_LIMIT: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RevisionsBody<'a> {
    data_store_entries: Vec<EntryResource<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// Lists the revisions of an entry.
pub(in crate::emulator) async fn list(
    call: &Call,
    parent: &Parent,
    entry: &str,
) -> Result<Response<Bytes>, Refusal> {
    let address = address(parent, entry)?;
    call.authorise(Permission::ListVersions, Some(&address.store))?;
    let range = filter::times(call.query.get("filter"))?;
    let text = |time: Option<Timestamp>| time.map_or_else(String::new, |time| time.to_string());
    let (universe, from, until) = (call.universe.to_string(), text(range.from), text(range.until));
    let (store, scope, key) = (address.store.as_str(), address.scope.as_str(), address.key.as_str());
    let parts = ["v2/revisions", &universe, store, scope, key, &from, &until];
    let after = match call.query.get("pageToken") {
        Some(text) => {
            let revision = token::decode_revision(text, &parts).ok_or_else(invalid_page_token)?;
            Some(RevisionId::parse(&revision).map_err(|_| invalid_page_token())?)
        }
        None => None,
    };
    let limit = call.page_size("maxPageSize", PAGE_DEFAULT, PAGE_LIMIT)?;
    let filter = VersionFilter { from: range.from, until: range.until, ascending: false, after, limit };
    let page = call.engine().list_versions(address.clone(), filter, call.now).await;
    let page = page.map_err(|error| call.failed(&error))?;
    let own_scope = parent.scope.as_ref().map(|_| &address.scope);
    let path = resource::path(call.universe, &address.store, own_scope, &address.key);
    let data_store_entries = page
        .items
        .iter()
        .map(|record| {
            let suffixed = |text: &str| format!("{text}@{}", record.revision);
            EntryResource::version(suffixed(&path), suffixed(key), record)
        })
        .collect();
    let last = page.items.last();
    let next_page_token = last.map(|record| token::encode_revision(&parts, record.revision.as_str()));
    reply::serialised(&RevisionsBody { data_store_entries, next_page_token })
}
