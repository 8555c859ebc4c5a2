//! Memory stores, messages, and look-ups.

use std::time::Duration;

use super::server::{Seen, Server, answer};
use super::{KEY, cloud, governor, value};
use crate::client::endpoint::Endpoint;
use crate::client::error::CloudError;
use crate::client::lookup::{GrantedStore, UserNames};
use crate::client::memory::{FlushScope, MapQuery, SortKey};
use crate::client::transport::SendSettings;

const BASE: &str = "/cloud/v2/universes/123/memory-store";

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn works_with_sorted_maps() {
    let item = r#"{"path":"cloud/v2/p/items/k","value":{ "a": 1.0 },"etag":"e","expireTime":"2024-07-22T19:46:42Z","id":"k","numericSortKey":2.5}"#;
    let server = Server::start(move |seen: &Seen| {
        let list = format!("{{\"items\":[{item}],\"nextPageToken\":\"t\"}}");
        Some(answer(200, &[], if seen.line.contains("/items?max") { &list } else { item }))
    })
    .await;
    let cloud = cloud(&server.base);
    let query = MapQuery { filter: Some("id > \"a\"".to_owned()), limit: 2, ..MapQuery::default() };
    let page = cloud.list_map_items("m", &query).await.unwrap();
    assert_eq!((page.items[0].value.as_str(), page.next.as_deref()), ("{ \"a\": 1.0 }", Some("t")));
    assert_eq!(page.items[0].sort_key, Some(SortKey::Number(2.5)));
    assert_eq!(cloud.get_map_item("m", "k").await.unwrap().as_ref(), page.items.first());
    let text = SortKey::Text("z".to_owned());
    cloud.create_map_item("m", "a/b", &value("[1.0]"), Some(&text), MINUTE).await.unwrap();
    cloud.update_map_item("m", "k", &value("1"), None, Duration::from_millis(1_500), true).await.unwrap();
    cloud.delete_map_item("m", "k").await.unwrap();
    let error = cloud.delete_map_item("m", "a/b").await.unwrap_err();
    assert!(matches!(error, CloudError::NotAddressable { .. }), "{error}");
    let seen: Vec<_> = server.seen().into_iter().map(|seen| format!("{} {}", seen.line, seen.body)).collect();
    let items = format!("{BASE}/sorted-maps/m/items");
    assert_eq!(
        seen,
        [
            format!("GET {items}?maxPageSize=2&orderBy=id&filter=id%20%3E%20%22a%22 "),
            format!("GET {items}/k "),
            format!("POST {items}?id=a%2Fb {{\"stringSortKey\":\"z\",\"ttl\":\"60s\",\"value\":[1.0]}}"),
            format!("PATCH {items}/k?allowMissing=true {{\"ttl\":\"1.500s\",\"value\":1}}"),
            format!("DELETE {items}/k "),
        ]
    );
}

#[tokio::test]
async fn works_with_queues() {
    let server = Server::start(|seen: &Seen| {
        let item = r#"{"path":"cloud/v2/p/items/i1","data":"x","priority":3}"#;
        Some(match seen.line.as_str() {
            line if line.contains(":read") => {
                answer(200, &[], &format!("{{\"readId\":\"r\",\"items\":[{item}]}}"))
            }
            line if line.contains(":discard") => answer(200, &[], "{}"),
            _ => answer(200, &[], item),
        })
    })
    .await;
    let cloud = cloud(&server.base);
    assert_eq!(cloud.add_queue_item("q", &value("\"x\""), 3.0, MINUTE).await.unwrap().id, "i1");
    let read = cloud.read_queue_items("q", 5, true, MINUTE).await.unwrap();
    assert_eq!((read.read_id.as_str(), read.items[0].data.as_str()), ("r", "\"x\""));
    cloud.discard_queue_items("q", "r").await.unwrap();
    let seen: Vec<_> = server.seen().into_iter().map(|seen| format!("{} {}", seen.line, seen.body)).collect();
    let items = format!("{BASE}/queues/q/items");
    assert_eq!(
        seen,
        [
            format!("POST {items} {{\"priority\":3.0,\"ttl\":\"60s\",\"data\":\"x\"}}"),
            format!("GET {items}:read?count=5&allOrNothing=true&invisibilityWindow=60s "),
            format!("POST {items}:discard {{\"readId\":\"r\"}}"),
        ]
    );
}

#[tokio::test]
async fn s_32_a_read_that_hides_items_is_sent_once() {
    let server = Server::always(answer(503, &[], "")).await;
    let error = cloud(&server.base).read_queue_items("q", 1, false, MINUTE).await.unwrap_err();
    assert!(matches!(error, CloudError::OutcomeUnknown { .. }), "{error}");
    server.only();
}

