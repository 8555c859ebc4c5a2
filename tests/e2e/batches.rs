//! Import and export: one batch in one transaction, an outcome for each entry, and pages with the exact values.

use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::{Answer, HttpClient, escaped};

const IMPORT: &str = "/api/v1/datastores/Items/import";

async fn import(client: &HttpClient, entries: &[Value]) -> Answer {
    client.post(IMPORT, &json!({ "entries": entries }).to_string()).await
}

fn entries(count: usize) -> Vec<Value> {
    (0..count)
        .map(|number| json!({ "key": format!("item_{number:05}"), "value": { "number": number } }))
        .collect()
}

#[tokio::test]
async fn a_batch_holds_at_10000_entries_and_breaks_at_10001() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let too_many = import(&client, &entries(10_001)).await;
    assert_eq!(too_many.refusal(), (400, "GEN007".into()));
    assert_eq!(client.get("/api/v1/datastores/Items/keys").await.status, 404, "nothing was written");
    let answer = import(&client, &entries(10_000)).await.ok();
    let outcomes = answer["outcomes"].as_array().unwrap();
    assert_eq!(outcomes.len(), 10_000);
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome["key"], format!("item_{number:05}"), "in the order given");
        assert_eq!(outcome["outcome"], "saved");
        assert!(outcome["revision"].is_string());
    }
    assert_eq!(import(&client, &[]).await.ok()["outcomes"], json!([]));
    daemon.stop().await;
}

#[tokio::test]
async fn imports_sent_without_waiting_are_written_in_the_order_sent() {
    let daemon = TestDaemon::empty().await;
    let mut socket = daemon.socket().await;
    let mut ids = Vec::new();
    for round in 0..20 {
        // Large and small ones in turn: a small one is checked long before the large one that was sent before it.
        let filler = "x".repeat(if round % 2 == 0 { 1_500_000 } else { 1 });
        let entry = json!({ "key": "same", "value": { "round": round, "filler": filler } });
        ids.push(socket.request(json!({ "type": "entries.import", "store": "S", "entries": [entry] })).await);
    }
    let mut revisions = Vec::new();
    // Answers may come in any order; each is asked for by its id.
    let mut answers = socket.answers(&ids).await;
    for id in &ids {
        let answer = answers.remove(id).unwrap();
        revisions.push(answer["outcomes"][0]["revision"].as_str().unwrap().to_owned());
    }
    assert!(revisions.is_sorted(), "{revisions:?}");
    let client = daemon.owner().await;
    let entry = client.get("/api/v1/datastores/S/keys/same").await.ok();
    assert_eq!((&entry["value"]["round"], &entry["revision"]), (&json!(19), &json!(revisions[19])));
    daemon.stop().await;
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_on_its_own() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let deep = format!("{}{}", "[".repeat(600), "]".repeat(600));
    let large = format!("\"{}\"", "x".repeat(4_194_304));
    let body = format!(
        r#"{{"entries":[
            {{"key":"first","value":1.0,"userIds":["156"],"attributes":{{"a": 1}}}},
            {{"key":"","value":1}},
            {{"key":"deep","value":{deep}}},
            {{"key":"large","value":{large}}},
            {{"key":"users","value":1,"userIds":[1,2,3,4,5]}},
            {{"key":"attributes","value":1,"attributes":3}},
            {{"key":"scope","scope":"{}","value":1}},
            {{"key":"last","scope":"eu","value":{{}}}}
        ]}}"#,
        "x".repeat(51)
    );
    let answer = client.post(IMPORT, &body).await.ok();
    let outcomes: Vec<_> = answer["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| {
            let is_refused = outcome["outcome"] == "refused";
            assert_eq!(outcome["message"].is_string(), is_refused, "{outcome}");
            assert_eq!(outcome["revision"].is_string(), !is_refused, "{outcome}");
            outcome["code"].as_str().unwrap_or("saved")
        })
        .collect();
    assert_eq!(outcomes, ["saved", "DS015", "DS016", "DS004", "DS014", "DS014", "DS015", "saved"]);
    let exported = client.get("/api/v1/datastores/Items/export?allScopes=true").await;
    let kept = exported.ok();
    let keys: Vec<_> = kept["entries"].as_array().unwrap().iter().map(|entry| &entry["key"]).collect();
    assert_eq!(json!(keys), json!(["last", "first"]), "by scope, then key");
    assert!(
        exported.body.contains(r#""value":1.0,"userIds":["156"],"attributes":{"a": 1}"#),
        "{}",
        exported.body
    );
    daemon.stop().await;
}

