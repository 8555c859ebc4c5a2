//! Files: what survives a kill, damage, another program's file, and a newer program (S-45, S-46).

use std::fs;
use std::path::Path;

use daemon_core::changes::state::{ItemState, SetState};
use rusqlite::Connection;

use super::{Fixture, change, content, update};
use crate::error::StoreError;
use crate::journal::JournalStore;
use crate::state::StateStore;
use crate::universe::UniverseStore;
use crate::universe::records::UniverseOptions;

/// Opens a file that must be refused, and checks that it was left as it is.
fn refused(path: &Path) -> StoreError {
    let before = fs::read(path).unwrap();
    let Err(refused) = JournalStore::open(path) else { panic!("it was opened, with {} bytes", before.len()) };
    assert_eq!(fs::read(path).unwrap(), before);
    assert!(refused.to_string().contains("journal.db"), "{refused}");
    refused
}

/// A journal's closed file with a few hundred sets.
async fn written() -> Fixture {
    let fixture = Fixture::new();
    for number in 0..100 {
        fixture.save(&format!("set {number}"), update(&format!("k{number}")), Some("r2")).await;
    }
    fixture.journal.close().await;
    fixture
}

#[tokio::test]
async fn s_45_a_truncated_file_is_refused_and_left_as_it_is() {
    let fixture = written().await;
    let bytes = fs::read(fixture.path()).unwrap();
    for length in [bytes.len() / 2, bytes.len() - 1, 4_096, 100, 50, 1] {
        fs::write(fixture.path(), &bytes[..length]).unwrap();
        let refused = refused(&fixture.path());
        assert!(matches!(refused, StoreError::Damaged { .. }), "{length}: {refused:?}");
    }
}

#[tokio::test]
async fn s_45_a_flipped_header_is_refused_and_left_as_it_is() {
    let fixture = written().await;
    let bytes = fs::read(fixture.path()).unwrap();
    for position in [0, 15, 16, 47, 71] {
        let mut flipped = bytes.clone();
        flipped[position] ^= 0xFF;
        fs::write(fixture.path(), &flipped).unwrap();
        let refused = refused(&fixture.path());
        assert!(matches!(refused, StoreError::Damaged { .. }), "{position}: {refused:?}");
    }
    fs::write(fixture.path(), &bytes).unwrap();
    JournalStore::open(&fixture.path()).unwrap().check().await.unwrap();
}

#[tokio::test]
async fn s_45_flipped_pages_are_found_by_the_check_in_the_background() {
    let fixture = written().await;
    let bytes = fs::read(fixture.path()).unwrap();
    let pages = bytes.len() / 4_096;
    let mut found = 0;
    for page in 1..pages {
        let mut flipped = bytes.clone();
        for byte in &mut flipped[page * 4_096..][..4_096] {
            *byte ^= 0xFF;
        }
        fs::write(fixture.path(), &flipped).unwrap();
        // No cold start waits for a full scan, so most damage is found afterwards.
        match JournalStore::open(&fixture.path()) {
            Ok(journal) => {
                let checked = journal.check().await;
                assert!(matches!(checked, Err(StoreError::Damaged { .. })), "{page}: {checked:?}");
                journal.close().await;
                found += 1;
            }
            Err(refused) => assert!(matches!(refused, StoreError::Damaged { .. }), "{page}: {refused:?}"),
        }
    }
    assert!(found > pages / 2, "{found} of {pages}");
}

#[tokio::test]
async fn s_45_a_file_of_another_program_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    for (mode, version) in [("DELETE", 0), ("WAL", 0), ("DELETE", 1), ("WAL", 1), ("WAL", 9)] {
        let foreign = Connection::open(&path).unwrap();
        foreign.pragma_update(None, "journal_mode", mode).unwrap();
        foreign.execute_batch("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('x')").unwrap();
        foreign.pragma_update(None, "user_version", version).unwrap();
        drop(foreign);
        make_private(&path);
        let refused = refused(&path);
        assert!(matches!(refused, StoreError::Damaged { .. }), "{mode} {version}: {refused:?}");
        for suffix in ["db", "db-wal", "db-shm"] {
            let _ = fs::remove_file(path.with_extension(suffix));
        }
    }
    fs::write(&path, "not a database, but long enough to be looked at: ".repeat(40)).unwrap();
    make_private(&path);
    let refused = refused(&path);
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
}

#[tokio::test]
async fn s_45_another_of_our_databases_is_no_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    StateStore::open(&path).unwrap().close().await;
    let cause = refused(&path);
    assert!(
        matches!(&cause, StoreError::Damaged { cause, .. } if cause.contains("another kind")),
        "{cause:?}"
    );
    fs::remove_file(&path).unwrap();
    UniverseStore::open(&path, UniverseOptions::default()).unwrap().close().await;
    assert!(matches!(refused(&path), StoreError::Damaged { .. }));
}

#[tokio::test]
async fn s_46_a_newer_schema_is_refused_naming_both() {
    let fixture = written().await;
    Connection::open(fixture.path()).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let refused = refused(&fixture.path());
    let text = refused.to_string();
    assert!(text.contains('7') && text.contains('1') && text.contains("install the newer version"), "{text}");
    assert!(matches!(refused, StoreError::NewerSchema { found: 7, supported: 1, .. }));
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let fixture = Fixture::new();
    let items = (0..300).map(|n| change(&format!("k{n}"), None, Some(content("1")))).collect();
    fixture.staged("a", items).await;
    fixture.commit("a").await;
    fixture.begin_as_staged("a", 1).await;
    fixture.settle("a", 1, super::saved(Some("r1"))).await;
    // A killed process leaves its files as they are: copied, they are what the next start finds.
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("journal.db");
    fs::copy(fixture.path(), &copy).unwrap();
    fs::copy(fixture.path().with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
    let journal = JournalStore::open(&copy).unwrap();
    let set = journal.get_set(super::set_id("a")).await.unwrap().unwrap();
    assert_eq!(set, fixture.set("a").await);
    assert_eq!((set.state, set.counts.queued, set.counts.saved), (SetState::Committing, 299, 1));
    let queued = journal.queued(super::set_id("a"), 0, 999).await.unwrap();
    assert_eq!(queued.len(), 299);
    assert!(queued.iter().all(|item| item.record.state == ItemState::Queued));
    journal.check().await.unwrap();
}

#[tokio::test]
async fn a_closed_journal_says_so() {
    let fixture = Fixture::new();
    let journal = fixture.journal.clone();
    fixture.journal.close().await;
    assert!(matches!(journal.get_set(super::set_id("a")).await, Err(StoreError::Closed)));
    let created = journal.create_set(super::new_set("a"), super::at(1)).await;
    assert!(matches!(created, Err(StoreError::Closed)), "{created:?}");
}

fn make_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = path;
}
