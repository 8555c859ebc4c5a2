//! What every answer carries, and what none does (S-08, S-09).

use std::fmt::Write as _;

use http::Method;
use tests::daemon::TestDaemon;
use tests::http::{Answer, HttpClient};

use crate::guard::routes;

/// Headers by which a browser would let other origins in.
const CROSS_ORIGIN: [&str; 8] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-private-network",
    "access-control-expose-headers",
    "access-control-max-age",
    "timing-allow-origin",
];

/// Asserts what holds for every answer whatsoever.
#[track_caller]
pub(super) fn assert_protected(answer: &Answer, case: &str) {
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
        "{case}: {policy}"
    );
    for weakness in ["unsafe-inline", "unsafe-eval", "*.", "http:", "https:"] {
        assert!(!policy.contains(weakness), "{case}: {policy}");
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{case}: {name}");
    }
    for name in CROSS_ORIGIN.iter().chain(&["location", "server", "x-powered-by"]) {
        assert!(!answer.headers.contains_key(*name), "{case}: {name}");
    }
    let is_asset = answer.header("cache-control").contains("immutable");
    assert!(is_asset || answer.header("cache-control") == "no-store", "{case}");
}

#[tokio::test]
async fn s_08_s_09_every_route_is_protected_and_opens_to_no_other_origin() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let own_origin = format!("http://{}", daemon.address);
    let plain = HttpClient::new(daemon.address);
    for (method, path) in routes() {
        let body = (method != Method::GET).then_some("{}");
        for client in [&plain, &owner, &owner.clone().with_header("origin", &own_origin)] {
            let answer = client.send(method.clone(), &path, body).await;
            assert_protected(&answer, &format!("{method} {path}"));
        }
        let preflight = plain
            .clone()
            .with_header("origin", &own_origin)
            .with_header("access-control-request-method", method.as_str())
            .with_header("access-control-request-headers", "authorization, content-type")
            .with_header("access-control-request-private-network", "true")
            .send(Method::OPTIONS, &path, None)
            .await;
        assert!(!preflight.status.is_success(), "OPTIONS {path}");
        assert_protected(&preflight, &format!("OPTIONS {path}"));
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_08_golden_headers_of_each_kind_of_answer() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let plain = HttpClient::new(daemon.address);
    let foreign = plain.clone().with_header("origin", "https://evil.example");
    let port = daemon.address.port().to_string();
    let mut shown = String::new();
    for (kind, answer) in [
        ("data", owner.get("/api/v1/connections").await),
        ("not signed in", plain.get("/api/v1/connections").await),
        ("not found", owner.get("/api/v1/datastores/Nope/keys").await),
        ("wrong method", plain.send(Method::OPTIONS, "/api/v1/connections", None).await),
        ("refused by the guard", foreign.get("/api/v1/connections").await),
        ("health", plain.get("/healthz").await),
        ("page", plain.get("/").await),
    ] {
        let mut lines: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "date" | "content-length"))
            .map(|(name, value)| {
                format!("{name}: {}", without_nonce(value.to_str().unwrap()).replace(&port, "[port]"))
            })
            .collect();
        lines.sort_unstable();
        writeln!(shown, "# {kind}: {}\n{}\n", answer.status.as_u16(), lines.join("\n")).unwrap();
    }
    insta::assert_snapshot!(shown);
    daemon.stop().await;
}

fn without_nonce(policy: &str) -> String {
    match policy.split_once("'nonce-") {
        Some((before, after)) => format!("{before}'nonce-[random]'{}", after.split_once('\'').unwrap().1),
        None => policy.to_owned(),
    }
}

#[tokio::test]
async fn s_09_each_page_has_a_nonce_of_its_own_and_nothing_inline_without_it() {
    let daemon = TestDaemon::empty().await;
    let client = HttpClient::new(daemon.address);
    let nonce = |answer: &Answer| {
        let policy = answer.header("content-security-policy");
        policy.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0.to_owned()
    };
    let (first, second) = (client.get("/").await, client.get("/").await);
    assert_ne!(nonce(&first), nonce(&second));
    assert!(nonce(&first).len() >= 22, "128 random bits");
    assert!(
        !first.header("content-security-policy").contains("script-src"),
        "scripts are our own files only"
    );
    assert!(!first.body.contains("__CSP_NONCE__"));
    for handler in [" onload=", " onclick=", " onerror=", "javascript:"] {
        assert!(!first.body.contains(handler), "{handler}");
    }
    for tag in first.body.split('<').filter(|tag| tag.starts_with("script") || tag.starts_with("link")) {
        assert!(!tag.contains("//"), "every file is bundled: {tag}");
        assert!(!tag.starts_with("script") || tag.contains("src="), "no inline script: {tag}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_09_data_and_refusals_are_stored_nowhere() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    owner.put("/api/v1/datastores/S/keys/k", r#"{"value":1}"#).await.ok();
    for path in [
        "/api/v1/status",
        "/api/v1/datastores/S/keys/k",
        "/api/v1/datastores/S/export",
        "/api/v1/tokens",
        "/",
    ] {
        let answer = owner.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{path}");
    }
    daemon.stop().await;
}
