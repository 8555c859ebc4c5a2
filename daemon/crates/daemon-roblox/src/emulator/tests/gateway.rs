//! Paths, methods, keys and their permissions, restarts, and what is kept apart.

use std::time::Duration;

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, Key, Scope, StoreName};
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::{Expectation, UniverseOptions, Write};

use super::{DAY, Fixture, NINETEEN, V1, V1_ENTRY, V2};
use crate::emulator::access::{ApiKey, Grant, Permission};

#[tokio::test]
async fn unknown_paths_and_methods_are_the_gateways_to_answer() {
    let fixture = Fixture::new();
    fixture.get("/").await.assert_gateway(404);
    fixture.get("/datastores/v1/universes/7/ordered").await.assert_gateway(404);
    fixture.get("/cloud/v2/universes/7/data-stores/s/entries/a/b").await.assert_gateway(404);
    let refused = fixture.send("PUT", V1_ENTRY, &[], b"").await;
    refused.assert_gateway(405);
    assert_eq!(refused.header("allow"), "GET, POST, DELETE");
    fixture.post(V2, "{}").await.assert_gateway(405);
    fixture.get(&format!("{V2}/s")).await.assert_gateway(405);
}

#[tokio::test]
async fn a_key_is_needed_and_any_serves_where_none_is_named() {
    let fixture = Fixture::new();
    fixture.send("GET", V2, &[("x-api-key", "absent")], b"").await.assert_gateway(401);
    fixture.send("GET", V2, &[("x-api-key", "")], b"").await.assert_gateway(401);
    assert_eq!(fixture.send("GET", V2, &[("x-api-key", "anything")], b"").await.status, 200);
}

#[tokio::test]
async fn where_keys_are_named_others_are_refused() {
    let fixture = Fixture::with_keys(vec![ApiKey::unrestricted("right"), ApiKey::unrestricted("second")]);
    for wrong in ["", "righ", "right1", "Right", "absent"] {
        let refused = fixture.send("GET", V2, &[("x-api-key", wrong)], b"").await;
        refused.assert_gateway(401);
        assert_eq!(refused.json()["errors"][0]["message"], "Invalid API Key");
    }
    for right in ["right", "second"] {
        assert_eq!(fixture.send("GET", V2, &[("x-api-key", right)], b"").await.status, 200);
    }
    assert!(!format!("{:?}", fixture.emulator).contains("right"));
}

#[tokio::test]
async fn a_key_may_do_what_it_was_granted_and_nothing_else() {
    let grant = |permission, universe, store: Option<&str>| Grant {
        permission,
        universe,
        store: store.map(str::to_owned),
    };
    let grants = vec![
        grant(Permission::CreateEntry, Some(7), Some("s")),
        grant(Permission::CreateStore, Some(7), Some("s")),
        grant(Permission::ReadEntry, None, None),
    ];
    let fixture = Fixture::with_keys(vec![ApiKey::with_grants("k", grants), ApiKey::unrestricted("all")]);
    let send = async |method: &str, path: &str, body: &str| {
        fixture.send(method, path, &[("x-api-key", "k")], body.as_bytes()).await
    };
    let entry = |store: &str, key: &str| format!("{V1_ENTRY}?datastoreName={store}&entryKey={key}");
    assert_eq!(send("POST", &entry("s", "a"), "1").await.status, 200);
    // The key exists now, and updating it was not granted.
    send("POST", &entry("s", "a"), "2").await.assert_v1(403, "Forbidden");
    assert_eq!(send("POST", &entry("s", "b"), "1").await.status, 200);
    send("POST", &entry("t", "a"), "1").await.assert_v1(403, "Forbidden");
    assert_eq!(send("GET", &entry("s", "a"), "").await.text(), "1");
    send("DELETE", &entry("s", "a"), "").await.assert_v1(403, "Forbidden");
    send("GET", V1, "").await.assert_v1(403, "Forbidden");
    send("GET", V2, "").await.assert_v2(403, "PERMISSION_DENIED");
    send("POST", &format!("{V2}:snapshot"), "{}").await.assert_v2(403, "PERMISSION_DENIED");
    assert_eq!(send("GET", &format!("{V2}/s/entries/a"), "").await.status, 200);
    send("PATCH", &format!("{V2}/s/entries/a"), "{\"value\":1}").await.assert_v2(403, "PERMISSION_DENIED");
    let refused = send("GET", "/cloud/v2/universes/7/ordered-data-stores/s/scopes/global/entries", "").await;
    refused.assert_v2(403, "PERMISSION_DENIED");
    let other =
        "/datastores/v1/universes/8/standard-datastores/datastore/entries/entry?datastoreName=s&entryKey=a";
    send("POST", other, "1").await.assert_v1(403, "Forbidden");
    assert_eq!(fixture.send("POST", other, &[("x-api-key", "all")], b"1").await.status, 200);
}

