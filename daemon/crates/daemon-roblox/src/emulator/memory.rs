//! Memory stores v2: sorted maps, queues and flushes (`roblox-apis.md §3.2`).
//!
//! Items expire by the emulator's clock. What one map or queue may hold is limited; with the other limits so are the rate (an
//! item of a listing does not count by itself) and the memory of a whole universe. Inferred where nothing is documented
//! (\[I\]): an item without a time to live lives as long as one may, what an update leaves out stays as it is, a flush is
//! told to be done when it is asked about, and names of maps and queues are limited as those of items.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use daemon_store::error::StoreError;
use daemon_store::universe::memory::{
    MapExpectation, MapItem, MapWrite, MemoryLimits, MemoryScope, QueueItem, QueueRead, QueueWrite, SortKey,
};
use http::{Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use serde_json::value::RawValue;

use crate::emulator::access::Permission;
use crate::emulator::call::Call;
use crate::emulator::refusal::{Refusal, V2Code};
use crate::emulator::reply::{compact, v2_time};
use crate::emulator::v2::{invalid_page_token, page_token};
use crate::emulator::{reply, token};

pub mod filter;

/// The most characters of a name (\[D\] for items).
const NAME_LIMIT: usize = 127;
/// The most bytes of an item's value: 32 KB.
const VALUE_LIMIT_BYTES: usize = 32_768;
/// The longest an item may live: 45 days, 3,888,000 seconds.
const TTL_LIMIT: Duration = Duration::from_hours(45 * 24);
/// How many items one map or queue may hold.
const ITEMS_LIMIT: u64 = 1_000_000;
/// How many bytes one map or queue may hold.
const STRUCTURE_LIMIT_BYTES: u64 = 100 << 20;
/// The size of a page of a map when none is asked for.
const PAGE_DEFAULT: usize = 1;
/// The largest page of a map.
const PAGE_LIMIT: usize = 100;
/// How many items of a queue are read when nothing is asked for.
const COUNT_DEFAULT: usize = 1;
/// The most items of a queue that are read at once.
const COUNT_LIMIT: usize = 200;
/// How long what was read is hidden when nothing is asked for.
const HIDDEN_DEFAULT: Duration = Duration::from_secs(30);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MapItemResource {
    path: String,
    value: Box<RawValue>,
    etag: String,
    expire_time: String,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_sort_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numeric_sort_key: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MapItemsBody {
    items: Vec<MapItemResource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueueItemResource {
    path: String,
    data: Box<RawValue>,
    priority: f64,
    expire_time: String,
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadBody {
    read_id: String,
    items: Vec<QueueItemResource>,
}

/// The members of a request's object; unknown ones are passed over, as v2's other bodies do \[I\].
struct Members(HashMap<String, Box<RawValue>>);

impl Members {
    fn parse(body: &Bytes) -> Result<Self, Refusal> {
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|_| Refusal::argument("The request body is not a JSON object."))
    }

    /// Reads a member that may be `null`, which is one of protobuf's values.
    fn value(&self, name: &str) -> Result<Option<JsonText>, Refusal> {
        let Some(raw) = self.0.get(name) else { return Ok(None) };
        let text = compact(raw.get());
        if text.len() > VALUE_LIMIT_BYTES {
            return Err(Refusal::argument("ItemValueSizeTooLarge: an item's value has up to 32 KB."));
        }
        let value = JsonText::parse(text);
        value.map(Some).map_err(|error| Refusal::argument(format!("The value is {error}.")))
    }

    /// Reads a member; `null` counts as absent.
    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let Some(raw) = self.0.get(name) else { return Ok(None) };
        serde_json::from_str(raw.get()).map_err(|_| Refusal::argument(format!("Invalid value for `{name}`.")))
    }

    /// Reads when the item vanishes.
    fn expires_at(&self, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = self.read::<String>("ttl")? else { return Ok(None) };
        let ttl = duration(&text).filter(|ttl| *ttl <= TTL_LIMIT);
        let ttl = ttl.ok_or_else(|| {
            Refusal::argument("Invalid value for `ttl`: write it as `3s`, up to 3888000 seconds.")
        })?;
        Ok(Some(now.saturating_add(ttl)))
    }
}

/// Lists the items of a map or creates one.
pub(super) async fn map_items(call: &Call, map: &str) -> Result<Response<Bytes>, Refusal> {
    let map = name(map, "sorted map")?;
    match call.method {
        Method::POST => {
            let item = name(call.query.get("id").unwrap_or_default(), "item")?;
            write_item(call, map, item, MapExpectation::Absent).await
        }
        _ => list_items(call, map).await,
    }
}

/// Reads, updates or deletes an item of a map.
pub(super) async fn map_item(call: &Call, map: &str, item: &str) -> Result<Response<Bytes>, Refusal> {
    let (map, item) = (name(map, "sorted map")?, name(item, "item")?);
    match call.method {
        Method::PATCH => {
            let expected =
                if call.flag("allowMissing")? { MapExpectation::Any } else { MapExpectation::Present };
            write_item(call, map, item, expected).await
        }
        Method::DELETE => {
            call.authorise(Permission::WriteSortedMap, None)?;
            let removed = call.engine().remove_map_item(map, item, call.now).await;
            removed.map_err(|error| failed(call, &error))?;
            Ok(reply::json(StatusCode::OK, "{}"))
        }
        _ => {
            call.authorise(Permission::ReadSortedMap, None)?;
            let found = call.engine().get_map_item(map.clone(), item.clone(), call.now).await;
            match found.map_err(|error| failed(call, &error))? {
                Some(found) => reply::serialised(&shown_item(call, &map, found)?),
                None => Err(failed(call, &StoreError::MemoryItemNotFound { name: item })),
            }
        }
    }
}

/// Adds an item to a queue.
pub(super) async fn add_to_queue(call: &Call, queue: &str) -> Result<Response<Bytes>, Refusal> {
    let queue = name(queue, "queue")?;
    call.authorise(Permission::AddToQueue, None)?;
    let members = Members::parse(&call.body)?;
    let Some(value) = members.value("data")? else {
        return Err(Refusal::argument("The data is required."));
    };
    let priority = members.read("priority")?.unwrap_or(0.0);
    let expires_at = members.expires_at(call.now)?.unwrap_or(call.now.saturating_add(TTL_LIMIT));
    let (limits, now) = (limits(call), call.now);
    let write = QueueWrite { queue: queue.clone(), value, priority, expires_at, limits, now };
    let added = call.engine().add_queue_item(write).await.map_err(|error| failed(call, &error))?;
    reply::serialised(&shown_queue_item(call, &queue, added)?)
}

/// Reads items from the front of a queue.
pub(super) async fn read_queue(call: &Call, queue: &str) -> Result<Response<Bytes>, Refusal> {
    let queue = name(queue, "queue")?;
    call.authorise(Permission::ReadQueue, None)?;
    let limit = call.page_size("count", COUNT_DEFAULT, COUNT_LIMIT)?;
    let all_or_nothing = call.flag("allOrNothing")?;
    let hidden = match call.query.get("invisibilityWindow") {
        None => HIDDEN_DEFAULT,
        Some(text) => duration(text)
            .filter(|window| *window <= TTL_LIMIT)
            .ok_or_else(|| Refusal::argument("Invalid value for `invisibilityWindow`: write it as `3s`."))?,
    };
    let visible_at = call.now.saturating_add(hidden);
    let read = QueueRead { queue: queue.clone(), limit, all_or_nothing, visible_at, now: call.now };
    let batch = call.engine().read_queue(read).await.map_err(|error| failed(call, &error))?;
    let items = batch.items.into_iter().map(|item| shown_queue_item(call, &queue, item));
    let items = items.collect::<Result<_, _>>()?;
    reply::serialised(&ReadBody { read_id: number_text(batch.reading), items })
}

/// Removes what was read from a queue; what a later reading has, or is gone already, is passed over \[I\].
pub(super) async fn discard(call: &Call, queue: &str) -> Result<Response<Bytes>, Refusal> {
    let queue = name(queue, "queue")?;
    call.authorise(Permission::DiscardFromQueue, None)?;
    let invalid = || Refusal::argument("Invalid read id.");
    let reading = Members::parse(&call.body)?.read::<String>("readId")?.ok_or_else(invalid)?;
    let reading = number_of_text(&reading).ok_or_else(invalid)?;
    call.engine().discard_queue_items(queue, reading).await.map_err(|error| failed(call, &error))?;
    Ok(reply::json(StatusCode::OK, "{}"))
}

/// Empties all maps and queues.
pub(super) async fn flush(call: &Call) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::FlushMemory, None)?;
    let flush = call.engine().flush_memory(scope(call)?).await.map_err(|error| failed(call, &error))?;
    reply::serialised(&json!({ "path": operation_path(call, flush), "done": false }))
}

