//! What a key may do, told to whoever has it (`roblox-apis.md §0.4`).
//!
//! The kinds of the members are as documented where they are; that ids of people are numbers is \[I\].

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use daemon_core::time::Timestamp;
use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};

use crate::emulator::access::{Grant, Permission};
use crate::emulator::keys::{FoundKey, KeyState, Keys};
use crate::emulator::refusal::Refusal;
use crate::emulator::reply;

/// The path, which takes `POST` without a key in a header.
pub(super) const PATH: &str = "/api-keys/v1/introspect";
/// Who owns all keys of the emulator.
const OWNER_ID: i64 = 1;
/// Stands for all universes or data stores.
const ALL: &str = "*";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    api_key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    name: String,
    authorized_user_id: i64,
    scopes: Vec<ScopeForm>,
    enabled: bool,
    expired: bool,
    expiration_time_utc: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScopeForm {
    name: &'static str,
    operations: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    universe_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    universe_datastores: Option<Vec<StoreForm>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoreForm {
    universe_id: String,
    datastore_name: String,
}

/// Tells what a key may do. One that is revoked or not known is refused as the gateway does, as is one asked about from
/// an address it does not allow (\[I\]).
pub(super) fn answer(
    keys: &Keys,
    body: &Bytes,
    address: IpAddr,
    now: Timestamp,
) -> Result<Response<Bytes>, Refusal> {
    let question: Question = serde_json::from_slice(body)
        .map_err(|_| Refusal::Gateway(StatusCode::BAD_REQUEST, "The request body is not valid."))?;
    let key = keys.find(question.api_key.as_bytes()).ok_or(Refusal::INVALID_API_KEY)?;
    if key.state == KeyState::Revoked {
        return Err(Refusal::INVALID_API_KEY);
    }
    if !key.is_allowed_from(address) {
        return Err(Refusal::FOREIGN_ADDRESS);
    }
    reply::serialised(&Answer {
        name: key.name.clone(),
        authorized_user_id: OWNER_ID,
        scopes: scopes(&key),
        enabled: key.state != KeyState::Disabled,
        expired: key.is_expired(now),
        expiration_time_utc: key.expires_at.map(reply::v2_time),
    })
}

/// Gathers the operations of each permission scope and target.
fn scopes(key: &FoundKey) -> Vec<ScopeForm> {
    let everything = |permission| Grant { permission, universe: None, store: None };
    let grants = match &key.grants {
        Some(grants) => grants.to_vec(),
        None => Permission::ALL.into_iter().map(everything).collect(),
    };
    let mut gathered: BTreeMap<_, Vec<&'static str>> = BTreeMap::new();
    for grant in grants {
        let (name, operation) = grant.permission.as_str().split_once(':').unwrap_or_default();
        let universe = grant.universe.map_or_else(|| ALL.to_owned(), |id| id.to_string());
        let store = grant.permission.is_about_stores();
        let store = store.then(|| grant.store.unwrap_or_else(|| ALL.to_owned()));
        let operations = gathered.entry((name, universe, store)).or_default();
        if !operations.contains(&operation) {
            operations.push(operation);
        }
    }
    let form = |((name, universe_id, store), operations)| match store {
        None => {
            ScopeForm { name, operations, universe_ids: Some(vec![universe_id]), universe_datastores: None }
        }
        Some(datastore_name) => ScopeForm {
            name,
            operations,
            universe_ids: None,
            universe_datastores: Some(vec![StoreForm { universe_id, datastore_name }]),
        },
    };
    gathered.into_iter().map(form).collect()
}
