//! Versions by the clock: a UTC hour's first write keeps what was before it, the rest are local copies; what is
//! replaced can be read for 30 days (`roblox-apis.md` §4.5).

use std::time::Duration;

use daemon_core::time::Timestamp;
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::UniverseOptions;
use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;

const ENTRY: &str = "/api/v1/datastores/PlayerData/keys/Player_1";
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const TICK: Duration = Duration::from_nanos(100);

/// A daemon whose clock stands at the beginning of a UTC hour.
async fn at_the_hour() -> TestDaemon {
    let daemon = TestDaemon::empty().await;
    let now = daemon.clock.now();
    let into_hour = now.saturating_since(Timestamp::UNIX_EPOCH).as_nanos() % HOUR.as_nanos();
    let left = HOUR.as_nanos() - into_hour;
    daemon.clock.advance(Duration::from_nanos(u64::try_from(left).unwrap()));
    daemon
}

async fn put(client: &HttpClient, value: u32) -> String {
    let body = json!({ "value": value, "userIds": [value], "attributes": { "of": value } });
    client.put(ENTRY, &body.to_string()).await.ok()["revision"].as_str().unwrap().to_owned()
}

/// The revisions' states, newest first.
async fn states(client: &HttpClient) -> Vec<String> {
    let listed = client.get(&format!("{ENTRY}/revisions")).await.ok();
    let state = |summary: &Value| summary["state"].as_str().unwrap().to_owned();
    listed["revisions"].as_array().unwrap().iter().map(state).collect()
}

#[tokio::test]
async fn the_first_write_of_an_hour_keeps_what_was_before_it() {
    let daemon = at_the_hour().await;
    let client = daemon.owner().await;
    put(&client, 1).await;
    assert_eq!(states(&client).await, ["current"]);
    daemon.clock.advance(HOUR.saturating_sub(TICK));
    put(&client, 2).await;
    assert_eq!(states(&client).await, ["current", "localCopy"], "still the same hour");
    daemon.clock.advance(TICK);
    put(&client, 3).await;
    assert_eq!(states(&client).await, ["current", "kept", "localCopy"], "the next hour");
    put(&client, 4).await;
    assert_eq!(states(&client).await, ["current", "localCopy", "kept", "localCopy"]);
    daemon.stop().await;
}

#[tokio::test]
async fn every_earlier_value_can_be_read_and_restored_with_its_metadata() {
    let daemon = at_the_hour().await;
    let client = daemon.owner().await;
    let mut revisions = Vec::new();
    for value in 1..=4 {
        revisions.push(put(&client, value).await);
        if value == 2 {
            daemon.clock.advance(HOUR);
        }
    }
    assert_eq!(states(&client).await, ["current", "localCopy", "kept", "localCopy"]);
    for (value, revision) in (1..=4_u32).zip(&revisions) {
        let read = client.get(&format!("{ENTRY}/revisions/{revision}")).await.ok();
        assert_eq!(read["entry"]["value"], value);
        assert_eq!(read["entry"]["userIds"], json!([value.to_string()]));
        assert_eq!(read["entry"]["attributes"], json!({ "of": value }));
        let restored = client.post(&format!("{ENTRY}/revisions/{revision}/restore"), "{}").await.ok();
        assert_ne!(restored["revision"], revision.as_str(), "a restore is a new revision");
        let now = client.get(ENTRY).await.ok();
        assert_eq!((&now["value"], &now["userIds"]), (&json!(value), &json!([value.to_string()])));
        assert_eq!(now["attributes"], json!({ "of": value }));
    }
    let rows = client.get(&format!("{ENTRY}/rows?revision={}", revisions[0])).await.ok();
    assert_eq!((&rows["revision"], &rows["node"]["preview"]), (&json!(revisions[0]), &json!("1")));
    daemon.stop().await;
}

