//! What a connection to Roblox has beside its entries, over REST, with the emulator in Roblox's place: the budget and its
//! stop, whole data stores, memory stores, messages and players.

use daemon_core::permission::Role;
use http::Method;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::emulator::TestEmulator;
use tests::http::{HttpClient, escaped};

/// The key that the emulator accepts.
const KEY: &str = "services-key";

const SAVES: &str = "/api/v1/datastores/Saves";

/// A daemon with connections to an emulator.
struct Bench {
    daemon: TestDaemon,
    emulator: TestEmulator,
    client: HttpClient,
}

impl Bench {
    /// With the connection `Prod` to universe 123.
    async fn start(read_only: bool) -> Self {
        let daemon = TestDaemon::with_vault().await;
        let emulator = TestEmulator::start(&daemon.clock, &[KEY]).await;
        let client = daemon.owner().await;
        let bench = Self { daemon, emulator, client };
        bench.connect("Prod", 123, read_only).await;
        bench
    }

    /// Makes a connection, and answers its id.
    async fn connect(&self, name: &str, universe_id: u64, read_only: bool) -> String {
        let body = json!({
            "name": name,
            "universeId": universe_id.to_string(),
            "apiKey": KEY,
            "environment": "development",
            "readOnly": read_only,
            "baseUrl": self.emulator.base_url,
        });
        let made = self.client.post("/api/v1/connections", &body.to_string()).await.ok();
        made["connection"]["id"].as_str().unwrap().to_owned()
    }

    async fn restart(self) -> Self {
        let daemon = self.daemon.restart().await;
        let client = daemon.owner().await;
        Self { daemon, client, ..self }
    }

    /// Writes entries `k000`, `k001` and so on.
    async fn fill(&self, count: usize) -> Vec<String> {
        let keys: Vec<_> = (0..count).map(|number| format!("k{number:03}")).collect();
        let entries: Vec<_> = keys.iter().map(|key| json!({ "key": key, "value": 1 })).collect();
        let body = json!({ "entries": entries }).to_string();
        self.client.post(&format!("{SAVES}/import?connection=Prod"), &body).await.ok();
        keys
    }

    /// One page of keys.
    async fn page(&self, cursor: Option<&str>) -> tests::http::Answer {
        let cursor = cursor.map(|cursor| format!("&cursor={}", escaped(cursor))).unwrap_or_default();
        self.client.get(&format!("{SAVES}/keys?connection=Prod&limit=3{cursor}")).await
    }

    async fn budgets(&self) -> Vec<Value> {
        self.client.get("/api/v1/budget").await.ok()["budgets"].as_array().unwrap().clone()
    }
}

fn pool<'a>(budget: &'a Value, name: &str) -> &'a Value {
    budget["pools"].as_array().unwrap().iter().find(|pool| pool["name"] == name).unwrap()
}

