//! Memory stores over REST, on a local connection; and messages, which it refuses.

use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

const ITEMS: &str = "/api/v1/memory/sorted-maps/Highscores/items";
const QUEUE: &str = "/api/v1/memory/queues/Jobs";

/// Names of the items in a listing.
async fn names(client: &HttpClient, query: &str) -> Vec<String> {
    let answer = client.get(&format!("{ITEMS}?{query}")).await.ok();
    assert_eq!(answer["hasMore"], answer["nextCursor"].is_string());
    let name = |item: &Value| item["item"].as_str().unwrap().to_owned();
    answer["items"].as_array().unwrap().iter().map(name).collect()
}

async fn set(client: &HttpClient, item: &str, body: Value) -> Value {
    client.put(&format!("{ITEMS}/{item}"), &body.to_string()).await.ok()
}

#[tokio::test]
async fn an_item_keeps_its_bytes_and_its_place() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let body =
        r#"{"value":{ "score": 1.50, "id": 9007199254740993 },"sortKey":{"number":-1.5},"ttlSeconds":60}"#;
    let written = client.put(&format!("{ITEMS}/ann"), body).await;
    assert_eq!(written.ok()["sortKey"], json!({ "number": -1.5 }));
    assert!(
        written.body.contains(r#""value":{ "score": 1.50, "id": 9007199254740993 }"#),
        "{}",
        written.body
    );
    let read = client.get(&format!("{ITEMS}/ann")).await;
    assert_eq!(read.body, written.body);
    set(&client, "bo", json!({ "value": null, "sortKey": { "text": "b" } })).await;
    assert_eq!(names(&client, "").await, ["ann", "bo"]);
    assert_eq!(names(&client, "descending=true&limit=1").await, ["bo"]);
    assert_eq!(names(&client, "filter=sortKey%20%3C%200").await, ["ann"]);
    client.delete(&format!("{ITEMS}/bo")).await.ok();
    for answer in [client.get(&format!("{ITEMS}/bo")).await, client.delete(&format!("{ITEMS}/bo")).await] {
        assert_eq!(answer.refusal(), (404, "DS005".into()));
    }
    daemon.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(names(&client, "").await, [""; 0], "its time is over");
    assert_eq!(client.get("/api/v1/memory/sorted-maps/Other/items").await.ok()["items"], json!([]));
    daemon.stop().await;
}

#[tokio::test]
async fn an_item_that_was_to_be_new_replaces_none() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    set(&client, "ann", json!({ "value": 1, "createOnly": true })).await;
    let body = json!({ "value": 2, "createOnly": true }).to_string();
    let refused = client.put(&format!("{ITEMS}/ann"), &body).await;
    assert_eq!(refused.refusal(), (409, "DS006".into()));
    let by_header = client.clone().with_header("if-none-match", "*");
    assert_eq!(
        by_header.put(&format!("{ITEMS}/ann"), r#"{"value":2}"#).await.refusal(),
        (409, "DS006".into())
    );
    assert_eq!(client.get(&format!("{ITEMS}/ann")).await.ok()["value"], 1);
    daemon.stop().await;
}

#[tokio::test]
async fn a_queue_hides_what_was_taken_until_it_is_discarded() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for (value, priority) in [(1, 0.0), (2, 5.5)] {
        let body = json!({ "value": value, "priority": priority, "ttlSeconds": 600 }).to_string();
        assert_eq!(client.post(&format!("{QUEUE}/items"), &body).await.ok()["priority"], priority);
    }
    let take = async |body: Value| client.post(&format!("{QUEUE}/dequeue"), &body.to_string()).await;
    let first = take(json!({})).await.ok();
    assert_eq!((&first["items"][0]["value"], first["items"].as_array().unwrap().len()), (&json!(2), 1));
    let short = take(json!({ "count": 2, "allOrNothing": true })).await;
    assert_eq!(short.refusal(), (404, "DS005".into()));
    let second = take(json!({ "count": 200, "invisibleSeconds": 60 })).await.ok();
    assert_eq!(second["items"][0]["value"], 1);
    assert_eq!(take(json!({ "count": 5 })).await.ok()["items"], json!([]));
    let discard = json!({ "readId": first["readId"] }).to_string();
    client.post(&format!("{QUEUE}/discard"), &discard).await.ok();
    daemon.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(take(json!({ "count": 5 })).await.ok()["items"][0]["value"], 1);
    let nonsense = client.post(&format!("{QUEUE}/discard"), r#"{"readId":"nonsense"}"#).await;
    assert_eq!(nonsense.refusal(), (400, "GEN007".into()));
    daemon.stop().await;
}

