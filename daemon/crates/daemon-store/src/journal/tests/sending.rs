//! Items are made durable, sent and settled.

use std::fs;
use std::sync::Arc;

use daemon_core::changes::attempt::{Intent, Outcome};
use daemon_core::changes::content::Image;
use daemon_core::changes::policy::Clash;
use daemon_core::changes::state::{ItemEvent, ItemState, SetState};
use tokio::task::JoinSet;

use super::{
    Fixture, at, change, content, image, item_id, line, new_set, ordered, problem, revision, saved, set_id,
    tagged, unknown, update,
};
use crate::error::StoreError;
use crate::journal::records::{AuditPhase, Difference, ItemId, ItemProblem, WorkItem};
use crate::journal::{Begun, JournalStore};

fn intent(before: Option<Image>, after: Option<&str>) -> Intent {
    Intent { before, after: after.map(content), increment: None }
}

fn numbers(items: &[WorkItem]) -> Vec<u32> {
    items.iter().map(|item| item.record.id.number).collect()
}

fn conflict(clash: Clash, theirs: Option<Image>) -> Outcome {
    Outcome::Conflict { clash, theirs }
}

#[tokio::test]
async fn s_33_intent_pre_image_and_attempt_are_on_disk_when_begin_answers() {
    let fixture = Fixture::new();
    fixture.staged("a", vec![update("k")]).await;
    fixture.commit("a").await;
    let before = image(tagged(" [1.0] ", " { } ", &[5, 2]), Some("r9"));
    let merged = tagged("{ \"a\":1.0 }", "{}", &[]);
    let sent = Intent { before: Some(before.clone()), after: Some(merged.clone()), increment: None };
    assert_eq!(fixture.begin("a", 1, sent).await, Begun::Begun);
    let direct = change("d", Some(before.clone()), Some(merged.clone()));
    assert_eq!(fixture.begin_direct("b", direct).await, Begun::Begun);
    // A killed process leaves its files as they are: copied, they are what the next start finds.
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("journal.db");
    fs::copy(fixture.path(), &copy).unwrap();
    fs::copy(fixture.path().with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
    let journal = JournalStore::open(&copy).unwrap();
    let found = journal.in_flight(None, 9).await.unwrap();
    assert_eq!(found.len(), 2);
    for item in found {
        assert_eq!(item.record.state, ItemState::Sending);
        assert_eq!((item.images.before, item.images.has_intent), (Some(before.clone()), true));
        assert_eq!((item.images.after, item.record.changed_at), (Some(merged.clone()), at(40)));
    }
    let lines = journal.list_audit(0, 9).await.unwrap();
    let attempts: Vec<_> = lines.into_iter().map(|(_, line)| (line.set.unwrap().0, line.item)).collect();
    assert_eq!(attempts, [("a".to_owned(), None), ("a".to_owned(), Some(1)), ("b".to_owned(), Some(1))]);
    journal.check().await.unwrap();
}

#[tokio::test]
async fn s_33_what_cannot_be_stored_whole_is_not_stored_at_all() {
    for table in ["contents", "items", "change_sets", "audit"] {
        let fixture = Fixture::new();
        fixture.staged("a", vec![update("k")]).await;
        let committed = fixture.commit("a").await;
        let fail = format!(
            "CREATE TRIGGER fails_1 BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'fails'); END;
             CREATE TRIGGER fails_2 BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'fails'); END;"
        );
        fixture.tamper(fail.leak()).await.unwrap();
        let item = fixture.item("a", 1).await;
        let rows = async || {
            (fixture.rows("contents").await, fixture.rows("items").await, fixture.rows("change_sets").await)
        };
        let (stored, lines) = (rows().await, fixture.audit_length().await);
        let sent = intent(Some(image(content("\"theirs\""), Some("r9"))), Some("\"merged\""));
        let begun = fixture.try_begin("a", 1, sent.clone()).await;
        assert!(matches!(begun, Err(StoreError::Unexpected { .. })), "{table}: {begun:?}");
        let direct = change("d", sent.before.clone(), sent.after.clone());
        let attempt = line("b", Some(1), AuditPhase::Attempt);
        let begun = fixture.journal.begin_direct(new_set("b"), direct, Arc::new(sent), attempt, at(40)).await;
        assert!(begun.is_err(), "{table}");
        assert_eq!(fixture.set("a").await, committed, "{table}");
        assert_eq!(fixture.item("a", 1).await, item, "{table}");
        assert_eq!(fixture.journal.get_set(set_id("b")).await.unwrap(), None, "{table}");
        assert_eq!((rows().await, fixture.audit_length().await), (stored, lines), "{table}");
        assert!(fixture.journal.in_flight(None, 9).await.unwrap().is_empty(), "{table}");
    }
}

