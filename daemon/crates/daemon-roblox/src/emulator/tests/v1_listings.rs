//! Listings of v1: pages, cursors, prefixes, order and times.

use serde_json::Value;

use super::{DAY, Fixture, HOUR, NINETEEN, V1, V1_ENTRY, V2};

const KEYS: &str = "/datastores/v1/universes/7/standard-datastores/datastore/entries";

/// Walks all pages of a listing; the items as text, and how many pages there were.
async fn walk(fixture: &Fixture, path: &str, list: &str, item: fn(&Value) -> String) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let paged =
            if cursor.is_empty() { path.to_owned() } else { format!("{path}{separator}cursor={cursor}") };
        let answer = fixture.get(&paged).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.json();
        found.extend(body[list].as_array().unwrap().iter().map(item));
        pages += 1;
        assert!(pages < 100, "the listing does not end");
        cursor = body["nextPageCursor"].as_str().unwrap().replace('+', "%2B").replace('=', "%3D");
        if cursor.is_empty() {
            return (found, pages);
        }
    }
}

fn name(item: &Value) -> String {
    item["name"].as_str().unwrap().to_owned()
}

fn key(item: &Value) -> String {
    format!("{}/{}", item["scope"].as_str().unwrap(), item["key"].as_str().unwrap())
}

fn counter(item: &Value) -> String {
    let version = item["version"].as_str().unwrap();
    let deleted = if item["deleted"].as_bool().unwrap() { "-" } else { "" };
    format!("{deleted}{}", version[17..27].trim_start_matches('0'))
}

async fn fill(fixture: &Fixture, entries: &[(&str, &str, &str)]) {
    for (store, scope, key) in entries {
        let path = format!("{V1_ENTRY}?datastoreName={store}&scope={scope}&entryKey={key}");
        assert_eq!(fixture.post(&path, "1").await.status, 200);
    }
}

#[tokio::test]
async fn stores_come_one_to_a_page_unless_more_are_asked_for() {
    let fixture = Fixture::new();
    fill(&fixture, &[("b", "x", "k"), ("a", "x", "k"), ("ab", "x", "k")]).await;
    let stores = async |query: &str| walk(&fixture, &format!("{V1}{query}"), "datastores", name).await;
    // Full pages carry a cursor; the one after the last of them is empty.
    assert_eq!(stores("").await, (vec!["a".to_owned(), "ab".to_owned(), "b".to_owned()], 4));
    assert_eq!(stores("?limit=2").await.1, 2);
    assert_eq!(stores("?limit=3").await.1, 2);
    assert_eq!(stores("?limit=100").await.1, 1);
    assert_eq!(stores("?prefix=a&limit=9").await.0, ["a", "ab"]);
    let first = &fixture.get(V1).await.json()["datastores"][0];
    assert_eq!(first["createdTime"], "2024-07-22T19:00:00.0000000Z");
}

#[tokio::test]
async fn deleted_and_emptied_stores_are_not_listed() {
    let fixture = Fixture::new();
    fill(&fixture, &[("a", "x", "k"), ("b", "x", "k"), ("c", "x", "k")]).await;
    assert_eq!(fixture.delete(&format!("{V2}/a")).await.status, 200);
    let removed = fixture.delete(&format!("{V1_ENTRY}?datastoreName=b&scope=x&entryKey=k")).await;
    assert_eq!(removed.status, 204);
    assert_eq!(walk(&fixture, V1, "datastores", name).await.0, ["c"]);
}

#[tokio::test]
async fn keys_come_with_their_scopes_and_include_deleted_ones() {
    let fixture = Fixture::new();
    fill(&fixture, &[("s", "global", "a"), ("s", "global", "b"), ("s", "t", "a"), ("s", "t", "c")]).await;
    fixture.unset("b", NINETEEN + 1).await;
    let keys =
        async |query: &str| walk(&fixture, &format!("{KEYS}?datastoreName=s{query}"), "keys", key).await;
    assert_eq!(keys("").await, (vec!["global/a".to_owned(), "global/b".to_owned()], 1));
    assert_eq!(keys("&limit=1").await, (vec!["global/a".to_owned(), "global/b".to_owned()], 3));
    assert_eq!(keys("&scope=t&AllScopes=false").await.0, ["t/a", "t/c"]);
    assert_eq!(keys("&AllScopes=True&limit=3").await.0, ["global/a", "global/b", "t/a", "t/c"]);
    assert_eq!(keys("&allScopes=true&prefix=t/a").await.0, ["t/a"]);
    assert_eq!(keys("&scope=t&prefix=c").await.0, ["t/c"]);
    assert!(keys("&scope=none").await.0.is_empty());
    fixture.at(NINETEEN + 1 + 30 * DAY);
    assert_eq!(keys("").await.0, ["global/a"]);
}

