//! Answers that get lost between Roblox and us: read back, never blindly repeated (S-32).

use serde_json::{Value, json};

use crate::changesets::commit;
use crate::cloud::Bench;

async fn connected() -> Bench {
    let bench = Bench::start().await;
    bench.connect("Game", &json!({})).await;
    bench
}

/// Lets the next so many requests of a method go wrong.
async fn fault(bench: &Bench, method: &str, times: Option<u64>, fault: Value) {
    bench
        .emulator
        .control("POST", "/_emulator/faults", &json!({ "method": method, "times": times, "fault": fault }))
        .await;
}

fn at(key: &str) -> Value {
    json!({ "connection": "Game", "store": "S", "key": key })
}

fn with(base: &Value, member: &str, value: Value) -> Value {
    let mut request = base.clone();
    request[member] = value;
    request
}

/// How many requests of a kind that change something were sent.
fn sent(bench: &Bench, method: &str) -> usize {
    let is_sent = |line: &&String| line.starts_with(method) && line.contains("/entry?");
    bench.emulator.seen().iter().filter(is_sent).count()
}

#[tokio::test]
async fn s_32_a_write_whose_answer_was_lost_is_read_back_and_not_done_twice() {
    let bench = connected().await;
    for fault_kind in [json!("dropAfter"), json!({ "truncate": { "bytes": 3 } })] {
        fault(&bench, "POST", Some(1), fault_kind).await;
        let before = sent(&bench, "POST");
        let saved =
            bench.owner.call("entries.set", &with(&at("a"), "value", json!({ "n": before }))).await.ok();
        assert_eq!(saved["outcome"], "saved");
        assert_eq!(sent(&bench, "POST"), before + 1, "sent once");
        let entry = bench.owner.call("entries.get", &at("a")).await.ok();
        assert_eq!((&entry["revision"], &entry["value"]["n"]), (&saved["revision"], &json!(before)));
    }
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_32_a_write_that_never_arrived_is_sent_again_under_its_condition() {
    let bench = connected().await;
    fault(&bench, "POST", Some(1), json!("dropBefore")).await;
    let saved = bench.owner.call("entries.set", &with(&at("a"), "value", json!(1))).await.ok();
    assert_eq!(saved["outcome"], "saved");
    let writes =
        bench.emulator.seen().into_iter().filter(|line| line.starts_with("POST") && line.contains("/entry?"));
    let writes: Vec<_> = writes.collect();
    assert_eq!(writes.len(), 2);
    assert!(writes.iter().all(|line| line.contains("exclusiveCreate=true")), "{writes:?}");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_32_a_removal_whose_answer_was_lost_is_read_back() {
    let bench = connected().await;
    bench.owner.call("entries.set", &with(&at("a"), "value", json!(1))).await.ok();
    fault(&bench, "DELETE", Some(1), json!("dropAfter")).await;
    let removed = bench.owner.call("entries.remove", &at("a")).await.ok();
    assert_eq!((&removed["outcome"], sent(&bench, "DELETE")), (&json!("saved"), 1));
    assert_eq!(bench.owner.call("entries.get", &at("a")).await.refusal(), (404, "DS005".into()));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn u_15_an_outcome_that_cannot_be_read_back_stays_unknown_and_blocks_its_key_until_it_can() {
    let bench = connected().await;
    bench.owner.call("entries.set", &with(&at("a"), "value", json!(1))).await.ok();
    fault(&bench, "POST", Some(1), json!("dropAfter")).await;
    // The reading before the write passes; those after it fail.
    let rule = json!({ "method": "GET", "skip": 1, "fault": { "status": { "code": 503 } } });
    bench.emulator.control("POST", "/_emulator/faults", &rule).await;
    let unknown = bench.owner.call("entries.set", &with(&at("a"), "value", json!(2))).await;
    assert_eq!(unknown.refusal(), (504, "DS007".into()), "{}", unknown.body);
    let open = bench.owner.call("changesets.list", &json!({ "state": "open" })).await.ok();
    let set = open["sets"][0]["id"].clone();
    bench.emulator.control("DELETE", "/_emulator/faults", &json!({})).await;
    let check = json!({ "set": set, "item": 1, "resolution": "check" });
    let checked = bench.owner.call("changesets.resolve", &check).await;
    // The daemon may have read it back by itself already; then there is nothing left to check.
    let got = bench.owner.call("changesets.get", &json!({ "set": set })).await.ok();
    assert_eq!(got["items"][0]["state"], "saved", "{} {got}", checked.body);
    assert_eq!(sent(&bench, "POST"), 2, "sent once");
    bench.owner.call("entries.set", &with(&at("a"), "value", json!(3))).await.ok();
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_32_an_increment_whose_answer_was_lost_is_never_sent_twice() {
    let bench = connected().await;
    let top = json!({ "connection": "Game", "store": "Top", "key": "k" });
    bench.owner.call("ordered.set", &with(&top, "value", json!("5"))).await.ok();
    let before = bench.emulator.request_count();
    let rule = json!({ "method": "POST", "times": 1, "fault": "dropAfter" });
    bench.emulator.control("POST", "/_emulator/faults", &rule).await;
    let answer = bench.owner.call("ordered.increment", &with(&top, "delta", json!("3"))).await;
    assert_eq!(
        answer.refusal(),
        (504, "DS007".into()),
        "someone else may have added as much: {}",
        answer.body
    );
    assert_eq!(bench.owner.call("ordered.get", &top).await.ok()["value"], "8");
    let increments: Vec<_> = bench.emulator.seen()[before..]
        .iter()
        .filter(|line| line.starts_with("POST") && line.contains("ncrement"))
        .cloned()
        .collect();
    assert_eq!(increments.len(), 1, "{increments:?}");
    let blocked = bench.owner.call("ordered.set", &with(&top, "value", json!("1"))).await;
    assert_eq!(blocked.refusal(), (504, "DS007".into()), "{}", blocked.body);
    let open =
        bench.owner.call("changesets.list", &json!({ "connection": "Game", "state": "open" })).await.ok();
    let set = open["sets"][0]["id"].clone();
    assert_eq!(open["sets"][0]["counts"]["unknown"], 1);
    let settle = json!({ "set": set, "item": 1, "resolution": "settleNotSaved" });
    assert_eq!(bench.owner.call("changesets.resolve", &settle).await.refusal(), (400, "GEN007".into()));
    let settle = with(&settle, "reason", json!("looked in the game"));
    let settled = bench.owner.call("changesets.resolve", &settle).await.ok();
    assert_eq!(settled["item"]["state"], "refused");
    bench.owner.call("ordered.set", &with(&top, "value", json!("1"))).await.ok();
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_39_what_was_in_flight_at_a_restart_is_read_back() {
    let bench = connected().await;
    let staged = bench
        .owner
        .call(
            "changesets.propose",
            &json!({ "connection": "Game", "changes": [{ "kind": "set", "store": "S", "key": "a", "value": 1 }] }),
        )
        .await
        .ok();
    let set = staged["set"]["id"].clone();
    fault(&bench, "POST", Some(1), json!("dropAfter")).await;
    commit(&bench.owner, &set, json!({})).await.ok();
    let owner = bench.owner.clone();
    let daemon = bench.daemon.restart().await;
    let owner = owner.at(daemon.address);
    let got = owner.call("changesets.get", &json!({ "set": set })).await.ok();
    assert_eq!(got["set"]["counts"]["saved"], 1, "{got}");
    daemon.stop().await;
}
