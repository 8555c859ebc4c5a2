//! Writes and removals do what they name, or nothing.

use daemon::universes::{Expectation, StoredEntry, UniverseError};
use daemon_core::names::EntryId;
use daemon_core::revision::AnyRevision;
use futures_util::future::join_all;

use crate::bench::{Bench, address};

/// What a conflict tells to be there now.
#[track_caller]
fn conflict<T: std::fmt::Debug>(outcome: Result<T, UniverseError>) -> Option<(EntryId, StoredEntry)> {
    match outcome.unwrap_err() {
        UniverseError::Conflict { current } => current.map(|(id, entry)| (id, *entry)),
        other => panic!("{other:?}"),
    }
}

/// A revision that no entry here has.
fn foreign_revision() -> AnyRevision {
    AnyRevision::parse("08DCAA8702D435AC.0000000003.08DCAA877D776995.01").unwrap()
}

pub(crate) async fn an_absent_entry_is_created_once(bench: &Bench) {
    bench.create(&address("a"), "1").await;
    let current = bench.get(&address("a")).await.unwrap();
    let refused = bench.write(&address("a"), "2", Expectation::Absent).await;
    assert_eq!(conflict(refused), Some((address("a").id(), current.clone())));
    assert_eq!(bench.get(&address("a")).await, Some(current));
}

pub(crate) async fn only_the_expected_revision_is_replaced(bench: &Bench) {
    let first = bench.create(&address("a"), "1").await;
    let second = bench.replace(&address("a"), "2").await;
    assert_ne!(first.revision, second.revision);
    let current = bench.get(&address("a")).await.unwrap();
    for stale in [first.revision, foreign_revision()] {
        let refused = bench.write(&address("a"), "3", Expectation::Revision(stale)).await;
        assert_eq!(conflict(refused), Some((address("a").id(), current.clone())));
    }
    assert_eq!(bench.get(&address("a")).await, Some(current));
}

pub(crate) async fn a_missing_entry_has_no_revision_to_replace(bench: &Bench) {
    let missing = address("a");
    let write = || bench.write(&missing, "1", Expectation::Revision(foreign_revision()));
    // No data store at all, then one without this entry, then with its tombstone.
    assert_eq!(conflict(write().await), None);
    bench.create(&address("other"), "1").await;
    assert_eq!(conflict(write().await), None);
    let created = bench.create(&address("a"), "1").await;
    bench.universe.remove(address("a"), Expectation::Revision(created.revision.clone())).await.unwrap();
    assert_eq!(conflict(write().await), None);
    let again = bench.write(&address("a"), "1", Expectation::Revision(created.revision)).await;
    assert_eq!(conflict(again), None);
    assert_eq!(bench.get(&address("a")).await, None);
}

pub(crate) async fn of_writers_at_once_one_wins(bench: &Bench) {
    let created = bench.create(&address("a"), "0").await;
    for expected in [Expectation::Absent, Expectation::Revision(created.revision)] {
        let address = match expected {
            Expectation::Absent => address("b"),
            Expectation::Revision(_) => address("a"),
        };
        let values: Vec<_> = (1..=8).map(|number: i32| number.to_string()).collect();
        let writes = values.iter().map(|value| bench.write(&address, value, expected.clone()));
        let outcomes = join_all(writes).await;
        let entry = bench.get(&address).await.unwrap();
        let mut winners = Vec::new();
        for (value, outcome) in values.iter().zip(outcomes) {
            match outcome {
                Ok(written) => winners.push((value.as_str(), written.revision)),
                refused => assert!(conflict(refused).is_some()),
            }
        }
        assert_eq!(winners, [(entry.value.as_str(), entry.revision)]);
    }
}

pub(crate) async fn an_entry_is_removed_and_revived(bench: &Bench) {
    let created = bench.create(&address("a"), "1").await;
    bench.create(&address("other"), "1").await;
    bench.hours_pass(1);
    let removed = bench.universe.remove(address("a"), Expectation::Revision(created.revision)).await.unwrap();
    assert_eq!(bench.get(&address("a")).await, None);
    bench.hours_pass(1);
    let revived = bench.create(&address("a"), "2").await;
    assert_ne!(revived.revision, removed);
    assert_eq!(revived.created_at, created.created_at);
    assert_eq!(bench.get(&address("a")).await.unwrap().value.as_str(), "2");
}

pub(crate) async fn a_removal_names_what_it_removes(bench: &Bench) {
    let remove = |expected| bench.universe.remove(address("a"), expected);
    let revision = || Expectation::Revision(foreign_revision());
    // No data store at all, then one without this entry.
    for _ in 0..2 {
        assert_eq!(conflict(remove(revision()).await), None);
        assert!(matches!(remove(Expectation::Absent).await, Err(UniverseError::EntryNotFound(_))));
        if bench.universe.get(address("other")).await.is_err() {
            bench.create(&address("other"), "1").await;
        }
    }
    let first = bench.create(&address("a"), "1").await;
    bench.replace(&address("a"), "2").await;
    let current = bench.get(&address("a")).await.unwrap();
    for expected in [Expectation::Absent, revision(), Expectation::Revision(first.revision)] {
        assert_eq!(conflict(remove(expected).await), Some((address("a").id(), current.clone())));
    }
    remove(Expectation::Revision(current.revision.clone())).await.unwrap();
    assert_eq!(conflict(remove(Expectation::Revision(current.revision)).await), None);
    assert!(matches!(remove(Expectation::Absent).await, Err(UniverseError::EntryNotFound(_))));
}
