//! What is secret stays out of logs and errors (S-10).

use std::fs;

use serde_json::Value;

use crate::harness::{Daemon, Home};

#[test]
fn s_10_secrets_and_saved_values_are_in_no_log() {
    let home = Home::new();
    let mut stopped_logs = String::new();
    let mut secrets = vec!["a saved value".to_owned()];
    {
        let daemon = Daemon::start(&home);
        let notice: Value =
            serde_json::from_str(&fs::read_to_string(home.data().join("daemon.json")).unwrap()).unwrap();
        secrets.push(notice["pairingKey"].as_str().unwrap().to_owned());
        secrets.push(fs::read_to_string(home.data().join("root.key")).unwrap());
        secrets.push(daemon.open_url.split_once("code=").unwrap().1.to_owned());
        secrets.push(home.ok(&["open", "--print"]).trim_end().split_once("code=").unwrap().1.to_owned());
        secrets.push(home.ok(&["token", "create", "--role", "editor", "--name", "t"]).trim_end().to_owned());
        home.ok(&["put", "Store", "key", "\"a saved value\""]);
        home.run(&["put", "Store", "key", "\"a saved value\"", "--create"]).refused(4, &["DS006"]);
        home.run(&["token", "revoke", secrets.last().unwrap()]).refused(3, &[]);
        stopped_logs.push_str(&daemon.terminate().1);
    }
    for entry in fs::read_dir(home.data().join("logs")).unwrap() {
        stopped_logs.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    assert!(stopped_logs.contains("entries.set"), "there is a log: {stopped_logs}");
    for (index, secret) in secrets.iter().enumerate() {
        assert!(secret.len() > 8 && !stopped_logs.contains(secret.trim()), "secret {index} is in the log");
    }
}
