//! The sample as a universe holds it.

use daemon_store::universe::records::{KeyFilter, StoreFilter, StoreRecord, UniverseOptions, Write};

use super::*;

const NOW: Timestamp = Timestamp::from_ticks(639_000_000_000_000_000);

async fn filled() -> (tempfile::TempDir, UniverseStore) {
    let directory = tempfile::tempdir().unwrap();
    let store =
        UniverseStore::open(&directory.path().join("universe.db"), UniverseOptions::default()).unwrap();
    fill(&store, NOW).await.unwrap();
    (directory, store)
}

async fn stores(store: &UniverseStore) -> Vec<StoreRecord> {
    store.list_stores(StoreFilter { limit: PAGE, ..StoreFilter::default() }).await.unwrap().items
}

async fn keys(store: &UniverseStore, name: &str) -> Vec<EntryId> {
    let filter = KeyFilter { limit: 1_000, ..KeyFilter::default() };
    store.list_keys(store_name(name), filter).await.unwrap().items
}

async fn write(store: &UniverseStore, name: &str, key: &str) {
    let write = Write {
        address: entry_id("global", key).in_store(store_name(name)),
        value: JsonText::parse("1").unwrap(),
        user_ids: UserIds::default(),
        attributes: Attributes::default(),
        expected: Expectation::Any,
        now: NOW,
    };
    store.write(write).await.unwrap();
}

#[tokio::test]
async fn sample_has_two_thousand_entries_in_the_named_layouts() {
    let (_directory, store) = filled().await;
    let stores = stores(&store).await;
    assert_eq!(stores.iter().map(|store| store.entry_count).sum::<u64>(), 2_000);
    let names: Vec<_> = stores.iter().map(|store| (store.name.as_str(), store.kind)).collect();
    for name in ["PlayerData", "Inventories", "Preferences"] {
        assert!(names.contains(&(name, StoreKind::Standard)), "{name}");
    }
    let leaderboards = stores
        .iter()
        .filter(|store| store.kind == StoreKind::Ordered && !store.name.as_str().starts_with("Coins/"));
    assert_eq!(leaderboards.count(), 2);
    let wallets = names.iter().filter(|(name, _)| name.starts_with("Coins/"));
    assert_eq!(wallets.count(), 12, "six players with a standard and an ordered store each");
    assert!(stores.iter().any(|store| store.scopes.len() > 1), "some store has several scopes");
}

#[tokio::test]
async fn sample_shows_locks_users_attributes_and_revisions() {
    let (_directory, store) = filled().await;
    let filter = KeyFilter { limit: 1_000, ..KeyFilter::default() };
    let mut players = Vec::new();
    for id in store.list_keys(store_name("PlayerData"), filter).await.unwrap().items {
        let entry = store.get(id.clone().in_store(store_name("PlayerData"))).await.unwrap().unwrap();
        players.push((id, entry));
    }
    let count = |predicate: &dyn Fn(&str) -> bool| {
        players.iter().filter(|(_, entry)| predicate(entry.value.as_str())).count()
    };
    assert_eq!(count(&|value| value.contains(r#""GlobalUpdates":[0,[]]"#)), players.len());
    assert!((3..20).contains(&count(&|value| value.contains("ActiveSession"))));
    assert!(players.iter().all(|(_, entry)| entry.user_ids.as_slice().len() == 1));
    assert!(players.iter().any(|(_, entry)| entry.attributes.as_str() != "{}"));
    let first = players.iter().map(|(id, _)| id.clone()).min().unwrap().in_store(store_name("PlayerData"));
    let revisions = store.list_revisions(first, None, 10, NOW).await.unwrap().items;
    assert_eq!(revisions.len(), 4, "the first player has an earlier history");
}

#[tokio::test]
async fn filling_again_after_an_interruption_gives_the_same() {
    let (_directory, store) = filled().await;
    let before = stores(&store).await;
    store.remove_store(StoreKind::Ordered, store_name("HighScores")).await.unwrap();
    fill(&store, NOW).await.unwrap();
    let counts = |stores: &[StoreRecord]| -> Vec<_> {
        stores.iter().map(|store| (store.name.clone(), store.kind, store.entry_count)).collect()
    };
    assert_eq!(counts(&stores(&store).await), counts(&before));
    let first = keys(&store, "PlayerData").await[0].clone().in_store(store_name("PlayerData"));
    assert_eq!(store.list_revisions(first, None, 10, NOW).await.unwrap().items.len(), 4);
}

#[tokio::test]
async fn removing_the_sample_leaves_what_people_made() {
    let (_directory, store) = filled().await;
    write(&store, "PlayerData", "mine").await;
    write(&store, "Mine", "key").await;
    store.set_ordered(entry_id("global", "mine").in_store(store_name("HighScores")), 1, NOW).await.unwrap();
    assert_eq!(remove(&store, NOW).await.unwrap(), 2_000);
    let left: Vec<_> =
        stores(&store).await.iter().map(|store| (store.name.to_string(), store.entry_count)).collect();
    assert_eq!(left, [("HighScores".into(), 1), ("Mine".into(), 1), ("PlayerData".into(), 1)]);
    assert_eq!(keys(&store, "PlayerData").await, [entry_id("global", "mine")]);
    assert_eq!(remove(&store, NOW).await.unwrap(), 0, "a second time removes nothing");
}

#[tokio::test]
async fn a_deleted_store_of_the_sample_does_not_stand_in_the_way() {
    let (_directory, store) = filled().await;
    let name = || store_name("PlayerData");
    let described = store.describe_store(StoreKind::Standard, name()).await.unwrap().unwrap();
    store.delete_store(name(), NOW).await.unwrap();
    assert_eq!(remove(&store, NOW).await.unwrap(), 2_000 - described.entry_count);
    assert!(stores(&store).await.is_empty());
}

#[test]
fn generated_keys_do_not_depend_on_the_time() {
    let ids = |now| -> Vec<EntryId> {
        let ids = layouts::universe(now).into_iter().flat_map(|store| match store.entries {
            SampleEntries::Standard(entries) => entries.into_iter().map(|entry| entry.id).collect::<Vec<_>>(),
            SampleEntries::Ordered(entries) => entries.into_iter().map(|(id, _)| id).collect(),
        });
        ids.collect()
    };
    assert_eq!(ids(NOW), ids(Timestamp::UNIX_EPOCH));
}
