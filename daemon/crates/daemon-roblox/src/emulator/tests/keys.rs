//! States of API keys, and what introspection tells of them.

use serde_json::{Value, json};

use super::{Answer, Fixture, NINETEEN, SECOND, V1_ENTRY, V2};
use crate::emulator::access::ApiKey;

const KEYS: &str = "/_emulator/keys";
const INTROSPECT: &str = "/api-keys/v1/introspect";

async fn set(fixture: &Fixture, settings: Value) -> Answer {
    let body = json!({ "apiKey": "k", "settings": settings }).to_string();
    fixture.send("PUT", KEYS, &[], body.as_bytes()).await
}

async fn list_with_key(fixture: &Fixture, address: &str) -> Answer {
    fixture.send_from(address, "GET", V2, &[("x-api-key", "k")], b"").await
}

async fn introspect(fixture: &Fixture, address: &str, key: &str) -> Answer {
    let body = json!({ "apiKey": key }).to_string();
    fixture.send_from(address, "POST", INTROSPECT, &[("x-api-key", "absent")], body.as_bytes()).await
}

#[tokio::test]
async fn a_key_works_only_while_enabled_in_time_and_from_its_addresses() {
    let mut fixture = Fixture::new();
    assert_eq!(list_with_key(&fixture, "127.0.0.1").await.status, 200);
    for state in ["disabled", "expired", "revoked"] {
        assert_eq!(set(&fixture, json!({ "state": state })).await.status, 200);
        list_with_key(&fixture, "127.0.0.1").await.assert_gateway(401);
    }
    // The state outlives a restart; other keys are not concerned.
    fixture.reopen().await;
    list_with_key(&fixture, "127.0.0.1").await.assert_gateway(401);
    assert_eq!(fixture.get(V2).await.status, 200);

    set(&fixture, json!({ "expiresAt": "2024-07-22T19:00:01Z" })).await;
    fixture.at(NINETEEN + SECOND - 1);
    assert_eq!(list_with_key(&fixture, "127.0.0.1").await.status, 200);
    fixture.at(NINETEEN + SECOND);
    list_with_key(&fixture, "127.0.0.1").await.assert_gateway(401);

    set(&fixture, json!({ "addresses": ["10.0.0.0/8", "127.0.0.1"] })).await;
    assert_eq!(list_with_key(&fixture, "10.9.9.9").await.status, 200);
    assert_eq!(list_with_key(&fixture, "127.0.0.1").await.status, 200);
    list_with_key(&fixture, "11.0.0.0").await.assert_gateway(403);
    list_with_key(&fixture, "::1").await.assert_gateway(403);
}

#[tokio::test]
async fn a_disabled_key_can_enable_itself() {
    let fixture = Fixture::with_keys(vec![ApiKey::unrestricted("k")]);
    let put = async |settings: Value| {
        let body = json!({ "apiKey": "k", "settings": settings }).to_string();
        fixture.send("PUT", KEYS, &[("x-api-key", "k")], body.as_bytes()).await
    };
    assert_eq!(put(json!({ "state": "disabled" })).await.status, 200);
    list_with_key(&fixture, "127.0.0.1").await.assert_gateway(401);
    assert_eq!(put(json!({})).await.status, 200);
    assert_eq!(list_with_key(&fixture, "127.0.0.1").await.status, 200);
}

#[tokio::test]
async fn permissions_of_a_key_are_set_and_shown_without_the_key() {
    let fixture = Fixture::with_keys(vec![ApiKey::unrestricted("test")]);
    list_with_key(&fixture, "127.0.0.1").await.assert_gateway(401);
    let settings = json!({
        "name": "reader",
        "permissions": [
            { "permission": "universe-datastores.objects:read", "universeId": "7", "datastoreName": "s" },
            { "permission": "universe-datastores.objects:list", "universeId": "7", "datastoreName": "s" },
            { "permission": "universe-messaging-service:publish" },
        ],
        "state": "enabled",
        "expiresAt": "2030-01-01T00:00:00Z",
        "addresses": [],
    });
    let shown = set(&fixture, settings.clone()).await.json();
    let digest = "8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a";
    assert_eq!(shown["keys"][0]["digest"], digest);
    assert_eq!(shown["keys"][0]["settings"]["name"], "reader");
    assert_eq!(fixture.get(KEYS).await.json(), shown);
    let entry = format!("{V1_ENTRY}?datastoreName=s&entryKey=a");
    fixture.set("a", "1", NINETEEN).await;
    let get = async |path: &str| fixture.send("GET", path, &[("x-api-key", "k")], b"").await;
    assert_eq!(get(&entry).await.text(), "1");
    get(&format!("{V1_ENTRY}?datastoreName=t&entryKey=a")).await.assert_v1(403, "Forbidden");
    list_with_key(&fixture, "127.0.0.1").await.assert_v2(403, "PERMISSION_DENIED");

    let told = introspect(&fixture, "127.0.0.1", "k").await;
    assert_eq!(told.status, 200);
    let expected = json!({
        "name": "reader",
        "authorizedUserId": 1,
        "scopes": [
            {
                "name": "universe-datastores.objects",
                "operations": ["read", "list"],
                "universeDatastores": [{ "universeId": "7", "datastoreName": "s" }],
            },
            { "name": "universe-messaging-service", "operations": ["publish"], "universeIds": ["*"] },
        ],
        "enabled": true,
        "expired": false,
        "expirationTimeUtc": "2030-01-01T00:00:00Z",
    });
    assert_eq!(told.json(), expected);
}

