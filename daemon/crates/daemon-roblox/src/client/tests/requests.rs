//! What is sent.

use std::time::Duration;

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{Scope, StoreName};
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;

use super::server::{Seen, Server, answer};
use super::{KEY, VERSION, address, cloud, nothing, value};
use crate::client::OpenCloud;
use crate::client::endpoint::Endpoint;
use crate::client::entry::content_md5;
use crate::client::error::CloudError;
use crate::client::listing::{EntryListQuery, StoreListQuery};
use crate::client::ordered::OrderedListQuery;
use crate::client::secret::ApiKey;
use crate::client::stores::AsOf;
use crate::client::transport::SendSettings;
use crate::client::values::{Precondition, VersionQuery};
use crate::governor::class::Pool;
use crate::governor::limits::{Limit, Limits, Share};
use crate::governor::{Governor, GovernorError};

const BASE: &str = "/datastores/v1/universes/123/standard-datastores";

fn entry_answer(body: &str) -> Vec<u8> {
    let md5 = content_md5(body.as_bytes());
    let headers = [
        ("content-md5", md5.as_str()),
        ("roblox-entry-version", VERSION),
        ("roblox-entry-created-time", "2022-02-02T23:30:06.5388799+00:00"),
        ("roblox-entry-version-created-time", "2022-02-02T23:30:07.5388799+00:00"),
        ("roblox-entry-attributes", "{\"a\":1}"),
        ("roblox-entry-userids", "[156]"),
    ];
    answer(200, &headers, body)
}

fn version_answer() -> Vec<u8> {
    let body = format!(
        "{{\"version\":\"{VERSION}\",\"deleted\":false,\"contentLength\":3,\"createdTime\":\"2022-02-02T23:30:07Z\",\"objectCreatedTime\":\"2022-02-02T23:30:06Z\"}}"
    );
    answer(200, &[("content-type", "text/json")], &body)
}

#[tokio::test]
async fn gets_a_value_byte_for_byte() {
    let text = "{\"n\": 12345678901234567890, \"f\": 1.0 , \"e\": {}, \"u\": \"\\u00e9\"}";
    let server = Server::always(entry_answer(text)).await;
    let entry = cloud(&server.base).get(&address("a/b @é")).await.unwrap().unwrap();
    assert_eq!(entry.value.as_str(), text);
    assert_eq!((entry.revision.as_str(), entry.attributes.as_str()), (VERSION, "{\"a\":1}"));
    assert_eq!(entry.user_ids.as_slice(), [156]);
    assert_eq!(entry.written_at.unwrap().to_string(), "2022-02-02T23:30:07.5388799Z");
    let seen = server.only();
    assert_eq!(
        seen.line,
        format!(
            "GET {BASE}/datastore/entries/entry?datastoreName=Saves&scope=global&entryKey=a%2Fb%20%40%C3%A9"
        )
    );
    assert_eq!(
        (seen.header("x-api-key").as_str(), seen.header("accept").as_str()),
        (KEY, "application/json")
    );
}

