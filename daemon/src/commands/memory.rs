//! Memory stores: sorted maps and queues whose items expire.

pub(super) mod dequeue;
pub(super) mod discard;
pub(super) mod enqueue;
pub(super) mod flush;
pub(super) mod get_item;
pub(super) mod list_items;
pub(super) mod remove_item;
pub(super) mod set_item;

use std::time::Duration;

use daemon_core::services::{
    MEMORY_LIFETIME_LIMIT, MemoryName, MemoryNameKind, ServiceError, check_memory_value, check_sort_text,
    memory_lifetime,
};
use daemon_core::value::JsonText;
use protocol::operations::memory::{MemoryItem, MemoryQueueItem, MemorySortKey};
use protocol::{ErrorCode, RawJson};

use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::memory::{MapItem, QueueItem, SortKey};

fn map(name: &str) -> Result<MemoryName, ServiceError> {
    MemoryName::parse(MemoryNameKind::Map, name)
}

fn queue(name: &str) -> Result<MemoryName, ServiceError> {
    MemoryName::parse(MemoryNameKind::Queue, name)
}

fn item(name: &str) -> Result<MemoryName, ServiceError> {
    MemoryName::parse(MemoryNameKind::Item, name)
}

/// A value that fits an item.
fn value(raw: &RawJson) -> Result<JsonText, CommandError> {
    let value = convert::value(raw)?;
    check_memory_value(&value)?;
    Ok(value)
}

/// How long an item lives: as long as one may, when nothing is said.
fn lifetime(seconds: Option<u64>) -> Result<Duration, ServiceError> {
    seconds.map_or(Ok(MEMORY_LIFETIME_LIMIT), memory_lifetime)
}

/// A text or a number to sort by, not both.
fn sort_key(key: MemorySortKey) -> Result<SortKey, CommandError> {
    match key {
        MemorySortKey { text: Some(text), number: None } => {
            check_sort_text(&text)?;
            Ok(SortKey::Text(text))
        }
        MemorySortKey { text: None, number: Some(number) } => Ok(SortKey::Number(number)),
        _ => Err(CommandError::new(
            ErrorCode::RequestInvalid,
            "`sortKey` has `text` or `number`; give exactly one of them",
        )),
    }
}

/// An item of a sorted map as the wire has it.
fn describe_item(item: MapItem) -> MemoryItem {
    MemoryItem {
        item: item.name,
        value: convert::raw(item.value.into_string()),
        sort_key: item.sort_key.map(|key| match key {
            SortKey::Text(text) => MemorySortKey { text: Some(text), number: None },
            SortKey::Number(number) => MemorySortKey { text: None, number: Some(number) },
        }),
        etag: item.etag,
        expires_at: item.expires_at.map(convert::time),
    }
}

/// An item of a queue as the wire has it.
fn describe_queue_item(item: QueueItem) -> MemoryQueueItem {
    MemoryQueueItem {
        id: item.id,
        value: convert::raw(item.value.into_string()),
        priority: item.priority,
        expires_at: item.expires_at.map(convert::time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sort_key_is_a_text_or_a_number() {
        let text = || Some("a".to_owned());
        let read = |text, number| sort_key(MemorySortKey { text, number }).ok();
        assert_eq!(read(text(), None), Some(SortKey::Text("a".to_owned())));
        assert_eq!(read(None, Some(-1.5)), Some(SortKey::Number(-1.5)));
        assert_eq!(read(None, None), None);
        assert_eq!(read(text(), Some(1.0)), None);
        assert_eq!(read(Some("k".repeat(128)), None), None);
    }
}
