//! Undo restores what was there, byte for byte (S-35).

use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::state::{ItemState, SetState};
use daemon_core::revision::AnyRevision;

use super::{
    Fixture, at, change, content, image, new_set, ordered, removal, revision, saved, set_id, tagged, unknown,
    update,
};
use crate::error::StoreError;
use crate::journal::Begun;
use crate::journal::records::{NewItem, NewSet, SetRecord};

/// A value with everything that a parser would tidy up.
const ODD: &str =
    " { \"b\":1.0, \"a\" : 9007199254740993,\n\"e\":\"\\u0041\\/\", \"o\":{}, \"l\":[ ],\"x\":1E5 } ";
const ODD_ATTRIBUTES: &str = " { \"z\" : 1.50,\n\"a\":\"\\u00e9\" } ";

fn odd() -> Content {
    tagged(ODD, ODD_ATTRIBUTES, &[9, -3, 7])
}

fn other() -> Content {
    tagged("{\"b\":2}", "{}", &[1])
}

fn cases() -> Vec<NewItem> {
    let found = |content: Content| Some(image(content, Some("r1")));
    vec![
        change("update", found(odd()), Some(other())),
        change("update back", found(other()), Some(odd())),
        change("attributes alone", found(tagged("1", "{ }", &[])), Some(tagged("1", "{}", &[]))),
        change("create", None, Some(odd())),
        change("remove", found(odd()), None),
        ordered("ordered", Some("5"), Some("-9")),
        ordered("ordered create", None, Some("5")),
        ordered("ordered remove", Some("5"), None),
        NewItem { increment: Some(3), ..ordered("increment", Some("5"), Some("8")) },
        NewItem { increment: Some(-3), ..ordered("increment of nothing", None, Some("-3")) },
    ]
}

/// Sends every item of a committed set as it was staged.
async fn send_all(fixture: &Fixture, id: &str) -> SetRecord {
    for item in fixture.items(id).await {
        let number = item.id.number;
        assert_eq!(fixture.begin_as_staged(id, number).await, Begun::Begun);
        let became = format!("{id}-{number}");
        fixture.settle(id, number, saved((!item.is_ordered).then_some(became.as_str()))).await;
    }
    fixture.set(id).await
}

fn became(id: &str, item: &NewItem, number: u32) -> Option<AnyRevision> {
    (!item.is_ordered).then(|| revision(&format!("{id}-{number}")))
}

#[tokio::test]
async fn s_35_undo_and_its_undo_restore_every_byte() {
    let mut fixture = Fixture::new();
    let cases = cases();
    fixture.staged("a", cases.clone()).await;
    fixture.commit("a").await;
    assert_eq!(send_all(&fixture, "a").await.state, SetState::Done);

    let (undo, left_out) = fixture.undo("a", "b", &[]).await;
    assert_eq!((undo.counts.staged, left_out), (10, 0));
    assert_eq!((undo.state, undo.undo_of), (SetState::Staged, Some(set_id("a"))));
    fixture.reopen().await;
    for (item, number) in cases.iter().zip(1..) {
        let undone = fixture.item("b", number).await;
        assert_eq!(undone.record.address, item.address);
        assert_eq!((undone.record.is_ordered, undone.record.increment), (item.is_ordered, None));
        let is = item.after.clone().map(|content| Image { content, revision: became("a", item, number) });
        assert_eq!(undone.images.base, is, "{number}");
        assert_eq!(undone.images.after, item.base.clone().map(|base| base.content), "{number}");
        assert!(undone.images.before.is_none() && !undone.images.has_intent);
        let length = |content: Option<&Content>| content.map(|content| content.value.len_bytes() as u64);
        assert_eq!(undone.record.size_before, length(item.after.as_ref()));
        assert_eq!(undone.record.size_after, length(item.base.as_ref().map(|base| &base.content)));
    }
    fixture.commit("b").await;
    send_all(&fixture, "b").await;
    for (item, number) in cases.iter().zip(1..) {
        let undone = fixture.item("b", number).await;
        let was = item.after.clone().map(|content| Image { content, revision: became("a", item, number) });
        assert_eq!(undone.images.before, was, "{number}");
        assert_eq!(undone.images.after, item.base.clone().map(|base| base.content), "{number}");
    }

    let (redo, left_out) = fixture.undo("b", "c", &[]).await;
    assert_eq!((redo.counts.staged, left_out), (10, 0));
    for (item, number) in cases.iter().zip(1..) {
        let redone = fixture.item("c", number).await;
        let is = item
            .base
            .clone()
            .map(|base| Image { content: base.content, revision: became("b", item, number) });
        assert_eq!(redone.images.base, is, "{number}");
        assert_eq!(redone.images.after, item.after, "{number}");
    }
    // Values are stored once, however often they go forth and back.
    let values =
        cases.iter().map(|item| usize::from(item.base.is_some()) + usize::from(item.after.is_some()));
    assert_eq!(fixture.rows("contents").await, values.sum::<usize>());
}

