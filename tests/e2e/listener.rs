//! Where the daemon listens (S-01), and what lies on disk while it runs (S-14).

use std::net::TcpStream;

use daemon::clock::Clock;
use daemon::config::Config;
use tests::daemon::TestDaemon;
use tokio::net::TcpListener;

#[tokio::test]
async fn s_01_a_daemon_bound_to_every_interface_does_not_start() {
    let directory = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0"] {
        // A machine without IPv6 cannot bind the second, which is as good.
        let Ok(listener) = TcpListener::bind(address).await else { continue };
        let config = Config { data_directory: directory.path().join("data") };
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
