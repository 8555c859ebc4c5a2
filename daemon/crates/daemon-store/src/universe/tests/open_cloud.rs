//! Deleted stores, snapshots, removed keys in listings, versions as Roblox keeps them, and increments.

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{Scope, StoreKind};

use super::{DAY, Fixture, HOUR, NINETEEN, address, at, id, item, json, store_name};
use crate::error::StoreError;
use crate::universe::UniverseStore;
use crate::universe::records::{
    AllKeysFilter, DeletableStoreFilter, Expectation, Increment, IncrementReceipt, KeyFilter,
    OrderedExpectation, RevisionState, StoreFilter, UniverseOptions, VersionFilter,
};

/// Names of the deletable stores, a deleted one with a minus before it.
async fn stores(fixture: &Fixture, now: u64) -> Vec<String> {
    let filter = DeletableStoreFilter { limit: 100, ..DeletableStoreFilter::default() };
    let page = fixture.store.list_deletable_stores(filter, at(now)).await.unwrap();
    let shown = |store: crate::universe::records::DeletableStore| match store.expires_at {
        Some(_) => format!("-{}", store.name),
        None => store.name.to_string(),
    };
    page.items.into_iter().map(shown).collect()
}

#[tokio::test]
async fn a_deleted_store_is_out_of_reach_until_it_is_brought_back() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    let name = || store_name("Saves");
    let deleted = fixture.store.delete_store(name(), at(NINETEEN + 1)).await.unwrap();
    assert_eq!(deleted.expires_at, Some(at(NINETEEN + 1 + 30 * DAY)));
    // Again changes nothing, least of all the time it expires at.
    assert_eq!(fixture.store.delete_store(name(), at(NINETEEN + 9)).await.unwrap(), deleted);

    assert_eq!(fixture.value("a").await, None);
    let write = fixture.write("a", "2", Expectation::Any, NINETEEN + 2).await;
    assert!(matches!(write, Err(StoreError::StoreDeleted { .. })), "{write:?}");
    let new_key = fixture.write("b", "2", Expectation::Absent, NINETEEN + 2).await;
    assert!(matches!(new_key, Err(StoreError::StoreDeleted { .. })), "{new_key:?}");
    let removal = fixture.store.remove(address("a"), Expectation::Any, at(NINETEEN + 2)).await;
    assert!(matches!(removal, Err(StoreError::StoreDeleted { .. })), "{removal:?}");
    let keys = fixture.store.list_keys(name(), KeyFilter { limit: 9, ..KeyFilter::default() }).await;
    assert!(matches!(keys, Err(StoreError::StoreDeleted { .. })), "{keys:?}");
    let described = fixture.store.describe_store(StoreKind::Standard, name()).await;
    assert!(matches!(described, Err(StoreError::StoreDeleted { .. })), "{described:?}");
    let listed = fixture.store.list_stores(StoreFilter { limit: 9, ..StoreFilter::default() }).await.unwrap();
    assert!(listed.items.is_empty());
    assert_eq!(stores(&fixture, NINETEEN + 2).await, ["-Saves"]);
    for (now, is_listed) in [(NINETEEN + 2, true), (NINETEEN + 1 + 30 * DAY, false)] {
        let filter = StoreFilter { deleted_as_of: Some(at(now)), limit: 9, ..StoreFilter::default() };
        let listed = fixture.store.list_stores(filter).await.unwrap().items;
        let expected = is_listed.then_some((name(), 1, deleted.expires_at));
        let listed = listed.into_iter().map(|store| (store.name, store.entry_count, store.expires_at));
        assert_eq!(listed.collect::<Vec<_>>(), Vec::from_iter(expected));
    }

    let restored = fixture.store.undelete_store(name(), at(NINETEEN + 30 * DAY)).await.unwrap();
    assert_eq!((restored.expires_at, restored.has_entries), (None, true));
    assert_eq!(fixture.value("a").await.as_deref(), Some("1"));
    assert_eq!(fixture.store.undelete_store(name(), at(NINETEEN + 30 * DAY)).await.unwrap(), restored);
}