#[tokio::test]
async fn s_35_undo_is_made_on_what_was_sent_not_on_what_was_staged() {
    let fixture = Fixture::new();
    fixture.staged("a", vec![update("k")]).await;
    fixture.commit("a").await;
    let (before, merged) = (image(odd(), Some("r8")), tagged("{ \"merged\": 1.0 }", "{}", &[4]));
    let sent = super::Intent { before: Some(before.clone()), after: Some(merged.clone()), increment: None };
    fixture.begin("a", 1, sent).await;
    fixture.settle("a", 1, saved(Some("r9"))).await;
    fixture.undo("a", "b", &[]).await;
    let item = fixture.item("b", 1).await;
    assert_eq!(item.images.base, Some(image(merged, Some("r9"))));
    assert_eq!(item.images.after, Some(before.content));
    assert_eq!(item.record.size_after, Some(ODD.len() as u64));
}

#[tokio::test]
async fn only_saved_items_are_taken_back_and_the_rest_is_counted() {
    let fixture = Fixture::new();
    fixture.staged("a", ["k", "l", "m", "n", "o"].map(update).to_vec()).await;
    fixture.commit("a").await;
    for number in 1..=4 {
        fixture.begin_as_staged("a", number).await;
    }
    fixture.settle("a", 1, saved(Some("r1"))).await;
    fixture.settle("a", 2, unknown(true)).await;
    fixture.settle("a", 4, saved(Some("r4"))).await;
    let keys = async |id: &str| {
        let items = fixture.items(id).await;
        items.iter().map(|item| (item.id.number, item.address.key.as_str().to_owned())).collect::<Vec<_>>()
    };
    let (set, left_out) = fixture.undo("a", "all", &[]).await;
    assert_eq!((set.counts.total, left_out), (2, 3));
    assert_eq!(keys("all").await, [(1, "k".to_owned()), (2, "n".to_owned())]);
    assert_eq!(set.extent.items, 2);
    let (set, left_out) = fixture.undo("a", "some", &[4, 2, 4, 9]).await;
    assert_eq!((set.counts.total, left_out), (1, 2));
    assert_eq!(keys("some").await, [(1, "n".to_owned())]);
    let (set, left_out) = fixture.undo("a", "none", &[5]).await;
    assert_eq!((set.counts.total, left_out, set.state), (0, 1, SetState::Staged));
    // Items can be added to it and taken out like of any other.
    let (set, _) = fixture.stage("all", vec![removal("k"), removal("z")]).await;
    assert_eq!((set.counts.total, set.extent.removals), (3, 1));
}

#[tokio::test]
async fn the_extent_of_an_undo_is_that_of_its_own_items() {
    let fixture = Fixture::new();
    let other = NewItem { address: super::in_store("Other", "x"), ..change("x", None, Some(content("1"))) };
    let items = vec![update("k"), removal("l"), ordered("m", None, Some("1")), other];
    let set = fixture.saved("a", items).await;
    assert_eq!((set.extent.removals, set.extent.ordered_removals, set.extent.stores), (1, 0, 3));
    let (undo, _) = fixture.undo("a", "b", &[]).await;
    let extent = undo.extent;
    assert_eq!((extent.items, extent.removals, extent.ordered_removals, extent.stores), (4, 2, 1, 3));
}

