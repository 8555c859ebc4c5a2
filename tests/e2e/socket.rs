//! The socket from its upgrade to its end: `hello`, requests, deadlines, sizes, silence, and how many there may be (S-06).

use std::time::Duration;

use serde_json::{Value, json};
use tests::daemon::TestDaemon;
use tests::http::HttpClient;
use tests::socket::{Incoming, SocketClient, bearer, hello};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Message};

const POLICY: Option<u16> = Some(1008);

async fn connect(daemon: &TestDaemon) -> SocketClient {
    let token = daemon.token(daemon_core::permission::Role::SuperAdmin).await;
    SocketClient::connect(daemon.address, &token).await
}

#[tokio::test]
async fn hello_tells_both_sides_who_the_other_is() {
    let daemon = TestDaemon::empty().await;
    let mut socket = connect(&daemon).await;
    let mut welcome = socket.call(hello(1, 99)).await;
    assert!(welcome["instance"].is_string() && welcome["daemonVersion"].is_string());
    welcome["instance"] = json!("[id]");
    welcome["daemonVersion"] = json!("[version]");
    insta::assert_snapshot!(serde_json::to_string_pretty(&welcome).unwrap());
    daemon.stop().await;
}

#[tokio::test]
async fn versions_without_overlap_are_refused_with_both_and_the_remedy() {
    let daemon = TestDaemon::empty().await;
    for (oldest, newest, outdated) in [(2, 3, "update the daemon"), (0, 0, "update the client")] {
        let mut socket = connect(&daemon).await;
        let refused = socket.call(hello(oldest, newest)).await;
        assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("GEN004")));
        let message = refused["message"].as_str().unwrap();
        assert!(
            message.contains(&format!("{oldest} to {newest}")) && message.contains("1 to 1"),
            "{message}"
        );
        assert!(message.ends_with(outdated), "{message}");
        assert_eq!(socket.closed().await, POLICY);
    }
    daemon.stop().await;
}

#[tokio::test]
async fn anything_but_a_hello_first_closes_the_socket() {
    let daemon = TestDaemon::empty().await;
    for first in [
        String::new(),
        "hello".to_owned(),
        "[]".to_owned(),
        r#"{"body":{"type":"hello"}}"#.to_owned(),
        r#"{"id":"1","body":{}}"#.to_owned(),
        r#"{"id":"1","body":{"type":"system.status"}}"#.to_owned(),
        r#"{"id":"1","body":{"type":"subscribe"}}"#.to_owned(),
        json!({ "id": "1", "body": hello(1, 1), "colour": 1 }).to_string(),
    ] {
        let mut socket = connect(&daemon).await;
        socket.send_text(first.clone()).await;
        assert_eq!(socket.closed().await, POLICY, "{first}");
    }
    let mut unknown = hello(1, 1);
    unknown["colour"] = json!("red");
    let mut socket = connect(&daemon).await;
    assert_eq!(socket.call(unknown).await["code"], "GEN007");
    assert_eq!(socket.closed().await, POLICY);
    daemon.stop().await;
}

