//! Paging: every key exactly once, in the order of bytes.

use std::collections::BTreeSet;

use daemon_core::export::{DamagedValue, EntryView};
use daemon_core::names::{EntryId, Scope};

use super::{Dice, Fixture, NINETEEN, at, id, item, store_name};
use crate::error::StoreError;
use crate::universe::records::{Expectation, KeyFilter};

/// Pieces of which keys are made, with neighbours at every boundary of UTF-8.
const PIECES: [&str; 12] = [
    "a",
    "b",
    "A",
    "_",
    "%",
    "\u{7E}",
    "\u{A0}",
    "\u{7FF}",
    "\u{800}",
    "\u{FFFD}",
    "\u{10000}",
    "\u{10FFFF}",
];

fn random_id(dice: &mut Dice) -> EntryId {
    let scope = ["global", "a", "b", "\u{10FFFF}"][dice.roll(4)];
    let key: String = (0..=dice.roll(4)).map(|_| PIECES[dice.roll(PIECES.len())]).collect();
    id(scope, &key)
}

#[expect(clippy::unnecessary_wraps, reason = "this is an `AddEntry`, which may prove values")]
fn add_id(ids: &mut Vec<EntryId>, entry: &EntryView<'_>) -> Result<(), DamagedValue> {
    ids.push(entry.id.clone());
    Ok(())
}

async fn all_pages(fixture: &Fixture, filter: &KeyFilter) -> Vec<EntryId> {
    let (mut filter, mut found) = (filter.clone(), Vec::new());
    loop {
        let page = fixture.store.list_keys(store_name("Saves"), filter.clone()).await.unwrap();
        assert!(page.items.len() <= filter.limit);
        let exported = fixture.store.export(store_name("Saves"), filter.clone(), add_id).await.unwrap();
        assert_eq!(exported.entries, page.items);
        assert_eq!(exported.last, page.items.last().cloned());
        assert_eq!(exported.has_more, page.has_more);
        filter.after = page.items.last().cloned();
        found.extend(page.items);
        if !page.has_more {
            return found;
        }
    }
}

#[tokio::test]
async fn pages_cover_every_live_key_once_in_byte_order() {
    for seed in 1..=8 {
        let mut dice = Dice(seed * 7_919);
        let fixture = Fixture::new();
        let mut model = BTreeSet::new();
        let items: Vec<_> = (0..300)
            .map(|_| {
                let id = random_id(&mut dice);
                model.insert(id.clone());
                item(id.scope.as_str(), id.key.as_str(), "1")
            })
            .collect();
        fixture.store.import(store_name("Saves"), items, at(NINETEEN)).await.unwrap();
        for _ in 0..60 {
            let id = random_id(&mut dice);
            let removed = fixture.store.remove(
                id.clone().in_store(store_name("Saves")),
                Expectation::Any,
                at(NINETEEN + 1),
            );
            assert_eq!(removed.await.is_ok(), model.remove(&id), "seed {seed}");
        }
        for prefix in ["", "a", "_", "%", "\u{7E}", "\u{10FFFF}", "a\u{10FFFF}", "nothing"] {
            for scope in [None, Some("global"), Some("a"), Some("\u{10FFFF}"), Some("unused")] {
                let scope = scope.map(|scope| Scope::parse(scope).unwrap());
                let expected: Vec<_> = model
                    .iter()
                    .filter(|id| id.key.as_str().starts_with(prefix))
                    .filter(|id| scope.as_ref().is_none_or(|scope| *scope == id.scope))
                    .cloned()
                    .collect();
                for limit in [1, 7, 1_000] {
                    let filter =
                        KeyFilter { scope: scope.clone(), prefix: prefix.to_owned(), after: None, limit };
                    let found = all_pages(&fixture, &filter).await;
                    assert_eq!(found, expected, "seed {seed}, prefix {prefix:?}, limit {limit}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_page_goes_on_from_a_key_that_is_gone() {
    let fixture = Fixture::new();
    for key in ["a", "b", "c"] {
        fixture.set(key, "1", NINETEEN).await;
    }
    fixture.remove("b", NINETEEN + 1).await;
    let check = async |after: EntryId, scope: Option<&str>, expected: &[&str]| {
        let filter = KeyFilter {
            scope: scope.map(|scope| Scope::parse(scope).unwrap()),
            after: Some(after),
            limit: 9,
            ..KeyFilter::default()
        };
        let keys = fixture.store.list_keys(store_name("Saves"), filter).await.unwrap().items;
        assert_eq!(keys.iter().map(|id| id.key.as_str()).collect::<Vec<_>>(), expected);
    };
    check(id("global", "b"), None, &["c"]).await;
    check(id("global", "aa"), Some("global"), &["c"]).await;
    check(id("a", "z"), Some("global"), &["a", "c"]).await;
    check(id("z", "a"), Some("global"), &[]).await;
    check(id("z", "a"), None, &[]).await;
}

#[tokio::test]
async fn a_limit_of_nothing_still_tells_whether_there_is_more() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    let page = fixture.store.list_keys(store_name("Saves"), KeyFilter::default()).await.unwrap();
    assert_eq!((page.items.len(), page.has_more), (0, true));
}

#[tokio::test]
async fn an_unknown_store_is_named() {
    let fixture = Fixture::new();
    let refused = fixture.store.list_keys(store_name("Nothing"), KeyFilter::default()).await;
    assert!(matches!(&refused, Err(StoreError::StoreNotFound { store }) if store.as_str() == "Nothing"));
}

#[tokio::test]
async fn an_export_page_ends_by_bytes() {
    let fixture = Fixture::new();
    let value = format!("\"{}\"", "x".repeat(5 << 18));
    for key in ["a", "b", "c", "d", "e"] {
        fixture.set(key, &value, NINETEEN).await;
    }
    let filter = KeyFilter { limit: 100, ..KeyFilter::default() };
    let page = fixture.store.export(store_name("Saves"), filter.clone(), add_id).await.unwrap();
    assert_eq!((page.entries.len(), page.has_more), (3, true));
    let filter = KeyFilter { after: page.last, ..filter };
    let page = fixture.store.export(store_name("Saves"), filter, add_id).await.unwrap();
    assert_eq!((page.entries.len(), page.has_more), (2, false));
}
