//! Change sets: staged, reviewed, committed, watched and taken back, on our own engine and over the emulator.

use daemon_core::permission::Role;
use serde_json::{Value, json};
use tests::http::{Answer, HttpClient};

use crate::cloud::Bench;

/// An entry with everything that a write must keep.
const SAVED: &str = r#"{"coins":1.0,"big":12345678901234567890,"none":{},"list":[]}"#;

/// Stages changes of a connection; the answer of `changesets.propose`.
pub(super) async fn propose(client: &HttpClient, connection: &str, changes: Value) -> Value {
    let request = json!({ "connection": connection, "changes": changes });
    client.call("changesets.propose", &request).await.ok()
}

/// Commits a set with whatever is given beside.
pub(super) async fn commit(client: &HttpClient, set: &Value, more: Value) -> Answer {
    let mut request = json!({ "set": set });
    for (member, value) in more.as_object().unwrap() {
        request[member] = value.clone();
    }
    client.call("changesets.commit", &request).await
}

/// Stages the undo of a set and commits it, with the confirmation that it asks for.
pub(super) async fn undo(client: &HttpClient, set: &Value, confirm: Value) -> Value {
    let staged = client.call("changesets.undo", &json!({ "set": set })).await.ok();
    let set = staged["set"]["id"].clone();
    commit(client, &set, json!({ "reason": "undo", "confirm": confirm })).await.ok()["set"].clone()
}

/// An entry without what changes with every write; `null` when there is none.
async fn content(client: &HttpClient, connection: &str, key: &str) -> Value {
    let path = format!("/api/v1/datastores/Saves/keys/{key}?connection={connection}");
    let answer = client.get(&path).await;
    if answer.status == 404 {
        return Value::Null;
    }
    let entry = answer.ok();
    json!([raw_value(&answer.body), entry["userIds"], entry["attributes"]])
}

/// The value as its bytes.
fn raw_value(body: &str) -> String {
    let value = protocol::members(body).unwrap().into_iter().find(|(name, _)| name == "value");
    value.unwrap().1.get().to_owned()
}

fn change(kind: &str, key: &str) -> Value {
    json!({ "kind": kind, "store": "Saves", "key": key })
}

fn edit(key: &str, path: &str, value: &Value) -> Value {
    let mut change = change("edit", key);
    change["edits"] = json!([{ "op": "set", "path": path, "value": value }]);
    change
}

