//! Listings hold everything they should, once, however they are paged.

use daemon::universes::{Expectation, ExportedPage, KeyQuery, OrderedQuery, StoreQuery, UniverseError};
use daemon_core::cursor::CursorError;
use daemon_core::names::{Scope, StoreKind};

use crate::bench::{Bench, address, all_pages, entry_id, item, key_query, store_name};

/// Entries of `Saves` in three scopes, sorted.
const ENTRIES: [(&str, &str); 9] = [
    ("global", "Player_1"),
    ("global", "Player_10"),
    ("global", "Player_2"),
    ("global", "other"),
    ("north", "Player_1"),
    ("north", "Player_3"),
    ("north", "x"),
    ("south", "Player_"),
    ("south", "Player_4"),
];

async fn fill(bench: &Bench) {
    let items = ENTRIES.into_iter().map(|(scope, key)| item(scope, key, "1")).collect();
    bench.universe.import(store_name("Saves"), items).await.unwrap();
}

fn expected(keep: impl Fn(&str, &str) -> bool) -> Vec<(String, String)> {
    let kept = ENTRIES.into_iter().filter(|(scope, key)| keep(scope, key));
    kept.map(|(scope, key)| (scope.to_owned(), key.to_owned())).collect()
}

pub(crate) async fn keys_of_a_scope_of_all_and_with_a_prefix(bench: &Bench) {
    fill(bench).await;
    for scope in [None, Some("global"), Some("north"), Some("south"), Some("nowhere")] {
        for prefix in ["", "Player_", "Player_1", "p", "Player_10x", "\"", "north"] {
            let listed = bench.keys(&key_query("Saves", scope, prefix, 256)).await;
            let in_scope = |of: &str| scope.is_none_or(|scope| scope == of);
            let expected = expected(|of, key| in_scope(of) && key.starts_with(prefix));
            assert_eq!(listed, expected, "{scope:?} {prefix}");
        }
    }
}

pub(crate) async fn pages_of_every_size_hold_all_keys(bench: &Bench) {
    fill(bench).await;
    for limit in (1..=10).chain([100, 256]) {
        assert_eq!(bench.keys(&key_query("Saves", None, "", limit)).await, expected(|_, _| true), "{limit}");
        let listed = bench.keys(&key_query("Saves", Some("global"), "Player_", limit)).await;
        assert_eq!(listed, expected(|scope, key| scope == "global" && key.starts_with("Player_")), "{limit}");
    }
}

