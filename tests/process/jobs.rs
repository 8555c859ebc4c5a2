//! What takes long: begun by a command, done by the daemon, watched, held and reported.

use std::fs;

use serde_json::Value;

use crate::changes::{has, production, set, stage};
use crate::connections::KEY;
use crate::emulate::JSON;
use crate::harness::{Daemon, Home, write};

const MANY: usize = 500;

/// As few as a job does; requests of jobs are spread over the minute.
const FEW: usize = 22;

/// Players' saves as a file has them, each a little different.
fn saves(count: usize) -> String {
    let line = |index: usize| {
        format!(
            "{{\"key\":\"Player_{index:03}\",\"value\":{{\"Coins\":{index}.0,\"Id\":90071992547409{index:03}}},\"userIds\":[{index}],\"attributes\":{{\"from\":\"game\"}}}}\n"
        )
    };
    (1..=count).map(line).collect::<Vec<_>>().concat()
}

/// Stages the same edit of all players, and answers the set.
#[track_caller]
fn stage_all(home: &Home) -> String {
    stage(home, &["Saves", "--all", "/Coins=250", "--title", "grant", "--reason", "ticket 12"])
}

/// The job that a command with `--background` began.
#[track_caller]
fn job(answer: &Value) -> String {
    answer["job"].as_str().or(answer["id"].as_str()).unwrap().to_owned()
}