#[tokio::test]
async fn introspection_tells_the_state_unless_the_key_is_no_key() {
    let fixture = Fixture::new();
    let everything = introspect(&fixture, "127.0.0.1", "k").await.json();
    assert_eq!((&everything["enabled"], &everything["expired"]), (&json!(true), &json!(false)));
    assert_eq!(everything["scopes"][0]["universeIds"], json!(["*"]));
    set(&fixture, json!({ "state": "disabled" })).await;
    assert_eq!(introspect(&fixture, "127.0.0.1", "k").await.json()["enabled"], false);
    set(&fixture, json!({ "expiresAt": "2020-01-01T00:00:00Z" })).await;
    assert_eq!(introspect(&fixture, "127.0.0.1", "k").await.json()["expired"], true);
    set(&fixture, json!({ "addresses": ["10.0.0.1"] })).await;
    introspect(&fixture, "127.0.0.1", "k").await.assert_gateway(403);
    set(&fixture, json!({ "state": "revoked" })).await;
    introspect(&fixture, "127.0.0.1", "k").await.assert_gateway(401);
    introspect(&fixture, "127.0.0.1", "").await.assert_gateway(401);
    fixture.post(INTROSPECT, "{}").await.assert_gateway(400);
    let refused = fixture.get(INTROSPECT).await;
    refused.assert_gateway(405);
    assert_eq!(refused.header("allow"), "POST");
}

#[tokio::test]
async fn what_a_key_cannot_be_is_refused_and_changes_nothing() {
    let fixture = Fixture::new();
    for settings in [
        json!({ "state": "tired" }),
        json!({ "more": 1 }),
        json!({ "expiresAt": "tomorrow" }),
        json!({ "addresses": ["::1"] }),
        json!({ "addresses": vec!["10.0.0.1"; 1_001] }),
        json!({ "name": "n".repeat(101) }),
        json!({ "permissions": [{ "permission": "universe:fly" }] }),
        json!({ "permissions": [{ "permission": "universe:write", "universeId": "0" }] }),
        json!({ "permissions": [{ "permission": "universe:write", "datastoreName": "s" }] }),
        json!({ "permissions": [{ "permission": "universe-datastores.objects:read", "datastoreName": "n".repeat(101) }] }),
    ] {
        let refused = set(&fixture, settings).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(refused.json()["message"].is_string());
    }
    assert_eq!(fixture.get(KEYS).await.json(), json!({ "keys": [] }));
    let longest = json!({ "addresses": vec!["127.0.0.1"; 1_000], "name": "n".repeat(100) });
    assert_eq!(set(&fixture, longest).await.status, 200);
}

#[tokio::test]
async fn steering_takes_a_key_and_a_path_that_exists() {
    let fixture = Fixture::with_keys(vec![ApiKey::unrestricted("test")]);
    fixture.send("GET", KEYS, &[("x-api-key", "absent")], b"").await.assert_gateway(401);
    fixture.send("GET", KEYS, &[("x-api-key", "wrong")], b"").await.assert_gateway(401);
    let refused = fixture.get("/_emulator/nothing").await;
    assert_eq!((refused.status.as_u16(), refused.json()["message"].is_string()), (404, true));
    let refused = fixture.delete(KEYS).await;
    assert_eq!((refused.status.as_u16(), refused.header("allow")), (405, "GET, PUT"));
}
