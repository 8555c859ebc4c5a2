//! Listings: pages that cover everything once, filters, limits, and cursors that belong to their query.

use std::collections::HashSet;

use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::{HttpClient, escaped};

/// Follows a listing's cursors to its end; each page's items.
async fn pages(client: &HttpClient, path: &str, member: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    for _ in 0..100 {
        let page = client.get(&format!("{path}{cursor}")).await.ok();
        pages.push(page[member].as_array().unwrap().clone());
        assert_eq!(page["hasMore"], page["nextCursor"].is_string(), "{page}");
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", escaped(next)),
            None => return pages,
        }
    }
    panic!("{path} has no end");
}

async fn fill(client: &HttpClient, store: &str, scope: &str, keys: impl Iterator<Item = String>) {
    let entries: Vec<_> = keys.map(|key| json!({ "key": key, "scope": scope, "value": 1 })).collect();
    let body = json!({ "entries": entries }).to_string();
    client.post(&format!("/api/v1/datastores/{store}/import"), &body).await.ok();
}

fn padded(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("Player_{number:04}"))
}

#[tokio::test]
async fn paging_covers_every_key_once_and_in_order() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    fill(&client, "S", "global", padded(600)).await;
    fill(&client, "S", "eu", padded(7)).await;
    for (query, sizes) in [
        ("limit=256", vec![256, 256, 88]),
        ("limit=100", vec![100; 6]),
        ("limit=599", vec![]),
        ("limit=256&prefix=Player_00", vec![100]),
        ("limit=5&scope=eu", vec![5, 2]),
        ("limit=256&allScopes=true", vec![256, 256, 95]),
    ] {
        let path = format!("/api/v1/datastores/S/keys?{query}");
        if sizes.is_empty() {
            assert_eq!(client.get(&path).await.refusal(), (400, "GEN007".into()));
            continue;
        }
        let pages = pages(&client, &path, "entries").await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), sizes, "{query}");
        let all: Vec<_> = pages
            .iter()
            .flatten()
            .map(|entry| (entry["scope"].as_str().unwrap(), entry["key"].as_str().unwrap()))
            .collect();
        assert!(all.is_sorted(), "{query}");
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "{query}");
    }
    let exported = pages(&client, "/api/v1/datastores/S/export?limit=256&allScopes=true", "entries").await;
    assert_eq!(exported.iter().map(Vec::len).sum::<usize>(), 607);
    daemon.stop().await;
}

#[tokio::test]
async fn a_page_has_one_to_256_items_and_of_an_export_512() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    fill(&client, "S", "global", padded(300)).await;
    client.put("/api/v1/ordered-datastores/O/keys/k", r#"{"value":1}"#).await.ok();
    for (listing, most, too_many) in [
        ("/api/v1/datastores", "256", "257"),
        ("/api/v1/datastores/S/keys", "256", "257"),
        ("/api/v1/datastores/S/export", "512", "513"),
        ("/api/v1/datastores/S/keys/Player_0000/revisions", "256", "257"),
        ("/api/v1/datastores/S/keys/Player_0000/rows", "256", "257"),
        ("/api/v1/ordered-datastores/O/keys", "256", "257"),
    ] {
        for (limit, is_fine) in [
            ("1", true),
            (most, true),
            ("0", false),
            (too_many, false),
            ("-1", false),
            ("x", false),
            ("99999999999", false),
        ] {
            let answer = client.get(&format!("{listing}?limit={limit}")).await;
            if is_fine {
                answer.ok();
            } else {
                assert_eq!(answer.refusal(), (400, "GEN007".into()), "{listing} {limit}");
            }
        }
    }
    let default = client.get("/api/v1/datastores/S/keys").await.ok();
    assert_eq!(default["keys"].as_array().unwrap().len(), 100);
    daemon.stop().await;
}

#[tokio::test]
async fn a_cursor_serves_its_own_query_only() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    for store in ["S", "T"] {
        fill(&client, store, "global", padded(10)).await;
        fill(&client, store, "eu", padded(10)).await;
    }
    let own = "/api/v1/datastores/S/keys?limit=2";
    let cursor = client.get(own).await.ok()["nextCursor"].as_str().unwrap().to_owned();
    let cursor = escaped(&cursor);
    client.get(&format!("{own}&cursor={cursor}")).await.ok();
    for other in [
        "/api/v1/datastores/T/keys?limit=2".into(),
        format!("{own}&prefix=P"),
        format!("{own}&scope=eu"),
        format!("{own}&allScopes=true"),
        "/api/v1/datastores/S/export?limit=2".into(),
        "/api/v1/datastores?limit=2".into(),
        "/api/v1/datastores/S/keys/Player_0000/revisions?limit=1".into(),
    ] {
        let answer = client.get(&format!("{other}&cursor={cursor}")).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{other}");
    }
    for invented in ["", "x", "%00", "AAAA", &cursor[1..], &format!("{cursor}A")] {
        let answer = client.get(&format!("{own}&cursor={invented}")).await;
        assert_eq!(answer.refusal(), (400, "GEN007".into()), "{invented}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_page_that_begins_at_a_removed_key_goes_on_behind_it() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    fill(&client, "S", "global", padded(4)).await;
    let own = "/api/v1/datastores/S/keys?limit=2";
    let first = client.get(own).await.ok();
    client.delete("/api/v1/datastores/S/keys/Player_0001").await.ok();
    let cursor = escaped(first["nextCursor"].as_str().unwrap());
    let second = client.get(&format!("{own}&cursor={cursor}")).await.ok();
    assert_eq!(second["keys"], json!(["Player_0002", "Player_0003"]));
    daemon.stop().await;
}

#[tokio::test]
async fn prefixes_match_bytes_and_nothing_like_them() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    let keys = ["a", "a%", "a_", "ab", "A", "aé", "a\u{10ffff}", "b"];
    fill(&client, "S", "global", keys.iter().map(ToString::to_string)).await;
    for (prefix, expected) in [
        ("a", vec!["a", "a%", "a_", "ab", "aé", "a\u{10ffff}"]),
        ("a%", vec!["a%"]),
        ("a_", vec!["a_"]),
        ("a*", vec![]),
        ("aé", vec!["aé"]),
        ("a\u{10ffff}", vec!["a\u{10ffff}"]),
        ("", vec!["A", "a", "a%", "a_", "ab", "aé", "a\u{10ffff}", "b"]),
    ] {
        let page = client.get(&format!("/api/v1/datastores/S/keys?prefix={}", escaped(prefix))).await.ok();
        assert_eq!(page["keys"], json!(expected), "{prefix}");
    }
    let too_long = "x".repeat(5_000);
    let page = client.get(&format!("/api/v1/datastores/S/keys?prefix={too_long}")).await.ok();
    assert_eq!(page["keys"], json!([]));
    daemon.stop().await;
}

