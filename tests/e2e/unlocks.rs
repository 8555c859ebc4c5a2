//! Writing to read-only connections: refused before anything is sent, unlocked for one principal and for a time
//! (U-07, U-08, S-15).

use std::time::Duration;

use daemon_core::permission::Role;
use serde_json::{Value, json};
use tests::http::HttpClient;

use crate::cloud::{Bench, entry};

/// A production connection with an entry, and its revision.
async fn production() -> (Bench, String) {
    let bench = Bench::start().await;
    bench.connect("Prod", &json!({})).await;
    let written = bench.owner.put(&entry("Prod"), r#"{"value":{"coins":1}}"#).await.ok();
    bench.owner.put("/api/v1/ordered-datastores/Top/keys/k?connection=Prod", r#"{"value":1}"#).await.ok();
    bench
        .owner
        .patch("/api/v1/connections/Prod", r#"{"environment":"production","readOnly":true}"#)
        .await
        .ok();
    (bench, written["revision"].as_str().unwrap().to_owned())
}

async fn unlock(client: &HttpClient, request: Value) -> tests::http::Answer {
    client.post("/api/v1/connections/Prod/unlock", &request.to_string()).await
}

async fn write(client: &HttpClient) -> u16 {
    client.put(&entry("Prod"), r#"{"value":2}"#).await.status.as_u16()
}

/// Until when the client may write.
async fn until(client: &HttpClient) -> Value {
    let listed = client.get("/api/v1/connections").await.ok();
    let all = listed["connections"].as_array().unwrap().clone();
    all.into_iter().find(|connection| connection["name"] == "Prod").unwrap()["unlockedUntil"].clone()
}

#[tokio::test]
async fn u_07_no_direct_call_writes_to_a_locked_connection_and_nothing_is_sent() {
    let (bench, revision) = production().await;
    let before = bench.emulator.request_count();
    let address = json!({ "connection": "Prod", "store": "Saves", "key": "Player_1" });
    let ordered = json!({ "connection": "Prod", "store": "Top", "key": "k" });
    let with = |base: &Value, member: &str, value: Value| {
        let mut request = base.clone();
        request[member] = value;
        request
    };
    let edits = json!([{ "op": "set", "path": "/coins", "value": 2 }]);
    for (operation, request) in [
        ("entries.set", with(&address, "value", json!(2))),
        ("entries.edit", with(&address, "edits", edits)),
        ("entries.remove", address.clone()),
        (
            "entries.import",
            json!({ "connection": "Prod", "store": "Saves", "entries": [{ "key": "a", "value": 1 }] }),
        ),
        ("revisions.restore", with(&address, "revision", json!(revision))),
        ("ordered.set", with(&ordered, "value", json!(2))),
        ("ordered.increment", ordered.clone()),
        ("ordered.remove", ordered.clone()),
        ("connections.removeSample", json!({ "connection": "Prod" })),
    ] {
        let answer = bench.owner.call(operation, &request).await;
        assert_eq!(answer.refusal(), (403, "DS009".into()), "{operation}: {}", answer.body);
        for word in ["`Prod`", "production", "nothing was sent", "unlock"] {
            assert!(answer.body.contains(word), "{operation}: {}", answer.body);
        }
    }
    let socket = bench.daemon.socket().await.call(with(&address, "type", json!("entries.set"))).await;
    assert_eq!(socket["type"], "error");
    assert_eq!(bench.emulator.request_count(), before);
    bench.owner.get(&entry("Prod")).await.ok();
    assert_eq!(bench.emulator.request_count(), before + 1, "reading is open");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn u_08_an_unlock_ends_at_its_minute_whatever_is_done() {
    let (bench, _) = production().await;
    assert_eq!(write(&bench.owner).await, 403);
    let unlocked = unlock(&bench.owner, json!({ "minutes": 5, "reason": "ticket 12" })).await.ok();
    let end = bench.daemon.clock.now().saturating_add(Duration::from_mins(5)).format_rfc3339();
    assert_eq!(unlocked["connection"]["unlockedUntil"], end.as_str());
    for _ in 0..4 {
        bench.daemon.clock.advance(Duration::from_mins(1));
        assert_eq!(write(&bench.owner).await, 202);
        assert_eq!(until(&bench.owner).await, end.as_str(), "activity does not stretch it");
    }
    bench.daemon.clock.advance(Duration::from_secs(59));
    assert_eq!(write(&bench.owner).await, 202);
    bench.daemon.clock.advance(Duration::from_secs(1));
    assert_eq!((write(&bench.owner).await, until(&bench.owner).await), (403, Value::Null));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn an_unlock_needs_a_reason_and_one_of_three_lengths() {
    let (bench, _) = production().await;
    for request in [
        json!({}),
        json!({ "reason": "" }),
        json!({ "reason": "  " }),
        json!({ "reason": "x".repeat(501) }),
        json!({ "reason": "two\nlines" }),
        json!({ "reason": "why", "minutes": 10 }),
        json!({ "reason": "why", "minutes": 0 }),
    ] {
        assert_eq!(
            unlock(&bench.owner, request.clone()).await.refusal(),
            (400, "GEN007".into()),
            "{request}"
        );
    }
    assert_eq!(write(&bench.owner).await, 403);
    let viewer = bench.daemon.client(Role::Viewer).await;
    assert_eq!(unlock(&viewer, json!({ "reason": "why" })).await.refusal(), (403, "GEN006".into()));
    let now = bench.daemon.clock.now();
    let after = |minutes| json!(now.saturating_add(Duration::from_mins(minutes)).format_rfc3339());
    let ends = async |request: Value| {
        unlock(&bench.owner, request).await.ok()["connection"]["unlockedUntil"].clone()
    };
    assert_eq!(ends(json!({ "reason": "why" })).await, after(15));
    assert_eq!(ends(json!({ "reason": "x".repeat(500), "minutes": 60 })).await, after(60));
    bench.owner.patch("/api/v1/connections/Prod", r#"{"environment":"staging"}"#).await.ok();
    assert_eq!(ends(json!({})).await, after(60), "one press on staging");
    bench.owner.patch("/api/v1/connections/Prod", r#"{"readOnly":false}"#).await.ok();
    assert_eq!(ends(json!({})).await, Value::Null, "what is writable needs none");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_15_an_unlock_is_one_principals_alone() {
    let (bench, _) = production().await;
    let (ann, bob) = (bench.daemon.client(Role::Editor).await, bench.daemon.client(Role::Editor).await);
    let reason = || json!({ "reason": "ticket 12" });
    unlock(&ann, reason()).await.ok();
    assert_eq!((write(&ann).await, write(&bob).await, write(&bench.owner).await), (202, 403, 403));
    assert!(until(&ann).await.is_string() && until(&bob).await.is_null());
    bob.post("/api/v1/connections/Prod/lock", "{}").await.ok();
    assert_eq!(write(&ann).await, 202, "nobody locks another's");
    bench.owner.put("/api/v1/datastores/S/keys/k?connection=Main", r#"{"value":1}"#).await.ok();
    let locked = ann.post("/api/v1/connections/Prod/lock", "{}").await.ok();
    assert_eq!(locked["connection"]["unlockedUntil"], Value::Null);
    assert_eq!(write(&ann).await, 403);
    bench.daemon.stop().await;
}

#[tokio::test]
async fn an_unlock_ends_with_sign_out_with_a_new_guard_and_with_the_daemon() {
    let (bench, _) = production().await;
    let reason = || json!({ "reason": "ticket 12" });
    let token = bench.daemon.client(Role::SuperAdmin).await;
    let invited = token.call("sessions.invite", &json!({})).await.ok();
    let browser = bench.daemon.browse(invited["url"].as_str().unwrap()).await;
    unlock(&browser.client, reason()).await.ok();
    assert_eq!(write(&token).await, 202, "the same principal by another credential");
    browser.client.post("/api/v1/sessions/end", "{}").await.ok();
    assert_eq!(write(&token).await, 403, "sign-out");
    for guard in [json!({ "readOnly": true }), json!({ "environment": "production" })] {
        unlock(&token, reason()).await.ok();
        bench.owner.patch("/api/v1/connections/Prod", r#"{"name":"Prod"}"#).await.ok();
        assert_eq!(write(&token).await, 202, "a name is no guard");
        bench.owner.patch("/api/v1/connections/Prod", &guard.to_string()).await.ok();
        assert_eq!(write(&token).await, 403, "{guard}");
    }
    unlock(&token, reason()).await.ok();
    let daemon = bench.daemon.restart().await;
    let token = token.clone().at(daemon.address);
    assert_eq!(write(&token).await, 403, "a restart");
    daemon.stop().await;
}

#[tokio::test]
async fn everybody_who_listens_hears_of_unlocks() {
    let (bench, _) = production().await;
    let mut socket = bench.daemon.socket().await.subscribed().await;
    unlock(&bench.owner, json!({ "reason": "ticket 12" })).await.ok();
    socket.event("connections.changed").await;
    bench.owner.post("/api/v1/connections/Prod/lock", "{}").await.ok();
    socket.event("connections.changed").await;
    bench.daemon.stop().await;
}
