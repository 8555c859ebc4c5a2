//! Listings of v2: filters, page sizes, tokens, deleted entries, revisions.

use serde_json::Value;

use super::{Fixture, HOUR, NINETEEN, V2};

/// Walks all pages; the named field of each item, and how many pages there were.
async fn walk(fixture: &Fixture, path: &str, list: &str, field: &str) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut token) = (Vec::new(), 0, String::new());
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let paged =
            if token.is_empty() { path.to_owned() } else { format!("{path}{separator}pageToken={token}") };
        let answer = fixture.get(&paged).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.json();
        let items = body[list].as_array().unwrap();
        found.extend(items.iter().map(|item| item[field].as_str().unwrap().to_owned()));
        pages += 1;
        assert!(pages < 100, "the listing does not end");
        match body.get("nextPageToken").and_then(Value::as_str) {
            Some(next) => token = next.replace('+', "%2B").replace('=', "%3D"),
            None => return (found, pages),
        }
    }
}

async fn fill(fixture: &Fixture, entries: &[(&str, &str)]) {
    for (scope, key) in entries {
        let path = format!("{V2}/s/scopes/{scope}/entries?id={key}");
        assert_eq!(fixture.post(&path, "{\"value\":1}").await.status, 200);
    }
}

#[tokio::test]
async fn entries_are_listed_by_path_and_id_alone() {
    let fixture = Fixture::new();
    fill(&fixture, &[("global", "a"), ("x", "b")]).await;
    let check = async |rest: &str, expected: Value| {
        let body = fixture.get(&format!("{V2}/s/{rest}")).await.json();
        assert_eq!(body, serde_json::json!({ "dataStoreEntries": expected }), "{rest}");
    };
    let item = |path: &str, id: &str| serde_json::json!({ "path": format!("universes/7/data-stores/s/{path}"), "id": id });
    check("entries", serde_json::json!([item("entries/a", "a")])).await;
    check("scopes/x/entries", serde_json::json!([item("scopes/x/entries/b", "b")])).await;
    let all = serde_json::json!([item("scopes/global/entries/a", "a"), item("scopes/x/entries/b", "b")]);
    check("scopes/-/entries", all).await;
    check("scopes/none/entries", serde_json::json!([])).await;
    fixture.get(&format!("{V2}/t/entries")).await.assert_v2(404, "NOT_FOUND");
}