#[tokio::test]
async fn revisions_have_robloxs_form_and_grow_although_the_clock_stands() {
    let daemon = at_the_hour().await;
    let client = daemon.owner().await;
    let mut revisions = Vec::new();
    for value in 0..5 {
        revisions.push(put(&client, value).await);
    }
    assert!(revisions.is_sorted());
    for (number, revision) in revisions.iter().enumerate() {
        let parts: Vec<_> = revision.split('.').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [16, 10, 16, 2], "{revision}");
        assert_eq!(parts[1].parse::<usize>().unwrap(), number + 1);
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_removal_leaves_a_tombstone_and_keeps_the_last_value() {
    let daemon = at_the_hour().await;
    let client = daemon.owner().await;
    let last = put(&client, 1).await;
    let tombstone = client.delete(ENTRY).await.ok()["revision"].as_str().unwrap().to_owned();
    assert_eq!(states(&client).await, ["removed", "kept"], "also within the hour");
    let answer = client.get(&format!("{ENTRY}/revisions/{tombstone}")).await;
    assert_eq!(answer.refusal(), (404, "DS013".into()));
    let restore = format!("{ENTRY}/revisions/{tombstone}/restore");
    assert_eq!(client.post(&restore, "{}").await.refusal(), (404, "DS013".into()));
    client.post(&format!("{ENTRY}/revisions/{last}/restore"), "{}").await.ok();
    assert_eq!(client.get(ENTRY).await.ok()["value"], 1);
    assert_eq!(states(&client).await, ["current", "removed", "kept"]);
    daemon.stop().await;
}

#[tokio::test]
async fn what_was_replaced_expires_thirty_days_later() {
    let daemon = at_the_hour().await;
    let client = daemon.owner().await;
    let first = put(&client, 1).await;
    daemon.clock.advance(DAY);
    put(&client, 2).await;
    daemon.clock.advance((30 * DAY).saturating_sub(TICK));
    assert_eq!(states(&client).await, ["current", "kept"]);
    client.get(&format!("{ENTRY}/revisions/{first}")).await.ok();
    daemon.clock.advance(TICK);
    assert_eq!(states(&client).await, ["current"]);
    let gone = client.get(&format!("{ENTRY}/revisions/{first}")).await;
    assert_eq!(gone.refusal(), (404, "DS013".into()));
    let restore = client.post(&format!("{ENTRY}/revisions/{first}/restore"), "{}").await;
    assert_eq!(restore.refusal(), (404, "DS013".into()));
    daemon.clock.advance(400 * DAY);
    assert_eq!(client.get(ENTRY).await.ok()["value"], 2, "what is current never expires");
    daemon.stop().await;
}

#[tokio::test]
async fn a_removed_key_is_forgotten_after_thirty_days() {
    let daemon = at_the_hour().await;
    let client = daemon.owner().await;
    let created = client.put(ENTRY, r#"{"value":1}"#).await.ok();
    client.delete(ENTRY).await.ok();
    // The tombstone is one tick younger than the value, although the clock stood.
    daemon.clock.advance(30 * DAY + TICK);
    let listed = client.get(&format!("{ENTRY}/revisions")).await;
    assert_eq!(listed.status, 404, "{}", listed.body);
    let again = client.put(ENTRY, r#"{"value":2}"#).await.ok();
    assert_ne!(again["metadata"]["createdAt"], created["metadata"]["createdAt"]);
    assert_eq!(states(&client).await, ["current"]);
    daemon.stop().await;
}

#[tokio::test]
async fn revisions_are_paged_newest_first() {
    let daemon = at_the_hour().await;
    let client = daemon.owner().await;
    let mut expected = Vec::new();
    for value in 0..7 {
        expected.insert(0, put(&client, value).await);
    }
    let mut listed = Vec::new();
    let mut cursor = String::new();
    for _ in 0..3 {
        let page = client.get(&format!("{ENTRY}/revisions?limit=3{cursor}")).await.ok();
        let revision = |summary: &Value| summary["revision"].as_str().unwrap().to_owned();
        listed.extend(page["revisions"].as_array().unwrap().iter().map(revision));
        if let Some(next) = page["nextCursor"].as_str() {
            cursor = format!("&cursor={next}");
        }
    }
    assert_eq!(listed, expected);
    daemon.stop().await;
}

/// Expired revisions were out of sight but stayed on disk for ever: nothing called for their removal.
#[tokio::test]
async fn expired_revisions_leave_the_disk_although_their_key_is_never_written_again() {
    let daemon = TestDaemon::empty().await;
    let client = daemon.owner().await;
    put(&client, 1).await;
    daemon.clock.advance(HOUR);
    put(&client, 2).await;
    daemon.clock.advance(31 * DAY);
    daemon.state.universes().purge().await.unwrap();
    let now = daemon.clock.now();
    let universes = daemon.state.directory().universe_database("x").parent().unwrap().to_owned();
    let files = std::fs::read_dir(universes).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|path| path.extension().is_some_and(|extension| extension == "db")) {
        let store = UniverseStore::open(&file, UniverseOptions::default()).unwrap();
        let left = store.purge(now, 10).await.unwrap();
        assert_eq!((left.revisions, left.keys), (0, 0), "nothing is left to be removed");
        store.close().await;
    }
    daemon.stop().await;
}
