//! Memory stores and messages, which live servers share (`roblox-apis.md §3.2`, `§3.3`).
//!
//! `[I]` Names and ids that may not fit a path are refused here, since there is no way around the path.

use std::fmt::Write as _;
use std::time::Duration;

use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use http::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::client::endpoint::{Target, fits_path};
use crate::client::error::CloudError;
use crate::client::listing::next;
use crate::client::transport::{Call, not_understood};
use crate::client::wire::Time;
use crate::client::{CloudPage, OpenCloud, page_size};
use crate::governor::class::Class;

/// The most items of a sorted map on a page (`roblox-apis.md §3.2`).
pub const MAP_PAGE_LIMIT: usize = 100;

/// The most items of a queue that are read at once (`roblox-apis.md §3.2`).
pub const QUEUE_READ_LIMIT: usize = 200;

/// The most bytes of a page of items: 200 of 32 KB (`roblox-apis.md §3.2`), and slack.
const ITEMS_REPLY_LIMIT: usize = 8 << 20;

const MAP_READ: &str = "memory-store.sorted-map:read";
const MAP_WRITE: &str = "memory-store.sorted-map:write";

/// What a sorted map is sorted by, beside the id.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
}

/// An item of a sorted map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapItem {
    /// Its id.
    pub id: String,
    /// Its value.
    pub value: JsonText,
    /// What it is sorted by, if anything.
    pub sort_key: Option<SortKey>,
    /// What changes with every change.
    pub etag: Option<String>,
    /// When it vanishes, where told.
    pub expires_at: Option<Timestamp>,
}

/// An item of a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueItem {
    /// Its id.
    pub id: String,
    /// What was queued.
    pub data: JsonText,
    /// Higher comes first.
    pub priority: f64,
    /// When it vanishes, where told.
    pub expires_at: Option<Timestamp>,
}

/// Items read from a queue, invisible to others until their window ends or they are discarded.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRead {
    /// What [`OpenCloud::discard_queue_items`] asks for.
    pub read_id: String,
    /// The items.
    pub items: Vec<QueueItem>,
}

/// Which items of a sorted map to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapQuery {
    /// Last id first.
    pub is_descending: bool,
    /// Roblox's own filter on `id` and `sortKey`, as in `id > "a" && id < "b"`.
    pub filter: Option<String>,
    /// From the page before; all else has to stay as it was.
    pub cursor: Option<String>,
    /// Most items, up to [`MAP_PAGE_LIMIT`]; every item counts as a request.
    pub limit: usize,
}

/// What a flush empties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlushScope {
    /// The memory stores of live servers.
    Live,
    /// The memory stores of Studio.
    Test,
}

/// How far a flush is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlushStatus {
    /// The operation's id, for [`OpenCloud::flush_status`].
    pub operation_id: String,
    /// Whether it ended.
    pub is_done: bool,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

impl OpenCloud {
    /// Lists items of a sorted map.
    pub async fn list_map_items(
        &self,
        map: &str,
        query: &MapQuery,
    ) -> Result<CloudPage<MapItem>, CloudError> {
        let size = query.limit.clamp(1, MAP_PAGE_LIMIT);
        let target = self
            .map_target(map)?
            .query("maxPageSize", &page_size(size, MAP_PAGE_LIMIT))
            .query("orderBy", if query.is_descending { "id desc" } else { "id" })
            .query_some("filter", query.filter.as_deref())
            .query_some("pageToken", query.cursor.as_deref());
        let mut call = Call::read(Class::MemoryStore, MAP_READ, target);
        call.requests = u32::try_from(size).unwrap_or(u32::MAX);
        call.reply_limit = ITEMS_REPLY_LIMIT;
        let page: WireMapItems = self.send_for(&call).await?;
        let items =
            page.items.into_iter().map(|item| read_map_item(&call, item)).collect::<Result<_, _>>()?;
        Ok(CloudPage { items, next: next(&call, query.cursor.as_deref(), page.next_page_token)? })
    }

