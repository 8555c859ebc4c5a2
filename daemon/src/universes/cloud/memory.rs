//! Memory stores at Roblox, by Open Cloud v2 (`roblox-apis.md §3.2`).
//!
//! Names that do not fit a path are refused by the client, since there is no way around the path.

use async_trait::async_trait;
use daemon_core::services::MemoryName;
use daemon_roblox::client::error::CloudError;
use daemon_roblox::client::memory as cloud;

use super::CloudUniverse;
use crate::universes::cloud::paging::Listing;
use crate::universes::memory::{
    MapItem, MapQuery, MapWrite, MemoryStores, QueueBatch, QueueItem, QueueRead, QueueWrite, SortKey,
};
use crate::universes::{Page, UniverseError};

#[async_trait]
impl MemoryStores for CloudUniverse {
    async fn list_map_items(&self, query: MapQuery) -> Result<Page<MapItem>, UniverseError> {
        let direction = if query.descending { "descending" } else { "ascending" };
        let map = query.map.as_str();
        let parts = ["cloud map", map, direction, &query.filter];
        let fetch = |cursor, limit| {
            let list = cloud::MapQuery {
                is_descending: query.descending,
                filter: Some(query.filter.clone()),
                cursor,
                limit,
            };
            async move { self.cloud.list_map_items(map, &list).await }
        };
        let name = |item: &cloud::MapItem| vec![item.id.clone()];
        let page = Listing::new(&parts)
            .page(query.cursor.as_deref(), query.limit, cloud::MAP_PAGE_LIMIT, name, fetch)
            .await?;
        Ok(Page { items: page.items.into_iter().map(map_item).collect(), next_cursor: page.next_cursor })
    }

    async fn get_map_item(
        &self,
        map: MemoryName,
        item: MemoryName,
    ) -> Result<Option<MapItem>, UniverseError> {
        let found = self.cloud.get_map_item(map.as_str(), item.as_str()).await;
        Ok(found.map_err(UniverseError::Cloud)?.map(map_item))
    }

    async fn write_map_item(&self, write: MapWrite) -> Result<MapItem, UniverseError> {
        let MapWrite { map, item, value, sort_key, lifetime, create_only } = write;
        let sort_key = sort_key.map(|sort_key| match sort_key {
            SortKey::Text(text) => cloud::SortKey::Text(text),
            SortKey::Number(number) => cloud::SortKey::Number(number),
        });
        let (map_name, item_name, sort_key) = (map.as_str(), item.as_str(), sort_key.as_ref());
        let written = if create_only {
            self.cloud.create_map_item(map_name, item_name, &value, sort_key, lifetime).await
        } else {
            self.cloud.update_map_item(map_name, item_name, &value, sort_key, lifetime, true).await
        };
        match written {
            Ok(written) => Ok(map_item(written)),
            // As observed (`roblox-apis.md §3.2` [O]).
            Err(CloudError::Refused { status: 409, .. }) if create_only => {
                Err(UniverseError::MapItemExists { map, item })
            }
            Err(error) => Err(UniverseError::Cloud(error)),
        }
    }

    async fn remove_map_item(&self, map: MemoryName, item: MemoryName) -> Result<(), UniverseError> {
        match self.cloud.delete_map_item(map.as_str(), item.as_str()).await {
            Err(CloudError::NotFound { .. }) => Err(UniverseError::MapItemNotFound { map, item }),
            outcome => outcome.map_err(UniverseError::Cloud),
        }
    }

    async fn enqueue(&self, write: QueueWrite) -> Result<QueueItem, UniverseError> {
        let QueueWrite { queue, value, priority, lifetime } = write;
        let added = self.cloud.add_queue_item(queue.as_str(), &value, priority, lifetime).await;
        added.map(queue_item).map_err(UniverseError::Cloud)
    }

    async fn dequeue(&self, read: QueueRead) -> Result<QueueBatch, UniverseError> {
        let QueueRead { queue, count, all_or_nothing, hidden_for } = read;
        let asked =
            self.cloud.read_queue_items(queue.as_str(), count as usize, all_or_nothing, hidden_for).await;
        match asked {
            Ok(read) => Ok(QueueBatch {
                read_id: read.read_id,
                items: read.items.into_iter().map(queue_item).collect(),
            }),
            Err(CloudError::NotFound { .. }) if all_or_nothing => {
                Err(UniverseError::QueueTooShort { queue, count })
            }
            Err(error) => Err(UniverseError::Cloud(error)),
        }
    }

    async fn discard(&self, queue: MemoryName, read_id: String) -> Result<(), UniverseError> {
        match self.cloud.discard_queue_items(queue.as_str(), &read_id).await {
            // Nothing else in the request can be wrong (\[I\]: the status of an unknown read id is not stated).
            Err(CloudError::Refused { status: 400, .. }) => Err(UniverseError::ReadId),
            outcome => outcome.map_err(UniverseError::Cloud),
        }
    }

    async fn flush_memory(&self) -> Result<bool, UniverseError> {
        let status = self.cloud.flush_memory(cloud::FlushScope::Live).await.map_err(UniverseError::Cloud)?;
        match status.error {
            Some(cause) => Err(UniverseError::Cloud(CloudError::OutcomeUnknown { cause })),
            None => Ok(status.is_done),
        }
    }
}

fn map_item(item: cloud::MapItem) -> MapItem {
    MapItem {
        name: item.id,
        value: item.value,
        sort_key: item.sort_key.map(|sort_key| match sort_key {
            cloud::SortKey::Text(text) => SortKey::Text(text),
            cloud::SortKey::Number(number) => SortKey::Number(number),
        }),
        etag: item.etag,
        expires_at: item.expires_at,
    }
}

fn queue_item(item: cloud::QueueItem) -> QueueItem {
    QueueItem { id: item.id, value: item.data, priority: item.priority, expires_at: item.expires_at }
}