pub(crate) async fn the_size_of_pages_may_change(bench: &Bench) {
    fill(bench).await;
    let (mut listed, mut cursor) = (Vec::new(), None);
    for limit in [5, 2, 1, 256, 1, 3, 256, 256] {
        let page = bench.universe.list_keys(KeyQuery { cursor, ..key_query("Saves", None, "", limit) }).await;
        let page = page.unwrap();
        assert!(page.items.len() <= limit);
        listed.extend(page.items.iter().map(|id| (id.scope.to_string(), id.key.to_string())));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(cursor, None);
    listed.sort();
    assert_eq!(listed, expected(|_, _| true));
}

pub(crate) async fn removed_keys_are_not_listed(bench: &Bench) {
    fill(bench).await;
    for (scope, key) in [("global", "Player_10"), ("north", "x")] {
        let address = entry_id(scope, key).in_store(store_name("Saves"));
        let revision = bench.get(&address).await.unwrap().revision;
        bench.universe.remove(address, Expectation::Revision(revision)).await.unwrap();
    }
    let left = expected(|_, key| !matches!(key, "Player_10" | "x"));
    for limit in [1, 2, 256] {
        assert_eq!(bench.keys(&key_query("Saves", None, "", limit)).await, left);
    }
}

pub(crate) async fn cursors_belong_to_their_listing(bench: &Bench) {
    fill(bench).await;
    bench.fill("Other", &["a", "b"]).await;
    let query = key_query("Saves", Some("global"), "", 1);
    let cursor = bench.universe.list_keys(query.clone()).await.unwrap().next_cursor.unwrap();
    for other in [
        key_query("Other", Some("global"), "", 1),
        key_query("Saves", Some("north"), "", 1),
        key_query("Saves", None, "", 1),
        key_query("Saves", Some("global"), "Player", 1),
    ] {
        let refused = bench.universe.list_keys(KeyQuery { cursor: Some(cursor.clone()), ..other }).await;
        assert!(matches!(refused, Err(UniverseError::Cursor(CursorError::OtherQuery))), "{refused:?}");
    }
    let exported = bench
        .universe
        .export(KeyQuery { cursor: Some(cursor.clone()), ..query.clone() }, |_, _| Ok(()))
        .await;
    assert!(matches!(exported, Err(UniverseError::Cursor(CursorError::OtherQuery))), "{exported:?}");
    for damaged in ["", "x", &cursor[1..]] {
        let refused =
            bench.universe.list_keys(KeyQuery { cursor: Some(damaged.into()), ..query.clone() }).await;
        assert!(matches!(refused, Err(UniverseError::Cursor(CursorError::Malformed))), "{refused:?}");
    }
}

pub(crate) async fn data_stores_are_listed(bench: &Bench) {
    let names = ["Coins", "Saves", "Saves_v2", "So \"it\"", "saves", "é"];
    for name in names {
        bench.fill(name, &["a"]).await;
    }
    bench.fill("Gone", &["a"]).await;
    let gone = entry_id("global", "a").in_store(store_name("Gone"));
    let revision = bench.get(&gone).await.unwrap().revision;
    bench.universe.remove(gone, Expectation::Revision(revision)).await.unwrap();
    for limit in [1, 2, 3, 100, 256] {
        for prefix in ["", "Saves", "S", "So \"", "é", "x"] {
            let query = StoreQuery {
                kind: Some(StoreKind::Standard),
                prefix: prefix.into(),
                deleted: false,
                cursor: None,
                limit,
            };
            let list = |cursor| bench.universe.list_stores(StoreQuery { cursor, ..query.clone() });
            let mut listed = all_pages(limit, list).await;
            assert!(listed.iter().all(|store| store.kind == StoreKind::Standard));
            listed.sort_by(|one, other| one.name.cmp(&other.name));
            let listed: Vec<_> = listed.iter().map(|store| store.name.as_str()).collect();
            let expected: Vec<_> = names.into_iter().filter(|name| name.starts_with(prefix)).collect();
            assert_eq!(listed, expected, "{limit} {prefix}");
        }
    }
}

pub(crate) async fn what_does_not_exist_is_told(bench: &Bench) {
    #[track_caller]
    fn assert_missing<T: std::fmt::Debug>(outcome: Result<T, UniverseError>) {
        match outcome {
            Err(UniverseError::StoreNotFound(name)) => assert_eq!(name.as_str(), "Saves"),
            other => panic!("{other:?}"),
        }
    }
    let query = key_query("Saves", Some("global"), "", 10);
    assert_missing(bench.universe.list_keys(query.clone()).await);
    assert_missing(bench.universe.list_keys(key_query("Saves", None, "", 10)).await);
    assert_missing::<ExportedPage>(bench.universe.export(query.clone(), |_, _| Ok(())).await);
    assert_missing(bench.universe.get(address("a")).await);
    let ordered = OrderedQuery {
        store: store_name("Saves"),
        scope: Scope::global(),
        descending: false,
        minimum: None,
        maximum: None,
        cursor: None,
        limit: 10,
    };
    assert_missing(bench.universe.list_ordered(ordered).await);
    bench.create(&address("a"), "1").await;
    assert_eq!(bench.get(&address("b")).await, None);
    assert_eq!(bench.keys(&key_query("Saves", Some("nowhere"), "", 10)).await, []);
}
