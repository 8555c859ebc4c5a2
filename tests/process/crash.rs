//! `kill -9` while entries are being written: what was acknowledged is there, and nothing is half there.

use std::collections::HashMap;
use std::thread;

use serde_json::Value;

use crate::harness::{DEADLINE, Daemon, Home, Killed, lines, values, write};

const ENTRIES: usize = 200_000;
const BATCH: usize = 10_000;

#[test]
fn everything_acknowledged_survives_a_kill_during_import() {
    let home = Home::new();
    let line = |index: usize| {
        format!("{{\"key\":\"{index:06}\",\"value\":{{\"n\":{index}.0,\"s\":\"{}\"}}}}\n", "x".repeat(100))
    };
    let text = (0..ENTRIES).map(line).collect::<Vec<_>>().concat();
    let file = write(&home.file("many.jsonl"), text.as_bytes());
    let daemon = Daemon::start(&home);
    let mut import = Killed(home.command(&["--json", "import", "--store", "Many", &file]).spawn().unwrap());
    let reports = lines(import.0.stdout.take().unwrap());
    let saved = |report: &str| serde_json::from_str::<Value>(report).unwrap()["saved"].as_u64().unwrap();
    let mut acknowledged = 0;
    while acknowledged < 5_000 {
        acknowledged = saved(&reports.recv_timeout(DEADLINE).expect("the import reports its progress"));
    }
    daemon.kill();
    // Reports end with the process.
    while let Ok(report) = reports.recv_timeout(DEADLINE) {
        acknowledged = saved(&report);
    }
    assert_eq!(import.0.wait().unwrap().code(), Some(6), "the import says that it lost the daemon");
    let acknowledged = usize::try_from(acknowledged).unwrap();
    assert!(acknowledged < ENTRIES, "the daemon was killed before the import was done");

    let _daemon = Daemon::start(&home);
    let found: HashMap<_, _> = values(&home.run(&["export", "--store", "Many"]).stdout).into_iter().collect();
    assert!(found.len() >= acknowledged, "{} of {acknowledged} acknowledged entries are there", found.len());
    assert_eq!(found.len() % BATCH, 0, "no batch is half there");
    let expected = values(text.as_bytes());
    for (key, value) in &expected[..found.len()] {
        assert_eq!(found.get(key), Some(value), "{key}");
    }
}

#[test]
fn a_daemon_that_was_killed_leaves_nothing_in_the_way() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    home.ok(&["put", "Store", "key", "1"]);
    daemon.kill();
    assert!(home.data().join("daemon.json").exists(), "the notice of the dead daemon is still there");
    thread::scope(|scope| {
        for key in ["a", "b", "c", "d"] {
            scope.spawn(|| home.ok(&["put", "Store", key, "2"]));
        }
    });
    assert_eq!(
        home.ok(&["ls", "Store"]),
        "a\nb\nc\nd\nkey\n",
        "it no longer counts, and commands take turns"
    );
    let _daemon = Daemon::start(&home);
    assert_eq!(home.ok(&["get", "Store", "key"]), "1");
}