#[tokio::test]
async fn universes_are_apart_and_their_ids_positive() {
    let fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    let path = |universe: &str| {
        format!(
            "/datastores/v1/universes/{universe}/standard-datastores/datastore/entries/entry?datastoreName=s&entryKey=a"
        )
    };
    fixture.get(&path("8")).await.assert_v1(404, "DatastoreNotFound");
    assert_eq!(fixture.post(&path("9223372036854775807"), "2").await.status, 200);
    assert_eq!(fixture.get(&path("7")).await.text(), "1");
    assert_eq!(fixture.get(&path("9223372036854775807")).await.text(), "2");
    fixture.get(&path("0")).await.assert_v1(400, "InvalidUniverseId");
    for universe in ["x", "-1", "+1", "9223372036854775808"] {
        fixture.get(&path(universe)).await.assert_validation("universeId");
        let refused = fixture.get(&format!("/cloud/v2/universes/{universe}/data-stores")).await;
        refused.assert_v2(400, "INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn more_universes_than_stay_open_keep_what_they_hold() {
    let fixture = Fixture::new();
    let path = |universe: u64| {
        format!(
            "/datastores/v1/universes/{universe}/standard-datastores/datastore/entries/entry?datastoreName=s&entryKey=a"
        )
    };
    for universe in 1..=20 {
        assert_eq!(fixture.post(&path(universe), &universe.to_string()).await.status, 200);
    }
    for universe in 1..=20 {
        assert_eq!(fixture.get(&path(universe)).await.text(), universe.to_string());
    }
}

#[tokio::test]
async fn what_was_written_and_the_clock_survive_a_restart() {
    let mut fixture = Fixture::new();
    fixture.set("a", "1", NINETEEN).await;
    fixture.emulator.advance(Duration::from_hours(40 * 24)).unwrap();
    fixture.reopen().await;
    assert_eq!(fixture.emulator.now(), Timestamp::from_ticks(NINETEEN + 40 * DAY));
    let path = format!("{V1_ENTRY}?datastoreName=s&entryKey=a");
    assert_eq!(fixture.get(&path).await.text(), "1");
    fixture.emulator.close().await;
    fixture.get(&path).await.assert_gateway(503);
    fixture.get(V2).await.assert_v2(503, "UNAVAILABLE");
}

#[tokio::test]
async fn queries_that_are_not_utf_8_are_refused() {
    let fixture = Fixture::new();
    fixture.get(&format!("{V1}?prefix=%ff")).await.assert_validation("query");
    fixture.get(&format!("{V2}?filter=%ff")).await.assert_v2(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn versions_that_only_our_engine_kept_are_never_served() {
    let fixture = Fixture::new();
    // A universe's file as the daemon's own engine fills it.
    let path = fixture.folder.path().join("universes").join("7.db");
    let store = UniverseStore::open(&path, UniverseOptions::default()).unwrap();
    let mut revisions = Vec::new();
    for (value, now) in [("1", NINETEEN), ("2", NINETEEN + 1)] {
        let write = Write {
            address: EntryAddress {
                store: StoreName::parse("s").unwrap(),
                scope: Scope::global(),
                key: Key::parse("a").unwrap(),
            },
            value: JsonText::parse(value).unwrap(),
            user_ids: UserIds::default(),
            attributes: Attributes::default(),
            expected: Expectation::Any,
            now: Timestamp::from_ticks(now),
        };
        revisions.push(store.write(write).await.unwrap().revision);
    }
    store.close().await;
    let lost = &revisions[0];
    let version = format!("{V1_ENTRY}/versions/version?datastoreName=s&entryKey=a&versionId={lost}");
    fixture.get(&version).await.assert_v1(404, "VersionNotFound");
    fixture.get(&format!("{V2}/s/entries/a@{lost}")).await.assert_v2(400, "INVALID_ARGUMENT");
    let listed = fixture.get(&format!("{V1_ENTRY}/versions?datastoreName=s&entryKey=a")).await.json();
    assert_eq!(listed["versions"].as_array().unwrap().len(), 1);
    let listed = fixture.get(&format!("{V2}/s/entries/a:listRevisions")).await.json();
    assert_eq!(listed["dataStoreEntries"].as_array().unwrap().len(), 1);
    let at = fixture.get(&format!("{V2}/s/entries/a@latest:2024-07-22T19:00:00Z")).await;
    at.assert_v2(404, "NOT_FOUND");
}
