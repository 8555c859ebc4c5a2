//! Entries of data stores v1: bytes in, bytes out (`roblox-apis.md §1`).
//!
//! **Invariant:** a value is answered with the bytes it was set with.

use bytes::Bytes;
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, Key, Scope, StoreKind, StoreName};
use daemon_core::revision::RevisionId;
use daemon_core::value::{JsonText, VALUE_LIMIT_BYTES};
use daemon_store::error::StoreError;
use daemon_store::universe::records::{Expectation, Increment, RevisionState, Write};
use http::{Method, Response, StatusCode, header};

use crate::emulator::access::Permission;
use crate::emulator::call::{Call, Metadata};
use crate::emulator::limits::Direction;
use crate::emulator::refusal::{Refusal, V1Code};
use crate::emulator::reply;

pub(super) mod listings;

/// The bytes from which on attributes are refused (`roblox-apis.md §1.1`).
const ATTRIBUTES_END_BYTES: usize = 300;

/// Reads, sets or deletes an entry.
pub(super) async fn entry(call: &Call) -> Result<Response<Bytes>, Refusal> {
    let address = address(call)?;
    match call.method {
        Method::POST => set(call, address).await,
        Method::DELETE => delete(call, address).await,
        _ => get(call, address).await,
    }
}

/// Adds to an entry and answers the sum.
pub(super) async fn increment(call: &Call) -> Result<Response<Bytes>, Refusal> {
    let address = address(call)?;
    let amount = call.integer("incrementBy")?.unwrap_or(1);
    let metadata = metadata(call)?;
    authorise_write(call, &address).await?;
    call.count(&address, Direction::Write, 0)?;
    let Metadata { user_ids, attributes } = metadata.clone();
    let increment = Increment { address, amount, user_ids, attributes, now: call.now };
    let receipt = call.engine().increment(increment).await.map_err(|error| call.failed(&error))?;
    Ok(reply::entry(StatusCode::OK, metadata.record(receipt.value, receipt.revision)))
}

/// Reads a version of an entry.
pub(super) async fn version(call: &Call) -> Result<Response<Bytes>, Refusal> {
    let address = address(call)?;
    call.authorise(Permission::ReadVersion, Some(&address.store))?;
    let revision = RevisionId::parse(call.query.get("versionId").unwrap_or_default())
        .map_err(|_| Refusal::V1(V1Code::InvalidVersionId))?;
    let found = call.engine().get_revision(address.clone(), revision, call.now).await;
    let found = found.map_err(|error| call.failed(&error))?;
    match found.filter(|version| version.record.state != RevisionState::LocalCopy) {
        // The version of a deletion has no value ([I]: told like a deleted entry).
        Some(version) => match version.entry {
            Some(record) => {
                call.count(&address, Direction::Read, record.value.len_bytes())?;
                Ok(reply::entry(StatusCode::OK, record))
            }
            None => Err(Refusal::V1(V1Code::EntryNotFound)),
        },
        None => Err(missing(call, &address, V1Code::VersionNotFound).await),
    }
}

/// Reads the address a query names.
fn address(call: &Call) -> Result<EntryAddress, Refusal> {
    let store = store_name(call)?;
    let scope = scope(call)?;
    let key = Key::parse(call.query.get("entryKey").unwrap_or_default())
        .map_err(|_| Refusal::V1(V1Code::InvalidEntryKey))?;
    Ok(EntryAddress { store, scope, key })
}

fn store_name(call: &Call) -> Result<StoreName, Refusal> {
    StoreName::parse(call.query.get("datastoreName").unwrap_or_default())
        .map_err(|_| Refusal::V1(V1Code::InvalidDataStoreName))
}

fn scope(call: &Call) -> Result<Scope, Refusal> {
    match call.query.get("scope") {
        Some(scope) => Scope::parse(scope).map_err(|_| Refusal::V1(V1Code::InvalidDataStoreScope)),
        None => Ok(Scope::global()),
    }
}

/// Reads user ids and attributes from their headers; what is not sent is cleared.
fn metadata(call: &Call) -> Result<Metadata, Refusal> {
    let text = |name: &str| call.headers.get(name).map(|value| std::str::from_utf8(value.as_bytes()));
    let attributes = match text("roblox-entry-attributes") {
        None => Attributes::default(),
        Some(Ok(text)) if text.len() < ATTRIBUTES_END_BYTES => {
            Attributes::parse(text).map_err(|_| Refusal::V1(V1Code::InvalidAttributes))?
        }
        Some(_) => return Err(Refusal::V1(V1Code::InvalidAttributes)),
    };
    let user_ids = match text("roblox-entry-userids") {
        None => UserIds::default(),
        Some(Ok(text)) => UserIds::parse(text).map_err(|_| Refusal::V1(V1Code::InvalidUserIds))?,
        Some(Err(_)) => return Err(Refusal::V1(V1Code::InvalidUserIds)),
    };
    Ok(Metadata { user_ids, attributes })
}