    /// Gets an item of a sorted map; none when there is none.
    pub async fn get_map_item(&self, map: &str, id: &str) -> Result<Option<MapItem>, CloudError> {
        let call = Call::read(Class::MemoryStore, MAP_READ, self.map_item(map, id)?);
        match self.send_for::<WireMapItem>(&call).await {
            Ok(item) => read_map_item(&call, item).map(Some),
            Err(CloudError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes an item; refused when there is one of that id.
    pub async fn create_map_item(
        &self,
        map: &str,
        id: &str,
        value: &JsonText,
        sort_key: Option<&SortKey>,
        lifetime: Duration,
    ) -> Result<MapItem, CloudError> {
        let target = self.map_target(map)?.query("id", id);
        self.write_map_item(Method::POST, target, value, sort_key, lifetime).await
    }

    /// Writes an item; `may_create` lets it be a new one.
    pub async fn update_map_item(
        &self,
        map: &str,
        id: &str,
        value: &JsonText,
        sort_key: Option<&SortKey>,
        lifetime: Duration,
        may_create: bool,
    ) -> Result<MapItem, CloudError> {
        let target = self.map_item(map, id)?.query_some("allowMissing", may_create.then_some("true"));
        self.write_map_item(Method::PATCH, target, value, sort_key, lifetime).await
    }

    /// Removes an item.
    pub async fn delete_map_item(&self, map: &str, id: &str) -> Result<(), CloudError> {
        let call = Call::change(Method::DELETE, Class::MemoryStore, MAP_WRITE, self.map_item(map, id)?);
        self.send(&call).await.map(|_| ())
    }

    /// Adds to a queue.
    pub async fn add_queue_item(
        &self,
        queue: &str,
        data: &JsonText,
        priority: f64,
        lifetime: Duration,
    ) -> Result<QueueItem, CloudError> {
        let mut body = Map::new();
        body.insert("priority".to_owned(), json!(priority));
        body.insert("ttl".to_owned(), Value::String(duration(lifetime)));
        let target = self.queue_target(queue, "")?;
        let mut call = Call::change(Method::POST, Class::MemoryStore, "memory-store.queue:add", target);
        call.body = Some(with_raw(&body, "data", data));
        let item: WireQueueItem = self.send_for(&call).await?;
        read_queue_item(&call, item)
    }

    /// Reads up to `count` items and hides them from others for `invisible_for`; nothing is repeated on its own, since
    /// a read changes what others see.
    pub async fn read_queue_items(
        &self,
        queue: &str,
        count: usize,
        all_or_nothing: bool,
        invisible_for: Duration,
    ) -> Result<QueueRead, CloudError> {
        let count = count.clamp(1, QUEUE_READ_LIMIT);
        let target = self
            .queue_target(queue, ":read")?
            .query("count", &count.to_string())
            .query("allOrNothing", if all_or_nothing { "true" } else { "false" })
            .query("invisibilityWindow", &duration(invisible_for));
        let mut call = Call::change(Method::GET, Class::MemoryStore, "memory-store.queue:dequeue", target);
        call.requests = u32::try_from(count).unwrap_or(u32::MAX);
        call.reply_limit = ITEMS_REPLY_LIMIT;
        let read: WireQueueRead = self.send_for(&call).await?;
        let items =
            read.items.into_iter().map(|item| read_queue_item(&call, item)).collect::<Result<_, _>>()?;
        Ok(QueueRead { read_id: read.read_id, items })
    }

    /// Removes the items of a read for good.
    pub async fn discard_queue_items(&self, queue: &str, read_id: &str) -> Result<(), CloudError> {
        let target = self.queue_target(queue, ":discard")?;
        let call = Call::change(Method::POST, Class::MemoryStore, "memory-store.queue:discard", target)
            .json(&json!({ "readId": read_id }));
        self.send(&call).await.map(|_| ())
    }

    /// Empties all memory stores of the universe, which takes a while; nothing brings them back.
    pub async fn flush_memory(&self, scope: FlushScope) -> Result<FlushStatus, CloudError> {
        let target = self.v2().literal("/memory-store:flush").query("scope", scope.as_str());
        let call =
            Call::change(Method::POST, Class::MemoryStore, "memory-store:flush", target).json(&json!({}));
        let operation: WireOperation = self.send_for(&call).await?;
        read_operation(&call, operation)
    }

    /// Tells how far a flush is.
    pub async fn flush_status(
        &self,
        operation_id: &str,
        scope: FlushScope,
    ) -> Result<FlushStatus, CloudError> {
        addressable(operation_id)?;
        let target = self.v2().literal("/memory-store/operations").segment(operation_id);
        let target = target.query("scope", scope.as_str());
        let call = Call::read(Class::MemoryStore, "memory-store:flush", target);
        let operation: WireOperation = self.send_for(&call).await?;
        read_operation(&call, operation)
    }

    /// Publishes a message to all live servers that subscribe; nobody tells whether any does (`roblox-apis.md §3.3`).
    pub async fn publish(&self, topic: &str, message: &str) -> Result<(), CloudError> {
        let target = self.v2().literal(":publishMessage");
        let permission = "universe-messaging-service:publish";
        let call = Call::change(Method::POST, Class::Messaging, permission, target)
            .json(&json!({ "topic": topic, "message": message }));
        self.send(&call).await.map(|_| ())
    }

    async fn write_map_item(
        &self,
        method: Method,
        target: Target,
        value: &JsonText,
        sort_key: Option<&SortKey>,
        lifetime: Duration,
    ) -> Result<MapItem, CloudError> {
        let mut body = Map::new();
        body.insert("ttl".to_owned(), Value::String(duration(lifetime)));
        match sort_key {
            Some(SortKey::Text(text)) => {
                body.insert("stringSortKey".to_owned(), json!(text));
            }
            Some(SortKey::Number(number)) => {
                body.insert("numericSortKey".to_owned(), json!(number));
            }
            None => {}
        }
        let mut call = Call::change(method, Class::MemoryStore, MAP_WRITE, target);
        call.body = Some(with_raw(&body, "value", value));
        let item: WireMapItem = self.send_for(&call).await?;
        read_map_item(&call, item)
    }

    fn map_target(&self, map: &str) -> Result<Target, CloudError> {
        addressable(map)?;
        Ok(self.v2().literal("/memory-store/sorted-maps").segment(map).literal("/items"))
    }

    fn map_item(&self, map: &str, id: &str) -> Result<Target, CloudError> {
        addressable(id)?;
        Ok(self.map_target(map)?.segment(id))
    }

    fn queue_target(&self, queue: &str, verb: &str) -> Result<Target, CloudError> {
        addressable(queue)?;
        Ok(self.v2().literal("/memory-store/queues").segment(queue).literal("/items").literal(verb))
    }
}

impl FlushScope {
    fn as_str(self) -> &'static str {
        match self {
            Self::Live => "LIVE",
            Self::Test => "TEST",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMapItems {
    #[serde(default)]
    items: Vec<WireMapItem>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMapItem {
    #[serde(default)]
    path: String,
    id: Option<String>,
    value: Option<Box<RawValue>>,
    etag: Option<String>,
    expire_time: Option<Time>,
    string_sort_key: Option<String>,
    numeric_sort_key: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireQueueRead {
    #[serde(default)]
    read_id: String,
    #[serde(default)]
    items: Vec<WireQueueItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireQueueItem {
    #[serde(default)]
    path: String,
    id: Option<String>,
    data: Option<Box<RawValue>>,
    priority: Option<f64>,
    expire_time: Option<Time>,
}

#[derive(Deserialize)]
struct WireOperation {
    path: String,
    #[serde(default)]
    done: bool,
    error: Option<WireStatus>,
}

#[derive(Deserialize)]
struct WireStatus {
    #[serde(default)]
    message: String,
}

fn addressable(name: &str) -> Result<(), CloudError> {
    if fits_path(name) { Ok(()) } else { Err(CloudError::NotAddressable { name: name.to_owned() }) }
}

/// As in `30s` or `0.500s` (`roblox-apis.md §0.2`).
fn duration(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{}s", duration.as_secs()),
        millis => format!("{}.{millis:03}s", duration.as_secs()),
    }
}

/// An object with one more member whose text stays as it is.
fn with_raw(body: &Map<String, Value>, name: &str, value: &JsonText) -> Vec<u8> {
    let mut text = String::from("{");
    for (name, value) in body {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}:{value},", Value::String(name.clone()));
    }
    let _ = write!(text, "\"{name}\":{}}}", value.as_str());
    text.into_bytes()
}

fn last_segment(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// An absent value is `null`, as protobuf's JSON leaves it out.
fn read_value(call: &Call, value: Option<&RawValue>) -> Result<JsonText, CloudError> {
    let text = value.map_or("null", RawValue::get);
    JsonText::parse(text).map_err(|error| not_understood(call, format!("an item's value is {error}")))
}

fn read_map_item(call: &Call, item: WireMapItem) -> Result<MapItem, CloudError> {
    let sort_key = match (item.string_sort_key, item.numeric_sort_key) {
        (Some(text), _) => Some(SortKey::Text(text)),
        (None, Some(number)) => Some(SortKey::Number(number)),
        (None, None) => None,
    };
    Ok(MapItem {
        id: item.id.unwrap_or_else(|| last_segment(&item.path)),
        value: read_value(call, item.value.as_deref())?,
        sort_key,
        etag: item.etag,
        expires_at: Time::of(item.expire_time),
    })
}

fn read_queue_item(call: &Call, item: WireQueueItem) -> Result<QueueItem, CloudError> {
    Ok(QueueItem {
        id: item.id.unwrap_or_else(|| last_segment(&item.path)),
        data: read_value(call, item.data.as_deref())?,
        priority: item.priority.unwrap_or(0.0),
        expires_at: Time::of(item.expire_time),
    })
}

/// The path already holds `cloud/v2` (`roblox-apis.md §3.2`); its last segment is the operation.
fn read_operation(call: &Call, operation: WireOperation) -> Result<FlushStatus, CloudError> {
    let operation_id = last_segment(&operation.path);
    if operation_id.is_empty() {
        return Err(not_understood(call, "it names no operation".to_owned()));
    }
    let error = operation.error.map(|error| error.message);
    Ok(FlushStatus { operation_id, is_done: operation.done, error })
}
