//! What nobody needs any more is cleared away, and nothing else.

use daemon_core::changes::attempt::Outcome;
use daemon_core::changes::level::Extent;
use daemon_core::changes::policy::Clash;
use daemon_core::changes::state::{ItemState, SetState};

use super::{
    Fixture, address, at, change, content, image, item_id, line, problem, removal, revision, saved, set_id,
    unknown, update,
};
use crate::error::StoreError;
use crate::journal::records::{AuditPhase, Difference, ItemCounts};

impl Fixture {
    async fn purge_all(&self, before: u64, limit: usize) -> usize {
        let mut calls = 0;
        while self.journal.purge(at(before), limit).await.unwrap() > 0 {
            calls += 1;
        }
        calls
    }
}

#[tokio::test]
async fn values_of_old_sets_go_and_what_happened_stays() {
    let fixture = Fixture::new();
    let old = fixture.saved("old", ["k", "l", "m"].map(update).to_vec()).await;
    let line = line("new", Some(1), AuditPhase::Outcome);
    fixture.begin_direct("new", update("k")).await;
    fixture.journal.settle(item_id("new", 1), saved(Some("r9")), None, line, at(51)).await.unwrap();
    assert_eq!(fixture.purge_all(50, 9).await, 0);
    assert!(fixture.purge_all(51, 2).await > 1);
    let set = fixture.set("old").await;
    assert!(set.is_purged);
    assert_eq!((set.counts, set.extent, set.state), (old.counts, old.extent, SetState::Done));
    let item = fixture.item("old", 1).await;
    assert_eq!((item.images.base, item.images.after, item.images.before), (None, None, None));
    assert_eq!((item.record.state, item.record.size_before), (ItemState::Saved, Some(10)));
    let writers = fixture.journal.writers("arena".to_owned(), address("k"), 9).await.unwrap();
    assert_eq!(writers.len(), 2);
    // The younger set has all of its own.
    assert!(!fixture.set("new").await.is_purged);
    assert_eq!(fixture.item("new", 1).await.images.before, update("k").base);
    assert_eq!(fixture.rows("contents").await, 2);
    let copies = fixture.journal.local_copies("arena".to_owned(), address("k"), 9).await.unwrap();
    assert_eq!(copies.len(), 1);
    assert_eq!(fixture.purge_all(51, 2).await, 0);
    fixture.purge_all(52, 9).await;
    assert_eq!(fixture.rows("contents").await, 0);
    let copy = fixture.journal.local_copy("arena".to_owned(), address("k"), revision("k-1")).await;
    assert_eq!(copy.unwrap(), None);
}

#[tokio::test]
async fn a_set_that_someone_has_to_look_at_keeps_its_values() {
    let fixture = Fixture::new();
    let theirs = image(content("7"), Some("r7"));
    let clash = Outcome::Conflict { clash: Clash::Changed, theirs: Some(theirs.clone()) };
    for (id, outcome) in [("unknown", unknown(false)), ("conflict", clash)] {
        fixture.begin_direct(id, update(id)).await;
        fixture.settle(id, 1, outcome).await;
    }
    fixture.staged("staged", vec![update("s")]).await;
    fixture.begin_direct("sending", update("t")).await;
    assert_eq!(fixture.purge_all(99, 9).await, 0);
    assert_eq!(fixture.item("conflict", 1).await.images.theirs, Some(theirs));
    fixture.settle("unknown", 1, Outcome::Refused(problem("DS007"))).await;
    fixture.settle("conflict", 1, Outcome::Superseded).await;
    fixture.purge_all(99, 9).await;
    assert!(fixture.set("unknown").await.is_purged && fixture.set("conflict").await.is_purged);
    assert_eq!(fixture.rows("contents").await, 4);
    let requeued = fixture.journal.requeue(
        item_id("conflict", 1),
        None,
        None,
        Difference::default(),
        line("conflict", Some(1), AuditPhase::Attempt),
        at(100),
    );
    let requeued = requeued.await;
    assert!(matches!(requeued, Err(StoreError::SetPurged { .. })), "{requeued:?}");
}

#[tokio::test]
async fn a_set_keeps_its_values_while_one_that_takes_it_back_needs_them() {
    let fixture = Fixture::new();
    fixture.saved("a", vec![update("k"), removal("l")]).await;
    fixture.undo("a", "b", &[]).await;
    assert_eq!(fixture.purge_all(99, 9).await, 0);
    fixture.commit("b").await;
    for number in 1..=2 {
        fixture.begin_as_staged("b", number).await;
        fixture.settle("b", number, saved(Some("r3"))).await;
    }
    fixture.undo("b", "c", &[]).await;
    assert_eq!(fixture.purge_all(99, 9).await, 0);
    assert_eq!(fixture.item("c", 1).await.images.after, update("k").after);
    fixture.journal.discard_set(set_id("c"), at(70)).await.unwrap();
    assert_eq!(fixture.rows("contents").await, 3);
    // The discarded one needs them no more; then the latest goes first.
    fixture.journal.purge(at(99), 3).await.unwrap();
    assert!(fixture.set("b").await.is_purged && !fixture.set("a").await.is_purged);
    fixture.purge_all(99, 3).await;
    assert!(fixture.set("a").await.is_purged);
    assert_eq!(fixture.rows("contents").await, 0);
}

#[tokio::test]
async fn items_of_discarded_sets_go_after_a_while() {
    let fixture = Fixture::new();
    fixture.staged("a", ["k", "l", "m"].map(removal).to_vec()).await;
    fixture.journal.discard_set(set_id("a"), at(30)).await.unwrap();
    assert_eq!(fixture.purge_all(30, 9).await, 0);
    assert_eq!(fixture.items("a").await.len(), 3);
    assert!(fixture.purge_all(31, 2).await > 1);
    let set = fixture.set("a").await;
    assert_eq!((set.counts, set.extent), (ItemCounts::default(), Extent::default()));
    assert_eq!((set.state, fixture.rows("items").await), (SetState::Discarded, 0));
}

#[tokio::test]
async fn values_that_an_interrupted_discarding_left_go_with_the_items() {
    let fixture = Fixture::new();
    fixture.staged("a", ["k", "l", "m"].map(update).to_vec()).await;
    let step = |database: &rusqlite::Connection| {
        crate::queries::staging::discard(database, &set_id("a"), at(30))?;
        crate::queries::upkeep::clear_discarded(database, &set_id("a"), 1)
    };
    assert!(!fixture.journal.database.write(0, step).await.unwrap());
    assert_eq!(fixture.rows("contents").await, 4);
    fixture.purge_all(31, 9).await;
    assert_eq!((fixture.rows("contents").await, fixture.rows("items").await), (0, 0));
}

#[tokio::test]
async fn one_step_of_clearing_is_bounded_by_bytes() {
    let fixture = Fixture::new();
    let large = content(&format!("\"{}\"", "x".repeat(4_000_000)));
    let items = (0..12).map(|n| change(&format!("k{n}"), None, Some(large.clone())));
    fixture.staged("a", items.collect()).await;
    let step = |database: &rusqlite::Connection| {
        crate::queries::staging::discard(database, &set_id("a"), at(30))?;
        crate::queries::upkeep::clear_discarded(database, &set_id("a"), 100)
    };
    assert!(!fixture.journal.database.write(0, step).await.unwrap());
    assert_eq!(fixture.rows("contents").await, 3);
}