async fn get(call: &Call, address: EntryAddress) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::ReadEntry, Some(&address.store))?;
    let found = call.engine().get(address.clone()).await.map_err(|error| call.failed(&error))?;
    match found {
        Some(record) => {
            call.count(&address, Direction::Read, record.value.len_bytes())?;
            Ok(reply::entry(StatusCode::OK, record))
        }
        // A deleted entry answers 404, as the prose has it, not 204 ([I], `roblox-apis.md §1.3`).
        None => Err(missing(call, &address, V1Code::EntryNotFound).await),
    }
}

async fn set(call: &Call, address: EntryAddress) -> Result<Response<Bytes>, Refusal> {
    let expected = expectation(call)?;
    let value = value(call)?;
    let Metadata { user_ids, attributes } = metadata(call)?;
    authorise_write(call, &address).await?;
    let size_bytes = value.len_bytes();
    call.count(&address, Direction::Write, size_bytes)?;
    let write = Write { address, value, user_ids, attributes, expected, now: call.now };
    let revision = match call.engine().write(write).await {
        Ok(receipt) => receipt.revision,
        Err(StoreError::Conflict { current }) => {
            // Where there is no entry at all, there is nothing to describe ([I]).
            let status = StatusCode::PRECONDITION_FAILED;
            let reply = match current {
                Some(record) => reply::entry(status, *record),
                None => reply::json(status, Bytes::new()),
            };
            return Err(Refusal::Reply(Box::new(reply)));
        }
        Err(error) => return Err(call.failed(&error)),
    };
    reply::serialised(&listings::EntryVersion::new(&revision, false, size_bytes as u64))
}

async fn delete(call: &Call, address: EntryAddress) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::DeleteEntry, Some(&address.store))?;
    call.count(&address, Direction::Write, 0)?;
    let store = address.store.clone();
    match call.engine().remove(address, Expectation::Any, call.now).await {
        Ok(_) => {
            let mut reply = Response::new(Bytes::new());
            *reply.status_mut() = StatusCode::NO_CONTENT;
            Ok(reply)
        }
        // Deleting what is deleted already is told like deleting what never was ([I]).
        Err(error) => Err(call.entry_failed(error, &store).await),
    }
}

/// Reads what must be there before a set (`roblox-apis.md §1.3`).
fn expectation(call: &Call) -> Result<Expectation, Refusal> {
    match (call.query.get("matchVersion"), call.flag("exclusiveCreate")?) {
        (Some(_), true) => Err(Refusal::V1(V1Code::ExclusiveCreateAndMatchVersionCannotBeSet)),
        (Some(version), false) => {
            let revision = RevisionId::parse(version).map_err(|_| Refusal::V1(V1Code::InvalidVersionId))?;
            Ok(Expectation::Revision(revision))
        }
        (None, true) => Ok(Expectation::Absent),
        (None, false) => Ok(Expectation::Any),
    }
}

/// Reads the body as a value, byte for byte.
fn value(call: &Call) -> Result<JsonText, Refusal> {
    if !call.headers.contains_key(header::CONTENT_LENGTH) {
        return Err(Refusal::V1(V1Code::ContentLengthRequired));
    }
    if call.body.len() > VALUE_LIMIT_BYTES {
        return Err(Refusal::V1(V1Code::ContentTooBig));
    }
    if let Some(checksum) = call.headers.get("content-md5")
        && checksum.as_bytes() != reply::md5(&call.body).as_bytes()
    {
        return Err(Refusal::V1(V1Code::ChecksumMismatch));
    }
    let not_json = || Refusal::V1(V1Code::ContentNotJson);
    let text = std::str::from_utf8(&call.body).map_err(|_| not_json())?;
    JsonText::parse(text).map_err(|_| not_json())
}

/// Refuses a write unless the key may do what it turns out to be: an update, a creation, or the creation of the data store
/// as well (`roblox-apis.md §1.2`).
async fn authorise_write(call: &Call, address: &EntryAddress) -> Result<(), Refusal> {
    if call.key.is_unrestricted() {
        return Ok(());
    }
    let engine = call.engine();
    let found = engine.get(address.clone()).await.map_err(|error| call.failed(&error))?;
    if found.is_some() {
        return call.authorise(Permission::UpdateEntry, Some(&address.store));
    }
    call.authorise(Permission::CreateEntry, Some(&address.store))?;
    let store = engine.describe_store(StoreKind::Standard, address.store.clone()).await;
    match store.map_err(|error| call.failed(&error))? {
        Some(_) => Ok(()),
        None => call.authorise(Permission::CreateStore, Some(&address.store)),
    }
}

/// Tells what is missing: the data store, or what was looked for in it.
async fn missing(call: &Call, address: &EntryAddress, what: V1Code) -> Refusal {
    let described = call.engine().describe_store(StoreKind::Standard, address.store.clone()).await;
    match described {
        Ok(Some(_)) => Refusal::V1(what),
        Ok(None) => Refusal::V1(V1Code::DatastoreNotFound),
        Err(error) => call.failed(&error),
    }
}
