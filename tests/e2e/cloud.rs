//! Connections to Roblox, which here is an emulator: made, changed, removed, and used like any other.

use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::emulator::TestEmulator;
use tests::http::{Answer, HttpClient};

/// The key that everything is permitted with.
pub(super) const KEY: &str = "rbx-key-that-may-do-everything";

/// A daemon whose vault is open, an emulator that knows [`KEY`], and the owner.
pub(super) struct Bench {
    pub(super) daemon: TestDaemon,
    pub(super) emulator: TestEmulator,
    pub(super) owner: HttpClient,
}

impl Bench {
    pub(super) async fn start() -> Self {
        let daemon = TestDaemon::with_vault().await;
        let emulator = TestEmulator::start(&daemon.clock, &[KEY]).await;
        let owner = daemon.owner().await;
        Self { daemon, emulator, owner }
    }

    /// The request that connects universe 123, with what is given in place of what stands here.
    pub(super) fn request(&self, name: &str, changed: &Value) -> Value {
        let mut request = json!({
            "name": name, "universeId": "123", "apiKey": KEY, "baseUrl": self.emulator.base_url,
            "environment": "development",
        });
        for (member, value) in changed.as_object().unwrap() {
            request[member] = value.clone();
        }
        request
    }

    /// Tries to connect universe 123.
    pub(super) async fn try_connect(&self, name: &str, changed: &Value) -> Answer {
        self.owner.post("/api/v1/connections", &self.request(name, changed).to_string()).await
    }

    /// Connects universe 123, writable unless said otherwise.
    pub(super) async fn connect(&self, name: &str, changed: &Value) -> Value {
        self.try_connect(name, changed).await.ok()["connection"].clone()
    }

    /// A connection as the owner sees it.
    pub(super) async fn connection(&self, name: &str) -> Option<Value> {
        let listed = self.owner.get("/api/v1/connections").await.ok();
        listed["connections"].as_array().unwrap().iter().find(|found| found["name"] == name).cloned()
    }
}

/// Where an entry of a connection is.
pub(super) fn entry(connection: &str) -> String {
    format!("/api/v1/datastores/Saves/keys/Player_1?connection={connection}")
}

