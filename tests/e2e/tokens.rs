//! API tokens: what each role may, when a token ends, and what ends with it (S-16, S-58, S-61).

use std::time::Duration;

use daemon_core::permission::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::{Answer, HttpClient};
use tests::socket::SocketClient;

/// At least one operation for each permission, with a request that succeeds for whoever may.
fn requests() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("READ_DATA", "system.status", json!({})),
        ("READ_DATA", "entries.get", json!({ "store": "S", "key": "k" })),
        ("READ_DATA", "connections.select", json!({ "connection": "Main" })),
        ("WRITE_DATA", "entries.set", json!({ "store": "S", "key": "k", "value": 1 })),
        ("WRITE_DATA", "entries.import", json!({ "store": "S", "entries": [] })),
        ("WRITE_DATA", "ordered.increment", json!({ "store": "O", "key": "k" })),
        ("EXPORT_DATA", "entries.export", json!({ "store": "S" })),
        ("MANAGE_SECURITY", "tokens.list", json!({})),
        ("MANAGE_SECURITY", "tokens.create", json!({ "name": "t", "role": "VIEWER" })),
        ("MANAGE_SECURITY", "studio.list", json!({})),
        ("MANAGE_SECURITY", "sessions.invite", json!({})),
        ("DELETE_DATA", "ordered.remove", json!({ "store": "O", "key": "gone" })),
        ("DELETE_DATA", "entries.remove", json!({ "store": "S", "key": "gone" })),
        ("SYSTEM_CONFIG", "connections.removeSample", json!({ "connection": "Main" })),
    ]
}

/// The permissions of each role in the product document.
fn permissions(role: Role) -> &'static [&'static str] {
    match role {
        Role::Viewer => &["READ_DATA"],
        Role::Editor => &["READ_DATA", "WRITE_DATA", "EXPORT_DATA"],
        Role::Admin => &["READ_DATA", "WRITE_DATA", "EXPORT_DATA", "DELETE_DATA", "MANAGE_SECURITY"],
        Role::SuperAdmin => {
            &["READ_DATA", "WRITE_DATA", "EXPORT_DATA", "DELETE_DATA", "MANAGE_SECURITY", "SYSTEM_CONFIG"]
        }
        Role::Auditor | Role::ComplianceOfficer => &[],
    }
}

async fn create(client: &HttpClient, role: &str, expires_in_seconds: Option<u32>) -> Answer {
    let mut request = json!({ "name": "a script", "role": role });
    if let Some(seconds) = expires_in_seconds {
        request["expiresInSeconds"] = json!(seconds);
    }
    client.post("/api/v1/tokens", &request.to_string()).await
}

#[tokio::test]
async fn s_61_every_role_may_over_http_what_its_permissions_say_and_nothing_else() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    for role in Role::ALL {
        owner.call("entries.set", &json!({ "store": "S", "key": "gone", "value": 1 })).await.ok();
        owner.call("entries.set", &json!({ "store": "S", "key": "k", "value": 1 })).await.ok();
        owner.call("ordered.set", &json!({ "store": "O", "key": "gone", "value": 1 })).await.ok();
        let client = daemon.client(role).await;
        for (permission, operation, request) in requests() {
            let answer = client.call(operation, &request).await;
            let case = format!("{} {operation}", role.as_str());
            if permissions(role).contains(&permission) {
                assert_eq!(answer.status, 200, "{case}: {}", answer.body);
            } else {
                assert_eq!(answer.refusal(), (403, "GEN006".into()), "{case}");
                assert!(
                    answer.body.contains(permission) && answer.body.contains(role.as_str()),
                    "{}",
                    answer.body
                );
            }
        }
    }
    daemon.stop().await;
}

