//! Memory stores: sorted maps and queues whose items expire.

use std::time::Duration;

use daemon::universes::UniverseError;
use daemon::universes::memory::{MapItem, MapQuery, MapWrite, QueueRead, QueueWrite, SortKey};
use daemon_core::cursor::CursorError;
use daemon_core::services::{MemoryName, MemoryNameKind};

use crate::bench::{Bench, all_pages, json};

const MINUTE: Duration = Duration::from_mins(1);

fn map() -> MemoryName {
    MemoryName::parse(MemoryNameKind::Map, "Highscores").unwrap()
}

fn queue() -> MemoryName {
    MemoryName::parse(MemoryNameKind::Queue, "Jobs").unwrap()
}

fn name(text: &str) -> MemoryName {
    MemoryName::parse(MemoryNameKind::Item, text).unwrap()
}

fn write(item: &str, value: &str, sort_key: Option<SortKey>) -> MapWrite {
    MapWrite {
        map: map(),
        item: name(item),
        value: json(value),
        sort_key,
        lifetime: MINUTE,
        create_only: false,
    }
}

fn query(filter: &str, descending: bool, limit: usize) -> MapQuery {
    MapQuery { map: map(), filter: filter.to_owned(), descending, cursor: None, limit }
}

async fn get(bench: &Bench, item: &str) -> Option<MapItem> {
    bench.universe.get_map_item(map(), name(item)).await.unwrap()
}

async fn names(bench: &Bench, query: MapQuery) -> Vec<String> {
    let list = |cursor| bench.universe.list_map_items(MapQuery { cursor, ..query.clone() });
    all_pages(query.limit, list).await.into_iter().map(|item| item.name).collect()
}

async fn enqueue(bench: &Bench, value: &str, priority: f64) {
    let write = QueueWrite { queue: queue(), value: json(value), priority, lifetime: MINUTE * 10 };
    let added = bench.universe.enqueue(write).await.unwrap();
    assert_eq!((added.value.as_str(), added.priority), (value, priority));
}

/// Reads from the queue for a minute: the read id, and the values.
async fn dequeue(bench: &Bench, count: u32, all_or_nothing: bool) -> (String, Vec<String>) {
    let read = QueueRead { queue: queue(), count, all_or_nothing, hidden_for: MINUTE };
    let batch = bench.universe.dequeue(read).await.unwrap();
    (batch.read_id, batch.items.into_iter().map(|item| item.value.into_string()).collect())
}

pub(crate) async fn items_are_written_read_and_removed(bench: &Bench) {
    let universe = &bench.universe;
    assert_eq!(get(bench, "ann").await, None);
    let value = r#"{"score":1.0,"list":[],"id":9007199254740993}"#;
    let written = universe.write_map_item(write("ann", value, Some(SortKey::Number(-1.5)))).await.unwrap();
    assert_eq!((written.name.as_str(), written.value.as_str()), ("ann", value));
    assert_eq!(written.sort_key, Some(SortKey::Number(-1.5)));
    assert_eq!(get(bench, "ann").await, Some(written.clone()));
    let replaced = universe.write_map_item(write("ann", "null", None)).await.unwrap();
    assert_eq!(replaced.sort_key, Some(SortKey::Number(-1.5)), "what is not said stays");
    assert_ne!(replaced.etag, written.etag);
    let text = Some(SortKey::Text("é".to_owned()));
    assert_eq!(universe.write_map_item(write("bo", "2", text.clone())).await.unwrap().sort_key, text);
    universe.remove_map_item(map(), name("ann")).await.unwrap();
    assert_eq!(get(bench, "ann").await, None);
    let again = universe.remove_map_item(map(), name("ann")).await;
    assert!(matches!(again, Err(UniverseError::MapItemNotFound { .. })), "{again:?}");
    assert!(get(bench, "bo").await.is_some());
}

pub(crate) async fn a_new_item_does_not_replace_one(bench: &Bench) {
    let create = |value| MapWrite { create_only: true, ..write("ann", value, None) };
    bench.universe.write_map_item(create("1")).await.unwrap();
    let refused = bench.universe.write_map_item(create("2")).await;
    assert!(matches!(refused, Err(UniverseError::MapItemExists { .. })), "{refused:?}");
    assert_eq!(get(bench, "ann").await.unwrap().value.as_str(), "1");
}

pub(crate) async fn items_vanish_when_their_time_is_over(bench: &Bench) {
    bench.universe.write_map_item(write("ann", "1", None)).await.unwrap();
    bench.clock.advance(MINUTE / 2);
    let renewed = bench.universe.write_map_item(write("ann", "2", None)).await.unwrap();
    assert_eq!(renewed.expires_at, Some(bench.clock.now().saturating_add(MINUTE)));
    bench.clock.advance(MINUTE / 2);
    assert!(get(bench, "ann").await.is_some());
    bench.clock.advance(MINUTE / 2);
    assert_eq!(get(bench, "ann").await, None);
    assert_eq!(names(bench, query("", false, 10)).await, [""; 0]);
}

