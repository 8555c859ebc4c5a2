//! Ordered data stores: 64-bit integers as text, in order, without revisions.

use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::{HttpClient, escaped};

const STORE: &str = "/api/v1/ordered-datastores/Scores/keys";

const MINIMUM: &str = "-9223372036854775808";
const MAXIMUM: &str = "9223372036854775807";

async fn put(client: &HttpClient, key: &str, value: Value) {
    client.put(&format!("{STORE}/{key}"), &json!({ "value": value }).to_string()).await.ok();
}

async fn keys(client: &HttpClient, query: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut cursor = String::new();
    for _ in 0..20 {
        let page = client.get(&format!("{STORE}?{query}{cursor}")).await.ok();
        keys.extend(
            page["entries"].as_array().unwrap().iter().map(|entry| entry["key"].as_str().unwrap().to_owned()),
        );
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", escaped(next)),
            None => return keys,
        }
    }
    panic!("{query} has no end");
}

#[tokio::test]
async fn the_extremes_of_64_bits_travel_as_text() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for (key, value) in [("least", MINIMUM), ("most", MAXIMUM), ("exact", "9007199254740993"), ("zero", "0")]
    {
        put(&client, key, json!(value)).await;
        assert_eq!(client.get(&format!("{STORE}/{key}")).await.ok()["value"], value);
    }
    let number = client.put(&format!("{STORE}/number"), r#"{"value":9007199254740993}"#).await.ok();
    assert_eq!(number["value"], "9007199254740993", "a JSON integer is taken too");
    for bad in [
        "9223372036854775808",
        "-9223372036854775809",
        r#""1.0""#,
        "1.5",
        "1e3",
        r#""""#,
        r#"" 1""#,
        "null",
        "true",
        "[]",
        r#""0x10""#,
    ] {
        let answer = client.put(&format!("{STORE}/bad"), &format!(r#"{{"value":{bad}}}"#)).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{bad}: {}", answer.body);
    }
    assert_eq!(client.get(&format!("{STORE}/bad")).await.refusal(), (404, "DS005".into()));
    daemon.stop().await;
}

#[tokio::test]
async fn an_increment_that_leaves_64_bits_is_refused_and_changes_nothing() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let add = async |key: &str, body: Value| {
        client.post(&format!("{STORE}/{key}/increment"), &body.to_string()).await
    };
    assert_eq!(add("new", json!({})).await.ok()["value"], "1", "it begins at 0 and adds 1");
    assert_eq!(add("new", json!({ "delta": "-3" })).await.ok()["value"], "-2");
    assert_eq!(add("new", json!({ "delta": MAXIMUM })).await.ok()["value"], "9223372036854775805");
    for (value, delta) in [(MAXIMUM, "1"), (MINIMUM, "-1"), ("1", MAXIMUM), ("-2", MINIMUM)] {
        put(&client, "edge", json!(value)).await;
        let answer = add("edge", json!({ "delta": delta })).await;
        assert_eq!(answer.refusal(), (422, "DS011".into()), "{value} + {delta}");
        assert_eq!(client.get(&format!("{STORE}/edge")).await.ok()["value"], value);
    }
    put(&client, "edge", json!(MAXIMUM)).await;
    assert_eq!(add("edge", json!({ "delta": MINIMUM })).await.ok()["value"], "-1");
    daemon.stop().await;
}

#[tokio::test]
async fn entries_come_in_order_of_value_and_equals_in_order_of_key() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for (key, value) in
        [("e", MAXIMUM), ("a", MINIMUM), ("d", "7"), ("b", "7"), ("c", "7"), ("f", "-1"), ("g", "100")]
    {
        put(&client, key, json!(value)).await;
    }
    for limit in ["1", "2", "256"] {
        assert_eq!(keys(&client, &format!("limit={limit}")).await, ["a", "f", "b", "c", "d", "g", "e"]);
        let descending = keys(&client, &format!("limit={limit}&descending=true")).await;
        let mut values = Vec::new();
        for key in &descending {
            values.push(
                client.get(&format!("{STORE}/{key}")).await.ok()["value"]
                    .as_str()
                    .unwrap()
                    .parse::<i64>()
                    .unwrap(),
            );
        }
        assert!(values.iter().rev().is_sorted(), "{values:?}");
        let mut all = descending;
        all.sort_unstable();
        assert_eq!(all, ["a", "b", "c", "d", "e", "f", "g"], "each once");
    }
    for (query, expected) in [
        ("minimum=7", vec!["b", "c", "d", "g", "e"]),
        ("maximum=7", vec!["a", "f", "b", "c", "d"]),
        ("minimum=7&maximum=7", vec!["b", "c", "d"]),
        ("minimum=8&maximum=7", vec![]),
        ("minimum=-9223372036854775808&maximum=-9223372036854775808", vec!["a"]),
        ("minimum=9223372036854775807", vec!["e"]),
    ] {
        assert_eq!(keys(&client, query).await, expected, "{query}");
        assert_eq!(keys(&client, &format!("{query}&limit=1")).await, expected, "{query} by ones");
    }
    assert_eq!(client.get(&format!("{STORE}?minimum=x")).await.refusal(), (400, "GEN007".into()));
    daemon.stop().await;
}

#[tokio::test]
async fn a_cursor_of_another_range_or_direction_is_refused() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for (key, value) in [("a", 1), ("b", 2), ("c", 3)] {
        put(&client, key, json!(value)).await;
    }
    let cursor =
        client.get(&format!("{STORE}?limit=1")).await.ok()["nextCursor"].as_str().unwrap().to_owned();
    for other in ["descending=true", "minimum=1", "maximum=3", "scope=eu"] {
        let answer = client.get(&format!("{STORE}?limit=1&{other}&cursor={}", escaped(&cursor))).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{other}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_removed_ordered_entry_is_gone_for_good() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    put(&client, "stays", json!(1)).await;
    put(&client, "goes", json!(MAXIMUM)).await;
    let path = format!("{STORE}/goes");
    assert_eq!(client.delete(&path).await.ok()["removedValue"], MAXIMUM);
    assert_eq!(client.delete(&path).await.refusal(), (404, "DS005".into()));
    assert_eq!(client.get(&path).await.refusal(), (404, "DS005".into()));
    assert_eq!(keys(&client, "").await, ["stays"]);
    daemon.stop().await;
}

#[tokio::test]
async fn standard_and_ordered_stores_of_one_name_are_two() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    put(&client, "k", json!(1)).await;
    client.put("/api/v1/datastores/Scores/keys/k", r#"{"value":"text"}"#).await.ok();
    assert_eq!(client.get(&format!("{STORE}/k")).await.ok()["value"], "1");
    assert_eq!(client.get("/api/v1/datastores/Scores/keys/k").await.ok()["value"], "text");
    client.delete(&format!("{STORE}/k")).await.ok();
    client.get("/api/v1/datastores/Scores/keys/k").await.ok();
    daemon.stop().await;
}
