//! Entries of v2: creation, updates, etags, revisions by `@`, increments.

use serde_json::json;

use super::{Fixture, HOUR, NINETEEN, SECOND, V2};

fn entry(key: &str) -> String {
    format!("{V2}/s/entries/{key}")
}

#[tokio::test]
async fn an_entry_is_created_once_and_shown_whole() {
    let fixture = Fixture::new();
    fixture.at(NINETEEN + 1_234_567);
    let path = format!("{V2}/s/entries?id=a");
    let body = "{\"value\": {\"n\" : 1.0}, \"users\": [\"users/156\"], \"attributes\": {\"k\": \"v\"}, \"id\": \"x\"}";
    let created = fixture.post(&path, body).await;
    assert_eq!(created.status, 200, "{created:?}");
    let shown = created.json();
    let revision = shown["revisionId"].as_str().unwrap();
    assert_eq!(
        shown,
        json!({
            "path": "universes/7/data-stores/s/entries/a",
            "createTime": "2024-07-22T19:00:00.123456700Z",
            "revisionId": revision,
            "revisionCreateTime": "2024-07-22T19:00:00.123456700Z",
            "state": "ACTIVE",
            "etag": revision,
            "value": { "n": 1.0 },
            "id": "a",
            "users": ["users/156"],
            "attributes": { "k": "v" },
        })
    );
    // Numbers keep their text.
    assert!(created.text().contains("{\"n\":1.0}"), "{created:?}");
    assert_eq!(fixture.get(&entry("a")).await.json(), shown);
    assert_eq!(fixture.get(&entry("a@latest")).await.json(), shown);
    let again = fixture.post(&path, body).await;
    again.assert_v2(400, "INVALID_ARGUMENT");
    assert_eq!(again.json()["message"], "Entry already exists.");
}