#[tokio::test]
async fn listings_of_keys_refuse_what_they_do_not_understand() {
    let fixture = Fixture::new();
    fixture.get(&format!("{KEYS}?datastoreName=s")).await.assert_v1(404, "DatastoreNotFound");
    fixture.get(KEYS).await.assert_v1(400, "InvalidDataStoreName");
    let path = |query: &str| format!("{KEYS}?datastoreName=s&{query}");
    fixture.get(&path("allScopes=true&scope=x")).await.assert_v1(400, "InvalidDataStoreScope");
    fixture.get(&path("allScopes=perhaps")).await.assert_validation("allScopes");
    for limit in ["x", "1.5", "0", "-1"] {
        fixture.get(&path(&format!("limit={limit}"))).await.assert_validation("limit");
    }
    fixture.get(&path("cursor=x")).await.assert_v1(400, "InvalidCursor");
    fill(&fixture, &[("s", "global", "a"), ("s", "global", "b")]).await;
    let cursor = fixture.get(&path("limit=1")).await.json()["nextPageCursor"].as_str().unwrap().to_owned();
    let cursor = cursor.replace('=', "%3D");
    assert_eq!(fixture.get(&path(&format!("limit=5&cursor={cursor}"))).await.status, 200);
    for other in ["prefix=a", "scope=t", "allScopes=true"] {
        fixture.get(&path(&format!("{other}&cursor={cursor}"))).await.assert_v1(400, "InvalidCursor");
    }
    let of_stores = fixture.get(&format!("{V1}?cursor={cursor}")).await;
    of_stores.assert_v1(400, "InvalidCursor");
}

#[tokio::test]
async fn pages_hold_sixteen_keys_and_at_most_a_hundred() {
    let fixture = Fixture::new();
    for number in 0..101 {
        fixture.set(&format!("k{number:03}"), "1", NINETEEN).await;
    }
    let count = async |query: &str| {
        fixture.get(&format!("{KEYS}?datastoreName=s{query}")).await.json()["keys"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 16);
    assert_eq!(count("&limit=100").await, 100);
    assert_eq!(count("&limit=101").await, 100);
}

#[tokio::test]
async fn versions_come_in_either_order_within_times() {
    let fixture = Fixture::new();
    fixture.set("a", "\"first\"", NINETEEN).await;
    fixture.set("a", "2", NINETEEN + HOUR).await;
    fixture.set("a", "3", NINETEEN + HOUR + 1).await;
    fixture.unset("a", NINETEEN + 2 * HOUR).await;
    let path = |query: &str| format!("{V1_ENTRY}/versions?datastoreName=s&entryKey=a{query}");
    let versions = async |query: &str| walk(&fixture, &path(query), "versions", counter).await;
    assert_eq!(versions("").await, (vec!["1".to_owned(), "3".to_owned(), "-4".to_owned()], 1));
    assert_eq!(
        versions("&sortOrder=Descending&limit=1").await,
        (vec!["-4".to_owned(), "3".to_owned(), "1".to_owned()], 4)
    );
    assert_eq!(versions("&startTime=2024-07-22T20:00:00Z&endTime=2024-07-22T20:30:00Z").await.0, ["3"]);
    let first = &fixture.get(&path("")).await.json()["versions"][0];
    assert_eq!((&first["contentLength"], &first["deleted"]), (&Value::from(7), &Value::from(false)));

    fixture.get(&path("&sortOrder=Sideways")).await.assert_v1(400, "InvalidSortOrder");
    fixture.get(&path("&startTime=yesterday")).await.assert_v1(400, "InvalidStartTime");
    fixture.get(&path("&endTime=tomorrow")).await.assert_v1(400, "InvalidEndTime");
    fixture.get(&path("&cursor=x")).await.assert_v1(400, "InvalidCursor");
    fixture.get(&path("").replace("entryKey=a", "entryKey=b")).await.assert_v1(404, "EntryNotFound");
    fixture.get(&path("").replace("Name=s", "Name=t")).await.assert_v1(404, "DatastoreNotFound");
}
