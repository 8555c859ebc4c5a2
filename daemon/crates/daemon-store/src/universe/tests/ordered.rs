//! Ordered stores (`roblox-apis.md §2.3`).

use daemon_core::names::{EntryAddress, Key, Scope, StoreKind};

use super::{Dice, Fixture, NINETEEN, at, id, store_name};
use crate::error::StoreError;
use crate::universe::records::{OrderedFilter, OrderedRecord};

fn points(key: &str) -> EntryAddress {
    id("global", key).in_store(store_name("Points"))
}

fn filter(descending: bool) -> OrderedFilter {
    OrderedFilter { scope: Scope::global(), descending, min: None, max: None, after: None, limit: 1_000 }
}

async fn list(fixture: &Fixture, filter: OrderedFilter) -> Vec<(i64, String)> {
    let (mut filter, mut found) = (filter, Vec::new());
    loop {
        let page = fixture.store.list_ordered(store_name("Points"), filter.clone()).await.unwrap();
        filter.after = page.items.last().cloned();
        found.extend(page.items.into_iter().map(|record| (record.value, record.key.as_str().to_owned())));
        if !page.has_more {
            return found;
        }
    }
}

#[tokio::test]
async fn entries_come_by_value_then_key_and_descending_is_the_reverse() {
    let fixture = Fixture::new();
    let mut model = Vec::new();
    let mut dice = Dice(4_711);
    let values = [i64::MIN, i64::MIN + 1, -5, -1, 0, 1, 5, i64::MAX - 1, i64::MAX];
    for number in 0..120 {
        let value = values[dice.roll(values.len())];
        let key = format!("k{number}");
        fixture.store.set_ordered(points(&key), value, at(NINETEEN)).await.unwrap();
        model.push((value, key));
    }
    model.sort();
    let bounds = [None, Some(i64::MIN), Some(-5), Some(0), Some(3), Some(i64::MAX)];
    for descending in [false, true] {
        for (min, max) in bounds.into_iter().flat_map(|min| bounds.map(|max| (min, max))) {
            let mut expected: Vec<_> = model
                .iter()
                .filter(|(value, _)| {
                    min.is_none_or(|min| min <= *value) && max.is_none_or(|max| *value <= max)
                })
                .cloned()
                .collect();
            if descending {
                expected.reverse();
            }
            for limit in [7, 1_000] {
                let found = list(&fixture, OrderedFilter { min, max, limit, ..filter(descending) }).await;
                assert_eq!(found, expected, "descending {descending}, {min:?} to {max:?}, limit {limit}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_start_outside_the_range_does_not_widen_it() {
    let fixture = Fixture::new();
    for value in 0..10 {
        fixture.store.set_ordered(points(&format!("k{value}")), value, at(NINETEEN)).await.unwrap();
    }
    let check = async |descending: bool, after: i64, expected: &[i64]| {
        let after = Some(OrderedRecord { key: Key::parse("zzz").unwrap(), value: after });
        let found =
            list(&fixture, OrderedFilter { min: Some(3), max: Some(5), after, ..filter(descending) }).await;
        assert_eq!(found.into_iter().map(|(value, _)| value).collect::<Vec<_>>(), expected);
    };
    check(false, 0, &[3, 4, 5]).await;
    check(false, 3, &[4, 5]).await;
    check(false, 9, &[]).await;
    check(true, 9, &[5, 4, 3]).await;
    check(true, 4, &[4, 3]).await;
    check(true, 0, &[]).await;
}

#[tokio::test]
async fn increments_are_checked() {
    let fixture = Fixture::new();
    let receipt = fixture.store.increment_ordered(points("a"), 5, at(NINETEEN)).await.unwrap();
    assert_eq!((receipt.value, receipt.created), (5, true));
    let receipt = fixture.store.increment_ordered(points("a"), -7, at(NINETEEN)).await.unwrap();
    assert_eq!((receipt.value, receipt.created), (-2, false));
    for (start, amount) in [(i64::MAX, 1), (i64::MIN, -1), (-2, i64::MIN)] {
        fixture.store.set_ordered(points("a"), start, at(NINETEEN)).await.unwrap();
        let refused = fixture.store.increment_ordered(points("a"), amount, at(NINETEEN)).await;
        assert!(
            matches!(refused, Err(StoreError::IncrementOverflow { value, .. }) if value == start),
            "{start} + {amount}: {refused:?}"
        );
        assert_eq!(fixture.store.get_ordered(points("a")).await.unwrap(), Some(start));
    }
}

#[tokio::test]
async fn removal_is_permanent_and_the_last_entry_takes_the_store_along() {
    let fixture = Fixture::new();
    fixture.store.set_ordered(points("a"), 3, at(NINETEEN)).await.unwrap();
    assert_eq!(fixture.store.remove_ordered(points("a"), at(NINETEEN + 1)).await.unwrap(), 3);
    assert_eq!(fixture.store.get_ordered(points("a")).await.unwrap(), None);
    let again = fixture.store.remove_ordered(points("a"), at(NINETEEN + 2)).await;
    assert!(matches!(again, Err(StoreError::EntryNotFound { .. })), "{again:?}");
    let store = fixture.store.describe_store(StoreKind::Ordered, store_name("Points")).await.unwrap();
    assert_eq!(store, None);
    let listed = fixture.store.list_ordered(store_name("Points"), filter(false)).await;
    assert!(matches!(listed, Err(StoreError::StoreNotFound { .. })), "{listed:?}");
}

#[tokio::test]
async fn scopes_are_separate() {
    let fixture = Fixture::new();
    let other = id("season-2", "a").in_store(store_name("Points"));
    fixture.store.set_ordered(points("a"), 1, at(NINETEEN)).await.unwrap();
    fixture.store.set_ordered(other.clone(), 2, at(NINETEEN)).await.unwrap();
    assert_eq!(list(&fixture, filter(false)).await, [(1, "a".to_owned())]);
    assert_eq!(fixture.store.get_ordered(other).await.unwrap(), Some(2));
}
