//! Whole data stores: deleted, listed as deleted, brought back; and snapshots.

use daemon::universes::{StoreQuery, UniverseError};
use daemon_core::names::StoreKind;

use crate::bench::{Bench, address, all_pages, key_query, store_name};

/// Names of the data stores in a listing, a deleted one with a minus before it.
async fn listed(bench: &Bench, deleted: bool, limit: usize) -> Vec<String> {
    let query =
        StoreQuery { kind: Some(StoreKind::Standard), prefix: String::new(), deleted, cursor: None, limit };
    let stores =
        all_pages(limit, |cursor| bench.universe.list_stores(StoreQuery { cursor, ..query.clone() })).await;
    let mut names: Vec<_> = stores
        .iter()
        .map(|store| {
            assert_eq!(store.is_deleted, store.expires_at.is_some());
            format!("{}{}", if store.is_deleted { "-" } else { "" }, store.name)
        })
        .collect();
    names.sort();
    names
}

pub(crate) async fn a_deleted_data_store_is_brought_back(bench: &Bench) {
    let universe = &bench.universe;
    let written = bench.create(&address("a"), "1").await;
    bench.fill("Other", &["a"]).await;
    let first = universe.delete_store(store_name("Saves")).await.unwrap().unwrap();
    assert_eq!(first.saturating_since(bench.clock.now()).as_secs(), 30 * 24 * 3_600);
    bench.hours_pass(1);
    let again = universe.delete_store(store_name("Saves")).await.unwrap();
    assert_eq!(again, Some(first), "deleting it again changes nothing");
    let refused = universe.get(address("a")).await;
    assert!(
        matches!(refused, Err(UniverseError::StoreNotFound(_) | UniverseError::StoreDeleted { .. })),
        "{refused:?}"
    );
    let refused = universe.list_keys(key_query("Saves", None, "", 10)).await;
    assert!(
        matches!(refused, Err(UniverseError::StoreNotFound(_) | UniverseError::StoreDeleted { .. })),
        "{refused:?}"
    );
    universe.undelete_store(store_name("Saves")).await.unwrap();
    universe.undelete_store(store_name("Saves")).await.unwrap();
    let entry = bench.get(&address("a")).await.unwrap();
    assert_eq!((entry.value.as_str(), entry.revision), ("1", written.revision));
}

pub(crate) async fn deleted_data_stores_are_listed_when_asked_for(bench: &Bench) {
    for name in ["Coins", "Saves", "Scores"] {
        bench.fill(name, &["a"]).await;
    }
    bench.universe.delete_store(store_name("Saves")).await.unwrap();
    for limit in [1, 2, 100] {
        assert_eq!(listed(bench, false, limit).await, ["Coins", "Scores"], "{limit}");
        assert_eq!(listed(bench, true, limit).await, ["-Saves", "Coins", "Scores"], "{limit}");
    }
    bench.universe.undelete_store(store_name("Saves")).await.unwrap();
    assert_eq!(listed(bench, true, 100).await, ["Coins", "Saves", "Scores"]);
    bench.universe.delete_store(store_name("Saves")).await.unwrap();
    bench.hours_pass(30 * 24);
    assert_eq!(listed(bench, true, 100).await, ["Coins", "Scores"], "its time is over");
}

pub(crate) async fn what_is_not_there_is_neither_deleted_nor_brought_back(bench: &Bench) {
    let deleted = bench.universe.delete_store(store_name("Saves")).await;
    assert!(matches!(deleted, Err(UniverseError::StoreNotFound(_))), "{deleted:?}");
    let restored = bench.universe.undelete_store(store_name("Saves")).await;
    assert!(matches!(restored, Err(UniverseError::StoreNotFound(_))), "{restored:?}");
}

pub(crate) async fn a_snapshot_is_taken_once_a_day(bench: &Bench) {
    bench.create(&address("a"), "1").await;
    let first = bench.universe.take_snapshot().await.unwrap();
    assert!(first.is_new && first.latest_at.is_some());
    let second = bench.universe.take_snapshot().await.unwrap();
    assert_eq!((second.is_new, second.latest_at), (false, first.latest_at));
    bench.hours_pass(24);
    let third = bench.universe.take_snapshot().await.unwrap();
    assert!(third.is_new && third.latest_at > first.latest_at);
}
