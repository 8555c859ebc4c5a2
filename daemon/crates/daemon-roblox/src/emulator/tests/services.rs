//! Users, universes and messages.

use serde_json::{Value, json};

use super::{Answer, Fixture};
use crate::emulator::access::{ApiKey, Grant, Permission};

const USERS: &str = "/_emulator/users";
const MESSAGES: &str = "/_emulator/messages";
const UNIVERSE: &str = "/cloud/v2/universes/7";
const PUBLISH: &str = "/cloud/v2/universes/7:publishMessage";

async fn put(fixture: &Fixture, body: &Value) -> Answer {
    fixture.send("PUT", USERS, &[], body.to_string().as_bytes()).await
}

async fn look_up(fixture: &Fixture, names: &[&str]) -> Value {
    let body = json!({ "usernames": names, "excludeBannedUsers": false }).to_string();
    let answer =
        fixture.send("POST", "/v1/usernames/users", &[("x-api-key", "absent")], body.as_bytes()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"].clone()
}

#[tokio::test]
async fn users_are_made_up_until_they_are_named() {
    let mut fixture = Fixture::new();
    let user = fixture.get("/cloud/v2/users/156").await.json();
    assert_eq!(user["path"], "users/156");
    assert_eq!((&user["id"], &user["name"]), (&json!("156"), &json!("Player156")));
    assert_eq!(fixture.get("/cloud/v2/users/156").await.json(), user);
    assert_eq!(put(&fixture, &json!({ "id": "156", "name": "builderman" })).await.status, 200);
    let named = json!({ "id": "261", "name": "Shed_1", "displayName": "Shedletsky" });
    assert_eq!(put(&fixture, &named).await.json()["users"][1], named);
    fixture.reopen().await;
    assert_eq!(fixture.get("/cloud/v2/users/156").await.json()["displayName"], "builderman");
    let found = look_up(&fixture, &["SHED_1", "player156", "player7", "nobody", "Player7", ""]).await;
    let expected = json!([
        {
            "requestedUsername": "SHED_1",
            "hasVerifiedBadge": false,
            "id": 261,
            "name": "Shed_1",
            "displayName": "Shedletsky",
        },
        {
            "requestedUsername": "player7",
            "hasVerifiedBadge": false,
            "id": 7,
            "name": "Player7",
            "displayName": "Player7",
        },
    ]);
    assert_eq!(found, expected);
}

#[tokio::test]
async fn ids_that_nobody_has_are_told() {
    let fixture = Fixture::new();
    assert_eq!(fixture.get("/cloud/v2/users/10000000000").await.status, 200);
    fixture.get("/cloud/v2/users/10000000001").await.assert_v2(404, "NOT_FOUND");
    fixture.get("/cloud/v2/users/0").await.assert_v2(404, "NOT_FOUND");
    for id in ["x", "-1", "+1", "99999999999999999999"] {
        fixture.get(&format!("/cloud/v2/users/{id}")).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    fixture.send("GET", "/cloud/v2/users/1", &[("x-api-key", "absent")], b"").await.assert_gateway(401);
    fixture.post("/cloud/v2/users/1", "{}").await.assert_gateway(405);
    fixture.post("/v1/usernames/users", "{}").await.assert_gateway(400);
    let many = |count: usize| json!({ "usernames": vec!["a"; count] }).to_string();
    assert_eq!(fixture.post("/v1/usernames/users", &many(100)).await.status, 200);
    fixture.post("/v1/usernames/users", &many(101)).await.assert_gateway(400);
}

#[tokio::test]
async fn names_are_checked_and_belong_to_one_user() {
    let fixture = Fixture::new();
    let name = |name: &str, display: &str| json!({ "id": "1", "name": name, "displayName": display });
    for (body, status) in [
        (name("abc", "a"), 200),
        (name(&"a".repeat(20), &"é".repeat(20)), 200),
        (name("ab", "a"), 400),
        (name(&"a".repeat(21), "a"), 400),
        (name("a b", "a"), 400),
        (name("abc", ""), 400),
        (name("abc", &"a".repeat(21)), 400),
        (json!({ "id": "0", "name": "abc" }), 400),
        (json!({ "id": "10000000001", "name": "abc" }), 400),
        (json!({ "id": 1, "name": "abc" }), 400),
        (json!({ "id": "1", "name": "abc", "more": 1 }), 400),
        (name("Owner", "a"), 200),
        (json!({ "id": "2", "name": "OWNER" }), 409),
        (json!({ "id": "2", "name": "player3" }), 409),
        (json!({ "id": "3", "name": "player3" }), 200),
        (json!({ "id": "2", "name": "abc" }), 200),
    ] {
        let answer = put(&fixture, &body).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
    }
    assert_eq!(look_up(&fixture, &["owner"]).await[0]["id"], 1);
}

#[tokio::test]
async fn a_universe_is_described_and_changed_by_mask() {
    let mut fixture = Fixture::new();
    let made_up = fixture.get(UNIVERSE).await.json();
    assert_eq!(
        (&made_up["path"], &made_up["rootPlace"]),
        (&json!("universes/7"), &json!("universes/7/places/7"))
    );
    assert_eq!(made_up["privateServerPriceRobux"], 0);
    let link = json!({ "title": "Chat", "uri": "https://example.com" });
    let body = json!({ "vrEnabled": true, "discordSocialLink": link, "privateServerPriceRobux": 5, "displayName": "x" });
    let changed = fixture.patch(UNIVERSE, &body.to_string()).await.json();
    assert_eq!((&changed["vrEnabled"], &changed["discordSocialLink"]), (&json!(true), &link));
    assert_eq!(
        (&changed["displayName"], &changed["privateServerPriceRobux"]),
        (&json!("Universe 7"), &json!(5))
    );
    assert_eq!(changed["updateTime"], "2024-07-22T19:00:00Z");
    let masked = format!("{UNIVERSE}?updateMask=privateServerPriceRobux,vrEnabled");
    let changed = fixture.patch(&masked, "{\"vrEnabled\":false,\"mobileEnabled\":false}").await.json();
    assert_eq!((&changed["vrEnabled"], &changed["mobileEnabled"]), (&json!(false), &json!(true)));
    assert!(changed.get("privateServerPriceRobux").is_none());
    fixture.reopen().await;
    assert_eq!(fixture.get(UNIVERSE).await.json(), changed);
    assert_eq!(fixture.get("/cloud/v2/universes/8").await.json()["vrEnabled"], false);

    for body in [
        "[]",
        "{\"vrEnabled\":1}",
        "{\"privateServerPriceRobux\":-1}",
        "{\"privateServerPriceRobux\":2147483648}",
        "{\"discordSocialLink\":{\"title\":1}}",
        "{\"discordSocialLink\":{\"more\":\"\"}}",
    ] {
        fixture.patch(UNIVERSE, body).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    let masked = format!("{UNIVERSE}?updateMask=displayName");
    fixture.patch(&masked, "{\"displayName\":\"x\"}").await.assert_v2(400, "INVALID_ARGUMENT");
    fixture.get("/cloud/v2/universes/x").await.assert_v2(400, "INVALID_ARGUMENT");
    assert_eq!(fixture.get(UNIVERSE).await.json(), changed);
}

#[tokio::test]
async fn messages_are_published_up_to_their_limits_and_shown() {
    let fixture = Fixture::new();
    let body = |topic: usize, message: usize| {
        json!({ "topic": "é".repeat(topic), "message": "é".repeat(message) }).to_string()
    };
    let published = fixture.post(PUBLISH, &body(80, 1_024)).await;
    assert_eq!((published.status.as_u16(), published.text()), (200, "{}"));
    assert_eq!(fixture.post(PUBLISH, &body(1, 0)).await.status, 200);
    for refused in
        [&body(81, 1), &body(0, 1), &body(1, 1_025), "{}", "{\"topic\":\"a\"}", "{\"message\":\"a\"}"]
    {
        fixture.post(PUBLISH, refused).await.assert_v2(400, "INVALID_ARGUMENT");
    }
    let v1 = "/messaging-service/v1/universes/9/topics/a%20b";
    let published = fixture.post(v1, "{\"message\":\"hello\"}").await;
    assert_eq!((published.status.as_u16(), published.text()), (200, ""));
    fixture.post(v1, "{}").await.assert_v2(400, "INVALID_ARGUMENT");
    let long = format!("/messaging-service/v1/universes/9/topics/{}", "a".repeat(81));
    fixture.post(&long, "{\"message\":\"hello\"}").await.assert_v2(400, "INVALID_ARGUMENT");
    let shown = fixture.get(MESSAGES).await.json();
    assert_eq!(shown["messages"].as_array().unwrap().len(), 3);
    let expected = json!({
        "time": "2024-07-22T19:00:00.0000000Z",
        "universeId": "9",
        "topic": "a b",
        "message": "hello",
    });
    assert_eq!(shown["messages"][2], expected);
}

#[tokio::test]
async fn the_latest_messages_are_kept() {
    let fixture = Fixture::new();
    for number in 0..=1_000 {
        fixture.post(PUBLISH, &format!("{{\"topic\":\"t\",\"message\":\"{number}\"}}")).await;
    }
    let shown = fixture.get(MESSAGES).await.json();
    let messages = shown["messages"].as_array().unwrap();
    assert_eq!((messages.len(), &messages[0]["message"]), (1_000, &json!("1")));
}

#[tokio::test]
async fn publishing_and_changing_take_their_permissions() {
    let grant = |permission| Grant { permission, universe: Some(7), store: None };
    let keys = vec![
        ApiKey::with_grants("publisher", vec![grant(Permission::Publish)]),
        ApiKey::with_grants("writer", vec![grant(Permission::WriteUniverse)]),
    ];
    let fixture = Fixture::with_keys(keys);
    let send = async |key: &str, method: &str, path: &str, body: &str| {
        fixture.send(method, path, &[("x-api-key", key)], body.as_bytes()).await
    };
    let message = "{\"topic\":\"t\",\"message\":\"m\"}";
    assert_eq!(send("publisher", "POST", PUBLISH, message).await.status, 200);
    send("writer", "POST", PUBLISH, message).await.assert_v2(403, "PERMISSION_DENIED");
    let other = "/cloud/v2/universes/8:publishMessage";
    send("publisher", "POST", other, message).await.assert_v2(403, "PERMISSION_DENIED");
    assert_eq!(send("writer", "PATCH", UNIVERSE, "{\"vrEnabled\":true}").await.status, 200);
    send("publisher", "PATCH", UNIVERSE, "{}").await.assert_v2(403, "PERMISSION_DENIED");
    assert_eq!(send("publisher", "GET", UNIVERSE, "").await.status, 200);
    assert_eq!(send("publisher", "GET", "/cloud/v2/users/1", "").await.status, 200);
}