#[tokio::test]
async fn stores_are_listed_with_what_is_known_and_null_for_the_rest() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    assert_eq!(client.get("/api/v1/datastores").await.ok()["datastores"], json!([]));
    for scope in 0..22 {
        fill(&client, "Wide", &format!("scope_{scope:02}"), padded(1)).await;
    }
    fill(&client, "Small", "global", padded(2)).await;
    client.put("/api/v1/ordered-datastores/Small/keys/k", r#"{"value":1}"#).await.ok();
    let listed = client.get("/api/v1/datastores").await.ok();
    let stores = listed["datastores"].as_array().unwrap();
    let known: Vec<_> = stores.iter().map(|store| (&store["name"], &store["kind"])).collect();
    assert_eq!(json!(known), json!([["Small", "standard"], ["Small", "ordered"], ["Wide", "standard"]]));
    for store in stores {
        let count = &store["keyCount"];
        let true_count = match (store["name"].as_str(), store["kind"].as_str()) {
            (Some("Wide"), _) => 22,
            (_, Some("standard")) => 2,
            _ => 1,
        };
        assert!(count.is_null() || *count == true_count, "{store}");
        for member in ["lastModified", "createdAt", "schema"] {
            assert!(store.get(member).is_some(), "`{member}` is null when unknown, never left out: {store}");
        }
        assert_eq!(store["schema"], Value::Null);
    }
    assert_eq!(stores[2]["scopes"].as_array().unwrap().len(), 20);
    assert_eq!(stores[2]["moreScopes"], true);
    for (query, count) in [("kind=ordered", 1), ("kind=standard", 2), ("prefix=Sm", 2), ("prefix=x", 0)] {
        let listed = client.get(&format!("/api/v1/datastores?{query}")).await.ok();
        assert_eq!(listed["datastores"].as_array().unwrap().len(), count, "{query}");
    }
    assert_eq!(client.get("/api/v1/datastores?kind=round").await.refusal(), (400, "GEN007".into()));
    let pages = pages(&client, "/api/v1/datastores?limit=1", "datastores").await;
    assert_eq!(pages.concat().len(), 3);
    client.delete("/api/v1/ordered-datastores/Small/keys/k").await.ok();
    let listed = client.get("/api/v1/datastores?kind=ordered").await.ok();
    assert_eq!(listed["datastores"], json!([]), "a store exists while it has an entry");
    daemon.stop().await;
}

#[tokio::test]
async fn what_does_not_exist_is_named_in_the_answer() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    fill(&client, "S", "global", padded(1)).await;
    for (path, code, named) in [
        ("/api/v1/datastores/Nope/keys", "DS001", "`Nope`"),
        ("/api/v1/datastores/s/keys", "DS001", "`s`"),
        ("/api/v1/datastores/Nope/keys/k", "DS001", "`Nope`"),
        ("/api/v1/datastores/Nope/export", "DS001", "`Nope`"),
        ("/api/v1/datastores/Nope/keys/k/revisions", "DS005", "`Nope`"),
        ("/api/v1/ordered-datastores/S/keys", "DS001", "`S`"),
        ("/api/v1/ordered-datastores/S/keys/k", "DS001", "`S`"),
        ("/api/v1/datastores/S/keys/nope", "DS005", "`nope`"),
        ("/api/v1/datastores/S/keys/nope/rows", "DS005", "`nope`"),
        ("/api/v1/datastores/S/keys/nope/revisions", "DS005", "`nope`"),
        ("/api/v1/datastores?connection=Nope", "GEN009", "`Nope`"),
        ("/api/v1/datastores/S/keys/Player_0000?connection=Nope", "GEN009", "`Nope`"),
        ("/api/v1/nope", "GEN009", ""),
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.refusal(), (404, code.into()), "{path}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(named), "{path}: {message}");
        assert!(
            !message.ends_with('.') && message.chars().next().is_some_and(char::is_lowercase),
            "{message}"
        );
    }
    for (method, path) in
        [("DELETE", "/api/v1/datastores/Nope/keys/k"), ("DELETE", "/api/v1/ordered-datastores/Nope/keys/k")]
    {
        let answer = client.send(method.parse().unwrap(), path, None).await;
        assert_eq!(answer.status, 404, "{method} {path}");
    }
    daemon.stop().await;
}
