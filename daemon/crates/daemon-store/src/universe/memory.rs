//! Memory stores: sorted maps and queues whose items expire (`roblox-apis.md §3.2`).
//!
//! Names and values are checked by the caller, as are the times items may live. How much one map or queue, and all together,
//! may hold is an argument; rates are not known here.
//!
//! **Invariant:** an item past its time is never answered, whether or not it has been removed.

use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;

use crate::error::StoreError;
use crate::queries::{maps, queues};
use crate::universe::records::Page;
use crate::universe::{JOB_BYTES, UniverseStore};

/// What an item of a sorted map is sorted and filtered by, beside its name.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    /// A text, compared by bytes.
    Text(String),
    /// A number, which is finite.
    Number(f64),
}

/// An item of a sorted map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapItem {
    /// Its name.
    pub item: String,
    /// Its value.
    pub value: JsonText,
    /// What it is sorted by; none for its name alone.
    pub sort_key: Option<SortKey>,
    /// Changes with every write.
    pub etag: u64,
    /// When it vanishes.
    pub expires_at: Timestamp,
}

/// Which items of a map may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapExpectation {
    /// Only one that does not exist; otherwise the error is a conflict.
    Absent,
    /// Only one that exists; otherwise the error is that it was not found.
    Present,
    /// Any.
    Any,
}

/// How much one map or queue may hold, and all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryLimits {
    /// How many items.
    pub items: u64,
    /// How many bytes of values.
    pub bytes: u64,
    /// How many bytes of values all maps and queues of the universe together; `u64::MAX` for any number.
    pub total_bytes: u64,
}

/// An item of a sorted map to write; of one that exists, what is none stays.
#[derive(Clone, Debug)]
pub struct MapWrite {
    /// Which map.
    pub map: String,
    /// Which item.
    pub item: String,
    /// The value; of a new item, none is `null`.
    pub value: Option<JsonText>,
    /// What it is sorted by.
    pub sort_key: Option<SortKey>,
    /// When it vanishes.
    pub expires_at: Option<Timestamp>,
    /// When a new item vanishes for which nothing is said.
    pub default_expires_at: Timestamp,
    /// What must be there before.
    pub expected: MapExpectation,
    /// How much the map may hold.
    pub limits: MemoryLimits,
    /// The time of the write.
    pub now: Timestamp,
}

/// Which items of a sorted map to list, in order of their names, by bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapFilter {
    /// Only names after this one.
    pub item_above: Option<String>,
    /// Only names before this one.
    pub item_below: Option<String>,
    /// Only sort keys of the same kind that are greater.
    pub key_above: Option<SortKey>,
    /// Only sort keys of the same kind that are less.
    pub key_below: Option<SortKey>,
    /// Whether the order is the reverse.
    pub descending: bool,
    /// Only items after this one in the order asked for; it need not exist.
    pub after: Option<String>,
    /// The most items to answer with.
    pub limit: usize,
}

/// An item of a queue to add.
#[derive(Clone, Debug)]
pub struct QueueWrite {
    /// Which queue.
    pub queue: String,
    /// The value.
    pub value: JsonText,
    /// Items of a higher one are read before; of equal ones the older. It is finite.
    pub priority: f64,
    /// When it vanishes.
    pub expires_at: Timestamp,
    /// How much the queue may hold.
    pub limits: MemoryLimits,
    /// The time of the write.
    pub now: Timestamp,
}

/// An item of a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueItem {
    /// Its number in the universe.
    pub id: u64,
    /// Its value.
    pub value: JsonText,
    /// Its priority.
    pub priority: f64,
    /// When it vanishes.
    pub expires_at: Timestamp,
}

/// Which items of a queue to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRead {
    /// Which queue.
    pub queue: String,
    /// The most items to answer with.
    pub limit: usize,
    /// Whether fewer items than that are an error, and none is then read.
    pub all_or_nothing: bool,
    /// Until when what is read is not read again.
    pub visible_at: Timestamp,
    /// The time of the reading.
    pub now: Timestamp,
}

/// Items that were read from a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueBatch {
    /// The number of the reading, by which its items are discarded.
    pub reading: u64,
    /// The items, the first to be read first.
    pub items: Vec<QueueItem>,
}

/// Which of a universe's memory stores; those of tests in Studio are apart and hold nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryScope {
    /// Those of live servers.
    Live,
    /// Those of tests in Studio.
    Test,
}

impl UniverseStore {
    /// Reads an item of a sorted map.
    pub async fn get_map_item(
        &self,
        map: String,
        item: String,
        now: Timestamp,
    ) -> Result<Option<MapItem>, StoreError> {
        self.database.read(move |connection| maps::get(connection, &map, &item, now)).await
    }

    /// Lists the items of a sorted map; one that does not exist has none.
    pub async fn list_map_items(
        &self,
        map: String,
        filter: MapFilter,
        now: Timestamp,
    ) -> Result<Page<MapItem>, StoreError> {
        self.database.read(move |connection| maps::list(connection, &map, &filter, now)).await
    }

    /// Writes an item of a sorted map, if it is what the caller expects, and answers what it became.
    ///
    /// Answers [`StoreError::MemoryFull`] when the map, and [`StoreError::AllMemoryFull`] when all together would hold more
    /// than they may.
    pub async fn write_map_item(&self, write: MapWrite) -> Result<MapItem, StoreError> {
        let size_bytes = JOB_BYTES + write.value.as_ref().map_or(0, JsonText::len_bytes);
        self.database.write(size_bytes, move |connection| maps::write(connection, &write)).await
    }

    /// Removes an item of a sorted map.
    pub async fn remove_map_item(&self, map: String, item: String, now: Timestamp) -> Result<(), StoreError> {
        self.database.write(JOB_BYTES, move |connection| maps::remove(connection, &map, &item, now)).await
    }

    /// Adds an item to a queue.
    ///
    /// Answers [`StoreError::MemoryFull`] when the queue, and [`StoreError::AllMemoryFull`] when all together would hold more
    /// than they may.
    pub async fn add_queue_item(&self, write: QueueWrite) -> Result<QueueItem, StoreError> {
        let size_bytes = JOB_BYTES + write.value.len_bytes();
        self.database.write(size_bytes, move |connection| queues::add(connection, &write)).await
    }

    /// Reads items from the front of a queue, which then are not read for a while.
    ///
    /// Answers [`StoreError::MemoryItemNotFound`] when there are fewer than must be.
    pub async fn read_queue(&self, read: QueueRead) -> Result<QueueBatch, StoreError> {
        self.database.write(JOB_BYTES, move |connection| queues::read(connection, &read)).await
    }

    /// Removes what a reading answered and no later one did, and answers how many items that were.
    pub async fn discard_queue_items(&self, queue: String, reading: u64) -> Result<u64, StoreError> {
        self.database.write(JOB_BYTES, move |connection| queues::discard(connection, &queue, reading)).await
    }

    /// Removes all items of all maps and queues, and answers the number of the flush.
    pub async fn flush_memory(&self, scope: MemoryScope) -> Result<u64, StoreError> {
        self.database.write(JOB_BYTES, move |connection| queues::flush(connection, scope)).await
    }

    /// Tells which memory stores a flush was about; none where it was long ago or never.
    pub async fn find_flush(&self, flush: u64) -> Result<Option<MemoryScope>, StoreError> {
        self.database.read(move |connection| queues::find_flush(connection, flush)).await
    }
}
