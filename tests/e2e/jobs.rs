//! Jobs: what runs long is held, resumed and stopped, goes on after a restart, and is its owner's alone.

use std::time::Duration;

use daemon::gate;
use daemon::gate::identity::Caller;
use daemon_roblox::governor::Governor;
use daemon_roblox::governor::class::{KeySide, Pool};
use daemon_roblox::governor::limits::{Limit, Limits, Share};
use daemon_store::journal::records::JobId;
use protocol::OperationName;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

use crate::changesets::{commit, propose};
use crate::cloud::Bench;

/// How long a test waits for what must come.
const DEADLINE: Duration = Duration::from_mins(1);

/// A connection to the emulator, whose budget does not hold anything up.
pub(super) async fn connected() -> Bench {
    let bench = Bench::start().await;
    bench.connect("Game", &json!({})).await;
    allow(&bench.daemon, 1_000_000, 1_000_000).await;
    bench
}

pub(super) async fn governor(daemon: &TestDaemon) -> Governor {
    let game = daemon.state.universes().find("Game").await.unwrap().unwrap();
    daemon.state.universes().governor(&game).unwrap()
}

/// Sets how many reads and writes of standard entries `Game` may make in a minute; everything else it may.
pub(super) async fn allow(daemon: &TestDaemon, reads: u32, writes: u32) {
    let mut limits = Limits::limits_page();
    for pool in Pool::ALL {
        limits.set(pool, Limit { requests: 1_000_000, bytes: None });
    }
    for (pools, requests) in [(READS, reads), (WRITES, writes)] {
        for pool in pools {
            limits.set(*pool, Limit { requests, bytes: None });
        }
    }
    for side in [KeySide::Read, KeySide::Write] {
        limits.set_key_throughput(side, 1 << 40);
    }
    governor(daemon).await.configure(limits, Share::new(100).unwrap());
}

const READS: &[Pool] = &[Pool::V1Read, Pool::StandardRead];
const WRITES: &[Pool] = &[Pool::V1Write, Pool::StandardWrite];

/// Asks as a command on this machine does.
pub(super) async fn command(
    daemon: &TestDaemon,
    operation: &str,
    request: Value,
) -> Result<Value, (String, String)> {
    ask(daemon, &Caller::owner(), operation, request).await
}

pub(super) async fn ask(
    daemon: &TestDaemon,
    caller: &Caller,
    operation: &str,
    request: Value,
) -> Result<Value, (String, String)> {
    let name = OperationName::from_name(operation).unwrap();
    let answer = gate::call(&daemon.state, caller, name, request.to_string()).await;
    answer
        .map(|answer| serde_json::from_str(&answer.json).unwrap())
        .map_err(|refusal| (refusal.code.code().to_owned(), refusal.message))
}

/// What a command is refused with.
pub(super) async fn refused(daemon: &TestDaemon, operation: &str, request: Value) -> (String, String) {
    command(daemon, operation, request).await.unwrap_err()
}

/// The job as its owner sees it.
pub(super) async fn job(client: &HttpClient, id: &Value) -> Value {
    client.call("jobs.get", &json!({ "job": id })).await.ok()
}

/// Waits until a job is as wanted; what it does meanwhile always adds up.
pub(super) async fn until(daemon: &TestDaemon, id: &Value, is_wanted: impl Fn(&Value) -> bool) -> Value {
    let mut events = daemon.state.events().subscribe();
    let journal = daemon.state.changes().journal().unwrap();
    let record = journal.get_job(JobId(id.as_str().unwrap().to_owned())).await.unwrap().unwrap();
    let owner = Caller { id: record.by.id, ..Caller::owner() };
    let watch = async {
        loop {
            let now = ask(daemon, &owner, "jobs.get", json!({ "job": id })).await.unwrap();
            adds_up(&now);
            if is_wanted(&now) {
                return now;
            }
            // Also when some were missed there is something new.
            let _ = events.recv().await;
        }
    };
    tokio::time::timeout(DEADLINE, watch).await.unwrap()
}

/// Waits until a job stands in a state.
pub(super) async fn until_state(daemon: &TestDaemon, id: &Value, state: &str) -> Value {
    until(daemon, id, |job| job["state"] == state).await
}

