//! Data stores and scopes: they exist as long as they hold something.

use daemon_core::names::{Scope, StoreKind, StoreName};

use super::{DAY, Fixture, NINETEEN, address, at, id, item, store_name};
use crate::universe::records::{Expectation, KeyFilter, StoreFilter};

async fn names(fixture: &Fixture, filter: StoreFilter) -> Vec<(String, StoreKind)> {
    let (mut filter, mut found) = (filter, Vec::new());
    loop {
        let page = fixture.store.list_stores(filter.clone()).await.unwrap();
        filter.after = page.items.last().map(|store| (store.name.clone(), store.kind));
        found.extend(page.items.into_iter().map(|store| (store.name.as_str().to_owned(), store.kind)));
        if !page.has_more {
            return found;
        }
    }
}

async fn fill(fixture: &Fixture, stores: &[(&str, StoreKind)]) {
    for (name, kind) in stores {
        let address = id("global", "k").in_store(store_name(name));
        match kind {
            StoreKind::Standard => {
                let items = vec![item("global", "k", "1")];
                fixture.store.import(address.store, items, at(NINETEEN)).await.unwrap();
            }
            StoreKind::Ordered => {
                fixture.store.set_ordered(address, 1, at(NINETEEN)).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn stores_come_by_name_then_kind_in_pages() {
    use StoreKind::{Ordered, Standard};
    let fixture = Fixture::new();
    fill(
        &fixture,
        &[("b", Standard), ("a", Standard), ("a", Ordered), ("c", Ordered), ("B", Standard), ("b", Ordered)],
    )
    .await;
    let all =
        [("B", Standard), ("a", Standard), ("a", Ordered), ("b", Standard), ("b", Ordered), ("c", Ordered)];
    let check = async |kind: Option<StoreKind>, prefix: &str, expected: &[(&str, StoreKind)]| {
        for limit in [1, 2, 10] {
            let filter = StoreFilter { kind, prefix: prefix.to_owned(), limit, ..StoreFilter::default() };
            let found = names(&fixture, filter).await;
            let found: Vec<_> = found.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
            assert_eq!(found, expected, "{kind:?} {prefix:?} {limit}");
        }
    };
    check(None, "", &all).await;
    check(Some(Ordered), "", &[("a", Ordered), ("b", Ordered), ("c", Ordered)]).await;
    check(Some(Standard), "b", &[("b", Standard)]).await;
    check(None, "a", &[("a", Standard), ("a", Ordered)]).await;
    check(None, "x", &[]).await;
}

#[tokio::test]
async fn a_store_shows_its_count_its_times_and_its_first_scopes() {
    let fixture = Fixture::new();
    let items = (0..25).map(|n| item(&format!("s{n:02}"), "k", "1")).collect();
    fixture.store.import(store_name("Saves"), items, at(NINETEEN)).await.unwrap();
    fixture.set("k", "1", NINETEEN + 7).await;
    let store =
        fixture.store.describe_store(StoreKind::Standard, store_name("Saves")).await.unwrap().unwrap();
    assert_eq!(
        (store.entry_count, store.created_at, store.modified_at),
        (26, at(NINETEEN), at(NINETEEN + 7))
    );
    assert_eq!((store.scopes.len(), store.has_more_scopes), (20, true));
    assert_eq!(store.scopes[0], Scope::global());
    let rest = fixture
        .store
        .list_scopes(StoreKind::Standard, store_name("Saves"), store.scopes.last().cloned(), 100)
        .await
        .unwrap();
    assert_eq!((rest.items.len(), rest.has_more), (6, false));
}

#[tokio::test]
async fn a_store_without_live_entries_is_not_listed_and_ends_with_its_last_tombstone() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.remove("a", NINETEEN + 1).await;
    assert!(names(&fixture, StoreFilter { limit: 9, ..StoreFilter::default() }).await.is_empty());
    // Its keys can still be asked for: the store exists until its tombstones are purged.
    let keys = fixture.store.list_keys(store_name("Saves"), KeyFilter { limit: 9, ..KeyFilter::default() });
    assert!(keys.await.unwrap().items.is_empty());
    fixture.store.purge(at(NINETEEN + 31 * DAY), 10).await.unwrap();
    let store = fixture.store.describe_store(StoreKind::Standard, store_name("Saves")).await.unwrap();
    assert_eq!(store, None);
}

#[tokio::test]
async fn counts_follow_every_kind_of_write() {
    let fixture = Fixture::new();
    let count = async || {
        let store = fixture.store.describe_store(StoreKind::Standard, store_name("Saves")).await.unwrap();
        store.map_or((0, 0), |store| (store.entry_count, store.scopes.len()))
    };
    fixture.set("a", "1", NINETEEN).await;
    fixture.set("a", "2", NINETEEN + 1).await;
    assert_eq!(count().await, (1, 1));
    fixture.store.import(store_name("Saves"), vec![item("other", "b", "1")], at(NINETEEN)).await.unwrap();
    assert_eq!(count().await, (2, 2));
    fixture.remove("a", NINETEEN + 2).await;
    assert_eq!(count().await, (1, 1));
    fixture.set("a", "3", NINETEEN + 3).await;
    assert_eq!(count().await, (2, 2));
    let refused = fixture.write("a", "4", Expectation::Absent, NINETEEN + 4).await;
    assert!(refused.is_err());
    assert_eq!(count().await, (2, 2));
}

#[tokio::test]
async fn removing_a_store_leaves_nothing_of_it_and_everything_else() {
    let fixture = Fixture::new();
    let items = (0..4_500).map(|n| item("global", &format!("k{n}"), "1")).collect();
    fixture.store.import(store_name("Saves"), items, at(NINETEEN)).await.unwrap();
    fixture.set("k1", "2", NINETEEN + 1).await;
    fixture.remove("k2", NINETEEN + 1).await;
    fill(&fixture, &[("Other", StoreKind::Standard), ("Saves", StoreKind::Ordered)]).await;
    let removed = fixture.store.remove_store(StoreKind::Standard, store_name("Saves")).await.unwrap();
    assert_eq!(removed, 4_499);
    assert_eq!(fixture.value("k3").await, None);
    assert!(fixture.store.list_revisions(address("k1"), None, 9, at(NINETEEN + 2)).await.is_err());
    let left = names(&fixture, StoreFilter { limit: 9, ..StoreFilter::default() }).await;
    assert_eq!(left, [("Other".to_owned(), StoreKind::Standard), ("Saves".to_owned(), StoreKind::Ordered)]);
    let purged = fixture.store.purge(at(NINETEEN + 99 * DAY), 10_000).await.unwrap();
    assert_eq!((purged.revisions, purged.keys), (0, 0));
    assert_eq!(fixture.store.remove_store(StoreKind::Ordered, store_name("Saves")).await.unwrap(), 1);
    let missing: StoreName = store_name("Saves");
    assert!(fixture.store.remove_store(StoreKind::Standard, missing).await.is_err());
}