#[tokio::test]
async fn a_deleted_store_is_purged_when_its_time_is_over_and_its_name_is_free_again() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.store.delete_store(store_name("Saves"), at(NINETEEN)).await.unwrap();
    let end = NINETEEN + 30 * DAY;
    assert_eq!(fixture.store.purge_stores(at(end - 1)).await.unwrap(), 0);
    assert_eq!(stores(&fixture, end - 1).await, ["-Saves"]);
    assert!(stores(&fixture, end).await.is_empty());
    let late = fixture.store.undelete_store(store_name("Saves"), at(end)).await;
    assert!(matches!(late, Err(StoreError::StoreNotFound { .. })), "{late:?}");
    assert_eq!(fixture.store.purge_stores(at(end)).await.unwrap(), 1);
    let receipt = fixture.set("a", "2", end).await;
    assert_eq!((receipt.created, receipt.revision.counter()), (true, 1));
}

#[tokio::test]
async fn only_stores_that_exist_can_be_deleted() {
    let fixture = Fixture::new();
    fixture.store.set_ordered(address("a"), 1, at(NINETEEN)).await.unwrap();
    for outcome in [
        fixture.store.delete_store(store_name("Saves"), at(NINETEEN)).await,
        fixture.store.undelete_store(store_name("Saves"), at(NINETEEN)).await,
    ] {
        assert!(matches!(outcome, Err(StoreError::StoreNotFound { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn deletions_and_snapshots_survive_a_restart() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.store.delete_store(store_name("Saves"), at(NINETEEN)).await.unwrap();
    fixture.store.take_snapshot(at(NINETEEN + 1)).await.unwrap();
    fixture.store.close().await;
    let store = UniverseStore::open(&fixture.path(), UniverseOptions::default()).unwrap();
    let filter = DeletableStoreFilter { limit: 9, ..DeletableStoreFilter::default() };
    let listed = store.list_deletable_stores(filter, at(NINETEEN)).await.unwrap();
    assert_eq!(listed.items[0].expires_at, Some(at(NINETEEN + 30 * DAY)));
    assert!(!store.take_snapshot(at(NINETEEN + 2)).await.unwrap().taken);
    store.close().await;
}

#[tokio::test]
async fn a_file_of_the_first_schema_is_brought_up_to_date_with_all_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("universe.db");
    // The file is made private as the store makes it, then filled as the first version of this program did.
    UniverseStore::open(&path, UniverseOptions::default()).unwrap().close().await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "DROP TABLE map_items; DROP TABLE queue_items; DROP TABLE memory_structures;
             DROP TABLE memory_counter; DROP TABLE memory_flushes;
             DROP TABLE snapshots; DROP INDEX stores_by_expiry;
             ALTER TABLE stores DROP COLUMN expires_at; PRAGMA user_version = 1;
             INSERT INTO stores (id, kind, name, created_at, modified_at, live_count)
                 VALUES (1, 0, 'Saves', 1, 1, 1);
             INSERT INTO scopes VALUES (1, 'global', 1);
             INSERT INTO entries (store_id, removed, scope, key, created_at, written_at, counter, value)
                 VALUES (1, 0, 'global', 'a', 1, 1, 1, '7');",
        )
        .unwrap();
    drop(connection);
    let store = UniverseStore::open(&path, UniverseOptions::default()).unwrap();
    assert_eq!(store.get(address("a")).await.unwrap().unwrap().value.as_str(), "7");
    assert!(store.take_snapshot(at(NINETEEN)).await.unwrap().taken);
    store.close().await;
}

#[tokio::test]
async fn a_snapshot_is_taken_once_per_utc_day() {
    let fixture = Fixture::new();
    let midnight = NINETEEN + 5 * HOUR;
    let check = async |now: u64, taken: bool, latest: u64| {
        let receipt = fixture.store.take_snapshot(at(now)).await.unwrap();
        assert_eq!((receipt.taken, receipt.at), (taken, at(latest)), "at {now}");
    };
    check(NINETEEN, true, NINETEEN).await;
    check(NINETEEN + 1, false, NINETEEN).await;
    check(midnight - 1, false, NINETEEN).await;
    check(midnight, true, midnight).await;
    // A clock that went back to the day before takes no older one.
    check(NINETEEN + 2, false, midnight).await;
}

#[tokio::test]
async fn the_first_write_after_a_snapshot_keeps_what_it_supersedes() {
    use RevisionState::{Current, Kept, LocalCopy};
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.store.take_snapshot(at(NINETEEN + 5)).await.unwrap();
    fixture.set("a", "2", NINETEEN + 10).await;
    fixture.set("a", "3", NINETEEN + 20).await;
    assert_eq!(fixture.states("a", NINETEEN + 30).await, [Current, LocalCopy, Kept]);
    fixture.store.import(store_name("Saves"), vec![item("global", "b", "1")], at(NINETEEN)).await.unwrap();
    fixture
        .store
        .import(store_name("Saves"), vec![item("global", "b", "2")], at(NINETEEN + 9))
        .await
        .unwrap();
    assert_eq!(fixture.states("b", NINETEEN + 30).await, [Current, Kept]);
}

#[tokio::test]
async fn without_local_copies_what_roblox_loses_is_lost() {
    use RevisionState::{Current, Kept, Removed};
    let fixture = Fixture::with(UniverseOptions { local_copies: false, ..UniverseOptions::default() });
    fixture.set("a", "1", NINETEEN).await;
    fixture.set("a", "2", NINETEEN + 1).await;
    fixture
        .store
        .import(store_name("Saves"), vec![item("global", "a", "3")], at(NINETEEN + 2))
        .await
        .unwrap();
    add(&fixture, 1, NINETEEN + 3).await.unwrap();
    assert_eq!(fixture.states("a", NINETEEN + 4).await, [Current]);
    fixture.set("a", "5", NINETEEN + HOUR).await;
    fixture.remove("a", NINETEEN + HOUR + 1).await;
    assert_eq!(fixture.states("a", NINETEEN + HOUR + 2).await, [Removed, Kept, Kept]);
}

/// Keys as `scope/key`, a removed one with a minus before it, in pages of `limit`.
async fn keys(fixture: &Fixture, scope: Option<&str>, prefix: &str, limit: usize, now: u64) -> Vec<String> {
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let scope = scope.map(|scope| Scope::parse(scope).unwrap());
        let filter = AllKeysFilter { scope, prefix: prefix.to_owned(), after, limit };
        let page = fixture.store.list_all_keys(store_name("Saves"), filter, at(now)).await.unwrap();
        assert!(page.items.len() <= limit);
        after = page.items.last().map(|listed| listed.id.clone());
        found.extend(page.items.into_iter().map(|listed| {
            let minus = if listed.removed { "-" } else { "" };
            format!("{minus}{}/{}", listed.id.scope, listed.id.key)
        }));
        if !page.has_more {
            return found;
        }
    }
}

#[tokio::test]
async fn removed_keys_are_listed_among_the_others_until_they_are_forgotten() {
    let fixture = Fixture::new();
    let items = [("global", "a"), ("global", "b"), ("global", "c"), ("s", "a"), ("t/u", "x")];
    let items = items.into_iter().map(|(scope, key)| item(scope, key, "1")).collect();
    fixture.store.import(store_name("Saves"), items, at(NINETEEN)).await.unwrap();
    for (scope, key) in [("global", "b"), ("s", "a")] {
        let address = id(scope, key).in_store(store_name("Saves"));
        fixture.store.remove(address, Expectation::Any, at(NINETEEN + 1)).await.unwrap();
    }
    let check = async |scope: Option<&str>, prefix: &str, now: u64, expected: &[&str]| {
        for limit in [1, 2, 3, 100] {
            let found = keys(&fixture, scope, prefix, limit, now).await;
            assert_eq!(found, expected, "{scope:?} {prefix:?} by {limit}");
        }
    };
    let soon = NINETEEN + 2;
    check(None, "", soon, &["global/a", "-global/b", "global/c", "-s/a", "t/u/x"]).await;
    check(Some("global"), "", soon, &["global/a", "-global/b", "global/c"]).await;
    check(Some("global"), "b", soon, &["-global/b"]).await;
    check(Some("s"), "", soon, &["-s/a"]).await;
    check(Some("none"), "", soon, &[]).await;
    // Over all scopes the prefix covers scope and key.
    check(None, "glo", soon, &["global/a", "-global/b", "global/c"]).await;
    check(None, "global/c", soon, &["global/c"]).await;
    check(None, "t/u/", soon, &["t/u/x"]).await;
    check(None, "t/", soon, &["t/u/x"]).await;
    check(None, "a", soon, &[]).await;
    let late = NINETEEN + 1 + 30 * DAY;
    check(None, "", late - 1, &["global/a", "-global/b", "global/c", "-s/a", "t/u/x"]).await;
    check(None, "", late, &["global/a", "global/c", "t/u/x"]).await;
}

/// Counters of the versions Roblox would list, in pages of `limit`.
async fn versions(
    fixture: &Fixture,
    range: (Option<u64>, Option<u64>),
    ascending: bool,
    limit: usize,
) -> Vec<u32> {
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let filter = VersionFilter { from: range.0.map(at), until: range.1.map(at), ascending, after, limit };
        let page = fixture.store.list_versions(address("a"), filter, at(NINETEEN + DAY)).await.unwrap();
        assert!(page.items.iter().all(|record| record.state != RevisionState::LocalCopy));
        after = page.items.last().map(|record| record.revision.clone());
        found.extend(page.items.iter().map(|record| record.revision.counter()));
        if !page.has_more {
            return found;
        }
    }
}

#[tokio::test]
async fn versions_come_in_either_order_within_a_range_and_without_local_copies() {
    let fixture = Fixture::new();
    // Counters 1 (kept), 2 (lost within the hour), 3 (kept by its removal), 4 (tombstone), 5 (current).
    fixture.set("a", "1", NINETEEN).await;
    fixture.set("a", "2", NINETEEN + HOUR).await;
    fixture.set("a", "3", NINETEEN + HOUR + 1).await;
    fixture.remove("a", NINETEEN + 2 * HOUR).await;
    fixture.set("a", "5", NINETEEN + 3 * HOUR).await;
    for limit in [1, 2, 100] {
        assert_eq!(versions(&fixture, (None, None), true, limit).await, [1, 3, 4, 5]);
        assert_eq!(versions(&fixture, (None, None), false, limit).await, [5, 4, 3, 1]);
        let range = (Some(NINETEEN + HOUR + 1), Some(NINETEEN + 2 * HOUR));
        assert_eq!(versions(&fixture, range, true, limit).await, [3, 4]);
        let range = (Some(NINETEEN + HOUR + 2), Some(NINETEEN + 3 * HOUR - 1));
        assert_eq!(versions(&fixture, range, false, limit).await, [4]);
        let range = (Some(NINETEEN + 3 * HOUR), None);
        assert_eq!(versions(&fixture, range, true, limit).await, [5]);
    }
}

#[tokio::test]
async fn the_version_current_at_a_time_is_found() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.set("a", "2", NINETEEN + HOUR).await;
    fixture.set("a", "3", NINETEEN + HOUR + 10).await;
    fixture.remove("a", NINETEEN + 2 * HOUR).await;
    fixture.set("a", "5", NINETEEN + 3 * HOUR).await;
    let check = async |time: u64, expected: Option<Option<&str>>| {
        let now = at(NINETEEN + DAY);
        let found = fixture.store.get_version_at(address("a"), at(time), now).await.unwrap();
        let found = found.map(|content| content.entry.map(|entry| entry.value.into_string()));
        assert_eq!(found, expected.map(|value| value.map(str::to_owned)), "at {time}");
    };
    check(NINETEEN - 1, None).await;
    check(NINETEEN, Some(Some("1"))).await;
    check(NINETEEN + HOUR - 1, Some(Some("1"))).await;
    // Roblox lost the second value within its hour; the one before it is the newest it can still answer.
    check(NINETEEN + HOUR + 5, Some(Some("1"))).await;
    check(NINETEEN + HOUR + 10, Some(Some("3"))).await;
    check(NINETEEN + 2 * HOUR, Some(None)).await;
    check(NINETEEN + 3 * HOUR, Some(Some("5"))).await;
    check(NINETEEN + 9 * DAY, Some(Some("5"))).await;
}

