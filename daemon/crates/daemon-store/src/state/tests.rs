//! Behaviour of the state database, over real files in temporary folders.

use std::fs;

use daemon_core::environment::Environment;
use daemon_core::permission::Role;
use daemon_core::time::Timestamp;
use tempfile::TempDir;

use crate::database::Database;
use crate::database::schema::Schema;
use crate::error::StoreError;
use crate::state::records::{
    ConnectionChanges, ConnectionId, ConnectionKind, ConnectionRecord, KeyCheck, TokenHash, TokenId,
    TokenKind, TokenRecord,
};
use crate::state::{JOB_BYTES, StateStore, TUNING};

fn open() -> (StateStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (StateStore::open(&folder.path().join("state.db")).unwrap(), folder)
}

fn at(ticks: u64) -> Timestamp {
    Timestamp::from_ticks(ticks)
}

fn connection(id: &str, name: &str) -> ConnectionRecord {
    let id_of = ConnectionId(id.to_owned());
    let record = ConnectionRecord::local(id_of, name.to_owned(), format!("universe-{id}"), at(5));
    ConnectionRecord { sample: true, ..record }
}

fn named(name: &str) -> ConnectionChanges {
    ConnectionChanges { name: Some(name.to_owned()), ..ConnectionChanges::default() }
}

fn token(id: &str, hash: u8) -> TokenRecord {
    TokenRecord {
        id: TokenId(id.to_owned()),
        name: "nightly export".to_owned(),
        display_prefix: "dsmp_ab12".to_owned(),
        hash: TokenHash([hash; 32]),
        role: Role::Editor,
        kind: TokenKind::Api,
        created_at: at(u64::from(hash)),
        created_by: "owner".to_owned(),
        expires_at: Some(at(100)),
        last_used_at: None,
        revoked_at: None,
    }
}