/// Tells how a flush goes: it is done.
pub(super) async fn flush_operation(call: &Call, operation: &str) -> Result<Response<Bytes>, Refusal> {
    let scope = scope(call)?;
    let flush = number_of_text(operation).ok_or_else(|| Refusal::argument("Invalid operation id."))?;
    let found = call.engine().find_flush(flush).await.map_err(|error| failed(call, &error))?;
    if found != Some(scope) {
        return Err(Refusal::Status(V2Code::NotFound, "Operation not found.".to_owned()));
    }
    let kind = "type.googleapis.com/roblox.open_cloud.cloud.v2.FlushMemoryStoreResponse";
    let response = json!({ "@type": kind });
    reply::serialised(&json!({ "path": operation_path(call, flush), "done": true, "response": response }))
}

async fn list_items(call: &Call, map: String) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::ReadSortedMap, None)?;
    let descending = match call.query.get("orderBy") {
        None | Some("id") => false,
        Some("id desc") => true,
        Some(order) => return Err(call.family.not_valid("orderBy", order)),
    };
    let text = call.query.get("filter").unwrap_or_default();
    let mut filter = filter::parse(text)
        .ok_or_else(|| Refusal::argument("Invalid filter: write it as `id > \"key-001\" && sortKey < 5`."))?;
    let universe = call.universe.to_string();
    let order = if descending { "desc" } else { "asc" };
    let parts = ["memory", &universe, &map, order, text];
    if let Some([after]) = page_token(call, &parts)? {
        filter.after = Some(name(&after, "item").map_err(|_| invalid_page_token())?);
    }
    filter.descending = descending;
    filter.limit = call.page_size("maxPageSize", PAGE_DEFAULT, PAGE_LIMIT)?;
    let limit = filter.limit;
    let page = call.engine().list_map_items(map.clone(), filter, call.now).await;
    let page = page.map_err(|error| failed(call, &error))?;
    let last = page.items.last().filter(|_| page.items.len() == limit);
    let next_page_token = last.map(|last| token::encode(&parts, &[&last.item]));
    let items = page.items.into_iter().map(|item| shown_item(call, &map, item));
    reply::serialised(&MapItemsBody { items: items.collect::<Result<_, _>>()?, next_page_token })
}