pub(super) async fn until_done(daemon: &TestDaemon, id: &Value) -> Value {
    let ends = ["done", "doneWithProblems", "stopped", "failed"];
    until(daemon, id, |job| ends.iter().any(|end| job["state"] == *end)).await
}

pub(super) fn adds_up(job: &Value) {
    let progress = &job["progress"];
    let count = |member: &str| progress[member].as_u64().unwrap();
    let parts = ["saved", "refused", "conflict", "unknown", "skipped"].map(count);
    assert_eq!(parts.iter().sum::<u64>(), count("done"), "{job}");
    if let Some(total) = progress["total"].as_u64() {
        assert!(count("done") <= total, "{job}");
    }
}

/// Which of the counts are not zero.
pub(super) fn counts(job: &Value) -> Value {
    let counts = job["progress"].as_object().unwrap().iter();
    counts
        .filter(|(_, count)| **count != json!(0))
        .map(|(name, count)| (name.clone(), count.clone()))
        .collect()
}

/// Stages so many entries of a connection.
pub(super) async fn staged(
    client: &HttpClient,
    connection: &str,
    keys: std::ops::Range<u32>,
    value: &str,
) -> Value {
    let changes: Vec<_> = keys
        .map(|key| json!({ "kind": "set", "store": "Saves", "key": format!("{key:04}"), "value": value }))
        .collect();
    propose(client, connection, json!(changes)).await["set"].clone()
}

/// Commits a far-reaching set of `Game`; its job.
pub(super) async fn commit_all(client: &HttpClient, set: &Value, count: u32) -> Value {
    let environment = if set["connection"] == "id-of-Main" { "local" } else { "development" };
    let confirm = json!({ "count": count, "environment": environment });
    let answer = commit(client, &set["id"], json!({ "confirm": confirm, "reason": "test" })).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.json()["job"].clone()
}

/// Every page of a job's items.
pub(super) async fn items(client: &HttpClient, id: &Value, state: Option<&str>, limit: u32) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let request = json!({ "job": id, "state": state, "limit": limit, "cursor": cursor });
        let page = client.call("jobs.items", &request).await.ok();
        items.extend(page["items"].as_array().unwrap().clone());
        cursor = page["nextCursor"].clone();
        assert_eq!(page["hasMore"], !cursor.is_null());
        if cursor.is_null() {
            return items;
        }
    }
}

/// How many values of `Saves` in `Game` are this one.
pub(super) async fn count_values(client: &HttpClient, connection: &str, value: &str) -> usize {
    let (mut count, mut cursor) = (0, String::new());
    loop {
        let path = format!(
            "/api/v1/datastores/Saves/export?connection={connection}&allScopes=true&limit=256{cursor}"
        );
        let answer = client.get(&path).await;
        if answer.status == 404 {
            return 0;
        }
        let page = answer.ok();
        let entries = page["entries"].as_array().unwrap();
        count += entries.iter().filter(|entry| entry["value"] == value).count();
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", tests::http::escaped(next)),
            None => return count,
        }
    }
}

/// How many writes the emulator was asked for.
pub(super) fn writes(bench: &Bench) -> usize {
    bench.emulator.seen().iter().filter(|line| line.starts_with("POST") && line.contains("/entry?")).count()
}

#[tokio::test]
async fn s_38_many_items_are_committed_and_undone_as_jobs_item_by_item() {
    let bench = connected().await;
    let owner = &bench.owner;
    let set = staged(owner, "Game", 0..300, "new").await;
    let id = commit_all(owner, &set, 300).await;
    let done = until_done(&bench.daemon, &id).await;
    assert_eq!((&done["state"], &done["kind"]), (&json!("done"), &json!("commit")), "{done}");
    assert_eq!(counts(&done), json!({ "total": 300, "done": 300, "saved": 300 }));
    assert_eq!((&done["changeSet"], &done["createdBy"]), (&set["id"], &json!("SUPER_ADMIN of a test")));
    assert!(done["startedAt"].is_string() && done["finishedAt"].is_string(), "{done}");
    assert_eq!((count_values(owner, "Game", "new").await, writes(&bench)), (300, 300));
    let all = items(owner, &id, None, 256).await;
    assert_eq!(all.len(), 300);
    assert!(all.iter().all(|item| item["state"] == "saved" && item["revision"].is_string()));
    assert_eq!(
        (items(owner, &id, Some("saved"), 99).await.len(), items(owner, &id, Some("waiting"), 9).await),
        (300, vec![])
    );

    let undo = owner.call("changesets.undo", &json!({ "set": set["id"] })).await.ok()["set"].clone();
    let id = commit_all(owner, &undo, 300).await;
    let done = until_done(&bench.daemon, &id).await;
    assert_eq!((&done["state"], &done["kind"]), (&json!("done"), &json!("undo")), "{done}");
    assert_eq!(count_values(owner, "Game", "new").await, 0);
    let listed = owner.call("jobs.list", &json!({})).await.ok();
    let kinds: Vec<_> = listed["jobs"].as_array().unwrap().iter().map(|job| job["kind"].clone()).collect();
    assert_eq!(kinds, ["undo", "commit"], "newest first");
    assert_eq!(owner.call("jobs.list", &json!({ "active": true })).await.ok()["jobs"], json!([]));
    bench.daemon.stop().await;
}