#[tokio::test]
async fn s_30_users_and_attributes_are_always_sent() {
    let server = Server::start(|seen: &Seen| {
        Some(if seen.line.contains("/increment") { entry_answer("7") } else { version_answer() })
    })
    .await;
    let (users, attributes) = nothing();
    let cloud = cloud(&server.base);
    let written =
        cloud.set(&address("k"), &value("750"), &users, &attributes, &Precondition::None).await.unwrap();
    assert_eq!(written.revision.as_str(), VERSION);
    assert!(written.created_at < written.written_at);
    let users = UserIds::new(vec![1, -2]).unwrap();
    let attributes = Attributes::parse("{\n \"é\": 1\n}").unwrap();
    let expected = Precondition::Revision(AnyRevision::parse(VERSION).unwrap());
    cloud.set(&address("k"), &value("750"), &users, &attributes, &expected).await.unwrap();
    let (users, attributes) = nothing();
    cloud.set(&address("k"), &value("750"), &users, &attributes, &Precondition::Absent).await.unwrap();
    let sum = cloud.increment(&address("k"), -5, &users, &attributes).await.unwrap();
    assert_eq!(sum.value.as_str(), "7");
    let seen = server.seen();
    for (seen, condition, users, attributes) in [
        (&seen[0], String::new(), "[]", "{}"),
        (&seen[1], format!("&matchVersion={VERSION}"), "[1,-2]", "{  \"\\u00e9\": 1 }"),
        (&seen[2], "&exclusiveCreate=true".to_owned(), "[]", "{}"),
    ] {
        let target = format!("{BASE}/datastore/entries/entry?datastoreName=Saves&scope=global&entryKey=k");
        assert_eq!(seen.line, format!("POST {target}{condition}"));
        assert_eq!(seen.header("roblox-entry-userids"), users);
        assert_eq!(seen.header("roblox-entry-attributes"), attributes);
        assert_eq!(seen.header("content-md5"), "sTf90fedVsft8zZf6nUg8g==");
        assert_eq!((seen.header("content-type").as_str(), seen.body.as_str()), ("application/json", "750"));
    }
    let increment = &seen[3];
    assert!(
        increment.line.ends_with("/increment?datastoreName=Saves&scope=global&entryKey=k&incrementBy=-5")
    );
    assert_eq!(increment.header("roblox-entry-userids"), "[]");
    assert_eq!(increment.header("roblox-entry-attributes"), "{}");
    assert_eq!((increment.header("content-length").as_str(), increment.body.as_str()), ("0", ""));
}

#[tokio::test]
async fn deletes_and_reads_versions() {
    let server = Server::start(|seen: &Seen| {
        let list = format!(
            "{{\"versions\":[{{\"version\":\"{VERSION}\",\"deleted\":true,\"contentLength\":0}}],\"nextPageCursor\":\"n\"}}"
        );
        Some(match seen.line.split(' ').next() {
            Some("DELETE") => answer(204, &[], ""),
            _ if seen.line.contains("versionId") => entry_answer("1"),
            _ => answer(200, &[], &list),
        })
    })
    .await;
    let cloud = cloud(&server.base);
    cloud.delete(&address("k")).await.unwrap();
    let query = VersionQuery {
        until: Some(Timestamp::parse_rfc3339("2022-02-02T00:00:00Z").unwrap()),
        cursor: Some("c=".to_owned()),
        limit: 0,
        ..VersionQuery::default()
    };
    let page = cloud.list_versions(&address("k"), &query).await.unwrap();
    assert_eq!(page.next.as_deref(), Some("n"));
    assert!(page.items[0].is_removed && page.items[0].size_bytes == Some(0));
    let revision = AnyRevision::parse(VERSION).unwrap();
    assert!(cloud.get_version(&address("k"), &revision).await.unwrap().is_some());
    let lines: Vec<_> = server.seen().into_iter().map(|seen| seen.line).collect();
    assert!(lines[1].ends_with(
        "/versions?datastoreName=Saves&scope=global&entryKey=k&sortOrder=Descending&limit=1&endTime=2022-02-02T00%3A00%3A00.0000000Z&cursor=c%3D"
    ));
    assert!(lines[2].ends_with(&format!(
        "/versions/version?datastoreName=Saves&scope=global&entryKey=k&versionId={VERSION}"
    )));
}

