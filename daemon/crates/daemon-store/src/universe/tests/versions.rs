//! The version rules of `roblox-apis.md §4.5`.

use super::{DAY, Fixture, HOUR, NINETEEN, SECOND, address, at, json};
use crate::error::StoreError;
use crate::universe::records::{Expectation, RevisionState, Write};
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::revision::RevisionId;

use RevisionState::{Current, Kept, LocalCopy, Removed};

#[tokio::test]
async fn a_first_write_makes_a_current_version_with_equal_times() {
    let fixture = Fixture::new();
    let receipt = fixture.set("a", "1", NINETEEN).await;
    assert!(receipt.created);
    assert_eq!(receipt.revision, RevisionId::new(at(NINETEEN), 1, at(NINETEEN)));
    let entry = fixture.store.get(address("a")).await.unwrap().unwrap();
    assert_eq!((entry.created_at, entry.updated_at), (at(NINETEEN), at(NINETEEN)));
    assert_eq!(fixture.states("a", NINETEEN).await, [Current]);
}

#[tokio::test]
async fn the_hour_decides_whether_a_superseded_version_is_kept() {
    let check = async |first: u64, second: u64, expected: RevisionState| {
        let fixture = Fixture::new();
        fixture.set("a", "1", first).await;
        let receipt = fixture.set("a", "2", second).await;
        assert!(!receipt.created);
        assert_eq!(fixture.states("a", second).await, [Current, expected], "{first} then {second}");
    };
    check(NINETEEN, NINETEEN + HOUR - 1, LocalCopy).await;
    check(NINETEEN, NINETEEN + HOUR, Kept).await;
    check(NINETEEN - 1, NINETEEN, Kept).await;
    check(NINETEEN + SECOND, NINETEEN + 2 * SECOND, LocalCopy).await;
    // A day apart at the same time of day is another hour.
    check(NINETEEN, NINETEEN + DAY, Kept).await;
    // The version rule goes by the times of the versions: a clock that went back stays in the later hour.
    check(NINETEEN + SECOND, NINETEEN - SECOND, LocalCopy).await;
    // One tick after the last of an hour is the next hour, even when the clock stands still.
    check(NINETEEN + HOUR - 1, NINETEEN + HOUR - 1, Kept).await;
}

#[tokio::test]
async fn superseded_versions_stay_readable_with_all_they_had() {
    let fixture = Fixture::new();
    let write = Write {
        address: address("a"),
        value: json("{\"a\": 1.0, \"b\":9007199254740993}"),
        user_ids: UserIds::new(vec![7, -1]).unwrap(),
        attributes: Attributes::parse("{ \"k\":\"v\" }").unwrap(),
        expected: Expectation::Any,
        now: at(NINETEEN),
    };
    let first = fixture.store.write(write.clone()).await.unwrap().revision;
    fixture.set("a", "2", NINETEEN + 1).await;
    let old =
        fixture.store.get_revision(address("a"), first.clone(), at(NINETEEN + 2)).await.unwrap().unwrap();
    assert_eq!(old.record.state, LocalCopy);
    assert_eq!(old.record.size_bytes, write.value.len_bytes() as u64);
    let entry = old.entry.unwrap();
    assert_eq!(
        (entry.value, entry.user_ids, entry.attributes),
        (write.value, write.user_ids, write.attributes)
    );
    assert_eq!((entry.revision, entry.created_at, entry.updated_at), (first, at(NINETEEN), at(NINETEEN)));
    // Whatever a write leaves out is cleared.
    let entry = fixture.store.get(address("a")).await.unwrap().unwrap();
    assert_eq!((entry.user_ids, entry.attributes), (UserIds::default(), Attributes::default()));
}

#[tokio::test]
async fn versions_increase_strictly_while_the_clock_stands_still_or_goes_back() {
    let fixture = Fixture::new();
    let mut last = fixture.set("a", "0", NINETEEN + 10).await.revision;
    for now in [NINETEEN + 10, NINETEEN + 10, NINETEEN - DAY, 0, NINETEEN + 5, NINETEEN + 11, NINETEEN + 100]
    {
        let next = fixture.set("a", "1", now).await.revision;
        assert!(
            next.at() > last.at() && next.counter() == last.counter() + 1 && next.as_str() > last.as_str()
        );
        assert_eq!(next.created(), at(NINETEEN + 10));
        last = next;
    }
    let removal = fixture.remove("a", 0).await;
    assert!(removal.at() > last.at());
    let revival = fixture.set("a", "2", 0).await.revision;
    assert!(revival.at() > removal.at());
}

#[tokio::test]
async fn a_tombstone_keeps_its_predecessor_even_within_the_hour() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    let removal = fixture.remove("a", NINETEEN + 1).await;
    assert_eq!(fixture.value("a").await, None);
    assert_eq!(fixture.states("a", NINETEEN + 2).await, [Removed, Kept]);
    let tombstone =
        fixture.store.get_revision(address("a"), removal, at(NINETEEN + 2)).await.unwrap().unwrap();
    assert_eq!((tombstone.record.state, tombstone.record.size_bytes, tombstone.entry), (Removed, 0, None));

    let again = fixture.store.remove(address("a"), Expectation::Any, at(NINETEEN + 3)).await;
    assert!(matches!(again, Err(StoreError::EntryNotFound { .. })), "{again:?}");
}

