//! Sorted maps and queues.

use daemon_core::time::Timestamp;

use super::{Fixture, HOUR, NINETEEN, SECOND, at, json};
use crate::error::StoreError;
use crate::universe::memory::{
    MapExpectation, MapFilter, MapItem, MapWrite, MemoryLimits, MemoryScope, QueueBatch, QueueItem,
    QueueRead, QueueWrite, SortKey,
};

const ROOMY: MemoryLimits = MemoryLimits { items: 1_000, bytes: 1_000, total_bytes: u64::MAX };

fn map_write(item: &str, value: &str) -> MapWrite {
    MapWrite {
        map: "m".to_owned(),
        item: item.to_owned(),
        value: Some(json(value)),
        sort_key: None,
        expires_at: None,
        default_expires_at: at(NINETEEN + HOUR),
        expected: MapExpectation::Any,
        limits: ROOMY,
        now: at(NINETEEN),
    }
}

impl Fixture {
    async fn map_items(&self, filter: MapFilter) -> Vec<String> {
        let page = self.store.list_map_items("m".to_owned(), filter, at(NINETEEN)).await.unwrap();
        page.items.into_iter().map(|item| item.item).collect()
    }

    async fn map_item(&self, item: &str, now: u64) -> Option<MapItem> {
        self.store.get_map_item("m".to_owned(), item.to_owned(), at(now)).await.unwrap()
    }

    async fn push(&self, value: &str, priority: f64, expires_at: u64) -> Result<QueueItem, StoreError> {
        let write = QueueWrite {
            queue: "q".to_owned(),
            value: json(value),
            priority,
            expires_at: at(expires_at),
            limits: MemoryLimits { items: 3, bytes: 20, total_bytes: 30 },
            now: at(NINETEEN),
        };
        self.store.add_queue_item(write).await
    }

    async fn read(&self, limit: usize, all_or_nothing: bool, now: u64) -> Result<QueueBatch, StoreError> {
        let visible_at = at(now + 30 * SECOND);
        let read = QueueRead { queue: "q".to_owned(), limit, all_or_nothing, visible_at, now: at(now) };
        self.store.read_queue(read).await
    }
}

fn values(batch: &QueueBatch) -> Vec<&str> {
    batch.items.iter().map(|item| item.value.as_str()).collect()
}

#[tokio::test]
async fn items_are_created_changed_in_part_and_removed() {
    let fixture = Fixture::new();
    let created = fixture
        .store
        .write_map_item(MapWrite { sort_key: Some(SortKey::Number(5.0)), ..map_write("a", "1") })
        .await
        .unwrap();
    assert_eq!(created.expires_at, at(NINETEEN + HOUR));
    assert_eq!(fixture.map_item("a", NINETEEN).await, Some(created.clone()));
    let expected = MapExpectation::Absent;
    let refused = fixture.store.write_map_item(MapWrite { expected, ..map_write("a", "2") }).await;
    assert!(matches!(refused, Err(StoreError::Conflict { current: None })));
    let expires_at = Some(at(NINETEEN + SECOND));
    let expected = MapExpectation::Present;
    let change = MapWrite { value: None, expires_at, expected, ..map_write("a", "2") };
    let changed = fixture.store.write_map_item(change).await.unwrap();
    assert_eq!((changed.value.as_str(), &changed.sort_key), ("1", &created.sort_key));
    assert_ne!(changed.etag, created.etag);
    let refused = fixture.store.write_map_item(MapWrite { expected, ..map_write("b", "2") }).await;
    assert!(matches!(refused, Err(StoreError::MemoryItemNotFound { .. })));
    let empty = fixture.store.write_map_item(MapWrite { value: None, ..map_write("b", "2") }).await.unwrap();
    assert_eq!(empty.value.as_str(), "null");

    let remove = async |now| fixture.store.remove_map_item("m".to_owned(), "a".to_owned(), at(now)).await;
    assert!(matches!(remove(NINETEEN + SECOND).await, Err(StoreError::MemoryItemNotFound { .. })));
    remove(NINETEEN).await.unwrap();
    assert_eq!(fixture.map_item("a", NINETEEN).await, None);
}

