//! Lines of the audit are added and stay.

use super::{Fixture, address, at, line};
use crate::error::StoreError;
use crate::journal::records::{AuditPhase, AuditRecord, Principal};

#[tokio::test]
async fn lines_are_listed_as_they_were_added() {
    let mut fixture = Fixture::new();
    let full = AuditRecord {
        at: at(7),
        by: Principal { id: "token-1".to_owned(), name: "nightly".to_owned() },
        operation: "entries.set".to_owned(),
        phase: AuditPhase::Outcome,
        connection: "zoo".to_owned(),
        address: Some(address("ключ 🗝")),
        set: Some(super::set_id("a")),
        item: Some(u32::MAX),
        outcome: "refused DS007".to_owned(),
        reason: Some("a \"reason\"\nin two lines".to_owned()),
    };
    let bare = AuditRecord {
        address: None,
        set: None,
        item: None,
        reason: None,
        ..line("a", None, AuditPhase::Attempt)
    };
    fixture.journal.audit(full.clone()).await.unwrap();
    fixture.journal.audit(bare.clone()).await.unwrap();
    fixture.reopen().await;
    fixture.journal.audit(full.clone()).await.unwrap();
    let all = [(1, full.clone()), (2, bare), (3, full)];
    assert_eq!(fixture.journal.list_audit(0, 9).await.unwrap(), all);
    assert_eq!(fixture.journal.list_audit(1, 1).await.unwrap(), all[1..2]);
    assert!(fixture.journal.list_audit(u64::MAX, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn lines_are_neither_changed_nor_removed() {
    let fixture = Fixture::new();
    fixture.journal.audit(line("a", Some(1), AuditPhase::Attempt)).await.unwrap();
    let before = fixture.journal.list_audit(0, 9).await.unwrap();
    for sql in ["UPDATE audit SET outcome = 'saved'", "DELETE FROM audit"] {
        let refused = fixture.tamper(sql).await;
        assert!(matches!(refused, Err(StoreError::Unexpected { .. })), "{sql}: {refused:?}");
    }
    assert_eq!(fixture.journal.list_audit(0, 9).await.unwrap(), before);
}
