//! Files: what survives a kill, a full disk, damage, and a newer program.

use std::fs;

use daemon_core::names::StoreKind;

use super::{Fixture, NINETEEN, address, at, item, store_name};
use crate::error::StoreError;
use crate::universe::UniverseStore;
use crate::universe::records::{KeyFilter, UniverseOptions};

fn reopen(path: &std::path::Path) -> Result<UniverseStore, StoreError> {
    UniverseStore::open(path, UniverseOptions::default())
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let fixture = Fixture::new();
    let items = (0..500).map(|n| item("global", &format!("k{n}"), "1")).collect();
    fixture.store.import(store_name("Saves"), items, at(NINETEEN)).await.unwrap();
    fixture.set("k1", "2", NINETEEN + 1).await;
    // A killed process leaves its files as they are: copied, they are what the next start finds.
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("universe.db");
    fs::copy(fixture.path(), &copy).unwrap();
    fs::copy(fixture.path().with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
    let store = reopen(&copy).unwrap();
    let entry = store.get(address("k1")).await.unwrap().unwrap();
    assert_eq!(entry.value.as_str(), "2");
    let keys = store.list_keys(store_name("Saves"), KeyFilter { limit: 999, ..KeyFilter::default() });
    assert_eq!(keys.await.unwrap().items.len(), 500);
    store.check().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn dropping_the_store_without_closing_it_loses_nothing() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    let path = fixture.path();
    let Fixture { store, folder } = fixture;
    drop(store);
    for value in ["2", "3"] {
        let store = reopen(&path).unwrap();
        assert!(store.get(address("a")).await.unwrap().is_some());
        let items = vec![item("global", "a", value)];
        store.import(store_name("Saves"), items, at(NINETEEN + 1)).await.unwrap();
    }
    let store = reopen(&path).unwrap();
    assert_eq!(store.get(address("a")).await.unwrap().unwrap().value.as_str(), "3");
    drop(folder);
}

#[tokio::test]
async fn closing_empties_the_log_and_ends_every_operation() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.store.close().await;
    fixture.store.close().await;
    assert!(!fixture.path().with_extension("db-wal").exists());
    assert!(matches!(fixture.store.get(address("a")).await, Err(StoreError::Closed)));
    let refused = fixture.store.set_ordered(address("a"), 1, at(NINETEEN)).await;
    assert!(matches!(refused, Err(StoreError::Closed)), "{refused:?}");
    let store = reopen(&fixture.path()).unwrap();
    assert!(store.get(address("a")).await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn a_full_disk_refuses_the_write_whole_and_leaves_the_rest_working() {
    let options = UniverseOptions { page_limit: Some(64), ..UniverseOptions::default() };
    let fixture = Fixture::with(options);
    fixture.set("a", "1", NINETEEN).await;
    let value = format!("\"{}\"", "x".repeat(2_000));
    let mut accepted = 0;
    let refused = loop {
        let items = (0..20).map(|n| item("global", &format!("{accepted}-{n}"), &value)).collect();
        match fixture.store.import(store_name("Saves"), items, at(NINETEEN)).await {
            Ok(_) => accepted += 1,
            Err(error) => break error,
        }
        assert!(accepted < 100, "the limit of pages was never reached");
    };
    assert!(matches!(refused, StoreError::Full { .. }), "{refused:?}");
    // Nothing of the refused batch is there, all of the others is, and reading goes on.
    let store =
        fixture.store.describe_store(StoreKind::Standard, store_name("Saves")).await.unwrap().unwrap();
    assert_eq!(store.entry_count, 1 + 20 * accepted);
    assert_eq!(fixture.value("a").await.as_deref(), Some("1"));
    // Room that is made can be used at once.
    fixture.store.remove_store(StoreKind::Standard, store_name("Saves")).await.unwrap();
    fixture.set("b", &value, NINETEEN + 2).await;
    fixture.store.check().await.unwrap();
}

#[tokio::test]
async fn jobs_of_a_group_share_no_fate_when_one_cannot_be_done() {
    let fixture = Fixture::new();
    // Queued together they make groups; every third one is refused.
    let tasks: Vec<_> = (0..90_u64)
        .map(|number| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                if number % 3 == 0 {
                    store.remove_ordered(address("missing"), at(NINETEEN)).await.map(drop)
                } else {
                    store.increment_ordered(address("sum"), 1, at(NINETEEN)).await.map(drop)
                }
            })
        })
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.unwrap().is_err(), number % 3 == 0, "job {number}");
    }
    assert_eq!(fixture.store.get_ordered(address("sum")).await.unwrap(), Some(60));
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_as_it_is() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.store.close().await;
    let connection = rusqlite::Connection::open(fixture.path()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let refused = reopen(&fixture.path());
    assert!(matches!(refused, Err(StoreError::NewerSchema { found: 99, supported: 3, .. })), "{refused:?}");
    let connection = rusqlite::Connection::open(fixture.path()).unwrap();
    let entries: u32 = connection.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)).unwrap();
    assert_eq!(entries, 1);
}

#[tokio::test]
async fn something_else_than_a_database_is_damage_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("universe.db");
    reopen(&path).unwrap().close().await;
    fs::write(&path, "this is no database, but long enough to be looked at as one ".repeat(20)).unwrap();
    let before = fs::read(&path).unwrap();
    let refused = reopen(&path);
    assert!(matches!(refused, Err(StoreError::Damaged { .. })), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_missing_folder_is_an_error_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let refused = reopen(&folder.path().join("missing").join("universe.db"));
    assert!(matches!(refused, Err(StoreError::Io { .. })), "{refused:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_private_and_others_are_refused_s_14() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    for extension in ["db", "db-wal", "db-shm"] {
        let mode = fs::metadata(fixture.path().with_extension(extension)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{extension}");
    }
    fixture.store.close().await;
    let link = fixture.path().with_file_name("link.db");
    symlink(fixture.path(), &link).unwrap();
    assert!(matches!(reopen(&link), Err(StoreError::NotPrivate { .. })));
    fs::set_permissions(fixture.path(), fs::Permissions::from_mode(0o640)).unwrap();
    let refused = reopen(&fixture.path());
    assert!(matches!(&refused, Err(StoreError::NotPrivate { reason, .. }) if reason.contains("640")));
}