/// A committed set of `Game` of which some items are done, and the rest waits because requests were stopped.
pub(super) async fn in_the_middle(bench: &Bench) -> (Value, Value) {
    let set = staged(&bench.owner, "Game", 0..300, "new").await;
    allow(&bench.daemon, 1_000_000, 100).await;
    let id = commit_all(&bench.owner, &set, 300).await;
    until(&bench.daemon, &id, |job| job["progress"]["done"].as_u64() >= Some(50)).await;
    bench.owner.post("/api/v1/budget/stop", "{}").await.ok();
    let waiting = until(&bench.daemon, &id, |job| job["message"].is_string()).await;
    assert_eq!(waiting["state"], "running");
    let message = waiting["message"].as_str().unwrap();
    assert!(message.contains("requests to Roblox are stopped"), "{message}");
    (set, id)
}

/// Lets requests go again, without limits.
pub(super) async fn let_go(bench: &Bench) {
    allow(&bench.daemon, 1_000_000, 1_000_000).await;
    bench.owner.post("/api/v1/budget/resume", "{}").await.ok();
}

#[tokio::test]
async fn s_38_a_job_waits_for_a_stopped_budget_and_goes_on_when_it_is_resumed() {
    let bench = connected().await;
    let (_, id) = in_the_middle(&bench).await;
    let_go(&bench).await;
    let done = until_done(&bench.daemon, &id).await;
    assert_eq!((&done["state"], &done["message"]), (&json!("done"), &Value::Null), "{done}");
    assert_eq!(counts(&done), json!({ "total": 300, "done": 300, "saved": 300 }));
    assert_eq!((count_values(&bench.owner, "Game", "new").await, writes(&bench)), (300, 300));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_38_a_paused_job_stays_paused_over_a_restart_and_is_resumed_where_it_was() {
    let bench = connected().await;
    let (_, id) = in_the_middle(&bench).await;
    let control = async |client: &HttpClient, what: &str| {
        client.post(&format!("/api/v1/jobs/{}/{what}", id.as_str().unwrap()), "{}").await
    };
    let asked = control(&bench.owner, "pause").await.ok();
    assert!(asked["state"] == "pausing" || asked["state"] == "paused", "{asked}");
    let paused = until_state(&bench.daemon, &id, "paused").await;
    let before = counts(&paused);
    assert_eq!(control(&bench.owner, "pause").await.ok()["state"], "paused", "asked again");

    let Bench { daemon, emulator, owner } = bench;
    let daemon = daemon.restart().await;
    let bench = Bench { owner: owner.at(daemon.address), daemon, emulator };
    let_go(&bench).await;
    let still = job(&bench.owner, &id).await;
    assert_eq!((&still["state"], counts(&still)), (&json!("paused"), before));
    assert_eq!(control(&bench.owner, "resume").await.ok()["message"], Value::Null);
    let done = until_done(&bench.daemon, &id).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(counts(&done), json!({ "total": 300, "done": 300, "saved": 300 }));
    assert_eq!((count_values(&bench.owner, "Game", "new").await, writes(&bench)), (300, 300));
    for what in ["pause", "resume", "stop"] {
        let refused = control(&bench.owner, what).await;
        assert_eq!(refused.refusal(), (400, "GEN007".into()), "{what}");
        assert!(refused.body.contains("the job is done"), "{what}: {}", refused.body);
    }
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_38_a_stopped_job_leaves_out_what_it_had_not_begun_and_the_rest_is_undone() {
    let bench = connected().await;
    let (set, id) = in_the_middle(&bench).await;
    bench.owner.call("jobs.stop", &json!({ "job": id })).await.ok();
    let stopped = until_state(&bench.daemon, &id, "stopped").await;
    let (saved, skipped) = (&stopped["progress"]["saved"], &stopped["progress"]["skipped"]);
    assert!(saved.as_u64() >= Some(50) && skipped.as_u64() > Some(0), "{stopped}");
    assert_eq!(stopped["progress"]["done"], 300, "{stopped}");
    let_go(&bench).await;
    assert_eq!(count_values(&bench.owner, "Game", "new").await as u64, saved.as_u64().unwrap());
    let left_out = items(&bench.owner, &id, Some("skipped"), 256).await;
    assert_eq!(left_out.len() as u64, skipped.as_u64().unwrap());
    let refused = bench.owner.call("jobs.resume", &json!({ "job": id })).await;
    assert_eq!(refused.refusal(), (400, "GEN007".into()));

    let undo = bench.owner.call("changesets.undo", &json!({ "set": set["id"] })).await.ok();
    assert_eq!(&undo["leftOut"], skipped);
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_38_a_job_that_the_daemon_left_in_the_middle_goes_on_at_the_next_start() {
    let bench = connected().await;
    let set = staged(&bench.owner, "Game", 0..300, "new").await;
    allow(&bench.daemon, 1_000_000, 100).await;
    let id = commit_all(&bench.owner, &set, 300).await;
    until(&bench.daemon, &id, |job| job["progress"]["done"].as_u64() >= Some(50)).await;
    let Bench { daemon, emulator, owner } = bench;
    let daemon = daemon.restart().await;
    let bench = Bench { owner: owner.at(daemon.address), daemon, emulator };
    allow(&bench.daemon, 1_000_000, 1_000_000).await;
    let begun = job(&bench.owner, &id).await;
    assert!(begun["progress"]["saved"].as_u64() >= Some(50), "what was done counts: {begun}");
    let done = until_done(&bench.daemon, &id).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(counts(&done), json!({ "total": 300, "done": 300, "saved": 300 }));
    assert_eq!((count_values(&bench.owner, "Game", "new").await, writes(&bench)), (300, 300));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn jobs_of_one_connection_to_roblox_run_one_after_the_other() {
    let bench = connected().await;
    let second = staged(&bench.owner, "Game", 400..425, "new").await;
    let local = staged(&bench.owner, "Main", 0..25, "new").await;
    let (_, first) = in_the_middle(&bench).await;
    let commit_some = async |set: &Value| {
        let request = json!({ "confirm": { "count": 25 } });
        commit(&bench.owner, &set["id"], request).await.json()["job"].clone()
    };
    let (second, local) = (commit_some(&second).await, commit_some(&local).await);
    assert_eq!(until_done(&bench.daemon, &local).await["state"], "done", "another connection does not wait");
    assert_eq!(job(&bench.owner, &second).await["state"], "queued");
    let_go(&bench).await;
    for id in [&first, &second] {
        assert_eq!(until_done(&bench.daemon, id).await["state"], "done");
    }
    let (first, second) = (job(&bench.owner, &first).await, job(&bench.owner, &second).await);
    assert!(first["finishedAt"].as_str() <= second["startedAt"].as_str(), "{first} {second}");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn a_queued_job_is_paused_and_stopped_without_having_run() {
    let bench = connected().await;
    let sets = [
        staged(&bench.owner, "Game", 400..425, "new").await,
        staged(&bench.owner, "Game", 500..525, "new").await,
    ];
    in_the_middle(&bench).await;
    let mut queued = Vec::new();
    for set in &sets {
        let answer = commit(&bench.owner, &set["id"], json!({ "confirm": { "count": 25 } })).await;
        queued.push(answer.json()["job"].clone());
    }
    let paused = bench.owner.call("jobs.pause", &json!({ "job": queued[0] })).await.ok();
    assert_eq!((&paused["state"], &paused["startedAt"]), (&json!("paused"), &Value::Null));
    bench.owner.call("jobs.stop", &json!({ "job": queued[1] })).await.ok();
    let stopped = until_state(&bench.daemon, &queued[1], "stopped").await;
    assert_eq!(counts(&stopped), json!({ "total": 25, "done": 25, "skipped": 25 }));
    bench.owner.call("jobs.stop", &json!({ "job": queued[0] })).await.ok();
    until_state(&bench.daemon, &queued[0], "stopped").await;
    bench.daemon.stop().await;
}

#[tokio::test]
async fn a_far_reaching_set_is_looked_at_again_as_a_job() {
    let bench = connected().await;
    for key in ["0001", "0002"] {
        let path = format!("/api/v1/datastores/Saves/keys/{key}?connection=Game");
        bench.owner.put(&path, r#"{"value":"old"}"#).await.ok();
    }
    let set = staged(&bench.owner, "Game", 0..25, "new").await;
    let other = json!({ "connection": "Game", "store": "Saves", "key": "0001", "value": "theirs" });
    bench.owner.call("entries.set", &other).await.ok();
    let same = json!({ "connection": "Game", "store": "Saves", "key": "0002", "value": "new" });
    bench.owner.call("entries.set", &same).await.ok();
    let answer = commit(&bench.owner, &set["id"], json!({ "dryRun": true })).await;
    let id = answer.json()["job"].clone();
    let done = until_done(&bench.daemon, &id).await;
    assert_eq!((&done["kind"], &done["state"]), (&json!("dryRun"), &json!("doneWithProblems")), "{done}");
    assert_eq!(counts(&done), json!({ "total": 25, "done": 25, "saved": 23, "conflict": 1, "skipped": 1 }));
    assert_eq!(count_values(&bench.owner, "Game", "new").await, 1, "nothing was written");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_15_a_job_is_its_owners_alone() {
    let bench = connected().await;
    let (_, id) = in_the_middle(&bench).await;
    let other = bench.daemon.owner().await;
    for operation in ["jobs.get", "jobs.items", "jobs.pause", "jobs.resume", "jobs.stop"] {
        let strangers = other.call(operation, &json!({ "job": id })).await;
        assert_eq!(strangers.refusal(), (404, "GEN009".into()), "{operation}");
        let nobodys = other.call(operation, &json!({ "job": "0198" })).await.body.replace("0198", "");
        assert_eq!(
            message(&strangers.body.replace(id.as_str().unwrap(), "")),
            message(&nobodys),
            "{operation}"
        );
    }
    assert_eq!(other.call("jobs.list", &json!({})).await.ok()["jobs"], json!([]));
    assert_eq!(job(&bench.owner, &id).await["state"], "running");
    bench.owner.call("jobs.stop", &json!({ "job": id })).await.ok();
    bench.daemon.stop().await;
}

pub(super) fn message(body: &str) -> Value {
    serde_json::from_str::<Value>(body).unwrap()["message"].clone()
}

#[tokio::test]
async fn s_64_pages_and_unfinished_jobs_are_bounded() {
    let bench = connected().await;
    bench.owner.post("/api/v1/budget/stop", "{}").await.ok();
    let mut ids = Vec::new();
    for _ in 0..100 {
        let answer = bench.owner.call("exports.start", &json!({ "connection": "Game", "store": "S" })).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        ids.push(answer.json()["id"].clone());
    }
    let request = json!({ "connection": "Game", "store": "S" });
    let refused = bench.owner.call("exports.start", &request).await;
    assert_eq!(refused.refusal(), (429, "GEN010".into()), "{}", refused.body);
    let one = &ids[50];
    bench.owner.call("jobs.stop", &json!({ "job": one })).await.ok();
    until_state(&bench.daemon, one, "stopped").await;
    assert_eq!(bench.owner.call("exports.start", &request).await.status, 202);

    let (mut listed, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let request = json!({ "active": true, "limit": 40, "cursor": cursor, "connection": "Game" });
        let page = bench.owner.call("jobs.list", &request).await.ok();
        listed.extend(page["jobs"].as_array().unwrap().iter().map(|job| job["id"].clone()));
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(listed.len(), 100);
    assert!(!listed.contains(one) && listed.last() == ids.first(), "newest first");
    for (limit, status) in [(0, 400), (1, 200), (256, 200), (257, 400)] {
        assert_eq!(bench.owner.call("jobs.list", &json!({ "limit": limit })).await.status, status, "{limit}");
        let request = json!({ "job": one, "limit": limit });
        assert_eq!(bench.owner.call("jobs.items", &request).await.status, status, "{limit}");
    }
    bench.daemon.stop().await;
}