#[tokio::test]
async fn lists_stores_and_entries_by_v2() {
    let server = Server::start(|seen: &Seen| {
        let entries = "{\"dataStoreEntries\":[{\"path\":\"universes/123/data-stores/Saves/scopes/a/b/entries/c/d\",\"id\":\"c/d\"}],\"nextPageToken\":\"\"}";
        let stores = "{\"dataStores\":[{\"path\":\"p\",\"id\":\"Saves\"},{\"id\":\"Saved\",\"state\":\"DELETED\",\"expireTime\":\"2022-02-02T00:00:00Z\"}],\"nextPageToken\":\"t\"}";
        Some(answer(200, &[], if seen.line.contains("/entries") { entries } else { stores }))
    })
    .await;
    let cloud = cloud(&server.base);
    let query = StoreListQuery { prefix: "Sa".to_owned(), shows_deleted: true, cursor: None, limit: 1_000 };
    let page = cloud.list_stores(&query).await.unwrap();
    assert_eq!(page.next.as_deref(), Some("t"));
    assert!(!page.items[0].is_deleted && page.items[1].is_deleted && page.items[1].expires_at.is_some());
    let mut query = EntryListQuery {
        store: StoreName::parse("Saves").unwrap(),
        scope: None,
        prefix: String::new(),
        cursor: None,
        limit: 256,
    };
    let page = cloud.list_entries(&query).await.unwrap();
    assert_eq!((page.items[0].scope.as_str(), page.items[0].key.as_str(), page.next), ("a/b", "c/d", None));
    query.scope = Some(Scope::parse("x").unwrap());
    query.prefix = "c".to_owned();
    let page = cloud.list_entries(&query).await.unwrap();
    assert_eq!(page.items[0].scope, "x");
    let lines: Vec<_> = server.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(
        lines,
        [
            "GET /cloud/v2/universes/123/data-stores?maxPageSize=100&filter=id.startsWith%28%22Sa%22%29&showDeleted=true",
            "GET /cloud/v2/universes/123/data-stores/Saves/scopes/-/entries?maxPageSize=256",
            "GET /cloud/v2/universes/123/data-stores/Saves/scopes/x/entries?maxPageSize=256&filter=id.startsWith%28%22c%22%29",
        ]
    );
}

#[tokio::test]
async fn names_that_fit_no_path_go_by_v1() {
    let server = Server::start(|seen: &Seen| {
        let versions = format!("{{\"versions\":[{{\"version\":\"{VERSION}\",\"deleted\":false}}]}}");
        Some(match seen.line.as_str() {
            line if line.contains("versionId") => entry_answer("1"),
            line if line.contains("/versions") => answer(200, &[], &versions),
            _ => answer(200, &[], "{\"keys\":[{\"scope\":\"s\",\"key\":\"k\"}],\"nextPageCursor\":\"\"}"),
        })
    })
    .await;
    let cloud = cloud(&server.base);
    for name in ["..", "a/b", "é", "a@b"] {
        let query = EntryListQuery {
            store: StoreName::parse(name).unwrap(),
            scope: None,
            prefix: String::new(),
            cursor: None,
            limit: 10,
        };
        assert_eq!(cloud.list_entries(&query).await.unwrap().items[0].scope, "s");
        let time = Timestamp::parse_rfc3339("2022-02-02T00:00:00Z").unwrap();
        assert!(cloud.get_as_of(&address(name), &AsOf::Time(time)).await.unwrap().is_some());
        let revision = AsOf::Revision(AnyRevision::parse(VERSION).unwrap());
        assert!(cloud.get_as_of(&address(name), &revision).await.unwrap().is_some());
    }
    assert!(server.seen().iter().all(|seen| seen.line.contains("/datastores/v1/")));
}

#[tokio::test]
async fn reads_as_of_a_time_by_v2() {
    let body = format!(
        "{{\"path\":\"p\",\"createTime\":\"2024-07-22T19:46:42.453649200Z\",\"revisionId\":\"{VERSION}\",\"revisionCreateTime\":\"2024-07-22T19:50:08.205250100Z\",\"state\":\"ACTIVE\",\"etag\":\"x\",\"value\":{{ \"a\":1.0 }},\"id\":\"k\",\"users\":[\"users/45348281\"],\"attributes\":{{}}}}"
    );
    let server = Server::always(answer(200, &[], &body)).await;
    let time = Timestamp::parse_rfc3339("2024-07-22T20:00:00Z").unwrap();
    let cloud = cloud(&server.base);
    let entry = cloud.get_as_of(&address("k"), &AsOf::Time(time)).await.unwrap().unwrap();
    let revision = AsOf::Revision(AnyRevision::parse(VERSION).unwrap());
    assert_eq!(cloud.get_as_of(&address("k"), &revision).await.unwrap().as_ref(), Some(&entry));
    assert_eq!((entry.value.as_str(), entry.user_ids.as_slice()), ("{ \"a\":1.0 }", [45_348_281].as_slice()));
    let lines: Vec<_> = server.seen().into_iter().map(|seen| seen.line).collect();
    let base = "GET /cloud/v2/universes/123/data-stores/Saves/scopes/global/entries/k%40";
    assert_eq!(
        lines,
        [format!("{base}latest%3A2024-07-22T20%3A00%3A00.0000000Z"), format!("{base}{VERSION}")]
    );
    let server = Server::always(answer(
        400,
        &[],
        "{\"code\":\"INVALID_ARGUMENT\",\"message\":\"Invalid version id.\"}",
    ))
    .await;
    let cloud = super::cloud(&server.base);
    assert_eq!(cloud.get_as_of(&address("k"), &revision).await.unwrap(), None);
    assert!(cloud.get_as_of(&address("k"), &AsOf::Time(time)).await.is_err());
}

