//! What is left when a database cannot be used: reading and export, a plain message, and no change (S-45).

use std::path::PathBuf;

use serde_json::json;
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

async fn sample() -> (TestDaemon, PathBuf) {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    owner.put("/api/v1/datastores/S/keys/k?connection=Main", r#"{"value":{"a": 1.0}}"#).await.ok();
    let directory = daemon.data_directory();
    (daemon, directory)
}

/// Damages a file while the daemon is down, and starts it again.
async fn damaged(file: &str, damage: impl Fn(Vec<u8>) -> Vec<u8>) -> (TestDaemon, PathBuf, Vec<u8>) {
    let (daemon, directory) = sample().await;
    let path = directory.join(file);
    let mut bytes = Vec::new();
    let daemon = daemon
        .restart_after(|| {
            bytes = damage(std::fs::read(&path).unwrap());
            std::fs::write(&path, &bytes).unwrap();
        })
        .await;
    (daemon, path, bytes)
}

fn truncated(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}

fn newer(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    bytes
}

fn no_database(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes[..16].copy_from_slice(b"something else!!");
    bytes
}

async fn is_refused(client: &HttpClient, operation: &str, request: serde_json::Value, words: &[&str]) {
    let answer = client.call(operation, &request).await;
    assert_eq!(answer.refusal(), (500, "GEN001".into()), "{operation}: {}", answer.body);
    for word in words {
        assert!(answer.body.contains(word), "{operation}: {}", answer.body);
    }
}

#[tokio::test]
async fn s_45_a_damaged_journal_stops_changes_and_nothing_else() {
    for damage in [truncated, newer, no_database] {
        let (daemon, path, bytes) = damaged("journal.db", damage).await;
        let owner = daemon.owner().await;
        let entry = owner.get("/api/v1/datastores/S/keys/k?connection=Main").await;
        assert!(entry.body.contains(r#""value":{"a": 1.0}"#), "{}", entry.body);
        owner.get("/api/v1/datastores/S/export?connection=Main&allScopes=true").await.ok();
        let at = json!({ "connection": "Main", "store": "S", "key": "k", "value": 2 });
        is_refused(&owner, "entries.set", at, &["journal.db", "reading and export work"]).await;
        let change = json!({ "kind": "remove", "store": "S", "key": "k" });
        is_refused(&owner, "changesets.propose", json!({ "connection": "Main", "changes": [change] }), &[])
            .await;
        let status = owner.get("/api/v1/status").await.ok();
        assert!(status["problem"].as_str().unwrap().contains("journal.db"), "{status}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "the file is left as it is");
        daemon.stop().await;
    }
}

#[tokio::test]
async fn s_45_a_damaged_state_database_leaves_local_data_to_be_read_and_exported() {
    for damage in [truncated, newer, no_database] {
        let (daemon, path, bytes) = damaged("state.db", damage).await;
        let owner = daemon.owner().await;
        let listed = owner.get("/api/v1/connections").await.ok();
        let connection = listed["connections"][0]["name"].as_str().unwrap().to_owned();
        assert!(connection.starts_with("Recovered"), "{listed}");
        let export = format!("/api/v1/datastores/S/export?connection={}", connection.replace(' ', "%20"));
        assert!(owner.get(&export).await.body.contains(r#"{"a": 1.0}"#));
        let at = json!({ "connection": connection, "store": "S", "key": "k", "value": 2 });
        is_refused(&owner, "entries.set", at, &["state.db", "read-only safety mode"]).await;
        is_refused(&owner, "tokens.create", json!({ "name": "x", "role": "VIEWER" }), &["state.db"]).await;
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "the file is left as it is");
        daemon.stop().await;
    }
}