#[tokio::test]
async fn what_is_not_understood_is_refused_by_its_id_and_the_socket_goes_on() {
    let daemon = TestDaemon::empty().await;
    let mut socket = daemon.socket().await;
    for (body, code, named) in [
        (json!({ "type": "entries.guess" }), "GEN007", "entries.guess"),
        (json!({ "type": "hello" }), "GEN007", "hello"),
        (json!({ "type": "error" }), "GEN007", "error"),
        (json!({ "type": 7 }), "GEN007", ""),
        (json!({}), "GEN007", "type"),
        (json!([]), "GEN007", ""),
        (json!({ "type": "system.status", "colour": 1 }), "GEN007", "colour"),
        (json!({ "type": "entries.get", "store": "S" }), "GEN007", "key"),
        (json!({ "type": "entries.get", "store": "S", "key": "k" }), "DS001", "`S`"),
        (json!({ "type": "subscribe", "colour": 1 }), "GEN007", "colour"),
        (json!({ "type": "unsubscribe", "colour": 1 }), "GEN007", "colour"),
    ] {
        let refused = socket.call(body.clone()).await;
        assert_eq!(
            (&refused["type"], &refused["code"]),
            (&json!("error"), &json!(code)),
            "{body}: {refused}"
        );
        assert!(refused["message"].as_str().unwrap().contains(named), "{body}: {refused}");
    }
    for (text, code) in [
        ("not JSON", "DS016"),
        (r#"{"body":{"type":"system.status"}}"#, "GEN007"),
        (r#"{"id":7,"body":{"type":"system.status"}}"#, "GEN007"),
        (r#"{"id":"1","deadlineMs":-1,"body":{"type":"system.status"}}"#, "GEN007"),
        (r#"{"id":"1","colour":1,"body":{"type":"system.status"}}"#, "GEN007"),
    ] {
        socket.send_text(text.to_owned()).await;
        let frame = socket.next_frame().await.unwrap();
        assert_eq!(
            (&frame["body"]["type"], &frame["body"]["code"]),
            (&json!("error"), &json!(code)),
            "{text}"
        );
        assert!(frame.get("replyTo").is_none(), "nobody's answer: {frame}");
    }
    assert_eq!(socket.call(json!({ "type": "system.status" })).await["type"], "system.status");
    daemon.stop().await;
}

#[tokio::test]
async fn every_request_is_answered_once_also_two_of_one_id_and_many_at_a_time() {
    let daemon = TestDaemon::empty().await;
    let mut socket = daemon.socket().await;
    let body = json!({ "type": "entries.set", "store": "S", "key": "k", "value": 1, "createOnly": true });
    for _ in 0..2 {
        socket.send_text(json!({ "id": "same", "body": body }).to_string()).await;
    }
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let frame = socket.next_frame().await.unwrap();
        assert_eq!(frame["replyTo"], "same");
        outcomes.push(frame["body"]["type"].as_str().unwrap().to_owned());
    }
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["entries.set", "error"], "the second is not repeated, it is answered for itself");
    let mut open = Vec::new();
    for _ in 0..300 {
        open.push(socket.request(json!({ "type": "entries.get", "store": "S", "key": "k" })).await);
    }
    let mut ids = Vec::new();
    while !open.is_empty() {
        let frame = socket.next_frame().await.unwrap();
        let answered = frame["replyTo"].as_str().unwrap().to_owned();
        let index = open.iter().position(|id| *id == answered).expect("each request is answered once");
        open.swap_remove(index);
        let body = &frame["body"];
        assert!(body["type"] == "entries.get" || body["code"] == "GEN010", "{frame}");
        ids.push(frame["id"].as_str().unwrap().to_owned());
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "the daemon's own ids are unique");
    daemon.stop().await;
}

#[tokio::test]
async fn a_request_past_its_deadline_is_refused_and_a_write_is_not_called_undone() {
    let daemon = TestDaemon::empty().await;
    let mut socket = daemon.socket().await;
    let entries: Vec<_> =
        (0..1_000).map(|number| json!({ "key": format!("k{number}"), "value": "x".repeat(4_000) })).collect();
    let late = async |socket: &mut SocketClient, body: Value| {
        let frame = json!({ "id": "late", "deadlineMs": 0, "body": body });
        socket.send_text(frame.to_string()).await;
        socket.answer("late").await
    };
    let write =
        late(&mut socket, json!({ "type": "entries.import", "store": "S", "entries": entries })).await;
    assert_eq!((&write["type"], &write["code"]), (&json!("error"), &json!("DS007")), "{write}");
    assert!(write["message"].as_str().unwrap().contains("not known"), "{write}");
    let client = daemon.owner().await;
    let mut count = 0;
    for _ in 0..1_000 {
        // The writer works through its queue in order, so a write behind the import shows it done.
        client.put("/api/v1/datastores/T/keys/k", r#"{"value":1}"#).await.ok();
        let stores = client.get("/api/v1/datastores?prefix=S").await.ok();
        count = stores["datastores"][0]["keyCount"].as_u64().unwrap_or_default();
        if count > 0 {
            break;
        }
    }
    assert_eq!(count, 1_000);
    let read = late(&mut socket, json!({ "type": "entries.export", "store": "S", "limit": 256 })).await;
    assert_eq!((&read["type"], &read["code"]), (&json!("error"), &json!("GEN010")), "{read}");
    daemon.stop().await;
}

#[tokio::test]
async fn s_06_a_value_of_4_mb_crosses_in_fragments_both_ways() {
    let daemon = TestDaemon::empty().await;
    let mut socket = daemon.socket().await;
    // Characters of three bytes, so that fragments end inside of some.
    let value = "世".repeat((4_194_304 - 2) / 3);
    let set = json!({ "type": "entries.set", "store": "S", "key": "k", "value": value });
    let written = socket.call(set).await;
    assert_eq!(written["type"], "entries.set", "{written}");
    let read = socket.call(json!({ "type": "entries.get", "store": "S", "key": "k" })).await;
    assert!(read["value"] == value.as_str(), "the value came back whole");
    daemon.stop().await;
}

#[tokio::test]
async fn s_06_a_frame_over_1_mib_or_a_message_over_8_mib_closes_the_socket() {
    let daemon = TestDaemon::empty().await;
    let mut socket = daemon.socket().await;
    socket.send(Message::text("x".repeat((1 << 20) + 1))).await;
    assert_eq!(socket.closed().await, Some(1009));
    let mut socket = daemon.socket().await;
    socket.send_text("x".repeat((8 << 20) + 1)).await;
    let end = socket.next().await;
    // What was still being sent when the daemon closed may break the link before the reason is read.
    assert!(matches!(end, Incoming::Closed(Some(1009) | None)), "{end:?}");
    daemon.stop().await;
}

#[tokio::test]
async fn s_06_whatever_is_no_text_closes_the_socket() {
    let daemon = TestDaemon::empty().await;
    let binary = || Message::binary(b"{}".to_vec());
    let not_utf_8 = || {
        let bytes = Bytes::from_static(b"\"\xff\"");
        Message::Frame(Frame::message(bytes, OpCode::Data(Data::Text), true))
    };
    let unexpected = || {
        let bytes = Bytes::from_static(b"{}");
        Message::Frame(Frame::message(bytes, OpCode::Data(Data::Continue), true))
    };
    for (message, code) in [(binary(), 1003), (not_utf_8(), 1007), (unexpected(), 1002)] {
        let mut socket = daemon.socket().await;
        socket.send(message.clone()).await;
        assert_eq!(socket.closed().await, Some(code), "{message:?}");
    }
    let mut socket = connect(&daemon).await;
    socket.send(binary()).await;
    assert_eq!(socket.closed().await, Some(1003), "also before hello");
    daemon.stop().await;
}

#[tokio::test]
async fn s_06_no_hello_within_five_seconds_closes_the_socket() {
    let daemon = TestDaemon::empty().await;
    let mut socket = connect(&daemon).await;
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    assert_eq!(socket.closed().await, POLICY);
    // The daemon began to count before time was paused.
    assert!((4..=5).contains(&before.elapsed().as_secs()), "{:?}", before.elapsed());
    daemon.stop().await;
}

#[tokio::test]
async fn the_daemon_shows_every_ten_seconds_that_it_lives() {
    let daemon = TestDaemon::empty().await;
    let mut socket = daemon.socket().await;
    tokio::time::pause();
    for _ in 0..12 {
        let before = tokio::time::Instant::now();
        assert!(socket.event("heartbeat").await["at"].is_string());
        assert!(before.elapsed().as_secs() <= 10, "a client that answers pings stays");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn s_06_a_client_silent_for_a_minute_is_gone() {
    let daemon = TestDaemon::empty().await;
    let mut socket = daemon.socket().await;
    tokio::time::pause();
    // Nothing is read meanwhile, so no ping is answered.
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(socket.closed().await, POLICY);
    daemon.stop().await;
}

#[tokio::test]
async fn s_06_the_33rd_socket_of_a_principal_is_refused() {
    let daemon = TestDaemon::empty().await;
    let token = daemon.token(daemon_core::permission::Role::Viewer).await;
    let mut open = Vec::new();
    for _ in 0..32 {
        open.push(SocketClient::connect(daemon.address, &token).await.greeted().await);
    }
    assert_eq!(SocketClient::refused(daemon.address, &[bearer(&token)]).await, 429);
    daemon.socket().await;
    let mut closing = open.pop().unwrap();
    closing.send(Message::Close(None)).await;
    closing.closed().await;
    drop(closing);
    let mut reopened = None;
    for _ in 0..1_000 {
        // The daemon notices the end in its own time; each try is a round through it.
        reopened = SocketClient::try_connect(daemon.address, &[bearer(&token)]).await.ok();
        if reopened.is_some() {
            break;
        }
    }
    reopened.expect("a closed socket makes room").greeted().await;
    daemon.stop().await;
}

#[tokio::test]
async fn s_06_no_more_than_64_sockets_wait_for_their_hello() {
    let daemon = TestDaemon::empty().await;
    let mut waiting = Vec::new();
    for _ in 0..64 {
        waiting.push(connect(&daemon).await);
    }
    let token = daemon.token(daemon_core::permission::Role::Viewer).await;
    assert_eq!(SocketClient::refused(daemon.address, &[bearer(&token)]).await, 429);
    waiting.pop().unwrap().greeted().await;
    SocketClient::connect(daemon.address, &token).await.greeted().await;
    daemon.stop().await;
}

#[tokio::test]
async fn s_06_an_upgrade_without_a_valid_credential_is_refused_before_the_101() {
    let daemon = TestDaemon::empty().await;
    let browser = daemon.browser().await;
    let subprotocols = |token: &str| ("sec-websocket-protocol", format!("dsmp.v1, dsmp.token.{token}"));
    let cookie = || ("cookie", browser.cookie.clone());
    let api_token = daemon.token(daemon_core::permission::Role::Viewer).await;
    for headers in [
        vec![],
        vec![cookie()],
        vec![subprotocols(&browser.tab_token)],
        vec![cookie(), subprotocols("tab_invented")],
        vec![cookie(), subprotocols(&api_token)],
        vec![bearer("dsmp_invented")],
        vec![("authorization", "Proof cli.00.00".into())],
        vec![("authorization", format!("Basic {api_token}"))],
    ] {
        assert_eq!(SocketClient::refused(daemon.address, &headers).await, 401, "{headers:?}");
    }
    let headers = [cookie(), subprotocols(&browser.tab_token)];
    let mut socket = SocketClient::try_connect(daemon.address, &headers).await.unwrap().greeted().await;
    assert_eq!(socket.call(json!({ "type": "system.status" })).await["type"], "system.status");
    let no_upgrade = HttpClient::new(daemon.address).with_token(&api_token).get("/api/v1/ws").await;
    assert_eq!(no_upgrade.refusal(), (400, "GEN007".into()));
    daemon.stop().await;
}