async fn write_item(
    call: &Call,
    map: String,
    item: String,
    expected: MapExpectation,
) -> Result<Response<Bytes>, Refusal> {
    call.authorise(Permission::WriteSortedMap, None)?;
    let members = Members::parse(&call.body)?;
    let text: Option<String> = members.read("stringSortKey")?;
    let number: Option<f64> = members.read("numericSortKey")?;
    let sort_key = match (text, number) {
        (Some(_), Some(_)) => return Err(Refusal::argument("Only one sort key can be set.")),
        (Some(text), None) if text.chars().count() > NAME_LIMIT => {
            return Err(Refusal::argument("The sort key has up to 127 characters."));
        }
        (text, number) => text.map(SortKey::Text).or_else(|| number.map(SortKey::Number)),
    };
    let write = MapWrite {
        map: map.clone(),
        item,
        value: members.value("value")?,
        sort_key,
        expires_at: members.expires_at(call.now)?,
        default_expires_at: call.now.saturating_add(TTL_LIMIT),
        expected,
        limits: limits(call),
        now: call.now,
    };
    let written = call.engine().write_map_item(write).await.map_err(|error| failed(call, &error))?;
    reply::serialised(&shown_item(call, &map, written)?)
}

fn limits(call: &Call) -> MemoryLimits {
    let total_bytes = call.meter.memory_bytes();
    MemoryLimits { items: ITEMS_LIMIT, bytes: STRUCTURE_LIMIT_BYTES, total_bytes }
}

