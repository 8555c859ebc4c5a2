//! Edits by JSON Pointer, and the tree's rows, over REST: what they change, and what they leave alone.

use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

const ENTRY: &str = "/api/v1/datastores/PlayerData/keys/Player_1";

const VALUE: &str =
    r#"{ "Coins":1.0,"Big":12345678901234567890,  "Bag":["a", {"n":1e5} ],"":{},"a/b":1,"m~n":2 }"#;

async fn value_after(client: &HttpClient, edits: &Value) -> String {
    client.put(ENTRY, &format!(r#"{{"value":{VALUE}}}"#)).await.ok();
    client.patch(ENTRY, &json!({ "edits": edits }).to_string()).await.ok();
    let body = client.get(ENTRY).await.body;
    let value = body.split_once(r#""value":"#).unwrap().1;
    value.rsplit_once(r#","userIds":"#).unwrap().0.to_owned()
}

#[tokio::test]
async fn only_the_named_place_changes() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for (edit, old, new) in [
        (json!({ "op": "set", "path": "/Coins", "value": 2 }), r#""Coins":1.0"#, r#""Coins":2"#),
        (json!({ "op": "set", "path": "/Bag/1/n", "value": {} }), r#"{"n":1e5}"#, r#"{"n":{}}"#),
        (json!({ "op": "set", "path": "/", "value": [] }), r#""":{}"#, r#""":[]"#),
        (json!({ "op": "set", "path": "/a~1b", "value": null }), r#""a/b":1"#, r#""a/b":null"#),
        (json!({ "op": "set", "path": "/m~0n", "value": "é" }), r#""m~n":2"#, r#""m~n":"é""#),
        (json!({ "op": "insert", "path": "/Bag/0", "value": 0 }), r#"["a", "#, r#"[0, "a", "#),
        (json!({ "op": "rename", "path": "/Big", "name": "Huge" }), r#""Big":"#, r#""Huge":"#),
    ] {
        assert_eq!(value_after(&client, &json!([edit])).await, VALUE.replacen(old, new, 1), "{edit}");
    }
    let removed = value_after(&client, &json!([{ "op": "remove", "path": "/a~1b" }])).await;
    assert!(
        !removed.contains("a/b")
            && removed.contains(r#"{ "Coins":1.0,"Big":12345678901234567890,  "Bag":["a", {"n":1e5} ]"#),
        "{removed}"
    );
    daemon.stop().await;
}

#[tokio::test]
async fn an_edit_that_fits_nowhere_changes_nothing() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    client.put(ENTRY, &format!(r#"{{"value":{VALUE}}}"#)).await.ok();
    let before = client.get(ENTRY).await.body;
    let good = json!({ "op": "set", "path": "/Coins", "value": 5 });
    for (edit, status, code) in [
        (json!({ "op": "remove", "path": "/Nope" }), 422, "DS011"),
        (json!({ "op": "set", "path": "/Coins/deeper", "value": 1 }), 422, "DS011"),
        (json!({ "op": "set", "path": "/Bag/9", "value": 1 }), 422, "DS011"),
        (json!({ "op": "set", "path": "/Bag/01", "value": 1 }), 422, "DS011"),
        (json!({ "op": "insert", "path": "/Coins", "value": 1 }), 422, "DS011"),
        (json!({ "op": "rename", "path": "/Coins", "name": "Big" }), 422, "DS011"),
        (json!({ "op": "remove", "path": "no-slash" }), 400, "GEN007"),
        (json!({ "op": "remove", "path": "/a~2b" }), 400, "GEN007"),
        (json!({ "op": "set", "path": "/Coins" }), 400, "GEN007"),
        (json!({ "op": "rename", "path": "/Coins" }), 400, "GEN007"),
        (json!({ "op": "paint", "path": "/Coins" }), 400, "GEN007"),
        (json!({ "op": "remove", "path": "/Coins", "colour": 1 }), 400, "GEN007"),
    ] {
        let body = json!({ "edits": [good, edit] }).to_string();
        assert_eq!(client.patch(ENTRY, &body).await.refusal(), (status, code.into()), "{edit}");
    }
    let many = vec![good; 1_001];
    let body = json!({ "edits": many }).to_string();
    assert_eq!(client.patch(ENTRY, &body).await.refusal(), (400, "GEN007".into()));
    assert_eq!(client.get(ENTRY).await.body, before);
    daemon.stop().await;
}

#[tokio::test]
async fn a_member_set_to_null_is_not_a_missing_value() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let edits = json!([{ "op": "set", "path": "/Coins", "value": null }]);
    assert!(value_after(&client, &edits).await.contains(r#""Coins":null"#));
    daemon.stop().await;
}

#[tokio::test]
async fn rows_show_a_tree_page_by_page() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let numbers: Vec<_> = (0..300).map(|number| number.to_string()).collect();
    let long = "x".repeat(500);
    let value =
        format!(r#"{{"list":[{}],"big":12345678901234567890,"text":"{long}","no":null}}"#, numbers.join(","));
    let written = client.put(ENTRY, &format!(r#"{{"value":{value}}}"#)).await.ok();
    let page = client.get(&format!("{ENTRY}/rows")).await.ok();
    assert_eq!(page["revision"], written["revision"]);
    assert_eq!((&page["total"], &page["sizeBytes"]), (&json!(4), &json!(value.len())));
    let rows = page["rows"].as_array().unwrap();
    assert_eq!(rows[0]["kind"], "array");
    assert_eq!(rows[0]["childCount"], 300);
    assert_eq!(rows[1]["preview"], "12345678901234567890");
    assert_eq!(rows[2]["cut"], true);
    assert!(rows[2]["preview"].as_str().unwrap().chars().count() <= 120);
    assert_eq!(rows[3]["kind"], "null");
    let mut names = Vec::new();
    for offset in [0, 128, 256] {
        let page = client.get(&format!("{ENTRY}/rows?path=/list&offset={offset}&limit=128")).await.ok();
        assert_eq!(page["offset"], offset);
        names.extend(
            page["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()),
        );
    }
    assert_eq!(names, numbers);
    for (query, refusal) in [
        ("path=/nope", (422, "DS011")),
        ("path=nope", (400, "GEN007")),
        ("limit=257", (400, "GEN007")),
        ("revision=nonsense", (400, "GEN007")),
        ("revision=08DCAA8702D435AC.0000000001.08DCAA8702D435AC.01", (404, "DS013")),
    ] {
        let answer = client.get(&format!("{ENTRY}/rows?{query}")).await;
        assert_eq!(answer.refusal(), (refusal.0, refusal.1.into()), "{query}");
    }
    daemon.stop().await;
}
