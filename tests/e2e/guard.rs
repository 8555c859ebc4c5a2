//! Host and Origin over real connections, on every route there is (S-02, S-03).

use http::Method;
use protocol::{
    CATALOGUE, ClaimPairingRequest, Exchange as _, ProveRequest, RequestPairingRequest, SignInRequest,
};
use tests::daemon::TestDaemon;
use tests::http::{Answer, HttpClient};

use crate::headers::assert_protected;

/// Every route, its names filled in, and what lies beside the routes.
pub(super) fn routes() -> Vec<(Method, String)> {
    let operations = CATALOGUE.iter().map(|(_, declaration)| {
        let parts = declaration.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        (declaration.method.as_str().parse().unwrap(), parts.collect::<Vec<_>>().join("/"))
    });
    let calls =
        CATALOGUE.iter().map(|(_, declaration)| (Method::POST, format!("/api/v1/call/{}", declaration.name)));
    let exchanges =
        [SignInRequest::PATH, ProveRequest::PATH, RequestPairingRequest::PATH, ClaimPairingRequest::PATH];
    let others = [
        (Method::GET, "/api/v1/openapi.json"),
        (Method::GET, "/api/v1/ws"),
        (Method::GET, "/healthz"),
        (Method::GET, "/"),
        (Method::GET, "/index.html"),
        (Method::GET, "/assets/index.js"),
        (Method::GET, "/api/v1/unknown"),
        (Method::POST, "/unknown"),
        (Method::OPTIONS, "/api/v1/status"),
        (Method::HEAD, "/api/v1/status"),
    ];
    operations
        .chain(calls)
        .chain(exchanges.map(|path| (Method::POST, path.to_owned())))
        .chain(others.map(|(method, path)| (method, path.to_owned())))
        .collect()
}

fn assert_refused_bare(answer: &Answer, case: &str) {
    assert!(matches!(answer.status.as_u16(), 400 | 403), "{case}: {}", answer.status);
    assert_eq!(answer.body, "", "{case}");
    assert_protected(answer, case);
}

/// Sends every route with valid credentials and one header that is not ours.
async fn check(daemon: &TestDaemon, header: &'static str, values: &[String]) {
    let owner = daemon.owner().await;
    let before = daemon.state.identity().tokens.list().await.unwrap().len();
    for value in values {
        let client = owner.clone().with_header(header, value);
        for (method, path) in routes() {
            let body = (method != Method::GET).then_some("{}");
            let answer = client.send(method.clone(), &path, body).await;
            assert_refused_bare(&answer, &format!("{method} {path} with {header}: {value}"));
        }
    }
    assert_eq!(daemon.state.identity().tokens.list().await.unwrap().len(), before);
}

#[tokio::test]
async fn s_02_a_rebound_name_reaches_no_route() {
    let daemon = TestDaemon::empty().await;
    let port = daemon.address.port();
    let names = [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "localhost.",
        "127.0.0.1.",
        "0.0.0.0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "user@127.0.0.1",
    ];
    let mut hosts: Vec<_> = names.iter().map(|name| format!("{name}:{port}")).collect();
    hosts.extend(["127.0.0.1".into(), "localhost:80".into(), format!("127.0.0.1:{port}:{port}")]);
    check(&daemon, "host", &hosts).await;
    daemon.stop().await;
}

#[tokio::test]
async fn s_03_a_foreign_page_reaches_no_route() {
    let daemon = TestDaemon::empty().await;
    let port = daemon.address.port();
    let origins = [
        "null".into(),
        "https://evil.example".into(),
        format!("http://evil.example:{port}"),
        format!("http://localhost.evil.example:{port}"),
        format!("https://127.0.0.1:{port}"),
        format!("http://[::1]:{port}"),
        format!("http://127.0.0.2:{port}"),
        "http://localhost".into(),
        format!("http://127.0.0.1:{}", port.wrapping_add(1)),
        "chrome-extension://abcdefghijklmnop".into(),
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}, http://evil.example"),
    ];
    check(&daemon, "origin", &origins).await;
    daemon.stop().await;
}

#[tokio::test]
async fn s_02_s_03_own_names_pass() {
    let daemon = TestDaemon::empty().await;
    let port = daemon.address.port();
    let owner = daemon.owner().await;
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let client = owner.clone().with_header("host", &format!("{host}:{port}"));
        client.get("/api/v1/status").await.ok();
        for origin in ["127.0.0.1", "localhost"] {
            client
                .clone()
                .with_header("origin", &format!("http://{origin}:{port}"))
                .get("/api/v1/status")
                .await
                .ok();
        }
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_02_requests_that_name_no_host_or_two_are_refused() {
    let daemon = TestDaemon::empty().await;
    let (address, port) = (daemon.address, daemon.address.port());
    let token = daemon.token(daemon_core::permission::Role::SuperAdmin).await;
    let client = HttpClient::new(address);
    let end = format!("authorization: Bearer {token}\r\nconnection: close\r\n\r\n");
    let own = format!("host: {address}\r\n");
    for (line, hosts) in [
        ("GET /api/v1/status HTTP/1.1".to_owned(), String::new()),
        ("GET /api/v1/status HTTP/1.0".to_owned(), String::new()),
        ("GET /api/v1/status HTTP/1.1".to_owned(), "host:\r\n".to_owned()),
        ("GET /api/v1/status HTTP/1.1".to_owned(), own.repeat(2)),
        ("GET /api/v1/status HTTP/1.1".to_owned(), format!("{own}host: evil.example\r\n")),
        (
            "GET /api/v1/status HTTP/1.1".to_owned(),
            format!("{own}origin: null\r\norigin: http://{address}\r\n"),
        ),
        ("GET http://evil.example/api/v1/status HTTP/1.1".to_owned(), own.clone()),
        (format!("GET http://localhost:{port}/api/v1/status HTTP/1.1"), own.clone()),
        (format!("GET http://user@{address}/api/v1/status HTTP/1.1"), own.clone()),
        (format!("GET http://{address}/api/v1/status HTTP/1.1"), "host: evil.example\r\n".to_owned()),
    ] {
        let answer = client.send_bytes(format!("{line}\r\n{hosts}{end}").as_bytes()).await.unwrap();
        assert_refused_bare(&answer, &format!("{line} {hosts}"));
    }
    let absolute = format!("GET http://{address}/api/v1/status HTTP/1.1\r\n{own}{end}");
    assert_eq!(client.send_bytes(absolute.as_bytes()).await.unwrap().status, 200);
    daemon.stop().await;
}

#[tokio::test]
async fn s_02_a_request_smuggled_behind_another_meets_the_guard_too() {
    let daemon = TestDaemon::empty().await;
    let client = HttpClient::new(daemon.address);
    let (address, end) = (daemon.address, "connection: close\r\n\r\n");
    let bytes = format!(
        "GET /healthz HTTP/1.1\r\nhost: {address}\r\n\r\nGET /healthz HTTP/1.1\r\nhost: evil.example\r\n{end}"
    );
    let both = client.send_bytes(bytes.as_bytes()).await.unwrap();
    assert_eq!(both.status, 204);
    assert!(both.body.starts_with("HTTP/1.1 403 "), "{}", both.body);
    let ambiguous = format!(
        "POST /api/v1/sign-in HTTP/1.1\r\nhost: {address}\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n{end}0\r\n\r\nGET"
    );
    let answer = client.send_bytes(ambiguous.as_bytes()).await;
    assert!(answer.is_none_or(|answer| answer.status.is_client_error()));
    daemon.stop().await;
}
