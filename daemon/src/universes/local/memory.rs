//! Memory stores in our own engine, by the limits that one map or queue has at Roblox (`roblox-apis.md §3.2`).

use async_trait::async_trait;
use daemon_core::cursor;
use daemon_core::services::{
    MEMORY_LIFETIME_LIMIT, MemoryName, STRUCTURE_BYTES_LIMIT, STRUCTURE_ITEMS_LIMIT,
};
use daemon_roblox::emulator::memory::filter;
use daemon_store::error::StoreError;
use daemon_store::universe::memory as records;

use super::{LocalUniverse, next, position};
use crate::universes::memory::{
    MapItem, MapQuery, MapWrite, MemoryStores, QueueBatch, QueueItem, QueueRead, QueueWrite, SortKey,
};
use crate::universes::{Page, UniverseError};

const LIMITS: records::MemoryLimits = records::MemoryLimits {
    items: STRUCTURE_ITEMS_LIMIT,
    bytes: STRUCTURE_BYTES_LIMIT,
    total_bytes: u64::MAX,
};

#[async_trait]
impl MemoryStores for LocalUniverse {
    async fn list_map_items(&self, query: MapQuery) -> Result<Page<MapItem>, UniverseError> {
        let direction = if query.descending { "descending" } else { "ascending" };
        let fingerprint = ["map", query.map.as_str(), direction, &query.filter];
        let after = match position(query.cursor.as_deref(), &fingerprint)? {
            Some([item]) => Some(item).filter(|item| !item.is_empty()),
            None => None,
        };
        if query.cursor.is_some() && after.is_none() {
            return Err(cursor::CursorError::Malformed.into());
        }
        let filter = records::MapFilter {
            descending: query.descending,
            after,
            limit: query.limit,
            ..filter::parse(&query.filter).ok_or(UniverseError::Filter)?
        };
        let map = query.map.as_str().to_owned();
        let page = self.store.list_map_items(map, filter, self.clock.now()).await?;
        let next_cursor = next(&page, &fingerprint, |item| [item.item.as_str()]);
        Ok(Page { items: page.items.into_iter().map(map_item).collect(), next_cursor })
    }

    async fn get_map_item(
        &self,
        map: MemoryName,
        item: MemoryName,
    ) -> Result<Option<MapItem>, UniverseError> {
        let found = self.store.get_map_item(map.into_string(), item.into_string(), self.clock.now()).await?;
        Ok(found.map(map_item))
    }

    async fn write_map_item(&self, write: MapWrite) -> Result<MapItem, UniverseError> {
        let MapWrite { map, item, value, sort_key, lifetime, create_only } = write;
        let now = self.clock.now();
        let expected =
            if create_only { records::MapExpectation::Absent } else { records::MapExpectation::Any };
        let record = records::MapWrite {
            map: map.as_str().to_owned(),
            item: item.as_str().to_owned(),
            value: Some(value),
            sort_key: sort_key.map(|sort_key| match sort_key {
                SortKey::Text(text) => records::SortKey::Text(text),
                SortKey::Number(number) => records::SortKey::Number(number),
            }),
            expires_at: Some(now.saturating_add(lifetime)),
            default_expires_at: now.saturating_add(MEMORY_LIFETIME_LIMIT),
            expected,
            limits: LIMITS,
            now,
        };
        match self.store.write_map_item(record).await {
            Ok(written) => Ok(map_item(written)),
            Err(StoreError::Conflict { .. }) => Err(UniverseError::MapItemExists { map, item }),
            Err(error) => Err(error.into()),
        }
    }

    async fn remove_map_item(&self, map: MemoryName, item: MemoryName) -> Result<(), UniverseError> {
        let (map_name, item_name) = (map.as_str().to_owned(), item.as_str().to_owned());
        match self.store.remove_map_item(map_name, item_name, self.clock.now()).await {
            Err(StoreError::MemoryItemNotFound { .. }) => Err(UniverseError::MapItemNotFound { map, item }),
            outcome => Ok(outcome?),
        }
    }

    async fn enqueue(&self, write: QueueWrite) -> Result<QueueItem, UniverseError> {
        let now = self.clock.now();
        let record = records::QueueWrite {
            queue: write.queue.into_string(),
            value: write.value,
            priority: write.priority,
            expires_at: now.saturating_add(write.lifetime),
            limits: LIMITS,
            now,
        };
        Ok(queue_item(self.store.add_queue_item(record).await?))
    }

    async fn dequeue(&self, read: QueueRead) -> Result<QueueBatch, UniverseError> {
        let QueueRead { queue, count, all_or_nothing, hidden_for } = read;
        let now = self.clock.now();
        let record = records::QueueRead {
            queue: queue.as_str().to_owned(),
            limit: count as usize,
            all_or_nothing,
            visible_at: now.saturating_add(hidden_for),
            now,
        };
        match self.store.read_queue(record).await {
            Ok(batch) => Ok(QueueBatch {
                read_id: number_text(batch.reading),
                items: batch.items.into_iter().map(queue_item).collect(),
            }),
            Err(StoreError::MemoryItemNotFound { .. }) => Err(UniverseError::QueueTooShort { queue, count }),
            Err(error) => Err(error.into()),
        }
    }

    async fn discard(&self, queue: MemoryName, read_id: String) -> Result<(), UniverseError> {
        let reading = u64::from_str_radix(&read_id, 16).ok();
        let reading =
            reading.filter(|reading| number_text(*reading) == read_id).ok_or(UniverseError::ReadId)?;
        self.store.discard_queue_items(queue.into_string(), reading).await?;
        Ok(())
    }

    async fn flush_memory(&self) -> Result<bool, UniverseError> {
        self.store.flush_memory(records::MemoryScope::Live).await?;
        Ok(true)
    }
}

fn number_text(number: u64) -> String {
    format!("{number:016x}")
}

fn map_item(record: records::MapItem) -> MapItem {
    MapItem {
        name: record.item,
        value: record.value,
        sort_key: record.sort_key.map(|sort_key| match sort_key {
            records::SortKey::Text(text) => SortKey::Text(text),
            records::SortKey::Number(number) => SortKey::Number(number),
        }),
        etag: Some(number_text(record.etag)),
        expires_at: Some(record.expires_at),
    }
}

fn queue_item(record: records::QueueItem) -> QueueItem {
    QueueItem {
        id: number_text(record.id),
        value: record.value,
        priority: record.priority,
        expires_at: Some(record.expires_at),
    }
}
