//! A universe connected in two terminals, as a new user would: an emulator in one, everything else in the other.

use crate::emulate::Emulator;
use crate::harness::{Daemon, Finished, Home, finish};

/// The key that the emulator accepts.
pub(crate) const KEY: &str = "rbx-a-canary-of-a-key";

impl Home {
    /// Connects universe 123 as `Prod` at a port, with the key in a variable.
    pub(crate) fn add(&self, port: u16, key: &str) -> Finished {
        let base_url = format!("http://127.0.0.1:{port}");
        let arguments = ["connections", "add", "--name", "Prod", "--universe", "123", "--key-from-env", "K"];
        let more = ["--environment", "production", "--base-url", &base_url];
        let mut command = self.command(&[&arguments[..], &more].concat());
        command.env("K", key);
        finish(command, None)
    }
}

#[test]
fn a_universe_is_connected_read_and_written_to_once_it_is_unlocked() {
    let home = Home::new();
    let emulator = Emulator::start(&home, &["--limits", "roblox", "--api-key", KEY]);
    let key_file = home.file("vault.key");
    let key_file = key_file.to_str().unwrap();
    home.ok(&["vault", "new-key-file", key_file]);
    let _daemon = Daemon::start_with(&home, &["--vault-key-file", key_file]);

    home.add(emulator.port, "another-key").refused(5, &["DS002", "does not accept the API key"]);
    let added = home.add(emulator.port, KEY);
    assert!(added.stderr.contains("warning"), "a key for all universes is too wide: {}", added.stderr);
    let told = added.expect(0);
    for words in ["read entries", "everything", "connected `Prod` (production), writing: read-only"] {
        assert!(told.contains(words), "`{words}` is not in: {told}");
    }
    home.add(emulator.port, KEY).refused(2, &["GEN007", "exists already"]);
    let list = home.ok(&["connections", "list"]);
    assert!(list.contains("123") && list.contains("production") && list.contains("read-only"), "{list}");

    let prod = |arguments: &[&str]| home.run(&[arguments, &["--connection", "Prod"]].concat());
    assert_eq!(prod(&["ls"]).expect(0), "", "no data store yet");
    prod(&["get", "Saves", "Player_1"]).refused(3, &["DS00"]);
    prod(&["put", "Saves", "Player_1", r#"{"coins": 1.0}"#]).refused(5, &["DS009", "`Prod`", "unlock"]);
    home.run(&["connections", "unlock", "Prod"]).refused(2, &["GEN007", "reason"]);
    let unlocked = home.ok(&["connections", "unlock", "Prod", "--minutes", "15", "--reason", "ticket 12"]);
    assert!(unlocked.starts_with("writing to `Prod`: unlocked until "), "{unlocked}");
    let staged = prod(&["--json", "put", "Saves", "Player_1", r#"{"coins": 1.0}"#]).expect(0);
    let staged: serde_json::Value = serde_json::from_str(staged.lines().last().unwrap()).unwrap();
    assert_eq!(staged["outcome"], "staged", "production is reviewed: {staged}");
    prod(&["get", "Saves", "Player_1"]).refused(3, &["DS00"]);
    prod(&["changes", "commit", staged["changeSet"].as_str().unwrap(), "--reason", "ticket 12"]).expect(0);
    assert_eq!(prod(&["get", "Saves", "Player_1"]).expect(0), "{\"coins\": 1.0}");
    assert!(prod(&["ls"]).expect(0).contains("Saves"));
    let revisions = prod(&["--json", "revisions", "Saves", "Player_1"]).expect(0);
    let revisions: serde_json::Value = serde_json::from_str(revisions.lines().last().unwrap()).unwrap();
    assert_eq!(revisions["revisions"].as_array().unwrap().len(), 1, "{revisions}");
    home.ok(&["connections", "lock", "Prod"]);
    prod(&["put", "Saves", "Player_1", "2"]).refused(5, &["DS009"]);

    home.ok(&["connections", "edit", "Prod", "--name", "Live", "--colour", "red"]);
    assert!(home.ok(&["connections", "test", "Live"]).contains("read entries"));
    home.ok(&["connections", "select", "Live"]);
    assert_eq!(home.ok(&["get", "Saves", "Player_1"]), "{\"coins\": 1.0}");
    home.ok(&["connections", "remove", "Live"]);
    prod(&["ls"]).refused(3, &["GEN009"]);
}

#[test]
fn s_10_a_key_is_taken_from_standard_input_and_needs_a_vault() {
    let home = Home::new();
    let key_file = home.file("vault.key");
    let key_file = key_file.to_str().unwrap();
    home.ok(&["vault", "new-key-file", key_file]);
    let add = ["connections", "add", "--name", "Game", "--universe", "123", "--key-stdin", "--skip-check"];
    let with_vault = [&["--vault-key-file", key_file][..], &add].concat();
    let added = home.run_with_input(&with_vault, format!("{KEY}\n").as_bytes());
    assert!(!added.stderr.contains(KEY));
    assert!(!added.expect(0).contains(KEY));
    let list = home.run(&["--vault-key-file", key_file, "--json", "connections", "list"]).expect(0);
    assert!(list.contains(r#""keyState":"ready""#) && !list.contains(KEY), "{list}");
    home.run_with_input(&with_vault, b"").refused(2, &["standard input has no API key"]);
    home.run(&["connections", "unlock", "Game", "--reason", "x"]).refused(6, &[]);
}
