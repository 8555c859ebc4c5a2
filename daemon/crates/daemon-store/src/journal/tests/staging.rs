//! Items come into a staged set, go, and are looked at again.

use daemon_core::changes::level::Extent;
use daemon_core::changes::policy::{Clash, ConflictPolicy};
use daemon_core::changes::state::{ItemState, SetState};

use super::{
    Fixture, at, change, content, creation, image, in_store, item_id, ordered, removal, set_id, tagged,
    update,
};
use crate::error::StoreError;
use crate::journal::records::{Difference, ItemProblem, NewItem, SetChanges, StagedItem};

fn numbers(items: &[crate::journal::records::ItemRecord]) -> Vec<u32> {
    items.iter().map(|item| item.id.number).collect()
}

#[tokio::test]
async fn items_are_kept_as_they_were_staged() {
    let mut fixture = Fixture::new();
    let before = tagged(" [1.0, {} ] ", " { } ", &[3, -1]);
    let item = NewItem {
        increment: None,
        difference: Difference { places: Difference::NOT_COUNTED, user_ids: false, attributes: true },
        ..change("k", Some(image(before.clone(), Some("r7"))), Some(content("2")))
    };
    let (set, staged) = {
        fixture.create("a").await;
        fixture
            .stage("a", vec![item.clone(), creation("c"), removal("r"), ordered("o", Some("1"), None)])
            .await
    };
    let added: Vec<_> = (1..=4).map(StagedItem::Added).collect();
    assert_eq!(staged, added);
    assert_eq!((set.state, set.checked_at, set.created_at), (SetState::Staged, at(20), at(10)));
    assert_eq!((set.counts.total, set.counts.staged), (4, 4));
    assert_eq!(set.extent, Extent { items: 4, removals: 2, ordered_removals: 1, stores: 2 });
    fixture.reopen().await;
    assert_eq!(fixture.set("a").await, set);
    let found = fixture.item("a", 1).await;
    assert_eq!(found.images.base, Some(image(before, Some("r7"))));
    assert_eq!(found.images.after, Some(content("2")));
    assert_eq!((found.images.has_intent, found.images.before), (false, None));
    let record = found.record;
    assert_eq!((record.address, record.is_ordered, record.increment), (item.address, false, None));
    assert_eq!((record.size_before, record.size_after), (Some(12), Some(1)));
    assert_eq!((record.difference, record.state), (item.difference, ItemState::Staged));
    assert_eq!((record.changed_at, record.problem, record.revision), (at(20), None, None));
    assert_eq!(fixture.item("a", 3).await.images.after, None);
    assert_eq!(fixture.journal.get_item(item_id("a", 5)).await.unwrap(), None);
    assert_eq!(fixture.journal.get_item(item_id("z", 1)).await.unwrap(), None);
}

#[tokio::test]
async fn an_entry_is_in_a_set_once() {
    let fixture = Fixture::new();
    fixture.create("a").await;
    let again = NewItem { after: Some(content("2")), ..update("k") };
    let (set, staged) = fixture.stage("a", vec![update("k"), again.clone(), update("l")]).await;
    assert_eq!(staged, [StagedItem::Added(1), StagedItem::Duplicate(1), StagedItem::Added(2)]);
    assert_eq!(set.counts.total, 2);
    assert_eq!(fixture.item("a", 1).await.images.after, update("k").after);
    let staged = fixture.journal.stage(set_id("a"), vec![again], true, at(25)).await.unwrap();
    assert_eq!(staged.1, [StagedItem::Replaced { before: 1, number: 3 }]);
    assert_eq!((staged.0.counts.total, staged.0.checked_at), (2, at(25)));
    assert_eq!(numbers(&fixture.items("a").await), [2, 3]);
    assert_eq!(fixture.item("a", 3).await.images.after, Some(content("2")));
    // The values of the one that was replaced are gone.
    assert_eq!(fixture.rows("contents").await, 4);
}

