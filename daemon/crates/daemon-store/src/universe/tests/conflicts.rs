//! Optimistic concurrency by version (S-31).

use super::{Fixture, NINETEEN, address, at};
use crate::error::StoreError;
use crate::universe::records::Expectation;

#[tokio::test]
async fn a_stale_write_changes_nothing_and_answers_the_current_entry() {
    let fixture = Fixture::new();
    let first = fixture.set("a", "1", NINETEEN).await.revision;
    let second = fixture.write("a", "2", Expectation::Revision(first.clone()), NINETEEN + 1).await.unwrap();
    for expected in [Expectation::Revision(first), Expectation::Absent] {
        let refused = fixture.write("a", "3", expected.clone(), NINETEEN + 2).await;
        let Err(StoreError::Conflict { current: Some(current) }) = refused else { panic!("{refused:?}") };
        assert_eq!((current.value.as_str(), &current.revision), ("2", &second.revision));
        let refused = fixture.store.remove(address("a"), expected, at(NINETEEN + 3)).await;
        assert!(matches!(refused, Err(StoreError::Conflict { current: Some(_) })), "{refused:?}");
    }
    assert_eq!(fixture.value("a").await.as_deref(), Some("2"));
    assert_eq!(fixture.revisions("a", NINETEEN + 4).await.len(), 2);
}

#[tokio::test]
async fn a_write_that_expects_an_entry_conflicts_with_its_absence() {
    let fixture = Fixture::new();
    let revision = fixture.set("a", "1", NINETEEN).await.revision;
    let removal = fixture.remove("a", NINETEEN + 1).await;
    for (key, expected) in [("a", revision.clone()), ("a", removal), ("b", revision)] {
        let refused = fixture.write(key, "2", Expectation::Revision(expected), NINETEEN + 2).await;
        assert!(matches!(refused, Err(StoreError::Conflict { current: None })), "{key}: {refused:?}");
    }
    assert_eq!(fixture.value("a").await, None);
}

#[tokio::test]
async fn absence_is_met_by_missing_and_removed_keys() {
    let fixture = Fixture::new();
    fixture.write("a", "1", Expectation::Absent, NINETEEN).await.unwrap();
    fixture.remove("a", NINETEEN + 1).await;
    assert!(fixture.write("a", "2", Expectation::Absent, NINETEEN + 2).await.unwrap().created);
}

#[tokio::test]
async fn of_many_writers_with_the_same_expectation_one_wins() {
    let fixture = Fixture::new();
    let revision = fixture.set("a", "0", NINETEEN).await.revision;
    let writers: Vec<_> = (1..=50_u64)
        .map(|number| {
            let store = fixture.store.clone();
            let write = crate::universe::records::Write {
                address: address("a"),
                value: super::json(&number.to_string()),
                user_ids: daemon_core::metadata::UserIds::default(),
                attributes: daemon_core::metadata::Attributes::default(),
                expected: Expectation::Revision(revision.clone()),
                now: at(NINETEEN + number),
            };
            tokio::spawn(async move { store.write(write).await })
        })
        .collect();
    let mut won = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(_) => won += 1,
            Err(StoreError::Conflict { current: Some(_) }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(fixture.revisions("a", NINETEEN + 99).await.len(), 2);
}
