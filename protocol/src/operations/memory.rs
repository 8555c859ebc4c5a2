//! Memory stores: sorted maps and queues whose items expire, shared with the live servers of a game
//! (`roblox-apis.md` §3.2).
//!
//! Nothing lists the names of maps and queues; whoever asks knows them.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::ids::{ConnectionId, UtcTime};
use crate::raw::RawJson;

/// What an item of a sorted map is sorted by beside its name: exactly one of the two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemorySortKey {
    /// A text of up to 127 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<f64>,
}

/// An item of a sorted map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemoryItem {
    /// Its name.
    pub item: String,
    /// The value, as it is stored.
    pub value: RawJson,
    /// What it is sorted by; absent for its name alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_key: Option<MemorySortKey>,
    /// Changes with every write; absent when the source does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When it vanishes; absent when the source does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<UtcTime>,
}

/// Asks for one page of a sorted map's items in order of their names. A map that does not exist has none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryListItemsRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The sorted map's name: 1 to 127 characters.
    pub map: String,
    /// Which items, as Roblox writes it: `id > "key-001" && sortKey < 5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Last name first.
    #[serde(default)]
    pub descending: bool,
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Items per page, 1 to 100; each counts as a request at Roblox. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page of items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemoryListItemsResponse {
    /// The items.
    pub items: Vec<MemoryItem>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl Operation for MemoryListItemsRequest {
    type Response = MemoryListItemsResponse;
    const DECLARATION: Declaration = Declaration {
        name: "memory.listItems",
        summary: "Lists the items of a sorted map.",
        method: Method::Get,
        path: "/api/v1/memory/sorted-maps/{map}/items",
        query: &[
            Parameter::text("connection"),
            Parameter::text("filter"),
            Parameter::boolean("descending"),
            Parameter::text("cursor"),
            Parameter::integer("limit"),
        ],
        permission: Permission::ReadData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Read,
        audit: AuditEvent::DataAccess,
        cost: Cost::OTHER,
    };
}

/// Asks for one item of a sorted map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryGetItemRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The sorted map's name: 1 to 127 characters.
    pub map: String,
    /// The item's name: 1 to 127 characters.
    pub item: String,
}

impl Operation for MemoryGetItemRequest {
    type Response = MemoryItem;
    const DECLARATION: Declaration = Declaration {
        name: "memory.getItem",
        summary: "Reads one item of a sorted map.",
        method: Method::Get,
        path: "/api/v1/memory/sorted-maps/{map}/items/{item}",
        query: &[Parameter::text("connection")],
        permission: Permission::ReadData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Read,
        audit: AuditEvent::DataAccess,
        cost: Cost::OTHER,
    };
}

/// Writes one item of a sorted map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemorySetItemRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The sorted map's name: 1 to 127 characters.
    pub map: String,
    /// The item's name: 1 to 127 characters.
    pub item: String,
    /// The value: up to 32,768 bytes.
    pub value: RawJson,
    /// What to sort it by. Absent: an item that exists keeps what it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_key: Option<MemorySortKey>,
    /// How long it lives, in seconds from now, 1 to 3,888,000 (45 days). Absent: 3,888,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_seconds: Option<u64>,
    /// Only if there is no such item; otherwise nothing is written.
    #[serde(default)]
    pub create_only: bool,
}

impl Operation for MemorySetItemRequest {
    type Response = MemoryItem;
    const DECLARATION: Declaration = Declaration {
        name: "memory.setItem",
        summary: "Writes one item of a sorted map.",
        method: Method::Put,
        path: "/api/v1/memory/sorted-maps/{map}/items/{item}",
        query: &[Parameter::text("connection"), Parameter::boolean("createOnly")],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::OTHER,
    };
}

/// Removes one item of a sorted map for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryRemoveItemRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The sorted map's name: 1 to 127 characters.
    pub map: String,
    /// The item's name: 1 to 127 characters.
    pub item: String,
}

/// The item is gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemoryRemoveItemResponse {}

impl Operation for MemoryRemoveItemRequest {
    type Response = MemoryRemoveItemResponse;
    const DECLARATION: Declaration = Declaration {
        name: "memory.removeItem",
        summary: "Removes one item of a sorted map for good.",
        method: Method::Delete,
        path: "/api/v1/memory/sorted-maps/{map}/items/{item}",
        query: &[Parameter::text("connection")],
        permission: Permission::DeleteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Destroy,
        audit: AuditEvent::DataDeletion,
        cost: Cost::OTHER,
    };
}

/// An item of a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemoryQueueItem {
    /// Its id, given by the source.
    pub id: String,
    /// The value, as it is stored.
    pub value: RawJson,
    /// Items of a higher one are read before.
    pub priority: f64,
    /// When it vanishes; absent when the source does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<UtcTime>,
}

/// Adds an item to a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryEnqueueRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The queue's name: 1 to 127 characters.
    pub queue: String,
    /// The value: up to 32,768 bytes.
    pub value: RawJson,
    /// Items of a higher one are read before; of equal ones the older. Absent: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<f64>,
    /// How long it lives, in seconds from now, 1 to 3,888,000 (45 days). Absent: 3,888,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_seconds: Option<u64>,
}

impl Operation for MemoryEnqueueRequest {
    type Response = MemoryQueueItem;
    const DECLARATION: Declaration = Declaration {
        name: "memory.enqueue",
        summary: "Adds an item to a queue.",
        method: Method::Post,
        path: "/api/v1/memory/queues/{queue}/items",
        query: &[Parameter::text("connection")],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::OTHER,
    };
}

/// Takes items from the front of a queue: they are hidden from all other readers until the window ends, and gone once
/// they are discarded by the answer's `readId`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryDequeueRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The queue's name: 1 to 127 characters.
    pub queue: String,
    /// The most items to take, 1 to 200. Absent: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Take `count` items or none.
    #[serde(default)]
    pub all_or_nothing: bool,
    /// How long they stay hidden, in seconds, 1 to 3,888,000. Absent: 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invisible_seconds: Option<u64>,
}

/// The items taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemoryDequeueResponse {
    /// What `memory.discard` asks for.
    pub read_id: String,
    /// The items, the first of the queue first.
    pub items: Vec<MemoryQueueItem>,
}

impl Operation for MemoryDequeueRequest {
    type Response = MemoryDequeueResponse;
    const DECLARATION: Declaration = Declaration {
        name: "memory.dequeue",
        summary: "Takes items from the front of a queue.",
        method: Method::Post,
        path: "/api/v1/memory/queues/{queue}/dequeue",
        query: &[Parameter::text("connection")],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::OTHER,
    };
}

/// Removes the items that were taken by one reading of a queue, for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryDiscardRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The queue's name: 1 to 127 characters.
    pub queue: String,
    /// From the answer to `memory.dequeue`.
    pub read_id: String,
}

/// The items are gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemoryDiscardResponse {}

impl Operation for MemoryDiscardRequest {
    type Response = MemoryDiscardResponse;
    const DECLARATION: Declaration = Declaration {
        name: "memory.discard",
        summary: "Removes items that were taken from a queue for good.",
        method: Method::Post,
        path: "/api/v1/memory/queues/{queue}/discard",
        query: &[Parameter::text("connection")],
        permission: Permission::DeleteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Destroy,
        audit: AuditEvent::DataDeletion,
        cost: Cost::OTHER,
    };
}

/// Empties all sorted maps and queues of the universe, also those that live servers use; nothing brings them back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryFlushRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The connection's name, typed by whoever confirms.
    pub confirm_name: String,
}

/// How far the flush is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemoryFlushResponse {
    /// Whether everything is gone already; Roblox takes a while.
    pub done: bool,
}

impl Operation for MemoryFlushRequest {
    type Response = MemoryFlushResponse;
    const DECLARATION: Declaration = Declaration {
        name: "memory.flush",
        summary: "Empties all memory stores of the universe.",
        method: Method::Post,
        path: "/api/v1/memory/flush",
        query: &[Parameter::text("connection")],
        permission: Permission::DeleteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Destroy,
        audit: AuditEvent::DataDeletion,
        cost: Cost::OTHER,
    };
}
