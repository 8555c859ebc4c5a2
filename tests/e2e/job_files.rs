//! Jobs that read and write files: imports and exports.

use std::fs;
use std::path::Path;

use daemon::gate;
use daemon::gate::identity::Caller;
use protocol::OperationName;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::daemon::TestDaemon;

use crate::cloud::Bench;
use crate::jobs::{
    allow, command, commit_all, connected, count_values, counts, governor, let_go, refused, staged, until,
    until_done, until_state, writes,
};

/// Values of every kind, in several scopes, with user ids and attributes; 3,000 of them.
async fn fill(daemon: &TestDaemon) {
    let mut entries: Vec<_> = (0..3_000)
        .map(|key| {
            format!(
                r#"{{"key":"k{key:05}","value":{{"coins":{key}.0,"e":{{}},"l":[]}},"userIds":["{key}"]}}"#
            )
        })
        .collect();
    entries.extend([
        r#"{"key":"quote\"\\é🗝","value":"\u0000\ud800 é","scope":"other","attributes":{"a": 1.0}}"#
            .to_owned(),
        r#"{"key":"big","value":[12345678901234567890,-0,1e999, "x"],"scope":"s"}"#.to_owned(),
        r#"{"key":"none","value":null}"#.to_owned(),
    ]);
    let request = format!(r#"{{"connection":"Main","store":"S","entries":[{}]}}"#, entries.join(","));
    let import = OperationName::from_name("entries.import").unwrap();
    gate::call(&daemon.state, &Caller::owner(), import, request).await.unwrap();
}

/// What a file of JSONL says, unpacked.
fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).unwrap();
    let unpacked = daemon::jsonl::packing::unpack(file, daemon::jsonl::packing::Packing::by_name(path));
    std::io::Read::read_to_end(&mut unpacked.unwrap().reader, &mut bytes).unwrap();
    bytes
}

async fn exported(daemon: &TestDaemon, connection: &str, file: &Path) -> Value {
    let request = json!({ "connection": connection, "store": "S", "file": file });
    let id = command(daemon, "exports.start", request).await.unwrap()["id"].clone();
    until_done(daemon, &id).await
}

#[tokio::test]
async fn what_is_exported_and_imported_is_byte_identical_however_it_is_packed() {
    let daemon = TestDaemon::empty().await;
    fill(&daemon).await;
    let directory = TempDir::new().unwrap();
    let plain = directory.path().join("plain.jsonl");
    let done = exported(&daemon, "Main", &plain).await;
    assert_eq!((&done["state"], &done["kind"]), (&json!("done"), &json!("export")), "{done}");
    assert_eq!(counts(&done), json!({ "total": 3_003, "done": 3_003, "saved": 3_003 }));
    let bytes = fs::read(&plain).unwrap();
    assert_eq!(bytes.split(|byte| *byte == b'\n').count() - 1, 3_003);
    for name in ["packed.jsonl.gz", "packed.jsonl.zst"] {
        let packed = directory.path().join(name);
        assert_eq!(exported(&daemon, "Main", &packed).await["state"], "done");
        assert!(fs::metadata(&packed).unwrap().len() < bytes.len() as u64 / 2, "{name} is packed");
        assert!(unpacked(&packed) == bytes, "{name}");

        let request = json!({ "connection": "Other", "store": "S", "file": packed });
        let id = command(&daemon, "imports.start", request).await.unwrap()["id"].clone();
        let done = until_done(&daemon, &id).await;
        assert_eq!((&done["state"], &done["changeSet"]), (&json!("done"), &Value::Null), "{done}");
        assert_eq!(counts(&done), json!({ "total": 3_003, "done": 3_003, "saved": 3_003 }));
        let back = directory.path().join(format!("back-of-{name}.jsonl"));
        exported(&daemon, "Other", &back).await;
        assert!(fs::read(&back).unwrap() == bytes, "{name}");
    }
    let names: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("partial")), "{names:?}");
    daemon.stop().await;
}

