//! `dsmp emulate`: the emulator as a process of its own.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};

use crate::harness::{DEADLINE, Daemon, Home, Killed, lines, write};

const ENTRY: &str =
    "/datastores/v1/universes/7/standard-datastores/datastore/entries/entry?datastoreName=Saves&entryKey=k";

/// A running emulator.
pub(crate) struct Emulator {
    process: Killed,
    pub(crate) port: u16,
}

/// An answer: its status and its body.
pub(crate) type Answer = (u16, String);

impl Emulator {
    pub(crate) fn start(home: &Home, options: &[&str]) -> Self {
        let mut process =
            Killed(home.command(&[&["emulate", "--port", "0"], options].concat()).spawn().unwrap());
        let output = lines(process.0.stdout.take().unwrap());
        let line = output.recv_timeout(DEADLINE).expect("the emulator says that it listens");
        let port = line.strip_prefix("listening on http://127.0.0.1:").unwrap().parse().unwrap();
        Self { process, port }
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let answer = self.raw(method, path, headers, body);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// All that comes back until the connection ends.
    fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let (length, host) = (body.len().to_string(), format!("127.0.0.1:{}", self.port));
        let mut sent = vec![("Connection", "close"), ("Content-Length", &length)];
        if !headers.iter().any(|(name, _)| *name == "Host") {
            sent.push(("Host", &host));
        }
        sent.extend(headers);
        let head: String = sent.iter().flat_map(|(name, value)| [*name, ": ", *value, "\r\n"]).collect();
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(format!("{method} {path} HTTP/1.1\r\n{head}\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn kill(mut self) {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
    }
}

/// What a body is.
pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");
const KEY: (&str, &str) = ("x-api-key", "any");

#[test]
fn emulator_keeps_what_it_answered_even_when_killed() {
    let home = Home::new();
    let emulator = Emulator::start(&home, &[]);
    assert_eq!(emulator.send("GET", ENTRY, &[KEY], "").0, 404);
    let (status, written) = emulator.send("POST", ENTRY, &[KEY, JSON], r#"{"coins": 1.0}"#);
    assert_eq!(status, 200, "{written}");
    emulator.kill();
    let emulator = Emulator::start(&home, &[]);
    assert_eq!(emulator.send("GET", ENTRY, &[KEY], ""), (200, r#"{"coins": 1.0}"#.to_owned()));
    let list = emulator.send("GET", "/cloud/v2/universes/7/data-stores", &[KEY], "");
    assert!(list.0 == 200 && list.1.contains("\"Saves\""), "{list:?}");
}

#[test]
fn emulator_accepts_the_keys_it_was_given_and_no_other() {
    let home = Home::new();
    let emulator = Emulator::start(&home, &["--api-key", "one", "--api-key", "two"]);
    for key in ["one", "two"] {
        assert_eq!(emulator.send("GET", ENTRY, &[("x-api-key", key)], "").0, 404);
    }
    for headers in [&[("x-api-key", "three")][..], &[("x-api-key", "")], &[]] {
        let (status, body) = emulator.send("GET", ENTRY, headers, "");
        assert_eq!((status, body.contains("Invalid API Key")), (401, true), "{headers:?}: {body}");
    }
}

#[test]
fn emulator_refuses_more_than_roblox_takes_when_asked_to() {
    let home = Home::new();
    let emulator = Emulator::start(&home, &["--limits", "roblox"]);
    // Snapshots are the fewest: 60 a minute (roblox-apis.md §2).
    let snapshot =
        || emulator.send("POST", "/cloud/v2/universes/7/data-stores:snapshot", &[KEY, JSON], "{}").0;
    // A minute may end in between, with a new allowance.
    let refused = (0..121).map(|_| snapshot()).filter(|status| *status == 429).count();
    assert!((1..=61).contains(&refused), "{refused}");
}

#[test]
fn emulator_begins_with_its_seed_and_refuses_a_broken_one() {
    let home = Home::new();
    let seed = write(
        &home.file("seed.jsonl"),
        b"{\"universe\":\"7\",\"store\":\"Saves\",\"key\":\"k\",\"value\":[1.0]}\n",
    );
    let emulator = Emulator::start(&home, &["--api-key", "one", "--seed", &seed]);
    assert_eq!(emulator.send("GET", ENTRY, &[("x-api-key", "one")], ""), (200, "[1.0]".to_owned()));
    emulator.kill();
    let broken = write(&home.file("broken.jsonl"), b"{\"universe\":\"7\"\n");
    home.run(&["emulate", "--port", "0", "--seed", &broken]).refused(1, &["seed", "line 1"]);
    home.run(&["emulate", "--port", "0", "--seed", "missing.jsonl"]).refused(1, &["missing.jsonl"]);
}

#[test]
fn emulator_loses_replies_before_and_after_the_commit_when_asked_to() {
    let home = Home::new();
    let emulator = Emulator::start(&home, &[]);
    let lose = |when: &str, value: &str| {
        let fault = format!(r#"{{"method":"POST","pathPrefix":"/datastores/","times":1,"fault":{when}}}"#);
        let (status, told) = emulator.send("POST", "/_emulator/faults", &[KEY, JSON], &fault);
        assert_eq!(status, 200, "{told}");
        assert_eq!(emulator.raw("POST", ENTRY, &[KEY, JSON], value), "", "nothing is answered");
        emulator.send("GET", ENTRY, &[KEY], "")
    };
    assert_eq!(lose(r#""dropBefore""#, "1").0, 404, "not executed");
    assert_eq!(lose(r#""dropAfter""#, "2"), (200, "2".to_owned()), "executed, the reply is lost");
}

#[test]
fn s_02_s_03_emulator_answers_no_foreign_host_and_no_foreign_page() {
    let home = Home::new();
    let emulator = Emulator::start(&home, &[]);
    let foreign = format!("evil.example:{}", emulator.port);
    assert_eq!(emulator.send("GET", ENTRY, &[KEY, ("Host", &foreign)], ""), (403, String::new()));
    assert_eq!(emulator.send("GET", ENTRY, &[KEY, ("Host", "127.0.0.1")], ""), (403, String::new()));
    let foreign = ("Origin", "https://evil.example");
    assert_eq!(emulator.send("GET", ENTRY, &[KEY, foreign], ""), (403, String::new()));
}

#[test]
fn emulator_and_daemon_run_side_by_side_but_not_two_emulators() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    let emulator = Emulator::start(&home, &[]);
    assert!(daemon.http("GET /healthz").starts_with("HTTP/1.1 204"));
    assert_eq!(emulator.send("GET", ENTRY, &[KEY], "").0, 404);
    home.run(&["emulate", "--port", "0"]).refused(6, &["in use by another dsmp", "emulator", "`--data-dir`"]);
    let taken = emulator.port.to_string();
    Home::new().run(&["emulate", "--port", &taken]).refused(1, &["the port is taken", "`--port`"]);
}

#[test]
fn s_64_bodies_beyond_every_limit_are_refused_while_they_arrive() {
    let home = Home::new();
    let emulator = Emulator::start(&home, &[]);
    let too_big = format!("\"{}\"", "x".repeat(4_194_303));
    let (status, body) = emulator.send("POST", ENTRY, &[KEY, JSON], &too_big);
    assert_eq!((status, body.contains("ContentTooBig")), (400, true), "{body}");
    assert_eq!(emulator.send("POST", ENTRY, &[KEY, JSON], &too_big[1..]).0, 400, "not JSON");
    let largest = format!("\"{}\"", "x".repeat(4_194_302));
    assert_eq!(emulator.send("POST", ENTRY, &[KEY, JSON], &largest).0, 200);
    // Beyond what any value needs, nothing is kept while it arrives; the answer is the same.
    let huge = "x".repeat((8 << 20) + 1);
    let (status, body) = emulator.send("POST", ENTRY, &[KEY, JSON], &huge);
    assert_eq!((status, body.contains("ContentTooBig")), (400, true), "{body}");
    let long = "x".repeat((1 << 20) + 1);
    let (status, body) = emulator.send("POST", "/cloud/v2/universes/7:publishMessage", &[KEY, JSON], &long);
    assert_eq!((status, body.contains("INVALID_ARGUMENT")), (400, true), "{body}");
    assert_eq!(emulator.send("POST", "/_emulator/clock", &[KEY, JSON], &long).0, 413);
    let (status, body) = emulator.send("POST", "/_emulator/import", &[KEY, JSON], &long);
    assert_eq!((status, body.contains("line 1")), (400, true), "{body}");
}

#[test]
fn s_64_a_key_that_is_not_accepted_is_told_before_the_body_is_read() {
    let home = Home::new();
    let emulator = Emulator::start(&home, &["--api-key", "one"]);
    let large = "x".repeat(4 << 20);
    for path in [ENTRY, "/_emulator/import"] {
        let (status, body) = emulator.send("POST", path, &[("x-api-key", "two"), JSON], &large);
        assert_eq!((status, body.contains("Invalid API Key")), (401, true), "{path}: {body}");
    }
    // A body that never comes holds nobody up.
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, emulator.port)).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let head = format!("Host: 127.0.0.1:{}\r\nContent-Length: 60000000\r\nx-api-key: two", emulator.port);
    stream.write_all(format!("POST {ENTRY} HTTP/1.1\r\n{head}\r\n\r\n").as_bytes()).unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 401");
}

#[cfg(unix)]
#[test]
fn s_14_emulated_saves_are_for_the_account_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = Home::new();
    let emulator = Emulator::start(&home, &[]);
    assert_eq!(emulator.send("POST", ENTRY, &[KEY, JSON], "1").0, 200);
    let mut folders = vec![home.data().join("emulator")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
        for entry in folder.read_dir().unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                files += 1;
                assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
            }
        }
    }
    assert!(files >= 2, "a lock and a universe");
}

/// The data directory was made as the emulator's parent, open to all, and only the first daemon tightened it.
#[cfg(unix)]
#[test]
fn s_14_the_emulator_makes_the_data_directory_private() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = Home::new();
    let _emulator = Emulator::start(&home, &[]);
    let mode = std::fs::metadata(home.data()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
