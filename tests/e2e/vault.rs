//! The vault over HTTP: who may, how often, and who is told.

use std::time::Duration;

use daemon_core::permission::Role;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

const PASSPHRASE: &str = "a long passphrase";

async fn state(client: &HttpClient) -> Value {
    client.get("/api/v1/vault").await.ok()["state"].clone()
}

fn body(passphrase: &str) -> String {
    json!({ "passphrase": passphrase }).to_string()
}

#[tokio::test]
async fn s_55_a_vault_is_made_closed_and_opened_and_everybody_is_told() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let mut socket = daemon.socket().await.subscribed().await;
    assert_eq!(state(&owner).await, "absent");
    let short = owner.post("/api/v1/vault/create", &body("sevench")).await;
    assert_eq!(short.refusal(), (400, "GEN007".into()));
    let made = owner.post("/api/v1/vault/create", &body(PASSPHRASE)).await.ok();
    assert_eq!(made, json!({ "place": "vault", "state": "open", "keyFile": false }));
    socket.event("connections.changed").await;
    let closed = owner.post("/api/v1/vault/close", "{}").await.ok();
    assert!(closed["remedy"].as_str().unwrap().contains("`dsmp vault open`"), "{closed}");
    socket.event("connections.changed").await;
    owner.post("/api/v1/vault/open", &body(PASSPHRASE)).await.ok();
    socket.event("connections.changed").await;
    let daemon = daemon.restart().await;
    assert_eq!(state(&daemon.owner().await).await, "locked");
    daemon.stop().await;
}

#[tokio::test]
async fn five_passphrases_a_minute_may_be_tried() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    owner.post("/api/v1/vault/create", &body(PASSPHRASE)).await.ok();
    owner.post("/api/v1/vault/close", "{}").await.ok();
    for _ in 0..5 {
        let wrong = owner.post("/api/v1/vault/open", &body("another passphrase")).await;
        assert_eq!(wrong.refusal(), (403, "GEN006".into()));
    }
    let sixth = owner.post("/api/v1/vault/open", &body(PASSPHRASE)).await;
    assert_eq!(sixth.refusal(), (429, "GEN010".into()));
    assert_eq!(state(&owner).await, "locked");
    daemon.clock.advance(Duration::from_mins(1));
    owner.post("/api/v1/vault/open", &body(PASSPHRASE)).await.ok();
    daemon.stop().await;
}

#[tokio::test]
async fn only_who_may_configure_makes_opens_and_closes_it() {
    let daemon = TestDaemon::empty().await;
    daemon.owner().await.post("/api/v1/vault/create", &body(PASSPHRASE)).await.ok();
    for role in [Role::Viewer, Role::Editor, Role::Admin] {
        let client = daemon.client(role).await;
        assert_eq!(state(&client).await, "open");
        for (path, body) in
            [("create", body(PASSPHRASE)), ("open", body(PASSPHRASE)), ("close", "{}".to_owned())]
        {
            let refused = client.post(&format!("/api/v1/vault/{path}"), &body).await;
            assert_eq!(refused.refusal(), (403, "GEN006".into()), "{} {path}", role.as_str());
        }
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_10_what_is_no_passphrase_is_refused_without_being_repeated() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    for passphrase in [json!(12_345_678_901_u64), json!(["canary"]), json!({ "canary": 1 }), json!("canary")]
    {
        for path in ["/api/v1/vault/create", "/api/v1/vault/open"] {
            let refused = owner.post(path, &json!({ "passphrase": passphrase }).to_string()).await;
            assert!(refused.status.is_client_error(), "{path}: {}", refused.body);
            assert!(
                !refused.body.contains("canary") && !refused.body.contains("12345678"),
                "{}",
                refused.body
            );
        }
    }
    daemon.stop().await;
}
