//! One success and one failure at least of every operation.

use serde_json::Value;

use crate::session::Session;

const V1: &str = "/datastores/v1/universes/7/standard-datastores";
const V2: &str = "/cloud/v2/universes/7";
const KEY: [(&str, &str); 3] = [
    ("x-api-key", "key"),
    ("roblox-entry-attributes", "{\"level\": 3}"),
    ("roblox-entry-userids", "[156, 261]"),
];

/// Runs all steps; each fails on another status than the one it names.
pub(crate) async fn run(session: &mut Session) {
    data_stores_v1(session).await;
    for parent in ["data-stores/s2", "data-stores/s3/scopes/x"] {
        entries_v2(session, parent).await;
    }
    data_stores_v2(session).await;
    ordered(session, &format!("{V2}/ordered-data-stores/o/scopes/global/entries"), "maxPageSize").await;
    let v1 = "/ordered-data-stores/v1/universes/7/orderedDataStores/o1/scopes/global/entries";
    ordered(session, v1, "max_page_size").await;
    memory(session).await;
    services(session).await;
    gateway(session).await;
}

async fn data_stores_v1(session: &mut Session) {
    let entry = format!("{V1}/datastore/entries/entry");
    let named = "datastoreName=s1&entryKey=a";
    session.send(404, "GET", &format!("{entry}?{named}"), "").await;
    let set = session.send_with(200, "POST", &format!("{entry}?{named}"), &KEY, "{\"a\":1}").await;
    let set: Value = serde_json::from_str(&set).unwrap();
    let version = set["version"].as_str().unwrap();
    session.send(400, "POST", &format!("{entry}?{named}"), "{").await;
    session.send(412, "POST", &format!("{entry}?{named}&exclusiveCreate=true"), "1").await;
    session.send(200, "GET", &format!("{entry}?{named}"), "").await;
    session.send(200, "POST", &format!("{entry}?datastoreName=s1&entryKey=n"), "5").await;
    session.send(200, "GET", &format!("{entry}?datastoreName=s1&entryKey=n"), "").await;
    session.send(400, "GET", &format!("{entry}?datastoreName=s1"), "").await;
    session.send_with(200, "POST", &format!("{entry}/increment?datastoreName=s1&entryKey=n"), &KEY, "").await;
    session.send(400, "POST", &format!("{entry}/increment?{named}"), "").await;
    session.send(400, "POST", &format!("{entry}/increment?{named}&incrementBy=x"), "").await;
    session.pass_hours(1);
    session.send(200, "POST", &format!("{entry}?{named}"), "[]").await;
    session.send(200, "GET", &format!("{entry}/versions/version?{named}&versionId={version}"), "").await;
    session.send(400, "GET", &format!("{entry}/versions/version?{named}&versionId=x"), "").await;
    session.send(204, "DELETE", &format!("{entry}?datastoreName=s1&entryKey=n"), "").await;
    session.send(404, "DELETE", &format!("{entry}?datastoreName=s1&entryKey=n"), "").await;
    session.send(200, "GET", &format!("{entry}/versions?{named}"), "").await;
    session.send(200, "GET", &format!("{entry}/versions?{named}&limit=1"), "").await;
    session.send(400, "GET", &format!("{entry}/versions?{named}&sortOrder=x"), "").await;
    session.send(200, "GET", &format!("{V1}/datastore/entries?datastoreName=s1&limit=1"), "").await;
    session.send(404, "GET", &format!("{V1}/datastore/entries?datastoreName=none"), "").await;
    session.send(200, "GET", V1, "").await;
    session.send(400, "GET", &format!("{V1}?cursor=x"), "").await;
    session.send(400, "GET", &format!("{V1}?limit=x"), "").await;
}

async fn entries_v2(session: &mut Session, parent: &str) {
    let entries = format!("{V2}/{parent}/entries");
    let body = "{\"value\":{\"a\":[1,null]},\"users\":[\"users/156\"],\"attributes\":{\"level\":3}}";
    session.send(404, "GET", &entries, "").await;
    session.send(200, "POST", &format!("{entries}?id=a"), body).await;
    session.send(400, "POST", &format!("{entries}?id=a"), body).await;
    session.send(200, "GET", &format!("{entries}/a"), "").await;
    session.send(200, "GET", &format!("{entries}/a@latest"), "").await;
    session.send(400, "GET", &format!("{entries}/a@none"), "").await;
    session.send(200, "PATCH", &format!("{entries}/a"), "{\"value\":1}").await;
    session.send(404, "PATCH", &format!("{entries}/none"), "{\"value\":1}").await;
    session.send(409, "PATCH", &format!("{entries}/a"), "{\"value\":1,\"etag\":\"x\"}").await;
    session.send(200, "POST", &format!("{entries}/a:increment"), "{\"amount\":1}").await;
    session.send(400, "POST", &format!("{entries}/a:increment"), "{}").await;
    session.pass_hours(1);
    session.send(200, "DELETE", &format!("{entries}/a"), "").await;
    session.send(404, "DELETE", &format!("{entries}/a"), "").await;
    session.send(200, "GET", &format!("{entries}/a:listRevisions"), "").await;
    session.send(400, "GET", &format!("{entries}/a:listRevisions?filter=x"), "").await;
    session.send(200, "POST", &format!("{entries}?id=b"), body).await;
    session.send(200, "GET", &format!("{entries}?maxPageSize=1&showDeleted=true"), "").await;
}

