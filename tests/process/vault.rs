//! The vault through the real binary: made, opened, closed, lost and found again, and nowhere readable (S-10, S-55).
//!
//! On Windows and macOS the system's key store is used, which tests must not touch; there only the key file's tests run.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[cfg(target_os = "linux")]
use crate::harness::Daemon;
use crate::harness::{Finished, Home, Killed};

#[cfg(target_os = "linux")]
const PASSPHRASE: &str = "a canary of a passphrase";

impl Home {
    /// Makes a key file beside the data directory.
    fn key_file(&self) -> PathBuf {
        let file = self.file("vault.key");
        self.ok(&["vault", "new-key-file", file.to_str().unwrap()]);
        file
    }

    #[cfg(target_os = "linux")]
    fn vault(&self, arguments: &[&str]) -> Finished {
        self.run_with_input(&[&["--json", "vault"], arguments].concat(), format!("{PASSPHRASE}\n").as_bytes())
    }

    fn vault_file(&self) -> PathBuf {
        self.data().join("keys.vault")
    }
}

/// A command that names a key file by the environment, as services do.
fn with_key_file(home: &Home, file: &Path, arguments: &[&str]) -> Finished {
    let mut command = home.command(arguments);
    command.env("DSMP_VAULT_KEY_FILE", file);
    crate::harness::finish(command, None)
}

fn status(finished: Finished) -> Value {
    let text = finished.expect(0);
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[track_caller]
fn assert_status(status: &Value, state: &str, is_key_file: bool) {
    assert_eq!(
        (status["place"].as_str(), status["state"].as_str(), status["keyFile"].as_bool()),
        (Some("vault"), Some(state), Some(is_key_file)),
        "{status}"
    );
    assert_eq!(status["remedy"].is_string(), state != "open", "{status}");
}

#[cfg(target_os = "linux")]
#[test]
fn s_55_a_vault_opens_by_its_passphrase_and_is_locked_after_a_restart() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    let absent = status(home.vault(&["status"]));
    assert_status(&absent, "absent", false);
    assert!(absent["remedy"].as_str().unwrap().contains("`dsmp vault create`"), "{absent}");
    home.vault(&["open", "--passphrase-stdin"]).refused(3, &["there is no vault yet"]);
    assert_status(&status(home.vault(&["create", "--passphrase-stdin"])), "open", false);
    home.vault(&["create", "--passphrase-stdin"]).refused(2, &["there is a vault already", "keys.vault"]);
    assert_status(&status(home.vault(&["close"])), "locked", false);
    assert_status(&status(home.vault(&["open", "--passphrase-stdin"])), "open", false);
    daemon.kill();

    let _daemon = Daemon::start(&home);
    let locked = status(home.vault(&["status"]));
    assert_status(&locked, "locked", false);
    assert!(locked["remedy"].as_str().unwrap().contains("`dsmp vault open`"), "{locked}");
    let wrong = b"another canary of a passphrase\n";
    home.run_with_input(&["vault", "open", "--passphrase-stdin"], wrong)
        .refused(5, &["the passphrase does not open the vault", "GEN006"]);
    let mut by_variable = home.command(&["--json", "vault", "open", "--passphrase-from-env", "WORDS"]);
    by_variable.env("WORDS", PASSPHRASE);
    assert_status(&status(crate::harness::finish(by_variable, None)), "open", false);
    for _ in 0..3 {
        home.run_with_input(&["vault", "open", "--passphrase-stdin"], wrong).refused(5, &["GEN006"]);
    }
    home.vault(&["open", "--passphrase-stdin"]).refused(1, &["too many passphrases", "GEN010"]);
}

#[cfg(target_os = "linux")]
#[test]
fn vault_commands_work_without_a_daemon_as_far_as_that_is_of_use() {
    let home = Home::new();
    home.vault(&["open", "--passphrase-stdin"]).refused(6, &["no daemon runs", "`dsmp serve`"]);
    home.run_with_input(&["vault", "create", "--passphrase-stdin"], b"short\n")
        .refused(2, &["at least 8 characters"]);
    home.run(&["vault", "create"]).refused(2, &["`--passphrase-stdin`", "`--passphrase-from-env NAME`"]);
    let made =
        home.run_with_input(&["vault", "create", "--passphrase-stdin"], PASSPHRASE.as_bytes()).expect(0);
    assert!(made.contains("closed again") && made.contains("`dsmp vault open`"), "{made}");
    assert_status(&home.json(&["vault", "status"]), "locked", false);
}

#[test]
fn a_key_file_makes_and_opens_the_vault_and_a_wrong_one_stops_the_start() {
    let home = Home::new();
    let file = home.key_file();
    home.run(&["vault", "new-key-file", file.to_str().unwrap()]).refused(1, &["is there already"]);
    assert!(fs::read_to_string(&file).unwrap().trim_end().len() >= 64);
    assert_status(&status(with_key_file(&home, &file, &["--json", "vault", "status"])), "open", true);
    let locked = home.json(&["vault", "status"]);
    assert_status(&locked, "locked", true);
    assert!(locked["remedy"].as_str().unwrap().contains("`--vault-key-file FILE`"), "{locked}");

    let other = home.file("other.key");
    home.ok(&["vault", "new-key-file", other.to_str().unwrap()]);
    with_key_file(&home, &other, &["serve", "--port", "0"]).refused(1, &["other.key", "made with"]);
    let missing = home.file("missing.key");
    with_key_file(&home, &missing, &["serve", "--port", "0"]).refused(1, &["missing.key", "does not exist"]);
    let mut named = home.command(&["--json", "--vault-key-file"]);
    named.arg(&file).args(["vault", "status"]);
    assert_status(&status(crate::harness::finish(named, None)), "open", true);
}

