//! Ordered data stores, v2 and v1 (`roblox-apis.md §2.3`, `§3.1`): the same entries under two spellings.
//!
//! A data store that does not exist answers 404 to a listing, as the engine reports it (\[I\], `§4.9` code 404).

use bytes::Bytes;
use daemon_core::names::{EntryAddress, Key, StoreName};
use daemon_store::error::StoreError;
use daemon_store::universe::records::{OrderedExpectation, OrderedFilter, OrderedReceipt, OrderedRecord};
use http::{Method, Response, StatusCode};
use serde::Serialize;

use crate::emulator::access::Permission;
use crate::emulator::call::Call;
use crate::emulator::refusal::{Family, Refusal};
use crate::emulator::route::Parent;
use crate::emulator::v2::body::Body;
use crate::emulator::v2::{PAGE_DEFAULT, invalid_page_token, page_token, scope, store_name};
use crate::emulator::{reply, token};

/// The largest page (`roblox-apis.md §2.3`, `§3.1`).
const PAGE_LIMIT: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct V2List {
    ordered_data_store_entries: Vec<OrderedResource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct V1List {
    entries: Vec<OrderedResource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct OrderedResource {
    path: String,
    id: String,
    value: i64,
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
    let address = address(parent, entry)?;
    match call.method {
        Method::PATCH => update(call, parent, address).await,
        Method::DELETE => delete(call, address).await,
        _ => get(call, parent, address).await,
    }
}

/// Adds to an entry, creating it when it does not exist.
pub(super) async fn increment(call: &Call, parent: &Parent, entry: &str) -> Result<Response<Bytes>, Refusal> {
    let address = address(parent, entry)?;
    call.authorise(Permission::WriteOrdered, Some(&address.store))?;
    let body = Body::parse(&call.body)?;
    let amount = match call.family {
        Family::OrderedV1 => body.integer("amount")?,
        Family::V1 | Family::V2 => body.whole_number("amount")?,
    };
    let outcome = call.engine().increment_ordered(address.clone(), amount, call.now).await;
    answer(call, parent, &address, outcome)
}

async fn list(call: &Call, parent: &Parent) -> Result<Response<Bytes>, Refusal> {
    let store = store_name(&parent.store)?;
    let scope = scope(parent)?;
    call.authorise(Permission::ReadOrdered, Some(&store))?;
    let (size_name, order_name) = match call.family {
        Family::OrderedV1 => ("max_page_size", "order_by"),
        Family::V1 | Family::V2 => ("maxPageSize", "orderBy"),
    };
    let descending = match (call.family, call.query.get(order_name)) {
        (_, None) | (Family::V2, Some("value")) => false,
        (Family::V2, Some("value desc")) | (Family::OrderedV1, Some("desc")) => true,
        (_, Some(order)) => return Err(call.family.not_valid(order_name, order)),
    };
    let (min, max) = range(call.query.get("filter"))?;
    let text = |limit: Option<i64>| limit.map_or_else(String::new, |limit| limit.to_string());
    let order = if descending { "desc" } else { "" };
    let (universe, min_text, max_text) = (call.universe.to_string(), text(min), text(max));
    let parts = ["ordered", &universe, store.as_str(), scope.as_str(), order, &min_text, &max_text];
    let after = match page_token(call, &parts)? {
        Some([key, value]) => Some(OrderedRecord {
            key: Key::parse(&key).map_err(|_| invalid_page_token())?,
            value: value.parse().map_err(|_| invalid_page_token())?,
        }),
        None => None,
    };
    let limit = call.page_size(size_name, PAGE_DEFAULT, PAGE_LIMIT)?;
    let filter = OrderedFilter { scope: scope.clone(), descending, min, max, after, limit };
    let page = call.engine().list_ordered(store.clone(), filter).await;
    let page = page.map_err(|error| call.failed(&error))?;
    let last = page.items.last().filter(|_| page.items.len() == limit);
    let next_page_token =
        last.map(|record| token::encode(&parts, &[record.key.as_str(), &record.value.to_string()]));
    let entries = page.items.iter().map(|record| shown(call, parent, &store, &record.key, record.value));
    let entries = entries.collect();
    if call.family == Family::OrderedV1 {
        return reply::serialised(&V1List { entries, next_page_token });
    }
    reply::serialised(&V2List { ordered_data_store_entries: entries, next_page_token })
}

async fn create(call: &Call, parent: &Parent) -> Result<Response<Bytes>, Refusal> {
    let address = address(parent, call.query.get("id").unwrap_or_default())?;
    call.authorise(Permission::WriteOrdered, Some(&address.store))?;
    let value = value(call)?;
    let expected = OrderedExpectation::Absent;
    let outcome = call.engine().set_ordered_if(address.clone(), value, expected, call.now).await;
    match outcome {
        // The message is as observed (`roblox-apis.md §2.3` [O]).
        Err(StoreError::Conflict { .. }) => Err(Refusal::argument("Entry already exists.")),
        outcome => answer(call, parent, &address, outcome),
    }
}

async fn get(call: &Call, parent: &Parent, address: EntryAddress) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::ReadOrdered, Some(&address.store))?;
    let found = call.engine().get_ordered(address.clone()).await.map_err(|error| call.failed(&error))?;
    match found {
        Some(value) => reply::serialised(&shown(call, parent, &address.store, &address.key, value)),
        None => Err(call.failed(&StoreError::EntryNotFound { address: Box::new(address) })),
    }
}

