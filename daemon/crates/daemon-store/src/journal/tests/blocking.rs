//! One change of an entry at a time (S-37).

use std::sync::Arc;

use daemon_core::changes::attempt::{Intent, Outcome};
use daemon_core::changes::state::ItemState;

use super::{
    Fixture, address, at, change, content, image, item_id, line, new_set, ordered, problem, saved, unknown,
    update,
};
use crate::error::StoreError;
use crate::journal::Begun;
use crate::journal::records::{AuditPhase, NewItem, NewSet};

#[tokio::test]
async fn s_37_an_entry_in_flight_takes_no_other_change() {
    let fixture = Fixture::new();
    fixture.staged("a", vec![update("k"), update("l")]).await;
    fixture.staged("b", vec![update("l"), update("k")]).await;
    fixture.commit("a").await;
    fixture.commit("b").await;
    assert_eq!(fixture.begin_as_staged("a", 1).await, Begun::Begun);
    let (set, item) = (fixture.set("b").await, fixture.item("b", 2).await);
    let (lines, sets) = (fixture.audit_length().await, fixture.rows("change_sets").await);
    let blocked = Begun::Blocked(item_id("a", 1));
    assert_eq!(fixture.begin_as_staged("b", 2).await, blocked);
    assert_eq!(fixture.begin_direct("c", update("k")).await, blocked);
    // Nothing is stored of what was blocked.
    assert_eq!((fixture.set("b").await, fixture.item("b", 2).await), (set, item));
    assert_eq!((fixture.audit_length().await, fixture.rows("change_sets").await), (lines, sets));
    assert_eq!(fixture.rows("contents").await, 8);
    // Another entry of the same sets is free, and so is the item's own second request.
    assert_eq!(fixture.begin_as_staged("b", 1).await, Begun::Begun);
    assert_eq!(fixture.begin_as_staged("a", 1).await, Begun::Begun);

    fixture.settle("a", 1, unknown(false)).await;
    assert_eq!(fixture.begin_as_staged("b", 2).await, blocked);
    assert_eq!(fixture.begin_direct("c", update("k")).await, blocked);
    fixture.settle("a", 1, saved(None)).await;
    assert_eq!(fixture.begin_as_staged("b", 2).await, Begun::Begun);
    fixture.settle("b", 2, Outcome::Postponed(problem("DS003"))).await;
    assert_eq!(fixture.begin_direct("c", update("k")).await, Begun::Begun);
    assert_eq!(fixture.begin_as_staged("b", 2).await, Begun::Blocked(item_id("c", 1)));
}

#[tokio::test]
async fn s_37_an_entry_elsewhere_is_another_entry() {
    let fixture = Fixture::new();
    assert_eq!(fixture.begin_direct("a", update("k")).await, Begun::Begun);
    let other_kind = NewItem { is_ordered: true, ..update("k") };
    assert_eq!(fixture.begin_direct("b", other_kind).await, Begun::Begun);
    assert_eq!(fixture.begin_direct("c", ordered("k", None, Some("1"))).await, Begun::Begun);
    let item = update("k");
    let sent = Intent { before: item.base.clone(), after: item.after.clone(), increment: None };
    let zoo = NewSet { connection: "zoo".to_owned(), ..new_set("d") };
    let attempt = line("d", Some(1), AuditPhase::Attempt);
    let begun = fixture.journal.begin_direct(zoo, item, Arc::new(sent), attempt, at(40)).await.unwrap();
    assert_eq!(begun, Begun::Begun);

    let blocking = |connection: &str, is_ordered| {
        fixture.journal.blocking(connection.to_owned(), address("k"), is_ordered)
    };
    assert_eq!(blocking("arena", false).await.unwrap().unwrap().id, item_id("a", 1));
    assert_eq!(blocking("arena", true).await.unwrap().unwrap().id, item_id("b", 1));
    let record = blocking("zoo", false).await.unwrap().unwrap();
    assert_eq!((record.id, record.connection.as_str()), (item_id("d", 1), "zoo"));
    assert_eq!(record.state, ItemState::Sending);
    assert_eq!(blocking("zoo", true).await.unwrap(), None);
    assert_eq!(blocking("elsewhere", false).await.unwrap(), None);
    fixture.settle("a", 1, saved(None)).await;
    assert_eq!(blocking("arena", false).await.unwrap(), None);
}

#[tokio::test]
async fn s_37_the_file_itself_holds_no_two_changes_of_an_entry_in_flight() {
    let fixture = Fixture::new();
    let item = || change("k", Some(image(content("1"), Some("r1"))), Some(content("2")));
    fixture.save("a", item(), None).await;
    fixture.begin_direct("b", item()).await;
    let forced = fixture.tamper("UPDATE items SET state = 3 WHERE state = 4").await;
    assert!(matches!(forced, Err(StoreError::Unexpected { .. })), "{forced:?}");
}