#[tokio::test]
async fn no_role_grants_a_role_above_its_own() {
    let daemon = TestDaemon::empty().await;
    let check = async |granting: Role, granted: Role, is_allowed: bool| {
        let answer = create(&daemon.client(granting).await, granted.as_str(), None).await;
        let expected = if is_allowed { 200 } else { 403 };
        assert_eq!(answer.status, expected, "{granting} grants {granted}: {}", answer.body);
    };
    for granted in Role::ALL {
        check(Role::SuperAdmin, granted, true).await;
        check(Role::Admin, granted, granted != Role::SuperAdmin).await;
        for granting in [Role::Viewer, Role::Editor, Role::Auditor, Role::ComplianceOfficer] {
            check(granting, granted, false).await;
        }
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_58_a_secret_is_shown_once_and_the_list_has_none() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let created = create(&owner, "EDITOR", Some(60)).await.ok();
    let secret = created["secret"].as_str().unwrap();
    assert!(secret.starts_with("dsmp_") && secret.len() == 61, "160 random bits and a check sum");
    let scripted = HttpClient::new(daemon.address).with_token(secret);
    scripted.get("/api/v1/status").await.ok();
    let listed = owner.get("/api/v1/tokens").await;
    assert!(!listed.body.contains(&secret[12..]), "{}", listed.body);
    let tokens = listed.ok();
    let token = tokens["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .find(|token| token["name"] == "a script")
        .unwrap()
        .clone();
    assert_eq!((&token["role"], &token["kind"]), (&json!("EDITOR"), &json!("api")));
    assert!(secret.starts_with(token["prefix"].as_str().unwrap()));
    for member in ["createdAt", "expiresAt", "lastUsedAt"] {
        assert!(token[member].is_string(), "{member}: {token}");
    }
    assert!(token.get("revokedAt").is_none());
    daemon.stop().await;
}

#[tokio::test]
async fn s_58_a_token_ends_at_its_expiry_over_http_and_on_open_sockets() {
    let daemon = TestDaemon::empty().await;
    let created = create(&daemon.owner().await, "EDITOR", Some(60)).await.ok();
    let secret = created["secret"].as_str().unwrap();
    let client = HttpClient::new(daemon.address).with_token(secret);
    let mut socket = SocketClient::connect(daemon.address, secret).await.greeted().await;
    daemon.clock.advance(Duration::from_millis(59_999));
    client.get("/api/v1/status").await.ok();
    assert_eq!(socket.call(json!({ "type": "system.status" })).await["type"], "system.status");
    daemon.clock.advance(Duration::from_millis(1));
    assert_eq!(client.get("/api/v1/status").await.refusal(), (401, "GEN008".into()));
    let refused = socket.call(json!({ "type": "entries.set", "store": "S", "key": "k", "value": 1 })).await;
    assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("GEN008")), "{refused}");
    let reconnect = [tests::socket::bearer(secret)];
    assert_eq!(SocketClient::refused(daemon.address, &reconnect).await, 401);
    daemon.stop().await;
}

#[tokio::test]
async fn names_and_lifetimes_out_of_range_are_refused() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    for seconds in [0, 59, 31_536_001] {
        assert_eq!(
            create(&owner, "VIEWER", Some(seconds)).await.refusal(),
            (400, "GEN007".into()),
            "{seconds}"
        );
    }
    create(&owner, "VIEWER", Some(31_536_000)).await.ok();
    for name in ["", "  ", "a\nb", &"x".repeat(101)] {
        let body = json!({ "name": name, "role": "VIEWER" }).to_string();
        assert_eq!(owner.post("/api/v1/tokens", &body).await.refusal(), (400, "GEN007".into()), "{name}");
    }
    assert_eq!(create(&owner, "GOD", None).await.refusal(), (400, "GEN007".into()));
    assert_eq!(owner.delete("/api/v1/tokens/nope").await.refusal(), (404, "GEN009".into()));
    daemon.stop().await;
}