#[tokio::test]
async fn the_same_name_in_another_place_is_another_entry() {
    let fixture = Fixture::new();
    fixture.create("a").await;
    let elsewhere = |store| NewItem { address: in_store(store, "k"), ..update("k") };
    let both_kinds = NewItem { is_ordered: true, ..update("k") };
    let scoped = {
        let mut item = update("k");
        item.address.scope = daemon_core::names::Scope::parse("other").unwrap();
        item
    };
    let (set, staged) = fixture.stage("a", vec![update("k"), elsewhere("Other"), both_kinds, scoped]).await;
    assert_eq!(staged, (1..=4).map(StagedItem::Added).collect::<Vec<_>>());
    assert_eq!(set.extent.stores, 3);
}

#[tokio::test]
async fn a_set_takes_as_many_items_as_it_may_and_none_of_a_batch_beyond() {
    let fixture = Fixture::new();
    fixture.create("a").await;
    let items = |keys: &[&str]| keys.iter().map(|key| update(key)).collect::<Vec<_>>();
    let stage =
        |keys: &[&str], replace| fixture.journal.stage_within(set_id("a"), items(keys), replace, at(20), 3);
    stage(&["a", "b"], false).await.unwrap();
    let refused = stage(&["c", "d"], false).await;
    assert!(matches!(refused, Err(StoreError::SetTooLarge { limit: 3, .. })), "{refused:?}");
    assert_eq!((fixture.set("a").await.counts.total, fixture.items("a").await.len()), (2, 2));
    assert_eq!(fixture.rows("contents").await, 4);
    assert_eq!(stage(&["c"], false).await.unwrap().0.counts.total, 3);
    // What is there already, or takes another one's place, needs no room.
    let staged = stage(&["a"], false).await.unwrap().1;
    assert_eq!(staged, [StagedItem::Duplicate(1)]);
    stage(&["a"], true).await.unwrap();
    let refused = stage(&["d"], true).await.unwrap_err();
    assert!(refused.to_string().contains("stage the rest in another one"), "{refused}");
}

#[tokio::test]
async fn items_are_taken_out_and_their_numbers_are_not_given_again() {
    let fixture = Fixture::new();
    let other = NewItem { address: in_store("Other", "o"), ..removal("o") };
    fixture.staged("a", vec![update("k"), other, ordered("r", Some("1"), None)]).await;
    let drop = |numbers: &[u32]| SetChanges { drop: numbers.to_vec(), ..SetChanges::default() };
    let set = fixture.journal.amend_set(set_id("a"), drop(&[2, 3, 3, 9])).await.unwrap();
    assert_eq!(set.extent, Extent { items: 1, removals: 0, ordered_removals: 0, stores: 1 });
    assert_eq!(set.counts.total, 1);
    assert_eq!(fixture.rows("contents").await, 2);
    let (_, staged) = fixture.stage("a", vec![removal("o")]).await;
    assert_eq!(staged, [StagedItem::Added(4)]);
    let set = fixture.journal.amend_set(set_id("a"), drop(&[1, 4])).await.unwrap();
    assert_eq!((set.extent, set.counts.total), (Extent::default(), 0));
    assert_eq!((fixture.rows("items").await, fixture.rows("contents").await), (0, 0));
}

#[tokio::test]
async fn what_is_said_about_a_set_is_changed_where_something_is_given() {
    let fixture = Fixture::new();
    fixture.create("a").await;
    let nothing = fixture.journal.amend_set(set_id("a"), SetChanges::default()).await.unwrap();
    assert_eq!(nothing, fixture.set("a").await);
    let changes = SetChanges {
        title: Some("Other".to_owned()),
        reason: Some("because".to_owned()),
        policy: Some(ConflictPolicy::FirstWriterWins),
        ..SetChanges::default()
    };
    let set = fixture.journal.amend_set(set_id("a"), changes).await.unwrap();
    assert_eq!((set.title.as_str(), set.reason.as_deref()), ("Other", Some("because")));
    assert_eq!(set.policy, ConflictPolicy::FirstWriterWins);
    assert_eq!(fixture.set("a").await, set);
}