#[tokio::test]
async fn an_expired_item_is_gone_and_its_name_free() {
    let fixture = Fixture::new();
    fixture.store.write_map_item(map_write("a", "1")).await.unwrap();
    assert!(fixture.map_item("a", NINETEEN + HOUR - 1).await.is_some());
    assert!(fixture.map_item("a", NINETEEN + HOUR).await.is_none());
    let later = MapWrite {
        expected: MapExpectation::Absent,
        default_expires_at: at(NINETEEN + 2 * HOUR),
        now: at(NINETEEN + HOUR),
        ..map_write("a", "2")
    };
    fixture.store.write_map_item(later).await.unwrap();
    assert_eq!(fixture.map_item("a", NINETEEN + HOUR).await.unwrap().value.as_str(), "2");
}

#[tokio::test]
async fn items_are_listed_by_name_within_bounds_and_by_pages() {
    let fixture = Fixture::new();
    for (item, sort_key) in [
        ("a", Some(SortKey::Number(1.0))),
        ("b", Some(SortKey::Number(2.5))),
        ("c", Some(SortKey::Text("x".to_owned()))),
        ("d", Some(SortKey::Text("y".to_owned()))),
        ("e", None),
    ] {
        fixture.store.write_map_item(MapWrite { sort_key, ..map_write(item, "1") }).await.unwrap();
    }
    let all = MapFilter { limit: 10, ..MapFilter::default() };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(fixture.map_items(all.clone()).await, ["a", "b", "c", "d", "e"]);
    let reverse = MapFilter { descending: true, ..all.clone() };
    assert_eq!(fixture.map_items(reverse.clone()).await, ["e", "d", "c", "b", "a"]);
    let within = MapFilter { item_above: text("a"), item_below: text("d"), ..all.clone() };
    assert_eq!(fixture.map_items(within.clone()).await, ["b", "c"]);
    assert_eq!(fixture.map_items(MapFilter { after: text("b"), ..within.clone() }).await, ["c"]);
    let before = MapFilter { after: text("c"), descending: true, ..within };
    assert_eq!(fixture.map_items(before).await, ["b"]);
    let numbers = MapFilter { key_above: Some(SortKey::Number(1.0)), ..all.clone() };
    assert_eq!(fixture.map_items(numbers).await, ["b"]);
    let texts = MapFilter { key_below: Some(SortKey::Text("y".to_owned())), ..all.clone() };
    assert_eq!(fixture.map_items(texts).await, ["c"]);
    let page = MapFilter { limit: 2, ..reverse };
    let page = fixture.store.list_map_items("m".to_owned(), page, at(NINETEEN)).await.unwrap();
    assert!(page.has_more);
    assert!(fixture.store.list_map_items("n".to_owned(), all, at(NINETEEN)).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_map_holds_so_many_items_and_bytes_and_no_more() {
    let fixture = Fixture::new();
    let limits = MemoryLimits { items: 2, bytes: 10, total_bytes: 11 };
    let write = async |item: &str, value: &str| {
        fixture.store.write_map_item(MapWrite { limits, ..map_write(item, value) }).await
    };
    write("a", "12345").await.unwrap();
    write("b", "12345").await.unwrap();
    assert!(matches!(write("c", "1").await, Err(StoreError::MemoryFull { .. })));
    assert!(matches!(write("b", "123456").await, Err(StoreError::MemoryFull { .. })));
    assert_eq!(fixture.map_item("b", NINETEEN).await.unwrap().value.as_str(), "12345");
    write("b", "1234").await.unwrap();
    write("a", "123456").await.unwrap();
    // What has expired makes room.
    let now = at(NINETEEN + HOUR);
    let later = MapWrite { limits, now, default_expires_at: Timestamp::MAX, ..map_write("c", "12345") };
    fixture.store.write_map_item(later).await.unwrap();
}

#[tokio::test]
async fn all_maps_and_queues_together_hold_so_many_bytes_and_no_more() {
    let fixture = Fixture::new();
    let limits = MemoryLimits { total_bytes: 30, ..ROOMY };
    let write = async |item: &str, value: &str| {
        fixture.store.write_map_item(MapWrite { limits, ..map_write(item, value) }).await
    };
    let soon = NINETEEN + SECOND;
    fixture.push("2222222222", 0.0, soon).await.unwrap();
    write("a", "12345678901234567890").await.unwrap();
    assert!(matches!(write("b", "1").await, Err(StoreError::AllMemoryFull)));
    assert!(matches!(fixture.push("1", 0.0, soon).await, Err(StoreError::AllMemoryFull)));
    assert_eq!(fixture.map_item("b", NINETEEN).await, None);
    write("a", "1234567890123456789").await.unwrap();
    fixture.push("1", 0.0, soon).await.unwrap();
    // Who has no limit for all is not held to another's.
    let roomy = MapWrite { limits: ROOMY, ..map_write("b", "1") };
    fixture.store.write_map_item(roomy).await.unwrap();
}

#[tokio::test]
async fn a_queue_is_read_by_priority_hidden_for_a_while_and_discarded() {
    let fixture = Fixture::new();
    let far = NINETEEN + HOUR;
    fixture.push("1", 0.0, far).await.unwrap();
    fixture.push("2", 5.0, far).await.unwrap();
    fixture.push("3", 0.0, NINETEEN + 40 * SECOND).await.unwrap();
    let batch = fixture.read(2, false, NINETEEN).await.unwrap();
    assert_eq!(values(&batch), ["2", "1"]);
    assert!(matches!(fixture.read(2, true, NINETEEN).await, Err(StoreError::MemoryItemNotFound { .. })));
    let rest = fixture.read(1, true, NINETEEN).await.unwrap();
    assert_eq!(values(&rest), ["3"]);
    assert!(fixture.read(9, false, NINETEEN + 30 * SECOND - 1).await.unwrap().items.is_empty());
    let again = fixture.read(9, false, NINETEEN + 30 * SECOND).await.unwrap();
    assert_eq!(values(&again), ["2", "1", "3"]);
    let discard = async |reading| fixture.store.discard_queue_items("q".to_owned(), reading).await.unwrap();
    // A later reading has these items now.
    assert_eq!(discard(batch.reading).await, 0);
    assert_eq!(discard(again.reading).await, 3);
    assert!(fixture.read(9, false, NINETEEN + 60 * SECOND).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn items_of_a_queue_expire_and_a_queue_is_bounded() {
    let fixture = Fixture::new();
    let soon = NINETEEN + SECOND;
    fixture.push("1", 0.0, soon).await.unwrap();
    assert!(fixture.read(1, false, soon).await.unwrap().items.is_empty());
    assert_eq!(fixture.read(1, false, soon - 1).await.unwrap().items.len(), 1);
    fixture.push("22222222222", 0.0, soon).await.unwrap();
    assert!(matches!(fixture.push("333333333", 0.0, soon).await, Err(StoreError::MemoryFull { .. })));
    fixture.push("33333333", 0.0, soon).await.unwrap();
    assert!(matches!(fixture.push("4", 0.0, soon).await, Err(StoreError::MemoryFull { .. })));
}

#[tokio::test]
async fn a_flush_empties_what_is_live_and_is_remembered() {
    let fixture = Fixture::new();
    fixture.store.write_map_item(map_write("a", "1")).await.unwrap();
    fixture.push("1", 0.0, NINETEEN + HOUR).await.unwrap();
    let test = fixture.store.flush_memory(MemoryScope::Test).await.unwrap();
    assert!(fixture.map_item("a", NINETEEN).await.is_some());
    let live = fixture.store.flush_memory(MemoryScope::Live).await.unwrap();
    assert!(fixture.map_item("a", NINETEEN).await.is_none());
    assert!(fixture.read(1, false, NINETEEN).await.unwrap().items.is_empty());
    assert_eq!(fixture.store.find_flush(test).await.unwrap(), Some(MemoryScope::Test));
    assert_eq!(fixture.store.find_flush(live).await.unwrap(), Some(MemoryScope::Live));
    assert_eq!(fixture.store.find_flush(live + 1).await.unwrap(), None);
    fixture.store.write_map_item(map_write("a", "1")).await.unwrap();
}