#[tokio::test]
async fn flushes_and_publishes() {
    let server = Server::start(|seen: &Seen| {
        let operation =
            r#"{"path":"cloud/v2/universes/123/memory-store/operations/op1","done":true,"response":{}}"#;
        Some(answer(200, &[], if seen.line.contains("publish") { "{}" } else { operation }))
    })
    .await;
    let cloud = cloud(&server.base);
    let status = cloud.flush_memory(FlushScope::Live).await.unwrap();
    assert!(status.is_done && status.error.is_none());
    assert_eq!(cloud.flush_status(&status.operation_id, FlushScope::Test).await.unwrap(), status);
    cloud.publish("topic", "say \"hi\"").await.unwrap();
    let seen: Vec<_> = server.seen().into_iter().map(|seen| format!("{} {}", seen.line, seen.body)).collect();
    assert_eq!(
        seen,
        [
            format!("POST {BASE}:flush?scope=LIVE {{}}"),
            format!("GET {BASE}/operations/op1?scope=TEST "),
            "POST /cloud/v2/universes/123:publishMessage {\"message\":\"say \\\"hi\\\"\",\"topic\":\"topic\"}".to_owned(),
        ]
    );
}

#[tokio::test]
async fn tells_what_the_key_may_do() {
    let body = r#"{"name":"mine","authorizedUserId":156,"scopes":[
        {"name":"universe-datastores.objects","operations":["read"],"universeDatastores":[{"universeId":"123","datastoreName":"*"}]},
        {"name":"universe","operations":["write"],"universeIds":[123,"*"]}],
        "enabled":true,"expired":false,"expirationTimeUtc":"2027-01-01T00:00:00Z"}"#;
    let server = Server::always(answer(200, &[], body)).await;
    let facts = cloud(&server.base).introspect().await.unwrap();
    assert!(facts.is_enabled && !facts.is_expired && facts.expires_at.is_some());
    assert_eq!((facts.name.as_str(), facts.authorised_user_id), ("mine", Some(156)));
    let all = GrantedStore { universe_id: "123".to_owned(), name: "*".to_owned() };
    assert_eq!(facts.grants[0].data_stores, [all]);
    assert_eq!(facts.grants[1].universe_ids, ["123", "*"]);
    let seen = server.only();
    assert_eq!(seen.line, "POST /api-keys/v1/introspect");
    assert_eq!(seen.body, format!("{{\"apiKey\":\"{KEY}\"}}"));
}

#[tokio::test]
async fn finds_universes_and_users() {
    let server = Server::start(|seen: &Seen| {
        Some(match seen.line.as_str() {
            "GET /cloud/v2/users/7" => answer(200, &[], r#"{"id":"7","name":"builder","displayName":"B"}"#),
            "GET /cloud/v2/users/8" => answer(404, &[], r#"{"code":"NOT_FOUND","message":"no"}"#),
            _ => answer(200, &[], r#"{"path":"universes/123","displayName":"Game","group":"groups/9"}"#),
        })
    })
    .await;
    let cloud = cloud(&server.base);
    assert_eq!(cloud.user(7).await.unwrap().unwrap().name, "builder");
    assert_eq!(cloud.user(8).await.unwrap(), None);
    let universe = cloud.universe().await.unwrap();
    assert_eq!((universe.name.as_str(), universe.owner.as_deref()), ("Game", Some("groups/9")));
}

#[tokio::test]
async fn s_20_names_are_looked_up_without_a_key() {
    let body = r#"{"data":[{"requestedUsername":"Builder","id":7,"name":"builder","displayName":"B"}]}"#;
    let server = Server::always(answer(200, &[], body)).await;
    let endpoint = Endpoint::parse(&server.base).unwrap();
    let names = UserNames::new(endpoint, governor(), SendSettings::default()).unwrap();
    let found = names.find(&["Builder".to_owned(), "nobody".to_owned()]).await.unwrap();
    assert_eq!((found.len(), found[0].id, found[0].display_name.as_str()), (1, 7, "B"));
    let seen = server.only();
    assert_eq!(seen.line, "POST /v1/usernames/users");
    assert_eq!(seen.body, r#"{"excludeBannedUsers":false,"usernames":["Builder","nobody"]}"#);
    assert_eq!((seen.header("x-api-key").as_str(), seen.header("authorization").as_str()), ("", ""));
    assert!(!seen.all().contains(KEY));
}