#[tokio::test]
async fn s_38_a_flush_needs_the_connections_name() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    set(&client, "ann", json!({ "value": 1 })).await;
    for name in ["", "main", "Other", "id-of-Main"] {
        let body = json!({ "confirmName": name }).to_string();
        let answer = client.post("/api/v1/memory/flush", &body).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{name}");
    }
    assert_eq!(names(&client, "").await, ["ann"]);
    let answer = client.post("/api/v1/memory/flush", r#"{"confirmName":"Main"}"#).await.ok();
    assert_eq!(answer, json!({ "done": true }));
    assert_eq!(names(&client, "").await, [""; 0]);
    daemon.stop().await;
}

#[tokio::test]
async fn s_64_what_is_over_a_limit_is_refused_and_what_reaches_it_is_not() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let value = |bytes: usize| json!({ "value": "x".repeat(bytes - 2) });
    let put = async |item: &str, body: Value| client.put(&format!("{ITEMS}/{item}"), &body.to_string()).await;
    put("i", value(32_768)).await.ok();
    assert_eq!(put("i", value(32_769)).await.refusal(), (413, "DS004".into()));
    put(&"i".repeat(127), json!({ "value": 1 })).await.ok();
    assert_eq!(put(&"i".repeat(128), json!({ "value": 1 })).await.refusal(), (400, "DS015".into()));
    put("i", json!({ "value": 1, "ttlSeconds": 3_888_000 })).await.ok();
    for body in [
        json!({ "value": 1, "ttlSeconds": 3_888_001 }),
        json!({ "value": 1, "ttlSeconds": 0 }),
        json!({ "value": 1, "sortKey": {} }),
        json!({ "value": 1, "sortKey": { "text": "a", "number": 1 } }),
        json!({ "value": 1, "unknown": true }),
        json!({}),
    ] {
        assert_eq!(put("i", body.clone()).await.refusal(), (400, "GEN007".into()), "{body}");
    }
    for (query, status) in [("limit=100", 200), ("limit=101", 400), ("limit=0", 400), ("filter=id", 400)] {
        assert_eq!(client.get(&format!("{ITEMS}?{query}")).await.status.as_u16(), status, "{query}");
    }
    for (count, status) in [(200, 200), (201, 400), (0, 400)] {
        let body = json!({ "count": count }).to_string();
        assert_eq!(client.post(&format!("{QUEUE}/dequeue"), &body).await.status.as_u16(), status, "{count}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_local_connection_has_no_servers_to_tell() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let publish = async |topic: &str, message: &str| {
        let body = json!({ "topic": topic, "message": message }).to_string();
        client.post("/api/v1/messages", &body).await
    };
    let refused = publish("announcements", "hello").await;
    assert_eq!(refused.refusal(), (400, "GEN007".into()));
    assert!(refused.body.contains("no live servers to tell"), "{}", refused.body);
    for (topic, message) in [("", "m".to_owned()), (&*"t".repeat(81), "m".into()), ("t", "m".repeat(1_025))] {
        let refused = publish(topic, &message).await;
        assert!(refused.refusal().0 == 400 && !refused.body.contains("live servers"), "{}", refused.body);
    }
    daemon.stop().await;
}
