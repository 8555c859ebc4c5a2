//! Optimistic concurrency: a stale write answers what is current and overwrites nothing (S-31).

use std::fmt::Write as _;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

const ENTRY: &str = "/api/v1/datastores/PlayerData/keys/Player_1";

const WRITERS: usize = 32;

async fn put(client: &HttpClient, value: &str) -> String {
    let written = client.put(ENTRY, &format!(r#"{{"value":{value}}}"#)).await.ok();
    written["revision"].as_str().unwrap().to_owned()
}

/// Method, path, body, and a header.
type StaleWrite = (&'static str, String, Value, Option<(&'static str, String)>);

/// Every way of naming the revision a write expects.
fn stale_writes(stale: &str) -> Vec<StaleWrite> {
    let edits = json!([{ "op": "set", "path": "", "value": "lost" }]);
    let quoted = Some(("if-match", format!("\"{stale}\"")));
    vec![
        ("PUT", ENTRY.into(), json!({ "value": "lost", "expectedRevision": stale }), None),
        ("PUT", ENTRY.into(), json!({ "value": "lost", "options": { "expectedRevision": stale } }), None),
        ("PUT", format!("{ENTRY}?expectedRevision={stale}"), json!({ "value": "lost" }), None),
        ("PUT", ENTRY.into(), json!({ "value": "lost" }), quoted.clone()),
        ("PUT", ENTRY.into(), json!({ "value": "lost", "createOnly": true }), None),
        ("PUT", format!("{ENTRY}?createOnly=true"), json!({ "value": "lost" }), None),
        ("PUT", ENTRY.into(), json!({ "value": "lost" }), Some(("if-none-match", "*".into()))),
        ("PATCH", ENTRY.into(), json!({ "edits": edits, "expectedRevision": stale }), None),
        ("PATCH", format!("{ENTRY}?expectedRevision={stale}"), json!({ "edits": edits }), None),
        ("PATCH", ENTRY.into(), json!({ "edits": edits }), quoted.clone()),
        ("DELETE", format!("{ENTRY}?expectedRevision={stale}"), Value::Null, None),
        ("DELETE", ENTRY.into(), Value::Null, quoted.clone()),
        ("POST", format!("{ENTRY}/revisions/{stale}/restore"), json!({ "expectedRevision": stale }), None),
        ("POST", format!("{ENTRY}/revisions/{stale}/restore"), json!({}), quoted),
    ]
}

#[tokio::test]
async fn a_stale_write_is_answered_with_what_is_current_and_overwrites_nothing() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let stale = put(&client, r#""first""#).await;
    let current = put(&client, r#"{"is": 1.0}"#).await;
    let before = client.get(ENTRY).await.body;
    for (method, path, body, header) in stale_writes(&stale) {
        let client =
            header.iter().fold(client.clone(), |client, (name, value)| client.with_header(name, value));
        let body = (!body.is_null()).then(|| body.to_string());
        let answer = client.send(method.parse().unwrap(), &path, body.as_deref()).await;
        let case = format!("{method} {path} {body:?} {header:?}");
        assert_eq!(answer.refusal(), (409, "DS006".into()), "{case}");
        assert_eq!(answer.json()["current"]["revision"], current, "{case}");
        assert!(answer.body.contains(r#""value":{"is": 1.0}"#), "{case}: {}", answer.body);
    }
    assert_eq!(client.get(ENTRY).await.body, before);
    let revisions = client.get(&format!("{ENTRY}/revisions")).await.ok();
    assert_eq!(revisions["revisions"].as_array().unwrap().len(), 2);
    daemon.stop().await;
}

#[tokio::test]
async fn the_expected_revision_lets_a_write_through() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let create = client.clone().with_header("if-none-match", "*");
    let mut revision =
        create.put(ENTRY, r#"{"value":0}"#).await.ok()["revision"].as_str().unwrap().to_owned();
    for body in [json!({ "value": 1, "expectedRevision": revision }), json!({ "value": 2, "options": {} })] {
        revision = client.put(ENTRY, &body.to_string()).await.ok()["revision"].as_str().unwrap().to_owned();
    }
    let matching = client.clone().with_header("if-match", &format!("\"{revision}\""));
    matching.delete(ENTRY).await.ok();
    let gone = matching.put(ENTRY, r#"{"value":3}"#).await;
    assert_eq!(gone.refusal(), (409, "DS006".into()));
    assert_eq!(gone.json().get("current"), None, "nothing is current once the entry is gone");
    daemon.stop().await;
}

#[tokio::test]
async fn expectations_that_contradict_or_make_no_sense_are_refused() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let revision = put(&client, "1").await;
    let other = revision.replace(".01", ".02");
    for body in [
        json!({ "value": 2, "expectedRevision": revision, "createOnly": true }),
        json!({ "value": 2, "expectedRevision": revision, "options": { "expectedRevision": other } }),
        json!({ "value": 2, "expectedRevision": "latest" }),
        json!({ "value": 2, "expectedRevision": "" }),
    ] {
        assert_eq!(client.put(ENTRY, &body.to_string()).await.refusal(), (400, "GEN007".into()), "{body}");
    }
    for (name, value) in [
        ("if-match", "*"),
        ("if-match", ""),
        ("if-match", "\"a\", \"b\""),
        ("if-match", "\"latest\""),
        ("if-none-match", "\"a\""),
    ] {
        let answer = client.clone().with_header(name, value).put(ENTRY, r#"{"value":2}"#).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{name}: {value}");
    }
    assert_eq!(client.get(ENTRY).await.ok()["revision"], revision);
    daemon.stop().await;
}

#[tokio::test]
async fn a_removal_does_not_pass_over_an_expectation_in_its_body() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let stale = put(&client, "1").await;
    put(&client, "2").await;
    let body = json!({ "expectedRevision": stale }).to_string();
    let answer = client.send(http::Method::DELETE, ENTRY, Some(&body)).await;
    assert_eq!(answer.refusal(), (400, "GEN007".into()));
    client.get(ENTRY).await.ok();
    daemon.stop().await;
}

#[tokio::test]
async fn concurrent_edits_of_distinct_fields_lose_nothing() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let mut value = String::from("{");
    for writer in 0..WRITERS {
        let comma = if writer == 0 { "" } else { "," };
        write!(value, r#"{comma}"field_{writer}":0"#).unwrap();
    }
    value.push('}');
    put(&client, &value).await;
    let edits = (0..WRITERS).map(|writer| {
        let client = client.clone();
        async move {
            let edit = json!({ "op": "set", "path": format!("/field_{writer}"), "value": writer + 1 });
            client.patch(ENTRY, &json!({ "edits": [edit] }).to_string()).await
        }
    });
    for answer in join_all(edits).await {
        answer.ok();
    }
    let value = client.get(ENTRY).await.ok()["value"].clone();
    for writer in 0..WRITERS {
        assert_eq!(value[format!("field_{writer}")], writer + 1, "{value}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn of_concurrent_writers_with_one_expectation_one_wins() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let expected = put(&client, "0").await;
    let writes = (1..=WRITERS).map(|writer| {
        let (client, expected) = (client.clone(), expected.clone());
        async move {
            let body = json!({ "value": writer, "expectedRevision": expected }).to_string();
            client.put(ENTRY, &body).await
        }
    });
    let answers = join_all(writes).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.is_success());
    assert_eq!((won.len(), lost.len()), (1, WRITERS - 1));
    assert!(lost.iter().all(|answer| answer.refusal() == (409, "DS006".into())));
    assert_eq!(client.get(ENTRY).await.ok()["revision"], won[0].ok()["revision"]);
    daemon.stop().await;
}
