//! What it takes to change anything: the right method, JSON, and the Authorization header (S-07).

use std::fmt::Write as _;

use http::Method;
use protocol::{CATALOGUE, Effect};
use serde_json::{Value, json};
use tests::daemon::{Browser, TestDaemon};
use tests::emulator::TestEmulator;
use tests::http::HttpClient;

/// A request that changes something.
struct Change {
    method: Method,
    path: String,
    body: Value,
    /// What it is answered with as it should be.
    status: u16,
}

/// Everything a change could show in.
async fn world(client: &HttpClient) -> String {
    let mut world = String::new();
    for path in [
        "/api/v1/connections",
        "/api/v1/datastores",
        "/api/v1/datastores?connection=Main&deleted=true",
        "/api/v1/memory/sorted-maps/M/items?connection=Main",
        "/api/v1/datastores/S/export?allScopes=true",
        "/api/v1/ordered-datastores/O/keys",
        "/api/v1/studio",
        "/api/v1/vault",
        "/api/v1/changesets",
    ] {
        world.push_str(&client.get(path).await.body);
    }
    let budgets = client.get("/api/v1/budget").await.ok();
    for budget in budgets["budgets"].as_array().unwrap() {
        write!(world, "{} {} {};", budget["stopped"], budget["sharePercent"], budget["limits"]).unwrap();
    }
    let tokens = client.get("/api/v1/tokens").await.ok();
    for token in tokens["tokens"].as_array().unwrap() {
        write!(world, "{} {} {};", token["id"], token["role"], token["revokedAt"]).unwrap();
    }
    world
}

/// A universe of the emulator's, to be connected.
fn universe(name: &str, emulator: &TestEmulator) -> Value {
    json!({
        "name": name, "universeId": "1", "apiKey": "key", "baseUrl": emulator.base_url, "skipCheck": true,
    })
}

/// The route of a connection that is made for it.
async fn connected(name: &str, emulator: &TestEmulator, owner: &HttpClient) -> String {
    open_vault(owner).await;
    owner.post("/api/v1/connections", &universe(name, emulator).to_string()).await.ok();
    format!("/api/v1/connections/{name}")
}

/// The route of a change set that the browser stages for it.
async fn staged(browser: &Browser) -> String {
    let change = json!({ "kind": "set", "store": "S", "key": "k", "value": 2 });
    let staged = browser.client.post("/api/v1/changesets", &json!({ "changes": [change] }).to_string()).await;
    format!("/api/v1/changesets/{}", staged.ok()["set"]["id"].as_str().unwrap())
}