#[tokio::test]
async fn s_33_an_outcome_and_its_line_are_stored_together() {
    let fixture = Fixture::new();
    fixture.begin_direct("a", update("k")).await;
    let (set, item) = (fixture.set("a").await, fixture.item("a", 1).await);
    fixture
        .tamper("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no sink'); END")
        .await
        .unwrap();
    assert!(fixture.try_settle("a", 1, saved(Some("r2"))).await.is_err());
    assert_eq!((fixture.set("a").await, fixture.item("a", 1).await), (set, item));
}

#[tokio::test]
async fn a_plain_save_is_a_set_of_one_item() {
    let mut fixture = Fixture::new();
    let item = update("k");
    assert_eq!(fixture.begin_direct("a", item.clone()).await, Begun::Begun);
    let set = fixture.set("a").await;
    assert_eq!((set.state, set.counts.sending, set.counts.total), (SetState::Committing, 1, 1));
    assert_eq!((set.committed_by.clone(), set.committed_at), (Some(set.created_by.clone()), Some(at(40))));
    assert_eq!((set.extent.items, set.extent.stores, set.extent.removals), (1, 1, 0));
    // The pre-image is what the change was made on, and is stored once.
    assert_eq!(fixture.rows("contents").await, 2);
    let found = fixture.item("a", 1).await;
    assert_eq!(found.images.base, item.base);
    assert_eq!((found.images.before, found.images.after), (item.base.clone(), item.after.clone()));
    assert_eq!((found.record.size_before, found.record.size_after), (Some(10), Some(9)));
    assert_eq!(found.record.difference, item.difference);

    let set = fixture.settle("a", 1, saved(Some("r2"))).await;
    assert_eq!((set.state, set.finished_at, set.counts.saved), (SetState::Done, Some(at(50)), 1));
    fixture.reopen().await;
    assert_eq!(fixture.set("a").await, set);
    let found = fixture.item("a", 1).await;
    assert_eq!((found.record.state, found.record.revision), (ItemState::Saved, Some(revision("r2"))));
    assert_eq!(found.record.problem, None);

    let removal = ordered("k", Some("5"), None);
    assert_eq!(fixture.begin_direct("b", removal).await, Begun::Begun);
    let set = fixture.set("b").await;
    assert_eq!((set.extent.removals, set.extent.ordered_removals), (1, 1));
}

#[tokio::test]
async fn a_plain_save_keeps_what_it_was_made_on_beside_what_was_there() {
    let fixture = Fixture::new();
    let item = update("k");
    let (before, after) = (image(content("\"theirs\""), Some("r8")), content("\"merged \""));
    let sent = Intent { before: Some(before.clone()), after: Some(after.clone()), increment: None };
    let attempt = line("a", Some(1), AuditPhase::Attempt);
    let begun =
        fixture.journal.begin_direct(new_set("a"), item.clone(), Arc::new(sent), attempt, at(40)).await;
    assert_eq!(begun.unwrap(), Begun::Begun);
    let found = fixture.item("a", 1).await;
    assert_eq!(found.images.base, item.base);
    assert_eq!((found.images.before, found.images.after), (Some(before), Some(after)));
    assert_eq!(found.record.size_after, Some(9));
}

