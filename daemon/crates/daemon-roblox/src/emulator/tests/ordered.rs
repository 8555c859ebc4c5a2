//! Ordered data stores under both spellings.

use serde_json::{Value, json};

use super::Fixture;

const V2: &str = "/cloud/v2/universes/7/ordered-data-stores/o/scopes/global/entries";
const V1: &str = "/ordered-data-stores/v1/universes/7/orderedDataStores/o/scopes/global/entries";

async fn fill(fixture: &Fixture, entries: &[(&str, i64)]) {
    for (id, value) in entries {
        let answer = fixture.post(&format!("{V2}?id={id}"), &format!("{{\"value\":{value}}}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

fn ids(body: &Value, list: &str) -> Vec<String> {
    let items = body[list].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_entry_is_created_read_updated_and_deleted_by_v2() {
    let fixture = Fixture::new();
    let entry = format!("{V2}/a");
    fixture.get(&entry).await.assert_v2(404, "NOT_FOUND");
    fixture.patch(&entry, "{\"value\":1}").await.assert_v2(404, "NOT_FOUND");
    let created = fixture.post(&format!("{V2}?id=a"), "{\"value\":1.5}").await.json();
    let path = "universes/7/ordered-data-stores/o/scopes/global/entries/a";
    assert_eq!(created, json!({ "path": path, "id": "a", "value": 2 }));
    let again = fixture.post(&format!("{V2}?id=a"), "{\"value\":1}").await;
    again.assert_v2(400, "INVALID_ARGUMENT");
    assert_eq!(again.json()["message"], "Entry already exists.");
    assert_eq!(fixture.get(&entry).await.json(), created);
    assert_eq!(fixture.patch(&entry, "{\"value\":-9}").await.json()["value"], -9);
    assert_eq!(fixture.patch(&format!("{V2}/b?allowMissing=true"), "{\"value\":4}").await.json()["value"], 4);
    let deleted = fixture.delete(&entry).await;
    assert_eq!((deleted.status.as_u16(), deleted.text()), (200, "{}"));
    fixture.delete(&entry).await.assert_v2(404, "NOT_FOUND");
    for body in ["", "{}", "{\"value\":\"1\"}", "{\"value\":null}"] {
        fixture.patch(&format!("{V2}/b"), body).await.assert_v2(400, "INVALID_ARGUMENT");
        fixture.post(&format!("{V2}?id=c"), body).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    let (limit, above) = ("k".repeat(50), "k".repeat(51));
    assert_eq!(fixture.post(&format!("{V2}?id={limit}"), "{\"value\":1}").await.status, 200);
    fixture.post(&format!("{V2}?id={above}"), "{\"value\":1}").await.assert_v2(400, "INVALID_ARGUMENT");
    fixture.post(V2, "{\"value\":1}").await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn an_entry_is_created_read_updated_and_deleted_by_v1() {
    let fixture = Fixture::new();
    let created = fixture.post(&format!("{V1}?id=a"), "{\"value\":9223372036854775807}").await;
    let path = "universes/7/orderedDataStores/o/scopes/global/entries/a";
    assert_eq!(created.json(), json!({ "path": path, "id": "a", "value": i64::MAX }));
    fixture.post(&format!("{V1}?id=a"), "{\"value\":1}").await.assert_v2(400, "INVALID_ARGUMENT");
    fixture
        .post(&format!("{V1}?id=b"), "{\"value\":9223372036854775808}")
        .await
        .assert_v2(400, "INVALID_ARGUMENT");
    fixture.post(&format!("{V1}?id=b"), "{\"value\":1.5}").await.assert_v2(400, "INVALID_ARGUMENT");
    fixture.post(&format!("{V1}/a:increment"), "{\"amount\":1}").await.assert_v2(400, "INVALID_ARGUMENT");
    assert_eq!(
        fixture.post(&format!("{V1}/a:increment"), "{\"amount\":-7}").await.json()["value"],
        i64::MAX - 7
    );
    assert_eq!(
        fixture.patch(&format!("{V1}/b?allow_missing=true"), "{\"value\":4}").await.json()["value"],
        4
    );
    fixture.patch(&format!("{V1}/c"), "{\"value\":4}").await.assert_v2(404, "NOT_FOUND");
    assert_eq!(fixture.get(&format!("{V1}/b")).await.json()["value"], 4);
    assert_eq!(fixture.delete(&format!("{V1}/b")).await.status, 200);
    fixture.get(&format!("{V1}/b")).await.assert_v2(404, "NOT_FOUND");
    // Both spellings lead to the same entry.
    assert_eq!(fixture.get(&format!("{V2}/a")).await.json()["value"], i64::MAX - 7);
}

#[tokio::test]
async fn an_increment_creates_what_is_missing() {
    let fixture = Fixture::new();
    let path = format!("{V2}/a:increment");
    assert_eq!(fixture.post(&path, "{\"amount\":5}").await.json()["value"], 5);
    assert_eq!(fixture.post(&path, "{\"amount\":-6.0}").await.json()["value"], -1);
    for body in ["{}", "{\"amount\":0.5}", "[]"] {
        fixture.post(&path, body).await.assert_v2(400, "INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn entries_come_by_value_in_either_order_within_a_range() {
    let fixture = Fixture::new();
    fixture.get(V2).await.assert_v2(404, "NOT_FOUND");
    fill(&fixture, &[("a", 30), ("b", 10), ("c", 20), ("d", -5)]).await;
    let v2 = async |query: &str| {
        ids(&fixture.get(&format!("{V2}?{query}")).await.json(), "orderedDataStoreEntries")
    };
    assert_eq!(v2("").await, ["d", "b", "c", "a"]);
    assert_eq!(v2("orderBy=value").await, ["d", "b", "c", "a"]);
    assert_eq!(v2("orderBy=value%20desc").await, ["a", "c", "b", "d"]);
    assert_eq!(v2("filter=entry%20%3E%3D%2010%20%26%26%20entry%20%3C%3D%2020").await, ["b", "c"]);
    let v1 = async |query: &str| ids(&fixture.get(&format!("{V1}?{query}")).await.json(), "entries");
    assert_eq!(v1("order_by=desc&max_page_size=2").await, ["a", "c"]);
    assert_eq!(v1("filter=entry%20%3E%3D%2020").await, ["c", "a"]);
    for query in ["orderBy=id", "orderBy=desc", "filter=entry%3E%3D10", "maxPageSize=x", "pageToken=x"] {
        fixture.get(&format!("{V2}?{query}")).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    for query in ["order_by=value", "filter=entry", "max_page_size=-1", "page_token=x"] {
        fixture.get(&format!("{V1}?{query}")).await.assert_v2(400, "INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn pages_go_on_where_the_last_ended_and_belong_to_their_query() {
    let fixture = Fixture::new();
    let entries: Vec<(String, i64)> = (0..12).map(|number| (format!("k{number:02}"), number / 2)).collect();
    let entries: Vec<(&str, i64)> = entries.iter().map(|(id, value)| (id.as_str(), *value)).collect();
    fill(&fixture, &entries).await;
    for (path, token_name, list) in
        [(V2, "pageToken", "orderedDataStoreEntries"), (V1, "page_token", "entries")]
    {
        let first = fixture.get(path).await.json();
        assert_eq!(ids(&first, list).len(), 10);
        let token = first["nextPageToken"].as_str().unwrap().replace('=', "%3D");
        let second = fixture.get(&format!("{path}?{token_name}={token}")).await.json();
        assert_eq!(ids(&second, list), ["k10", "k11"]);
        assert!(second.get("nextPageToken").is_none());
        let refused = fixture.get(&format!("{path}?filter=entry%20%3E%3D%201&{token_name}={token}")).await;
        refused.assert_v2(400, "INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn names_are_checked() {
    let fixture = Fixture::new();
    let long = "x".repeat(51);
    for path in [
        format!("/cloud/v2/universes/7/ordered-data-stores/{long}/scopes/global/entries"),
        format!("/cloud/v2/universes/7/ordered-data-stores/o/scopes/{long}/entries"),
        format!("{V2}/{long}"),
    ] {
        fixture.get(&path).await.assert_v2(400, "INVALID_ARGUMENT");
    }
}