#[tokio::test]
async fn filters_select_by_prefix() {
    let fixture = Fixture::new();
    fill(&fixture, &[("global", "a1"), ("global", "a2"), ("global", "b"), ("x", "a3")]).await;
    let ids = async |rest: &str, prefix: &str| {
        let path = format!("{V2}/s/{rest}?filter=id.startsWith(%22{prefix}%22)");
        walk(&fixture, &path, "dataStoreEntries", "id").await.0
    };
    assert_eq!(ids("entries", "a").await, ["a1", "a2"]);
    assert_eq!(ids("entries", "global/a").await, ["a1", "a2"]);
    assert_eq!(ids("scopes/global/entries", "b").await, ["b"]);
    assert!(ids("scopes/global/entries", "global/a").await.is_empty());
    assert_eq!(ids("scopes/-/entries", "x/").await, ["a3"]);
    assert!(ids("scopes/-/entries", "a").await.is_empty());
    for filter in ["id", "id.startsWith(a)", "id%20%3D%3D%20%22a%22"] {
        let refused = fixture.get(&format!("{V2}/s/entries?filter={filter}")).await;
        refused.assert_v2(400, "INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn pages_have_their_sizes_and_tokens_their_query() {
    let fixture = Fixture::new();
    for number in 0..257 {
        fixture.set(&format!("k{number:03}"), "1", NINETEEN).await;
    }
    let path = format!("{V2}/s/entries");
    let count = async |query: &str| {
        fixture.get(&format!("{path}?{query}")).await.json()["dataStoreEntries"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 10);
    assert_eq!(count("maxPageSize=0").await, 10);
    assert_eq!(count("maxPageSize=256").await, 256);
    assert_eq!(count("maxPageSize=257").await, 256);
    for size in ["-1", "x"] {
        fixture.get(&format!("{path}?maxPageSize={size}")).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    let (ids, pages) = walk(&fixture, &format!("{path}?maxPageSize=100"), "dataStoreEntries", "id").await;
    assert_eq!((ids.len(), pages), (257, 3));

    let token = fixture.get(&path).await.json()["nextPageToken"].as_str().unwrap().replace('=', "%3D");
    assert_eq!(fixture.get(&format!("{path}?maxPageSize=5&pageToken={token}")).await.status, 200);
    for other in ["showDeleted=true", "filter=id.startsWith(%22k%22)"] {
        let refused = fixture.get(&format!("{path}?{other}&pageToken={token}")).await;
        refused.assert_v2(400, "INVALID_ARGUMENT");
    }
    let other_scope = fixture.get(&format!("{V2}/s/scopes/global/entries?pageToken={token}")).await;
    other_scope.assert_v2(400, "INVALID_ARGUMENT");
    fixture.get(&format!("{path}?pageToken=x")).await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn deleted_entries_are_passed_over_in_steps_and_shown_on_request() {
    let fixture = Fixture::new();
    for number in 0..513 {
        let key = format!("k{number:03}");
        fixture.set(&key, "1", NINETEEN).await;
        fixture.unset(&key, NINETEEN + 1).await;
    }
    fixture.set("z", "1", NINETEEN).await;
    let path = format!("{V2}/s/entries?maxPageSize=256");
    // The first call passes over 512 deleted keys: its page is empty and carries a token.
    let first = fixture.get(&path).await.json();
    assert!(first["dataStoreEntries"].as_array().unwrap().is_empty());
    assert!(first["nextPageToken"].is_string());
    assert_eq!(walk(&fixture, &path, "dataStoreEntries", "id").await, (vec!["z".to_owned()], 2));
    let shown = walk(&fixture, &format!("{path}&showDeleted=true"), "dataStoreEntries", "id").await.0;
    assert_eq!(shown.len(), 514);
    fixture.get(&format!("{path}&showDeleted=1")).await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn revisions_come_newest_first_and_end_with_an_empty_page() {
    let fixture = Fixture::new();
    let first = fixture.set("a", "1", NINETEEN).await;
    fixture.set("a", "2", NINETEEN + HOUR).await;
    let last = fixture.set("a", "3", NINETEEN + HOUR + 1).await;
    let path = format!("{V2}/s/entries/a:listRevisions");
    let revisions = async |query: &str| {
        walk(&fixture, &format!("{path}?{query}"), "dataStoreEntries", "revisionId").await
    };
    assert_eq!(revisions("").await, (vec![last.clone(), first.clone()], 2));
    assert_eq!(revisions("maxPageSize=1").await, (vec![last.clone(), first.clone()], 3));
    let filter = |text: &str| {
        format!(
            "filter={}",
            text.replace(' ', "%20").replace('>', "%3E").replace('<', "%3C").replace('&', "%26")
        )
    };
    let early = filter(
        "revision_create_time >= 2024-07-22T19:00:00Z && revision_create_time <= 2024-07-22T19:30:00Z",
    );
    assert_eq!(revisions(&early).await.0, [first.as_str()]);

    let item = &fixture.get(&path).await.json()["dataStoreEntries"][1];
    assert_eq!(item["id"], format!("a@{first}"));
    assert_eq!(item["path"], format!("universes/7/data-stores/s/entries/a@{first}"));
    assert_eq!((&item["state"], &item["etag"]), (&Value::from("ACTIVE"), &Value::from(first)));
    assert!(item.get("value").is_none());

    let token = fixture.get(&path).await.json()["nextPageToken"].as_str().unwrap().replace('=', "%3D");
    let refused = fixture.get(&format!("{path}?{early}&pageToken={token}")).await;
    refused.assert_v2(400, "INVALID_ARGUMENT");
    fixture.get(&format!("{path}?filter=x")).await.assert_v2(400, "INVALID_ARGUMENT");
    fixture.get(&format!("{V2}/s/entries/b:listRevisions")).await.assert_v2(404, "NOT_FOUND");
    fixture.get(&format!("{V2}/t/entries/a:listRevisions")).await.assert_v2(404, "NOT_FOUND");
}