#[tokio::test]
async fn a_change_of_state_is_seen_in_the_item_and_its_set() {
    let fixture = Fixture::new();
    fixture.staged("a", ["k", "l"].map(update).to_vec()).await;
    fixture.commit("a").await;
    // A pre-image with the same bytes is stored once, one with others beside it.
    let stored = fixture.rows("contents").await;
    fixture.begin_as_staged("a", 1).await;
    assert_eq!(fixture.rows("contents").await, stored);
    let theirs = image(tagged("\"k before\"", "{ }", &[]), Some("k-1"));
    fixture.begin("a", 2, intent(Some(theirs.clone()), Some("\"merged\""))).await;
    // What was staged is replaced by what is sent.
    assert_eq!(fixture.rows("contents").await, stored + 1);
    let found = fixture.item("a", 2).await;
    assert_eq!((found.images.base, found.images.before), (update("l").base, Some(theirs)));
    assert_eq!((found.images.after, found.record.size_after), (Some(content("\"merged\"")), Some(8)));

    let set = fixture.settle("a", 1, unknown(true)).await;
    assert_eq!((set.counts.unknown, set.counts.sending, set.state), (1, 1, SetState::Committing));
    let record = fixture.item("a", 1).await.record;
    let told = ItemProblem {
        code: "DS007".to_owned(),
        message: "message of DS007".to_owned(),
        clash: None,
        may_be_told: true,
    };
    assert_eq!((record.state, record.problem, record.changed_at), (ItemState::Unknown, Some(told), at(50)));
    let set = fixture.settle("a", 2, Outcome::Refused(problem("DS011"))).await;
    assert_eq!((set.state, set.finished_at), (SetState::Done, Some(at(50))));
    assert_eq!(fixture.item("a", 2).await.record.problem.unwrap().code, "DS011");

    // Sent again after reading back; the set is on its way again until that is known.
    fixture.begin_as_staged("a", 1).await;
    let set = fixture.set("a").await;
    assert_eq!((set.state, set.finished_at, set.counts.sending), (SetState::Committing, None, 1));
    assert_eq!(fixture.item("a", 1).await.record.problem, None);
    let set = fixture.settle("a", 1, saved(None)).await;
    assert_eq!((set.state, set.counts.saved, set.counts.refused), (SetState::Done, 1, 1));
}

#[tokio::test]
async fn what_the_caller_says_of_a_problem_counts_before_what_the_outcome_says() {
    let fixture = Fixture::new();
    let told = |message: &str| ItemProblem {
        code: "GEN006".to_owned(),
        message: message.to_owned(),
        clash: None,
        may_be_told: false,
    };
    let settle = async |id: &str, outcome, problem| {
        fixture.begin_direct(id, update(id)).await;
        let line = line(id, Some(1), AuditPhase::Outcome);
        fixture.journal.settle(item_id(id, 1), outcome, problem, line, at(50)).await.unwrap();
        fixture.item(id, 1).await.record.problem
    };
    assert_eq!(settle("a", Outcome::Refused(problem("DS011")), Some(told("x"))).await, Some(told("x")));
    assert_eq!(settle("b", saved(None), Some(told("overwritten"))).await, Some(told("overwritten")));
    let clash = Some(ItemProblem { clash: Some(Clash::Gone), ..told("y") });
    assert_eq!(settle("c", conflict(Clash::Gone, None), Some(told("y"))).await, clash);
    let may_be_told = Some(ItemProblem { may_be_told: true, ..told("z") });
    assert_eq!(settle("d", unknown(true), Some(told("z"))).await, may_be_told);
    let bare = settle("e", conflict(Clash::Appeared, None), None).await;
    assert_eq!(bare.unwrap().clash, Some(Clash::Appeared));
    for clash in [Clash::Changed, Clash::Overlap, Clash::TooLarge] {
        let id = format!("{clash:?}");
        assert_eq!(settle(&id, conflict(clash, None), None).await.unwrap().clash, Some(clash));
    }
}

