//! Edits that are staged, looked at, committed and taken back, as whoever looks after a live game does it.

use serde_json::{Value, json};

use crate::connections::KEY;
use crate::emulate::Emulator;
use crate::harness::{Daemon, Finished, Home, write};

/// Stages something and answers the set.
#[track_caller]
pub(crate) fn stage(home: &Home, arguments: &[&str]) -> String {
    let staged = home.json(&[&["changes", "stage"], arguments].concat());
    staged["set"]["id"].as_str().unwrap().to_owned()
}

/// The set as it is now.
#[track_caller]
pub(crate) fn set(home: &Home, set: &str) -> Value {
    home.json(&["changes", "show", set])["set"].clone()
}

/// A committed set that was told on standard output.
fn told_set(told: &str) -> &str {
    told.split_once(" in set ").unwrap().1.split([' ', ';', '\n']).next().unwrap()
}

#[track_caller]
pub(crate) fn has(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}

/// From the first change to the last undo.
#[track_caller]
fn whole_life(home: &Home) {
    let first = r#"{"Coins": 1.0,"Pets":[{"id":"fox","hp":1}],"Old":true}"#;
    home.ok(&["put", "Saves", "a", first, "--user-id", "81", "--attributes", r#"{"from":"game"}"#]);
    home.ok(&["put", "Saves", "b", "[2.50]"]);
    let before = home.run(&["export", "--store", "Saves"]).stdout;

    let staged = stage(
        home,
        &["Saves", "a", "/Coins=250", "remove:/Old", "/Pets/0/hp=7", "--user-id", "82", "--title", "grant"],
    );
    stage(home, &["Saves", "b", "--remove", "--set", &staged]);
    stage(home, &["Saves", "c", "--value", "{}", "--set", &staged]);
    stage(home, &["Saves", "d", "--value", "{}", "--set", &staged]);
    home.ok(&["changes", "drop", &staged, "4"]);
    home.ok(&["changes", "edit", &staged, "--reason", "ticket 12", "--policy", "manual-merge"]);
    let list = home.ok(&["changes", "show", &staged]);
    has(
        &list,
        &[
            "grant (staged), LOCAL of `Sandbox`",
            "ticket 12",
            "manual-merge",
            "2 writes and 1 removal",
            "3 staged",
        ],
    );
    has(&list, &["~ staged     Saves/a", "- staged     Saves/b", "+ staged     Saves/c"]);
    let tree = home.ok(&["changes", "show", &staged, "--item", "1"]);
    has(
        &tree,
        &[
            "~ Coins: 1.0 → 250\n",
            "  Pets\n    0\n~     hp: 1 → 7\n",
            "- Old: true\n",
            "~ user ids: 81 → 82\n",
        ],
    );
    assert!(!tree.contains('\u{1b}'), "colours are for terminals: {tree}");
    let text = home.ok(&["changes", "show", &staged, "--item", "1", "--text"]);
    has(
        &text,
        &["--- Saves/a (before, ", "+++ Saves/a (after)", "\n-  \"Coins\": 1.0,\n+  \"Coins\": 250,\n"],
    );
    has(
        &home.ok(&["changes", "show", &staged, "--item", "1", "--values"]),
        &[&format!("before:\n{first}\n")],
    );
    assert_eq!(home.ok(&["changes", "show", &staged, "--sample", "9"]).matches(", staged\n").count(), 3);
    assert_eq!(home.run(&["export", "--store", "Saves"]).stdout, before, "nothing was written");

    let committed = home.ok(&["changes", "commit", &staged, "--confirm", "3"]);
    has(&committed, &[&format!("committed set {staged}: 3 saved")]);
    assert_eq!(home.ok(&["get", "Saves", "a"]), r#"{"Coins": 250,"Pets":[{"id":"fox","hp":7}]}"#);
    assert_eq!(home.ok(&["ls", "Saves"]), "a\nc\n");
    let history = home.json(&["revisions", "Saves", "a"]);
    let newest = &history["revisions"][0];
    assert_eq!(
        (&newest["by"], &newest["reason"], &newest["changeSet"]),
        (&json!("owner"), &json!("ticket 12"), &json!(staged))
    );

    has(&home.ok(&["changes", "undo", &staged, "--commit", "--confirm", "3"]), &["3 saved"]);
    assert_eq!(home.run(&["export", "--store", "Saves"]).stdout, before, "everything is as it was");
    has(&home.ok(&["changes", "redo", &staged, "--commit", "--confirm", "3"]), &["3 saved"]);
    assert_eq!(home.ok(&["ls", "Saves"]), "a\nc\n");
    home.run(&["changes", "redo", "nothing"]).refused(3, &["GEN009"]);
    let listed = home.json(&["changes", "list", "--state", "done"]);
    assert_eq!(
        listed["sets"].as_array().unwrap().len(),
        5,
        "two saves, the set, its undo and the undo of that"
    );
}

#[test]
fn a_set_lives_its_life_with_a_daemon() {
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    whole_life(&home);
}

#[test]
fn a_set_lives_its_life_without_a_daemon() {
    whole_life(&Home::new());
}

#[test]
fn s_38_a_commit_that_is_not_confirmed_sends_nothing() {
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    home.ok(&["put", "Saves", "a", "1"]);
    let removal = stage(&home, &["Saves", "a", "--remove"]);
    let commit = |options: &[&str]| home.run(&[&["changes", "commit", removal.as_str()], options].concat());
    commit(&[]).refused(2, &["1 item of local `Sandbox`", "`--confirm KEY`"]);
    commit(&["--confirm", "b"]).refused(2, &["GEN007", "`a`"]);
    commit(&["--confirm", "a", "--confirm", "1"]).refused(2, &["more often"]);
    assert_eq!(home.ok(&["get", "Saves", "a"]), "1");
    assert_eq!(set(&home, &removal)["state"], "staged");
    commit(&["--confirm", " A "]).expect(0);
    home.run(&["get", "Saves", "a"]).refused(3, &["DS005"]);

    let keys = (0..21).map(|index| format!("key {index}\n")).collect::<Vec<_>>().concat();
    let staged = home.run_with_input(
        &["--json", "changes", "stage", "Saves", "--keys", "-", "--value", "0"],
        keys.as_bytes(),
    );
    let staged: Value = serde_json::from_str(&staged.expect(0)).unwrap();
    let many = staged["set"]["id"].as_str().unwrap();
    home.run(&["changes", "commit", many]).refused(2, &["21 items", "`--confirm COUNT`"]);
    home.run(&["changes", "commit", many, "--confirm", "20"]).refused(2, &["GEN007", "21"]);
    home.run(&["changes", "commit", many, "--confirm", "all"]).refused(2, &["`all` is no number"]);
    home.ok(&["changes", "discard", many]);
    assert_eq!(home.ok(&["ls", "Saves"]), "", "nothing was sent");
    home.run(&["changes", "commit", many, "--confirm", "21"]).refused(2, &["discarded"]);
}

#[test]
fn a_conflict_is_shown_and_settled_by_choice() {
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    let clash = |resolution: &[&str]| -> (Finished, String) {
        home.ok(&["put", "Saves", "a", r#"{"Coins":1,"Level":1}"#]);
        let staged = stage(&home, &["Saves", "a", "/Coins=250", "/Level=2"]);
        home.ok(&["edit", "Saves", "a", "/Coins=5"]);
        let committed = home.run(&["changes", "commit", &staged]);
        has(&committed.stderr, &["--state conflict", "--use-merged"]);
        has(&committed.expect(4), &["1 in conflict"]);
        let shown = home.ok(&["changes", "show", &staged, "--item", "1"]);
        has(&shown, &["! /Coins\n", "    was    1\n    theirs 5\n    mine   250\n"]);
        let resolved = home.run(&[&["changes", "resolve", staged.as_str(), "1"], resolution].concat());
        (resolved, home.ok(&["get", "Saves", "a"]))
    };
    let theirs = r#"{"Coins":5,"Level":1}"#;
    let (resolved, value) = clash(&["--use-merged"]);
    resolved.refused(2, &["GEN007", "/Coins"]);
    assert_eq!(value, theirs);
    let (resolved, value) = clash(&["--use-merged", "--choose", "/Coins=theirs"]);
    has(&resolved.expect(0), &["saved"]);
    assert_eq!(value, r#"{"Coins":5,"Level":2}"#, "both are kept");
    let (resolved, value) = clash(&["--overwrite"]);
    resolved.refused(2, &["`--confirm KEY`"]);
    assert_eq!(value, theirs);
    let (resolved, value) = clash(&["--overwrite", "--confirm", "a"]);
    has(&resolved.expect(0), &["saved"]);
    assert_eq!(value, r#"{"Coins":250,"Level":2}"#);
    let (resolved, value) = clash(&["--keep-theirs"]);
    has(&resolved.expect(0), &["superseded"]);
    assert_eq!(value, theirs);
}

#[test]
fn keys_that_cannot_be_changed_are_told_and_do_not_hold_up_the_others() {
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    home.ok(&["put", "Saves", "a", r#"{"Coins":1}"#]);
    home.ok(&["put", "Saves", "b", r#"{"Coins":250}"#]);
    home.ok(&["put", "Saves", "c", "3"]);
    let keys = write(&home.file("keys"), b"a\nb\r\n\nc\nmissing\na\n");
    let staged = home.run(&["changes", "stage", "Saves", "--keys", &keys, "/Coins=250"]);
    has(&staged.stderr, &["`c` refused", "`missing` refused", "`a` refused", "changes this entry already"]);
    let told = staged.expect(8);
    has(&told, &["staged 1 change in set ", "1 would change nothing", "3 were refused"]);
    let staged = told_set(&told).to_owned();
    home.run(&["changes", "stage", "Saves", "missing", "/Coins=1"]).refused(3, &["`missing`"]);
    home.run(&["changes", "stage", "Saves", "a"]).refused(2, &["say what to do"]);
    let again = ["changes", "stage", "Saves", "--prefix", "a", "/Coins=300", "--set", &staged, "--replace"];
    has(&home.ok(&again), &["staged 1 change", &staged]);
    home.ok(&["changes", "commit", &staged]);
    assert_eq!(home.ok(&["get", "Saves", "a"]), r#"{"Coins":300}"#);
}

/// An emulator, and a daemon with the connection `Prod` to it, which is selected and unlocked.
pub(crate) fn production(home: &Home) -> (Emulator, Daemon) {
    let (emulator, daemon) = locked_production(home);
    home.ok(&["connections", "unlock", "Prod", "--reason", "ticket 12"]);
    (emulator, daemon)
}

fn locked_production(home: &Home) -> (Emulator, Daemon) {
    let emulator = Emulator::start(home, &["--api-key", KEY]);
    let key_file = home.file("vault.key");
    let key_file = key_file.to_str().unwrap();
    home.ok(&["vault", "new-key-file", key_file]);
    let daemon = Daemon::start_with(home, &["--vault-key-file", key_file]);
    home.add(emulator.port, KEY).expect(0);
    home.ok(&["connections", "select", "Prod"]);
    (emulator, daemon)
}

#[test]
fn production_stages_what_is_written_until_it_is_committed() {
    let home = Home::new();
    let _running = locked_production(&home);

    home.run(&["put", "Saves", "a", "1"]).refused(5, &["DS009", "`dsmp changes stage`"]);
    let staged = stage(&home, &["Saves", "a", "--value", r#"{"Coins": 1.0}"#]);
    home.run(&["changes", "commit", &staged]).refused(5, &["read-only", "`dsmp connections unlock Prod`"]);
    home.ok(&["connections", "unlock", "Prod", "--reason", "ticket 12"]);
    home.run(&["changes", "commit", &staged]).refused(2, &["production `Prod`", "`--reason TEXT`"]);
    has(&home.ok(&["changes", "commit", &staged, "--reason", "ticket 12"]), &["1 saved"]);

    let put = home.run(&["put", "Saves", "a", r#"{"Coins": 2.0}"#]);
    has(&put.stderr, &["`dsmp changes commit "]);
    let told = put.expect(0);
    has(&told, &["staged `a` in set ", "nothing was written yet"]);
    assert_eq!(home.ok(&["get", "Saves", "a"]), r#"{"Coins": 1.0}"#);
    home.ok(&["changes", "commit", told_set(&told), "--reason", "ticket 13"]);
    assert_eq!(home.ok(&["get", "Saves", "a"]), r#"{"Coins": 2.0}"#);

    let removal = home.json(&["rm", "Saves", "a"]);
    assert_eq!((&removal["outcome"], &removal["revision"]), (&json!("staged"), &Value::Null));
    let removal = removal["changeSet"].as_str().unwrap();
    home.run(&["changes", "commit", removal]).refused(2, &["`--confirm KEY`", "`--reason TEXT`"]);
    home.ok(&["changes", "commit", removal, "--confirm", "a", "--reason", "ticket 14"]);
    home.run(&["get", "Saves", "a"]).refused(3, &["DS005"]);
    let undo = ["changes", "undo", removal, "--commit", "--reason", "wrong player"];
    has(&home.ok(&undo), &["1 saved"]);
    assert_eq!(home.ok(&["get", "Saves", "a"]), r#"{"Coins": 2.0}"#);

    has(&home.ok(&["ordered", "set", "Wins", "a", "5"]), &["staged `a` in set "]);
    let wins = home.json(&["ordered", "add", "Wins", "a", "-2"]);
    assert_eq!((&wins["outcome"], &wins["value"]), (&json!("staged"), &json!("-2")));
    home.ok(&["changes", "commit", wins["changeSet"].as_str().unwrap(), "--reason", "ticket 15"]);
    assert_eq!(home.ok(&["ordered", "get", "Wins", "a"]), "-2\n");
}