#[tokio::test]
async fn changes_whole_stores() {
    let server = Server::start(|seen: &Seen| {
        let body = if seen.line.contains("snapshot") {
            "{\"newSnapshotTaken\":true,\"latestSnapshotTime\":\"2024-07-22T19:46:42Z\"}"
        } else {
            "{\"path\":\"p\",\"id\":\"Saves\",\"state\":\"DELETED\",\"expireTime\":\"2024-08-22T19:46:42Z\"}"
        };
        Some(answer(200, &[], body))
    })
    .await;
    let (cloud, store) = (cloud(&server.base), StoreName::parse("Saves").unwrap());
    assert!(cloud.snapshot().await.unwrap().is_new);
    assert!(cloud.delete_store(&store).await.unwrap().is_deleted);
    cloud.undelete_store(&store).await.unwrap();
    let error = cloud.delete_store(&StoreName::parse("a/b").unwrap()).await.unwrap_err();
    assert!(error.to_string().starts_with("`a/b` cannot be addressed"), "{error}");
    let seen: Vec<_> = server.seen().into_iter().map(|seen| (seen.line, seen.body)).collect();
    let base = "/cloud/v2/universes/123/data-stores";
    assert_eq!(
        seen,
        [
            (format!("POST {base}:snapshot"), "{}".to_owned()),
            (format!("DELETE {base}/Saves"), String::new()),
            (format!("POST {base}/Saves:undelete"), "{}".to_owned()),
        ]
    );
}

#[tokio::test]
async fn reads_and_writes_ordered_entries() {
    let server = Server::start(|seen: &Seen| {
        let list = "{\"orderedDataStoreEntries\":[{\"path\":\"p\",\"id\":\"k\",\"value\":5.0}],\"nextPageToken\":\"t\"}";
        let is_list = seen.line.starts_with("GET") && seen.line.contains("/entries?");
        Some(answer(200, &[], if is_list { list } else { "{\"id\":\"k\",\"value\":\"7\"}" }))
    })
    .await;
    let cloud = cloud(&server.base);
    let query = OrderedListQuery {
        store: StoreName::parse("Saves").unwrap(),
        scope: Scope::global(),
        is_descending: true,
        minimum: Some(-1),
        maximum: Some(9),
        cursor: None,
        limit: 10,
    };
    assert_eq!(cloud.list_ordered(&query).await.unwrap().items, [("k".to_owned(), 5)]);
    assert_eq!(cloud.get_ordered(&address("k")).await.unwrap(), Some(7));
    assert_eq!(cloud.create_ordered(&address("k"), 7).await.unwrap(), 7);
    assert_eq!(cloud.update_ordered(&address("k"), 7, true).await.unwrap(), 7);
    assert_eq!(cloud.increment_ordered(&address("k"), i64::MAX).await.unwrap(), 7);
    cloud.delete_ordered(&address("k")).await.unwrap();
    let seen: Vec<_> = server.seen().into_iter().map(|seen| format!("{} {}", seen.line, seen.body)).collect();
    let base = "/cloud/v2/universes/123/ordered-data-stores/Saves/scopes/global/entries";
    assert_eq!(
        seen,
        [
            format!(
                "GET {base}?maxPageSize=10&orderBy=value%20desc&filter=entry%20%3E%3D%20-1%20%26%26%20entry%20%3C%3D%209 "
            ),
            format!("GET {base}/k "),
            format!("POST {base}?id=k {{\"value\":7}}"),
            format!("PATCH {base}/k?allowMissing=true {{\"value\":7}}"),
            format!("POST {base}/k:increment {{\"amount\":{}}}", i64::MAX),
            format!("DELETE {base}/k "),
        ]
    );
}

