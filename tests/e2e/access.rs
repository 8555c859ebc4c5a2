//! What answers without a credential, and which credentials open what (S-04, S-05).

use std::collections::BTreeSet;

use http::Method;
use protocol::CATALOGUE;
use serde_json::json;
use tests::daemon::{Browser, TestDaemon};
use tests::http::{Answer, HttpClient};

use crate::guard::routes;

/// Everything that works without a credential: health, the page, and the exchanges by which a credential is got.
const OPEN: [&str; 6] = [
    "GET /",
    "GET /healthz",
    "POST /api/v1/pairings",
    "POST /api/v1/pairings/claim",
    "POST /api/v1/prove",
    "POST /api/v1/sign-in",
];

const METHODS: [Method; 8] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
];

/// A request that the exchange at `path` understands, so that only a missing credential could refuse it.
fn understood(path: &str) -> String {
    match path {
        "/api/v1/sign-in" => json!({ "code": "x" }),
        "/api/v1/prove" => json!({ "peer": "cli", "nonce": "0".repeat(32) }),
        "/api/v1/pairings" => json!({ "studio": { "universeId": "1", "placeId": "2" } }),
        "/api/v1/pairings/claim" => json!({ "pairing": "x", "claim": "x" }),
        _ => json!({}),
    }
    .to_string()
}

#[tokio::test]
async fn s_04_without_a_credential_exactly_the_declared_routes_answer() {
    let daemon = TestDaemon::empty().await;
    let client = HttpClient::new(daemon.address);
    let paths: BTreeSet<_> = routes().into_iter().map(|(_, path)| path).collect();
    let mut open = Vec::new();
    for path in &paths {
        for method in METHODS {
            let body = (method != Method::GET && method != Method::HEAD).then(|| understood(path));
            let answer = client.send(method.clone(), path, body.as_deref()).await;
            match answer.status.as_u16() {
                404 | 405 => assert!(answer.body.len() < 300, "{method} {path}: {}", answer.body),
                401 if path != "/api/v1/sign-in" => {
                    assert!(answer.body.len() < 300 && !answer.headers.contains_key("set-cookie"));
                }
                _ => open.push(format!("{method} {path}")),
            }
        }
    }
    // A HEAD is a GET whose body stays behind.
    open.retain(|route| !["HEAD /", "HEAD /healthz"].contains(&route.as_str()));
    open.sort_unstable();
    assert_eq!(open, OPEN);
    daemon.stop().await;
}

#[tokio::test]
async fn s_04_health_and_page_tell_nothing_about_the_daemon() {
    let daemon = TestDaemon::empty().await;
    let client = HttpClient::new(daemon.address);
    let health = client.get("/healthz").await;
    assert_eq!((health.status.as_u16(), health.body.as_str()), (204, ""));
    let page = client.get("/").await;
    assert_eq!(page.status, 200);
    let status = daemon.owner().await.get("/api/v1/status").await.ok();
    for told in ["instance", "version"] {
        let secret = format!("\"{}\"", status[told].as_str().unwrap());
        assert!(!page.body.contains(&secret), "{told}");
    }
    assert!(!page.body.contains("id-of-Main"));
    daemon.stop().await;
}

#[tokio::test]
async fn s_04_exchanges_are_limited_in_rate_together() {
    let daemon = TestDaemon::empty().await;
    let client = HttpClient::new(daemon.address);
    let mut refused: Option<Answer> = None;
    let mut admitted = 0;
    for number in 0..320 {
        let path = OPEN[2..][number % 4].strip_prefix("POST ").unwrap();
        let answer = client.post(path, &understood(path)).await;
        if answer.body.contains("without a credential") {
            refused = Some(answer);
        } else {
            admitted += 1;
        }
    }
    assert_eq!(admitted, 300);
    let refused = refused.unwrap();
    assert_eq!(refused.refusal(), (429, "GEN010".into()));
    assert_eq!(refused.header("retry-after"), "5");
    daemon.owner().await.get("/api/v1/status").await.ok();
    daemon.clock.advance(std::time::Duration::from_mins(1));
    let again = client.post("/api/v1/prove", &understood("/api/v1/prove")).await;
    assert_eq!(again.status, 200, "the next minute");
    daemon.stop().await;
}