#[test]
fn the_same_edit_of_500_entries_is_committed_and_taken_back_byte_for_byte() {
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    home.run_with_input(&["import", "--store", "Saves", "-"], saves(MANY).as_bytes()).expect(0);
    let before = home.run(&["export", "--store", "Saves"]).stdout;
    let staged = stage_all(&home);
    let sample = home.ok(&["changes", "show", &staged, "--sample", "3"]);
    has(&sample, &["Saves/Player_001, staged\n~ Coins: 1.0 → 250\n", "Saves/Player_250", "Saves/Player_500"]);

    let confirmed = ["--confirm", "500", "--environment", "local", "--reason", "ticket 12"];
    home.run(&["changes", "commit", &staged, "--confirm", "500"]).refused(2, &["`--environment WORD`"]);
    let wrong = ["changes", "commit", &staged, "--confirm", "500", "--environment", "production"];
    home.run(&wrong).refused(2, &["GEN007", "`local`"]);
    let committed = home.ok(&[&["changes", "commit", &staged][..], &confirmed].concat());
    has(&committed, &["500 saved"]);
    assert_eq!(home.ok(&["get", "Saves", "Player_007"]), r#"{"Coins":250,"Id":90071992547409007}"#);

    let job = set(&home, &staged)["job"].as_str().unwrap().to_owned();
    has(&home.ok(&["jobs", "list"]), &[&job, "commit", "done", "grant", "500 of 500"]);
    has(&home.ok(&["jobs", "watch", &job]), &["(commit), done", "500 saved", &staged]);
    let report = home.ok(&["jobs", "report", &job]);
    assert_eq!(report.matches(r#""state":"saved""#).count(), MANY);
    let file = home.file("report.csv");
    home.ok(&["jobs", "report", &job, "--format", "csv", "-o", file.to_str().unwrap()]);
    let report = fs::read_to_string(file).unwrap();
    let rows: Vec<_> = report.split_terminator("\r\n").collect();
    assert_eq!((rows.len(), rows[0]), (MANY + 1, "item,store,scope,key,state,revision,code,message"));
    has(rows[7], &["7,Saves,global,Player_007,saved,"]);
    assert_eq!(home.ok(&["jobs", "report", &job, "--state", "unknown"]), "");
    home.run(&["jobs", "pause", &job]).refused(2, &["GEN007", "done"]);

    home.ok(&[&["changes", "undo", &staged, "--commit"][..], &confirmed].concat());
    assert!(home.run(&["export", "--store", "Saves"]).stdout == before, "the export is not what it was");
}

#[test]
fn a_commit_that_is_cut_off_by_a_kill_goes_on_where_it_was() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    home.run_with_input(&["import", "--store", "Saves", "-"], saves(MANY).as_bytes()).expect(0);
    let staged = stage_all(&home);
    let commit = ["changes", "commit", &staged, "--confirm", "500", "--environment", "local"];
    let begun = home.json(&[&commit[..], &["--background"]].concat());
    daemon.kill();
    let _daemon = Daemon::start(&home);
    has(&home.ok(&["jobs", "watch", &job(&begun)]), &["done", "500 saved"]);
    assert_eq!(set(&home, &staged)["counts"]["saved"], MANY);
    let changed = home.ok(&["export", "--store", "Saves"]).matches(r#""Coins":250"#).count();
    assert_eq!(changed, MANY);
}

#[test]
fn s_32_lost_replies_over_the_emulator_lose_and_double_nothing() {
    let home = Home::new();
    let (emulator, _daemon) = production(&home);
    home.ok(&["--connection", "Prod", "budget", "set", "--share", "100"]);
    let file = write(&home.file("saves.jsonl"), saves(FEW).as_bytes());
    let import = ["import", "--store", "Saves", &file];
    home.run(&import).refused(2, &["GEN007", "`production`"]);
    let confirmed = ["--environment", "production", "--reason", "ticket 12"];
    has(&home.ok(&[&import[..], &confirmed].concat()), &["imported 22 entries into `Saves`"]);
    let staged = stage_all(&home);
    let faults = |method: &str, rule: &str| {
        let (status, told) = emulator.send(method, "/_emulator/faults", &[("x-api-key", KEY), JSON], rule);
        assert_eq!(status, 200, "{told}");
        serde_json::from_str::<Value>(&told).unwrap()["faults"][0]["fired"].as_u64().unwrap()
    };
    let rule =
        r#"{"method":"POST","pathPrefix":"/datastores/","probability":0.2,"seed":7,"fault":"dropAfter"}"#;
    faults("POST", rule);
    has(&home.ok(&["changes", "commit", &staged, "--confirm", "22"]), &["22 saved"]);
    let lost = faults("GET", "");
    assert!(lost > 0, "no reply was lost");
    assert_eq!(home.ok(&["get", "Saves", "Player_007"]), r#"{"Coins":250,"Id":90071992547409007}"#);
    let undo = ["changes", "undo", &staged, "--commit", "--confirm", "22", "--reason", "wrong event"];
    has(&home.ok(&undo), &["22 saved"]);
    assert!(faults("GET", "") > lost, "no reply to the undo was lost");
    let path = home.file("after.jsonl");
    home.ok(&["export", "--store", "Saves", "-o", path.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(path).unwrap(), saves(FEW), "what was imported is exported");

    home.run(&["export", "--store", "Saves", "-o", home.file("after.jsonl").to_str().unwrap()])
        .refused(2, &["GEN007", "after.jsonl"]);
}

#[test]
fn a_job_is_held_stopped_and_reported() {
    let home = Home::new();
    let (_emulator, _daemon) = production(&home);
    let keys = (0..21).map(|index| format!("=key,{index:02}\n")).collect::<Vec<_>>().concat();
    let many =
        ["--json", "changes", "stage", "Saves", "--keys", "-", "--value", "1", "--reason", "ticket 12"];
    let staged = home.run_with_input(&many, keys.as_bytes()).expect(0);
    let staged: Value = serde_json::from_str(&staged).unwrap();
    let staged = staged["set"]["id"].as_str().unwrap();
    home.ok(&["budget", "stop"]);
    let commit = home.json(&["changes", "commit", staged, "--confirm", "21", "--background"]);
    let job = job(&commit);
    has(&home.ok(&["jobs", "list", "--active"]), &[&job]);
    has(&home.ok(&["jobs", "pause", &job]), &["paus"]);
    has(&home.ok(&["jobs", "resume", &job]), &[&job]);
    has(&home.ok(&["jobs", "stop", &job]), &["stop"]);
    let watched = home.run(&["jobs", "watch", &job]);
    has(&watched.expect(8), &["stopped"]);
    home.ok(&["budget", "resume"]);
    assert_eq!(home.ok(&["ls"]), "", "nothing was sent");
    let counts = &set(&home, staged)["counts"];
    assert_eq!((&counts["superseded"], &counts["saved"]), (&21.into(), &0.into()), "{counts}");
    let csv = home.ok(&["jobs", "report", &job, "--format", "csv", "--state", "skipped"]);
    assert_eq!(csv.lines().count(), 22);
    has(&csv, &["\r\n1,Saves,global,\"'=key,00\",skipped,"]);
    home.run(&["jobs", "show", "nothing"]).refused(3, &["GEN009"]);
}

#[test]
fn files_are_imported_and_exported_in_the_background() {
    let home = Home::new();
    home.run(&["export", "--store", "Saves", "-o", "x", "--background"]).refused(6, &["`dsmp serve`"]);
    let _daemon = Daemon::start(&home);
    let text = saves(3) + "not json\n";
    let file = write(&home.file("saves.jsonl"), text.as_bytes());
    home.run(&["import", "--store", "Saves", "-", "--background"]).refused(2, &["a job reads a file"]);
    let import = home.json(&["import", "--store", "Saves", &file, "--background"]);
    let watched = home.run(&["jobs", "watch", &job(&import)]);
    has(&watched.expect(7), &["(import), done with problems", "3 saved, 1 refused"]);
    has(&home.ok(&["jobs", "report", &job(&import)]), &[r#""item":4,"#, r#""state":"refused""#]);
    let out = home.file("out.jsonl.gz");
    let export = ["export", "--store", "Saves", "-o", out.to_str().unwrap(), "--background"];
    home.ok(&["jobs", "watch", &job(&home.json(&export))]);
    home.ok(&["import", "--store", "Again", out.to_str().unwrap()]);
    assert_eq!(home.ok(&["export", "--store", "Again"]), saves(3));
}