async fn update(call: &Call, parent: &Parent, address: EntryAddress) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::WriteOrdered, Some(&address.store))?;
    let value = value(call)?;
    let allow_missing = match call.family {
        Family::OrderedV1 => call.flag("allow_missing")?,
        Family::V1 | Family::V2 => call.flag("allowMissing")?,
    };
    let outcome = if allow_missing {
        call.engine().set_ordered(address.clone(), value, call.now).await
    } else {
        let expected = OrderedExpectation::Present;
        call.engine().set_ordered_if(address.clone(), value, expected, call.now).await
    };
    answer(call, parent, &address, outcome)
}

/// Deletes an entry at once and for good; one that does not exist answers 404 (v1's documents allow success too).
async fn delete(call: &Call, address: EntryAddress) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::WriteOrdered, Some(&address.store))?;
    call.engine().remove_ordered(address, call.now).await.map_err(|error| call.failed(&error))?;
    Ok(reply::json(StatusCode::OK, "{}"))
}

/// Checks the names of a path. An id has up to 50 bytes, the engine's limit, though v2's documents allow 63 characters
/// (\[I\], `roblox-apis.md §2.3`).
fn address(parent: &Parent, entry: &str) -> Result<EntryAddress, Refusal> {
    let store = store_name(&parent.store)?;
    let scope = scope(parent)?;
    let key = Key::parse(entry).map_err(|_| Refusal::argument("Invalid entry id."))?;
    Ok(EntryAddress { store, scope, key })
}

/// Reads the value of a body; v2 rounds it, v1 takes whole numbers only.
fn value(call: &Call) -> Result<i64, Refusal> {
    let body = Body::parse(&call.body)?;
    match call.family {
        Family::OrderedV1 => body.integer("value"),
        Family::V1 | Family::V2 => body.rounded_number("value"),
    }
}

/// Reads a filter such as `entry >= 10 && entry <= 30`, whose parts are separated by one space each.
fn range(filter: Option<&str>) -> Result<(Option<i64>, Option<i64>), Refusal> {
    let (mut min, mut max) = (None, None);
    let Some(filter) = filter else { return Ok((min, max)) };
    let invalid = || Refusal::argument("Invalid filter: write it as `entry >= 10 && entry <= 30`.");
    for condition in filter.split(" && ") {
        let words: Vec<&str> = condition.split(' ').collect();
        let ["entry", operator, limit] = words.as_slice() else { return Err(invalid()) };
        let limit: i64 = limit.parse().map_err(|_| invalid())?;
        match *operator {
            ">=" => min = min.max(Some(limit)),
            "<=" => max = Some(max.map_or(limit, |max: i64| max.min(limit))),
            _ => return Err(invalid()),
        }
    }
    Ok((min, max))
}

fn answer(
    call: &Call,
    parent: &Parent,
    address: &EntryAddress,
    outcome: Result<OrderedReceipt, StoreError>,
) -> Result<Response<Bytes>, Refusal> {
    let receipt = outcome.map_err(|error| call.failed(&error))?;
    reply::serialised(&shown(call, parent, &address.store, &address.key, receipt.value))
}

fn shown(call: &Call, parent: &Parent, store: &StoreName, key: &Key, value: i64) -> OrderedResource {
    let universe = call.universe;
    let scope = parent.scope.as_deref().unwrap_or_default();
    let path = match call.family {
        Family::OrderedV1 => {
            format!("universes/{universe}/orderedDataStores/{store}/scopes/{scope}/entries/{key}")
        }
        Family::V1 | Family::V2 => {
            format!("universes/{universe}/ordered-data-stores/{store}/scopes/{scope}/entries/{key}")
        }
    };
    OrderedResource { path, id: key.to_string(), value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_with_single_spaces() {
        let check = |filter: &str, expected: Option<(Option<i64>, Option<i64>)>| {
            assert_eq!(range(Some(filter)).ok(), expected, "{filter}");
        };
        check("entry >= 10 && entry <= 30", Some((Some(10), Some(30))));
        check("entry <= -1", Some((None, Some(-1))));
        check("entry >= 1 && entry >= 5", Some((Some(5), None)));
        check("entry <= 9 && entry <= 5", Some((None, Some(5))));
        for filter in [
            "entry  >= 10",
            "entry>=10",
            "entry >= 10 &&entry <= 30",
            "Entry >= 10",
            "entry > 10",
            "entry >= 1.5",
            "entry >= 9223372036854775808",
            "value >= 10",
            "entry >= 10 && ",
        ] {
            check(filter, None);
        }
    }
}
