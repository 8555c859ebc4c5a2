//! Whole data stores over REST: deleted by their typed name, brought back, listed as deleted; and snapshots.

use daemon_core::permission::Role;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

const STORE: &str = "/api/v1/datastores/PlayerData";
const ENTRY: &str = "/api/v1/datastores/PlayerData/keys/Player_1";

/// Names and states of the data stores.
async fn listed(client: &HttpClient, query: &str) -> Vec<(String, String, Value)> {
    let answer = client.get(&format!("/api/v1/datastores?{query}")).await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let stores = answer["datastores"].as_array().unwrap().iter();
    stores.map(|store| (text(&store["name"]), text(&store["state"]), store["expiresAt"].clone())).collect()
}

#[tokio::test]
async fn s_38_a_data_store_is_deleted_by_its_typed_name_alone() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    client.put(ENTRY, r#"{"value":1}"#).await.ok();
    for query in
        ["", "?confirmName=", "?confirmName=playerdata", "?confirmName=PlayerData%20", "?confirmName=true"]
    {
        let answer = client.delete(&format!("{STORE}{query}")).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{query}");
        client.get(ENTRY).await.ok();
    }
    let missing = client.delete("/api/v1/datastores/Nope?confirmName=Nope").await;
    assert_eq!(missing.refusal(), (404, "DS001".into()));
    let deleted = client.delete(&format!("{STORE}?confirmName=PlayerData")).await.ok();
    assert_eq!(deleted["state"], "deleted");
    assert!(deleted["expiresAt"].is_string());
    daemon.stop().await;
}

#[tokio::test]
async fn a_deleted_data_store_is_out_of_reach_until_it_is_brought_back() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    client.put(ENTRY, r#"{"value":1}"#).await.ok();
    client.put("/api/v1/datastores/Other/keys/k", r#"{"value":1}"#).await.ok();
    let mut socket = daemon.socket().await.subscribed().await;
    let deleted = client.delete(&format!("{STORE}?confirmName=PlayerData")).await.ok();
    assert_eq!(socket.event("datastores.changed").await["store"], "PlayerData");
    for answer in [
        client.get(ENTRY).await,
        client.put(ENTRY, r#"{"value":2}"#).await,
        client.delete(ENTRY).await,
        client.get(&format!("{STORE}/keys")).await,
    ] {
        assert_eq!(answer.refusal(), (404, "DS001".into()));
        assert!(answer.body.contains("was deleted; bring it back"), "{}", answer.body);
    }
    let other = ("Other".to_owned(), "active".to_owned(), Value::Null);
    assert_eq!(listed(&client, "").await, std::slice::from_ref(&other));
    let gone = ("PlayerData".to_owned(), "deleted".to_owned(), deleted["expiresAt"].clone());
    assert_eq!(listed(&client, "deleted=true").await, [other.clone(), gone]);
    client.post(&format!("{STORE}/undelete"), "{}").await.ok();
    assert_eq!(socket.event("datastores.changed").await["store"], "PlayerData");
    assert_eq!(client.get(ENTRY).await.ok()["value"], 1);
    assert_eq!(listed(&client, "").await.len(), 2);
    let missing = client.post("/api/v1/datastores/Nope/undelete", "{}").await;
    assert_eq!(missing.refusal(), (404, "DS001".into()));
    daemon.stop().await;
}

#[tokio::test]
async fn a_deleted_data_store_is_purged_when_its_time_is_over() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    client.put(ENTRY, r#"{"value":1}"#).await.ok();
    client.delete(&format!("{STORE}?confirmName=PlayerData")).await.ok();
    daemon.clock.advance(std::time::Duration::from_hours(30 * 24));
    assert_eq!(listed(&client, "deleted=true").await, []);
    daemon.state.universes().purge().await.unwrap();
    client.put(ENTRY, r#"{"value":2,"createOnly":true}"#).await.ok();
    assert_eq!(listed(&client, "").await.len(), 1, "the name is free again");
    daemon.stop().await;
}

#[tokio::test]
async fn a_snapshot_is_taken_once_a_day_and_keeps_what_the_next_write_replaces() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    client.put(ENTRY, r#"{"value":1}"#).await.ok();
    daemon.clock.advance(std::time::Duration::from_secs(1));
    let first = client.post("/api/v1/datastores/snapshot", "{}").await.ok();
    assert_eq!(first["taken"], true);
    let second = client.post("/api/v1/datastores/snapshot", "{}").await.ok();
    assert_eq!(second, json!({ "taken": false, "latestAt": first["latestAt"] }));
    client.put(ENTRY, r#"{"value":2}"#).await.ok();
    let revisions = client.get(&format!("{ENTRY}/revisions")).await.ok();
    let states: Vec<_> =
        revisions["revisions"].as_array().unwrap().iter().map(|revision| &revision["state"]).collect();
    assert_eq!(json!(states), json!(["current", "kept"]), "not lost within its hour");
    daemon.stop().await;
}

#[tokio::test]
async fn a_store_named_like_a_route_is_deleted_by_call() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    client.put("/api/v1/datastores/snapshot/keys/k", r#"{"value":1}"#).await.ok();
    let request = json!({ "store": "snapshot", "confirmName": "snapshot" });
    assert_eq!(client.call("datastores.delete", &request).await.ok()["state"], "deleted");
    client.post("/api/v1/datastores/snapshot/undelete", "{}").await.ok();
    client.get("/api/v1/datastores/snapshot/keys/k").await.ok();
    daemon.stop().await;
}

#[tokio::test]
async fn whoever_may_not_delete_deletes_no_data_store() {
    let daemon = TestDaemon::empty().await;
    daemon.owner().await.put(ENTRY, r#"{"value":1}"#).await.ok();
    let editor = daemon.client(Role::Editor).await;
    let answer = editor.delete(&format!("{STORE}?confirmName=PlayerData")).await;
    assert_eq!(answer.refusal(), (403, "GEN006".into()));
    let flush = editor.post("/api/v1/memory/flush", r#"{"confirmName":"Main"}"#).await;
    assert_eq!(flush.refusal(), (403, "GEN006".into()));
    editor.get(ENTRY).await.ok();
    daemon.stop().await;
}
