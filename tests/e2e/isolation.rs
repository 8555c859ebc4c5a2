//! What belongs to one principal is neither seen nor used by another (S-15).

use daemon_core::permission::Role;
use serde_json::{Value, json};
use tests::daemon::{Browser, TestDaemon};
use tests::http::HttpClient;
use tests::socket::SocketClient;

/// The connection that counts for a client.
async fn selected(client: &HttpClient) -> String {
    let listed = client.get("/api/v1/connections").await.ok();
    let mut selected =
        listed["connections"].as_array().unwrap().iter().filter(|connection| connection["selected"] == true);
    selected.next().unwrap()["name"].as_str().unwrap().to_owned()
}

/// A browser signed in with a token of a role.
async fn browser_of(daemon: &TestDaemon, client: &HttpClient) -> Browser {
    let invited = client.call("sessions.invite", &json!({})).await.ok();
    daemon.browse(invited["url"].as_str().unwrap()).await
}

#[tokio::test]
async fn s_15_one_principals_selection_is_not_anothers() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.browse(&daemon.open_url).await.client;
    let (admin, editor, viewer) = (
        daemon.client(Role::Admin).await,
        daemon.client(Role::Editor).await,
        daemon.client(Role::Viewer).await,
    );
    let second_viewer = daemon.client(Role::Viewer).await;
    let all = [&owner, &admin, &editor, &viewer, &second_viewer];
    for chooser in 0..all.len() {
        for (other, client) in all.iter().enumerate() {
            let expected = if other < chooser { "Other" } else { "Main" };
            assert_eq!(selected(client).await, expected, "{chooser} {other}");
        }
        all[chooser].post("/api/v1/connections/Other/select", "{}").await.ok();
    }
    owner.put("/api/v1/datastores/S/keys/k?connection=Main", r#"{"value":1}"#).await.ok();
    assert_eq!(owner.get("/api/v1/datastores/S/keys/k").await.status, 404);
    let daemon = daemon.restart().await;
    assert_eq!(selected(&daemon.owner().await).await, "Main", "a new principal begins with the default");
    daemon.stop().await;
}

#[tokio::test]
async fn s_15_halves_of_different_principals_sessions_do_not_fit_together() {
    let daemon = TestDaemon::empty().await;
    let (first, second) = (daemon.client(Role::Admin).await, daemon.client(Role::Admin).await);
    let browsers = [
        browser_of(&daemon, &first).await,
        browser_of(&daemon, &first).await,
        browser_of(&daemon, &second).await,
    ];
    for (cookie_of, with_cookie) in browsers.iter().enumerate() {
        for (token_of, with_token) in browsers.iter().enumerate() {
            let client = HttpClient::new(daemon.address)
                .with_header("cookie", &with_cookie.cookie)
                .with_token(&with_token.tab_token);
            let expected = if cookie_of == token_of { 200 } else { 401 };
            assert_eq!(client.get("/api/v1/status").await.status, expected, "{cookie_of} {token_of}");
        }
    }
    browsers[0].client.post("/api/v1/sessions/end", "{}").await.ok();
    assert_eq!(browsers[0].client.get("/api/v1/status").await.status, 401);
    browsers[1].client.get("/api/v1/status").await.ok();
    browsers[2].client.get("/api/v1/status").await.ok();
    daemon.stop().await;
}

#[tokio::test]
async fn s_15_whoever_has_no_session_ends_none_and_opens_no_tab() {
    let daemon = TestDaemon::empty().await;
    let browser = daemon.browser().await;
    for client in [daemon.owner().await, daemon.client(Role::Viewer).await] {
        for path in ["/api/v1/sessions/tabs", "/api/v1/sessions/end"] {
            assert_eq!(client.post(path, "{}").await.refusal(), (400, "GEN007".into()), "{path}");
            assert_eq!(
                client.post(path, r#"{"session":"x"}"#).await.refusal(),
                (400, "GEN007".into()),
                "{path}"
            );
        }
    }
    browser.client.get("/api/v1/status").await.ok();
    daemon.stop().await;
}

#[tokio::test]
async fn s_15_a_session_has_its_inviters_identity_and_ends_with_it() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let created = owner.post("/api/v1/tokens", r#"{"name":"ann","role":"ADMIN"}"#).await.ok();
    let inviter = HttpClient::new(daemon.address).with_token(created["secret"].as_str().unwrap());
    let browser = browser_of(&daemon, &inviter).await;
    let status = browser.client.get("/api/v1/status").await.ok();
    assert_eq!(status["principal"], json!({ "name": "ann", "role": "ADMIN" }));
    inviter.post("/api/v1/connections/Other/select", "{}").await.ok();
    assert_eq!(selected(&browser.client).await, "Other", "the same principal by another credential");
    owner.delete(&format!("/api/v1/tokens/{}", created["token"]["id"].as_str().unwrap())).await.ok();
    assert_eq!(browser.client.get("/api/v1/status").await.status, 401);
    daemon.stop().await;
}

#[tokio::test]
async fn s_15_a_subscription_is_its_sockets_own() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let token = daemon.token(Role::Viewer).await;
    let mut quiet = SocketClient::connect(daemon.address, &token).await.greeted().await;
    let mut listening =
        SocketClient::connect(daemon.address, &token).await.greeted().await.subscribed().await;
    let mut other = daemon.socket().await;
    assert_eq!(other.call(json!({ "type": "unsubscribe" })).await["type"], "unsubscribe");
    client.put("/api/v1/datastores/S/keys/k", r#"{"value":1}"#).await.ok();
    listening.event("entries.changed").await;
    assert_eq!(quiet.events_so_far().await, Vec::<Value>::new());
    assert_eq!(other.events_so_far().await, Vec::<Value>::new());
    daemon.stop().await;
}

#[tokio::test]
async fn s_15_one_studios_claim_fetches_no_other_studios_credential() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let plain = HttpClient::new(daemon.address);
    let ask = json!({ "studio": { "universeId": "1", "placeId": "2" } }).to_string();
    let (mine, theirs) =
        (plain.post("/api/v1/pairings", &ask).await.ok(), plain.post("/api/v1/pairings", &ask).await.ok());
    let path = format!("/api/v1/studio/pairings/{}/approve", theirs["pairing"].as_str().unwrap());
    let swapped = owner.post(&path, &json!({ "code": mine["code"] }).to_string()).await;
    assert_eq!(swapped.refusal(), (400, "GEN007".into()), "my code approves no other pairing");
    owner.post(&path, &json!({ "code": theirs["code"] }).to_string()).await.ok();
    let claim = json!({ "pairing": theirs["pairing"], "claim": mine["claim"] }).to_string();
    let claimed = plain.post("/api/v1/pairings/claim", &claim).await.ok();
    assert_eq!(claimed, json!({ "state": "expired" }));
    daemon.stop().await;
}
