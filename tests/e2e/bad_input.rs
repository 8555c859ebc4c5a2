//! What cannot be taken: each refusal has its code and a sentence that names the thing, and nothing is half written.

use serde_json::json;
use tests::daemon::TestDaemon;
use tests::http::{Answer, HttpClient};

const ENTRY: &str = "/api/v1/datastores/PlayerData/keys/Player_1";

const VALUE_LIMIT: usize = 4_194_304;
const BODY_LIMIT: usize = 8 << 20;

fn check(answer: &Answer, expected: (u16, &str), named: &str) {
    assert_eq!(answer.refusal(), (expected.0, expected.1.into()), "{}", answer.body);
    let body = answer.json();
    let message = body["message"].as_str().unwrap();
    assert!(message.contains(named), "`{message}` does not name `{named}`");
    assert!(!body["requestId"].as_str().unwrap().is_empty());
}

async fn check_put(client: &HttpClient, body: &str, expected: (u16, &str), named: &str) {
    check(&client.put(ENTRY, body).await, expected, named);
}

/// A string value of so many bytes, quotes included.
fn value_of(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes - 2))
}

#[tokio::test]
async fn values_hold_at_the_limit_and_break_one_byte_above() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let (largest, too_large) = (value_of(VALUE_LIMIT), value_of(VALUE_LIMIT + 1));
    let written = client.put(ENTRY, &format!(r#"{{"value":{largest}}}"#)).await.ok();
    assert_eq!(written["metadata"]["size"], VALUE_LIMIT);
    check_put(&client, &format!(r#"{{"value":{too_large}}}"#), (413, "DS004"), "4194305").await;
    let call = format!(r#"{{"store":"S","key":"k","value":{too_large}}}"#);
    check(&client.post("/api/v1/call/entries.set", &call).await, (413, "DS004"), "4194304");
    let read = client.get(ENTRY).await;
    assert_eq!(read.status, 200);
    assert!(read.body.contains(&largest), "the value at the limit is still there");
    let edit = r#"{"edits":[{"op":"set","path":"","value":[]}]}"#;
    client.patch(ENTRY, edit).await.ok();
    let grown = json!({ "edits": [
        { "op": "set", "path": "/-", "value": "x".repeat(3 << 20) },
        { "op": "set", "path": "/-", "value": "x".repeat(2 << 20) },
    ] });
    check(&client.patch(ENTRY, &grown.to_string()).await, (413, "DS004"), "edit 2");
    assert_eq!(client.get(ENTRY).await.ok()["value"], json!([]), "no half of an edit stays");
    daemon.stop().await;
}

#[tokio::test]
async fn bodies_hold_at_the_limit_and_break_one_byte_above() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let padded = |bytes: usize| {
        let body = r#"{"value":1}"#;
        body.to_owned() + &" ".repeat(bytes - body.len())
    };
    client.put(ENTRY, &padded(BODY_LIMIT)).await.ok();
    check_put(&client, &padded(BODY_LIMIT + 1), (413, "DS004"), "8388608").await;
    let call = client.post("/api/v1/call/entries.get", &padded(BODY_LIMIT + 1)).await;
    check(&call, (413, "DS004"), "8388608");
    let plain = HttpClient::new(daemon.address);
    let unsigned = plain.post("/api/v1/sign-in", &padded(BODY_LIMIT + 1)).await;
    assert_eq!(unsigned.status, 413);
    daemon.stop().await;
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for value in [
        "",
        "{",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "'a'",
        "01",
        "+1",
        "1.",
        ".5",
        "0x1F",
        "NaN",
        "Infinity",
        "-",
        "1e",
        "nul",
        "tru",
        "True",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"a\nb\"",
        "\"a\0b\"",
        "// comment\n1",
        "1 2",
        "undefined",
        "\u{feff}1",
        "[1}",
        "\0",
    ] {
        let answer = client.put(ENTRY, &format!(r#"{{"value":{value}}}"#)).await;
        assert_eq!(answer.refusal(), (400, "DS016".into()), "{value:?}: {}", answer.body);
    }
    for body in ["", "1", "[]", "null", "\"text\""] {
        let answer = client.put(ENTRY, body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
    }
    for body in ["{\"value\":1", "{\"value\":1}}", "value=1", "<value>1</value>"] {
        let answer = client.put(ENTRY, body).await;
        assert_eq!(answer.refusal(), (400, "DS016".into()), "{body}: {}", answer.body);
    }
    assert_eq!(client.get(ENTRY).await.status, 404, "nothing was written");
    daemon.stop().await;
}

#[tokio::test]
async fn nesting_holds_at_512_levels_and_ten_thousand_are_a_clean_refusal() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    client.put(ENTRY, &format!(r#"{{"value":{}}}"#, nested(512))).await.ok();
    for levels in [513, 10_000, 1_000_000] {
        let answer = client.put(ENTRY, &format!(r#"{{"value":{}}}"#, nested(levels))).await;
        check(&answer, (400, "DS016"), "512");
        let import = format!(r#"{{"entries":[{{"key":"k","value":{}}}]}}"#, nested(levels));
        let answer = client.post("/api/v1/datastores/S/import", &import).await.ok();
        assert_eq!(answer["outcomes"][0]["code"], "DS016");
        let half = "[".repeat(levels);
        let answer = client.put(ENTRY, &half).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
    let objects = format!(r#"{{"value":{}1{}}}"#, r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
    check(&client.put(ENTRY, &objects).await, (400, "DS016"), "512");
    let deeper = json!({ "edits": [{ "op": "set", "path": "/0".repeat(511), "value": [[[]]] }] });
    check(&client.patch(ENTRY, &deeper.to_string()).await, (400, "DS016"), "512");
    daemon.stop().await;
}

#[tokio::test]
async fn unknown_and_repeated_members_are_refused_by_name() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for (body, named) in [
        (r#"{"value":1,"colour":"red"}"#, "colour"),
        (r#"{"value":1,"value":2}"#, "value"),
        (r#"{"value":1,"key":"other"}"#, "key"),
        (r#"{"value":1,"store":"other"}"#, "store"),
        (r#"{"value":1,"options":{"colour":1}}"#, "colour"),
        (r#"{"value":1,"expected_revision":"x"}"#, "expected_revision"),
        (r#"{"userIds":[1]}"#, "value"),
        (r#"{"value":1,"createOnly":"yes"}"#, "yes"),
        (r#"{"value":1,"userIds":"1"}"#, "userIds"),
    ] {
        let answer = client.put(ENTRY, body).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{body}: {}", answer.body);
        if named != "userIds" {
            assert!(answer.body.contains(named), "{body}: {}", answer.body);
        }
    }
    for query in ["colour=red", "scope=a&scope=b", "createOnly=1", "scope=%FF", "value=1"] {
        let answer = client.put(&format!("{ENTRY}?{query}"), r#"{"value":1}"#).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{query}: {}", answer.body);
    }
    for operation in ["system.status", "connections.list", "sessions.invite", "tokens.list"] {
        let answer = client.call(operation, &json!({ "colour": 1 })).await;
        check(&answer, (400, "GEN007"), "colour");
    }
    check(&client.call("entries.guess", &json!({})).await, (404, "GEN009"), "entries.guess");
    assert_eq!(client.get(ENTRY).await.status, 404, "nothing was written");
    daemon.stop().await;
}

#[tokio::test]
async fn bodies_of_another_type_are_refused() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "",
        "application/jsonp",
    ] {
        let typed = client.clone().with_header("content-type", content_type);
        check_put(&typed, r#"{"value":1}"#, (400, "GEN007"), "application/json").await;
    }
    for content_type in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        let typed = client.clone().with_header("content-type", content_type);
        typed.put(ENTRY, r#"{"value":1}"#).await.ok();
    }
    daemon.stop().await;
}

#[tokio::test]
async fn bodies_that_are_not_utf_8_are_refused() {
    let daemon = TestDaemon::empty().await;
    let token = daemon.token(daemon_core::permission::Role::Editor).await;
    let mut request = format!(
        "PUT {ENTRY} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 13\r\n\r\n",
        daemon.address
    )
    .into_bytes();
    request.extend(b"{\"value\":\"\xff\"}");
    let answer = HttpClient::new(daemon.address).send_bytes(&request).await.unwrap();
    check(&answer, (400, "DS016"), "UTF-8");
    daemon.stop().await;
}

#[tokio::test]
async fn user_ids_and_attributes_keep_robloxs_limits() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let fifty = "x".repeat(50);
    for (members, named) in [
        (json!({ "userIds": [1, 2, 3, 4, 5] }), "5"),
        (json!({ "userIds": [7, 7] }), "7"),
        (json!({ "attributes": [] }), "array"),
        (json!({ "attributes": { format!("{fifty}x"): 1 } }), "51"),
        (json!({ "attributes": { "a": "x".repeat(251) } }), "a"),
        (json!({ "attributes": { "a": "x".repeat(200), "b": "x".repeat(200) } }), "300"),
    ] {
        let mut body = members;
        body["value"] = json!(1);
        check_put(&client, &body.to_string(), (422, "DS014"), named).await;
        let edit =
            json!({ "edits": [], "userIds": body.get("userIds"), "attributes": body.get("attributes") });
        let mut edit = edit;
        edit.as_object_mut().unwrap().retain(|_, member| !member.is_null());
        check(&client.patch(ENTRY, &edit.to_string()).await, (422, "DS014"), named);
    }
    check_put(&client, r#"{"value":1,"attributes":{"a":1,"a":2}}"#, (422, "DS014"), "a").await;
    let body = json!({ "value": 1, "userIds": [1, 2, 3, -4], "attributes": { fifty: "x".repeat(240) } });
    client.put(ENTRY, &body.to_string()).await.ok();
    daemon.stop().await;
}
