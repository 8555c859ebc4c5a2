//! Memory stores: sorted maps, queues and flushes.

use serde_json::{Value, json};

use super::{Answer, Fixture, NINETEEN, SECOND};
use crate::emulator::access::{ApiKey, Grant, Permission};
use crate::emulator::limits::Limits;

const MAP: &str = "/cloud/v2/universes/7/memory-store/sorted-maps/m/items";
const QUEUE: &str = "/cloud/v2/universes/7/memory-store/queues/q/items";
const FLUSH: &str = "/cloud/v2/universes/7/memory-store:flush";

impl Answer {
    fn names(&self, list: &str, name: &str) -> Vec<Value> {
        self.json()[list].as_array().unwrap().iter().map(|item| item[name].clone()).collect()
    }
}

async fn create(fixture: &Fixture, id: &str, body: &str) -> Answer {
    fixture.post(&format!("{MAP}?id={id}"), body).await
}

#[tokio::test]
async fn an_item_of_a_map_is_created_read_updated_and_deleted() {
    let fixture = Fixture::new();
    let body =
        "{\"value\":{\"n\": 1.0},\"ttl\":\"3.5s\",\"stringSortKey\":\"k\",\"etag\":\"x\",\"path\":\"y\"}";
    let created = create(&fixture, "a%2Fb", body).await.json();
    let path = "cloud/v2/universes/7/memory-store/sorted-maps/m/items/a/b";
    assert_eq!((&created["path"], &created["id"]), (&json!(path), &json!("a/b")));
    assert_eq!((&created["value"], &created["stringSortKey"]), (&json!({ "n": 1.0 }), &json!("k")));
    assert_eq!(created["expireTime"], "2024-07-22T19:00:03.500Z");
    assert!(created.get("ttl").is_none() && created.get("numericSortKey").is_none());
    let item = format!("{MAP}/a%2Fb");
    assert_eq!(fixture.get(&item).await.json(), created);
    create(&fixture, "a%2Fb", body).await.assert_v2(409, "ALREADY_EXISTS");
    let updated = fixture.patch(&item, "{\"value\":null}").await.json();
    assert_eq!((&updated["value"], &updated["expireTime"]), (&Value::Null, &created["expireTime"]));
    assert_ne!(updated["etag"], created["etag"]);
    fixture.patch(&format!("{MAP}/A"), "{\"value\":1}").await.assert_v2(404, "NOT_FOUND");
    let made = fixture.patch(&format!("{MAP}/A?allowMissing=true"), "{\"numericSortKey\":-5}").await.json();
    // 45 days.
    assert_eq!(
        (&made["numericSortKey"], &made["expireTime"]),
        (&json!(-5.0), &json!("2024-09-05T19:00:00Z"))
    );
    assert_eq!(fixture.delete(&item).await.text(), "{}");
    fixture.delete(&item).await.assert_v2(404, "NOT_FOUND");
    fixture.get(&item).await.assert_v2(404, "NOT_FOUND");
}

#[tokio::test]
async fn items_expire_by_the_emulators_clock() {
    let fixture = Fixture::new();
    create(&fixture, "a", "{\"value\":1,\"ttl\":\"60s\"}").await;
    fixture.post("/_emulator/clock", "{\"advanceSeconds\":59}").await;
    assert_eq!(fixture.get(&format!("{MAP}/a")).await.status, 200);
    fixture.post("/_emulator/clock", "{\"advanceSeconds\":1}").await;
    fixture.get(&format!("{MAP}/a")).await.assert_v2(404, "NOT_FOUND");
    assert_eq!(create(&fixture, "a", "{\"value\":1}").await.status, 200);
}