#[tokio::test]
async fn what_was_certainly_not_sent_waits_on_what_it_was_decided_on() {
    let fixture = Fixture::new();
    fixture.staged("a", vec![update("k")]).await;
    fixture.commit("a").await;
    fixture.begin("a", 1, intent(Some(image(content("1"), Some("r9"))), Some("\"k after\""))).await;
    let set = fixture.settle("a", 1, Outcome::Postponed(problem("DS003"))).await;
    assert_eq!((set.counts.queued, set.state), (1, SetState::Committing));
    let item = fixture.item("a", 1).await;
    assert_eq!((item.images.before, item.images.has_intent), (None, false));
    // `after` may hold what someone else did since it was staged, so the old base would take that back.
    let decided_on = Some(image(content("1"), Some("r9")));
    assert_eq!((item.images.base, item.images.after), (decided_on, update("k").after));
    assert_eq!(
        (item.record.state, item.record.problem.unwrap().code),
        (ItemState::Queued, "DS003".to_owned())
    );
    assert_eq!(fixture.rows("contents").await, 2);
    // Also where it never got as far as its intent.
    fixture.settle("a", 1, Outcome::Postponed(problem("DS010"))).await;
    assert_eq!(numbers(&fixture.journal.queued(set_id("a"), 0, 9).await.unwrap()), [1]);
    assert_eq!(fixture.begin_as_staged("a", 1).await, Begun::Begun);
    fixture.settle("a", 1, saved(None)).await;
}

#[tokio::test]
async fn a_conflict_is_resolved_on_another_base() {
    let fixture = Fixture::new();
    fixture.staged("a", vec![update("k")]).await;
    fixture.commit("a").await;
    let theirs = image(tagged("\"theirs\"", "{ }", &[8]), Some("r9"));
    let set = fixture.settle("a", 1, conflict(Clash::Overlap, Some(theirs.clone()))).await;
    assert_eq!((set.state, set.counts.conflict, set.finished_at), (SetState::Done, 1, Some(at(50))));
    let item = fixture.item("a", 1).await;
    assert_eq!((item.images.theirs.as_ref(), item.record.state), (Some(&theirs), ItemState::Conflict));

    let requeue = |after: Option<&str>, now| {
        fixture.journal.requeue(
            item_id("a", 1),
            Some(theirs.clone()),
            after.map(content),
            Difference { places: 9, user_ids: false, attributes: false },
            line("a", Some(1), AuditPhase::Attempt),
            at(now),
        )
    };
    requeue(Some("\"both\""), 60).await.unwrap();
    let set = fixture.set("a").await;
    assert_eq!((set.state, set.finished_at, set.counts.queued), (SetState::Committing, None, 1));
    let item = fixture.item("a", 1).await;
    assert_eq!((item.images.base, item.images.theirs), (Some(theirs.clone()), None));
    assert_eq!((item.images.after, item.images.has_intent), (Some(content("\"both\"")), false));
    assert_eq!((item.record.problem, item.record.difference.places), (None, 9));
    assert_eq!((item.record.size_before, item.record.size_after), (Some(8), Some(6)));
    // Theirs became the base without being stored again; what it was based on before is gone.
    assert_eq!(fixture.rows("contents").await, 2);

    let queued = requeue(None, 61).await;
    assert!(matches!(queued, Err(StoreError::IllegalEvent { .. })), "{queued:?}");
    fixture.settle("a", 1, conflict(Clash::Gone, None)).await;
    requeue(None, 62).await.unwrap();
    let set = fixture.set("a").await;
    assert_eq!(set.extent.removals, 1);
    assert_eq!(fixture.item("a", 1).await.images.after, None);
    fixture.settle("a", 1, conflict(Clash::Gone, None)).await;
    // Keeping theirs leaves the item out.
    let set = fixture.settle("a", 1, Outcome::Superseded).await;
    assert_eq!((set.state, set.counts.superseded, set.counts.conflict), (SetState::Done, 1, 0));
}

