//! Revisions: which there are, what they hold, and how long.

use daemon::universes::{Expectation, RevisionQuery, RevisionState, RevisionSummary, UniverseError};
use daemon_core::names::EntryAddress;
use daemon_core::revision::AnyRevision;

use crate::bench::{Bench, address, all_pages};

const MONTH_HOURS: u64 = 30 * 24;

async fn revisions(bench: &Bench, address: &EntryAddress, limit: usize) -> Vec<RevisionSummary> {
    let list =
        |cursor| bench.universe.list_revisions(RevisionQuery { address: address.clone(), cursor, limit });
    all_pages(limit, list).await
}

/// What a revision is and holds.
async fn content(bench: &Bench, key: &str, revision: &AnyRevision) -> Option<(String, RevisionState)> {
    let found = bench.universe.get_revision(address(key), revision.clone()).await.unwrap();
    found.map(|(entry, state)| {
        assert_eq!(entry.revision, *revision);
        (entry.value.into_string(), state)
    })
}

pub(crate) async fn versions_of_different_hours_are_kept(bench: &Bench) {
    let start = bench.clock.now();
    let first = bench.create(&address("a"), "\"first\"").await.revision;
    bench.hours_pass(1);
    let second = bench.replace(&address("a"), "\"second!\"").await.revision;
    let listed = revisions(bench, &address("a"), 100).await;
    let told: Vec<_> = listed
        .iter()
        .map(|summary| (summary.revision.clone(), summary.state, summary.created_at, summary.size_bytes))
        .collect();
    assert_eq!(
        told,
        [
            (second.clone(), RevisionState::Current, bench.clock.now(), Some(9)),
            (first.clone(), RevisionState::Kept, start, Some(7)),
        ]
    );
    assert_eq!(content(bench, "a", &second).await, Some(("\"second!\"".into(), RevisionState::Current)));
    assert_eq!(content(bench, "a", &first).await, Some(("\"first\"".into(), RevisionState::Kept)));
}

pub(crate) async fn a_tombstone_is_a_revision(bench: &Bench) {
    let first = bench.create(&address("a"), "1").await.revision;
    let remove = bench.universe.remove(address("a"), Expectation::Revision(first.clone()));
    let removed = remove.await.unwrap();
    let states = |listed: &[RevisionSummary]| -> Vec<_> {
        listed.iter().map(|summary| (summary.revision.clone(), summary.state, summary.size_bytes)).collect()
    };
    let gone =
        [(removed.clone(), RevisionState::Removed, None), (first.clone(), RevisionState::Kept, Some(1))];
    assert_eq!(states(&revisions(bench, &address("a"), 100).await), gone);
    assert_eq!(content(bench, "a", &removed).await, None);
    assert_eq!(content(bench, "a", &first).await, Some(("1".into(), RevisionState::Kept)));
    bench.hours_pass(1);
    let revived = bench.create(&address("a"), "22").await.revision;
    let back = [(revived, RevisionState::Current, Some(2)), gone[0].clone(), gone[1].clone()];
    assert_eq!(states(&revisions(bench, &address("a"), 100).await), back);
}

pub(crate) async fn versions_expire(bench: &Bench) {
    let first = bench.create(&address("a"), "1").await.revision;
    bench.hours_pass(1);
    let second = bench.replace(&address("a"), "2").await.revision;
    bench.hours_pass(MONTH_HOURS + 1);
    let listed = revisions(bench, &address("a"), 100).await;
    assert_eq!(listed.iter().map(|summary| &summary.revision).collect::<Vec<_>>(), [&second]);
    assert_eq!(content(bench, "a", &first).await, None);
    assert_eq!(content(bench, "a", &second).await, Some(("2".into(), RevisionState::Current)));
}

pub(crate) async fn pages_of_every_size_hold_all_revisions(bench: &Bench) {
    bench.create(&address("a"), "0").await;
    for number in 1..7 {
        bench.hours_pass(1);
        bench.replace(&address("a"), &number.to_string()).await;
    }
    let all = revisions(bench, &address("a"), 100).await;
    assert_eq!(all.len(), 7);
    assert_eq!(all.iter().filter(|summary| summary.state == RevisionState::Current).count(), 1);
    for limit in 1..=8 {
        assert_eq!(revisions(bench, &address("a"), limit).await, all, "{limit}");
    }
}

pub(crate) async fn unknown_entries_and_revisions_are_told(bench: &Bench) {
    let foreign = AnyRevision::parse("08DCAA8702D435AC.0000000003.08DCAA877D776995.01").unwrap();
    let list = || {
        let query = RevisionQuery { address: address("a"), cursor: None, limit: 10 };
        bench.universe.list_revisions(query)
    };
    // No data store at all, then one without this entry, then the entry without this revision.
    assert!(matches!(list().await, Err(UniverseError::EntryNotFound(_))));
    assert_eq!(content(bench, "a", &foreign).await, None);
    bench.create(&address("other"), "1").await;
    assert!(matches!(list().await, Err(UniverseError::EntryNotFound(_))));
    assert_eq!(content(bench, "a", &foreign).await, None);
    bench.create(&address("a"), "1").await;
    assert_eq!(content(bench, "a", &foreign).await, None);
}
