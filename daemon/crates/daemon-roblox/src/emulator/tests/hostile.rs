//! Requests nobody would send: each is answered in one of Roblox's shapes, and none fails inside.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use super::{Answer, Fixture};

const METHODS: &[&str] = &["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"];

const PATHS: &[&str] = &[
    "/datastores/v1/universes/7/standard-datastores",
    "/datastores/v1/universes/7/standard-datastores/datastore/entries",
    "/datastores/v1/universes/7/standard-datastores/datastore/entries/entry",
    "/datastores/v1/universes/7/standard-datastores/datastore/entries/entry/increment",
    "/datastores/v1/universes/7/standard-datastores/datastore/entries/entry/versions",
    "/datastores/v1/universes/7/standard-datastores/datastore/entries/entry/versions/version",
    "/cloud/v2/universes/7/data-stores",
    "/cloud/v2/universes/7/data-stores:snapshot",
    "/cloud/v2/universes/7/data-stores/s",
    "/cloud/v2/universes/7/data-stores/s:undelete",
    "/cloud/v2/universes/7/data-stores/s/entries",
    "/cloud/v2/universes/7/data-stores/s/scopes/-/entries",
    "/cloud/v2/universes/7/data-stores/s/entries/",
    "/cloud/v2/universes/7/data-stores/s/scopes/x/entries/",
    "/cloud/v2/universes/7/ordered-data-stores/s/scopes/x/entries",
    "/cloud/v2/universes/7/ordered-data-stores/s/scopes/x/entries/",
    "/ordered-data-stores/v1/universes/7/orderedDataStores/s/scopes/x/entries/",
    "/cloud/v2/universes/7/memory-store/sorted-maps/m/items",
    "/cloud/v2/universes/7/memory-store/sorted-maps/m/items/",
    "/cloud/v2/universes/7/memory-store/queues/q/items",
    "/cloud/v2/universes/7/memory-store/queues/q/items:read",
    "/cloud/v2/universes/7/memory-store/queues/q/items:discard",
    "/cloud/v2/universes/7/memory-store:flush",
    "/cloud/v2/universes/7/memory-store/operations/",
    "/cloud/v2/universes/7",
    "/cloud/v2/universes/7:publishMessage",
    "/messaging-service/v1/universes/7/topics/",
    "/cloud/v2/users/",
    "/v1/usernames/users",
    "/api-keys/v1/introspect",
];

const NAMES: &[&str] = &[
    "datastoreName",
    "entryKey",
    "scope",
    "allScopes",
    "prefix",
    "cursor",
    "limit",
    "matchVersion",
    "exclusiveCreate",
    "incrementBy",
    "startTime",
    "endTime",
    "sortOrder",
    "versionId",
    "maxPageSize",
    "pageToken",
    "filter",
    "showDeleted",
    "id",
    "allowMissing",
    "orderBy",
    "order_by",
    "max_page_size",
    "count",
    "allOrNothing",
    "invisibilityWindow",
    "updateMask",
];

const VALUES: &[&str] = &[
    "s",
    "a",
    "true",
    "-1",
    "0",
    "5",
    "9223372036854775807",
    "x@latest",
    "2024-07-22T19:00:00Z",
    "eyJ2ZXJzaW9uIjoxLCJjdXJzb3IiOiIzIyJ9",
    "id.startsWith(\"a\")",
    "entry >= 1",
    "value desc",
    "08DCAA8702D435AC.0000000003.08DCAA877D776995.01",
    "id > \"a\" && sortKey < 5",
    "3s",
    "LIVE",
    "vrEnabled",
];

const BODIES: &[&str] = &[
    "1",
    "{}",
    "{\"value\":1}",
    "{\"value\":\"x\",\"users\":[\"users/1\"]}",
    "{\"amount\":9223372036854775807}",
    "{\"value\":1,\"etag\":\"x\"}",
    "{\"amount\":1e308}",
    "[[[[[[",
    "\"\\ud800\"",
    "{\"value\":{\"a\":[null]}}",
    "{\"data\":1,\"priority\":1e308,\"ttl\":\"0.0000001s\"}",
    "{\"value\":1,\"numericSortKey\":1e999}",
    "{\"readId\":\"ffffffffffffffff\"}",
    "{\"topic\":\"t\",\"message\":\"m\",\"vrEnabled\":null}",
    "{\"usernames\":[\"Player9223372036854775808\"],\"apiKey\":\"k\"}",
];

/// Text as it may stand in a path or query, with odd and broken percent signs.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(VALUES).prop_map(encoded),
        1 => "\\PC{0,60}".prop_map(|value| encoded(&value)),
        1 => "[%:@&=+./0-9a-f-]{0,20}",
    ]
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

#[track_caller]
fn check(request: &str, answer: &Answer) {
    let text = answer.text();
    assert_ne!(answer.status, 500, "{request}: {text}");
    if answer.status.is_success() || answer.status == 412 {
        return;
    }
    let body = answer.json();
    let is_shaped = ["errors", "error", "code"].iter().any(|member| !body[member].is_null());
    assert!(is_shaped, "{request}: {body}");
}

#[test]
fn odd_requests_are_answered_in_roblox_shapes() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let fixture = Fixture::new();
    let mut runner =
        TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) });
    let parameters = prop::collection::vec((select(NAMES), text()), 0..5);
    let body = prop_oneof![3 => select(BODIES).prop_map(str::to_owned), 1 => "\\PC{0,80}"];
    let headers = prop::collection::vec(
        (select(&["roblox-entry-attributes", "roblox-entry-userids", "content-md5"][..]), "[ -~é]{0,40}"),
        0..2,
    );
    let request = (select(METHODS), select(PATHS), text(), parameters, headers, body);
    let outcome = runner.run(&request, |(method, path, last, parameters, headers, body)| {
        let last = if path.ends_with('/') { last.as_str() } else { "" };
        let query: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let target = format!("{path}{last}?{}", query.join("&"));
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = runtime.block_on(fixture.send(method, &target, &headers, body.as_bytes()));
        check(&format!("{method} {target} {headers:?} {body}"), &answer);
        Ok(())
    });
    outcome.unwrap();
}
