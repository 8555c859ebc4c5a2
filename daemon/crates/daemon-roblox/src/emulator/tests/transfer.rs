//! Exports, imports and resets.

use serde_json::json;

use super::{Answer, Fixture, NINETEEN, V2};
use crate::emulator::access::ApiKey;

const EXPORT: &str = "/_emulator/export";
const IMPORT: &str = "/_emulator/import";
const RESET: &str = "/_emulator/reset";
const ORDERED: &str = "/cloud/v2/universes/7/ordered-data-stores/o/scopes/x/entries";

const LINES: &str = concat!(
    r#"{"universe":"7","orderedStore":"o","scope":"x","key":"a","value":-5}"#,
    "\n",
    r#"{"universe":"7","store":"s","scope":"global","key":"a","value":{"n": 1.0},"userIds":[156],"attributes":{"level":3}}"#,
    "\n",
    r#"{"universe":"7","store":"s","scope":"z","key":"b","value":null,"userIds":[],"attributes":{}}"#,
    "\n",
    r#"{"universe":"8","store":"t","scope":"global","key":"é","value":"text","userIds":[],"attributes":{}}"#,
    "\n",
);

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, part: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    let body = answer.json();
    assert!(body["message"].as_str().unwrap().contains(part), "{body}");
}

#[tokio::test]
async fn what_is_imported_is_exported_again() {
    let fixture = Fixture::new();
    assert_eq!(fixture.get(EXPORT).await.text(), "");
    assert_eq!(fixture.post(IMPORT, LINES).await.json(), json!({ "imported": 4 }));
    let exported = fixture.get(EXPORT).await;
    assert_eq!((exported.text(), exported.header("content-type")), (LINES, "application/x-ndjson"));
    let entry = fixture.get(&format!("{V2}/s/entries/a")).await.json();
    assert_eq!((&entry["users"], &entry["attributes"]), (&json!(["users/156"]), &json!({ "level": 3 })));
    assert_eq!(fixture.get(&format!("{ORDERED}/a")).await.json()["value"], -5);
    let one = fixture.get(&format!("{EXPORT}?universe=8")).await;
    assert_eq!(one.text().lines().collect::<Vec<_>>(), [LINES.lines().last().unwrap()]);
    assert_refused(&fixture.get(&format!("{EXPORT}?universe=x")).await, 400, "universe");
}

