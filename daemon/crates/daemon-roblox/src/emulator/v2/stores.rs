//! Data stores v2: listing, deleting and bringing back, and snapshots (`roblox-apis.md §2.1`).

use bytes::Bytes;
use daemon_core::names::StoreName;
use daemon_store::universe::records::DeletableStoreFilter;
use http::Response;
use serde::Serialize;

use crate::emulator::access::Permission;
use crate::emulator::call::{Call, SCAN_LIMIT};
use crate::emulator::refusal::Refusal;
use crate::emulator::v2::resource::StoreResource;
use crate::emulator::v2::{PAGE_DEFAULT, filter, invalid_page_token, page_token, store_name};
use crate::emulator::{reply, token};

/// The largest page of data stores (`roblox-apis.md §2.1`).
const PAGE_LIMIT: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoresBody {
    data_stores: Vec<StoreResource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotBody {
    new_snapshot_taken: bool,
    latest_snapshot_time: String,
}

/// Lists data stores that have entries, deleted ones too when they are asked for.
///
/// One call passes over a limited number of deleted stores, so a page may be empty and carry a token all the same.
pub(in crate::emulator) async fn list(call: &Call) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::ListStores, None)?;
    let show_deleted = call.flag("showDeleted")?;
    let prefix = filter::starts_with(call.query.get("filter"))?;
    let shown = if show_deleted { "all" } else { "live" };
    let parts = ["v2/stores", &call.universe.to_string(), &prefix.clone(), shown];
    let after = match page_token(call, &parts)? {
        Some([name]) => Some(StoreName::parse(&name).map_err(|_| invalid_page_token())?),
        None => None,
    };
    let size = call.page_size("maxPageSize", PAGE_DEFAULT, PAGE_LIMIT)?;
    let filter = DeletableStoreFilter { prefix, after, limit: SCAN_LIMIT };
    let page = call.engine().list_deletable_stores(filter, call.now).await;
    let page = page.map_err(|error| call.failed(&error))?;
    let (mut data_stores, mut last) = (Vec::new(), None);
    for store in &page.items {
        last = Some(&store.name);
        if store.has_entries && (show_deleted || store.expires_at.is_none()) {
            data_stores.push(StoreResource::new(call.universe, store));
        }
        if data_stores.len() == size {
            break;
        }
    }
    let last = last.filter(|_| page.has_more || data_stores.len() == size);
    let next_page_token = last.map(|name| token::encode(&parts, &[name.as_str()]));
    reply::serialised(&StoresBody { data_stores, next_page_token })
}

/// Deletes a data store for 30 days; deleting it again answers it as it is.
pub(in crate::emulator) async fn delete(call: &Call, store: &str) -> Result<Response<Bytes>, Refusal> {
    let name = store_name(store)?;
    call.authorise(Permission::DeleteStore, Some(&name))?;
    let store = call.engine().delete_store(name, call.now).await.map_err(|error| call.failed(&error))?;
    reply::serialised(&StoreResource::new(call.universe, &store))
}

/// Brings a deleted data store back.
pub(in crate::emulator) async fn undelete(call: &Call, store: &str) -> Result<Response<Bytes>, Refusal> {
    let name = store_name(store)?;
    call.authorise(Permission::DeleteStore, Some(&name))?;
    let store = call.engine().undelete_store(name, call.now).await.map_err(|error| call.failed(&error))?;
    reply::serialised(&StoreResource::new(call.universe, &store))
}

/// Takes a snapshot, once per UTC day.
pub(in crate::emulator) async fn snapshot(call: &Call) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::Snapshot, None)?;
    let receipt = call.engine().take_snapshot(call.now).await.map_err(|error| call.failed(&error))?;
    reply::serialised(&SnapshotBody {
        new_snapshot_taken: receipt.taken,
        latest_snapshot_time: reply::v2_time(receipt.at),
    })
}
