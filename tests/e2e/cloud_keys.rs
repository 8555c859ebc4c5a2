//! Keys of connections: what is told about them, which are refused, where they lie, and where they never appear
//! (S-10, S-20, S-55, S-60).

use std::path::Path;

use daemon_core::permission::Role;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::emulator::TestEmulator;
use tests::scripted::ScriptedHost;

use crate::cloud::{Bench, KEY, entry};
use crate::secrets::Log;

/// The capability of a report.
fn capability(report: &Value, feature: &str) -> Value {
    let all = report["capabilities"].as_array().unwrap();
    all.iter().find(|capability| capability["feature"] == feature).unwrap().clone()
}

fn warnings(report: &Value) -> Vec<&str> {
    report["warnings"].as_array().unwrap().iter().map(|warning| warning["kind"].as_str().unwrap()).collect()
}

/// A permission as `/_emulator/keys` takes it.
fn permission(name: &str, store: Option<&str>) -> Value {
    json!({ "permission": name, "universeId": "123", "datastoreName": store })
}

#[tokio::test]
async fn s_60_a_check_tells_what_a_key_may_do_and_saves_nothing() {
    let bench = Bench::start().await;
    bench
        .emulator
        .set_key(
            "narrow",
            json!({
                "name": "reader", "expiresAt": null,
                "permissions": [
                    permission("universe-datastores.control:list", None),
                    permission("universe-datastores.objects:read", Some("Saves")),
                    permission("universe:write", None),
                ],
            }),
        )
        .await;
    let check = async |key: &str| {
        let request = json!({ "universeId": "123", "apiKey": key, "baseUrl": bench.emulator.base_url });
        bench.owner.post("/api/v1/connections/check", &request.to_string()).await
    };
    let report = check("narrow").await.ok()["report"].clone();
    assert_eq!((&report["keyName"], &report["universeName"]), (&json!("reader"), &json!(null)));
    assert_eq!((&report["ownerUserId"], &report["expiresAt"]), (&json!("1"), &json!(null)));
    let all = json!({ "feature": "listDatastores", "granted": "all", "datastores": [], "missing": [] });
    assert_eq!(capability(&report, "listDatastores"), all);
    let some = json!({ "feature": "readEntries", "granted": "some", "datastores": ["Saves"], "missing": [] });
    assert_eq!(capability(&report, "readEntries"), some);
    let missing = json!(["universe-datastores.objects:list"]);
    assert_eq!(capability(&report, "listKeys")["missing"], missing);
    assert_eq!(warnings(&report), ["expiresUnused", "tooWide"]);
    let everything = check(KEY).await.ok()["report"].clone();
    assert!(everything["capabilities"].as_array().unwrap().iter().all(|found| found["granted"] == "all"));
    assert_eq!(
        warnings(&everything),
        ["expiresUnused", "tooWide", "otherUniverses"],
        "writing universes, and all of them"
    );
    let listed = bench.owner.get("/api/v1/connections").await.ok();
    assert_eq!(listed["connections"].as_array().unwrap().len(), 2);
    let admin = bench.daemon.client(Role::Admin).await;
    assert_eq!(admin.call("connections.check", &json!({})).await.refusal(), (403, "GEN006".into()));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn an_under_privileged_key_connects_and_each_refusal_names_the_permission() {
    let bench = Bench::start().await;
    let permissions = json!([permission("universe-datastores.control:list", None)]);
    bench.emulator.set_key("narrow", json!({ "permissions": permissions })).await;
    let answer = bench.try_connect("Game", &json!({ "apiKey": "narrow" })).await.ok();
    assert_eq!(capability(&answer["report"], "readEntries")["granted"], "none");
    bench.owner.get("/api/v1/datastores?connection=Game").await.ok();
    let refused = bench.owner.get(&entry("Game")).await;
    assert_eq!(refused.refusal(), (403, "DS002".into()));
    assert!(refused.body.contains("`universe-datastores.objects:read`"), "{}", refused.body);
    bench.emulator.set_key("narrow", json!({})).await;
    let tested = bench.owner.post("/api/v1/connections/Game/test", "{}").await.ok();
    assert_eq!(capability(&tested["report"], "readEntries")["granted"], "all");
    let kept = bench.connection("Game").await.unwrap();
    assert_eq!(kept["cloud"]["lastCheck"], tested["report"], "and is kept");
    assert_eq!(
        bench.owner.post("/api/v1/connections/Main/test", "{}").await.refusal(),
        (400, "GEN007".into())
    );
    bench.daemon.stop().await;
}

#[tokio::test]
async fn keys_that_roblox_does_not_take_are_refused_and_nothing_is_saved() {
    let bench = Bench::start().await;
    for (key, settings, words) in [
        ("disabled", json!({ "name": "mine", "state": "disabled" }), "`mine` is switched off"),
        ("expired", json!({ "name": "mine", "expiresAt": "2020-01-01T00:00:00Z" }), "`mine` has expired"),
        ("revoked", json!({ "state": "revoked" }), "does not accept the API key"),
        ("foreign", json!({ "addresses": ["10.0.0.0/8"] }), "addresses"),
    ] {
        bench.emulator.set_key(key, settings).await;
        let answer = bench.try_connect("Game", &json!({ "apiKey": key })).await;
        assert_eq!(answer.refusal(), (403, "DS002".into()), "{key}");
        assert!(answer.body.contains(words), "{key}: {}", answer.body);
    }
    let unknown = bench.try_connect("Game", &json!({ "apiKey": "never-seen" })).await;
    assert_eq!(unknown.refusal(), (403, "DS002".into()));
    assert!(unknown.body.contains("does not accept the API key"), "{}", unknown.body);
    assert!(bench.connection("Game").await.is_none());

    bench.connect("Game", &json!({})).await;
    bench.emulator.set_key(KEY, json!({ "state": "disabled" })).await;
    let before = bench.connection("Game").await;
    let test = bench.owner.post("/api/v1/connections/Game/test", "{}").await;
    assert_eq!(test.refusal(), (403, "DS002".into()));
    assert_eq!(bench.connection("Game").await, before, "state unchanged");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn a_universe_that_is_not_there_is_warned_of() {
    let bench = Bench::start().await;
    let facts = json!({
        "name": "mine", "authorizedUserId": 156, "enabled": true, "expired": false,
        "scopes": [{ "name": "universe", "operations": ["read"], "universeIds": ["123"] }],
    });
    let host = ScriptedHost::start(move |line| match line {
        "POST /api-keys/v1/introspect" => (200, String::new(), facts.to_string()),
        _ => (404, String::new(), r#"{"code":"NOT_FOUND","message":"no such universe"}"#.to_owned()),
    })
    .await;
    let answer = bench.try_connect("Game", &json!({ "baseUrl": host.base_url })).await.ok();
    assert_eq!(warnings(&answer["report"]), ["expiresUnused", "universeUnknown"]);
    assert!(answer["report"]["warnings"][1]["message"].as_str().unwrap().contains("`123`"));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_20_a_host_that_redirects_gets_one_sentence_and_the_other_host_no_key() {
    let bench = Bench::start().await;
    for status in [301, 302, 303, 307, 308] {
        let target = ScriptedHost::start(|_| (200, String::new(), "{}".to_owned())).await;
        let location = format!("location: {}/api-keys/v1/introspect\r\n", target.base_url);
        let host = ScriptedHost::start(move |_| (status, location.clone(), String::new())).await;
        let answer = bench.try_connect("Game", &json!({ "baseUrl": host.base_url })).await;
        assert_eq!(answer.refusal(), (503, "DS010".into()), "{status}");
        assert!(answer.body.contains("redirects"), "{status}: {}", answer.body);
        assert_eq!((host.seen().len(), target.seen()), (1, Vec::<String>::new()), "{status}");
    }
    assert!(bench.connection("Game").await.is_none());
    bench.daemon.stop().await;
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_told_and_can_be_connected_unchecked() {
    let bench = Bench::start().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let answer = bench.try_connect("Game", &json!({ "baseUrl": gone })).await;
    assert_eq!(answer.refusal(), (503, "DS010".into()));
    assert!(answer.body.contains("skipCheck"), "{}", answer.body);
    assert!(bench.connection("Game").await.is_none());
    let saved = bench.try_connect("Game", &json!({ "baseUrl": gone, "skipCheck": true })).await.ok();
    assert_eq!((&saved["report"], &saved["connection"]["cloud"]["lastCheck"]), (&json!(null), &json!(null)));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_55_a_locked_vault_locks_its_connections_and_says_how_to_open_it() {
    let daemon = TestDaemon::empty().await;
    let emulator = TestEmulator::start(&daemon.clock, &[KEY]).await;
    let owner = daemon.owner().await;
    let request = json!({
        "name": "Game", "universeId": "123", "apiKey": KEY, "baseUrl": emulator.base_url, "environment": "development",
    });
    let early = owner.post("/api/v1/connections", &request.to_string()).await;
    assert_eq!(early.refusal(), (403, "DS002".into()));
    assert!(early.body.contains("dsmp vault create"), "{}", early.body);
    assert_eq!(emulator.request_count(), 0, "nothing is asked when the key could not be kept");
    let passphrase = json!({ "passphrase": "a long passphrase" });
    owner.call("vault.create", &passphrase).await.ok();
    owner.post("/api/v1/connections", &request.to_string()).await.ok();
    owner.get("/api/v1/datastores?connection=Game").await.ok();

    let state = async |client: &tests::http::HttpClient| {
        let listed = client.get("/api/v1/connections").await.ok();
        let all = listed["connections"].as_array().unwrap().clone();
        all.into_iter().find(|connection| connection["name"] == "Game").unwrap()["cloud"].clone()
    };
    owner.call("vault.close", &json!({})).await.ok();
    let before = emulator.request_count();
    for path in ["/api/v1/datastores?connection=Game", &entry("Game")] {
        let refused = owner.get(path).await;
        assert_eq!(refused.refusal(), (403, "DS002".into()), "{path}");
        assert!(refused.body.contains("dsmp vault open"), "{path}: {}", refused.body);
    }
    assert_eq!(state(&owner).await["keyState"], "locked");
    owner.post("/api/v1/connections/Game/select", "{}").await.ok();

    let daemon = daemon.restart().await;
    let owner = daemon.owner().await;
    let cloud = state(&owner).await;
    assert_eq!(cloud["keyState"], "locked");
    assert!(cloud["remedy"].as_str().unwrap().contains("dsmp vault open"), "{cloud}");
    let write = owner.put(&entry("Game"), r#"{"value":1}"#).await;
    assert_eq!(write.refusal(), (403, "DS002".into()));
    assert_eq!(emulator.request_count(), before, "nothing was sent");
    owner.call("vault.open", &passphrase).await.ok();
    assert_eq!(state(&owner).await["keyState"], "ready");
    owner.put(&entry("Game"), r#"{"value":1}"#).await.ok();
    daemon.stop().await;
}

#[tokio::test]
async fn a_connection_whose_key_is_gone_says_so_sends_nothing_and_takes_a_new_one() {
    let bench = Bench::start().await;
    bench.connect("Game", &json!({})).await;
    bench.connect("Old game", &json!({})).await;
    std::fs::remove_file(bench.daemon.data_directory().join("keys.vault")).unwrap();
    let before = bench.emulator.request_count();
    let daemon = bench.daemon.restart().await;
    let owner = daemon.owner().await;
    let listed = owner.get("/api/v1/connections").await.ok();
    let cloud = &listed["connections"][0]["cloud"];
    assert_eq!((&listed["connections"][0]["name"], &cloud["keyState"]), (&json!("Game"), &json!("missing")));
    assert!(cloud["remedy"].as_str().unwrap().contains("dsmp connections edit"), "{cloud}");
    let refusals = [
        owner.get(&entry("Game")).await,
        owner.put(&entry("Game"), r#"{"value":1}"#).await,
        owner.post("/api/v1/connections/Game/test", "{}").await,
    ];
    for refused in refusals {
        assert_eq!(refused.refusal(), (403, "DS002".into()));
        assert!(refused.body.contains("has no API key"), "{}", refused.body);
    }
    assert_eq!(bench.emulator.request_count(), before);
    assert_eq!(owner.delete("/api/v1/connections/Old%20game").await.ok(), json!({}));
    let mended = owner.patch("/api/v1/connections/Game", &json!({ "apiKey": KEY }).to_string()).await.ok();
    assert_eq!(mended["connection"]["cloud"]["keyState"], "ready");
    owner.put(&entry("Game"), r#"{"value":1}"#).await.ok();
    daemon.stop().await;
}

/// All files below a directory that hold a text.
fn files_with(directory: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_with(&entry.path(), text));
        } else if std::fs::read(entry.path()).unwrap().windows(text.len()).any(|part| part == text.as_bytes())
        {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn s_10_s_55_a_key_is_in_no_answer_no_log_and_no_file() {
    // A log turns on what is known by then; what another test reaches first later on, it would leave off.
    let known = Bench::start().await;
    known.connect("Game", &json!({})).await;
    known.daemon.stop().await;
    let log = Log::default();
    let guard = log.start("trace");
    let bench = Bench::start().await;
    let (canary, second) = ("rbx-canary-canary-canary-1", "rbx-canary-canary-canary-2");
    let mut answers = Vec::new();
    answers.push(bench.try_connect("Refused", &json!({ "apiKey": canary })).await.body);
    bench.emulator.set_key(canary, json!({})).await;
    bench.emulator.set_key(second, json!({})).await;
    let check = json!({ "universeId": "123", "apiKey": canary, "baseUrl": bench.emulator.base_url });
    answers.push(bench.owner.post("/api/v1/connections/check", &check.to_string()).await.body);
    answers.push(
        bench.try_connect("Game", &json!({ "apiKey": canary, "environment": "production" })).await.body,
    );
    for (broken, member) in
        [(json!([canary]), "apiKey"), (json!({ "x": canary }), "apiKey"), (json!(7), "name")]
    {
        let mut request = bench.request("Other game", &json!({ "apiKey": canary }));
        request[member] = broken;
        let refused = bench.owner.post("/api/v1/connections", &request.to_string()).await;
        assert_eq!(refused.refusal(), (400, "GEN007".into()));
        answers.push(refused.body);
    }
    answers.push(
        bench.owner.patch("/api/v1/connections/Game", &json!({ "apiKey": second }).to_string()).await.body,
    );
    for path in
        ["/api/v1/connections", "/api/v1/status", "/api/v1/datastores?connection=Game", &entry("Game")]
    {
        answers.push(bench.owner.get(path).await.body);
    }
    for path in ["test", "unlock", "lock", "select"] {
        answers.push(bench.owner.post(&format!("/api/v1/connections/Game/{path}"), "{}").await.body);
    }
    // A host that says the key back to whoever asked.
    let told = format!(r#"{{"errors":[{{"code":0,"message":"key {second} is bad"}}]}}"#);
    let host = ScriptedHost::start(move |_| (401, String::new(), told.clone())).await;
    let moved = json!({ "apiKey": second, "baseUrl": host.base_url });
    answers.push(bench.owner.patch("/api/v1/connections/Game", &moved.to_string()).await.body);
    let debug = format!("{:?}", bench.daemon.state);
    for canary in [canary, second] {
        let files = files_with(&bench.daemon.data_directory(), canary);
        assert!(files.is_empty(), "{files:?}");
        for (index, answer) in answers.iter().enumerate() {
            assert!(!answer.contains(canary), "answer {index}: {answer}");
        }
        assert!(!debug.contains(canary));
    }
    assert!(bench.connection("Game").await.is_some(), "{answers:#?}");
    answers.push(bench.owner.delete("/api/v1/connections/Game").await.body);
    bench.daemon.stop().await;
    drop(guard);
    let logged = log.text();
    assert!(logged.contains("a universe was connected"), "the log was taken in");
    assert!(!logged.contains("rbx-canary"), "a key is in the log");
}