#[tokio::test]
async fn ordered_names_that_fit_no_v2_path_go_by_v1() {
    let server = Server::start(|seen: &Seen| {
        let list = "{\"entries\":[{\"path\":\"p\",\"id\":\"a/b\",\"value\":5}],\"nextPageToken\":\"t\"}";
        let is_list = seen.line.starts_with("GET") && seen.line.contains("/entries?");
        Some(answer(200, &[], if is_list { list } else { "{\"path\":\"p\",\"id\":\"a/b\",\"value\":7}" }))
    })
    .await;
    let cloud = cloud(&server.base);
    let query = OrderedListQuery {
        store: StoreName::parse("é").unwrap(),
        scope: Scope::global(),
        is_descending: true,
        minimum: None,
        maximum: Some(9),
        cursor: Some("c=".to_owned()),
        limit: 1_000,
    };
    assert_eq!(cloud.list_ordered(&query).await.unwrap().items, [("a/b".to_owned(), 5)]);
    let query = OrderedListQuery { is_descending: false, maximum: None, cursor: None, ..query };
    assert_eq!(cloud.list_ordered(&query).await.unwrap().next.as_deref(), Some("t"));
    assert_eq!(cloud.get_ordered(&address("a/b")).await.unwrap(), Some(7));
    // The key of a new entry is no part of the path, so v2 takes it.
    assert_eq!(cloud.create_ordered(&address("a/b"), 7).await.unwrap(), 7);
    assert_eq!(cloud.update_ordered(&address("a/b"), 7, true).await.unwrap(), 7);
    assert_eq!(cloud.update_ordered(&address("a/b"), 7, false).await.unwrap(), 7);
    assert_eq!(cloud.increment_ordered(&address("a/b"), -1).await.unwrap(), 7);
    cloud.delete_ordered(&address("a/b")).await.unwrap();
    let seen: Vec<_> = server.seen().into_iter().map(|seen| format!("{} {}", seen.line, seen.body)).collect();
    let stores = "/ordered-data-stores/v1/universes/123/orderedDataStores";
    let entry = format!("{stores}/Saves/scopes/global/entries/a%2Fb");
    assert_eq!(
        seen,
        [
            format!(
                "GET {stores}/%C3%A9/scopes/global/entries?max_page_size=100&order_by=desc&filter=entry%20%3C%3D%209&page_token=c%3D "
            ),
            format!("GET {stores}/%C3%A9/scopes/global/entries?max_page_size=100 "),
            format!("GET {entry} "),
            "POST /cloud/v2/universes/123/ordered-data-stores/Saves/scopes/global/entries?id=a%2Fb {\"value\":7}"
                .to_owned(),
            format!("PATCH {entry}?allow_missing=true {{\"value\":7}}"),
            format!("PATCH {entry} {{\"value\":7}}"),
            format!("POST {entry}:increment {{\"amount\":-1}}"),
            format!("DELETE {entry} "),
        ]
    );
    for folded in [".", ".."] {
        let error = cloud.get_ordered(&address(folded)).await.unwrap_err();
        assert!(matches!(error, CloudError::NotAddressable { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_path_that_ordered_v1_does_not_know_is_no_absent_entry() {
    let check = async |status: u16, body: &str, is_absent: bool| {
        let server = Server::always(answer(status, &[], body)).await;
        let found = cloud(&server.base).get_ordered(&address("a/b")).await;
        assert_eq!(matches!(found, Ok(None)), is_absent, "{body}: {found:?}");
        assert!(is_absent || found.is_err(), "{body}: {found:?}");
    };
    check(404, "{\"code\":\"NOT_FOUND\",\"message\":\"no\"}", true).await;
    check(404, "{\"errors\":[{\"code\":0,\"message\":\"\"}]}", false).await;
    check(404, "<html>", false).await;
    check(200, "{\"path\":\"p\",\"id\":\"a\",\"value\":7}", false).await;
    check(200, "{\"path\":\"p\",\"value\":7}", false).await;
    let server = Server::always(answer(200, &[], "{\"id\":\"a\",\"value\":7}")).await;
    let error = cloud(&server.base).update_ordered(&address("a/b"), 7, true).await.unwrap_err();
    assert!(matches!(error, CloudError::OutcomeUnknown { .. }), "{error}");
}

#[tokio::test]
async fn prefixes_that_v2_cannot_say_go_by_v1() {
    let server = Server::start(|seen: &Seen| {
        let v1 = "{\"datastores\":[{\"name\":\"a\\\"b\",\"createdTime\":\"2022-02-18T22:38:59.9244932Z\"},{\"name\":\"a\"}],\"nextPageCursor\":\"n\"}";
        let v1_by_specification = "{\"data\":[{\"name\":\"a\\\\\",\"createdTime\":null}],\"nextPageCursor\":\"\"}";
        let v2 = "{\"dataStores\":[{\"id\":\"a\"},{\"id\":\"a\\\"\",\"state\":\"DELETED\"}]}";
        Some(answer(200, &[], match seen.line.as_str() {
            line if line.contains("/cloud/v2/") => v2,
            line if line.contains("%22") => v1,
            _ => v1_by_specification,
        }))
    })
    .await;
    let cloud = cloud(&server.base);
    let query = |prefix: &str, shows_deleted| StoreListQuery {
        prefix: prefix.to_owned(),
        shows_deleted,
        cursor: Some("c".to_owned()),
        limit: 5,
    };
    let page = cloud.list_stores(&query("a\"", false)).await.unwrap();
    assert_eq!((page.items.len(), page.items[0].name.as_str(), page.next.as_deref()), (1, "a\"b", Some("n")));
    assert!(page.items[0].created_at.is_some() && !page.items[0].is_deleted);
    let page = cloud.list_stores(&query("a\\", false)).await.unwrap();
    assert_eq!((page.items[0].name.as_str(), page.items[0].created_at, page.next), ("a\\", None, None));
    let page = cloud.list_stores(&query("a\"", true)).await.unwrap();
    assert!(page.items.len() == 1 && page.items[0].is_deleted);
    let lines: Vec<_> = server.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(
        lines,
        [
            format!("GET {BASE}?prefix=a%22&limit=5&cursor=c"),
            format!("GET {BASE}?prefix=a%5C&limit=5&cursor=c"),
            "GET /cloud/v2/universes/123/data-stores?maxPageSize=5&pageToken=c&showDeleted=true".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_person_is_refused_when_the_turn_does_not_come_and_a_job_waits() {
    let server = Server::always(entry_answer("1")).await;
    let mut limits = Limits::default();
    limits.set(Pool::StandardRead, Limit { requests: 1, bytes: None });
    let governor = Governor::new(limits, Share::new(100).unwrap(), 1);
    let settings = SendSettings { person_patience: Duration::from_millis(10), ..SendSettings::default() };
    let endpoint = Endpoint::parse(&server.base).unwrap();
    let key = ApiKey::new(KEY).ok().unwrap();
    let cloud = OpenCloud::new(endpoint, key, 123, governor.clone(), settings).unwrap();
    cloud.get(&address("a")).await.unwrap();
    let error = cloud.get(&address("b")).await.unwrap_err();
    let CloudError::NoPermit(GovernorError::NotInTime { next_free_in }) = error else { panic!("{error}") };
    assert!(next_free_in.is_some_and(|wait| wait > Duration::from_secs(50)), "{next_free_in:?}");
    let (job, wanted) = (cloud.for_jobs(), address("c"));
    let mut waiting = Box::pin(job.get(&wanted));
    let mut changes = governor.changes();
    tokio::select! {
        _ = &mut waiting => panic!("there is no room"),
        waits = changes.wait_for(|_| governor.meter().waiting_jobs == 1) => drop(waits.unwrap()),
    }
    server.only();
}
