//! `dsmp autostart` on Linux: what it writes, with and without a systemd of the session's own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Home, finish};

/// An account with a configuration of its own, whose programs are those in `folder`.
struct Account {
    home: Home,
    folder: PathBuf,
}

impl Account {
    fn new() -> Self {
        let home = Home::new();
        let folder = home.file("bin");
        fs::create_dir(&folder).unwrap();
        Self { home, folder }
    }

    /// A `systemctl` that notes what it is asked and agrees to everything.
    fn with_systemd() -> Self {
        let account = Self::new();
        let path = account.folder.join("systemctl");
        let script = format!("#!/bin/sh\necho \"$@\" >> '{}'\n", account.home.file("asked").display());
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        account
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(&[&["--json", "autostart"], arguments].concat());
        command.env("HOME", self.home.file("")).env("XDG_CONFIG_HOME", self.configuration());
        command.env("PATH", &self.folder);
        command
    }

    fn run(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&finish(self.command(arguments), None).expect(0)).unwrap()
    }

    fn configuration(&self) -> PathBuf {
        self.home.file("configuration")
    }

    /// The file that must be named in an answer, with its text.
    fn written(&self, answer: &serde_json::Value, path: &str) -> String {
        let path = self.configuration().join(path);
        assert_eq!(answer["state"], "on");
        assert_eq!(answer["place"], path.to_str().unwrap());
        fs::read_to_string(path).unwrap()
    }
}

#[test]
fn a_desktop_without_systemd_gets_an_entry() {
    let account = Account::new();
    assert_eq!(account.run(&["status"])["state"], "off");
    let entry = account.written(&account.run(&["on", "--port", "4321"]), "autostart/dsmp.desktop");
    let data = account.home.data();
    let command = format!(
        "Exec=\"{}\" \"--data-dir\" \"{}\" \"serve\" \"--port\" \"4321\"",
        env!("CARGO_BIN_EXE_dsmp"),
        data.display()
    );
    assert!(entry.lines().any(|line| line == command), "{entry}");
    assert_eq!(account.run(&["status"])["state"], "on");
    assert_eq!(account.run(&["off"])["state"], "off");
    assert_eq!(account.run(&["status"])["state"], "off");
    assert_eq!(account.run(&["off"])["state"], "off", "twice is no failure");
}

#[test]
fn a_session_with_systemd_gets_a_unit() {
    let account = Account::with_systemd();
    let unit = account.written(&account.run(&["on"]), "systemd/user/dsmp.service");
    assert!(unit.contains(&format!("ExecStart=\"{}\"", env!("CARGO_BIN_EXE_dsmp"))), "{unit}");
    assert_eq!(account.run(&["status"])["state"], "on");
    let file = account.home.file("vault.key");
    let unit = account.written(
        &account.run(&["on", "--vault-key-file", file.to_str().unwrap()]),
        "systemd/user/dsmp.service",
    );
    let named = format!("\"--vault-key-file\" \"{}\" \"serve\"", file.display());
    assert!(unit.contains(&named), "{unit}");
    assert_eq!(account.run(&["off"])["state"], "off");
    let asked = fs::read_to_string(account.home.file("asked")).unwrap();
    for line in ["--user daemon-reload", "--user enable dsmp.service", "--user disable dsmp.service"] {
        assert!(asked.lines().any(|asked| asked == line), "{asked}");
    }
    assert_eq!(account.run(&["status"])["state"], "off");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let account = Account::new();
    fs::write(account.configuration(), "a file where the folder would be").unwrap();
    finish(account.command(&["on"]), None).refused(1, &["cannot make", "configuration/autostart"]);
}
