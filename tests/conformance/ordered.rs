//! Ordered data stores: whole numbers, sums, and listings in order of value.

use daemon::universes::{OrderedQuery, UniverseError};
use daemon_core::cursor::CursorError;
use daemon_core::names::{EntryAddress, Scope};

use crate::bench::{Bench, all_pages, entry_id, store_name};

fn score(key: &str) -> EntryAddress {
    entry_id("global", key).in_store(store_name("Scores"))
}

fn query(descending: bool, minimum: Option<i64>, maximum: Option<i64>, limit: usize) -> OrderedQuery {
    OrderedQuery {
        store: store_name("Scores"),
        scope: Scope::global(),
        descending,
        minimum,
        maximum,
        cursor: None,
        limit,
    }
}

pub(crate) async fn entries_are_set_read_and_removed(bench: &Bench) {
    let universe = &bench.universe;
    assert!(universe.set_ordered(score("a"), 5).await.unwrap());
    assert!(!universe.set_ordered(score("a"), -7).await.unwrap());
    assert!(!universe.set_ordered(score("a"), -7).await.unwrap());
    assert_eq!(universe.get_ordered(score("a")).await.unwrap(), Some(-7));
    assert_eq!(universe.get_ordered(score("b")).await.unwrap(), None);
    assert!(universe.set_ordered(score("b"), 1).await.unwrap());
    assert_eq!(universe.remove_ordered(score("a")).await.unwrap(), -7);
    assert_eq!(universe.get_ordered(score("a")).await.unwrap(), None);
    assert!(matches!(universe.remove_ordered(score("a")).await, Err(UniverseError::EntryNotFound(_))));
}

pub(crate) async fn names_of_every_kind_are_kept(bench: &Bench) {
    let universe = &bench.universe;
    for name in ["a/b", "a:increment", "a@latest", "100%", "é", " ", "?", "a+b"] {
        let store = store_name(&format!("Scores{name}"));
        let address = entry_id(name, name).in_store(store.clone());
        // A data store without entries is gone where it can be told.
        universe.set_ordered(entry_id("elsewhere", "kept").in_store(store.clone()), 1).await.unwrap();
        assert!(universe.set_ordered(address.clone(), 5).await.unwrap(), "{name}");
        assert!(!universe.set_ordered(address.clone(), 7).await.unwrap(), "{name}");
        assert_eq!(universe.increment_ordered(address.clone(), 2).await.unwrap(), (9, false), "{name}");
        assert_eq!(universe.get_ordered(address.clone()).await.unwrap(), Some(9), "{name}");
        for descending in [false, true] {
            let scope = address.scope.clone();
            let query =
                OrderedQuery { store: store.clone(), scope, ..query(descending, Some(1), Some(9), 1) };
            let list = |cursor| universe.list_ordered(OrderedQuery { cursor, ..query.clone() });
            assert_eq!(all_pages(1, list).await, [(address.id(), 9)], "{name}");
        }
        assert_eq!(universe.remove_ordered(address.clone()).await.unwrap(), 9, "{name}");
        assert_eq!(universe.get_ordered(address).await.unwrap(), None, "{name}");
    }
}

pub(crate) async fn sums_stay_in_64_bits(bench: &Bench) {
    let universe = &bench.universe;
    assert_eq!(universe.increment_ordered(score("a"), 3).await.unwrap(), (3, true));
    assert_eq!(universe.increment_ordered(score("a"), -5).await.unwrap(), (-2, false));
    for (start, delta) in [(i64::MAX, 1), (i64::MIN, -1), (9_007_199_254_740_993, i64::MAX)] {
        universe.set_ordered(score("edge"), start).await.unwrap();
        assert_eq!(universe.get_ordered(score("edge")).await.unwrap(), Some(start));
        match universe.increment_ordered(score("edge"), delta).await {
            Err(UniverseError::SumOutOfRange { value, delta: told }) => {
                assert_eq!((value, told), (start, delta));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(universe.get_ordered(score("edge")).await.unwrap(), Some(start));
    }
}

pub(crate) async fn entries_are_listed_by_value(bench: &Bench) {
    let scores = [("low", -5), ("none", 0), ("mid", 7), ("also", 7), ("high", 1_000)];
    for (key, value) in scores {
        bench.universe.set_ordered(score(key), value).await.unwrap();
    }
    let elsewhere = entry_id("north", "far").in_store(store_name("Scores"));
    bench.universe.set_ordered(elsewhere, 8).await.unwrap();
    for (minimum, maximum) in
        [(None, None), (Some(0), None), (None, Some(7)), (Some(7), Some(7)), (Some(8), Some(9))]
    {
        for limit in [1, 2, 3, 5, 100, 256] {
            let all = |descending| {
                let query = query(descending, minimum, maximum, limit);
                all_pages(limit, move |cursor| {
                    bench.universe.list_ordered(OrderedQuery { cursor, ..query.clone() })
                })
            };
            let ascending = all(false).await;
            assert!(ascending.is_sorted_by_key(|(_, value)| *value), "{ascending:?}");
            let mut listed: Vec<_> = ascending.iter().map(|(id, value)| (id.key.as_str(), *value)).collect();
            listed.sort_unstable();
            let within = |value: i64| {
                minimum.is_none_or(|least| value >= least) && maximum.is_none_or(|most| value <= most)
            };
            let mut expected: Vec<_> = scores.into_iter().filter(|(_, value)| within(*value)).collect();
            expected.sort_unstable();
            assert_eq!(listed, expected, "{minimum:?} {maximum:?} {limit}");
            let descending = all(true).await;
            assert!(descending.is_sorted_by_key(|(_, value)| std::cmp::Reverse(*value)), "{descending:?}");
            assert_eq!(descending.len(), expected.len());
        }
    }
}

pub(crate) async fn cursors_belong_to_their_listing(bench: &Bench) {
    for (key, value) in [("a", 1), ("b", 2), ("c", 3)] {
        bench.universe.set_ordered(score(key), value).await.unwrap();
    }
    let page = bench.universe.list_ordered(query(false, None, None, 1)).await.unwrap();
    for other in [query(true, None, None, 1), query(false, Some(1), None, 1), query(false, None, Some(3), 1)]
    {
        let cursor = page.next_cursor.clone();
        let refused = bench.universe.list_ordered(OrderedQuery { cursor, ..other }).await;
        assert!(matches!(refused, Err(UniverseError::Cursor(CursorError::OtherQuery))), "{refused:?}");
    }
}
