//! Another program on the daemon's port learns nothing (S-12).

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use daemon::config::{DaemonFile, DataDirectory};

use crate::harness::{DEADLINE, Daemon, Home};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Listens on a free port, answers every connection's first request by `answer`, and hands on all it received.
fn impostor(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> (u16, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, received) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = read_request(&mut stream);
            stream.write_all(&answer(&bytes)).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            // Whatever the command still says after the answer.
            let _ = stream.read_to_end(&mut bytes);
            if sender.send(bytes).is_err() {
                break;
            }
        }
    });
    (port, received)
}

/// A request's head, and the body it announces.
fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut bytes = Vec::new();
    let mut block = [0; 4_096];
    loop {
        let count = stream.read(&mut block).unwrap();
        bytes.extend(&block[..count]);
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert!(count > 0, "the request ends early");
            continue;
        };
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        if count == 0 || body.len() >= length.unwrap_or(0) {
            return bytes;
        }
    }
}

fn http(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into()
}

#[track_caller]
fn assert_nothing_secret(received: &[u8], key: &str) {
    let text = String::from_utf8_lossy(received).to_lowercase();
    assert!(text.starts_with("post /api/v1/prove "), "{text}");
    assert_eq!(text.matches("http/1.1").count(), 1, "one request and no more: {text}");
    for secret in [key, "authorization", "the saved value"] {
        assert!(!text.contains(secret), "`{secret}` was sent: {text}");
    }
}

#[test]
fn s_12_an_impostor_on_the_port_gets_no_secret() {
    let wrong =
        format!("{{\"instance\":\"i\",\"nonce\":\"{}\",\"proof\":\"{}\"}}", "ab".repeat(16), "cd".repeat(32));
    let empty = format!("{{\"instance\":\"i\",\"nonce\":\"\",\"proof\":\"{}\"}}", "cd".repeat(32));
    let answers = [
        http(&wrong),
        http(&empty),
        http("{}"),
        http("not json"),
        b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec(),
        Vec::new(),
    ];
    for answer in answers {
        let home = Home::new();
        let directory = DataDirectory::open(&home.data()).unwrap();
        let told = String::from_utf8_lossy(&answer).into_owned();
        let (port, received) = impostor(move |_| answer.clone());
        let notice = DaemonFile { port, instance: "i".into(), process: 1, pairing_key: KEY.into() };
        directory.publish(&notice).unwrap();
        let finished = home.run(&["put", "Store", "key", "\"the saved value\""]);
        finished.refused(6, &["cannot be reached", &port.to_string()]);
        assert!(!finished.stderr.contains(KEY));
        assert_nothing_secret(&received.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("{told}")), KEY);
    }
}

#[test]
fn s_12_an_impostor_that_relays_to_the_daemon_gets_no_secret() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    let daemon_port = daemon.port;
    let (port, received) = impostor(move |request| {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, daemon_port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let request = String::from_utf8(request.to_vec()).unwrap();
        let host = request.lines().find(|line| line.to_lowercase().starts_with("host:")).unwrap().to_owned();
        let close = format!("host: 127.0.0.1:{daemon_port}\r\nconnection: close");
        stream.write_all(request.replace(&host, &close).as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "the relay reaches the daemon");
        answer
    });
    let path = home.data().join("daemon.json");
    let notice = std::fs::read_to_string(&path).unwrap();
    let key = serde_json::from_str::<serde_json::Value>(&notice).unwrap()["pairingKey"]
        .as_str()
        .unwrap()
        .to_owned();
    std::fs::write(&path, notice.replace(&daemon_port.to_string(), &port.to_string())).unwrap();
    let finished = home.run(&["put", "Store", "key", "\"the saved value\""]);
    finished.refused(6, &["cannot prove to be it", "nothing was sent"]);
    assert_nothing_secret(&received.recv_timeout(DEADLINE).unwrap(), &key);
}
