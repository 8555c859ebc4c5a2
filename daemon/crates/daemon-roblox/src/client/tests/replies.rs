//! What Roblox, or something between us, may answer, and what becomes of it.

use std::time::Duration;

use super::server::{Server, answer};
use super::{KEY, VERSION, address, cloud, governor, nothing, settings, value};
use crate::client::OpenCloud;
use crate::client::endpoint::Endpoint;
use crate::client::entry::CloudWritten;
use crate::client::error::{CloudError, NotSent};
use crate::client::secret::ApiKey;
use crate::client::transport::SendSettings;
use crate::client::values::Precondition;

async fn set(cloud: &OpenCloud) -> Result<CloudWritten, CloudError> {
    let (users, attributes) = nothing();
    cloud.set(&address("k"), &value("1"), &users, &attributes, &Precondition::None).await
}

/// The error of a read and the error of a write that are answered so.
async fn errors(bytes: impl Into<Vec<u8>>) -> (CloudError, CloudError) {
    let server = Server::always(bytes).await;
    let cloud = cloud(&server.base);
    let read = cloud.get(&address("k")).await.unwrap_err();
    let before = server.seen().len();
    let write = set(&cloud).await.unwrap_err();
    assert_eq!(server.seen().len(), before + 1, "a write is sent once");
    for error in [&read, &write] {
        let text = error.to_string();
        assert!(!text.contains(KEY) && !text.contains('\n') && text.len() < 700, "{text}");
    }
    (read, write)
}

#[tokio::test]
async fn s_20_the_key_follows_no_redirect() {
    let elsewhere = Server::always(answer(200, &[], "{}")).await;
    for status in [300, 301, 302, 303, 304, 307, 308] {
        for target in [
            elsewhere.base.clone(),
            format!("{}/datastores", elsewhere.base),
            elsewhere.base.replace("http:", ""),
            elsewhere.base.replace("127.0.0.1", "localhost"),
            "https://apis.roblox.com.example/".to_owned(),
            "/elsewhere".to_owned(),
            "file:///etc/passwd".to_owned(),
        ] {
            let here = Server::always(answer(status, &[("location", &target)], "")).await;
            let cloud = cloud(&here.base);
            let read = cloud.get(&address("k")).await.unwrap_err();
            assert!(matches!(read, CloudError::Redirected { status: seen } if seen == status), "{read}");
            let write = set(&cloud).await.unwrap_err();
            assert!(matches!(write, CloudError::Redirected { .. }), "{write}");
            assert_eq!(here.seen().len(), 2, "{status} {target}");
        }
    }
    assert!(elsewhere.seen().is_empty(), "{:?}", elsewhere.seen());
}