async fn fill(bench: &Bench) -> Vec<String> {
    let mut all = Vec::new();
    for number in 0..25_u32 {
        let item = format!("key-{number:02}");
        let sort_key = Some(SortKey::Number(f64::from(number)));
        bench.universe.write_map_item(write(&item, "1", sort_key)).await.unwrap();
        all.push(item);
    }
    all
}

pub(crate) async fn pages_of_every_size_hold_all_items(bench: &Bench) {
    assert_eq!(names(bench, query("", false, 10)).await, [""; 0], "a map that does not exist has none");
    let all = fill(bench).await;
    let reversed: Vec<_> = all.iter().rev().cloned().collect();
    for limit in [1, 7, 25, 100] {
        assert_eq!(names(bench, query("", false, limit)).await, all, "{limit}");
        assert_eq!(names(bench, query("", true, limit)).await, reversed, "{limit}");
    }
}

pub(crate) async fn filters_limit_names_and_sort_keys(bench: &Bench) {
    let all = fill(bench).await;
    for (filter, expected) in [
        ("id > \"key-22\"", &all[23..]),
        ("id > \"key-01\" && id < \"key-04\"", &all[2..4]),
        ("sortKey < 2", &all[..2]),
        ("sortKey > 20.5 && id < \"key-23\"", &all[21..23]),
        ("sortKey > \"a\"", &all[..0]),
    ] {
        for limit in [2, 100] {
            assert_eq!(names(bench, query(filter, false, limit)).await, expected, "{filter}");
        }
    }
}

pub(crate) async fn cursors_belong_to_their_listing(bench: &Bench) {
    fill(bench).await;
    let page = bench.universe.list_map_items(query("", false, 2)).await.unwrap();
    let cursor = page.next_cursor;
    assert!(cursor.is_some());
    let other_map = MemoryName::parse(MemoryNameKind::Map, "Other").unwrap();
    for other in [
        query("", true, 2),
        query("sortKey < 9", false, 2),
        MapQuery { map: other_map, ..query("", false, 2) },
    ] {
        let refused = bench.universe.list_map_items(MapQuery { cursor: cursor.clone(), ..other }).await;
        assert!(matches!(refused, Err(UniverseError::Cursor(CursorError::OtherQuery))), "{refused:?}");
    }
}

pub(crate) async fn a_queue_is_read_by_priority_and_then_by_age(bench: &Bench) {
    assert_eq!(dequeue(bench, 5, false).await.1, [""; 0], "a queue that does not exist has none");
    for (value, priority) in [("1", 0.0), ("2", 2.5), ("3", -1.0), ("4", 2.5)] {
        enqueue(bench, value, priority).await;
    }
    assert_eq!(dequeue(bench, 3, false).await.1, ["2", "4", "1"]);
    assert_eq!(dequeue(bench, 200, false).await.1, ["3"]);
}

pub(crate) async fn what_was_read_is_hidden_until_it_is_discarded(bench: &Bench) {
    for value in ["1", "2"] {
        enqueue(bench, value, 0.0).await;
    }
    let (first, values) = dequeue(bench, 1, false).await;
    assert_eq!(values, ["1"]);
    let (_, values) = dequeue(bench, 5, false).await;
    assert_eq!(values, ["2"], "what was read is hidden");
    bench.universe.discard(queue(), first.clone()).await.unwrap();
    bench.universe.discard(queue(), first).await.unwrap();
    bench.clock.advance(MINUTE);
    assert_eq!(dequeue(bench, 5, false).await.1, ["2"], "what was not discarded is seen again");
    for read_id in ["", "nonsense", "4d"] {
        let refused = bench.universe.discard(queue(), read_id.to_owned()).await;
        assert!(matches!(refused, Err(UniverseError::ReadId)), "{read_id}: {refused:?}");
    }
}

pub(crate) async fn all_or_nothing_takes_all_or_nothing(bench: &Bench) {
    for value in ["1", "2"] {
        enqueue(bench, value, 0.0).await;
    }
    let read = QueueRead { queue: queue(), count: 3, all_or_nothing: true, hidden_for: MINUTE };
    let refused = bench.universe.dequeue(read).await;
    assert!(matches!(refused, Err(UniverseError::QueueTooShort { count: 3, .. })), "{refused:?}");
    assert_eq!(dequeue(bench, 2, true).await.1, ["1", "2"]);
}

pub(crate) async fn a_flush_leaves_nothing(bench: &Bench) {
    fill(bench).await;
    enqueue(bench, "1", 0.0).await;
    bench.universe.flush_memory().await.unwrap();
    assert_eq!(names(bench, query("", false, 10)).await, [""; 0]);
    assert_eq!(dequeue(bench, 5, false).await.1, [""; 0]);
}
