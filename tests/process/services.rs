//! The commands about whole data stores, memory stores, messages, players and budgets, on a local connection and on the
//! emulator.

use serde_json::json;

use crate::emulate::Emulator;
use crate::harness::{Daemon, Home, finish, write};

#[test]
fn a_data_store_is_deleted_by_name_and_brought_back() {
    let home = Home::new();
    home.ok(&["put", "Store", "key", "1"]);
    home.run(&["stores", "delete", "Store"]).refused(2, &["`Store`", "`--confirm`"]);
    home.run(&["stores", "delete", "Store", "--confirm", "store"]).refused(2, &["`store`", "GEN007"]);
    let told = home.ok(&["stores", "delete", "Store", "--confirm", "Store"]);
    assert!(told.starts_with("deleted `Store`; until "), "{told}");
    home.run(&["get", "Store", "key"]).refused(3, &["`Store` was deleted", "DS001"]);
    let is_listed = |arguments: &[&str]| home.ok(arguments).lines().any(|line| line.starts_with("Store "));
    assert!(!is_listed(&["ls"]) && is_listed(&["ls", "--deleted"]));
    home.ok(&["stores", "undelete", "Store"]);
    assert_eq!(home.ok(&["get", "Store", "key"]), "1");
    assert!(home.ok(&["stores", "snapshot"]).starts_with("took a snapshot at "));
    assert_eq!(home.json(&["stores", "snapshot"])["taken"], false);
}

#[test]
fn memory_stores_are_read_and_changed() {
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    let value = r#"{ "score": 1.50 }"#;
    home.ok(&["memory", "set", "Map", "ann", value, "--sort-number", "-1.5", "--ttl", "1h"]);
    home.ok(&["memory", "set", "Map", "bo", "2", "--sort-text", "b"]);
    home.run(&["memory", "set", "Map", "bo", "3", "--create"]).refused(4, &["`bo`", "DS006"]);
    assert_eq!(home.ok(&["memory", "get", "Map", "ann"]), value, "byte for byte, and nothing added");
    let listed = home.ok(&["memory", "ls", "Map", "--descending"]);
    let begins: Vec<_> = listed.lines().map(|line| line.rsplit_once('\t').unwrap().0).collect();
    assert_eq!(begins, ["bo\t2\tb", &format!("ann\t{value}\t-1.5")]);
    assert_eq!(home.json(&["memory", "ls", "Map", "--filter", "sortKey < 0"])["items"][0]["item"], "ann");
    home.ok(&["memory", "rm", "Map", "bo"]);
    home.run(&["memory", "get", "Map", "bo"]).refused(3, &["`bo`", "DS005"]);

    home.ok(&["memory", "enqueue", "Queue", "1"]);
    home.ok(&["memory", "enqueue", "Queue", "2", "--priority", "1.5"]);
    let taken = home.json(&["memory", "dequeue", "Queue", "--count", "2", "--all-or-nothing"]);
    assert_eq!((&taken["items"][0]["value"], &taken["items"][1]["value"]), (&json!(2), &json!(1)));
    assert_eq!(home.ok(&["memory", "dequeue", "Queue"]), "");
    home.ok(&["memory", "discard", "Queue", taken["readId"].as_str().unwrap()]);

    home.run(&["memory", "flush"]).refused(2, &["`--confirm`"]);
    home.ok(&["memory", "flush", "--confirm", "Sandbox"]);
    assert_eq!(home.ok(&["memory", "ls", "Map"]), "");
}

#[test]
fn what_only_roblox_has_is_refused_with_the_reason() {
    let home = Home::new();
    let published = home.run_with_input(&["messages", "publish", "topic"], b"hello\n");
    published.refused(2, &["no live servers", "GEN007"]);
    home.run(&["player", "@ann"]).refused(2, &["`Sandbox` is local", "GEN007"]);
    assert_eq!(home.ok(&["budget"]), "");
    assert_eq!(home.json(&["budget", "stop"]), json!({ "budgets": [] }));
    home.run(&["budget", "set", "--share", "25"]).refused(2, &["`--connection`"]);
    home.run(&["budget", "set", "--share", "0", "--connection", "Sandbox"]).refused(2, &["choose 1 to 100"]);
}

#[test]
fn s_36_a_budget_that_is_stopped_stays_so_when_the_daemon_is_killed() {
    let home = Home::new();
    let line =
        |key: &str| format!("{{\"universe\":\"123\",\"store\":\"Saves\",\"key\":\"{key}\",\"value\":1}}\n");
    let keys: Vec<_> = (0..300).map(|number| format!("Player_{number:03}")).collect();
    let seed: String = keys.iter().map(|key| line(key)).collect();
    let emulator = Emulator::start(&home, &["--seed", &write(&home.file("seed.jsonl"), seed.as_bytes())]);
    let key_file = home.file("vault.key");
    let vault = ["--vault-key-file", key_file.to_str().unwrap()];
    home.ok(&["vault", "new-key-file", vault[1]]);
    let daemon = Daemon::start_with(&home, &vault);
    let base_url = format!("http://127.0.0.1:{}", emulator.port);
    let add = ["connections", "add", "--name", "Prod", "--universe", "123", "--key-from-env", "K"];
    let mut command =
        home.command(&[&add[..], &["--environment", "production", "--base-url", &base_url]].concat());
    command.env("K", "any-key");
    finish(command, None).expect(0);

    let list = || home.run(&["ls", "Saves", "--connection", "Prod"]);
    assert_eq!(list().expect(0).lines().collect::<Vec<_>>(), keys);
    let told = home.ok(&["budget"]);
    assert!(
        told.starts_with(&format!("universe 123 at 127.0.0.1:{}: running; 50 %", emulator.port)),
        "{told}"
    );
    assert!(told.contains("standardList"), "{told}");
    let told = home.ok(&["budget", "stop"]);
    assert!(told.contains("STOPPED at ") && told.contains(" by owner;"), "{told}");
    list().refused(1, &["DS003", "resume the budget"]);
    home.run(&["player", "@ann", "--connection", "Prod"]).refused(1, &["DS003"]);
    daemon.kill();
    let _daemon = Daemon::start_with(&home, &vault);
    list().refused(1, &["DS003", "resume the budget"]);
    home.ok(&["budget", "set", "--share", "100", "--connection", "Prod"]);
    assert!(home.ok(&["budget", "resume"]).contains(": running; 100 %"));
    assert_eq!(list().expect(0).lines().collect::<Vec<_>>(), keys);
    let player = home.ok(&["player", "@player81", "--connection", "Prod"]);
    assert_eq!(player, "81\tPlayer81\tPlayer81\n");
    home.run(&["player", "nobody", "--connection", "Prod"]).refused(3, &["nobody is called `nobody`"]);
    home.ok(&["connections", "unlock", "Prod", "--reason", "a test"]);
    let published = ["messages", "publish", "announcements", "hello", "--connection", "Prod"];
    assert!(home.ok(&published).starts_with("published to `announcements`"));
}
