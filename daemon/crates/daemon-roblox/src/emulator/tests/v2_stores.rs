//! Data stores of v2: listing, deletion and return, snapshots.

use serde_json::json;

use super::{DAY, Fixture, HOUR, NINETEEN, V1_ENTRY, V2};

async fn fill(fixture: &Fixture, stores: &[&str]) {
    for store in stores {
        let path = format!("{V2}/{store}/entries?id=a");
        assert_eq!(fixture.post(&path, "{\"value\":1}").await.status, 200);
    }
}

async fn ids(fixture: &Fixture, query: &str) -> Vec<String> {
    let body = fixture.get(&format!("{V2}?{query}")).await.json();
    let stores = body["dataStores"].as_array().unwrap();
    stores.iter().map(|store| store["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn stores_are_listed_with_their_state() {
    let fixture = Fixture::new();
    fill(&fixture, &["b", "a", "ab"]).await;
    let body = fixture.get(V2).await.json();
    let first = json!({
        "path": "universes/7/data-stores/a",
        "createTime": "2024-07-22T19:00:00Z",
        "state": "ACTIVE",
        "id": "a",
    });
    assert_eq!(body["dataStores"][0], first);
    assert_eq!(ids(&fixture, "filter=id.startsWith(%22a%22)").await, ["a", "ab"]);
    let page = fixture.get(&format!("{V2}?maxPageSize=2")).await.json();
    let token = page["nextPageToken"].as_str().unwrap().replace('=', "%3D");
    assert_eq!(ids(&fixture, &format!("pageToken={token}")).await, ["b"]);
    fixture.get(&format!("{V2}?showDeleted=true&pageToken={token}")).await.assert_v2(400, "INVALID_ARGUMENT");
    fixture.get(&format!("{V2}?filter=x")).await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn pages_of_stores_hold_ten_and_at_most_a_hundred() {
    let fixture = Fixture::new();
    let names: Vec<String> = (0..101).map(|number| format!("s{number:03}")).collect();
    fill(&fixture, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(ids(&fixture, "").await.len(), 10);
    assert_eq!(ids(&fixture, "maxPageSize=100").await.len(), 100);
    assert_eq!(ids(&fixture, "maxPageSize=101").await.len(), 100);
}

#[tokio::test]
async fn a_deleted_store_is_out_of_reach_and_can_be_brought_back() {
    let fixture = Fixture::new();
    fill(&fixture, &["s", "t"]).await;
    let deleted = fixture.delete(&format!("{V2}/s")).await.json();
    assert_eq!(
        (&deleted["state"], &deleted["expireTime"]),
        (&json!("DELETED"), &json!("2024-08-21T19:00:00Z"))
    );
    fixture.at(NINETEEN + HOUR);
    // Deleting it again changes nothing.
    assert_eq!(fixture.delete(&format!("{V2}/s")).await.json(), deleted);
    assert_eq!(ids(&fixture, "").await, ["t"]);
    assert_eq!(ids(&fixture, "showDeleted=true").await, ["s", "t"]);

    let entry = format!("{V2}/s/entries/a");
    fixture.get(&entry).await.assert_v2(404, "NOT_FOUND");
    fixture.get(&format!("{entry}@latest:2024-07-22T19:30:00Z")).await.assert_v2(404, "NOT_FOUND");
    fixture.get(&format!("{V2}/s/entries")).await.assert_v2(404, "NOT_FOUND");
    fixture.get(&format!("{entry}:listRevisions")).await.assert_v2(404, "NOT_FOUND");
    fixture.post(&format!("{V2}/s/entries?id=b"), "{\"value\":1}").await.assert_v2(404, "NOT_FOUND");
    fixture.patch(&format!("{entry}?allowMissing=true"), "{\"value\":1}").await.assert_v2(404, "NOT_FOUND");
    fixture.post(&format!("{entry}:increment"), "{\"amount\":1}").await.assert_v2(404, "NOT_FOUND");
    fixture.delete(&entry).await.assert_v2(404, "NOT_FOUND");
    let v1 = format!("{V1_ENTRY}?datastoreName=s&entryKey=a");
    fixture.get(&v1).await.assert_v1(404, "DatastoreNotFound");
    fixture.post(&v1, "1").await.assert_v1(404, "DatastoreNotFound");

    fixture.at(NINETEEN + 30 * DAY - 1);
    let restored = fixture.post(&format!("{V2}/s:undelete"), "{}").await.json();
    assert_eq!((&restored["state"], restored.get("expireTime")), (&json!("ACTIVE"), None));
    assert_eq!(fixture.get(&entry).await.json()["value"], 1);
}

#[tokio::test]
async fn a_deleted_store_is_forgotten_after_thirty_days() {
    let fixture = Fixture::new();
    fill(&fixture, &["s"]).await;
    assert_eq!(fixture.delete(&format!("{V2}/s")).await.status, 200);
    fixture.at(NINETEEN + 30 * DAY);
    fixture.post(&format!("{V2}/s:undelete"), "{}").await.assert_v2(404, "NOT_FOUND");
    fixture.delete(&format!("{V2}/s")).await.assert_v2(404, "NOT_FOUND");
    assert!(ids(&fixture, "showDeleted=true").await.is_empty());
    // The name can be used again.
    fill(&fixture, &["s"]).await;
    let long = "s".repeat(51);
    fixture.delete(&format!("{V2}/{long}")).await.assert_v2(400, "INVALID_ARGUMENT");
    fixture.post(&format!("{V2}/{long}:undelete"), "{}").await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn one_snapshot_a_day_keeps_what_the_next_write_replaces() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.at(NINETEEN + 10);
    let path = format!("{V2}:snapshot");
    let taken = fixture.post(&path, "{}").await.json();
    assert_eq!(
        taken,
        json!({ "newSnapshotTaken": true, "latestSnapshotTime": "2024-07-22T19:00:00.000001Z" })
    );
    fixture.set("a", "2", NINETEEN + 20).await;
    fixture.set("a", "3", NINETEEN + 30).await;
    let again = fixture.post(&path, "{}").await.json();
    assert_eq!(
        again,
        json!({ "newSnapshotTaken": false, "latestSnapshotTime": "2024-07-22T19:00:00.000001Z" })
    );
    let listed = fixture.get(&format!("{V2}/s/entries/a:listRevisions")).await.json();
    assert_eq!(listed["dataStoreEntries"].as_array().unwrap().len(), 2);
    fixture.at(NINETEEN + 5 * HOUR);
    assert_eq!(fixture.post(&path, "{}").await.json()["newSnapshotTaken"], true);
}

#[tokio::test]
async fn deleted_stores_are_passed_over_in_steps() {
    let fixture = Fixture::new();
    for number in 0..512 {
        let store = format!("s{number:03}");
        fill(&fixture, &[&store]).await;
        assert_eq!(fixture.delete(&format!("{V2}/{store}")).await.status, 200);
    }
    fill(&fixture, &["z"]).await;
    // The first call passes over 512 deleted stores: its page is empty and carries a token.
    let first = fixture.get(V2).await.json();
    assert!(first["dataStores"].as_array().unwrap().is_empty());
    let token = first["nextPageToken"].as_str().unwrap().replace('=', "%3D");
    let second = fixture.get(&format!("{V2}?pageToken={token}")).await.json();
    assert_eq!((&second["dataStores"][0]["id"], second.get("nextPageToken")), (&json!("z"), None));
}
