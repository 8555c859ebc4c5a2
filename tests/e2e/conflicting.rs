//! What a staged change becomes when its entry was changed meanwhile.

use serde_json::{Value, json};
use tests::http::HttpClient;

use crate::changesets::{commit, propose, undo};
use crate::cloud::Bench;

/// A set of one edit, staged with a policy on an entry that someone else changed since.
struct Clash {
    bench: Bench,
    set: Value,
}

impl Clash {
    /// Mine is staged on `base`, then the entry becomes `theirs`.
    async fn start(connection: &str, policy: &str, base: &str, mine: &str, theirs: &str) -> Self {
        let bench = Bench::start().await;
        bench.connect("Game", &json!({})).await;
        put(&bench.owner, connection, base).await;
        let mut request = json!({ "connection": connection, "policy": policy, "changes": [] });
        request["changes"] = json!([{ "kind": "set", "store": "S", "key": "k", "value": parsed(mine) }]);
        let staged = bench.owner.call("changesets.propose", &request).await.ok();
        put(&bench.owner, connection, theirs).await;
        Self { set: staged["set"]["id"].clone(), bench }
    }

    async fn commit(&self) -> Value {
        commit(&self.bench.owner, &self.set, json!({})).await.ok()["set"]["counts"].clone()
    }

    async fn detail(&self) -> Value {
        let request = json!({ "set": self.set, "item": 1, "values": true });
        self.bench.owner.call("changesets.get", &request).await.ok()["detail"].clone()
    }

