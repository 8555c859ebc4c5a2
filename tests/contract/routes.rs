//! The OpenAPI document equals the router: every documented route is there, and nothing else answers (S-63).

use http::Method;
use proc_macro2::TokenTree;
use serde_json::Value;
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

use crate::assert_no_breach;
use crate::rust_source::{each_tail, ident_is, punct_is, tokens};
use crate::work_tree::files;

const METHODS: [Method; 6] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

const ROUTER: &str = "daemon/src/edge/router.rs";

/// What the router's source may route: the catalogue, the exchanges, what `xtask::codegen` describes beside them, and the
/// dashboard's files, which are no part of the interface.
const ROUTED: [&str; 11] = [
    "declaration.path",
    "CALL_PATH",
    "OPENAPI_PATH",
    "SOCKET_PATH",
    "SignInRequest::PATH",
    "ProveRequest::PATH",
    "RequestPairingRequest::PATH",
    "ClaimPairingRequest::PATH",
    "\"/healthz\"",
    "\"/\"",
    "\"/{*path}\"",
];

/// What is wrong when a route answers with this status.
fn route_breach(method: &Method, path: &str, is_documented: bool, status: u16) -> Option<String> {
    let is_there = !matches!(status, 404 | 405);
    match (is_documented, is_there) {
        (true, false) => Some(format!("{method} {path} is documented, but answers {status}")),
        (false, true) => Some(format!("{method} {path} is not documented, but answers {status}")),
        _ => None,
    }
}

/// What each `.route(…)` of a source routes.
fn routed(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_tail(&tokens(source), &mut |tail| {
        if let [dot, name, TokenTree::Group(arguments), ..] = tail
            && punct_is(dot, '.')
            && ident_is(name, &["route", "route_service", "nest", "nest_service"])
        {
            let first = arguments.stream().into_iter().take_while(|token| !punct_is(token, ','));
            found.push(first.map(|token| token.to_string()).collect::<String>());
        }
    });
    found
}

/// A path with something in place of each `{name}`.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_documented_route_answers_and_no_other_does() {
    let document: Value = serde_json::from_str(&xtask::codegen::openapi().unwrap()).unwrap();
    let daemon = TestDaemon::start().await;
    let client = HttpClient::new(daemon.address);
    let mut breaches = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            let is_documented = operations.get(method.as_str().to_ascii_lowercase()).is_some();
            let answer = client.send(method.clone(), &filled(path), None).await;
            breaches.extend(route_breach(&method, path, is_documented, answer.status.as_u16()));
        }
    }
    daemon.stop().await;
    assert_no_breach(&breaches);
}

#[test]
fn the_router_routes_nothing_unknown() {
    let files = files("daemon/src/edge", &["rs"]);
    let router = files.iter().find(|file| file.path == ROUTER).unwrap();
    let unknown = routed(&router.text).into_iter().filter(|route| !ROUTED.contains(&route.as_str()));
    assert_no_breach(
        &unknown.map(|route| format!("{ROUTER}: `{route}` is in no document")).collect::<Vec<_>>(),
    );
    let elsewhere = files.iter().filter(|file| file.path != ROUTER && !routed(&file.text).is_empty());
    assert_no_breach(
        &elsewhere.map(|file| format!("{}: routes belong into `{ROUTER}`", file.path)).collect::<Vec<_>>(),
    );
}

#[test]
fn a_planted_route_is_found() {
    assert_eq!(
        routed("fn f() { api.route(CALL_PATH, post(call)).nest(\"/x\", other()); }"),
        ["CALL_PATH", "\"/x\""]
    );
    assert_eq!(routed("fn f() { api.route(SignInRequest::PATH, post(sign_in)) }"), ["SignInRequest::PATH"]);
    assert!(route_breach(&Method::GET, "/a", true, 401).is_none());
    assert!(route_breach(&Method::GET, "/a", true, 405).is_some());
    assert!(route_breach(&Method::GET, "/a", true, 404).is_some());
    assert!(route_breach(&Method::PUT, "/a", false, 405).is_none());
    assert!(route_breach(&Method::PUT, "/a", false, 401).is_some());
}
