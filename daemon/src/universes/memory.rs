//! Memory stores of a source: sorted maps and queues whose items expire (`roblox-apis.md §3.2`).
//!
//! Nothing lists the names of maps and queues. Names, values and times are checked by whoever asks; a source knows how to
//! reach them, and what one map or queue may hold.

use std::time::Duration;

use async_trait::async_trait;
use daemon_core::services::MemoryName;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;

use crate::universes::{Page, UniverseError};

/// The memory stores of a universe.
#[async_trait]
pub trait MemoryStores: Send + Sync {
    /// One page of a sorted map's items in order of their names; one that does not exist has none.
    async fn list_map_items(&self, query: MapQuery) -> Result<Page<MapItem>, UniverseError>;

    /// An item of a sorted map; `None` when there is none.
    async fn get_map_item(&self, map: MemoryName, item: MemoryName)
    -> Result<Option<MapItem>, UniverseError>;

    /// Writes an item of a sorted map, and answers what it became.
    async fn write_map_item(&self, write: MapWrite) -> Result<MapItem, UniverseError>;

    /// Removes an item of a sorted map for good; fails with [`UniverseError::MapItemNotFound`] when there is none.
    async fn remove_map_item(&self, map: MemoryName, item: MemoryName) -> Result<(), UniverseError>;

    /// Adds an item to a queue.
    async fn enqueue(&self, write: QueueWrite) -> Result<QueueItem, UniverseError>;

    /// Reads items from the front of a queue and hides them from others for a while.
    async fn dequeue(&self, read: QueueRead) -> Result<QueueBatch, UniverseError>;

    /// Removes what one reading of a queue answered for good; what a later reading has stays.
    async fn discard(&self, queue: MemoryName, read_id: String) -> Result<(), UniverseError>;

    /// Empties all sorted maps and queues; tells whether that is done already.
    async fn flush_memory(&self) -> Result<bool, UniverseError>;
}

/// What an item of a sorted map is sorted by beside its name.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    /// A text.
    Text(String),
    /// A number, which is finite.
    Number(f64),
}

/// An item of a sorted map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapItem {
    /// Its name, by whatever rules the source accepted it.
    pub name: String,
    /// Its value.
    pub value: JsonText,
    /// What it is sorted by; none for its name alone.
    pub sort_key: Option<SortKey>,
    /// Changes with every write, where the source tells.
    pub etag: Option<String>,
    /// When it vanishes, where the source tells.
    pub expires_at: Option<Timestamp>,
}

/// Which items of a sorted map to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapQuery {
    /// The sorted map.
    pub map: MemoryName,
    /// Which items, in Roblox's own words; empty for all.
    pub filter: String,
    /// Last name first.
    pub descending: bool,
    /// From the page before.
    pub cursor: Option<String>,
    /// Most items on the page.
    pub limit: usize,
}

/// An item of a sorted map to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct MapWrite {
    /// The sorted map.
    pub map: MemoryName,
    /// The item.
    pub item: MemoryName,
    /// The value.
    pub value: JsonText,
    /// What to sort it by; of an item that exists, none leaves what it has.
    pub sort_key: Option<SortKey>,
    /// How long it lives from now on.
    pub lifetime: Duration,
    /// Only if there is none; otherwise the error is [`UniverseError::MapItemExists`].
    pub create_only: bool,
}

/// An item of a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueItem {
    /// Its id, given by the source.
    pub id: String,
    /// Its value.
    pub value: JsonText,
    /// Items of a higher one are read before.
    pub priority: f64,
    /// When it vanishes, where the source tells.
    pub expires_at: Option<Timestamp>,
}

/// An item to be added to a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueWrite {
    /// The queue.
    pub queue: MemoryName,
    /// The value.
    pub value: JsonText,
    /// Items of a higher one are read before; of equal ones the older. It is finite.
    pub priority: f64,
    /// How long it lives.
    pub lifetime: Duration,
}

/// Which items of a queue to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRead {
    /// The queue.
    pub queue: MemoryName,
    /// The most items.
    pub count: u32,
    /// That many or none; fewer are [`UniverseError::QueueTooShort`].
    pub all_or_nothing: bool,
    /// How long they are hidden from others.
    pub hidden_for: Duration,
}

/// Items read from a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueBatch {
    /// What [`MemoryStores::discard`] asks for.
    pub read_id: String,
    /// The items, the first of the queue first.
    pub items: Vec<QueueItem>,
}