#[tokio::test]
async fn s_36_a_stop_in_the_middle_of_a_scan_holds_over_a_restart_until_it_is_resumed() {
    let bench = Bench::start(false).await;
    let expected = bench.fill(14).await;
    let first = bench.page(None).await.ok();
    let mut cursor = first["nextCursor"].as_str().map(str::to_owned);
    let mut keys: Vec<Value> = first["keys"].as_array().unwrap().clone();

    let viewer = bench.daemon.client(Role::Viewer).await;
    let stopped = viewer.post("/api/v1/budget/stop", "{}").await.ok();
    assert_eq!(stopped["budgets"][0]["stopped"], true);
    assert_eq!(stopped["budgets"][0]["stoppedBy"], "VIEWER of a test");
    let sent = bench.emulator.request_count();
    let bench = {
        let refused = bench.page(cursor.as_deref()).await;
        assert_eq!(refused.refusal(), (429, "DS003".into()));
        assert!(
            refused.body.contains("nothing was sent: resume the budget, then repeat"),
            "{}",
            refused.body
        );
        bench.restart().await
    };
    assert_eq!(bench.page(cursor.as_deref()).await.refusal(), (429, "DS003".into()), "also after a restart");
    assert_eq!(bench.emulator.request_count(), sent, "nothing was sent");
    let budget = bench.budgets().await.remove(0);
    assert_eq!((&budget["stopped"], &budget["stoppedBy"]), (&json!(true), &json!("VIEWER of a test")));

    let viewer = bench.daemon.client(Role::Viewer).await;
    assert_eq!(viewer.post("/api/v1/budget/resume", "{}").await.refusal(), (403, "GEN006".into()));
    let resumed = bench.client.post("/api/v1/budget/resume", r#"{"connection":"Prod"}"#).await.ok();
    assert_eq!(resumed["budgets"][0]["stopped"], false);
    while let Some(place) = cursor {
        let page = bench.page(Some(&place)).await.ok();
        keys.extend(page["keys"].as_array().unwrap().clone());
        cursor = page["nextCursor"].as_str().map(str::to_owned);
    }
    keys.sort_by_key(ToString::to_string);
    assert_eq!(json!(keys), json!(expected), "every key once");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn connections_to_one_universe_share_a_budget() {
    let bench = Bench::start(false).await;
    let again = bench.connect("Again", 123, true).await;
    let other = bench.connect("Other experience", 456, true).await;
    bench.fill(3).await;
    let budgets = bench.budgets().await;
    let universes: Vec<_> = budgets.iter().map(|budget| &budget["universeId"]).collect();
    assert_eq!(json!(universes), json!(["123", "456"]));
    assert_eq!(budgets[0]["connections"].as_array().unwrap().len(), 2);
    assert!(budgets[0]["connections"].as_array().unwrap().contains(&json!(again)));
    assert_eq!(budgets[1]["connections"], json!([other]));
    assert_eq!(budgets[0]["host"], bench.emulator.base_url.trim_start_matches("http://"));
    assert_eq!(pool(&budgets[0], "v1Write")["usedRequests"], 3);
    assert_eq!(pool(&budgets[1], "v1Write")["usedRequests"], 0);

    bench.client.post("/api/v1/budget/stop", r#"{"connection":"Again"}"#).await.ok();
    assert_eq!(bench.page(None).await.refusal(), (429, "DS003".into()), "it is one budget");
    let elsewhere = bench.client.get("/api/v1/datastores?connection=Other%20experience").await;
    assert_eq!(elsewhere.status, 200, "and not the others'");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn share_and_limits_are_kept_and_estimates_go_by_them() {
    let bench = Bench::start(false).await;
    let estimate = async |bench: &Bench| {
        bench.client.get("/api/v1/budget/estimate?connection=Prod&lists=100").await.ok()
    };
    assert_eq!(estimate(&bench).await["minutes"], 1);
    let body = json!({ "connection": "Prod", "sharePercent": 40, "limits": "pricingPage" }).to_string();
    let configured = bench.client.put("/api/v1/budget", &body).await.ok();
    let expected = (json!(40), json!("pricingPage"), json!(4));
    let told = |budget: &Value| {
        let allowed = pool(budget, "standardList")["allowedRequests"].clone();
        (budget["sharePercent"].clone(), budget["limits"].clone(), allowed)
    };
    assert_eq!(told(&configured["budgets"][0]), expected);
    let bench = bench.restart().await;
    assert_eq!(told(&bench.budgets().await[0]), expected);
    let slow = estimate(&bench).await;
    assert_eq!(
        slow,
        json!({ "requests": 100, "seconds": 1_500, "minutes": 25, "bottleneck": "standardList" })
    );
    for percent in [0, 101] {
        let body = json!({ "connection": "Prod", "sharePercent": percent }).to_string();
        assert_eq!(bench.client.put("/api/v1/budget", &body).await.refusal(), (400, "GEN003".into()));
    }
    assert_eq!(told(&bench.budgets().await[0]), expected, "what was there stays");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn a_moving_budget_is_told_to_whoever_listens() {
    let bench = Bench::start(false).await;
    let mut socket = bench.daemon.socket().await;
    let subscribed = socket.call(json!({ "type": "subscribe", "connection": "Prod" })).await;
    assert_eq!(subscribed["type"], "subscribe");
    bench.client.get("/api/v1/datastores?connection=Prod").await.ok();
    let budgets = bench.budgets().await;
    let event = socket.event("budget.changed").await;
    assert_eq!(event["connection"], budgets[0]["connections"][0]);
    bench.daemon.stop().await;
}

#[tokio::test]
async fn whole_stores_memory_and_messages_reach_roblox() {
    let bench = Bench::start(false).await;
    let client = &bench.client;
    bench.fill(1).await;
    let deleted = client.delete(&format!("{SAVES}?connection=Prod&confirmName=Saves")).await.ok();
    assert!(deleted["expiresAt"].is_string());
    assert_eq!(bench.page(None).await.refusal(), (404, "DS001".into()));
    let listed = client.get("/api/v1/datastores?connection=Prod&deleted=true").await.ok();
    assert_eq!(
        (&listed["datastores"][0]["name"], &listed["datastores"][0]["state"]),
        (&json!("Saves"), &json!("deleted"))
    );
    client.post(&format!("{SAVES}/undelete?connection=Prod"), "{}").await.ok();
    assert_eq!(bench.page(None).await.ok()["keys"], json!(["k000"]));
    let snapshot = client.post("/api/v1/datastores/snapshot?connection=Prod", "{}").await.ok();
    assert_eq!(snapshot["taken"], true);

    let item = "/api/v1/memory/sorted-maps/Map/items/ann?connection=Prod";
    let body = json!({ "value": { "score": 1.5 }, "sortKey": { "text": "a" }, "ttlSeconds": 60 });
    let written = client.put(item, &body.to_string()).await.ok();
    assert_eq!(client.get(item).await.ok(), written);
    client.post("/api/v1/memory/queues/Queue/items?connection=Prod", r#"{"value":1}"#).await.ok();
    let taken = client.post("/api/v1/memory/queues/Queue/dequeue?connection=Prod", "{}").await.ok();
    assert_eq!(taken["items"][0]["value"], 1);
    let discard = json!({ "readId": taken["readId"] }).to_string();
    client.post("/api/v1/memory/queues/Queue/discard?connection=Prod", &discard).await.ok();
    client.post("/api/v1/memory/flush?connection=Prod", r#"{"confirmName":"Prod"}"#).await.ok();
    assert_eq!(client.get(item).await.refusal(), (404, "DS005".into()));

    let message = json!({ "topic": "announcements", "message": "hello" }).to_string();
    client.post("/api/v1/messages?connection=Prod", &message).await.ok();
    let published = bench.emulator.control("GET", "/_emulator/messages", &json!({})).await;
    assert!(published.to_string().contains("announcements"), "{published}");
    bench.daemon.stop().await;
}

#[tokio::test]
async fn a_read_only_connection_sends_no_change() {
    let bench = Bench::start(true).await;
    let sent = bench.emulator.request_count();
    for (method, path, body) in [
        (Method::DELETE, format!("{SAVES}?connection=Prod&confirmName=Saves"), None),
        (Method::POST, format!("{SAVES}/undelete?connection=Prod"), Some(json!({}))),
        (Method::POST, "/api/v1/datastores/snapshot?connection=Prod".into(), Some(json!({}))),
        (
            Method::PUT,
            "/api/v1/memory/sorted-maps/M/items/i?connection=Prod".into(),
            Some(json!({ "value": 1 })),
        ),
        (Method::DELETE, "/api/v1/memory/sorted-maps/M/items/i?connection=Prod".into(), None),
        (Method::POST, "/api/v1/memory/queues/Q/items?connection=Prod".into(), Some(json!({ "value": 1 }))),
        (Method::POST, "/api/v1/memory/queues/Q/dequeue?connection=Prod".into(), Some(json!({}))),
        (
            Method::POST,
            "/api/v1/memory/queues/Q/discard?connection=Prod".into(),
            Some(json!({ "readId": "x" })),
        ),
        (Method::POST, "/api/v1/memory/flush?connection=Prod".into(), Some(json!({ "confirmName": "Prod" }))),
        (
            Method::POST,
            "/api/v1/messages?connection=Prod".into(),
            Some(json!({ "topic": "t", "message": "m" })),
        ),
    ] {
        let body = body.map(|body: Value| body.to_string());
        let answer = bench.client.send(method.clone(), &path, body.as_deref()).await;
        assert_eq!(answer.refusal(), (403, "DS009".into()), "{method} {path}");
    }
    assert_eq!(bench.emulator.request_count(), sent);
    bench.daemon.stop().await;
}

#[tokio::test]
async fn players_are_found_by_name_and_id_and_remembered() {
    let bench = Bench::start(true).await;
    let find = async |player: &str| {
        let before = bench.emulator.request_count();
        let answer = bench.client.get(&format!("/api/v1/players?connection=Prod&player={player}")).await.ok();
        (answer["players"].clone(), bench.emulator.request_count() - before)
    };
    let expected = json!([{ "id": "81", "name": "Player81", "displayName": "Player81" }]);
    for (player, asked) in [("@player81", 1), ("Player81", 0), ("81", 1), ("81", 0)] {
        assert_eq!(find(player).await, (expected.clone(), asked), "{player}");
    }
    for (player, asked) in [("nobody", 1), ("Nobody", 0), ("99999999999", 1), ("99999999999", 0)] {
        assert_eq!(find(player).await, (json!([]), asked), "{player}");
    }
    bench.daemon.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(find("nobody").await.1, 1, "asked again after a minute");
    assert_eq!(find("Player81").await.1, 0);
    let names = bench.emulator.seen().iter().filter(|line| line.contains("/v1/usernames/users")).count();
    assert_eq!(names, 3);
    bench.client.post("/api/v1/budget/stop", "{}").await.ok();
    for player in ["@somebody", "7"] {
        let stopped = bench.client.get(&format!("/api/v1/players?connection=Prod&player={player}")).await;
        assert_eq!(stopped.refusal(), (429, "DS003".into()), "{player}");
    }
    bench.daemon.stop().await;
}