#[tokio::test]
async fn a_connected_universe_is_worked_with_like_any_other() {
    let bench = Bench::start().await;
    let answer = bench.try_connect("Game", &json!({ "colour": "teal" })).await.ok();
    let connection = &answer["connection"];
    for (member, value) in [
        ("name", json!("Game")),
        ("source", json!("cloud")),
        ("environment", json!("development")),
        ("readOnly", json!(false)),
        ("unlockedUntil", json!(null)),
        ("colour", json!("teal")),
        ("selected", json!(false)),
    ] {
        assert_eq!(connection[member], value, "{member}");
    }
    let cloud = &connection["cloud"];
    assert_eq!(
        (&cloud["universeId"], &cloud["baseUrl"], &cloud["keyState"], &cloud["remedy"]),
        (&json!("123"), &json!(bench.emulator.base_url), &json!("ready"), &json!(null))
    );
    assert_eq!(cloud["lastCheck"], answer["report"]);
    assert_eq!(cloud["universeName"], answer["report"]["universeName"]);
    assert!(cloud["universeName"].is_string(), "{cloud}");
    assert_eq!(bench.connection("Game").await.as_ref(), Some(connection));

    let path = entry("Game");
    bench.owner.put(&path, r#"{"value":{"coins":1.0}}"#).await.ok();
    let read = bench.owner.get(&path).await;
    assert!(read.body.contains(r#""value":{"coins":1.0}"#), "{}", read.body);
    let stores = bench.owner.get("/api/v1/datastores?connection=Game").await.ok();
    assert_eq!(stores["datastores"][0]["name"], "Saves");
    let revisions =
        bench.owner.get("/api/v1/datastores/Saves/keys/Player_1/revisions?connection=Game").await.ok();
    assert_eq!(revisions["revisions"].as_array().unwrap().len(), 1);

    let daemon = bench.daemon.restart().await;
    let owner = daemon.owner().await;
    assert!(owner.get(&path).await.body.contains(r#"{"coins":1.0}"#), "the key outlives the daemon");
    owner.post("/api/v1/connections/Game/select", "{}").await.ok();
    owner.get("/api/v1/datastores/Saves/keys/Player_1").await.ok();
    daemon.stop().await;
}

#[tokio::test]
async fn u_07_production_unclassified_and_staging_are_read_only_unless_chosen() {
    let bench = Bench::start().await;
    for (environment, chosen, expected) in [
        (json!("production"), json!(null), true),
        (json!(null), json!(null), true),
        (json!("unclassified"), json!(null), true),
        (json!("staging"), json!(null), true),
        (json!("development"), json!(null), false),
        (json!("local"), json!(null), false),
        (json!("production"), json!(false), false),
        (json!("development"), json!(true), true),
    ] {
        let changed = json!({ "environment": environment, "readOnly": chosen });
        let name = format!("{environment} {chosen}");
        let made = bench.connect(&name, &changed).await;
        assert_eq!(made["readOnly"], expected, "{name}");
        let kept = environment.as_str().unwrap_or("unclassified");
        assert_eq!(made["environment"], kept, "{name}");
    }
    bench.daemon.stop().await;
}

#[tokio::test]
async fn requests_that_make_no_connection_are_refused_before_anything_is_sent() {
    let bench = Bench::start().await;
    bench.connect("Taken", &json!({})).await;
    let before = bench.emulator.request_count();
    for (changed, words) in [
        (json!({ "name": "" }), "1 to 100 bytes"),
        (json!({ "name": "x".repeat(101) }), "1 to 100 bytes"),
        (json!({ "name": "Taken" }), "exists already"),
        (json!({ "universeId": "place" }), "Creator Hub"),
        (json!({ "universeId": "0" }), "Creator Hub"),
        (json!({ "apiKey": "two words" }), "no API key"),
        (json!({ "baseUrl": "http://apis.roblox.com" }), "https"),
        (json!({ "baseUrl": "https://apis.roblox.com/v1" }), "host and a port"),
        (json!({ "colour": "mauve" }), "mauve"),
        (json!({ "environment": "prod" }), "prod"),
    ] {
        let answer = bench.try_connect("New", &changed).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{changed}");
        assert!(answer.body.contains(words), "{changed}: {}", answer.body);
    }
    assert_eq!(bench.emulator.request_count(), before);
    assert!(bench.connection("New").await.is_none());
    bench.daemon.stop().await;
}

#[tokio::test]
async fn what_is_given_of_a_connection_changes_and_the_rest_stays() {
    let bench = Bench::start().await;
    let made = bench.connect("Game", &json!({ "colour": "red" })).await;
    let id = made["id"].as_str().unwrap();
    let mut socket = bench.daemon.socket().await.subscribed().await;
    let update = async |connection: &str, body: Value| {
        bench.owner.patch(&format!("/api/v1/connections/{connection}"), &body.to_string()).await
    };
    let renamed = update("Game", json!({ "name": "Live", "environment": "staging" })).await.ok();
    let mut expected = made.clone();
    expected["name"] = json!("Live");
    expected["environment"] = json!("staging");
    assert_eq!(renamed["connection"], expected);
    socket.event("connections.changed").await;
    let guarded = update(id, json!({ "colour": null, "readOnly": true })).await.ok();
    expected["colour"] = json!(null);
    expected["readOnly"] = json!(true);
    assert_eq!(guarded["connection"], expected);
    assert_eq!(update("Live", json!({ "name": "Main" })).await.refusal(), (400, "GEN007".into()));
    assert_eq!(update("Live", json!({ "universeId": "9" })).await.refusal(), (400, "GEN007".into()));
    assert_eq!(update("Nowhere", json!({})).await.refusal(), (404, "GEN009".into()));
    assert_eq!(bench.connection("Live").await, Some(expected));

    let local = update("Other", json!({ "readOnly": true, "environment": "production", "colour": "pink" }));
    let local = local.await.ok();
    assert_eq!(
        (&local["connection"]["readOnly"], &local["connection"]["cloud"]),
        (&json!(true), &json!(null))
    );
    let refused = bench.owner.put(&entry("Other"), r#"{"value":1}"#).await;
    assert_eq!(refused.refusal(), (403, "DS009".into()), "local ones are guarded alike");
    assert_eq!(update("Other", json!({ "apiKey": KEY })).await.refusal(), (400, "GEN007".into()));
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_20_a_stored_key_never_goes_to_a_new_host() {
    let bench = Bench::start().await;
    bench.connect("Game", &json!({})).await;
    let other = TestEmulator::start(&bench.daemon.clock, &["other-key"]).await;
    let update = async |body: Value| bench.owner.patch("/api/v1/connections/Game", &body.to_string()).await;
    let alone = update(json!({ "baseUrl": other.base_url })).await;
    assert_eq!(alone.refusal(), (400, "GEN007".into()));
    assert!(alone.body.contains("apiKey"), "{}", alone.body);
    assert_eq!(other.request_count(), 0);
    let wrong = update(json!({ "baseUrl": other.base_url, "apiKey": "wrong-key" })).await;
    assert_eq!(wrong.refusal(), (403, "DS002".into()));
    let before = bench.emulator.request_count();
    bench.owner.get("/api/v1/datastores?connection=Game").await.ok();
    assert_eq!(bench.emulator.request_count(), before + 1, "the old host with the old key, as before");
    let moved = update(json!({ "baseUrl": other.base_url, "apiKey": "other-key" })).await.ok();
    assert_eq!(moved["connection"]["cloud"]["baseUrl"], other.base_url.as_str());
    bench.owner.get("/api/v1/datastores?connection=Game").await.ok();
    assert_eq!(bench.emulator.request_count(), before + 1);
    bench.daemon.stop().await;
}

#[tokio::test]
async fn a_removed_connection_is_gone_with_its_key_and_a_local_one_stays() {
    let bench = Bench::start().await;
    bench.connect("Game", &json!({})).await;
    bench.owner.put(&entry("Game"), r#"{"value":1}"#).await.ok();
    bench.owner.post("/api/v1/connections/Game/select", "{}").await.ok();
    let before = bench.emulator.request_count();
    assert_eq!(bench.owner.delete("/api/v1/connections/Game").await.ok(), json!({}));
    assert!(bench.connection("Game").await.is_none());
    assert_eq!(bench.connection("Main").await.unwrap()["selected"], true);
    assert_eq!(bench.owner.get(&entry("Game")).await.refusal(), (404, "GEN009".into()));
    assert_eq!(bench.owner.delete("/api/v1/connections/Game").await.refusal(), (404, "GEN009".into()));
    assert_eq!(bench.emulator.request_count(), before, "nothing changes at Roblox");
    let local = bench.owner.delete("/api/v1/connections/Main").await;
    assert_eq!(local.refusal(), (400, "GEN007".into()));
    assert!(local.body.contains("on this machine"), "{}", local.body);
    bench.connect("Game", &json!({})).await;
    bench.owner.get(&entry("Game")).await.ok();
    bench.daemon.stop().await;
}

#[tokio::test]
async fn s_36_connections_to_one_universe_share_one_governor() {
    let bench = Bench::start().await;
    let skip = json!({ "skipCheck": true });
    for (name, changed) in [
        ("First", skip.clone()),
        ("Second", skip.clone()),
        ("Elsewhere", json!({ "skipCheck": true, "universeId": "124" })),
    ] {
        bench.connect(name, &changed).await;
        bench.owner.get(&format!("/api/v1/datastores?connection={name}")).await.ok();
    }
    let registry = bench.daemon.state.universes();
    let governors = registry.budgets().governors();
    let universes: Vec<_> = governors.iter().map(|(id, _)| id.universe_id).collect();
    assert_eq!(universes, [123, 124]);
    let lists = |name: &str| {
        let name = name.to_owned();
        async move {
            let connection = registry.find(&name).await.unwrap().unwrap();
            let meter = registry.governor(&connection).unwrap().meter();
            meter.pools.iter().find(|pool| pool.pool.as_str() == "standardList").unwrap().used_requests
        }
    };
    assert_eq!((lists("First").await, lists("Second").await, lists("Elsewhere").await), (2, 2, 1));
    let main = registry.find("Main").await.unwrap().unwrap();
    assert!(registry.governor(&main).is_none() && registry.cloud(&main).await.unwrap().is_none());
    bench.daemon.stop().await;
}