#[tokio::test]
async fn whoever_is_no_command_exports_into_the_data_directory() {
    let daemon = TestDaemon::empty().await;
    fill(&daemon).await;
    let owner = daemon.owner().await;
    let request = json!({ "connection": "Main", "store": "S", "scope": "other", "prefix": "quote" });
    let answer = owner.call("exports.start", &request).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let id = answer.json()["id"].clone();
    let done = until_done(&daemon, &id).await;
    assert_eq!(counts(&done), json!({ "total": 1, "done": 1, "saved": 1 }));
    let file = Path::new(done["file"].as_str().unwrap());
    assert_eq!(
        file,
        daemon.data_directory().join("exports").join(format!("{}.jsonl.gz", id.as_str().unwrap()))
    );
    assert!(String::from_utf8(unpacked(file)).unwrap().starts_with(r#"{"key":"quote\"\\é🗝","#));
    daemon.stop().await;
}

#[tokio::test]
async fn s_38_an_export_that_the_daemon_left_in_the_middle_goes_on_at_the_next_start() {
    let bench = connected().await;
    let set = staged(&bench.owner, "Game", 0..300, "new").await;
    let id = commit_all(&bench.owner, &set, 300).await;
    until_done(&bench.daemon, &id).await;
    let directory = TempDir::new().unwrap();
    let export = async |daemon: &TestDaemon, name: &str| {
        let file = directory.path().join(name);
        let request = json!({ "connection": "Game", "store": "Saves", "file": file });
        command(daemon, "exports.start", request).await.unwrap()["id"].clone()
    };
    let id = export(&bench.daemon, "whole.jsonl").await;
    assert_eq!(until_done(&bench.daemon, &id).await["state"], "done");
    let whole = fs::read(directory.path().join("whole.jsonl")).unwrap();
    let mut bench = bench;
    for name in ["cut.jsonl", "cut.jsonl.gz", "cut.jsonl.zst"] {
        allow(&bench.daemon, 100, 1_000_000).await;
        let before = bench.emulator.request_count();
        let id = export(&bench.daemon, name).await;
        let governor = governor(&bench.daemon).await;
        let mut changes = governor.changes();
        while bench.emulator.request_count() < before + 50 {
            changes.changed().await.unwrap();
        }
        bench.owner.post("/api/v1/budget/stop", "{}").await.ok();
        let waiting = until(&bench.daemon, &id, |job| job["message"].is_string()).await;
        let saved = waiting["progress"]["saved"].as_u64().unwrap();
        assert!(saved > 0 && saved < 300, "{name}: {waiting}");
        let file = directory.path().join(name);
        assert!(!file.exists(), "{name} appears when it is complete");
        let Bench { daemon, emulator, owner } = bench;
        let daemon = daemon.restart().await;
        bench = Bench { owner: owner.at(daemon.address), daemon, emulator };
        let_go(&bench).await;
        let done = until_done(&bench.daemon, &id).await;
        assert_eq!(counts(&done), json!({ "total": 300, "done": 300, "saved": 300 }), "{name}");
        assert!(unpacked(&file) == whole, "{name}");
        let reads = bench.emulator.request_count() - before;
        assert!(reads < 600, "{name}: what was written is not read again: {reads} requests");
    }
    bench.daemon.stop().await;
}

/// Writes the lines of a file to be imported.
fn write_lines(directory: &TempDir, name: &str, lines: &[String]) -> std::path::PathBuf {
    let file = directory.path().join(name);
    fs::write(&file, lines.join("\n")).unwrap();
    file
}

/// Lines of which the second, fourth and fifth are bad.
fn lines_with_bad_ones() -> Vec<String> {
    let long_key = "k".repeat(51);
    vec![
        r#"{"key":"a","value":{"x": 1.0}}"#.to_owned(),
        "not json".to_owned(),
        String::new(),
        format!(r#"{{"key":"{long_key}","value":1}}"#),
        r#"{"key":"b","value":1,"userIds":[1,2,3,4,5]}"#.to_owned(),
        r#"{"key":"a","value":{"x": 2.0},"scope":"own"}"#.to_owned(),
        r#"{"key":"c","value":1}"#.to_owned(),
        r#"{"key":"c","value":2}"#.to_owned(),
    ]
}

#[tokio::test]
async fn s_38_an_import_tells_of_each_bad_line_and_saves_all_others() {
    let bench = connected().await;
    let directory = TempDir::new().unwrap();
    let file = write_lines(&directory, "in.jsonl", &lines_with_bad_ones());
    for connection in ["Main", "Game"] {
        let request = json!({ "connection": connection, "store": "S", "file": file });
        let started = command(&bench.daemon, "imports.start", request.clone()).await.unwrap();
        assert_eq!(started["title"], "Import in.jsonl into S");
        let done = until_done(&bench.daemon, &started["id"]).await;
        assert_eq!(done["state"], "doneWithProblems", "{connection}: {done}");
        // Of two lines with the same key the later one counts: our own engine writes both, Roblox is sent the later one.
        let expected = match connection {
            "Main" => json!({ "total": 7, "done": 7, "saved": 4, "refused": 3 }),
            _ => json!({ "total": 7, "done": 7, "saved": 3, "refused": 3, "skipped": 1 }),
        };
        assert_eq!(counts(&done), expected, "{connection}");
        let items = command(&bench.daemon, "jobs.items", json!({ "job": done["id"] })).await.unwrap();
        let items = items["items"].as_array().unwrap().clone();
        let told: Vec<_> = items.iter().map(|item| (&item["item"], &item["code"], &item["state"])).collect();
        let refused = json!("refused");
        let codes = [(json!(2), json!("GEN007")), (json!(4), json!("DS015")), (json!(5), json!("DS014"))];
        assert_eq!(told, codes.iter().map(|(line, code)| (line, code, &refused)).collect::<Vec<_>>());
        assert_eq!(
            (&items[2]["key"], &items[2]["scope"], &items[2]["store"]),
            (&json!("b"), &json!("global"), &json!("S"))
        );
        assert!(items[2]["message"].as_str().unwrap().contains("user ids"), "{}", items[2]);
        for (state, count) in
            [("refused", 3), ("saved", if connection == "Main" { 0 } else { 3 }), ("conflict", 0)]
        {
            let request = json!({ "job": done["id"], "state": state });
            let found = command(&bench.daemon, "jobs.items", request).await.unwrap();
            assert_eq!(found["items"].as_array().unwrap().len(), count, "{connection} {state}");
        }
        for (key, scope, value) in
            [("a", "global", r#"{"x": 1.0}"#), ("a", "own", r#"{"x": 2.0}"#), ("c", "global", "2")]
        {
            let path = format!("/api/v1/datastores/S/keys/{key}?connection={connection}&scope={scope}");
            let body = bench.owner.get(&path).await.body;
            assert!(body.contains(&format!(r#""value":{value}"#)), "{connection} {key}: {body}");
        }
        if connection == "Game" {
            // Read again: nothing changes any more, so nothing is sent.
            let sent = writes(&bench);
            let again = command(&bench.daemon, "imports.start", request).await.unwrap();
            let done = until_done(&bench.daemon, &again["id"]).await;
            assert_eq!(counts(&done), json!({ "total": 7, "done": 7, "refused": 3, "skipped": 4 }), "{done}");
            assert_eq!((writes(&bench), &done["state"]), (sent, &json!("doneWithProblems")));
        }
    }
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_35_an_import_into_roblox_is_one_change_set_that_is_undone() {
    let bench = connected().await;
    let path = "/api/v1/datastores/S/keys/k000?connection=Game";
    bench.owner.put(path, r#"{"value":{"old": 1.0},"userIds":["7"],"attributes":{"a":1}}"#).await.ok();
    let before = bench.owner.get(path).await.ok();
    let directory = TempDir::new().unwrap();
    let lines: Vec<_> = (0..30).map(|key| format!(r#"{{"key":"k{key:03}","value":{key}}}"#)).collect();
    let file = write_lines(&directory, "in.jsonl", &lines);
    let request = json!({ "connection": "Game", "store": "S", "file": file, "reason": "why" });
    let started = command(&bench.daemon, "imports.start", request).await.unwrap();
    let done = until_done(&bench.daemon, &started["id"]).await;
    assert_eq!(counts(&done), json!({ "total": 30, "done": 30, "saved": 30 }), "{done}");
    let set = command(&bench.daemon, "changesets.get", json!({ "set": done["changeSet"] })).await.unwrap();
    assert_eq!((&set["set"]["reason"], &set["set"]["counts"]["saved"]), (&json!("why"), &json!(30)));
    // The set's job is the import, whatever it is asked by.
    let of_set = command(&bench.daemon, "jobs.get", json!({ "job": set["set"]["job"] })).await.unwrap();
    assert_eq!(of_set["id"], started["id"]);
    let listed = command(&bench.daemon, "jobs.list", json!({})).await.unwrap();
    assert_eq!(listed["jobs"].as_array().unwrap().len(), 1);

    let undo = command(&bench.daemon, "changesets.undo", json!({ "set": done["changeSet"] })).await.unwrap();
    let request = json!({ "set": undo["set"]["id"], "reason": "undo", "confirm": { "count": 30 } });
    let committed = command(&bench.daemon, "changesets.commit", request).await.unwrap();
    assert_eq!(until_done(&bench.daemon, &committed["job"]).await["state"], "done");
    let after = bench.owner.get(path).await.ok();
    for member in ["value", "userIds", "attributes"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(bench.owner.get("/api/v1/datastores/S/keys/k001?connection=Game").await.status, 404);
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_38_an_import_that_the_daemon_left_in_the_middle_goes_on_at_the_next_start() {
    let bench = connected().await;
    let directory = TempDir::new().unwrap();
    let lines: Vec<_> = (0..600).map(|key| format!(r#"{{"key":"k{key:03}","value":"new"}}"#)).collect();
    let file = write_lines(&directory, "in.jsonl", &lines);
    let request = json!({ "connection": "Game", "store": "Saves", "file": file });
    // Once while it is read, and once while it is sent.
    allow(&bench.daemon, 300, 100).await;
    let id = command(&bench.daemon, "imports.start", request).await.unwrap()["id"].clone();
    until(&bench.daemon, &id, |job| job["message"].is_string()).await;
    assert_eq!(writes(&bench), 0, "nothing is sent before the whole file is read");
    let Bench { daemon, emulator, owner } = bench;
    let daemon = daemon.restart().await;
    let bench = Bench { owner: owner.at(daemon.address), daemon, emulator };
    allow(&bench.daemon, 1_000_000, 100).await;
    until(&bench.daemon, &id, |job| job["progress"]["saved"].as_u64() >= Some(50)).await;
    let Bench { daemon, emulator, owner } = bench;
    let daemon = daemon.restart().await;
    let bench = Bench { owner: owner.at(daemon.address), daemon, emulator };
    allow(&bench.daemon, 1_000_000, 1_000_000).await;
    let done = until_done(&bench.daemon, &id).await;
    assert_eq!(
        (&done["state"], counts(&done)),
        (&json!("done"), json!({ "total": 600, "done": 600, "saved": 600 }))
    );
    assert_eq!((count_values(&bench.owner, "Game", "new").await, writes(&bench)), (600, 600));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_38_an_import_that_is_stopped_before_it_is_sent_sends_nothing() {
    let bench = connected().await;
    let directory = TempDir::new().unwrap();
    let lines: Vec<_> = (0..600).map(|key| format!(r#"{{"key":"k{key:03}","value":"new"}}"#)).collect();
    let file = write_lines(&directory, "in.jsonl", &lines);
    allow(&bench.daemon, 300, 100).await;
    let request = json!({ "connection": "Game", "store": "Saves", "file": file });
    let id = command(&bench.daemon, "imports.start", request).await.unwrap()["id"].clone();
    until(&bench.daemon, &id, |job| job["message"].is_string()).await;
    bench.owner.post("/api/v1/budget/stop", "{}").await.ok();
    command(&bench.daemon, "jobs.stop", json!({ "job": id })).await.unwrap();
    let stopped = until_state(&bench.daemon, &id, "stopped").await;
    assert_eq!((&stopped["progress"]["saved"], writes(&bench)), (&json!(0), 0), "{stopped}");
    let set = command(&bench.daemon, "changesets.get", json!({ "set": stopped["changeSet"] })).await.unwrap();
    assert_eq!(set["set"]["state"], "discarded");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_65_files_are_named_by_commands_alone_and_only_regular_ones_are_taken() {
    let daemon = TestDaemon::empty().await;
    fill(&daemon).await;
    let directory = TempDir::new().unwrap();
    let file = write_lines(&directory, "in.jsonl", &[r#"{"key":"a","value":1}"#.to_owned()]);
    let owner = daemon.owner().await;
    let browser = daemon.browser().await;
    for (operation, file) in
        [("imports.start", file.clone()), ("exports.start", directory.path().join("out.jsonl"))]
    {
        let request = json!({ "connection": "Main", "store": "S", "file": file });
        for client in [&owner, &browser.client] {
            let answer = client.call(operation, &request).await;
            assert_eq!(answer.refusal(), (403, "GEN006".into()), "{operation}: {}", answer.body);
            assert!(answer.body.contains("only commands on the daemon's machine"), "{}", answer.body);
        }
    }
    let mut cases = vec![
        ("imports.start", "in.jsonl".to_owned(), "absolute"),
        ("exports.start", "out.jsonl".to_owned(), "absolute"),
        ("imports.start", directory.path().display().to_string(), "a directory"),
        ("exports.start", directory.path().display().to_string(), "a directory"),
        ("imports.start", directory.path().join("none").display().to_string(), "cannot read"),
        ("exports.start", directory.path().join("none/out").display().to_string(), "not a directory"),
        ("exports.start", file.display().to_string(), "exists already"),
    ];
    #[cfg(unix)]
    {
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        cases.push(("imports.start", link.display().to_string(), "a link"));
        cases.push(("exports.start", link.display().to_string(), "a link"));
        cases.push(("imports.start", "/dev/zero".to_owned(), "a device"));
    }
    for (operation, file, words) in cases {
        let request = json!({ "connection": "Main", "store": "S", "file": file });
        let (code, message) = refused(&daemon, operation, request).await;
        assert_eq!(code, "GEN007", "{operation} {file}");
        assert!(message.contains(words), "{operation} {file}: {message}");
    }
    assert_eq!(
        fs::read_dir(directory.path())
            .unwrap()
            .filter(|entry| !entry.as_ref().unwrap().path().is_symlink())
            .count(),
        1
    );
    daemon.stop().await;
}

#[tokio::test]
async fn a_file_that_is_changed_or_cut_off_fails_its_import_and_says_so() {
    let bench = connected().await;
    let directory = TempDir::new().unwrap();
    let lines: Vec<_> = (0..600).map(|key| format!(r#"{{"key":"k{key:03}","value":"new"}}"#)).collect();
    let file = write_lines(&directory, "in.jsonl", &lines);
    allow(&bench.daemon, 300, 100).await;
    let request = json!({ "connection": "Game", "store": "Saves", "file": file });
    let id = command(&bench.daemon, "imports.start", request).await.unwrap()["id"].clone();
    until(&bench.daemon, &id, |job| job["message"].is_string()).await;
    write_lines(&directory, "in.jsonl", &lines[1..]);
    allow(&bench.daemon, 1_000_000, 1_000_000).await;
    let failed = until_done(&bench.daemon, &id).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    assert!(failed["message"].as_str().unwrap().contains("was changed or replaced"), "{failed}");
    assert_eq!(writes(&bench), 0);

    let packed = directory.path().join("cut.jsonl.gz");
    let request = json!({ "connection": "Main", "store": "S", "file": packed });
    fill(&bench.daemon).await;
    assert_eq!(exported(&bench.daemon, "Main", &packed).await["state"], "done");
    let bytes = fs::read(&packed).unwrap();
    fs::write(&packed, &bytes[..bytes.len() / 2]).unwrap();
    let id = command(&bench.daemon, "imports.start", request).await.unwrap()["id"].clone();
    let failed = until_done(&bench.daemon, &id).await;
    assert!(failed["message"].as_str().unwrap().contains("ends early"), "{failed}");
    assert!(failed["progress"]["saved"].as_u64() > Some(0), "whole lines before count: {failed}");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn ds009_an_import_into_production_needs_the_word_and_a_reason_and_a_connection_that_is_unlocked() {
    let bench = Bench::start().await;
    let directory = TempDir::new().unwrap();
    let file = write_lines(&directory, "in.jsonl", &[r#"{"key":"a","value":1}"#.to_owned()]);
    for (name, environment, word) in
        [("Prod", json!("production"), "production"), ("New", json!(null), "unclassified")]
    {
        bench.connect(name, &json!({ "environment": environment })).await;
        let request = |more: Value| {
            let mut request = json!({ "connection": name, "store": "S", "file": file });
            for (member, value) in more.as_object().unwrap() {
                request[member] = value.clone();
            }
            request
        };
        let all = json!({ "environment": format!(" {} ", word.to_uppercase()), "reason": "why" });
        let (code, message) = refused(&bench.daemon, "imports.start", request(all.clone())).await;
        assert_eq!(code, "DS009", "{message}");
        command(&bench.daemon, "connections.unlock", json!({ "connection": name, "reason": "why" }))
            .await
            .unwrap();
        for (more, words) in [
            (json!({ "reason": "why" }), "confirm the environment"),
            (json!({ "reason": "why", "environment": "staging" }), "confirm the environment"),
            (json!({ "environment": word }), "give a `reason`"),
            (json!({ "environment": word, "reason": " " }), "give a `reason`"),
            (json!({ "environment": word, "reason": "x".repeat(1_001) }), "shorten it to 1000"),
        ] {
            let (code, message) = refused(&bench.daemon, "imports.start", request(more)).await;
            assert!(code == "GEN007" && message.contains(words), "{words}: {message}");
        }
        let most = json!({ "environment": word, "reason": "x".repeat(1_000) });
        for more in [most, all] {
            let id = command(&bench.daemon, "imports.start", request(more)).await.unwrap()["id"].clone();
            assert_eq!(until_done(&bench.daemon, &id).await["state"], "done");
        }
    }
    bench.daemon.stop().await;
}
