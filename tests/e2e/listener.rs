//! Where the daemon listens (S-01), and what lies on disk while it runs (S-14).

use std::net::TcpStream;
use std::time::Duration;

use daemon::clock::Clock;
use daemon::config::Config;
use tests::daemon::TestDaemon;
use tests::http::HttpClient;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[tokio::test]
async fn s_01_a_daemon_bound_to_every_interface_does_not_start() {
    let directory = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0"] {
        // A machine without IPv6 cannot bind the second, which is as good.
        let Ok(listener) = TcpListener::bind(address).await else { continue };
        let config = Config::new(directory.path().join("data"));
        let started = |_| panic!("{address} must not be served");
        let result = daemon::run(config, listener, Clock::system(), started, std::future::pending()).await;
        assert!(result.unwrap_err().to_string().contains("only loopback"));
        assert!(!directory.path().join("data").exists(), "and leaves nothing behind");
    }
}

#[tokio::test]
async fn s_01_nothing_answers_on_any_other_address_of_the_machine() {
    let daemon = TestDaemon::empty().await;
    let port = daemon.address.port();
    assert!(TcpStream::connect(daemon.address).is_ok());
    for other in ["127.0.0.2", "127.255.255.254", "[::1]"] {
        assert!(TcpStream::connect(format!("{other}:{port}")).is_err(), "{other}");
    }
    #[cfg(target_os = "linux")]
    {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
            .map(|table| std::fs::read_to_string(table).unwrap_or_default());
        let ending = format!(":{port:04X}");
        let listening = tables.iter().flat_map(|table| table.lines()).filter_map(|line| {
            let columns: Vec<_> = line.split_whitespace().collect();
            (columns.get(3) == Some(&"0A")).then(|| columns[1].to_owned())
        });
        let ours: Vec<_> = listening.filter(|address| address.ends_with(&ending)).collect();
        assert_eq!(ours, [format!("0100007F{ending}")], "127.0.0.1 alone");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_06_a_connection_that_stops_halfway_does_not_hold_its_place() {
    let daemon = TestDaemon::empty().await;
    let host = format!("host: {}", daemon.address);
    let token = daemon.token(daemon_core::permission::Role::Editor).await;
    let json = "content-type: application/json\r\ncontent-length: 100";
    // Known from here on, so that nothing waits for a database while time is paused.
    HttpClient::new(daemon.address).with_token(&token).get("/api/v1/status").await.ok();
    tokio::time::pause();
    for begun in [
        String::new(),
        "GET /healthz HT".into(),
        format!("GET /healthz HTTP/1.1\r\n{host}\r\n"),
        format!("GET /healthz HTTP/1.1\r\n{host}\r\n\r\n"),
        format!("POST /api/v1/sign-in HTTP/1.1\r\n{host}\r\n{json}\r\n\r\n{{\"co"),
        format!(
            "PUT /api/v1/datastores/S/keys/k HTTP/1.1\r\n{host}\r\nauthorization: Bearer {token}\r\n{json}\r\n\r\n{{\"va"
        ),
    ] {
        let mut stream = tokio::net::TcpStream::connect(daemon.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_mins(2), stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "still open after two minutes: {begun}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_64_an_exchange_without_a_credential_takes_a_small_body_only() {
    let daemon = TestDaemon::empty().await;
    let plain = HttpClient::new(daemon.address);
    let padded = |bytes: usize| format!(r#"{{"code":"{}"}}"#, "x".repeat(bytes - 11));
    let at_limit = plain.post("/api/v1/sign-in", &padded(16 << 10)).await;
    assert_eq!(at_limit.refusal(), (401, "GEN008".into()));
    for path in ["/api/v1/sign-in", "/api/v1/prove", "/api/v1/pairings", "/api/v1/pairings/claim"] {
        assert_eq!(
            plain.post(path, &padded((16 << 10) + 1)).await.refusal(),
            (413, "DS004".into()),
            "{path}"
        );
    }
    daemon.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn s_14_no_other_account_can_read_what_a_run_leaves_on_disk() {
    use std::os::unix::fs::PermissionsExt as _;

    fn check(path: &std::path::Path, found: &mut Vec<String>) {
        let metadata = std::fs::symlink_metadata(path).unwrap();
        let mode = metadata.permissions().mode() & 0o7777;
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}", path.display());
        assert!(!metadata.is_symlink(), "{}", path.display());
        found.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        if metadata.is_dir() {
            for entry in std::fs::read_dir(path).unwrap() {
                check(&entry.unwrap().path(), found);
            }
        }
    }

    let daemon = TestDaemon::start().await;
    let client = daemon.owner().await;
    client.put("/api/v1/datastores/S/keys/k", r#"{"value":1}"#).await.ok();
    let directory = daemon.data_directory();
    let mut found = Vec::new();
    check(&directory, &mut found);
    for name in ["state.db", "state.db-wal", "root.key", "daemon.json", "daemon.lock"] {
        assert!(found.iter().any(|found| found == name), "{name} in {found:?}");
    }
    daemon.stop().await;
    assert!(!directory.join("daemon.json").exists(), "the pairing key goes with the run");
}