fn name(text: &str, what: &str) -> Result<String, Refusal> {
    if (1..=NAME_LIMIT).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(Refusal::argument(format!("Invalid {what} id: it has 1 to {NAME_LIMIT} characters.")))
}

/// Reads a duration above zero as protobuf writes it: seconds, and an `s` (`roblox-apis.md §0.2`).
fn duration(text: &str) -> Option<Duration> {
    let seconds = text.strip_suffix('s')?;
    let is_plain = seconds.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds: f64 = seconds.parse().ok().filter(|_| is_plain)?;
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero())
}

fn scope(call: &Call) -> Result<MemoryScope, Refusal> {
    match call.query.get("scope") {
        None | Some("LIVE") => Ok(MemoryScope::Live),
        Some("TEST") => Ok(MemoryScope::Test),
        Some(scope) => Err(call.family.not_valid("scope", scope)),
    }
}

/// Tells what a failure means; the statuses of memory that is full are \[I\].
fn failed(call: &Call, error: &StoreError) -> Refusal {
    match error {
        StoreError::MemoryItemNotFound { .. } => {
            Refusal::Status(V2Code::NotFound, "NoItemFound: the item does not exist.".to_owned())
        }
        // As observed (`roblox-apis.md §3.2` [O]).
        StoreError::Conflict { .. } => {
            Refusal::Status(V2Code::AlreadyExists, "The item already exists.".to_owned())
        }
        StoreError::MemoryFull { .. } => Refusal::Status(
            V2Code::ResourceExhausted,
            "DataStructureItemsOverLimit or DataStructureMemoryOverLimit.".to_owned(),
        ),
        StoreError::AllMemoryFull => {
            Refusal::Status(V2Code::ResourceExhausted, "TotalMemoryOverLimit.".to_owned())
        }
        error => call.failed(error),
    }
}

fn number_text(number: u64) -> String {
    format!("{number:016x}")
}

fn number_of_text(text: &str) -> Option<u64> {
    let is_ours = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    u64::from_str_radix(text, 16).ok().filter(|number| is_ours && i64::try_from(*number).is_ok())
}

fn root(call: &Call) -> String {
    format!("cloud/v2/universes/{}/memory-store", call.universe)
}

fn operation_path(call: &Call, flush: u64) -> String {
    format!("{}/operations/{}", root(call), number_text(flush))
}

fn raw(value: JsonText) -> Result<Box<RawValue>, Refusal> {
    RawValue::from_string(value.into_string()).map_err(|error| {
        tracing::error!(%error, "a value of a memory store is not JSON");
        Refusal::Status(V2Code::Internal, "An unknown error occurred.".to_owned())
    })
}

fn shown_item(call: &Call, map: &str, item: MapItem) -> Result<MapItemResource, Refusal> {
    let (string_sort_key, numeric_sort_key) = match item.sort_key {
        Some(SortKey::Text(text)) => (Some(text), None),
        Some(SortKey::Number(number)) => (None, Some(number)),
        None => (None, None),
    };
    Ok(MapItemResource {
        path: format!("{}/sorted-maps/{map}/items/{}", root(call), item.item),
        value: raw(item.value)?,
        etag: number_text(item.etag),
        expire_time: v2_time(item.expires_at),
        id: item.item,
        string_sort_key,
        numeric_sort_key,
    })
}

fn shown_queue_item(call: &Call, queue: &str, item: QueueItem) -> Result<QueueItemResource, Refusal> {
    let id = number_text(item.id);
    Ok(QueueItemResource {
        path: format!("{}/queues/{queue}/items/{id}", root(call)),
        data: raw(item.value)?,
        priority: item.priority,
        expire_time: v2_time(item.expires_at),
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_above_zero() {
        assert_eq!(duration("3s"), Some(Duration::from_secs(3)));
        assert_eq!(duration("0.5s"), Some(Duration::from_millis(500)));
        for text in ["", "s", "3", "0s", "-1s", "1e3s", "infs", "1.2.3s", "3 s", "99999999999999999999999s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        assert_eq!(number_of_text(&number_text(77)), Some(77));
        for text in ["", "4d", "+00000000000004d", "000000000000004D", "ffffffffffffffff"] {
            assert_eq!(number_of_text(text), None, "{text}");
        }
    }
}