/// A connection of each source that is written to at once.
async fn both() -> (Bench, [&'static str; 2]) {
    let bench = Bench::start().await;
    bench.connect("Game", &json!({})).await;
    (bench, ["Main", "Game"])
}

async fn save(client: &HttpClient, connection: &str, key: &str) -> Value {
    let request = format!(r#"{{"value":{SAVED},"userIds":["7","8"],"attributes":{{"a":1}}}}"#);
    client.put(&format!("/api/v1/datastores/Saves/keys/{key}?connection={connection}"), &request).await.ok()
}

#[tokio::test]
async fn s_35_every_kind_of_plain_save_is_undone_and_redone_exactly() {
    let (bench, connections) = both().await;
    let owner = &bench.owner;
    for connection in connections {
        save(owner, connection, "a").await;
        let before = content(owner, connection, "a").await;
        assert_eq!(before, json!([SAVED, ["7", "8"], { "a": 1 }]));
        let at = |key: &str| json!({ "connection": connection, "store": "Saves", "key": key });
        let with = |base: Value, more: Value| {
            let mut request = base;
            for (member, value) in more.as_object().unwrap() {
                request[member] = value.clone();
            }
            request
        };
        for (operation, request, confirm) in [
            ("entries.set", with(at("a"), json!({ "value": 5, "userIds": [], "attributes": {} })), json!({})),
            (
                "entries.edit",
                with(at("a"), json!({ "edits": [{ "op": "set", "path": "/coins", "value": 2 }] })),
                json!({}),
            ),
            ("entries.remove", at("a"), json!({})),
            ("entries.set", with(at("new"), json!({ "value": 1 })), json!({ "key": "NEW" })),
        ] {
            let key = request["key"].as_str().unwrap().to_owned();
            let before = content(owner, connection, &key).await;
            let done = owner.call(operation, &request).await.ok();
            let after = content(owner, connection, &key).await;
            assert_ne!(before, after, "{operation}");
            let undone = undo(owner, &done["changeSet"], confirm).await;
            assert_eq!(undone["counts"]["saved"], 1, "{connection} {operation}: {undone}");
            assert_eq!(content(owner, connection, &key).await, before, "{connection} {operation}");
            let redone = undo(owner, &undone["id"], json!({ "key": key })).await;
            assert_eq!(redone["counts"]["saved"], 1, "{connection} {operation}: {redone}");
            assert_eq!(content(owner, connection, &key).await, after, "{connection} {operation}");
            undo(owner, &redone["id"], json!({ "key": key })).await;
            assert_eq!(content(owner, connection, &key).await, before, "{connection} {operation}");
        }
    }
    bench.daemon.stop().await;
}

#[tokio::test]
async fn ordered_entries_are_undone_as_long_as_nobody_changed_them() {
    let (bench, connections) = both().await;
    let owner = &bench.owner;
    for connection in connections {
        let at = json!({ "connection": connection, "store": "Top", "key": "k" });
        let request = |more: Value| {
            let mut request = at.clone();
            for (member, value) in more.as_object().unwrap() {
                request[member] = value.clone();
            }
            request
        };
        let value = async || owner.call("ordered.get", &at).await;
        let made = owner.call("ordered.set", &request(json!({ "value": "5" }))).await.ok();
        let added = owner.call("ordered.increment", &request(json!({ "delta": "3" }))).await.ok();
        assert_eq!((&added["value"], &added["outcome"]), (&json!("8"), &json!("saved")));
        undo(owner, &added["changeSet"], json!({})).await;
        assert_eq!(value().await.ok()["value"], "5", "{connection}");
        let removed = owner.call("ordered.remove", &at).await.ok();
        assert_eq!(removed["removedValue"], "5");
        undo(owner, &removed["changeSet"], json!({})).await;
        assert_eq!(value().await.ok()["value"], "5", "{connection}");
        owner.call("ordered.set", &request(json!({ "value": "6" }))).await.ok();
        let environment = if connection == "Main" { "local" } else { "development" };
        let confirm = json!({ "key": "k", "environment": environment, "store": "Top" });
        let refused = undo(owner, &made["changeSet"], confirm).await;
        assert_eq!(refused["counts"]["conflict"], 1, "{connection}: {refused}");
        assert_eq!(value().await.ok()["value"], "6", "an undo never forces");
    }
    bench.daemon.stop().await;
}

#[tokio::test]
async fn u_07_production_answers_a_direct_write_with_a_staged_set_and_writes_when_it_is_committed() {
    let bench = Bench::start().await;
    bench.connect("Prod", &json!({})).await;
    save(&bench.owner, "Prod", "a").await;
    bench.owner.patch("/api/v1/connections/Prod", r#"{"environment":"production"}"#).await.ok();
    let path = "/api/v1/datastores/Saves/keys/a?connection=Prod";
    let answer = bench.owner.patch(path, r#"{"edits":[{"op":"set","path":"/coins","value":3}]}"#).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let staged = serde_json::from_str::<Value>(&answer.body).unwrap();
    assert_eq!((&staged["outcome"], &staged["revision"]), (&json!("staged"), &Value::Null));
    let set = staged["changeSet"].clone();
    assert_eq!(content(&bench.owner, "Prod", "a").await[0], SAVED);
    let shown = bench.owner.call("changesets.get", &json!({ "set": set, "item": 1, "values": true })).await;
    let detail = &shown.ok()["detail"];
    assert_eq!(
        detail["differences"],
        json!([{ "path": "/coins", "kind": "changed", "before": "1.0", "after": "3" }])
    );
    assert_eq!(detail["before"]["userIds"], json!(["7", "8"]));
    assert_eq!(commit(&bench.owner, &set, json!({})).await.refusal(), (400, "GEN007".into()), "no reason");
    let done = commit(&bench.owner, &set, json!({ "reason": "ticket 12" })).await.ok();
    assert_eq!((&done["set"]["state"], &done["set"]["counts"]["saved"]), (&json!("done"), &json!(1)));
    let after = content(&bench.owner, "Prod", "a").await;
    assert_eq!(after, json!([SAVED.replace("1.0", "3"), ["7", "8"], { "a": 1 }]), "nothing else changed");
    let history = json!({ "connection": "Prod", "store": "Saves", "key": "a" });
    let newest = bench.owner.call("revisions.list", &history).await.ok()["revisions"][0].clone();
    assert_eq!(
        (&newest["by"], &newest["reason"], &newest["changeSet"]),
        (&done["set"]["committedBy"], &json!("ticket 12"), &set)
    );
    bench.owner.patch("/api/v1/connections/Prod", r#"{"readOnly":true}"#).await.ok();
    let set = propose(&bench.owner, "Prod", json!([change("remove", "a")])).await["set"]["id"].clone();
    let requests = bench.emulator.request_count();
    let refused = commit(&bench.owner, &set, json!({ "reason": "why", "confirm": { "key": "a" } })).await;
    assert_eq!(refused.refusal(), (403, "DS009".into()));
    assert_eq!(bench.emulator.request_count(), requests, "U-09: nothing is sent");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn each_change_that_cannot_be_staged_says_why_and_the_others_are_staged() {
    let (bench, _) = both().await;
    let owner = &bench.owner;
    for key in ["a", "b", "gone"] {
        save(owner, "Main", key).await;
    }
    owner
        .call("entries.remove", &json!({ "connection": "Main", "store": "Saves", "key": "gone" }))
        .await
        .ok();
    let large = format!("\"{}\"", "x".repeat(4_194_000));
    let large = format!(r#"{{"connection":"Main","store":"Saves","key":"large","value":{large}}}"#);
    owner.post("/api/v1/call/entries.set", &large).await.ok();
    let mut set_twice = change("set", "b");
    set_twice["value"] = json!(1);
    let mut grown = change("edit", "large");
    grown["edits"] = json!([{ "op": "set", "path": "", "value": "y".repeat(4_194_303) }]);
    let mut unseen = edit("b", "/coins", &json!(4));
    unseen["expectedRevision"] = json!("08DCAA8702D435AC.0000000001.08DCAA8702D435AC.01");
    let mut ordered = edit("b", "/coins", &json!(4));
    ordered["ordered"] = json!(true);
    let mut same = change("set", "a");
    same["value"] = serde_json::from_str(SAVED).unwrap();
    let staged = propose(
        owner,
        "Main",
        Value::from(vec![
            edit("a", "/coins", &json!(2)),
            edit("a", "/coins", &json!(3)),
            edit("b", "/none/deep/er", &json!(1)),
            edit("b", "/coins/1", &json!(1)),
            edit("b", "/list/0", &json!(1)),
            edit("gone", "/coins", &json!(1)),
            change("remove", "never"),
            unseen,
            grown,
            ordered,
            change("set", "b"),
            change("increment", "b"),
            json!({ "kind": "set", "store": "Saves", "key": "x".repeat(51), "value": 1 }),
            {
                let mut same = change("set", "b");
                same["value"] = serde_json::from_str(SAVED).unwrap();
                same
            },
            edit("b", "/list/-", &json!(1)),
        ]),
    )
    .await;
    let outcomes: Vec<_> = staged["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| {
            outcome["code"].as_str().or(outcome["item"].as_i64().map(|_| "staged")).unwrap_or("same")
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            "staged", "GEN007", "DS011", "DS011", "DS011", "DS005", "DS005", "DS006", "DS004", "GEN007",
            "GEN007", "GEN007", "DS015", "staged", "GEN007"
        ],
        "{}",
        staged["outcomes"]
    );
    assert_eq!(staged["set"]["counts"]["total"], 2, "{}", staged["set"]);
    for (sent, count) in [("0", 0), ("1001", 1001)] {
        let changes: Vec<_> = (0..count).map(|number| change("remove", &number.to_string())).collect();
        let refused =
            owner.call("changesets.propose", &json!({ "connection": "Main", "changes": changes })).await;
        assert_eq!(refused.refusal(), (400, "GEN007".into()), "{sent}");
    }
    bench.daemon.stop().await;
}

/// Sets up a set of so many items on the local connection.
async fn staged_set(owner: &HttpClient, count: usize) -> Value {
    let changes: Vec<_> = (0..count)
        .map(
            |number| json!({ "kind": "set", "store": "Saves", "key": format!("k{number}"), "value": count * 1000 + number }),
        )
        .collect();
    propose(owner, "Main", json!(changes)).await["set"].clone()
}

#[tokio::test]
async fn u_10_commits_ask_for_exactly_what_their_level_needs() {
    let (bench, _) = both().await;
    let owner = &bench.owner;
    for (count, level, confirm) in [
        (20, "E1", json!({})),
        (21, "E2", json!({ "count": 21 })),
        (200, "E2", json!({ "count": 200 })),
        (201, "E3", json!({ "count": 201, "environment": " Local " })),
    ] {
        let set = staged_set(owner, count).await;
        assert_eq!(set["level"], level, "{set}");
        if confirm != json!({}) {
            let needs = commit(owner, &set["id"], json!({ "reason": "why" })).await;
            assert_eq!(needs.refusal(), (400, "GEN007".into()), "{count}");
            let wrong = json!({ "reason": "why", "confirm": { "count": count - 1, "environment": "local" } });
            assert_eq!(commit(owner, &set["id"], wrong).await.refusal(), (400, "GEN007".into()), "{count}");
        }
        let answer = commit(owner, &set["id"], json!({ "reason": "why", "confirm": confirm })).await;
        let expected = if count > 20 { 202 } else { 200 };
        assert_eq!(answer.status, expected, "{count}: {}", answer.body);
    }
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_38_a_far_reaching_set_is_looked_at_again_after_thirty_minutes() {
    let (bench, _) = both().await;
    let owner = &bench.owner;
    let set = staged_set(owner, 201).await;
    assert_eq!(set["needs"]["dryRun"], false);
    bench.daemon.clock.advance(std::time::Duration::from_secs(30 * 60 + 1));
    let got = owner.call("changesets.get", &json!({ "set": set["id"] })).await.ok();
    assert_eq!(got["set"]["needs"]["dryRun"], true);
    let confirm = json!({ "reason": "why", "confirm": { "count": 201, "environment": "local" } });
    let refused = commit(owner, &set["id"], confirm).await;
    assert_eq!(refused.refusal(), (400, "GEN007".into()));
    assert!(refused.body.contains("dry run"), "{}", refused.body);
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_61_whoever_lost_a_permission_since_staging_commits_nothing() {
    let (bench, _) = both().await;
    save(&bench.owner, "Main", "a").await;
    let editor = bench.daemon.client(Role::Editor).await;
    let refused = propose(&editor, "Main", json!([change("remove", "a")])).await;
    assert_eq!(refused["outcomes"][0]["code"], "GEN006");
    assert_eq!(refused["set"], Value::Null);
    // A set of the same principal whose credential has a lesser role now.
    let set = propose(&bench.owner, "Main", json!([change("remove", "a")])).await["set"]["id"].clone();
    for role in [Role::Editor, Role::Viewer, Role::Auditor] {
        let other = bench.daemon.client(role).await;
        let refused = commit(&other, &set, json!({ "confirm": { "key": "a" } })).await;
        assert!(matches!(refused.refusal().0, 403 | 404), "{}", refused.body);
    }
    assert_ne!(content(&bench.owner, "Main", "a").await, Value::Null);
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_15_a_staged_set_is_its_authors_alone_and_a_committed_one_is_history() {
    let (bench, _) = both().await;
    let (ann, bob) = (bench.daemon.client(Role::Editor).await, bench.daemon.client(Role::Editor).await);
    let set =
        propose(&ann, "Main", json!([{ "kind": "set", "store": "Saves", "key": "a", "value": 1 }])).await;
    let id = set["set"]["id"].clone();
    for (operation, request) in [
        ("changesets.get", json!({ "set": id })),
        ("changesets.amend", json!({ "set": id, "title": "mine" })),
        ("changesets.commit", json!({ "set": id })),
        ("changesets.discard", json!({ "set": id })),
        ("changesets.undo", json!({ "set": id })),
        ("changesets.propose", json!({ "set": id, "changes": [change("remove", "b")] })),
        ("changesets.resolve", json!({ "set": id, "item": 1, "resolution": "keepTheirs" })),
    ] {
        assert_eq!(bob.call(operation, &request).await.refusal(), (404, "GEN009".into()), "{operation}");
    }
    let listed = async |client: &HttpClient| {
        let sets = client.call("changesets.list", &json!({ "connection": "Main" })).await.ok();
        sets["sets"].as_array().unwrap().iter().any(|set| set["id"] == id)
    };
    assert_eq!((listed(&ann).await, listed(&bob).await), (true, false));
    commit(&ann, &id, json!({})).await.ok();
    assert_eq!((listed(&ann).await, listed(&bob).await), (true, true));
    bob.call("changesets.undo", &json!({ "set": id })).await.ok();
    bench.daemon.stop().await;
}

#[tokio::test]
async fn items_are_taken_out_and_sets_discarded_without_a_trace_at_the_source() {
    let (bench, _) = both().await;
    let owner = &bench.owner;
    let set = propose(
        owner,
        "Game",
        json!([
            { "kind": "set", "store": "Saves", "key": "a", "value": 1 },
            { "kind": "set", "store": "Saves", "key": "b", "value": 2 },
        ]),
    )
    .await["set"]["id"]
        .clone();
    let amended = owner
        .call(
            "changesets.amend",
            &json!({ "set": set, "drop": [1], "title": "One", "policy": "MANUAL_MERGE" }),
        )
        .await
        .ok();
    assert_eq!(
        (&amended["set"]["counts"]["total"], &amended["set"]["title"], &amended["set"]["policy"]),
        (&json!(1), &json!("One"), &json!("MANUAL_MERGE"))
    );
    commit(owner, &set, json!({})).await.ok();
    assert_eq!(content(owner, "Game", "a").await, Value::Null);
    assert_eq!(content(owner, "Game", "b").await[0], "2");
    let other = propose(owner, "Game", json!([edit("b", "", &json!(3))])).await["set"]["id"].clone();
    assert_eq!(owner.call("changesets.discard", &json!({ "set": other })).await.ok()["items"], 1);
    assert_eq!(commit(owner, &other, json!({})).await.refusal(), (400, "GEN007".into()));
    assert_eq!(content(owner, "Game", "b").await[0], "2");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn everybody_who_listens_hears_of_a_set() {
    let (bench, _) = both().await;
    let mut socket = bench.daemon.socket().await.subscribed().await;
    let set =
        propose(&bench.owner, "Main", json!([{ "kind": "set", "store": "S", "key": "a", "value": 1 }])).await;
    let told = socket.event("changesets.changed").await;
    assert_eq!(told["set"], set["set"]["id"]);
    bench.daemon.stop().await;
}