#[tokio::test]
async fn a_set_that_was_not_finished_being_made_is_never_committed() {
    let fixture = Fixture::new();
    fixture.saved("a", ["k", "l"].map(update).to_vec()).await;
    // What an interruption after the first step leaves.
    let new = NewSet { undo_of: None, ..new_set("b") };
    let step = |database: &rusqlite::Connection| {
        crate::queries::undoing::begin(database, &set_id("a"), new, at(60))?;
        crate::queries::undoing::add(database, &set_id("b"), &set_id("a"), &[(1, 1)], at(60))
    };
    fixture.journal.database.write(0, step).await.unwrap();
    let refused = fixture.try_commit("b").await;
    assert!(
        matches!(refused, Err(StoreError::SetNotStaged { state: SetState::Discarded, .. })),
        "{refused:?}"
    );
    assert_eq!(fixture.set("a").await.undone_by, None);
    assert_eq!(fixture.set("b").await.undo_of, Some(set_id("a")));
    // It goes with the next clearing, and what it points to stays for the set it is about.
    while fixture.journal.purge(at(61), 1).await.unwrap() > 0 {}
    assert_eq!(fixture.rows("items").await, 2);
    assert_eq!(fixture.set("b").await.counts.total, 0);
    assert!(fixture.set("a").await.is_purged);
}

#[tokio::test]
async fn long_sets_are_taken_back_step_by_step() {
    let fixture = Fixture::new();
    let count = 2 * super::super::STEP_ITEMS + 5;
    fixture.create("a").await;
    let numbers: Vec<_> = (1..=count).collect();
    for batch in numbers.chunks(1_000) {
        let items = batch.iter().map(|number| change(&format!("k{number}"), None, Some(content("1"))));
        fixture.stage("a", items.collect()).await;
    }
    fixture.commit("a").await;
    // Saving each would take long, and is not what is shown here.
    fixture
        .tamper(
            "UPDATE items SET state = 4, intent = 1;
             UPDATE change_sets SET state = 2, saved = queued, queued = 0, finished_at = 50, due_at = 50;",
        )
        .await
        .unwrap();
    let (set, left_out) = fixture.undo("a", "b", &[]).await;
    assert_eq!((set.counts.staged, set.extent.removals, left_out), (count, count, 0));
    let last = fixture.item("b", count).await;
    assert_eq!(last.record.address.key.as_str(), format!("k{count}"));
    assert_eq!((last.images.base, last.images.after), (Some(image(content("1"), None)), None));
    let odd: Vec<_> = (1..=count).filter(|number| number % 2 == 1).collect();
    let (set, left_out) = fixture.undo("a", "c", &odd).await;
    assert_eq!((set.counts.staged as usize, left_out), (odd.len(), 0));
    assert_eq!(fixture.state("c", set.counts.staged).await, ItemState::Staged);
    assert_eq!(fixture.rows("contents").await, count as usize);
    let set = fixture.journal.discard_set(set_id("c"), at(70)).await.unwrap();
    assert_eq!(set.counts.staged as usize, odd.len());
    assert_eq!(fixture.rows("contents").await, count as usize);
}

#[tokio::test]
async fn what_is_not_kept_cannot_be_taken_back() {
    let fixture = Fixture::new();
    fixture.saved("a", vec![update("k")]).await;
    while fixture.journal.purge(at(99), 9).await.unwrap() > 0 {}
    let undo = async |of: &str| fixture.journal.undo_set(set_id(of), new_set("b"), vec![], at(100)).await;
    let purged = undo("a").await.unwrap_err();
    assert!(matches!(purged, StoreError::SetPurged { .. }), "{purged:?}");
    assert!(purged.to_string().contains("restore a revision or a backup"), "{purged}");
    assert!(matches!(undo("z").await, Err(StoreError::SetNotFound { .. })));
    assert_eq!(fixture.rows("change_sets").await, 1);
}
