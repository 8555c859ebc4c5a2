//! What the journal knows of an entry's revisions.

use daemon_core::changes::state::ItemState;

use super::{
    Fixture, address, at, change, content, creation, image, in_store, item_id, ordered, removal, revision,
    saved, tagged, unknown, update,
};
use crate::journal::records::{LocalCopy, NewItem, Writer};

fn arena() -> String {
    "arena".to_owned()
}

#[tokio::test]
async fn who_wrote_the_revisions_of_an_entry_is_told_newest_first() {
    let fixture = Fixture::new();
    fixture.save("a", update("k"), Some("r1")).await;
    fixture.saved("b", vec![update("x"), update("k")]).await;
    fixture.save("c", update("k"), None).await;
    fixture.begin_direct("d", update("k")).await;
    fixture.settle("d", 1, unknown(true)).await;
    fixture.save("e", NewItem { address: in_store("Other", "k"), ..update("k") }, Some("r9")).await;
    let writer = |became: &str, id: &str, number, by: &str| Writer {
        revision: revision(became),
        item: item_id(id, number),
        by: by.to_owned(),
        reason: Some(format!("reason of {id}")),
    };
    let all = [writer("b-2", "b", 2, "Cleo"), writer("r1", "a", 1, "Mika")];
    assert_eq!(fixture.journal.writers(arena(), address("k"), 9).await.unwrap(), all);
    assert_eq!(fixture.journal.writers(arena(), address("k"), 1).await.unwrap(), all[..1]);
    assert!(fixture.journal.writers("zoo".to_owned(), address("k"), 9).await.unwrap().is_empty());
    assert!(fixture.journal.writers(arena(), address("none"), 9).await.unwrap().is_empty());
    // Once it is known that it was done, it is told too.
    fixture.settle("d", 1, saved(Some("r4"))).await;
    let writers = fixture.journal.writers(arena(), address("k"), 1).await.unwrap();
    assert_eq!(writers, [writer("r4", "d", 1, "Mika")]);
}

#[tokio::test]
async fn what_a_write_replaced_is_kept_byte_for_byte() {
    let fixture = Fixture::new();
    let odd = image(tagged(" [1.0,\n{} ] ", " { \"a\" : 1.50 } ", &[7, -2]), Some("r1"));
    fixture.save("a", change("k", Some(odd.clone()), Some(content("1"))), Some("r2")).await;
    fixture.save("b", change("k", Some(image(content("12"), Some("r2"))), None), None).await;
    fixture.save("c", creation("k"), Some("r3")).await;
    fixture.begin_direct("d", removal("k")).await;
    let copy =
        |became: &str, size_bytes| LocalCopy { revision: revision(became), replaced_at: at(50), size_bytes };
    let copies = fixture.journal.local_copies(arena(), address("k"), 9).await.unwrap();
    assert_eq!(copies, [copy("r2", 2), copy("r1", 12)]);
    assert_eq!(fixture.journal.local_copies(arena(), address("k"), 1).await.unwrap().len(), 1);
    let find = async |became: &str| {
        fixture.journal.local_copy(arena(), address("k"), revision(became)).await.unwrap()
    };
    assert_eq!(find("r1").await, Some(odd));
    assert_eq!(find("r2").await, Some(image(content("12"), Some("r2"))));
    assert_eq!(find("r3").await, None);
    // What was not replaced for certain is no copy yet.
    assert_eq!(find("k-1").await, None);
    assert_eq!(fixture.state("d", 1).await, ItemState::Sending);
    fixture.settle("d", 1, saved(None)).await;
    assert_eq!(find("k-1").await, update("k").base);
}

#[tokio::test]
async fn ordered_entries_have_no_revisions_to_tell_of() {
    let fixture = Fixture::new();
    fixture.save("a", ordered("k", Some("1"), Some("2")), None).await;
    let ranks = || in_store("Ranks", "k");
    assert!(fixture.journal.writers(arena(), ranks(), 9).await.unwrap().is_empty());
    assert!(fixture.journal.local_copies(arena(), ranks(), 9).await.unwrap().is_empty());
    assert_eq!(fixture.journal.local_copy(arena(), ranks(), revision("r1")).await.unwrap(), None);
}