#[tokio::test]
async fn an_item_is_put_on_what_its_entry_became() {
    let fixture = Fixture::new();
    fixture.staged("a", vec![update("k"), removal("r")]).await;
    let base = image(tagged("7", "{ }", &[1]), Some("r9"));
    let difference = Difference { places: 1, user_ids: false, attributes: true };
    let recheck = |number, base, after, problem| {
        fixture.journal.recheck(item_id("a", number), base, after, difference, problem, at(22))
    };
    recheck(1, Some(base.clone()), None, None).await.unwrap();
    recheck(2, None, Some(content("1")), None).await.unwrap();
    let found = fixture.item("a", 1).await;
    assert_eq!((found.images.base, found.images.after), (Some(base.clone()), None));
    assert_eq!((found.record.size_before, found.record.size_after), (Some(1), None));
    assert_eq!((found.record.difference, found.record.changed_at), (difference, at(22)));
    assert_eq!(found.record.state, ItemState::Staged);
    assert_eq!(
        fixture.set("a").await.extent,
        Extent { items: 2, removals: 1, ordered_removals: 0, stores: 1 }
    );
    let clash = ItemProblem {
        code: "DS006".to_owned(),
        message: "both changed it".to_owned(),
        clash: Some(Clash::Overlap),
        may_be_told: false,
    };
    recheck(1, Some(base.clone()), None, Some(clash.clone())).await.unwrap();
    let found = fixture.item("a", 1).await;
    assert_eq!((found.images.base, found.record.problem), (Some(base), Some(clash)));
    assert_eq!(fixture.rows("contents").await, 2);
    let set = fixture.journal.mark_checked(set_id("a"), at(23)).await.unwrap();
    assert_eq!((set.checked_at, fixture.set("a").await.checked_at), (at(23), at(23)));
    let missing = recheck(3, None, None, None).await;
    assert!(matches!(missing, Err(StoreError::ItemNotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn only_a_staged_set_is_changed() {
    let fixture = Fixture::new();
    fixture.saved("done", vec![update("k")]).await;
    fixture.staged("committing", vec![update("l")]).await;
    fixture.commit("committing").await;
    fixture.staged("discarded", vec![update("m")]).await;
    fixture.journal.discard_set(set_id("discarded"), at(30)).await.unwrap();
    let journal = &fixture.journal;
    for (id, stands) in
        [("done", SetState::Done), ("committing", SetState::Committing), ("discarded", SetState::Discarded)]
    {
        let (set, items, lines) =
            (fixture.set(id).await, fixture.items(id).await, fixture.audit_length().await);
        let results = [
            journal.stage(set_id(id), vec![update("n")], true, at(40)).await.map(drop),
            journal
                .amend_set(set_id(id), SetChanges { drop: vec![1], ..SetChanges::default() })
                .await
                .map(drop),
            journal.mark_checked(set_id(id), at(40)).await.map(drop),
            journal.recheck(item_id(id, 1), None, None, Difference::default(), None, at(40)).await,
            journal.discard_set(set_id(id), at(40)).await.map(drop),
            fixture.try_commit(id).await.map(drop),
        ];
        for result in results {
            let is_right = matches!(&result, Err(StoreError::SetNotStaged { set, state }) if set.0 == id && *state == stands);
            assert!(is_right, "{id}: {result:?}");
        }
        assert_eq!(fixture.set(id).await, set);
        assert_eq!(fixture.items(id).await, items);
        assert_eq!(fixture.audit_length().await, lines);
    }
    let missing = journal.stage(set_id("none"), vec![update("k")], false, at(20)).await;
    assert!(matches!(missing, Err(StoreError::SetNotFound { .. })), "{missing:?}");
}
