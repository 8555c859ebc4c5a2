//! What needs many rounds to be believed: short with every change, long in the nightly run.

use daemon::edge::guard;
use daemon_core::edit::{Edit, apply};
use daemon_core::pointer::Pointer;
use daemon_core::value::JsonText;
use http::{HeaderMap, Uri, header};
use tests::daemon::TestDaemon;
use tests::tier::{Campaign, Numbers};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const PORT: u16 = 23767;

#[test]
fn s_02_s_03_no_generated_host_or_origin_passes_but_our_own() {
    const PARTS: [&str; 24] = [
        "127.0.0.1",
        "localhost",
        "[::1]",
        ":",
        "23767",
        "80",
        ".",
        "@",
        "/",
        "http://",
        "https://",
        "evil.example",
        "0.0.0.0",
        "::1",
        "null",
        "%31",
        "0x7f.1",
        "-",
        "LOCALHOST",
        "127.1",
        "?",
        "#",
        "file://",
        "[::ffff:127.0.0.1]",
    ];
    let mut numbers = Numbers::new(1);
    let mut text = || (0..=numbers.below(5)).map(|_| numbers.pick(&PARTS)).collect::<String>();
    for round in Campaign::new("guard", 20_000, 1_000_000) {
        let (host, origin) = (text(), text());
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers.insert(header::ORIGIN, origin.parse().unwrap());
        let passed = guard::check(&Uri::from_static("/"), &headers, PORT).is_ok();
        let host_is_ours = ["127.0.0.1:23767", "localhost:23767", "[::1]:23767"].contains(&host.as_str());
        let origin_is_ours = ["http://127.0.0.1:23767", "http://localhost:23767"].contains(&origin.as_str());
        assert_eq!(passed, host_is_ours && origin_is_ours, "round {round}: {host} {origin}");
    }
}

#[test]
fn s_30_an_edit_of_one_member_leaves_every_other_byte() {
    const VALUES: [&str; 14] = [
        "0",
        "-0",
        "1.0",
        "1e5",
        "12345678901234567890",
        "1.10",
        "\"\\u00e9\\/\"",
        "\"é\"",
        "{}",
        "[]",
        "[ 1 ,2 ]",
        "{\"a\" : null}",
        "true",
        "null",
    ];
    const GAPS: [&str; 4] = ["", " ", "\n  ", "\t"];
    let mut numbers = Numbers::new(2);
    for round in Campaign::new("edits", 2_000, 100_000) {
        let count = 1 + numbers.below(12);
        let edited = numbers.below(count);
        let (mut before, mut after) = ("{".to_owned(), "{".to_owned());
        for index in 0..count {
            let comma = if index == 0 { "" } else { "," };
            let name = format!(
                "{comma}{}\"m{index}\"{}:{}",
                numbers.pick(&GAPS),
                numbers.pick(&GAPS),
                numbers.pick(&GAPS)
            );
            let (old, new) = (numbers.pick(&VALUES), numbers.pick(&VALUES));
            let gap = numbers.pick(&GAPS);
            before.extend([name.as_str(), old, gap]);
            after.extend([name.as_str(), if index == edited { new } else { old }, gap]);
        }
        before.push('}');
        after.push('}');
        let path = Pointer::parse(&format!("/m{edited}")).unwrap();
        let new = edited_member(&after, edited);
        let edit = Edit::Set { path, value: JsonText::parse(new).unwrap() };
        let result = apply(&JsonText::parse(before.clone()).unwrap(), &[edit]).unwrap();
        assert_eq!(result.as_str(), after, "round {round}: {before}");
    }
}

/// The text of a member's value.
fn edited_member(object: &str, index: usize) -> String {
    let members = protocol::members(object).unwrap();
    members[index].1.get().to_owned()
}

#[tokio::test]
async fn s_06_malformed_upgrades_leave_the_daemon_answering() {
    const LINES: [&str; 8] = [
        "Upgrade: websocket\r\n",
        "Connection: upgrade\r\n",
        "Sec-WebSocket-Version: 13\r\n",
        "Sec-WebSocket-Key: AAAA\r\n",
        "Authorization: Proof cli.x.y\r\n",
        "Authorization: Bearer dsmp_\r\n",
        "Sec-WebSocket-Protocol: dsmp.token.tab_\r\n",
        "X: \u{7f}\r\n",
    ];
    let daemon = TestDaemon::start().await;
    let client = daemon.owner().await;
    let mut numbers = Numbers::new(3);
    for round in Campaign::new("upgrades", 200, 10_000) {
        let mut stream = TcpStream::connect(daemon.address).await.unwrap();
        let head: String = (0..numbers.below(7)).map(|_| numbers.pick(&LINES)).collect();
        let request = format!("GET /api/v1/ws HTTP/1.1\r\nHost: {}\r\n{head}\r\n", daemon.address);
        let end = numbers.below(request.len() + 1);
        // A daemon that has refused already may have closed its side.
        let _ = stream.write_all(&request.as_bytes()[..end]).await;
        if round.is_multiple_of(50) {
            client.get("/api/v1/status").await.ok();
        }
    }
    client.get("/api/v1/status").await.ok();
    daemon.stop().await;
}
