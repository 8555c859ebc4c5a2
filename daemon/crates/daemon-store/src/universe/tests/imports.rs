//! Batches: whole or not at all, in one transaction.

use super::{DAY, Fixture, NINETEEN, address, at, id, item, store_name};
use crate::universe::records::{KeyFilter, RevisionState, StoreRecord};
use daemon_core::export::EntryView;
use daemon_core::names::StoreKind;

async fn saves(fixture: &Fixture) -> StoreRecord {
    fixture.store.describe_store(StoreKind::Standard, store_name("Saves")).await.unwrap().unwrap()
}

#[tokio::test]
async fn outcomes_come_in_the_order_given() {
    let fixture = Fixture::new();
    fixture.set("b", "0", NINETEEN).await;
    let items = vec![item("global", "c", "1"), item("global", "b", "2"), item("global", "a", "3")];
    let receipts = fixture.store.import(store_name("Saves"), items, at(NINETEEN + 1)).await.unwrap();
    assert_eq!(receipts.iter().map(|receipt| receipt.created).collect::<Vec<_>>(), [true, false, true]);
    for (key, receipt) in ["c", "b", "a"].into_iter().zip(&receipts) {
        let entry = fixture.store.get(address(key)).await.unwrap().unwrap();
        assert_eq!(entry.revision, receipt.revision, "{key}");
    }
    assert_eq!(fixture.states("b", NINETEEN + 2).await, [RevisionState::Current, RevisionState::LocalCopy]);
    assert_eq!(saves(&fixture).await.entry_count, 3);
}

#[tokio::test]
async fn of_equal_keys_in_a_batch_the_later_wins_and_both_are_versions() {
    let fixture = Fixture::new();
    let items = vec![item("global", "a", "1"), item("global", "b", "2"), item("global", "a", "3")];
    let receipts = fixture.store.import(store_name("Saves"), items, at(NINETEEN)).await.unwrap();
    assert_eq!(receipts.iter().map(|receipt| receipt.created).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(fixture.value("a").await.as_deref(), Some("3"));
    assert_eq!(fixture.revisions("a", NINETEEN + 9).await.len(), 2);
    assert!(receipts[2].revision.at() > receipts[0].revision.at());
    assert_eq!(saves(&fixture).await.entry_count, 2);
}

#[tokio::test]
async fn a_batch_revives_removed_keys_and_begins_forgotten_ones_anew() {
    let fixture = Fixture::new();
    fixture.set("old", "1", NINETEEN).await;
    fixture.remove("old", NINETEEN + 1).await;
    fixture.set("new", "1", NINETEEN).await;
    fixture.remove("new", NINETEEN + 20 * DAY).await;
    let now = NINETEEN + 40 * DAY;
    let items = vec![item("global", "old", "2"), item("global", "new", "2"), item("global", "third", "2")];
    let receipts = fixture.store.import(store_name("Saves"), items, at(now)).await.unwrap();
    assert_eq!(receipts.iter().map(|receipt| receipt.revision.counter()).collect::<Vec<_>>(), [1, 3, 1]);
    assert!(receipts.iter().all(|receipt| receipt.created));
    assert_eq!(saves(&fixture).await.entry_count, 3);
    // No tombstone is counted any more: removing everything leaves no store behind.
    assert_eq!(fixture.store.purge(at(now + 90 * DAY), 100).await.unwrap().keys, 0);
}

#[tokio::test]
async fn an_empty_batch_creates_nothing() {
    let fixture = Fixture::new();
    assert!(fixture.store.import(store_name("Saves"), Vec::new(), at(NINETEEN)).await.unwrap().is_empty());
    assert_eq!(fixture.store.describe_store(StoreKind::Standard, store_name("Saves")).await.unwrap(), None);
}

#[tokio::test]
async fn values_come_out_byte_for_byte() {
    let fixture = Fixture::new();
    let values = [
        "9007199254740993",
        " { \"a\" : 1.0 , \"a\": 1 } ",
        "\"\\u0000\\ud83d\\ude00 é \u{10FFFF}\"",
        "[]",
        "{}",
        "1e999",
        "-0",
        "null",
    ];
    let long = format!("\"{}\"", "x".repeat(4_194_302));
    let values: Vec<&str> = values.into_iter().chain([long.as_str()]).collect();
    let items = values.iter().enumerate().map(|(n, value)| item("global", &n.to_string(), value)).collect();
    fixture.store.import(store_name("Saves"), items, at(NINETEEN)).await.unwrap();
    for (number, value) in values.iter().enumerate() {
        assert_eq!(fixture.value(&number.to_string()).await.as_deref(), Some(*value));
    }
    let add = |entries: &mut Vec<_>, entry: &EntryView<'_>| {
        entries.push((entry.id.clone(), entry.value.prove()?.to_owned()));
        Ok(())
    };
    let filter = KeyFilter { limit: 100, ..KeyFilter::default() };
    let page = fixture.store.export(store_name("Saves"), filter, add).await.unwrap();
    assert_eq!(page.entries.len(), values.len());
    for ((entry, exported), (number, value)) in page.entries.iter().zip(values.iter().enumerate()) {
        assert_eq!((entry, exported.as_str()), (&id("global", &number.to_string()), *value));
    }
}

#[tokio::test]
async fn concurrent_batches_and_writes_all_arrive() {
    let fixture = Fixture::new();
    let tasks: Vec<_> = (0..40)
        .map(|batch| {
            let store = fixture.store.clone();
            // Every fourth batch is large enough to be committed alone.
            let filler = "x".repeat(if batch % 4 == 0 { 30_000 } else { 10 });
            let items =
                (0..10).map(|n| item("global", &format!("{batch}-{n}"), &format!("\"{filler}\""))).collect();
            tokio::spawn(async move { store.import(store_name("Saves"), items, at(NINETEEN)).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().len(), 10);
    }
    assert_eq!(saves(&fixture).await.entry_count, 400);
}