async fn add(fixture: &Fixture, amount: i64, now: u64) -> Result<IncrementReceipt, StoreError> {
    let increment = Increment {
        address: address("a"),
        amount,
        user_ids: UserIds::new(vec![7]).unwrap(),
        attributes: Attributes::default(),
        now: at(now),
    };
    fixture.store.increment(increment).await
}

#[tokio::test]
async fn an_increment_adds_in_one_step_and_creates_what_is_missing() {
    let fixture = Fixture::new();
    let first = add(&fixture, 5, NINETEEN).await.unwrap();
    assert_eq!((first.value.as_str(), first.revision.counter()), ("5", 1));
    let second = add(&fixture, -7, NINETEEN + 1).await.unwrap();
    assert_eq!((second.value.as_str(), second.revision.counter()), ("-2", 2));
    let entry = fixture.store.get(address("a")).await.unwrap().unwrap();
    assert_eq!((entry.value, entry.user_ids), (json("-2"), UserIds::new(vec![7]).unwrap()));
    fixture.remove("a", NINETEEN + 2).await;
    assert_eq!(add(&fixture, 3, NINETEEN + 3).await.unwrap().value.as_str(), "3");
}

#[tokio::test]
async fn an_increment_that_cannot_be_done_changes_nothing() {
    let fixture = Fixture::new();
    fixture.set("a", "\"text\"", NINETEEN).await;
    let refused = add(&fixture, 1, NINETEEN + 1).await;
    assert!(matches!(refused, Err(StoreError::NotNumeric { .. })), "{refused:?}");
    assert_eq!(fixture.value("a").await.as_deref(), Some("\"text\""));
    fixture.set("a", &i64::MAX.to_string(), NINETEEN + 2).await;
    assert!(add(&fixture, 0, NINETEEN + 3).await.is_ok());
    let refused = add(&fixture, 1, NINETEEN + 4).await;
    assert!(matches!(refused, Err(StoreError::IncrementOverflow { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_live_entry_can_be_demanded() {
    let fixture = Fixture::new();
    let missing = fixture.write("a", "1", Expectation::Live, NINETEEN).await;
    assert!(matches!(missing, Err(StoreError::EntryNotFound { .. })), "{missing:?}");
    // The refused write made no store either.
    assert!(stores(&fixture, NINETEEN).await.is_empty());
    fixture.set("a", "1", NINETEEN).await;
    fixture.write("a", "2", Expectation::Live, NINETEEN + 1).await.unwrap();
    fixture.remove("a", NINETEEN + 2).await;
    let removed = fixture.write("a", "3", Expectation::Live, NINETEEN + 3).await;
    assert!(matches!(removed, Err(StoreError::EntryNotFound { .. })), "{removed:?}");
}

#[tokio::test]
async fn ordered_entries_can_be_created_or_updated_alone() {
    use OrderedExpectation::{Absent, Present};
    let fixture = Fixture::new();
    let put = async |value: i64, expected: OrderedExpectation| {
        fixture.store.set_ordered_if(address("a"), value, expected, at(NINETEEN)).await
    };
    assert!(matches!(put(1, Present).await, Err(StoreError::EntryNotFound { .. })));
    assert!(put(2, Absent).await.unwrap().created);
    assert!(matches!(put(3, Absent).await, Err(StoreError::Conflict { .. })));
    assert!(!put(4, Present).await.unwrap().created);
    assert_eq!(fixture.store.get_ordered(address("a")).await.unwrap(), Some(4));
}