async fn data_stores_v2(session: &mut Session) {
    let stores = format!("{V2}/data-stores");
    session.send(200, "DELETE", &format!("{stores}/s2"), "").await;
    session.send(404, "DELETE", &format!("{stores}/none"), "").await;
    session.send(200, "GET", &format!("{stores}?showDeleted=true&maxPageSize=2"), "").await;
    session.send(400, "GET", &format!("{stores}?filter=x"), "").await;
    session.send(200, "POST", &format!("{stores}/s2:undelete"), "{}").await;
    session.send(404, "POST", &format!("{stores}/none:undelete"), "{}").await;
    session.send(200, "POST", &format!("{stores}:snapshot"), "{}").await;
    session.send_with(401, "POST", &format!("{stores}:snapshot"), &[], "{}").await;
}

async fn ordered(session: &mut Session, entries: &str, size: &str) {
    session.send(200, "POST", &format!("{entries}?id=a"), "{\"value\":5}").await;
    session.send(400, "POST", &format!("{entries}?id=a"), "{\"value\":5}").await;
    session.send(200, "POST", &format!("{entries}/b:increment"), "{\"amount\":7}").await;
    session.send(400, "POST", &format!("{entries}/b:increment"), "{}").await;
    session.send(200, "GET", &format!("{entries}?{size}=1"), "").await;
    session.send(400, "GET", &format!("{entries}?{size}=x"), "").await;
    session.send(200, "GET", &format!("{entries}/a"), "").await;
    session.send(404, "GET", &format!("{entries}/none"), "").await;
    session.send(200, "PATCH", &format!("{entries}/a"), "{\"value\":-5}").await;
    session.send(404, "PATCH", &format!("{entries}/none"), "{\"value\":5}").await;
    session.send(200, "DELETE", &format!("{entries}/a"), "").await;
    session.send(404, "DELETE", &format!("{entries}/a"), "").await;
}

async fn memory(session: &mut Session) {
    let items = format!("{V2}/memory-store/sorted-maps/m/items");
    let text_key = "{\"value\":{\"a\":[1]},\"ttl\":\"60s\",\"stringSortKey\":\"x\"}";
    session.send(200, "POST", &format!("{items}?id=a"), text_key).await;
    session.send(409, "POST", &format!("{items}?id=a"), text_key).await;
    session.send(200, "PATCH", &format!("{items}/b?allowMissing=true"), "{\"numericSortKey\":1.5}").await;
    session.send(404, "PATCH", &format!("{items}/none"), "{\"value\":1}").await;
    session.send(200, "GET", &format!("{items}/a"), "").await;
    session.send(404, "GET", &format!("{items}/none"), "").await;
    session.send(200, "GET", &items, "").await;
    session.send(200, "GET", &format!("{items}?maxPageSize=9&orderBy=id%20desc"), "").await;
    session.send(400, "GET", &format!("{items}?filter=x"), "").await;
    session.send(200, "DELETE", &format!("{items}/a"), "").await;
    session.send(404, "DELETE", &format!("{items}/a"), "").await;
    let items = format!("{V2}/memory-store/queues/q/items");
    session.send(200, "POST", &items, "{\"data\":1,\"priority\":2.5,\"ttl\":\"60s\"}").await;
    session.send(400, "POST", &items, "{\"data\":1,\"ttl\":\"60\"}").await;
    let read = session.send(200, "GET", &format!("{items}:read?count=9"), "").await;
    session.send(404, "GET", &format!("{items}:read?allOrNothing=true"), "").await;
    let read: Value = serde_json::from_str(&read).unwrap();
    let discard = serde_json::json!({ "readId": read["readId"] }).to_string();
    session.send(200, "POST", &format!("{items}:discard"), &discard).await;
    session.send(400, "POST", &format!("{items}:discard"), "{}").await;
    let flush = session.send(200, "POST", &format!("{V2}/memory-store:flush"), "").await;
    session.send(400, "POST", &format!("{V2}/memory-store:flush?scope=x"), "").await;
    let flush: Value = serde_json::from_str(&flush).unwrap();
    let operation = format!("/{}", flush["path"].as_str().unwrap());
    session.send(200, "GET", &operation, "").await;
    session.send(404, "GET", &format!("{operation}?scope=TEST"), "").await;
}

async fn services(session: &mut Session) {
    session.send(200, "GET", "/cloud/v2/users/156", "").await;
    session.send(404, "GET", "/cloud/v2/users/0", "").await;
    session.send(200, "GET", V2, "").await;
    session.send(400, "GET", "/cloud/v2/universes/x", "").await;
    let changes =
        "{\"vrEnabled\":true,\"discordSocialLink\":{\"title\":\"Chat\"},\"privateServerPriceRobux\":5}";
    session.send(200, "PATCH", V2, changes).await;
    session.send(400, "PATCH", V2, "{\"vrEnabled\":1}").await;
    let publish = format!("{V2}:publishMessage");
    session.send(200, "POST", &publish, "{\"topic\":\"t\",\"message\":\"m\"}").await;
    session.send(400, "POST", &publish, "{\"topic\":\"t\"}").await;
    let topic = "/messaging-service/v1/universes/7/topics/t";
    session.send(200, "POST", topic, "{\"message\":\"m\"}").await;
    session.send(400, "POST", topic, "{}").await;
    // The description has neither of these.
    session.send_with(200, "POST", "/api-keys/v1/introspect", &[], "{\"apiKey\":\"key\"}").await;
    session.send_with(401, "POST", "/api-keys/v1/introspect", &[], "{\"apiKey\":\"\"}").await;
    session.send_with(200, "POST", "/v1/usernames/users", &[], "{\"usernames\":[\"Player1\"]}").await;
    session.send_with(400, "POST", "/v1/usernames/users", &[], "{}").await;
}

async fn gateway(session: &mut Session) {
    session.send_with(401, "GET", V1, &[], "").await;
    session.send(404, "GET", "/cloud/v3", "").await;
    session.send(405, "PUT", V1, "").await;
}