#[tokio::test]
async fn s_34_every_event_that_the_machine_refuses_is_refused_and_changes_nothing() {
    let leads_to: [(ItemState, &[ItemEvent]); 8] = {
        use ItemEvent::{Begin, Clash, Confirm, Lose, Queue, Refuse, Supersede};
        [
            (ItemState::Staged, &[]),
            (ItemState::Queued, &[Queue]),
            (ItemState::Sending, &[Queue, Begin]),
            (ItemState::Saved, &[Queue, Begin, Confirm]),
            (ItemState::Conflict, &[Queue, Clash]),
            (ItemState::Refused, &[Queue, Refuse]),
            (ItemState::Unknown, &[Queue, Begin, Lose]),
            (ItemState::Superseded, &[Queue, Supersede]),
        ]
    };
    let events = [
        ItemEvent::Queue,
        ItemEvent::Begin,
        ItemEvent::Confirm,
        ItemEvent::Clash,
        ItemEvent::Refuse,
        ItemEvent::Lose,
        ItemEvent::Postpone,
        ItemEvent::Supersede,
    ];
    let fixture = Fixture::new();
    for (state, way) in leads_to {
        for event in events {
            let id = format!("{state} {event:?}");
            fixture.staged(&id, vec![update(&id)]).await;
            for step in way {
                match step {
                    ItemEvent::Queue => fixture.commit(&id).await.id,
                    step => {
                        take(&fixture, &id, *step).await.unwrap();
                        set_id(&id)
                    }
                };
            }
            assert_eq!(fixture.state(&id, 1).await, state, "{id}");
            let (set, item) = (fixture.set(&id).await, fixture.item(&id, 1).await);
            let (lines, rows) = (fixture.audit_length().await, fixture.rows("contents").await);
            let taken = take(&fixture, &id, event).await;
            let expected = state.after(event);
            let is_uncommitted = state == ItemState::Staged
                && matches!(taken, Err(StoreError::SetNotCommitted { state: SetState::Staged, .. }));
            if let Ok(after) = expected
                && !is_uncommitted
            {
                taken.unwrap();
                assert_eq!(fixture.state(&id, 1).await, after, "{id}");
                assert_eq!(fixture.audit_length().await, lines + 1, "{id}");
                continue;
            }
            let is_illegal = matches!(
                &taken,
                Err(StoreError::IllegalEvent { item, cause })
                    if *item == item_id(&id, 1) && (cause.state, cause.event) == (state, event)
            );
            assert!(is_illegal || is_uncommitted, "{id}: {taken:?}");
            assert_eq!((fixture.set(&id).await, fixture.item(&id, 1).await), (set, item), "{id}");
            let stored = (fixture.audit_length().await, fixture.rows("contents").await);
            assert_eq!(stored, (lines, rows), "{id}");
        }
    }
}

/// Has an event happen to the first item of a set, by the call that brings it.
async fn take(fixture: &Fixture, id: &str, event: ItemEvent) -> Result<(), StoreError> {
    let outcome = match event {
        ItemEvent::Begin => {
            let sent = intent(Some(image(content("7"), Some("r7"))), Some("8"));
            return fixture.try_begin(id, 1, sent).await.map(|begun| assert_eq!(begun, Begun::Begun));
        }
        ItemEvent::Queue => {
            let line = line(id, Some(1), AuditPhase::Attempt);
            let (base, after) = (Some(image(content("7"), Some("r7"))), Some(content("8")));
            return fixture
                .journal
                .requeue(item_id(id, 1), base, after, Difference::default(), line, at(50))
                .await;
        }
        ItemEvent::Confirm => saved(Some("r2")),
        ItemEvent::Clash => conflict(Clash::Changed, Some(image(content("9"), Some("r9")))),
        ItemEvent::Refuse => Outcome::Refused(problem("DS011")),
        ItemEvent::Lose => unknown(true),
        ItemEvent::Postpone => Outcome::Postponed(problem("DS003")),
        ItemEvent::Supersede => Outcome::Superseded,
    };
    fixture.try_settle(id, 1, outcome).await.map(drop)
}