#[tokio::test]
async fn writing_over_a_tombstone_revives_the_key() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.remove("a", NINETEEN + 1).await;
    let receipt = fixture.set("a", "2", NINETEEN + 2).await;
    assert!(receipt.created);
    assert_eq!(receipt.revision, RevisionId::new(at(NINETEEN), 3, at(NINETEEN + 2)));
    assert_eq!(fixture.states("a", NINETEEN + 3).await, [Current, Removed, Kept]);
    // And it can be removed and revived again.
    fixture.remove("a", NINETEEN + 4).await;
    fixture.set("a", "3", NINETEEN + 5).await;
    assert_eq!(fixture.states("a", NINETEEN + 6).await, [Current, Removed, Kept, Removed, Kept]);
}

#[tokio::test]
async fn a_superseded_version_vanishes_thirty_days_after_it_was_superseded() {
    let fixture = Fixture::new();
    let first = fixture.set("a", "1", NINETEEN).await.revision;
    let superseded = NINETEEN + 5 * DAY;
    fixture.set("a", "2", superseded).await;
    let check = async |now: u64, expected: &[RevisionState]| {
        assert_eq!(fixture.states("a", now).await, expected, "at {now}");
        let content = fixture.store.get_revision(address("a"), first.clone(), at(now)).await.unwrap();
        assert_eq!(content.is_some(), expected.len() == 2, "at {now}");
    };
    check(superseded + 30 * DAY - 1, &[Current, Kept]).await;
    check(superseded + 30 * DAY, &[Current]).await;
    check(superseded + 30 * DAY + 1, &[Current]).await;
    // Nothing was purged by reading: an earlier clock sees it again.
    check(superseded, &[Current, Kept]).await;
    assert_eq!(fixture.revisions("a", superseded).await[1].expires_at, Some(at(superseded + 30 * DAY)));
}

#[tokio::test]
async fn a_removed_key_is_forgotten_after_thirty_days() {
    let check = async |wait: u64, forgotten: bool| {
        let fixture = Fixture::new();
        fixture.set("a", "1", NINETEEN).await;
        fixture.remove("a", NINETEEN + 1).await;
        let now = NINETEEN + 1 + wait;
        let listed = fixture.store.list_revisions(address("a"), None, 10, at(now)).await;
        assert_eq!(matches!(listed, Err(StoreError::EntryNotFound { .. })), forgotten, "{listed:?}");
        let receipt = fixture.set("a", "2", now).await;
        assert!(receipt.created);
        let (created, counter) = if forgotten { (now, 1) } else { (NINETEEN, 3) };
        assert_eq!(receipt.revision, RevisionId::new(at(created), counter, at(now)), "after {wait}");
        let store =
            fixture.store.describe_store(daemon_core::names::StoreKind::Standard, super::store_name("Saves"));
        assert_eq!(store.await.unwrap().unwrap().entry_count, 1);
    };
    check(30 * DAY - 1, false).await;
    check(30 * DAY, true).await;
    check(30 * DAY + 1, true).await;
}

#[tokio::test]
async fn purging_removes_what_expired_in_bounded_steps() {
    let fixture = Fixture::new();
    for now in 0..10 {
        fixture.set("a", "1", NINETEEN + now).await;
    }
    fixture.set("b", "1", NINETEEN).await;
    fixture.remove("b", NINETEEN + 1).await;
    let late = at(NINETEEN + 31 * DAY);
    let before = fixture.store.purge(at(NINETEEN + DAY), 100).await.unwrap();
    assert_eq!((before.revisions, before.keys), (0, 0));
    let step = fixture.store.purge(late, 4).await.unwrap();
    assert_eq!((step.revisions, step.keys), (4, 1));
    let rest = fixture.store.purge(late, 100).await.unwrap();
    assert_eq!((rest.revisions, rest.keys), (6, 0));
    assert_eq!(fixture.states("a", NINETEEN).await, [Current]);
    assert!(fixture.store.list_revisions(address("b"), None, 10, at(NINETEEN)).await.is_err());
}

#[tokio::test]
async fn a_write_purges_the_expired_versions_of_its_key() {
    let fixture = Fixture::new();
    for now in 0..5 {
        fixture.set("a", "1", NINETEEN + now).await;
    }
    fixture.set("a", "2", NINETEEN + 60 * DAY).await;
    // Seen with an earlier clock, only what that write superseded is left.
    assert_eq!(fixture.states("a", NINETEEN).await, [Current, Kept]);
}

#[tokio::test]
async fn versions_come_in_pages_newest_first() {
    let fixture = Fixture::new();
    for now in 0..7 {
        fixture.set("a", "1", NINETEEN + now).await;
    }
    let (mut after, mut counters) = (None, Vec::new());
    loop {
        let page = fixture.store.list_revisions(address("a"), after, 3, at(NINETEEN + 9)).await.unwrap();
        counters.extend(page.items.iter().map(|revision| revision.revision.counter()));
        if !page.has_more {
            break;
        }
        after = page.items.last().map(|revision| revision.revision.clone());
    }
    assert_eq!(counters, [7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn a_version_is_found_only_by_its_whole_identifier() {
    let fixture = Fixture::new();
    let first = fixture.set("a", "1", NINETEEN).await.revision;
    fixture.set("a", "2", NINETEEN + 5).await;
    for wrong in [
        RevisionId::new(first.created(), 1, at(NINETEEN + 1)),
        RevisionId::new(at(NINETEEN + 1), 1, first.at()),
        RevisionId::new(first.created(), 2, first.at()),
        RevisionId::new(first.created(), 9, first.at()),
    ] {
        assert_eq!(fixture.store.get_revision(address("a"), wrong, at(NINETEEN + 9)).await.unwrap(), None);
    }
}