#[tokio::test]
async fn bodies_must_say_what_to_write() {
    let fixture = Fixture::new();
    let path = format!("{V2}/s/entries?id=a");
    for body in [
        "",
        "[]",
        "1",
        "{}",
        "{\"users\":[]}",
        "{\"value\":1,\"users\":[156]}",
        "{\"value\":1,\"users\":[\"users/1\",\"users/2\",\"users/3\",\"users/4\",\"users/5\"]}",
        "{\"value\":1,\"attributes\":[]}",
    ] {
        fixture.post(&path, body).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    fixture.post(&format!("{V2}/s/entries"), "{\"value\":1}").await.assert_v2(400, "INVALID_ARGUMENT");
    let long = "k".repeat(51);
    fixture
        .post(&format!("{V2}/s/entries?id={long}"), "{\"value\":1}")
        .await
        .assert_v2(400, "INVALID_ARGUMENT");
    let limit = "k".repeat(50);
    assert_eq!(fixture.post(&format!("{V2}/s/entries?id={limit}"), "{\"value\":1}").await.status, 200);
}

#[tokio::test]
async fn values_end_at_the_limit() {
    let fixture = Fixture::new();
    let limit = daemon_core::value::VALUE_LIMIT_BYTES;
    let body = |bytes: usize| format!("{{\"value\": \"{}\" }}", "x".repeat(bytes - 2));
    assert_eq!(fixture.post(&format!("{V2}/s/entries?id=a"), &body(limit)).await.status, 200);
    fixture.patch(&entry("a"), &body(limit + 1)).await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn an_update_replaces_all_and_needs_an_entry_unless_told_otherwise() {
    let fixture = Fixture::new();
    fixture.patch(&entry("a"), "{\"value\":1}").await.assert_v2(404, "NOT_FOUND");
    fixture
        .patch(&format!("{}?allowMissing=x", entry("a")), "{\"value\":1}")
        .await
        .assert_v2(400, "INVALID_ARGUMENT");
    let path = format!("{}?allowMissing=true", entry("a"));
    let created =
        fixture.patch(&path, "{\"value\":1,\"users\":[\"users/1\"],\"attributes\":{\"k\":1}}").await;
    assert_eq!(created.json()["users"], json!(["users/1"]));
    let updated = fixture.patch(&entry("a"), "{\"value\":null}").await.json();
    assert_eq!(
        (&updated["value"], &updated["users"], &updated["attributes"]),
        (&json!(null), &json!([]), &json!({}))
    );
    let missing = fixture.patch(&entry("b"), "{\"value\":1}").await;
    missing.assert_v2(404, "NOT_FOUND");
    assert_eq!(missing.json()["message"], "Entry not found in the datastore.");
    // On writes `@` is part of the key.
    let odd = fixture.patch(&format!("{}?allowMissing=true", entry("a%40latest")), "{\"value\":2}").await;
    assert_eq!(odd.json()["id"], "a@latest");
    assert_eq!(fixture.get(&entry("a@latest@latest")).await.json()["value"], 2);
    assert_eq!(fixture.get(&entry("a@latest")).await.json()["value"], json!(null));
}

#[tokio::test]
async fn a_stale_etag_aborts_the_update() {
    let fixture = Fixture::new();
    let first = fixture.set("a", "1", NINETEEN).await;
    let second = fixture.set("a", "2", NINETEEN + 1).await;
    let with = |etag: &str| format!("{{\"value\":3,\"etag\":\"{etag}\"}}");
    for stale in [first.as_str(), "x"] {
        fixture.patch(&entry("a"), &with(stale)).await.assert_v2(409, "ABORTED");
    }
    fixture.patch(&entry("a"), "{\"value\":3,\"etag\":5}").await.assert_v2(400, "INVALID_ARGUMENT");
    assert_eq!(fixture.patch(&entry("a"), &with(&second)).await.json()["value"], 3);
}

#[tokio::test]
async fn a_deletion_answers_an_empty_object_once() {
    let fixture = Fixture::new();
    fixture.delete(&entry("a")).await.assert_v2(404, "NOT_FOUND");
    fixture.set("a", "1", NINETEEN).await;
    let deleted = fixture.delete(&entry("a")).await;
    assert_eq!((deleted.status.as_u16(), deleted.text()), (200, "{}"));
    fixture.get(&entry("a")).await.assert_v2(404, "NOT_FOUND");
    fixture.delete(&entry("a")).await.assert_v2(404, "NOT_FOUND");
    // Deleted, the entry may be created again.
    assert_eq!(fixture.post(&format!("{V2}/s/entries?id=a"), "{\"value\":2}").await.status, 200);
}

#[tokio::test]
async fn revisions_are_read_by_id_and_by_time() {
    let fixture = Fixture::new();
    let first = fixture.set("a", "1", NINETEEN).await;
    let lost = fixture.set("a", "2", NINETEEN + HOUR).await;
    fixture.set("a", "3", NINETEEN + HOUR + 10 * SECOND).await;
    fixture.unset("a", NINETEEN + 2 * HOUR).await;
    let listed = fixture.get(&format!("{}:listRevisions", entry("a"))).await.json();
    let removal = listed["dataStoreEntries"][0]["revisionId"].as_str().unwrap().to_owned();
    fixture.set("a", "5", NINETEEN + 3 * HOUR).await;

    assert_eq!(fixture.get(&entry(&format!("a@{first}"))).await.json()["value"], 1);
    let tombstone = fixture.get(&entry(&format!("a@{removal}"))).await.json();
    assert_eq!((&tombstone["state"], tombstone.get("value")), (&json!("DELETED"), None));
    for unknown in [lost.as_str(), "x", ""] {
        let refused = fixture.get(&entry(&format!("a@{unknown}"))).await;
        refused.assert_v2(400, "INVALID_ARGUMENT");
        assert_eq!(refused.json()["message"], "Invalid version id.");
    }
    let at = async |time: &str| fixture.get(&entry(&format!("a@latest:{time}"))).await;
    assert_eq!(at("2024-07-22T19:30:00Z").await.json()["value"], 1);
    assert_eq!(at("2024-07-22T20:30:00Z").await.json()["value"], 3);
    assert_eq!(at("2024-07-22T22:10:00Z").await.json()["value"], 5);
    at("2024-07-22T18:59:59Z").await.assert_v2(404, "NOT_FOUND");
    at("2024-07-22T21:30:00Z").await.assert_v2(404, "NOT_FOUND");
    at("1969-12-31T23:59:59Z").await.assert_v2(400, "INVALID_ARGUMENT");
    at("2024-07-22T22:10:01Z").await.assert_v2(400, "INVALID_ARGUMENT");
    at("now").await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn scopes_are_named_in_the_path() {
    let fixture = Fixture::new();
    let path = format!("{V2}/s/scopes/x/entries");
    let created = fixture.post(&format!("{path}?id=a%2Fb"), "{\"value\":1}").await.json();
    assert_eq!(created["path"], "universes/7/data-stores/s/scopes/x/entries/a/b");
    assert_eq!(fixture.get(&format!("{path}/a%2Fb")).await.json()["id"], "a/b");
    fixture.get(&entry("a%2Fb")).await.assert_v2(404, "NOT_FOUND");
    fixture.get(&format!("{V2}/s/scopes/-/entries/a")).await.assert_v2(400, "INVALID_ARGUMENT");
    fixture
        .post(&format!("{V2}/s/scopes/-/entries?id=a"), "{\"value\":1}")
        .await
        .assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn increments_take_whole_numbers_and_create() {
    let fixture = Fixture::new();
    let path = format!("{}:increment", entry("a"));
    let first = fixture.post(&path, "{\"amount\": 5.0, \"users\": [\"users/7\"]}").await.json();
    assert_eq!((&first["value"], &first["users"]), (&json!(5), &json!(["users/7"])));
    assert_eq!(fixture.post(&path, "{\"amount\":-7}").await.json()["value"], -2);
    for body in ["{}", "{\"amount\":1.5}", "{\"amount\":\"1\"}", "", "{\"amount\":1e300}"] {
        fixture.post(&path, body).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    fixture.set("a", "[]", NINETEEN).await;
    fixture.post(&path, "{\"amount\":1}").await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn odd_values_written_by_v1_are_read_by_v2() {
    let fixture = Fixture::new();
    let deep = format!("{}{}", "[".repeat(512), "]".repeat(512));
    for value in
        ["\"\\ud800\"", "{\"a\":1,\"a\":2}", "1e999", "123456789012345678901234567890", " [ 1 ] ", &deep]
    {
        fixture.set("a", value, NINETEEN).await;
        let answer = fixture.get(&entry("a")).await;
        assert_eq!(answer.status, 200, "{value}: {answer:?}");
        assert!(answer.text().contains(&format!("\"value\":{}", value.trim())), "{answer:?}");
    }
    let created = fixture.post(&format!("{V2}/s/entries?id=b"), &format!("{{\"value\":{deep}}}")).await;
    assert_eq!(created.status, 200, "{created:?}");
    let too_deep = fixture.post(&format!("{V2}/s/entries?id=c"), &format!("{{\"value\":[{deep}]}}")).await;
    too_deep.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn attributes_and_users_have_limits() {
    let fixture = Fixture::new();
    let check = async |member: &str, status: u16| {
        let body = format!("{{\"value\":1,{member}}}");
        let answer = fixture.patch(&format!("{V2}/s/entries/a?allowMissing=true"), &body).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
    };
    check("\"users\":[\"users/1\",\"users/2\",\"users/3\",\"users/4\"]", 200).await;
    check("\"users\":[\"users/1\",\"users/2\",\"users/3\",\"users/4\",\"users/5\"]", 400).await;
    let attribute = |name: usize, value: usize| {
        format!("\"attributes\": {{\"{}\":\"{}\"}}", "n".repeat(name), "v".repeat(value))
    };
    check(&attribute(50, 1), 200).await;
    check(&attribute(51, 1), 400).await;
    check(&attribute(1, 250), 200).await;
    check(&attribute(1, 251), 400).await;
}