#[cfg(unix)]
#[test]
fn s_14_a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = Home::new();
    let file = home.key_file();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = with_key_file(&home, &file, &["serve", "--port", "0"]);
    refused.refused(1, &["vault.key", "other accounts", "`chmod 600`"]);
    assert!(!home.vault_file().exists(), "no vault is made under it");
}

#[test]
fn a_damaged_or_newer_vault_is_refused_and_left_alone() {
    let home = Home::new();
    let file = home.key_file();
    with_key_file(&home, &file, &["vault", "status"]).expect(0);
    let good = fs::read(home.vault_file()).unwrap();
    let mut newer = good.clone();
    newer[12] = 2;
    let mut damaged = good;
    *damaged.last_mut().unwrap() ^= 1;
    for (bytes, words) in [(newer, "version 2"), (damaged, "damaged")] {
        fs::write(home.vault_file(), &bytes).unwrap();
        with_key_file(&home, &file, &["serve", "--port", "0"]).refused(1, &["keys.vault", words]);
        assert_eq!(fs::read(home.vault_file()).unwrap(), bytes);
    }
}

#[test]
fn a_kill_while_the_vault_is_made_leaves_a_whole_one_or_none() {
    for _ in 0..5 {
        let home = Home::new();
        let file = home.key_file();
        let mut command = home.command(&["serve", "--port", "0"]);
        command.env("DSMP_VAULT_KEY_FILE", &file);
        let mut serve = Killed(command.spawn().unwrap());
        // The first sign of a vault, which may be the file that is to become it.
        let begun = || {
            let names = fs::read_dir(home.data()).into_iter().flatten().flatten();
            names.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().starts_with("keys."))
        };
        while !begun() {
            assert!(serve.0.try_wait().unwrap().is_none(), "the daemon goes on until it is killed");
            std::thread::yield_now();
        }
        serve.0.kill().unwrap();
        serve.0.wait().unwrap();
        assert_status(&status(with_key_file(&home, &file, &["--json", "vault", "status"])), "open", true);
        let names = fs::read_dir(home.data()).unwrap().map(|entry| entry.unwrap().file_name());
        let vaults: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with("keys.")).collect();
        assert_eq!(vaults, ["keys.vault"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn s_10_passphrases_and_key_files_are_in_no_file_log_or_error() {
    let home = Home::new();
    let mut told = String::new();
    let canaries = [PASSPHRASE, "canary", "12345678901"];
    {
        let daemon = Daemon::start(&home);
        let mut collect = |finished: Finished| {
            told.push_str(&finished.stderr);
            told.push_str(&String::from_utf8_lossy(&finished.stdout));
        };
        collect(home.vault(&["create", "--passphrase-stdin"]));
        collect(home.vault(&["close"]));
        collect(home.run_with_input(&["vault", "open", "--passphrase-stdin"], b"a wrong canary\n"));
        for request in [
            r#"{"passphrase":12345678901}"#,
            r#"{"passphrase":["canary"]}"#,
            r#"{"passphrase":"canary"}"#,
            r#"{"passphrase":"canary","more":"canary"}"#,
            r#"{"passphrase":"canary""#,
        ] {
            collect(home.run_with_input(&["call", "vault.create", "-"], request.as_bytes()));
            collect(home.run_with_input(&["call", "vault.open", "-"], request.as_bytes()));
        }
        told.push_str(&daemon.terminate().1);
    }
    for canary in canaries {
        assert!(!told.contains(canary), "`{canary}` was told: {told}");
        for file in files(&home.data()) {
            let bytes = fs::read(&file).unwrap();
            let is_there = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!is_there, "`{canary}` is in {}", file.display());
        }
    }
}

#[cfg(target_os = "linux")]
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

#[cfg(target_os = "linux")]
#[test]
fn s_55_the_daemon_leaves_no_core_dumps() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    let limits = fs::read_to_string(format!("/proc/{}/limits", daemon.process_id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let values: Vec<_> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(values, ["0", "0"], "{core}");
}

/// Windows gives what is written by hand the access list of its directory, and refuses it by that.
#[cfg(unix)]
#[test]
fn a_vault_left_by_hand_is_read_as_what_it_is() {
    let home = Home::new();
    home.ok(&["status"]);
    crate::harness::write(&home.vault_file(), b"not a vault");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(home.vault_file(), private).unwrap();
    let status = home.json(&["vault", "status"]);
    assert_status(&status, "locked", false);
    assert!(status["remedy"].as_str().unwrap().contains("damaged or no vault"), "{status}");
    assert!(!home.ok(&["ls"]).is_empty(), "everything else works");
}
