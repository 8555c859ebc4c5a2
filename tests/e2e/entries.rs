//! Reading, writing, removing and restoring entries over REST.

use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::{Answer, HttpClient, entry_path};

const ENTRY: &str = "/api/v1/datastores/PlayerData/keys/Player_1";

/// Values whose bytes a decoder would change.
const VALUES: [&str; 46] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-0.0",
    "1",
    "1.0",
    "1.00",
    "1e5",
    "1E5",
    "1e+05",
    "1.5E-10",
    "123456789012345678901234567890",
    "9007199254740993",
    "-9223372036854775809",
    "18446744073709551616",
    "0.1000000000000000055511151231257827",
    "1e400",
    "-1e-400",
    r#""""#,
    r#""a""#,
    r#""\u0061""#,
    r#""\/""#,
    r#""/""#,
    r#""\u0000""#,
    r#""\ud83d\ude00""#,
    r#""😀""#,
    r#""\ud800""#,
    r#""\u00e9""#,
    r#""é""#,
    r#""\b\f\n\r\t\"\\""#,
    "\"\u{7f}\u{2028}\"",
    "{}",
    "[]",
    "{ }",
    "[ ]",
    "[[],{},[{}],{\"a\":[]}]",
    r#"{"b":1,"a":2}"#,
    r#"{"a":1,"a":2}"#,
    r#"{"":{"":""}}"#,
    "{\n\t\"a\" : [ 1 , 2 ] ,\n\t\"b\" : { }\n}",
    "{\r\n  \"a\": 1\r\n}",
    r#"{"$type":"x","__proto__":{"a":1},"constructor":null}"#,
    r#"{"value":{"value":{"userIds":[1],"type":"entries.set"}}}"#,
    r#"[1,1.0,1e0,10E-1,"1"]"#,
];