    async fn resolve(&self, resolution: &str, more: Value) -> tests::http::Answer {
        let theirs = self.detail().await["theirs"]["revision"].clone();
        let mut request = json!({
            "set": self.set, "item": 1, "resolution": resolution, "expectedRevision": theirs,
        });
        for (member, value) in more.as_object().unwrap() {
            request[member] = value.clone();
        }
        self.bench.owner.call("changesets.resolve", &request).await
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

async fn put(client: &HttpClient, connection: &str, value: &str) {
    let path = format!("/api/v1/datastores/S/keys/k?connection={connection}");
    client.put(&path, &format!(r#"{{"value":{value}}}"#)).await.ok();
}

async fn value(client: &HttpClient, connection: &str) -> Value {
    let path = format!("/api/v1/datastores/S/keys/k?connection={connection}");
    client.get(&path).await.ok()["value"].clone()
}

const BASE: &str = r#"{"coins":1,"level":1,"bag":[{"id":"a","n":1},{"id":"b","n":1}]}"#;
const MINE: &str = r#"{"coins":2,"level":1,"bag":[{"id":"a","n":1},{"id":"b","n":9}]}"#;
const APART: &str = r#"{"coins":1,"level":7,"bag":[{"id":"c","n":5},{"id":"a","n":1},{"id":"b","n":1}]}"#;
const BOTH: &str = r#"{"coins":2,"level":7,"bag":[{"id":"c","n":5},{"id":"a","n":1},{"id":"b","n":9}]}"#;
const SAME_PLACE: &str = r#"{"coins":3,"level":7,"bag":[]}"#;

#[tokio::test]
async fn s_31_each_policy_does_what_it_says_about_changes_that_do_not_touch() {
    for connection in ["Main", "Game"] {
        for (policy, saved, after) in [
            ("SMART_MERGE", 1, BOTH),
            ("MANUAL_MERGE", 0, APART),
            ("FIRST_WRITER_WINS", 0, APART),
            ("LAST_WRITER_WINS", 1, MINE),
        ] {
            let clash = Clash::start(connection, policy, BASE, MINE, APART).await;
            let counts = clash.commit().await;
            assert_eq!(
                (&counts["saved"], &counts["conflict"]),
                (&json!(saved), &json!(1 - saved)),
                "{policy}"
            );
            assert_eq!(value(&clash.bench.owner, connection).await, parsed(after), "{connection} {policy}");
            if saved == 1 {
                undo(&clash.bench.owner, &clash.set, json!({})).await;
                let undone = value(&clash.bench.owner, connection).await;
                assert_eq!(undone, parsed(APART), "what was overwritten is the pre-image");
            }
            clash.bench.daemon.stop().await;
        }
    }
}

#[tokio::test]
async fn overlaps_are_told_place_by_place_and_written_as_chosen() {
    let clash = Clash::start("Main", "SMART_MERGE", BASE, MINE, SAME_PLACE).await;
    assert_eq!(clash.commit().await["conflict"], 1);
    let detail = clash.detail().await;
    let paths: Vec<_> =
        detail["overlaps"].as_array().unwrap().iter().map(|overlap| overlap["path"].clone()).collect();
    assert_eq!(paths[0], "/coins", "{detail}");
    let unchosen = clash.resolve("useMerged", json!({})).await;
    assert_eq!(unchosen.refusal(), (400, "GEN007".into()), "{}", unchosen.body);
    let choices: Vec<_> = paths
        .iter()
        .map(|path| json!({ "path": path, "side": if path == "/coins" { "mine" } else { "theirs" } }))
        .collect();
    let stranger = json!({ "choices": [{ "path": "/nowhere", "side": "mine" }] });
    assert_eq!(clash.resolve("useMerged", stranger).await.refusal(), (400, "GEN007".into()));
    let resolved = clash.resolve("useMerged", json!({ "choices": choices })).await.ok();
    assert_eq!(resolved["item"]["state"], "saved", "{resolved}");
    assert_eq!(value(&clash.bench.owner, "Main").await, parsed(r#"{"coins":2,"level":7,"bag":[]}"#));
    clash.bench.daemon.stop().await;
}

#[tokio::test]
async fn theirs_is_kept_or_overwritten_only_as_it_was_looked_at_and_with_the_key_typed() {
    let clash = Clash::start("Main", "MANUAL_MERGE", BASE, MINE, APART).await;
    clash.commit().await;
    let untyped = clash.resolve("overwriteTheirs", json!({})).await;
    assert_eq!(untyped.refusal(), (400, "GEN007".into()));
    let seen = clash.detail().await["theirs"]["revision"].clone();
    put(&clash.bench.owner, "Main", SAME_PLACE).await;
    let stale = json!({ "confirm": { "key": "k" }, "expectedRevision": seen });
    assert_eq!(clash.resolve("overwriteTheirs", stale).await.refusal(), (409, "DS006".into()));
    assert_eq!(value(&clash.bench.owner, "Main").await, parsed(SAME_PLACE));
    let now = clash.bench.owner.get("/api/v1/datastores/S/keys/k?connection=Main").await.ok();
    let typed = json!({ "confirm": { "key": " K " }, "expectedRevision": now["revision"] });
    let done = clash.resolve("overwriteTheirs", typed).await.ok();
    assert_eq!(done["item"]["state"], "saved", "{done}");
    assert_eq!(value(&clash.bench.owner, "Main").await, parsed(MINE));
    clash.bench.daemon.stop().await;

    let clash = Clash::start("Main", "MANUAL_MERGE", BASE, MINE, APART).await;
    clash.commit().await;
    let kept = clash.resolve("keepTheirs", json!({})).await.ok();
    assert_eq!(kept["item"]["state"], "superseded");
    assert_eq!(value(&clash.bench.owner, "Main").await, parsed(APART));
    let again = clash.resolve("keepTheirs", json!({})).await;
    assert_eq!(again.refusal(), (400, "GEN007".into()), "it is settled");
    clash.bench.daemon.stop().await;
}

#[tokio::test]
async fn u_14_one_item_turns_conflict_and_the_others_are_saved() {
    let bench = Bench::start().await;
    let owner = &bench.owner;
    put(owner, "Main", BASE).await;
    let staged = propose(
        owner,
        "Main",
        json!([
            { "kind": "remove", "store": "S", "key": "k" },
            { "kind": "set", "store": "S", "key": "other", "value": 1 },
        ]),
    )
    .await;
    put(owner, "Main", APART).await;
    let done = commit(owner, &staged["set"]["id"], json!({ "confirm": { "count": 2 } })).await.ok();
    let counts = &done["set"]["counts"];
    assert_eq!((&counts["saved"], &counts["conflict"]), (&json!(1), &json!(1)));
    assert_eq!(value(owner, "Main").await, parsed(APART));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_35_an_undo_of_something_changed_since_is_a_conflict_and_never_forced() {
    for connection in ["Main", "Game"] {
        let bench = Bench::start().await;
        bench.connect("Game", &json!({})).await;
        let owner = &bench.owner;
        put(owner, connection, BASE).await;
        let path = format!("/api/v1/datastores/S/keys/k?connection={connection}");
        let done = owner.put(&path, &format!(r#"{{"value":{MINE}}}"#)).await.ok();
        put(owner, connection, APART).await;
        let undone = undo(owner, &done["changeSet"], json!({})).await;
        assert_eq!(undone["counts"]["conflict"], 1, "{undone}");
        assert_eq!(value(owner, connection).await, parsed(APART));
        bench.daemon.stop().await;
    }
}