#[tokio::test]
async fn s_16_revoking_a_token_closes_its_sockets_and_no_others() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let created = create(&owner, "EDITOR", None).await.ok();
    let secret = created["secret"].as_str().unwrap();
    let mut bystander = daemon.socket().await.subscribed().await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        sockets.push(SocketClient::connect(daemon.address, secret).await.greeted().await.subscribed().await);
    }
    let path = format!("/api/v1/tokens/{}", created["token"]["id"].as_str().unwrap());
    let revoked = owner.delete(&path).await.ok();
    assert!(revoked["token"]["revokedAt"].is_string());
    owner.call("entries.set", &json!({ "store": "S", "key": "k", "value": 1 })).await.ok();
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, Some(1008));
    }
    let client = HttpClient::new(daemon.address).with_token(secret);
    assert_eq!(client.get("/api/v1/status").await.refusal(), (401, "GEN008".into()));
    assert_eq!(SocketClient::refused(daemon.address, &[tests::socket::bearer(secret)]).await, 401);
    bystander.event("entries.changed").await;
    daemon.stop().await;
}

#[tokio::test]
async fn s_16_a_token_revoked_before_hello_is_not_even_greeted() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let created = create(&owner, "EDITOR", None).await.ok();
    let mut socket = SocketClient::connect(daemon.address, created["secret"].as_str().unwrap()).await;
    owner.delete(&format!("/api/v1/tokens/{}", created["token"]["id"].as_str().unwrap())).await.ok();
    socket.request(tests::socket::hello(1, 1)).await;
    assert_eq!(socket.closed().await, Some(1008));
    daemon.stop().await;
}

/// 200 tokens, each revoked while its socket asks as fast as it can: what is asked after the acknowledgement is refused.
#[tokio::test]
async fn s_16_a_race_against_revocation_is_never_won() {
    const RACES: usize = 200;
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let race = async |_: usize| {
        let created = create(&owner, "EDITOR", None).await.ok();
        let secret = created["secret"].as_str().unwrap();
        let id = created["token"]["id"].as_str().unwrap();
        let client = HttpClient::new(daemon.address).with_token(secret);
        let mut socket = SocketClient::connect(daemon.address, secret).await.greeted().await;
        let asking = async {
            for _ in 0..4 {
                socket.request(json!({ "type": "system.status" })).await;
            }
        };
        let path = format!("/api/v1/tokens/{id}");
        let (revoked, ()) = tokio::join!(owner.delete(&path), asking);
        revoked.ok();
        // What was answered before the acknowledgement may still be on its way; what is asked now may not be.
        let id = socket.request(json!({ "type": "tokens.list" })).await;
        let mut answers = 0;
        while let Some(frame) = socket.next_frame().await {
            assert_ne!(frame["replyTo"], id.as_str(), "{frame}");
            answers += 1;
            assert!(answers <= 4, "{frame}");
        }
        assert_eq!(client.get("/api/v1/status").await.status, 401);
    };
    for batch in 0..RACES / 20 {
        join_all((0..20).map(|number| race(batch * 20 + number))).await;
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_16_a_token_first_used_while_it_is_revoked_does_not_stay_open() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    for _ in 0..50 {
        let created = create(&owner, "EDITOR", None).await.ok();
        let client = HttpClient::new(daemon.address).with_token(created["secret"].as_str().unwrap());
        let path = format!("/api/v1/tokens/{}", created["token"]["id"].as_str().unwrap());
        let (revoked, ..) =
            tokio::join!(owner.delete(&path), client.get("/api/v1/status"), client.get("/api/v1/status"));
        revoked.ok();
        assert_eq!(client.get("/api/v1/status").await.status, 401);
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_token_outlives_a_restart_and_its_revocation_too() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let kept = create(&owner, "VIEWER", None).await.ok();
    let revoked = create(&owner, "VIEWER", None).await.ok();
    owner.delete(&format!("/api/v1/tokens/{}", revoked["token"]["id"].as_str().unwrap())).await.ok();
    let daemon = daemon.restart().await;
    let with =
        |created: &Value| HttpClient::new(daemon.address).with_token(created["secret"].as_str().unwrap());
    with(&kept).get("/api/v1/status").await.ok();
    assert_eq!(with(&revoked).get("/api/v1/status").await.status, 401);
    daemon.stop().await;
}
