//! One round trip through the commands, with a daemon and without one, and the exit codes.

use serde_json::json;

use crate::harness::{Daemon, Home};

const NASTY: &str = r#"{"b": 1.0,"a":[1e5, 12345678901234567890],"b":"é\u00e9\/","empty":{ }}"#;

/// The whole life of an entry.
#[track_caller]
fn round_trip(home: &Home) {
    home.ok(&["put", "Store", "key", NASTY, "--user-id", "-1", "--attributes", r#"{"a": 1}"#, "--create"]);
    assert_eq!(home.ok(&["get", "Store", "key"]), NASTY, "byte for byte, and nothing added");
    let entry = home.json(&["get", "Store", "key"]);
    assert_eq!((&entry["userIds"], &entry["attributes"]), (&json!(["-1"]), &json!({ "a": 1 })));
    let first = entry["revision"].as_str().unwrap();

    home.ok(&[
        "edit",
        "Store",
        "key",
        "/a/0=2.50",
        "insert:/a/0=null",
        "rename:/empty=full",
        "--expect",
        first,
    ]);
    let edited = NASTY.replace("[1e5,", "[null,2.50,").replace("\"empty\"", "\"full\"");
    let found = home.ok(&["get", "Store", "key"]);
    assert_eq!(found.replace(' ', ""), edited.replace(' ', ""));
    let stale = home.run(&["put", "Store", "key", "1", "--expect", first]);
    stale.refused(4, &["DS006", "current revision"]);

    let revisions = home.json(&["revisions", "Store", "key"]);
    assert_eq!(revisions["revisions"].as_array().unwrap().len(), 2);
    assert_eq!(home.ok(&["get", "Store", "key", "--revision", first]), NASTY);
    home.ok(&["revisions", "Store", "key", "--restore", first]);
    assert_eq!(home.ok(&["get", "Store", "key"]), NASTY);

    assert_eq!(home.ok(&["ls", "Store", "k"]), "key\n");
    assert!(home.ok(&["ls"]).lines().any(|line| line.starts_with("Store ") && line.contains("standard")));
    home.ok(&["rm", "Store", "key"]);
    home.run(&["get", "Store", "key"]).refused(3, &["`key`", "`Store`", "DS005"]);
}

#[test]
fn entry_lives_its_life_with_a_daemon() {
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    round_trip(&home);
}

#[test]
fn entry_lives_its_life_without_a_daemon() {
    round_trip(&Home::new());
}

#[test]
fn scopes_and_connections_are_kept_apart() {
    let home = Home::new();
    home.ok(&["put", "Store", "key", "1"]);
    home.ok(&["put", "Store", "key", "2", "--scope", "other"]);
    assert_eq!(home.ok(&["get", "Store", "key"]), "1");
    assert_eq!(home.ok(&["get", "Store", "key", "--scope", "other", "--connection", "Sandbox"]), "2");
    assert_eq!(home.ok(&["ls", "Store", "--all-scopes"]), "global\tkey\nother\tkey\n");
    home.run(&["get", "Store", "key", "--connection", "Nowhere"]).refused(3, &["`Nowhere`"]);
}

#[test]
fn any_operation_can_be_called() {
    let home = Home::new();
    let set =
        home.json(&["call", "ordered.set", r#"{"store":"Wins","key":"a","value":"9223372036854775807"}"#]);
    assert_eq!(set["value"], "9223372036854775807");
    assert_eq!(home.ok(&["ls", "Wins", "--ordered"]), "9223372036854775807\ta\n");
    home.run(&["ls", "Wins"]).refused(3, &["DS001", "`--ordered`"]);
    let list = home.run_with_input(&["call", "datastores.list", "-"], br#"{"prefix":"Wins"}"#).expect(0);
    assert!(list.contains(r#""kind":"ordered""#), "{list}");
    home.run(&["call", "datastores.list", r#"{"guess":1}"#]).refused(2, &["guess"]);
    home.run(&["call", "datastores.guess"]).refused(2, &["datastores.list"]);
}

#[test]
fn bad_input_names_the_thing_and_the_remedy() {
    let home = Home::new();
    let long = "x".repeat(51);
    home.run(&["get", "Store", &long]).refused(2, &["DS015", "51 bytes", "50"]);
    home.run(&["put", "Store", "a\u{1}b", "1"]).refused(2, &["DS015", "control character"]);
    home.run(&["put", "Store", "key", "{\"a\":"]).refused(2, &["neither JSON nor a file"]);
    let deep = home.run_with_input(&["put", "Store", "key"], "[".repeat(10_000).as_bytes());
    deep.refused(1, &["not JSON"]);
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    home.run_with_input(&["put", "Store", "key"], deep.as_bytes()).refused(1, &["DS016"]);
    let large = format!("\"{}\"", "x".repeat(4_194_303));
    home.run_with_input(&["put", "Store", "key"], large.as_bytes()).refused(1, &["DS004"]);
    let fits = format!("\"{}\"", "x".repeat(4_194_302));
    home.run_with_input(&["put", "Store", "key"], fits.as_bytes()).expect(0);
    assert_eq!(home.ok(&["get", "Store", "key"]).len(), 4_194_304);
}

#[test]
fn values_larger_than_a_frame_cross_the_socket_both_ways() {
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    let value = format!("\"{}\"", "é".repeat(2_097_151));
    assert_eq!(value.len(), 4_194_304);
    home.run_with_input(&["put", "Store", "key"], value.as_bytes()).expect(0);
    assert!(home.ok(&["get", "Store", "key"]) == value, "the value came back changed");
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    let home = Home::new();
    let made = home.run(&["token", "create", "--role", "viewer", "--name", "script", "--expires", "30d"]);
    let secret = made.expect(0);
    assert!(secret.starts_with("dsmp_") && secret.trim_end().len() == 61, "the secret alone is printed");
    let list = home.json(&["token", "list"]);
    let token = &list["tokens"][0];
    assert_eq!((&token["name"], &token["role"]), (&json!("script"), &json!("VIEWER")));
    assert!(!list.to_string().contains(secret.trim_end()));
    home.ok(&["token", "revoke", token["id"].as_str().unwrap()]);
    home.run(&["token", "revoke", "nobody"]).refused(3, &["nobody"]);
}

#[test]
fn a_link_needs_a_daemon() {
    let home = Home::new();
    home.run(&["open", "--print"]).refused(6, &["`dsmp serve`"]);
    let daemon = Daemon::start(&home);
    let link = home.ok(&["open", "--print"]);
    assert!(link.starts_with(&format!("open http://127.0.0.1:{}/#/sign-in?code=", daemon.port)), "{link}");
    assert_ne!(link.trim_end(), format!("open {}", daemon.open_url), "each link is fresh");
}

#[test]
fn the_plugin_is_built_installed_and_taken_out() {
    let home = Home::new();
    let file = home.file("plugin.rbxm");
    home.ok(&["plugin", "build", "-o", file.to_str().unwrap()]);
    assert!(std::fs::read(&file).unwrap().starts_with(b"<roblox!"));
    let folder = home.file("Plugins");
    let folder = folder.to_str().unwrap();
    assert_eq!(home.json(&["plugin", "status", "--directory", folder])["state"], "absent");
    home.ok(&["plugin", "install", "--directory", folder]);
    assert_eq!(home.json(&["plugin", "status", "--directory", folder])["state"], "current");
    home.ok(&["plugin", "uninstall", "--directory", folder]);
    home.run(&["plugin", "uninstall", "--directory", folder]).refused(3, &["nothing was removed"]);
}

#[test]
fn help_tells_the_exit_codes_and_completions_know_the_commands() {
    let home = Home::new();
    let help = home.ok(&["--help"]);
    for line in ["0  done", "3  no such", "4  conflict", "7  import", "8  change set"] {
        assert!(help.contains(line), "{line}");
    }
    assert!(home.ok(&["completions", "powershell"]).contains("revisions"));
    home.run(&["no-such-command"]).refused(2, &["no-such-command"]);
    assert!(!home.data().exists(), "asking for help makes no data directory");
}