/// The route of a job that the browser started for it, and that has ended.
async fn job(browser: &Browser) -> String {
    let job = browser.client.post("/api/v1/exports", r#"{"store":"S"}"#).await;
    let job: Value = serde_json::from_str(&job.body).unwrap();
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    while browser.client.get(&path).await.ok()["finishedAt"].is_null() {
        tokio::task::yield_now().await;
    }
    path
}

/// Opens the vault, which comes before connections in the catalogue's order.
async fn open_vault(owner: &HttpClient) {
    if owner.get("/api/v1/vault").await.ok()["state"] != "open" {
        owner
            .post("/api/v1/vault/open", &json!({ "passphrase": "a long passphrase" }).to_string())
            .await
            .ok();
    }
}

/// The operation's own route with a request that works.
async fn change(
    name: &str,
    daemon: &TestDaemon,
    emulator: &TestEmulator,
    owner: &HttpClient,
    browser: &Browser,
) -> Change {
    let entry = owner.put("/api/v1/datastores/S/keys/k", r#"{"value":{"a":1}}"#).await.ok();
    owner.put("/api/v1/ordered-datastores/O/keys/k", r#"{"value":1}"#).await.ok();
    let revision = entry["revision"].as_str().unwrap().to_owned();
    let pairing = async || {
        let studio = json!({ "studio": { "universeId": "1", "placeId": "2" } }).to_string();
        HttpClient::new(daemon.address).post("/api/v1/pairings", &studio).await.ok()
    };
    let (method, path, body) = match name {
        "connections.select" => ("POST", "/api/v1/connections/Other/select".into(), json!({})),
        "connections.removeSample" => ("POST", "/api/v1/connections/Other/remove-sample".into(), json!({})),
        "connections.check" => {
            let key = json!({ "universeId": "1", "apiKey": "key", "baseUrl": emulator.base_url });
            ("POST", "/api/v1/connections/check".into(), key)
        }
        "connections.create" => {
            open_vault(owner).await;
            ("POST", "/api/v1/connections".into(), universe("Planted", emulator))
        }
        "connections.update" => {
            ("PATCH", connected("Update", emulator, owner).await, json!({ "readOnly": false }))
        }
        "connections.test" => ("POST", connected("Test", emulator, owner).await + "/test", json!({})),
        "connections.remove" => ("DELETE", connected("Remove", emulator, owner).await, json!({})),
        "connections.unlock" => {
            ("POST", connected("Unlock", emulator, owner).await + "/unlock", json!({ "reason": "why" }))
        }
        "connections.lock" => ("POST", connected("Lock", emulator, owner).await + "/lock", json!({})),
        "entries.set" => ("PUT", "/api/v1/datastores/S/keys/k".into(), json!({ "value": 2 })),
        "entries.edit" => {
            let edits = json!([{ "op": "set", "path": "/a", "value": 2 }]);
            ("PATCH", "/api/v1/datastores/S/keys/k".into(), json!({ "edits": edits }))
        }
        "entries.remove" => ("DELETE", "/api/v1/datastores/S/keys/k".into(), json!({})),
        "entries.import" => {
            let entries = json!([{ "key": "new", "value": 1 }]);
            ("POST", "/api/v1/datastores/S/import".into(), json!({ "entries": entries }))
        }
        "revisions.restore" => {
            ("POST", format!("/api/v1/datastores/S/keys/k/revisions/{revision}/restore"), json!({}))
        }
        "ordered.set" => ("PUT", "/api/v1/ordered-datastores/O/keys/k".into(), json!({ "value": 7 })),
        "ordered.increment" => ("POST", "/api/v1/ordered-datastores/O/keys/k/increment".into(), json!({})),
        "ordered.remove" => ("DELETE", "/api/v1/ordered-datastores/O/keys/k".into(), json!({})),
        "datastores.snapshot" => ("POST", "/api/v1/datastores/snapshot?connection=Main".into(), json!({})),
        "datastores.delete" => {
            owner.put("/api/v1/datastores/D/keys/k?connection=Main", r#"{"value":1}"#).await.ok();
            ("DELETE", "/api/v1/datastores/D?confirmName=D&connection=Main".into(), json!({}))
        }
        "datastores.undelete" => {
            owner.put("/api/v1/datastores/U/keys/k?connection=Main", r#"{"value":1}"#).await.ok();
            owner.delete("/api/v1/datastores/U?confirmName=U&connection=Main").await.ok();
            ("POST", "/api/v1/datastores/U/undelete?connection=Main".into(), json!({}))
        }
        "memory.setItem" => {
            ("PUT", "/api/v1/memory/sorted-maps/M/items/i?connection=Main".into(), json!({ "value": 1 }))
        }
        "memory.removeItem" => {
            owner.put("/api/v1/memory/sorted-maps/M/items/i?connection=Main", r#"{"value":1}"#).await.ok();
            ("DELETE", "/api/v1/memory/sorted-maps/M/items/i?connection=Main".into(), json!({}))
        }
        "memory.enqueue" => {
            ("POST", "/api/v1/memory/queues/Q/items?connection=Main".into(), json!({ "value": 1 }))
        }
        "memory.dequeue" => ("POST", "/api/v1/memory/queues/Q/dequeue?connection=Main".into(), json!({})),
        "memory.discard" => {
            let taken = owner.post("/api/v1/memory/queues/Q/dequeue?connection=Main", "{}").await.ok();
            (
                "POST",
                "/api/v1/memory/queues/Q/discard?connection=Main".into(),
                json!({ "readId": taken["readId"] }),
            )
        }
        "memory.flush" => {
            ("POST", "/api/v1/memory/flush?connection=Main".into(), json!({ "confirmName": "Main" }))
        }
        "messages.publish" => {
            ("POST", "/api/v1/messages?connection=Main".into(), json!({ "topic": "t", "message": "planted" }))
        }
        "budget.stop" => ("POST", "/api/v1/budget/stop".into(), json!({})),
        "budget.resume" => ("POST", "/api/v1/budget/resume".into(), json!({})),
        "budget.configure" => {
            ("PUT", "/api/v1/budget".into(), json!({ "connection": "Main", "sharePercent": 100 }))
        }
        "tokens.create" => {
            ("POST", "/api/v1/tokens".into(), json!({ "name": "planted", "role": "SUPER_ADMIN" }))
        }
        "tokens.revoke" => {
            let token = owner.post("/api/v1/tokens", r#"{"name":"t","role":"VIEWER"}"#).await.ok();
            ("DELETE", format!("/api/v1/tokens/{}", token["token"]["id"].as_str().unwrap()), json!({}))
        }
        "sessions.invite" => ("POST", "/api/v1/sessions/invitations".into(), json!({})),
        "sessions.openTab" => ("POST", "/api/v1/sessions/tabs".into(), json!({})),
        "sessions.end" => ("POST", "/api/v1/sessions/end".into(), json!({})),
        "studio.approve" => {
            let pairing = pairing().await;
            let path = format!("/api/v1/studio/pairings/{}/approve", pairing["pairing"].as_str().unwrap());
            ("POST", path, json!({ "code": pairing["code"] }))
        }
        "studio.refuse" => {
            let pairing = pairing().await;
            (
                "POST",
                format!("/api/v1/studio/pairings/{}/refuse", pairing["pairing"].as_str().unwrap()),
                json!({}),
            )
        }
        "changesets.propose" => {
            let change = json!({ "kind": "set", "store": "S", "key": "k", "value": 2 });
            ("POST", "/api/v1/changesets".into(), json!({ "changes": [change] }))
        }
        "changesets.amend" => ("PATCH", staged(browser).await, json!({ "title": "Another" })),
        "changesets.commit" => ("POST", staged(browser).await + "/commit", json!({})),
        "changesets.discard" => ("DELETE", staged(browser).await, json!({})),
        "changesets.undo" => {
            let set = staged(browser).await;
            browser.client.post(&format!("{set}/commit"), "{}").await.ok();
            ("POST", set + "/undo", json!({}))
        }
        "changesets.resolve" => {
            let set = staged(browser).await;
            browser.client.patch(&set, r#"{"policy":"MANUAL_MERGE"}"#).await.ok();
            owner.put("/api/v1/datastores/S/keys/k", r#"{"value":{"a":9}}"#).await.ok();
            browser.client.post(&format!("{set}/commit"), "{}").await.ok();
            ("POST", set + "/resolve", json!({ "item": 1, "resolution": "keepTheirs" }))
        }
        "jobs.pause" => ("POST", job(browser).await + "/pause", json!({})),
        "jobs.resume" => ("POST", job(browser).await + "/resume", json!({})),
        "jobs.stop" => ("POST", job(browser).await + "/stop", json!({})),
        "imports.start" => ("POST", "/api/v1/imports".into(), json!({ "store": "S", "file": "/none.jsonl" })),
        "exports.start" => ("POST", "/api/v1/exports".into(), json!({ "store": "S" })),
        "studio.createInstall" => ("POST", "/api/v1/studio/installs".into(), json!({})),
        // In the catalogue's order: what the first makes, the others open and close.
        "vault.create" => {
            ("POST", "/api/v1/vault/create".into(), json!({ "passphrase": "a long passphrase" }))
        }
        "vault.open" => ("POST", "/api/v1/vault/open".into(), json!({ "passphrase": "a long passphrase" })),
        "vault.close" => ("POST", "/api/v1/vault/close".into(), json!({})),
        other => panic!("`{other}` changes something and has no request here; add one"),
    };
    let status = match name {
        // Those are about Roblox, and the daemon of this test has local connections only; that job has ended.
        "messages.publish" | "budget.configure" | "jobs.pause" | "jobs.resume" | "jobs.stop" => 400,
        // Only commands on this machine name files.
        "imports.start" => 403,
        "exports.start" => 202,
        _ => 200,
    };
    Change { method: method.parse().unwrap(), path, body, status }
}

/// The change in every form that must have no effect: what is sent, and by whom.
fn shapes(
    change: &Change,
    browser: &Browser,
    daemon: &TestDaemon,
) -> Vec<(&'static str, HttpClient, Method, String)> {
    let full = || browser.client.clone();
    let typed = |content_type: &str| full().with_header("content-type", content_type);
    let plain = HttpClient::new(daemon.address);
    let method = || change.method.clone();
    let path = || change.path.clone();
    let overriding = full().with_header("x-http-method-override", change.method.as_str());
    let token = &browser.tab_token;
    vec![
        ("no credential", plain.clone(), method(), path()),
        ("a cookie alone", plain.clone().with_header("cookie", &browser.cookie), method(), path()),
        ("a form", typed("application/x-www-form-urlencoded"), method(), path()),
        ("a multipart form", typed("multipart/form-data; boundary=x"), method(), path()),
        ("plain text", typed("text/plain"), method(), path()),
        ("an empty type", typed(""), method(), path()),
        ("another site's request", full().with_header("sec-fetch-site", "cross-site"), method(), path()),
        ("a foreign page's request", full().with_header("origin", "https://evil.example"), method(), path()),
        ("a sandboxed page's request", full().with_header("origin", "null"), method(), path()),
        ("a rebound name", full().with_header("host", "evil.example"), method(), path()),
        ("a GET", full(), Method::GET, path()),
        ("a HEAD", full(), Method::HEAD, path()),
        ("an OPTIONS", full(), Method::OPTIONS, path()),
        (
            "an overridden GET",
            overriding.clone(),
            Method::GET,
            format!("{}?_method={}", change.path, change.method),
        ),
        (
            "a token in the query",
            plain.clone().with_header("cookie", &browser.cookie),
            method(),
            format!("{}?token={token}&access_token={token}", change.path),
        ),
    ]
}

#[tokio::test]
async fn s_07_forged_requests_in_fifteen_shapes_change_nothing_on_any_route() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    let emulator = TestEmulator::start(&daemon.clock, &[]).await;
    for (_, declaration) in CATALOGUE.iter().filter(|(_, declaration)| declaration.effect != Effect::Read) {
        let browser = daemon.browser().await;
        let change = change(declaration.name, &daemon, &emulator, &owner, &browser).await;
        let before = world(&owner).await;
        let shapes = shapes(&change, &browser, &daemon);
        assert!(shapes.len() >= 12);
        for (shape, client, method, path) in shapes {
            let is_read = method.is_safe();
            let answer = client.send(method, &path, Some(&change.body.to_string())).await;
            let case = format!("{} as {shape}: {} {}", declaration.name, answer.status, answer.body);
            assert!(is_read || answer.status.is_client_error(), "{case}");
        }
        assert_eq!(world(&owner).await, before, "{}", declaration.name);
        browser.client.get("/api/v1/status").await.ok();
        let body = (change.method != Method::DELETE).then(|| change.body.to_string());
        let answer = browser.client.send(change.method, &change.path, body.as_deref()).await;
        assert_eq!(answer.status, change.status, "{} as it should be: {}", declaration.name, answer.body);
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_07_reading_changes_nothing() {
    let daemon = TestDaemon::empty().await;
    let owner = daemon.owner().await;
    owner.put("/api/v1/datastores/S/keys/k", r#"{"value":1}"#).await.ok();
    owner.put("/api/v1/ordered-datastores/O/keys/k", r#"{"value":1}"#).await.ok();
    let before = world(&owner).await;
    for (method, path) in crate::guard::routes().into_iter().filter(|(method, _)| method.is_safe()) {
        owner.send(method, &path, None).await;
    }
    assert_eq!(world(&owner).await, before);
    daemon.stop().await;
}