#[tokio::test]
async fn nothing_of_a_discarded_set_is_sent() {
    let fixture = Fixture::new();
    fixture.staged("a", vec![update("k")]).await;
    fixture.journal.discard_set(set_id("a"), at(30)).await.unwrap();
    let begun = fixture.try_begin("a", 1, intent(None, Some("1"))).await;
    assert!(
        matches!(begun, Err(StoreError::SetNotCommitted { state: SetState::Discarded, .. })),
        "{begun:?}"
    );
    let missing = fixture.try_begin("b", 1, intent(None, Some("1"))).await;
    assert!(matches!(missing, Err(StoreError::SetNotFound { .. })), "{missing:?}");
    fixture.create("c").await;
    fixture.commit("c").await;
    let missing = fixture.try_begin("c", 1, intent(None, Some("1"))).await;
    assert!(matches!(missing, Err(StoreError::ItemNotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn queued_items_come_by_number_within_limit_and_bytes() {
    let fixture = Fixture::new();
    let large = format!("\"{}\"", "x".repeat(3 << 20));
    let items = ["a", "b", "c", "d"].map(|key| change(key, None, Some(content(&large))));
    fixture.staged("a", items.to_vec()).await;
    fixture.stage("a", ["e", "f"].map(update).to_vec()).await;
    let queued =
        async |after, limit| numbers(&fixture.journal.queued(set_id("a"), after, limit).await.unwrap());
    assert!(queued(0, 9).await.is_empty());
    fixture.commit("a").await;
    // Three of them would be more than 8 MiB.
    assert_eq!(queued(0, 9).await, [1, 2]);
    assert_eq!(queued(0, 1).await, [1]);
    assert_eq!(queued(2, 9).await, [3, 4, 5, 6]);
    assert_eq!(queued(3, 9).await, [4, 5, 6]);
    assert!(queued(6, 9).await.is_empty());
    fixture.begin_as_staged("a", 5).await;
    assert_eq!(queued(4, 9).await, [6]);
    let first = fixture.journal.queued(set_id("a"), 4, 9).await.unwrap().remove(0);
    assert_eq!((first.images.base, first.images.after), (update("f").base, update("f").after));
    let missing = fixture.journal.queued(set_id("z"), 0, 9).await;
    assert!(matches!(missing, Err(StoreError::SetNotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_single_item_with_more_bytes_than_a_batch_comes_alone() {
    let fixture = Fixture::new();
    let large = content(&format!("\"{}\"", "x".repeat(4 << 20 >> 1)));
    let half = |text: &str| content(&format!("\"{}\"", text.repeat(4_000_000)));
    let theirs = image(half("t"), Some("r9"));
    let item = change("k", Some(image(half("b"), Some("r1"))), Some(half("a")));
    fixture.staged("a", vec![item, change("l", None, Some(large))]).await;
    fixture.commit("a").await;
    fixture.settle("a", 1, conflict(Clash::Overlap, Some(theirs))).await;
    let line = line("a", Some(1), AuditPhase::Attempt);
    let difference = Difference::default();
    let (base, after) = (Some(image(half("t"), Some("r9"))), Some(half("m")));
    fixture.journal.requeue(item_id("a", 1), base, after, difference, line, at(60)).await.unwrap();
    assert_eq!(numbers(&fixture.journal.queued(set_id("a"), 0, 9).await.unwrap()), [1]);
    fixture.begin("a", 1, Intent { before: None, after: Some(half("m")), increment: None }).await;
    fixture.settle("a", 1, unknown(true)).await;
    assert_eq!(fixture.journal.in_flight(None, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn items_are_listed_by_state_and_number() {
    let fixture = Fixture::new();
    let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
    fixture.staged("s", keys.map(update).to_vec()).await;
    let listed = async |state, after, limit| {
        let items = fixture.journal.list_items(set_id("s"), state, after, limit).await.unwrap();
        items.iter().map(|item| item.id.number).collect::<Vec<_>>()
    };
    assert_eq!(listed(Some(ItemState::Staged), 5, 2).await, [6, 7]);
    assert!(listed(Some(ItemState::Queued), 0, 9).await.is_empty());
    fixture.commit("s").await;
    for number in 1..=7 {
        fixture.begin_as_staged("s", number).await;
    }
    fixture.settle("s", 1, saved(None)).await;
    fixture.settle("s", 2, conflict(Clash::Gone, None)).await;
    fixture.settle("s", 3, Outcome::Refused(problem("DS011"))).await;
    fixture.settle("s", 4, unknown(false)).await;
    fixture.settle("s", 5, Outcome::Superseded).await;
    fixture.settle("s", 6, Outcome::Postponed(problem("DS003"))).await;
    for (state, expected) in [
        (ItemState::Staged, vec![]),
        (ItemState::Saved, vec![1]),
        (ItemState::Conflict, vec![2]),
        (ItemState::Refused, vec![3]),
        (ItemState::Unknown, vec![4]),
        (ItemState::Superseded, vec![5]),
        (ItemState::Queued, vec![6, 8]),
        (ItemState::Sending, vec![7]),
    ] {
        assert_eq!(listed(Some(state), 0, 9).await, expected, "{state}");
    }
    assert_eq!(listed(None, 3, 2).await, [4, 5]);
    let missing = fixture.journal.list_items(set_id("z"), None, 0, 9).await;
    assert!(matches!(missing, Err(StoreError::SetNotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn what_may_have_been_sent_is_found_across_sets() {
    let fixture = Fixture::new();
    fixture.staged("a", ["a", "b", "c", "d"].map(update).to_vec()).await;
    fixture.commit("a").await;
    for number in 1..=3 {
        fixture.begin_as_staged("a", number).await;
    }
    fixture.settle("a", 2, unknown(true)).await;
    // Reading back cannot tell any more.
    fixture.settle("a", 3, unknown(false)).await;
    fixture.begin_direct("b", update("e")).await;
    fixture.begin_direct("c", update("f")).await;
    fixture.settle("c", 1, saved(None)).await;
    let found = async |after: Option<ItemId>, limit| {
        let items = fixture.journal.in_flight(after, limit).await.unwrap();
        items.into_iter().map(|item| (item.record.id.set.0, item.record.id.number)).collect::<Vec<_>>()
    };
    let all = [("a".to_owned(), 1), ("a".to_owned(), 2), ("b".to_owned(), 1)];
    assert_eq!(found(None, 9).await, all);
    assert_eq!(found(None, 1).await, all[..1]);
    assert_eq!(found(Some(item_id("a", 1)), 9).await, all[1..]);
    assert_eq!(found(Some(item_id("a", 4)), 9).await, all[2..]);
    assert!(found(Some(item_id("b", 1)), 9).await.is_empty());
}

#[tokio::test]
async fn sixty_four_saves_at_once_are_each_stored_whole() {
    let mut fixture = Fixture::new();
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let journal = fixture.journal.clone();
        tasks.spawn(async move {
            let id = format!("set {number}");
            let item = update(&format!("k{number}"));
            let sent = Intent { before: item.base.clone(), after: item.after.clone(), increment: None };
            let attempt = line(&id, Some(1), AuditPhase::Attempt);
            let begun = journal.begin_direct(new_set(&id), item, Arc::new(sent), attempt, at(40)).await;
            assert_eq!(begun.unwrap(), Begun::Begun);
            // One that fails in between fails alone.
            let outcome = line("none", Some(1), AuditPhase::Outcome);
            let missing = journal.settle(item_id("none", 1), saved(None), None, outcome, at(50)).await;
            assert!(matches!(missing, Err(StoreError::SetNotFound { .. })), "{missing:?}");
            let outcome = line(&id, Some(1), AuditPhase::Outcome);
            let became = saved(Some(&format!("r{number}")));
            let set = journal.settle(item_id(&id, 1), became, None, outcome, at(50)).await.unwrap();
            assert_eq!((set.state, set.counts.saved), (SetState::Done, 1));
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    fixture.reopen().await;
    for number in 0..64 {
        let id = format!("set {number}");
        let item = fixture.item(&id, 1).await;
        assert_eq!(
            (item.record.state, item.images.before),
            (ItemState::Saved, update(&format!("k{number}")).base)
        );
    }
    assert_eq!(fixture.audit_length().await, 128);
    fixture.journal.check().await.unwrap();
}