#[tokio::test]
async fn a_key_twice_in_a_batch_is_written_twice_and_the_last_counts() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let twice = [json!({ "key": "k", "value": 1 }), json!({ "key": "k", "value": 2 })];
    let answer = import(&client, &twice).await.ok();
    let revisions: Vec<_> =
        answer["outcomes"].as_array().unwrap().iter().map(|outcome| &outcome["revision"]).collect();
    assert_ne!(revisions[0], revisions[1]);
    let entry = client.get("/api/v1/datastores/Items/keys/k").await.ok();
    assert_eq!((&entry["value"], &entry["revision"]), (&json!(2), revisions[1]));
    let listed = client.get("/api/v1/datastores/Items/keys/k/revisions").await.ok();
    assert_eq!(listed["revisions"].as_array().unwrap().len(), 2);
    daemon.stop().await;
}

#[tokio::test]
async fn an_import_says_what_it_did_not_understand() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for (body, named) in [
        (r#"{"entries":[{"key":"k"}]}"#, "value"),
        (r#"{"entries":[{"value":1}]}"#, "key"),
        (r#"{"entries":[{"key":"k","value":1,"colour":1}]}"#, "colour"),
        (r#"{"entries":{}}"#, "sequence"),
        (r"{}", "entries"),
    ] {
        let answer = client.post(IMPORT, body).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{body}");
        assert!(answer.body.contains(named), "{body}: {}", answer.body);
    }
    let answer =
        client.post(&format!("/api/v1/datastores/{}/import", "x".repeat(51)), r#"{"entries":[]}"#).await;
    assert_eq!(answer.refusal(), (400, "DS015".into()));
    daemon.stop().await;
}

#[tokio::test]
async fn an_export_brings_back_what_was_imported() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let given = entries(700);
    import(&client, &given).await.ok();
    let mut exported = Vec::new();
    let mut cursor = String::new();
    for _ in 0..3 {
        let page = client.get(&format!("/api/v1/datastores/Items/export?limit=256{cursor}")).await.ok();
        exported.extend(
            page["entries"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| json!({ "key": entry["key"], "value": entry["value"] })),
        );
        cursor =
            page["nextCursor"].as_str().map_or_else(String::new, |next| format!("&cursor={}", escaped(next)));
    }
    assert_eq!(cursor, "");
    assert_eq!(exported, given);
    daemon.stop().await;
}

#[tokio::test]
async fn a_page_of_large_values_ends_early_and_goes_on() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let value = "x".repeat(3 << 20);
    for key in ["a", "b", "c"] {
        let body = json!({ "value": value }).to_string();
        client.put(&format!("/api/v1/datastores/Items/keys/{key}"), &body).await.ok();
    }
    let mut keys = Vec::new();
    let mut cursor = String::new();
    for _ in 0..4 {
        let answer = client.get(&format!("/api/v1/datastores/Items/export{cursor}")).await;
        assert!(answer.body.len() < 8 << 20, "{}", answer.body.len());
        let page = answer.ok();
        keys.extend(page["entries"].as_array().unwrap().iter().map(|entry| entry["key"].clone()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("?cursor={}", escaped(next)),
            None => break,
        }
    }
    assert_eq!(json!(keys), json!(["a", "b", "c"]));
    daemon.stop().await;
}