#[tokio::test]
async fn s_05_a_cookie_alone_or_half_a_session_opens_nothing() {
    let daemon = TestDaemon::empty().await;
    let (first, second) = (daemon.browser().await, daemon.browser().await);
    let plain = HttpClient::new(daemon.address);
    let token = daemon.token(daemon_core::permission::Role::SuperAdmin).await;
    let mut damaged = token.clone();
    damaged.replace_range(10..11, if &token[10..11] == "0" { "1" } else { "0" });
    let cookie = |client: HttpClient, cookie: &str| client.with_header("cookie", cookie);
    let clients = [
        ("nothing", plain.clone()),
        ("a cookie alone", cookie(plain.clone(), &first.cookie)),
        ("a tab token alone", plain.clone().with_token(&first.tab_token)),
        ("another session's cookie", cookie(plain.clone(), &second.cookie).with_token(&first.tab_token)),
        (
            "a cookie of another port",
            cookie(plain.clone(), &first.cookie.replacen('=', "0=", 1)).with_token(&first.tab_token),
        ),
        (
            "a forged principal",
            cookie(plain.clone(), &first.cookie.replace("token:", "owner:")).with_token(&first.tab_token),
        ),
        ("a tab token as cookie", cookie(plain.clone(), &format!("authorization={}", first.tab_token))),
        ("a damaged token", plain.clone().with_token(&damaged)),
        ("a token as Basic", plain.clone().with_header("authorization", &format!("Basic {token}"))),
        ("a token as Proof", plain.clone().with_header("authorization", &format!("Proof {token}"))),
        ("a token without scheme", plain.clone().with_header("authorization", &token)),
        (
            "a token as cookie",
            cookie(plain.clone(), &format!("dsmp_session_{}={token}", daemon.address.port())),
        ),
        ("a token in another header", plain.clone().with_header("x-api-key", &token)),
        ("an empty token", plain.clone().with_header("authorization", "Bearer ")),
    ];
    for (what, client) in clients {
        for (_, declaration) in CATALOGUE {
            let answer = client.call(declaration.name, &json!({})).await;
            assert_eq!(answer.refusal(), (401, "GEN008".into()), "{what}: {}", declaration.name);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
        let in_query = client.get(&format!("/api/v1/status?token={token}&access_token={token}")).await;
        assert_eq!(in_query.status, 401, "{what} with a token in the query");
    }
    first.client.get("/api/v1/status").await.ok();
    second.client.get("/api/v1/status").await.ok();
    daemon.stop().await;
}

#[tokio::test]
async fn s_05_a_session_lasts_a_day_and_ends_in_every_tab_for_good() {
    let daemon = TestDaemon::empty().await;
    let browser = daemon.browser().await;
    let opened = browser.client.post("/api/v1/sessions/tabs", "{}").await.ok();
    let plain = HttpClient::new(daemon.address).with_header("cookie", &browser.cookie);
    let other_tab = plain.with_token(opened["token"].as_str().unwrap());
    other_tab.get("/api/v1/status").await.ok();
    let headers = [("cookie", browser.cookie.clone()), tests::socket::bearer(&browser.tab_token)];
    let mut socket =
        tests::socket::SocketClient::try_connect(daemon.address, &headers).await.unwrap().greeted().await;
    other_tab.post("/api/v1/sessions/end", "{}").await.ok();
    assert_eq!(socket.closed().await, Some(1008));
    for client in [&browser.client, &other_tab] {
        assert_eq!(client.get("/api/v1/status").await.status, 401);
    }
    let lasting = daemon.browser().await;
    let daemon = daemon.restart().await;
    // The cookie bears the port, which is another one now.
    let again = |browser: &Browser| {
        let secret = browser.cookie.split_once('=').unwrap().1;
        let cookie = format!("dsmp_session_{}={secret}", daemon.address.port());
        HttpClient::new(daemon.address).with_header("cookie", &cookie).with_token(&browser.tab_token)
    };
    assert_eq!(again(&browser).get("/api/v1/status").await.status, 401, "also after a restart");
    again(&lasting).get("/api/v1/status").await.ok();
    daemon.clock.advance(std::time::Duration::from_hours(24));
    assert_eq!(again(&lasting).get("/api/v1/status").await.status, 401);
    daemon.stop().await;
}

#[tokio::test]
async fn s_05_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let daemon = TestDaemon::empty().await;
    let invited = daemon.owner().await.call("sessions.invite", &json!({})).await.ok();
    let code = invited["url"].as_str().unwrap().split_once("code=").unwrap().1.to_owned();
    let plain = HttpClient::new(daemon.address);
    let answer = plain.post("/api/v1/sign-in", &json!({ "code": code }).to_string()).await;
    let cookie = answer.header("set-cookie");
    for attribute in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=86400"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let again = plain.post("/api/v1/sign-in", &json!({ "code": code }).to_string()).await;
    assert_eq!(again.refusal(), (401, "GEN008".into()), "a code works once");
    assert!(!again.headers.contains_key("set-cookie"));
    daemon.stop().await;
}

#[tokio::test]
async fn the_printed_link_signs_in_once_and_within_a_minute() {
    let daemon = TestDaemon::empty().await;
    let browser = daemon.browse(&daemon.open_url).await;
    assert_eq!(
        browser.client.get("/api/v1/status").await.ok()["principal"],
        json!({ "name": "owner", "role": "SUPER_ADMIN" })
    );
    let plain = HttpClient::new(daemon.address);
    let code = daemon.open_url.split_once("code=").unwrap().1;
    assert_eq!(plain.post("/api/v1/sign-in", &json!({ "code": code }).to_string()).await.status, 401);
    let invited = browser.client.call("sessions.invite", &json!({})).await.ok();
    daemon.clock.advance(std::time::Duration::from_mins(1));
    let code = invited["url"].as_str().unwrap().split_once("code=").unwrap().1;
    assert_eq!(plain.post("/api/v1/sign-in", &json!({ "code": code }).to_string()).await.status, 401);
    daemon.stop().await;
}