#[tokio::test]
async fn pages_of_entries_are_exported_whole_and_broken_lines_joined() {
    let fixture = Fixture::new();
    let line = |key: usize, value: &str| {
        format!("{{\"universe\":\"7\",\"store\":\"s\",\"key\":\"{key:04}\",\"value\":{value}}}\n")
    };
    let ordered = |key: usize| {
        format!("{{\"universe\":\"7\",\"orderedStore\":\"o\",\"key\":\"{key:04}\",\"value\":{key}}}\n")
    };
    let text: String = (0..1_030).flat_map(|key| [line(key, "1"), ordered(key)]).collect();
    assert_eq!(fixture.post(IMPORT, &text).await.json(), json!({ "imported": 2_060 }));
    fixture.set("line", "{\n  \"a b\": [1,\r\n 2.0] }", NINETEEN).await;
    let exported = fixture.get(EXPORT).await;
    assert_eq!(exported.text().lines().count(), 2_061);
    assert!(exported.text().contains(r#""key":"line","value":{"a b":[1,2.0]},"#));
}

#[tokio::test]
async fn an_import_with_a_line_that_cannot_be_read_changes_nothing() {
    let fixture = Fixture::new();
    for line in [
        "{",
        "[]",
        r#"{"universe":"0","store":"s","key":"a","value":1}"#,
        r#"{"universe":7,"store":"s","key":"a","value":1}"#,
        r#"{"universe":"7","key":"a","value":1}"#,
        r#"{"universe":"7","store":"s","orderedStore":"s","key":"a","value":1}"#,
        r#"{"universe":"7","store":"s","key":"","value":1}"#,
        r#"{"universe":"7","store":"s","scope":"","key":"a","value":1}"#,
        r#"{"universe":"7","store":"s","key":"a"}"#,
        r#"{"universe":"7","store":"s","key":"a","value":1,"more":1}"#,
        r#"{"universe":"7","store":"s","key":"a","value":1,"userIds":[1,1]}"#,
        r#"{"universe":"7","store":"s","key":"a","value":1,"attributes":[]}"#,
        r#"{"universe":"7","orderedStore":"s","key":"a","value":1.5}"#,
        r#"{"universe":"7","orderedStore":"s","key":"a","value":1,"userIds":[]}"#,
    ] {
        let refused = fixture.post(IMPORT, &format!("{LINES}\n{line}\n")).await;
        assert_refused(&refused, 400, "line 6: ");
        assert_refused(&refused, 400, "nothing was imported");
    }
    assert_eq!(fixture.get(EXPORT).await.text(), "");
}

#[tokio::test]
async fn an_import_that_fails_halfway_tells_what_was_taken() {
    let fixture = Fixture::new();
    fixture.post(IMPORT, LINES).await;
    assert_eq!(fixture.delete(&format!("{V2}/s")).await.status, 200);
    let line =
        |store: &str| format!("{{\"universe\":\"7\",\"store\":\"{store}\",\"key\":\"a\",\"value\":2}}\n");
    let text = [line("a"), line("s"), line("b"), line("a")].concat();
    let refused = fixture.post(IMPORT, &text).await;
    assert_refused(&refused, 409, "imported were lines 1, 3-4 only");
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_keys_named_at_the_start() {
    let mut fixture = Fixture::with_keys(vec![ApiKey::unrestricted("test")]);
    let put = async |path: &str, body: serde_json::Value| {
        let answer = fixture.send("PUT", path, &[], body.to_string().as_bytes()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    fixture.post(IMPORT, LINES).await;
    put("/_emulator/keys", json!({ "apiKey": "more" })).await;
    put("/_emulator/users", json!({ "id": "1", "name": "Owner" })).await;
    fixture.patch("/cloud/v2/universes/7", "{\"vrEnabled\":true}").await;
    fixture.post("/cloud/v2/universes/7:publishMessage", "{\"topic\":\"t\",\"message\":\"m\"}").await;
    fixture.post("/_emulator/faults", "{\"pathPrefix\":\"/nowhere\",\"fault\":\"dropAfter\"}").await;
    fixture.post("/_emulator/clock", "{\"rate\":2}").await;

    assert_refused(&fixture.post(RESET, "{\"more\":1}").await, 400, "more");
    assert_eq!(fixture.post(RESET, "").await.text(), "{}");
    for _ in 0..2 {
        assert_eq!(fixture.get(EXPORT).await.text(), "");
        assert_eq!(fixture.get("/_emulator/keys").await.json(), json!({ "keys": [] }));
        assert_eq!(fixture.get("/_emulator/users").await.json(), json!({ "users": [] }));
        assert_eq!(fixture.get("/_emulator/messages").await.json(), json!({ "messages": [] }));
        assert_eq!(fixture.get("/_emulator/faults").await.json(), json!({ "faults": [] }));
        assert_eq!(fixture.get("/_emulator/clock").await.json()["rate"], 1.0);
        assert_eq!(fixture.get("/cloud/v2/universes/7").await.json()["vrEnabled"], false);
        assert_eq!(fixture.get("/cloud/v2/users/1").await.json()["name"], "Player1");
        assert_eq!(fixture.get(&format!("{V2}/s/entries/a")).await.status, 404);
        // The second time after a restart.
        fixture.reopen().await;
    }
    fixture.set("a", "1", NINETEEN).await;
    assert_eq!(fixture.get(EXPORT).await.text().lines().count(), 1);
}

#[tokio::test]
async fn a_key_set_later_is_not_known_after_a_reset() {
    let fixture = Fixture::with_keys(vec![ApiKey::unrestricted("test")]);
    let body = json!({ "apiKey": "test", "settings": { "state": "disabled" } }).to_string();
    fixture.send("PUT", "/_emulator/keys", &[], body.as_bytes()).await;
    let body = json!({ "apiKey": "more" }).to_string();
    fixture.send("PUT", "/_emulator/keys", &[], body.as_bytes()).await;
    fixture.get(V2).await.assert_gateway(401);
    let with_more = async || fixture.send("GET", V2, &[("x-api-key", "more")], b"").await;
    assert_eq!(with_more().await.status, 200);
    assert_eq!(fixture.post(RESET, "{}").await.status, 200);
    assert_eq!(fixture.get(V2).await.status, 200);
    with_more().await.assert_gateway(401);
}