/// The value in an answer's own bytes.
fn value_text(body: &str) -> &str {
    let value = body.split_once(r#""value":"#).unwrap().1;
    value.rsplit_once(r#","userIds":"#).unwrap().0
}

/// The answer with another value: what stands in ours, no decoder need hold.
fn without_value(answer: &Answer, value: &str) -> Value {
    serde_json::from_str(&answer.body.replacen(value, "null", 1)).unwrap()
}

async fn check_bytes(client: &HttpClient, key: &str, value: &str) {
    let path = entry_path("Bytes", key);
    client.put(&path, &format!(r#"{{"value":{value}}}"#)).await.ok();
    let answer = client.get(&path).await;
    assert_eq!(value_text(&answer.body), value, "{key}");
    assert_eq!(without_value(&answer, value)["metadata"]["size"], value.len(), "{value}");
}

#[tokio::test]
async fn every_value_comes_back_byte_for_byte() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for (number, value) in VALUES.iter().enumerate() {
        check_bytes(&client, &format!("value_{number}"), value).await;
    }
    let deep = format!("{}1{}", "[".repeat(512), "]".repeat(512));
    check_bytes(&client, "deep", &deep).await;
    let exported = client.get("/api/v1/datastores/Bytes/export?limit=256").await;
    for value in VALUES {
        assert!(exported.body.contains(&format!(r#""value":{value},"userIds""#)), "{value}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn white_space_around_a_value_is_not_part_of_it() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    client.put(ENTRY, "{\"value\": \n {\"a\": 1} \t }").await.ok();
    assert_eq!(value_text(&client.get(ENTRY).await.body), "{\"a\": 1}");
    daemon.stop().await;
}

#[tokio::test]
async fn what_luau_reads_differently_is_kept_and_warned_of() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let value = r#"{"a":1,"a":2,"b":{"big":9007199254740993,"huge":1e999},"fine":[0.1,2e3]}"#;
    let written = client.put(ENTRY, &format!(r#"{{"value":{value}}}"#)).await.ok();
    let read = client.get(ENTRY).await;
    assert_eq!(value_text(&read.body), value);
    for answer in [written, without_value(&read, value)] {
        let warnings: Vec<_> = answer["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|warning| (warning["kind"].as_str().unwrap(), warning["path"].as_str().unwrap()))
            .collect();
        assert_eq!(
            warnings,
            [("duplicateMember", "/a"), ("numberLosesPrecision", "/b/big"), ("numberOutOfRange", "/b/huge")]
        );
    }
    let many = format!("[{}]", ["9007199254740993"; 50].join(","));
    let written = client.put(ENTRY, &format!(r#"{{"value":{many}}}"#)).await.ok();
    assert_eq!(written["warnings"].as_array().unwrap().len(), 20);
    daemon.stop().await;
}

#[tokio::test]
async fn user_ids_and_attributes_stay_unless_they_are_edited() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let check = async |user_ids: Value, attributes: &str| {
        let answer = client.get(ENTRY).await;
        assert_eq!(answer.ok()["userIds"], user_ids);
        assert!(answer.body.contains(&format!(r#""attributes":{attributes}"#)), "{}", answer.body);
    };
    let attributes = r#"{ "Title":"Über","Level":1.0 }"#;
    let body = format!(r#"{{"value":1,"userIds":[156,"-2"],"attributes":{attributes}}}"#);
    client.put(ENTRY, &body).await.ok();
    check(json!(["156", "-2"]), attributes).await;
    client.put(ENTRY, r#"{"value":{"a":1}}"#).await.ok();
    check(json!(["156", "-2"]), attributes).await;
    client.patch(ENTRY, r#"{"edits":[{"op":"set","path":"/a","value":2}]}"#).await.ok();
    check(json!(["156", "-2"]), attributes).await;
    client.patch(ENTRY, r#"{"edits":[],"userIds":[9007199254740993]}"#).await.ok();
    check(json!(["9007199254740993"]), attributes).await;
    client.put(ENTRY, r#"{"value":{"a":2},"attributes":{}}"#).await.ok();
    check(json!(["9007199254740993"]), "{}").await;
    client.put(ENTRY, r#"{"value":{"a":2},"userIds":[]}"#).await.ok();
    check(json!([]), "{}").await;
    daemon.stop().await;
}

#[tokio::test]
async fn an_entry_is_written_edited_and_restored_byte_for_byte() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let value = r#"{ "Coins":1.0,"Big":12345678901234567890,  "Empty":{},"List":[],"Coins2":1e5}"#;
    let written = client.put(ENTRY, &format!(r#"{{"value":{value},"userIds":[156]}}"#)).await.ok();
    let first = written["revision"].as_str().unwrap().to_owned();
    let edit =
        format!(r#"{{"edits":[{{"op":"set","path":"/Coins","value":2}}],"expectedRevision":"{first}"}}"#);
    client.patch(ENTRY, &edit).await.ok();
    let edited = client.get(ENTRY).await;
    assert_eq!(value_text(&edited.body), value.replace("1.0", "2"));
    assert_eq!(edited.ok()["userIds"], json!(["156"]));
    assert_eq!(client.patch(ENTRY, &edit).await.refusal(), (409, "DS006".into()));
    client.post(&format!("{ENTRY}/revisions/{first}/restore"), "{}").await.ok();
    assert_eq!(value_text(&client.get(ENTRY).await.body), value);
    daemon.stop().await;
}

#[tokio::test]
async fn a_removed_entry_is_gone_until_it_is_written_again() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let written = client.put(ENTRY, r#"{"value":1}"#).await.ok();
    assert_eq!(written["created"], true);
    client.delete(ENTRY).await.ok();
    assert_eq!(client.get(ENTRY).await.refusal(), (404, "DS005".into()));
    assert_eq!(client.delete(ENTRY).await.refusal(), (404, "DS005".into()));
    let edit = r#"{"edits":[{"op":"set","path":"","value":2}]}"#;
    assert_eq!(client.patch(ENTRY, edit).await.refusal(), (404, "DS005".into()));
    let revived = client.put(ENTRY, r#"{"value":2}"#).await.ok();
    assert_eq!(revived["created"], true);
    assert_eq!(revived["metadata"]["createdAt"], written["metadata"]["createdAt"]);
    daemon.stop().await;
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    client.put(ENTRY, r#"{"value":{"a": 1.0}}"#).await.ok();
    let daemon = daemon.restart().await;
    let answer = daemon.owner().await.get(ENTRY).await;
    assert_eq!(value_text(&answer.body), r#"{"a": 1.0}"#);
    daemon.stop().await;
}

#[tokio::test]
async fn an_entry_is_answered_in_the_documented_form() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let body = r#"{"value":{"coins":1},"userIds":[156],"attributes":{"Level":3}}"#;
    let written = client.put(ENTRY, body).await.ok();
    let read = client.get(ENTRY).await.ok();
    let missing = client.get("/api/v1/datastores/PlayerData/keys/Player_2").await.json();
    let answers =
        [written, read, missing].map(|answer| serde_json::to_string_pretty(&redacted(answer)).unwrap());
    insta::assert_snapshot!(answers.join("\n\n"));
    daemon.stop().await;
}

/// The answer with what differs from run to run replaced.
fn redacted(mut answer: Value) -> Value {
    for (pointer, shown) in [
        ("/revision", "[revision]"),
        ("/changeSet", "[set]"),
        ("/metadata/version", "[revision]"),
        ("/metadata/lastModified", "[time]"),
        ("/metadata/createdAt", "[time]"),
        ("/requestId", "[id]"),
    ] {
        if let Some(member) = answer.pointer_mut(pointer) {
            *member = json!(shown);
        }
    }
    answer
}
