//! Names of data stores, scopes and keys: what is taken, what is refused, and that none is mistaken for another.

use serde_json::json;
use tests::daemon::TestDaemon;
use tests::http::{entry_path, escaped};

/// Names that paths, queries and decoders would like to change.
const NAMES: [&str; 25] = [
    "a",
    "A",
    "pc1.20/items/diamond_sword",
    "/leading",
    "trailing/",
    "a//b",
    "with space",
    " padded ",
    "100%",
    "%2F",
    "%41",
    "a+b",
    "a?b=c&d",
    "a#b",
    ".hidden",
    "...",
    "a\\b",
    "\"quoted\"",
    "é",
    "e\u{301}",
    "世界🏆",
    "'; DROP TABLE entries; --",
    "<script>",
    "revisions",
    "x/revisions/y/restore",
];

fn name_of(bytes: usize) -> String {
    "é".repeat(bytes / 2) + &"x".repeat(bytes % 2)
}

#[tokio::test]
async fn every_name_finds_its_own_entry() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for name in NAMES {
        for (kind, path) in [
            ("key", entry_path("Names", name)),
            ("store", entry_path(name, "k")),
            ("scope", format!("{}?scope={}", entry_path("Scopes", "k"), escaped(name))),
        ] {
            let value = json!(format!("{kind} {name}"));
            client.put(&path, &json!({ "value": value }).to_string()).await.ok();
        }
    }
    for name in NAMES {
        let key = client.get(&entry_path("Names", name)).await.ok();
        assert_eq!((&key["key"], &key["value"]), (&json!(name), &json!(format!("key {name}"))));
        let by_store = client.get(&entry_path(name, "k")).await.ok();
        assert_eq!(by_store["value"], format!("store {name}"));
        let scoped = client.get(&format!("{}?scope={}", entry_path("Scopes", "k"), escaped(name))).await.ok();
        assert_eq!((&scoped["scope"], &scoped["value"]), (&json!(name), &json!(format!("scope {name}"))));
    }
    let mut expected = NAMES;
    expected.sort_unstable();
    let listed = client.get("/api/v1/datastores/Names/keys").await.ok();
    assert_eq!(listed["keys"], json!(expected), "in the order of their bytes");
    daemon.stop().await;
}

#[tokio::test]
async fn keys_that_paths_fold_away_work_by_call() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for key in [".", "..", "../..", "./a", "a/../b"] {
        let address = json!({ "store": "Dots", "key": key });
        let mut set = address.clone();
        set["value"] = json!(key);
        client.call("entries.set", &set).await.ok();
        assert_eq!(client.call("entries.get", &address).await.ok()["value"], key);
    }
    let listed = client.call("keys.list", &json!({ "store": "Dots" })).await.ok();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 5);
    daemon.stop().await;
}

#[tokio::test]
async fn names_hold_at_fifty_bytes_and_break_at_fifty_one() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let (longest, too_long) = (name_of(50), name_of(51));
    assert_eq!((longest.len(), too_long.len()), (50, 51));
    let set = |store: &str, scope: &str, key: &str| json!({ "store": store, "scope": scope, "key": key, "value": 1 });
    client.call("entries.set", &set(&longest, &longest, &longest)).await.ok();
    for bad in ["", too_long.as_str(), "a\0", "a\nb", "\u{7f}", "\u{85}"] {
        for request in [set(bad, "s", "k"), set("S", bad, "k"), set("S", "s", bad)] {
            let answer = client.call("entries.set", &request).await;
            assert_eq!(answer.refusal(), (400, "DS015".into()), "{request}");
        }
    }
    let message =
        client.get(&entry_path("S", &too_long)).await.json()["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "the key has 51 bytes of UTF-8; shorten it to 50");
    assert_eq!(client.get(&entry_path("S", "a\0b")).await.refusal(), (400, "DS015".into()));
    let no_utf_8 = client.get("/api/v1/datastores/S/keys/%FF").await;
    assert_eq!(no_utf_8.refusal(), (400, "DS015".into()));
    let stores = client.get("/api/v1/datastores").await.ok();
    assert_eq!(stores["datastores"].as_array().unwrap().len(), 1, "no refused write left a trace: {stores}");
    daemon.stop().await;
}

#[tokio::test]
async fn scopes_keep_the_same_key_apart() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let path = entry_path("S", "k");
    for scope in ["", "?scope=global", "?scope=eu"] {
        client.put(&format!("{path}{scope}"), &json!({ "value": scope }).to_string()).await.ok();
    }
    assert_eq!(
        client.get(&path).await.ok()["value"],
        "?scope=global",
        "`global` is the scope when none is named"
    );
    assert_eq!(client.get(&format!("{path}?scope=eu")).await.ok()["value"], "?scope=eu");
    assert_eq!(client.get(&format!("{path}?scope=us")).await.refusal(), (404, "DS005".into()));
    client.delete(&format!("{path}?scope=eu")).await.ok();
    client.get(&path).await.ok();
    daemon.stop().await;
}
