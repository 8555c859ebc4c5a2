//! Sets are found, listed, committed, stopped and discarded.

use daemon_core::changes::attempt::Outcome;
use daemon_core::changes::policy::Clash;
use daemon_core::changes::state::{ItemState, SetState};

use super::{
    Fixture, all_sets, at, change, committer, content, item_id, job, job_id, line, new_set, problem, saved,
    set_id, unknown, update,
};
use crate::error::StoreError;
use crate::journal::Begun;
use crate::journal::records::{
    AuditPhase, Difference, JobRecord, JobState, NewSet, Principal, SetQuery, SetRecord,
};

fn ids(sets: &[SetRecord]) -> Vec<&str> {
    sets.iter().map(|set| set.id.0.as_str()).collect()
}

impl Fixture {
    async fn list(&self, query: SetQuery) -> Vec<String> {
        let sets = self.journal.list_sets(query).await.unwrap();
        ids(&sets).into_iter().map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_new_set_is_what_was_given() {
    let fixture = Fixture::new();
    let new = NewSet { undo_of: Some(set_id("other")), reason: None, ..new_set("a") };
    let set = fixture.journal.create_set(new.clone(), at(10)).await.unwrap();
    assert_eq!(
        (&set.id, &set.connection, &set.title, &set.reason),
        (&new.id, &new.connection, &new.title, &None)
    );
    assert_eq!((set.policy, set.created_by.clone(), set.undo_of.clone()), (new.policy, new.by, new.undo_of));
    assert_eq!((set.state, set.created_at, set.checked_at), (SetState::Staged, at(10), at(10)));
    assert!(set.committed_by.is_none() && set.committed_at.is_none() && set.finished_at.is_none());
    assert!(set.job.is_none() && set.undone_by.is_none() && !set.is_purged);
    assert_eq!(fixture.set("a").await, set);
    assert_eq!(fixture.journal.get_set(set_id("b")).await.unwrap(), None);
}

#[tokio::test]
async fn sets_are_listed_newest_first_by_what_is_asked_for() {
    let fixture = Fixture::new();
    for id in ["a", "b", "c", "d", "e"] {
        let connection = if id == "b" { "zoo" } else { "arena" };
        let new = NewSet { connection: connection.to_owned(), ..new_set(id) };
        fixture.journal.create_set(new, at(10)).await.unwrap();
        fixture.stage(id, vec![update(id)]).await;
    }
    fixture.commit("c").await;
    fixture.begin_as_staged("c", 1).await;
    fixture.settle("c", 1, unknown(true)).await;
    fixture.commit("d").await;
    fixture.journal.discard_set(set_id("e"), at(30)).await.unwrap();

    assert_eq!(fixture.list(all_sets()).await, ["e", "d", "c", "b", "a"]);
    assert_eq!(fixture.list(SetQuery { limit: 2, ..all_sets() }).await, ["e", "d"]);
    let older = SetQuery { before: Some(set_id("c")), ..all_sets() };
    assert_eq!(fixture.list(older).await, ["b", "a"]);
    let zoo = SetQuery { connection: Some("zoo".to_owned()), ..all_sets() };
    assert_eq!(fixture.list(zoo).await, ["b"]);
    let in_states = |states: &[SetState]| SetQuery { states: states.to_vec(), ..all_sets() };
    assert_eq!(fixture.list(in_states(&[SetState::Staged])).await, ["b", "a"]);
    assert_eq!(fixture.list(in_states(&[SetState::Staged, SetState::Committing])).await, ["d", "b", "a"]);
    assert_eq!(fixture.list(in_states(&[SetState::Done, SetState::Discarded])).await, ["e", "c"]);
    assert_eq!(fixture.list(SetQuery { is_open: true, ..all_sets() }).await, ["c"]);
    let combined = SetQuery {
        connection: Some("arena".to_owned()),
        is_open: true,
        before: Some(set_id("d")),
        ..in_states(&[SetState::Committing, SetState::Done])
    };
    assert_eq!(fixture.list(combined).await, ["c"]);
    // What others have not committed is theirs alone.
    let other = SetQuery { reader: "other".to_owned(), ..all_sets() };
    assert_eq!(fixture.list(other).await, ["d", "c"]);
    let missing = fixture.journal.list_sets(SetQuery { before: Some(set_id("z")), ..all_sets() }).await;
    assert!(matches!(missing, Err(StoreError::SetNotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_commit_says_who_why_and_by_which_job() {
    let fixture = Fixture::new();
    fixture.staged("a", vec![update("k"), update("l")]).await;
    let line = line("a", None, AuditPhase::Attempt);
    let by_job = JobRecord { set: Some(set_id("a")), ..job("j") };
    let reason = Some("a better reason".to_owned());
    let set = fixture
        .journal
        .commit_set(set_id("a"), committer(), reason.clone(), Some(by_job.clone()), line.clone(), at(30))
        .await
        .unwrap();
    assert_eq!(
        (set.state, set.committed_by.clone(), set.committed_at),
        (SetState::Committing, Some(committer()), Some(at(30)))
    );
    assert_eq!((set.reason.clone(), set.job.clone()), (reason, Some(job_id("j"))));
    assert_eq!((set.counts.staged, set.counts.queued, set.counts.total), (0, 2, 2));
    assert_eq!(fixture.set("a").await, set);
    assert_eq!(fixture.journal.get_job(job_id("j")).await.unwrap(), Some(by_job));
    assert_eq!(fixture.journal.list_audit(0, 9).await.unwrap(), [(1, line)]);
    for item in fixture.items("a").await {
        assert_eq!((item.state, item.changed_at), (ItemState::Queued, at(30)));
    }
}

#[tokio::test]
async fn a_commit_whose_job_or_audit_cannot_be_stored_did_not_happen() {
    let fixture = Fixture::new();
    let staged = fixture.staged("a", vec![update("k")]).await;
    fixture.journal.create_job(job("j")).await.unwrap();
    let again = fixture
        .journal
        .commit_set(
            set_id("a"),
            committer(),
            None,
            Some(job("j")),
            line("a", None, AuditPhase::Attempt),
            at(30),
        )
        .await;
    assert!(again.is_err());
    fixture
        .tamper("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no sink'); END")
        .await
        .unwrap();
    assert!(fixture.try_commit("a").await.is_err());
    assert_eq!(fixture.set("a").await, staged);
    assert_eq!(fixture.state("a", 1).await, ItemState::Staged);
    assert_eq!(fixture.audit_length().await, 0);
}

#[tokio::test]
async fn an_empty_set_is_done_as_soon_as_it_is_committed() {
    let fixture = Fixture::new();
    fixture.create("a").await;
    let set = fixture.commit("a").await;
    assert_eq!((set.state, set.finished_at), (SetState::Done, Some(at(30))));
}

#[tokio::test]
async fn a_stopped_set_leaves_out_what_it_has_not_sent() {
    let fixture = Fixture::new();
    fixture.staged("a", ["k", "l", "m", "n"].map(update).to_vec()).await;
    fixture.commit("a").await;
    fixture.begin_as_staged("a", 1).await;
    fixture.begin_as_staged("a", 2).await;
    fixture.settle("a", 2, Outcome::Postponed(problem("DS003"))).await;
    let stop = |reason: &str, now| fixture.journal.supersede_queued(set_id("a"), reason.to_owned(), at(now));
    let set = stop("stopped by Mika", 45).await.unwrap();
    assert_eq!((set.counts.superseded, set.counts.queued, set.counts.sending), (3, 0, 1));
    assert_eq!((set.state, set.finished_at), (SetState::Committing, None));
    for number in 2..=4 {
        let record = fixture.item("a", number).await.record;
        assert_eq!((record.state, record.changed_at), (ItemState::Superseded, at(45)), "{number}");
        assert_eq!(record.problem.unwrap().message, "stopped by Mika");
    }
    assert!(fixture.journal.queued(set_id("a"), 0, 9).await.unwrap().is_empty());
    // What comes back after that is queued, until the set is stopped once more.
    fixture.settle("a", 1, Outcome::Postponed(problem("DS003"))).await;
    let queued = fixture.journal.queued(set_id("a"), 0, 9).await.unwrap();
    assert_eq!(queued.iter().map(|item| item.record.id.number).collect::<Vec<_>>(), [1]);
    let set = stop("again", 55).await.unwrap();
    assert_eq!((set.state, set.finished_at, set.counts.superseded), (SetState::Done, Some(at(55)), 4));
    let message = async |number| fixture.item("a", number).await.record.problem.unwrap().message;
    assert_eq!((message(1).await, message(4).await), ("again".to_owned(), "stopped by Mika".to_owned()));
    let listed = fixture.journal.list_items(set_id("a"), Some(ItemState::Superseded), 1, 2).await.unwrap();
    assert_eq!(listed.iter().map(|item| item.id.number).collect::<Vec<_>>(), [2, 3]);
    let illegal =
        fixture.try_begin("a", 4, super::Intent { before: None, after: None, increment: None }).await;
    assert!(matches!(illegal, Err(StoreError::IllegalEvent { .. })), "{illegal:?}");
}

#[tokio::test]
async fn stopping_a_set_that_is_done_changes_nothing() {
    let fixture = Fixture::new();
    let set = fixture.saved("a", vec![update("k")]).await;
    let stopped = fixture.journal.supersede_queued(set_id("a"), "late".to_owned(), at(90)).await.unwrap();
    assert_eq!(stopped, set);
    fixture.create("b").await;
    let refused = fixture.journal.supersede_queued(set_id("b"), "early".to_owned(), at(90)).await;
    assert!(matches!(refused, Err(StoreError::SetNotCommitted { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_discarded_set_keeps_no_value_and_tells_what_it_was() {
    let fixture = Fixture::new();
    fixture.staged("a", vec![update("k"), update("l")]).await;
    let set = fixture.journal.discard_set(set_id("a"), at(30)).await.unwrap();
    assert_eq!((set.state, set.is_purged, set.counts.staged), (SetState::Discarded, true, 2));
    assert_eq!(fixture.set("a").await, set);
    assert_eq!(fixture.rows("contents").await, 0);
    let item = fixture.item("a", 1).await;
    assert_eq!((item.images.base, item.images.after), (None, None));
    assert_eq!((item.record.state, item.record.size_before), (ItemState::Staged, Some(10)));
}

#[tokio::test]
async fn sets_that_no_job_sends_are_found_oldest_first() {
    let fixture = Fixture::new();
    let by_job = |set: &str, id: &str| JobRecord { set: Some(set_id(set)), ..job(id) };
    for id in ["alone", "in a job", "reopened", "staged"] {
        fixture.staged(id, vec![update(id)]).await;
    }
    fixture.commit("alone").await;
    for (set, id) in [("in a job", "j1"), ("reopened", "j2")] {
        let line = line(set, None, AuditPhase::Attempt);
        let job = Some(by_job(set, id));
        fixture.journal.commit_set(set_id(set), committer(), None, job, line, at(30)).await.unwrap();
    }
    let committing = async || fixture.journal.committing().await.unwrap();
    assert_eq!(ids(&committing().await), ["alone"]);
    // Its job ended with a conflict, which someone resolves later.
    let clash = Outcome::Conflict { clash: Clash::Changed, theirs: None };
    fixture.settle("reopened", 1, clash).await;
    let all = JobState::ALL.to_vec();
    fixture.journal.move_job(job_id("j2"), all, JobState::DoneWithProblems, None, at(60)).await.unwrap();
    assert_eq!(ids(&committing().await), ["alone"]);
    let line = line("reopened", Some(1), AuditPhase::Attempt);
    let requeue = fixture.journal.requeue(
        item_id("reopened", 1),
        None,
        Some(content("1")),
        Difference::default(),
        line,
        at(70),
    );
    requeue.await.unwrap();
    assert_eq!(ids(&committing().await), ["alone", "reopened"]);
    fixture.begin_as_staged("alone", 1).await;
    fixture.settle("alone", 1, saved(None)).await;
    assert_eq!(ids(&committing().await), ["reopened"]);
}

#[tokio::test]
async fn a_set_tells_which_takes_it_back() {
    let fixture = Fixture::new();
    fixture.saved("a", vec![change("k", None, Some(content("1")))]).await;
    assert_eq!(fixture.set("a").await.undone_by, None);
    for id in ["b", "c"] {
        fixture.undo("a", id, &[]).await;
        assert_eq!(fixture.set("a").await.undone_by, Some(set_id(id)));
    }
    fixture.journal.discard_set(set_id("c"), at(70)).await.unwrap();
    assert_eq!(fixture.set("a").await.undone_by, Some(set_id("b")));
    fixture.commit("b").await;
    assert_eq!(fixture.begin_as_staged("b", 1).await, Begun::Begun);
    fixture.settle("b", 1, saved(None)).await;
    assert_eq!(fixture.set("a").await.undone_by, Some(set_id("b")));
    assert_eq!(fixture.set("b").await.committed_by.map(|by: Principal| by.name), Some("Cleo".to_owned()));
}
