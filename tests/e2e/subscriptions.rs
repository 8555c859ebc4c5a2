//! Events on the socket: what one face changes appears in the others without reload.

use daemon_core::permission::Role;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::socket::SocketClient;

const ENTRY: &str = "/api/v1/datastores/PlayerData/keys/Player_1";

#[tokio::test]
async fn every_change_over_rest_appears_on_the_socket() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let mut socket = daemon.socket().await.subscribed().await;
    let first = client.put(ENTRY, r#"{"value":1}"#).await.ok()["revision"].clone();
    client.patch(ENTRY, r#"{"edits":[{"op":"set","path":"","value":2}]}"#).await.ok();
    client.delete(&format!("{ENTRY}?scope=global")).await.ok();
    client.post(&format!("{ENTRY}/revisions/{}/restore", first.as_str().unwrap()), "{}").await.ok();
    let ordered = "/api/v1/ordered-datastores/Scores/keys/k";
    client.put(ordered, r#"{"value":1}"#).await.ok();
    client.post(&format!("{ordered}/increment"), "{}").await.ok();
    client.delete(ordered).await.ok();
    let mut seen = Vec::new();
    for _ in 0..7 {
        let event = socket.event("entries.changed").await;
        assert_eq!((&event["connection"], &event["scope"]), (&json!("id-of-Main"), &json!("global")));
        assert_eq!(event["by"], "SUPER_ADMIN of a test");
        assert_eq!(event["revision"].is_string(), event["ordered"] == false, "{event}");
        assert!(event.get("value").is_none(), "an event never carries a value");
        seen.push(json!([event["store"], event["key"], event["change"]]));
    }
    let expected = [
        json!(["PlayerData", "Player_1", "created"]),
        json!(["PlayerData", "Player_1", "updated"]),
        json!(["PlayerData", "Player_1", "removed"]),
        json!(["PlayerData", "Player_1", "created"]),
        json!(["Scores", "k", "created"]),
        json!(["Scores", "k", "updated"]),
        json!(["Scores", "k", "removed"]),
    ];
    assert_eq!(seen, expected);
    client.post("/api/v1/datastores/Items/import", r#"{"entries":[{"key":"a","value":1}]}"#).await.ok();
    assert_eq!(socket.event("datastores.changed").await["store"], "Items");
    daemon.stop().await;
}

#[tokio::test]
async fn a_refused_write_is_no_event() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    client.put(ENTRY, r#"{"value":1}"#).await.ok();
    let mut socket = daemon.socket().await.subscribed().await;
    client.put(ENTRY, r#"{"value":1,"createOnly":true}"#).await;
    client.put(ENTRY, r#"{"value":}"#).await;
    client.post("/api/v1/datastores/Items/import", r#"{"entries":[{"key":"","value":1}]}"#).await.ok();
    client.delete(&format!("{ENTRY}0")).await;
    assert_eq!(socket.events_so_far().await, Vec::<Value>::new());
    daemon.stop().await;
}

#[tokio::test]
async fn a_subscription_to_one_connection_hears_nothing_of_another() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let mut socket = daemon.socket().await;
    assert_eq!(socket.call(json!({ "type": "subscribe", "connection": "Other" })).await["type"], "subscribe");
    client.put(&format!("{ENTRY}?connection=Main"), r#"{"value":1}"#).await.ok();
    client.put(&format!("{ENTRY}?connection=Other"), r#"{"value":2}"#).await.ok();
    let events = socket.events_so_far().await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["connection"], "id-of-Other");
    let refused = socket.call(json!({ "type": "subscribe", "connection": "Nope" })).await;
    assert_eq!(refused["code"], "GEN009");
    assert_eq!(socket.call(json!({ "type": "subscribe" })).await["type"], "subscribe");
    client.put(&format!("{ENTRY}?connection=Main"), r#"{"value":3}"#).await.ok();
    assert_eq!(socket.event("entries.changed").await["connection"], "id-of-Main");
    daemon.stop().await;
}

#[tokio::test]
async fn nothing_is_heard_before_subscribing_nor_after_unsubscribing() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let mut socket = daemon.socket().await;
    client.put(ENTRY, r#"{"value":1}"#).await.ok();
    assert_eq!(socket.events_so_far().await, Vec::<Value>::new());
    let mut socket = socket.subscribed().await;
    client.put(ENTRY, r#"{"value":2}"#).await.ok();
    socket.event("entries.changed").await;
    assert_eq!(socket.call(json!({ "type": "unsubscribe" })).await, json!({ "type": "unsubscribe" }));
    client.put(ENTRY, r#"{"value":3}"#).await.ok();
    assert_eq!(socket.events_so_far().await, Vec::<Value>::new());
    daemon.stop().await;
}

#[tokio::test]
async fn whoever_may_not_read_may_not_listen() {
    let daemon = TestDaemon::empty().await;
    for role in [Role::Auditor, Role::ComplianceOfficer] {
        let token = daemon.token(role).await;
        let mut socket = SocketClient::connect(daemon.address, &token).await.greeted().await;
        assert_eq!(socket.call(json!({ "type": "subscribe" })).await["code"], "GEN006");
    }
    daemon.stop().await;
}

/// The daemon holds 1,024 events for a listener; whoever reads none of them is told to read everything again.
#[tokio::test]
async fn a_listener_that_lags_is_told_to_read_again_and_hears_on() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let mut socket = daemon.socket().await.subscribed().await;
    // Published in one go, without letting the socket's task run, as a burst of a busy daemon would be.
    for _ in 0..1_100 {
        daemon.state.events().publish(daemon::events::Event::ConnectionsChanged);
    }
    socket.event("resyncRequired").await;
    client.put(ENTRY, r#"{"value":1}"#).await.ok();
    socket.event("entries.changed").await;
    daemon.stop().await;
}

#[tokio::test]
async fn a_change_is_told_although_its_writer_did_not_wait_for_the_answer() {
    let daemon = TestDaemon::empty().await;
    let mut listener = daemon.socket().await.subscribed().await;
    let mut writer = daemon.socket().await;
    for number in 0..20 {
        let body =
            json!({ "type": "entries.set", "store": "S", "key": format!("k{number}"), "value": number });
        let frame = json!({ "id": format!("w{number}"), "deadlineMs": 0, "body": body });
        writer.send_text(frame.to_string()).await;
    }
    for _ in 0..20 {
        listener.event("entries.changed").await;
    }
    daemon.stop().await;
}