#[tokio::test]
async fn connections_are_kept_by_id_and_unique_by_name() {
    let (state, folder) = open();
    state.create_connection(connection("1", "Sandbox")).await.unwrap();
    state.create_connection(connection("2", "Arena")).await.unwrap();
    let taken = state.create_connection(connection("3", "Arena")).await;
    assert!(matches!(&taken, Err(StoreError::NameTaken { name }) if name == "Arena"), "{taken:?}");
    let taken = state.change_connection(ConnectionId("1".to_owned()), named("Arena")).await;
    assert!(matches!(taken, Err(StoreError::NameTaken { .. })), "{taken:?}");
    // Renaming to the name it has is no conflict.
    state.change_connection(ConnectionId("2".to_owned()), named("Arena")).await.unwrap();
    state.change_connection(ConnectionId("2".to_owned()), named("Zoo")).await.unwrap();
    state.mark_sample(ConnectionId("1".to_owned()), false).await.unwrap();

    state.close().await;
    let state = StateStore::open(&folder.path().join("state.db")).unwrap();
    let expected = [ConnectionRecord { sample: false, ..connection("1", "Sandbox") }, connection("2", "Zoo")];
    assert_eq!(state.list_connections().await.unwrap(), expected);
    assert_eq!(state.find_connection("Zoo".to_owned()).await.unwrap().as_ref(), Some(&expected[1]));
    state.remove_connection(ConnectionId("2".to_owned())).await.unwrap();
    assert_eq!(state.get_connection(ConnectionId("2".to_owned())).await.unwrap(), None);
    let missing = state.remove_connection(ConnectionId("2".to_owned())).await;
    assert!(matches!(missing, Err(StoreError::ConnectionNotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_cloud_connection_keeps_what_is_not_changed() {
    let (state, folder) = open();
    let check = |name: Option<&str>, report: &str| KeyCheck {
        universe_name: name.map(str::to_owned),
        report: report.to_owned(),
    };
    let made = ConnectionRecord {
        kind: ConnectionKind::Cloud,
        environment: Environment::Production,
        universe_id: "123".to_owned(),
        sample: false,
        colour: Some("teal".to_owned()),
        read_only: true,
        base_url: Some("http://127.0.0.1:1".to_owned()),
        check: Some(check(Some("Pirate Bay"), "{}")),
        ..connection("1", "Prod")
    };
    state.create_connection(made.clone()).await.unwrap();
    let id = || ConnectionId("1".to_owned());
    let unchanged = state.change_connection(id(), ConnectionChanges::default()).await.unwrap();
    assert_eq!(unchanged, made);
    let changes = ConnectionChanges {
        environment: Some(Environment::Staging),
        colour: Some(None),
        read_only: Some(false),
        base_url: Some(None),
        check: Some(check(None, "[]")),
        ..ConnectionChanges::default()
    };
    let expected = ConnectionRecord {
        environment: Environment::Staging,
        colour: None,
        read_only: false,
        base_url: None,
        check: Some(check(Some("Pirate Bay"), "[]")),
        ..made
    };
    assert_eq!(state.change_connection(id(), changes).await.unwrap(), expected);
    state.close().await;
    let state = StateStore::open(&folder.path().join("state.db")).unwrap();
    assert_eq!(state.get_connection(id()).await.unwrap(), Some(expected));
    let missing = state.change_connection(ConnectionId("9".to_owned()), named("x")).await;
    assert!(matches!(missing, Err(StoreError::ConnectionNotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_database_of_the_first_schema_is_brought_up_to_date() {
    const FIRST: Schema = Schema {
        migrations: &[include_str!("../../migrations/state/0001_connections_tokens_settings.sql")],
        application: None,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let old = Database::open(&path, &FIRST, TUNING).unwrap();
    let row = "INSERT INTO connections VALUES ('1', 'Sandbox', 'local', 'local', 'universe-1', 1, 5)";
    old.write(JOB_BYTES, |database| Ok(database.execute(row, [])?)).await.unwrap();
    old.close().await;
    let state = StateStore::open(&path).unwrap();
    assert_eq!(state.list_connections().await.unwrap(), [connection("1", "Sandbox")]);
}

#[tokio::test]
async fn tokens_are_found_by_hash_also_when_revoked() {
    let (state, _folder) = open();
    let first = token("1", 1);
    state.create_token(first.clone()).await.unwrap();
    let install = TokenRecord { kind: TokenKind::Install, expires_at: None, ..token("2", 2) };
    state.create_token(install.clone()).await.unwrap();
    assert_eq!(state.list_tokens().await.unwrap(), [install, first.clone()]);
    assert_eq!(state.find_token(TokenHash([1; 32])).await.unwrap(), Some(first.clone()));
    assert_eq!(state.find_token(TokenHash([9; 32])).await.unwrap(), None);

    state.touch_token(first.id.clone(), at(50)).await.unwrap();
    state.touch_token(first.id.clone(), at(40)).await.unwrap();
    state.revoke_token(first.id.clone(), at(60)).await.unwrap();
    state.revoke_token(first.id.clone(), at(70)).await.unwrap();
    let found = state.find_token(TokenHash([1; 32])).await.unwrap().unwrap();
    assert_eq!((found.last_used_at, found.revoked_at), (Some(at(50)), Some(at(60))));
    let missing = state.revoke_token(TokenId("9".to_owned()), at(60)).await;
    assert!(matches!(missing, Err(StoreError::TokenNotFound { .. })), "{missing:?}");
}

#[test]
fn a_token_counts_until_it_expires_or_is_revoked() {
    let check = |token: &TokenRecord, now: u64, expected: bool| {
        assert_eq!(token.is_valid(at(now)), expected, "{token:?} at {now}");
    };
    check(&token("1", 1), 99, true);
    check(&token("1", 1), 100, false);
    check(&TokenRecord { expires_at: None, ..token("1", 1) }, 1_000, true);
    check(&TokenRecord { revoked_at: Some(at(10)), ..token("1", 1) }, 11, false);
}

#[test]
fn the_hash_of_a_token_is_not_printed() {
    assert_eq!(format!("{:?}", token("1", 77).hash), "TokenHash(…)");
}

#[tokio::test]
async fn settings_are_kept_per_principal() {
    let (state, _folder) = open();
    let (owner, key) = (|| "owner".to_owned(), || "connection".to_owned());
    state.set_setting(owner(), key(), Some("1".to_owned())).await.unwrap();
    state.set_setting("token-1".to_owned(), key(), Some("2".to_owned())).await.unwrap();
    state.set_setting(owner(), key(), Some("3".to_owned())).await.unwrap();
    assert_eq!(state.get_setting(owner(), key()).await.unwrap().as_deref(), Some("3"));
    assert_eq!(state.get_setting("token-1".to_owned(), key()).await.unwrap().as_deref(), Some("2"));
    state.set_setting(owner(), "a".to_owned(), Some("4".to_owned())).await.unwrap();
    let listed = state.list_settings(owner()).await.unwrap();
    assert_eq!(listed, [("a".to_owned(), "4".to_owned()), (key(), "3".to_owned())]);
    state.set_setting(owner(), key(), None).await.unwrap();
    assert_eq!(state.get_setting(owner(), key()).await.unwrap(), None);
}

#[tokio::test]
async fn a_damaged_state_database_is_refused_and_left_as_it_is_s_45() {
    let (state, folder) = open();
    for number in 0..200 {
        state
            .create_connection(connection(&format!("{number:04}"), &format!("name {number}")))
            .await
            .unwrap();
    }
    state.close().await;
    let path = folder.path().join("state.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0xFF);
    fs::write(&path, &bytes).unwrap();
    let refused = StateStore::open(&path);
    assert!(matches!(refused, Err(StoreError::Damaged { .. })), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn a_newer_schema_is_refused_naming_both_s_46() {
    let (state, folder) = open();
    state.close().await;
    let path = folder.path().join("state.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let refused = StateStore::open(&path).unwrap_err();
    let text = refused.to_string();
    assert!(text.contains('7') && text.contains('2'), "{text}");
    assert!(matches!(refused, StoreError::NewerSchema { found: 7, supported: 2, .. }));
}