#[tokio::test]
async fn items_are_checked_at_their_limits() {
    let fixture = Fixture::new();
    let check = async |id: &str, body: &str, fits: bool| {
        let answer = create(&fixture, id, body).await;
        if fits {
            assert_eq!(answer.status, 200, "{answer:?}");
        } else {
            answer.assert_v2(400, "INVALID_ARGUMENT");
        }
    };
    check(&"a".repeat(127), "{\"value\":1}", true).await;
    check(&"a".repeat(128), "{\"value\":1}", false).await;
    check("", "{\"value\":1}", false).await;
    let value = |bytes: usize| format!("{{\"value\":  \"{}\"}}", "a".repeat(bytes - 2));
    check("b", &value(32_768), true).await;
    check("c", &value(32_769), false).await;
    check("d", "{\"value\":1,\"ttl\":\"3888000s\"}", true).await;
    for body in [
        "{\"ttl\":\"3888000.1s\"}",
        "{\"ttl\":\"0s\"}",
        "{\"ttl\":\"5\"}",
        "{\"ttl\":5}",
        "{\"stringSortKey\":\"a\",\"numericSortKey\":1}",
        "{\"stringSortKey\":1}",
        "{\"numericSortKey\":\"1\"}",
        "[]",
        "",
    ] {
        check("e", body, false).await;
    }
    let key = |length: usize| format!("{{\"stringSortKey\":\"{}\"}}", "k".repeat(length));
    check("f", &key(127), true).await;
    check("g", &key(128), false).await;
    let long = format!("/cloud/v2/universes/7/memory-store/sorted-maps/{}/items", "m".repeat(128));
    fixture.get(&long).await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn a_map_is_listed_by_pages_in_order_and_filtered() {
    let fixture = Fixture::new();
    for (id, key) in [("a", 1), ("b", 2), ("c", 3)] {
        create(&fixture, id, &format!("{{\"value\":1,\"numericSortKey\":{key}}}")).await;
    }
    let ids = async |query: &str| fixture.get(&format!("{MAP}?{query}")).await.names("items", "id");
    // One item is the default.
    assert_eq!(ids("").await, ["a"]);
    assert_eq!(ids("maxPageSize=100").await, ["a", "b", "c"]);
    assert_eq!(ids("maxPageSize=101").await, ["a", "b", "c"]);
    assert_eq!(ids("maxPageSize=9&orderBy=id%20desc").await, ["c", "b", "a"]);
    assert_eq!(ids("maxPageSize=9&filter=id%20%3E%20%22a%22%20%26%26%20sortKey%20%3C%203").await, ["b"]);
    let mut listed = Vec::new();
    let mut query = "orderBy=id+desc&maxPageSize=2".to_owned();
    loop {
        let page = fixture.get(&format!("{MAP}?{query}")).await;
        listed.extend(page.names("items", "id"));
        let Some(token) = page.json()["nextPageToken"].as_str().map(str::to_owned) else { break };
        let token = token.replace('+', "%2B");
        query = format!("orderBy=id+desc&maxPageSize=2&pageToken={token}");
        let other = fixture.get(&format!("{MAP}?maxPageSize=2&pageToken={token}")).await;
        other.assert_v2(400, "INVALID_ARGUMENT");
    }
    assert_eq!(listed, ["c", "b", "a"]);
    for query in ["orderBy=sortKey", "filter=id", "maxPageSize=x", "maxPageSize=-1", "pageToken=x"] {
        fixture.get(&format!("{MAP}?{query}")).await.assert_v2(400, "INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn a_queue_is_read_by_priority_and_what_was_read_discarded() {
    let fixture = Fixture::new();
    for (data, priority) in [("1", "0"), ("2", "5"), ("3", "0")] {
        let body = format!("{{\"data\":{data},\"priority\":{priority},\"ttl\":\"100s\"}}");
        let added = fixture.post(QUEUE, &body).await.json();
        assert_eq!(added["expireTime"], "2024-07-22T19:01:40Z");
        assert_eq!(added["data"].to_string(), data);
    }
    let read = async |query: &str| fixture.get(&format!("{QUEUE}:read?{query}")).await;
    let first = read("").await;
    assert_eq!(first.names("items", "data"), [json!(2)]);
    read("count=3&allOrNothing=true").await.assert_v2(404, "NOT_FOUND");
    assert_eq!(read("count=2&allOrNothing=true&invisibilityWindow=5s").await.names("items", "data"), [1, 3]);
    fixture.at(NINETEEN + 5 * SECOND);
    let again = read("count=201").await;
    assert_eq!(again.names("items", "data"), [1, 3]);
    let discard = async |body: &Value| fixture.post(&format!("{QUEUE}:discard"), &body.to_string()).await;
    assert_eq!(discard(&json!({ "readId": again.json()["readId"] })).await.text(), "{}");
    fixture.at(NINETEEN + 30 * SECOND);
    assert_eq!(read("count=9").await.names("items", "data"), [2]);
    for body in [json!({}), json!({ "readId": "" }), json!({ "readId": 1 }), json!([])] {
        discard(&body).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    for query in ["count=x", "count=-1", "invisibilityWindow=0s", "invisibilityWindow=5", "allOrNothing=1"] {
        read(query).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    fixture.post(QUEUE, "{}").await.assert_v2(400, "INVALID_ARGUMENT");
    fixture.post(QUEUE, "{\"data\":1,\"priority\":\"x\"}").await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn at_most_two_hundred_items_are_read_at_once() {
    let fixture = Fixture::new();
    for number in 0..201 {
        fixture.post(QUEUE, &format!("{{\"data\":{number}}}")).await;
    }
    let read = fixture.get(&format!("{QUEUE}:read?count=500")).await;
    assert_eq!(read.json()["items"].as_array().unwrap().len(), 200);
}

#[tokio::test]
async fn a_flush_empties_all_and_its_operation_is_found() {
    let mut fixture = Fixture::new();
    create(&fixture, "a", "{\"value\":1}").await;
    fixture.post(QUEUE, "{\"data\":1}").await;
    let test = fixture.post(&format!("{FLUSH}?scope=TEST"), "{}").await.json();
    assert_eq!(fixture.get(&format!("{MAP}/a")).await.status, 200);
    let flush = fixture.post(&format!("{FLUSH}?scope=LIVE"), "").await.json();
    assert_eq!(flush["done"], false);
    fixture.get(&format!("{MAP}/a")).await.assert_v2(404, "NOT_FOUND");
    assert_eq!(fixture.get(&format!("{QUEUE}:read")).await.json()["items"], json!([]));
    fixture.reopen().await;
    let path = |operation: &Value| format!("/{}", operation["path"].as_str().unwrap());
    let done = fixture.get(&path(&flush)).await.json();
    assert_eq!((&done["done"], &done["path"]), (&json!(true), &flush["path"]));
    fixture.get(&path(&test)).await.assert_v2(404, "NOT_FOUND");
    assert_eq!(fixture.get(&format!("{}?scope=TEST", path(&test))).await.status, 200);
    let operations = "/cloud/v2/universes/7/memory-store/operations";
    fixture.get(&format!("{operations}/x")).await.assert_v2(400, "INVALID_ARGUMENT");
    fixture.get(&format!("{operations}/00000000000000ff")).await.assert_v2(404, "NOT_FOUND");
    fixture.post(&format!("{FLUSH}?scope=x"), "").await.assert_v2(400, "INVALID_ARGUMENT");
    fixture.get(FLUSH).await.assert_gateway(405);
}

#[tokio::test]
async fn each_operation_takes_its_permission() {
    let permissions = [
        Permission::ReadSortedMap,
        Permission::WriteSortedMap,
        Permission::AddToQueue,
        Permission::ReadQueue,
        Permission::DiscardFromQueue,
        Permission::FlushMemory,
    ];
    let key = |permission: Permission| {
        let grant = Grant { permission, universe: Some(7), store: None };
        ApiKey::with_grants(permission.as_str(), vec![grant])
    };
    let fixture = Fixture::with_keys(permissions.map(key).to_vec());
    let (item, read, discard) = (format!("{MAP}/a"), format!("{QUEUE}:read"), format!("{QUEUE}:discard"));
    let read_id = "{\"readId\":\"0000000000000001\"}";
    for (method, path, body, needed) in [
        ("GET", MAP, "", Permission::ReadSortedMap),
        ("PATCH", &item, "{}", Permission::WriteSortedMap),
        ("DELETE", &item, "", Permission::WriteSortedMap),
        ("GET", &item, "", Permission::ReadSortedMap),
        ("POST", QUEUE, "{\"data\":1}", Permission::AddToQueue),
        ("GET", &read, "", Permission::ReadQueue),
        ("POST", &discard, read_id, Permission::DiscardFromQueue),
        ("POST", FLUSH, "", Permission::FlushMemory),
    ] {
        for permission in permissions {
            let key = [("x-api-key", permission.as_str())];
            let answer = fixture.send(method, path, &key, body.as_bytes()).await;
            assert_eq!(answer.status != 403, permission == needed, "{method} {path}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn requests_are_limited_together() {
    let limits = Limits { memory: 2, ..Limits::roblox(0) };
    let fixture = Fixture::with(Vec::new(), Some(limits));
    assert_eq!(fixture.get(MAP).await.header("x-ratelimit-limit"), "2, 2;w=60");
    assert_eq!(fixture.post(QUEUE, "{\"data\":1}").await.status, 200);
    fixture.post(FLUSH, "").await.assert_v2(429, "RESOURCE_EXHAUSTED");
    assert_eq!((Limits::roblox(0).memory, Limits::roblox(2).memory), (1_000, 1_240));
}