#[tokio::test]
async fn s_20_the_key_stands_in_its_header_alone() {
    let server = Server::always(answer(204, &[], "")).await;
    let cloud = cloud(&server.base);
    assert!(cloud.get(&address("k")).await.unwrap().is_none());
    cloud.delete(&address("k")).await.unwrap();
    for seen in server.seen() {
        assert_eq!(seen.header("x-api-key"), KEY);
        assert_eq!(seen.all().matches(KEY).count(), 1, "{seen:?}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let gateway = r#"{"errors":[{"code":0,"message":"Invalid API Key canary-key"}]}"#;
    let (read, write) = errors(answer(401, &[], gateway)).await;
    for error in [read, write] {
        assert!(
            matches!(&error, CloudError::Unauthorised { message } if message == "Invalid API Key (API key)"),
            "{error}"
        );
    }
    let forbidden = r#"{"error":"INSUFFICIENT_SCOPE","message":"no scope","errorDetails":[{"datastoreErrorCode":"Forbidden"}]}"#;
    let (read, write) = errors(answer(403, &[], forbidden)).await;
    for (error, permission) in [(read, "objects:read"), (write, "objects:update")] {
        let text = error.to_string();
        assert!(text.contains(&format!("add the permission `universe-datastores.{permission}`")), "{text}");
    }
    let missing = r#"{"error":"NOT_FOUND","message":"Datastore not found.","errorDetails":[{"datastoreErrorCode":"DatastoreNotFound"}]}"#;
    let (read, _) = errors(answer(404, &[], missing)).await;
    assert!(matches!(&read, CloudError::NotFound { code, .. } if code == "DatastoreNotFound"), "{read}");
    let (read, write) = errors(answer(400, &[], r#"{"code":"INVALID_ARGUMENT","message":"bad"}"#)).await;
    for error in [read, write] {
        assert_eq!(
            error.to_string(),
            "Roblox refused the request (400 INVALID_ARGUMENT): bad; correct what it names, then repeat"
        );
        assert!(error.is_without_effect());
    }
}

#[tokio::test]
async fn an_absent_entry_is_none() {
    let body = r#"{"error":"NOT_FOUND","message":"Entry not found in the datastore.","errorDetails":[{"datastoreErrorCode":"EntryNotFound"}]}"#;
    for bytes in [answer(404, &[], body), answer(204, &[], "")] {
        let server = Server::always(bytes).await;
        assert_eq!(cloud(&server.base).get(&address("k")).await.unwrap(), None);
    }
}

#[tokio::test]
async fn s_31_a_conflict_tells_the_current_entry() {
    let headers = [("roblox-entry-version", VERSION), ("roblox-entry-userids", "[7]")];
    let create = async |bytes: Vec<u8>| {
        let server = Server::always(bytes).await;
        let (users, attributes) = nothing();
        let cloud = cloud(&server.base);
        cloud.set(&address("k"), &value("1"), &users, &attributes, &Precondition::Absent).await.unwrap_err()
    };
    let error = create(answer(412, &headers, "{\"now\": 1}")).await;
    let CloudError::Conflict { current: Some(current) } = error else { panic!("{error}") };
    assert_eq!((current.value.as_str(), current.user_ids.as_slice()), ("{\"now\": 1}", [7].as_slice()));
    let error = create(answer(412, &[], "<html>")).await;
    assert!(matches!(error, CloudError::Conflict { current: None }), "{error}");
    let (read, write) = errors(answer(412, &[], "")).await;
    for error in [read, write] {
        assert!(matches!(error, CloudError::Refused { status: 412, .. }), "nothing was expected: {error}");
    }
}

#[tokio::test]
async fn reads_repeat_after_refusals_and_faults() {
    for status in [429, 500, 503] {
        let server = Server::always(answer(status, &[("retry-after", "0")], "")).await;
        let settings = settings(Duration::from_secs(20), 2);
        let key = ApiKey::new(KEY).ok().unwrap();
        let endpoint = Endpoint::parse(&server.base).unwrap();
        let cloud = OpenCloud::new(endpoint, key, 1, governor(), settings).unwrap();
        let error = cloud.get(&address("k")).await.unwrap_err();
        assert_eq!(server.seen().len(), 2, "{status}: {error}");
    }
}

#[tokio::test]
async fn s_32_a_write_of_unknown_outcome_is_sent_once_and_said_to_be_unknown() {
    let good = answer(200, &[], &format!("{{\"version\":\"{VERSION}\"}}"));
    let cut = good[..good.len() - 5].to_vec();
    for bytes in [
        answer(500, &[], ""),
        answer(502, &[], "<html>bad gateway</html>"),
        answer(503, &[("retry-after", "0")], ""),
        answer(504, &[], ""),
        answer(408, &[], ""),
        answer(200, &[], ""),
        answer(200, &[], "<html>sign in to the hotel's network</html>"),
        answer(200, &[], "{\"version\":7}"),
        answer(200, &[], "{\"version\":\"\"}"),
        answer(200, &[], "[]"),
        cut,
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n".to_vec(),
        b"junk\r\n\r\n".to_vec(),
        Vec::new(),
    ] {
        let server = Server::always(bytes.clone()).await;
        let error = set(&cloud(&server.base)).await.unwrap_err();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(matches!(error, CloudError::OutcomeUnknown { .. }), "{error} after {text}");
        assert!(!error.is_without_effect());
        assert_eq!(server.seen().len(), 1, "{text}");
    }
}

#[tokio::test]
async fn a_throttled_write_is_certain_and_says_when() {
    let server = Server::always(answer(429, &[("retry-after", "7")], "{\"message\":\"slow down\"}")).await;
    let error = set(&cloud(&server.base)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Roblox has too many requests from this experience or key owner (slow down); repeat in 7 seconds"
    );
    assert!(error.is_without_effect());
}

#[tokio::test]
async fn s_24_replies_that_cannot_be_used_are_refused() {
    let version = ("roblox-entry-version", VERSION);
    let truncated = b"HTTP/1.1 200 OK\r\nroblox-entry-version: v\r\ncontent-length: 100\r\n\r\n{}".to_vec();
    let short = b"HTTP/1.1 200 OK\r\nconnection: close\r\nroblox-entry-version: v\r\ncontent-length: 3\r\n\r\n{\"a\":1}".to_vec();
    let negative = b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}".to_vec();
    let odd_header =
        b"HTTP/1.1 200 OK\r\nroblox-entry-version: \xff\xfe\r\ncontent-length: 2\r\n\r\n{}".to_vec();
    for bytes in [
        answer(200, &[version], ""),
        answer(200, &[version], "<html></html>"),
        answer(200, &[version], "{\"a\":"),
        answer(200, &[version, ("content-md5", "AAAA")], "{}"),
        answer(200, &[version, version], "{}"),
        answer(200, &[version, ("roblox-entry-userids", "{}")], "{}"),
        answer(200, &[version, ("roblox-entry-attributes", "x")], "{}"),
        answer(200, &[], "{}"),
        answer(206, &[version], "{}"),
        truncated,
        short,
        negative,
        odd_header,
    ] {
        let server = Server::always(bytes.clone()).await;
        let error = cloud(&server.base).get(&address("k")).await.unwrap_err();
        let is_known = matches!(error, CloudError::NotUnderstood { .. } | CloudError::Unanswered { .. });
        assert!(is_known, "{error} after {}", String::from_utf8_lossy(&bytes));
    }
}

#[tokio::test]
async fn s_24_a_reply_of_50_mb_is_not_held() {
    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 52428800\r\n\r\n".to_vec();
    let mut chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    chunked.extend_from_slice(b"3200000\r\n");
    chunked.resize(chunked.len() + 52_428_800, b' ');
    let mut endless = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    endless.resize(endless.len() + 52_428_800, b' ');
    for bytes in [announced, chunked, endless] {
        let server = Server::always(bytes).await;
        let error = cloud(&server.base).get(&address("k")).await.unwrap_err();
        assert!(error.to_string().contains("it is longer than 4259840 bytes"), "{error}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_gets_nothing() {
    let reason = async |base: &str| match set(&cloud(base)).await.unwrap_err() {
        CloudError::NotSent { reason, .. } => reason,
        error => panic!("{error}"),
    };
    assert_eq!(reason("https://nowhere.invalid").await, NotSent::Dns);
    let server = Server::always(answer(200, &[], "")).await;
    let tls = server.base.replace("http:", "https:");
    assert!(matches!(reason(&tls).await, NotSent::Tls(_)));
    assert!(server.seen().is_empty());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert!(matches!(reason(&closed).await, NotSent::Connect(_)));
}

#[tokio::test]
async fn a_reply_that_does_not_come_ends_at_the_deadline() {
    // A listener that nobody accepts from: connections are made, requests are never read.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let settings = settings(Duration::from_millis(50), 1);
    let key = ApiKey::new(KEY).ok().unwrap();
    let cloud = OpenCloud::new(Endpoint::parse(&base).unwrap(), key, 1, governor(), settings).unwrap();
    let error = set(&cloud).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "nobody knows whether the change was made (no reply in time); read it back before doing it again"
    );
    let error = cloud.get(&address("k")).await.unwrap_err();
    assert_eq!(error.to_string(), "Roblox did not answer (no reply in time); repeat later");
}

#[tokio::test]
async fn a_stop_sends_nothing() {
    let server = Server::always(answer(200, &[], "")).await;
    let governor = governor();
    let key = ApiKey::new(KEY).ok().unwrap();
    let endpoint = Endpoint::parse(&server.base).unwrap();
    let cloud = OpenCloud::new(endpoint, key, 1, governor.clone(), SendSettings::default()).unwrap();
    governor.stop();
    let error = cloud.get(&address("k")).await.unwrap_err();
    assert!(matches!(error, CloudError::NoPermit(_)), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn s_24_what_is_told_of_a_reply_that_cannot_be_read_is_short() {
    let text = format!("{{\"orderedDataStoreEntries\": \"{}\"}}", "a\\n".repeat(300_000));
    let server = Server::always(answer(200, &[], &text)).await;
    let query = crate::client::ordered::OrderedListQuery {
        store: daemon_core::names::StoreName::parse("Saves").unwrap(),
        scope: daemon_core::names::Scope::global(),
        is_descending: false,
        minimum: None,
        maximum: None,
        cursor: None,
        limit: 10,
    };
    let error = cloud(&server.base).list_ordered(&query).await.unwrap_err();
    assert!(matches!(error, CloudError::NotUnderstood { .. }), "{error}");
    let text = error.to_string();
    assert!(text.len() < 500 && !text.contains('\n') && text.contains("invalid type"), "{text}");
}
