//! Requests per minute, by class and universe, and the headers that tell of them.

use super::{Fixture, NINETEEN, SECOND, V1, V1_ENTRY, V2};
use crate::emulator::limits::Limits;

const ORDERED_V1: &str = "/ordered-data-stores/v1/universes/7/orderedDataStores/o/scopes/global/entries";
const ORDERED_V2: &str = "/cloud/v2/universes/7/ordered-data-stores/o/scopes/global/entries";

/// Limits small enough to reach, all different.
fn limits() -> Limits {
    Limits {
        v1_reads: 1,
        v1_writes: 2,
        ordered_v1_reads: 3,
        ordered_v1_writes: 4,
        reads: 5,
        writes: 6,
        lists: 7,
        removals: 8,
        snapshots: 9,
        ..Limits::roblox(0)
    }
}

#[tokio::test]
async fn each_class_has_its_own_limit_and_says_what_is_left() {
    let fixture = Fixture::with(Vec::new(), Some(limits()));
    fixture.at(NINETEEN + 20 * SECOND);
    let check = async |limit: u32, requests: &[(&str, &str)]| {
        for sent in 0..limit {
            let (method, path) = requests[sent as usize % requests.len()];
            let answer = fixture.send(method, path, &[], b"{}").await;
            assert_ne!(answer.status, 429, "{method} {path}");
            assert_eq!(
                answer.header("x-ratelimit-limit"),
                format!("{limit}, {limit};w=60"),
                "{method} {path}"
            );
            assert_eq!(answer.header("x-ratelimit-remaining"), (limit - sent - 1).to_string());
            assert_eq!(answer.header("x-ratelimit-reset"), "40");
        }
        for (method, path) in requests {
            let refused = fixture.send(method, path, &[], b"{}").await;
            assert_eq!(
                (refused.status.as_u16(), refused.header("retry-after")),
                (429, "40"),
                "{method} {path}"
            );
            if path.starts_with(V1) {
                refused.assert_v1(429, "TooManyRequests");
                assert_eq!(refused.json()["error"], "RESOURCE_EXHAUSTED");
            } else {
                refused.assert_v2(429, "RESOURCE_EXHAUSTED");
            }
        }
    };
    let (entries, entry) = (format!("{V2}/s/entries"), format!("{V2}/s/entries/a"));
    let (increment, revisions) = (format!("{entry}:increment"), format!("{entry}:listRevisions"));
    let (store, undelete, snapshot) =
        (format!("{V2}/s"), format!("{V2}/s:undelete"), format!("{V2}:snapshot"));
    let v1_increment = format!("{V1_ENTRY}/increment");
    check(1, &[("GET", V1), ("GET", V1_ENTRY)]).await;
    check(2, &[("POST", V1_ENTRY), ("DELETE", V1_ENTRY), ("POST", &v1_increment)]).await;
    check(5, &[("GET", &entry)]).await;
    check(6, &[("POST", &entries), ("PATCH", &entry), ("POST", &increment)]).await;
    check(7, &[("GET", V2), ("GET", &entries), ("GET", &revisions)]).await;
    check(8, &[("DELETE", &store), ("DELETE", &entry), ("POST", &undelete)]).await;
    check(9, &[("POST", &snapshot)]).await;
    let (v1_one, v2_one) = (format!("{ORDERED_V1}/a"), format!("{ORDERED_V2}/a"));
    let (v1_add, v2_add) = (format!("{v1_one}:increment"), format!("{v2_one}:increment"));
    check(3, &[("GET", ORDERED_V1), ("GET", &v1_one)]).await;
    check(4, &[("POST", ORDERED_V1), ("PATCH", &v1_one), ("DELETE", &v1_one), ("POST", &v1_add)]).await;
    check(5, &[("GET", &v2_one)]).await;
    check(6, &[("POST", ORDERED_V2), ("PATCH", &v2_one), ("POST", &v2_add)]).await;
    check(7, &[("GET", ORDERED_V2)]).await;
    check(8, &[("DELETE", &v2_one)]).await;
}

#[tokio::test]
async fn a_minute_later_and_in_another_universe_the_count_begins_anew() {
    let fixture = Fixture::with(Vec::new(), Some(limits()));
    fixture.at(NINETEEN + 59 * SECOND);
    assert_eq!(fixture.get(V1).await.status, 200);
    fixture.get(V1).await.assert_v1(429, "TooManyRequests");
    assert_eq!(fixture.get(&V1.replace("/7/", "/8/")).await.status, 200);
    fixture.at(NINETEEN + 60 * SECOND);
    assert_eq!(fixture.get(V1).await.status, 200);
    fixture.get(V1).await.assert_v1(429, "TooManyRequests");
    // Keys that are refused spend nothing.
    fixture.at(NINETEEN + 120 * SECOND);
    fixture.send("GET", V1, &[("x-api-key", "absent")], b"").await.assert_gateway(401);
    assert_eq!(fixture.get(V1).await.status, 200);
}

#[tokio::test]
async fn v1_counts_bytes_as_well() {
    let limits = Limits { v1_write_bytes: 100, v1_read_bytes: 100, ..Limits::roblox(0) };
    let fixture = Fixture::with(Vec::new(), Some(limits));
    let path = format!("{V1_ENTRY}?datastoreName=s&entryKey=a");
    let value = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    assert_eq!(fixture.post(&path, &value(60)).await.status, 200);
    fixture.post(&path, &value(41)).await.assert_v1(429, "TooManyRequests");
    assert_eq!(fixture.post(&path, &value(40)).await.status, 200);
    for expected in [200, 200, 200, 429] {
        assert_eq!(fixture.get(&path).await.status, expected);
    }
    // What is larger than the limit is let through when it comes first.
    fixture.at(NINETEEN + 60 * SECOND);
    assert_eq!(fixture.post(&path, &value(101)).await.status, 200);
    fixture.post(&path, "1").await.assert_v1(429, "TooManyRequests");
}

#[tokio::test]
async fn the_owner_of_the_keys_is_limited_across_universes() {
    let limits = Limits {
        ordered_v1_reads: 3,
        ordered_v1_writes: 3,
        ordered_v1_by_owner: 4,
        v2_by_owner: 5,
        snapshots: 2,
        ..Limits::roblox(0)
    };
    let fixture = Fixture::with(Vec::new(), Some(limits));
    let in_universe = |path: &str, universe: u32| path.replace("/7/", &format!("/{universe}/"));
    let statuses = async |method: &str, path: &str, count: u32| {
        let mut statuses = Vec::new();
        for universe in 1..=count {
            statuses
                .push(fixture.send(method, &in_universe(path, universe), &[], b"{}").await.status.as_u16());
        }
        statuses
    };
    // Two universes' reads and two writes; the fifth request is one too many whatever it is, in whatever universe.
    assert_eq!(statuses("GET", ORDERED_V1, 2).await, [404, 404]);
    assert_eq!(statuses("POST", ORDERED_V1, 2).await, [400, 400]);
    let refused = fixture.get(&in_universe(ORDERED_V1, 9)).await;
    refused.assert_v2(429, "RESOURCE_EXHAUSTED");
    assert_eq!(
        (refused.header("x-ratelimit-limit"), refused.header("x-ratelimit-remaining")),
        ("4, 4;w=60", "0")
    );
    // Each kind of v2's requests for itself.
    assert_eq!(statuses("GET", V2, 6).await, [200, 200, 200, 200, 200, 429]);
    assert_eq!(statuses("GET", &format!("{V2}/s/entries/a"), 6).await, [404, 404, 404, 404, 404, 429]);
    let snapshot = format!("{V2}:snapshot");
    assert_eq!(statuses("POST", &snapshot, 3).await, [200, 200, 429]);
    // What the universe refuses is not counted for the owner.
    fixture.at(NINETEEN + 60 * SECOND);
    for status in [404, 404, 404, 429, 429] {
        assert_eq!(fixture.get(ORDERED_V1).await.status, status);
    }
    assert_eq!(fixture.get(&in_universe(ORDERED_V1, 8)).await.status, 404);
    assert_eq!(fixture.get(&in_universe(ORDERED_V1, 8)).await.status, 429);
}

#[tokio::test]
async fn messages_users_and_what_needs_no_key_are_limited() {
    let limits = Limits {
        messages: 3,
        topic_messages: 2,
        messages_v1_by_owner: 4,
        users: 2,
        keyless: 2,
        ..Limits::roblox(0)
    };
    let fixture = Fixture::with(Vec::new(), Some(limits));
    let publish = async |universe: u32, topic: &str| {
        let body = format!("{{\"topic\":\"{topic}\",\"message\":\"m\"}}");
        fixture.post(&format!("/cloud/v2/universes/{universe}:publishMessage"), &body).await
    };
    let first = publish(7, "a").await;
    assert_eq!((first.status.as_u16(), first.header("x-ratelimit-remaining")), (200, "2"));
    assert_eq!(publish(7, "a").await.status, 200);
    publish(7, "a").await.assert_v2(429, "RESOURCE_EXHAUSTED");
    assert_eq!(publish(7, "b").await.status, 200);
    publish(7, "c").await.assert_v2(429, "RESOURCE_EXHAUSTED");
    for (universe, status) in [(1, 200), (2, 200), (3, 200), (4, 200), (5, 429)] {
        let path = format!("/messaging-service/v1/universes/{universe}/topics/a");
        assert_eq!(fixture.post(&path, "{\"message\":\"m\"}").await.status, status);
    }
    assert_eq!(fixture.get("/_emulator/messages").await.json()["messages"].as_array().unwrap().len(), 7);

    assert_eq!(fixture.get("/cloud/v2/users/1").await.status, 200);
    assert_eq!(fixture.get("/cloud/v2/users/2").await.status, 200);
    fixture.get("/cloud/v2/users/3").await.assert_v2(429, "RESOURCE_EXHAUSTED");
    for (path, body) in
        [("/v1/usernames/users", "{\"usernames\":[]}"), ("/api-keys/v1/introspect", "{\"apiKey\":\"test\"}")]
    {
        assert_eq!(fixture.post(path, body).await.status, 200);
        assert_eq!(fixture.post(path, body).await.status, 200);
        let refused = fixture.post(path, body).await;
        refused.assert_gateway(429);
        assert_eq!(refused.header("retry-after"), "60");
        let other = fixture.send_from("127.0.0.2", "POST", path, &[], body.as_bytes()).await;
        assert_eq!(other.status, 200, "another address");
    }
    fixture.at(NINETEEN + 60 * SECOND);
    assert_eq!(publish(7, "a").await.status, 200);
    assert_eq!(fixture.get("/cloud/v2/users/3").await.status, 200);
}

#[tokio::test]
async fn memory_stores_hold_so_many_bytes_together() {
    let limits = Limits { memory_bytes: 30, ..Limits::roblox(0) };
    let fixture = Fixture::with(Vec::new(), Some(limits));
    let put = async |universe: u32, map: &str, value: &str| {
        let path = format!("/cloud/v2/universes/{universe}/memory-store/sorted-maps/{map}/items?id=a");
        fixture.post(&path, &format!("{{\"value\":{value}}}")).await
    };
    assert_eq!(put(7, "m", "12345678901234567890").await.status, 200);
    let refused = put(7, "n", "12345678901").await;
    refused.assert_v2(429, "RESOURCE_EXHAUSTED");
    assert_eq!(refused.json()["message"], "TotalMemoryOverLimit.");
    assert_eq!(put(7, "n", "1234567890").await.status, 200);
    assert_eq!(put(8, "n", "12345678901").await.status, 200);
}

#[tokio::test]
async fn without_limits_nothing_is_counted() {
    let fixture = Fixture::new();
    for _ in 0..301 {
        let answer = fixture.get(V1).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-ratelimit-limit")), (200, ""));
    }
}

#[test]
fn roblox_allows_more_with_more_players() {
    let limits = |players| {
        let Limits { reads, writes, lists, removals, v1_reads, .. } = Limits::roblox(players);
        [reads, writes, lists, removals, v1_reads]
    };
    assert_eq!(limits(0), [300, 300, 300, 300, 300]);
    assert_eq!(limits(10), [700, 500, 320, 700, 300]);
    assert_eq!(limits(u32::MAX)[0], u32::MAX);
    assert_eq!([0, 10].map(|players| Limits::roblox(players).memory_bytes), [65_536, 77_824]);
}

#[tokio::test]
async fn an_entry_takes_so_many_bytes_a_minute_whichever_way_they_come() {
    let limits = Limits { key_read_bytes: 4 << 10, key_write_bytes: 3 << 10, ..Limits::roblox(0) };
    let fixture = Fixture::with(Vec::new(), Some(limits));
    let v1 = format!("{V1_ENTRY}?datastoreName=s&entryKey=a");
    let v2 = format!("{V2}/s/entries/a");
    let value = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    // Each request is rounded up to the next kilobyte: 2 and 1 are 3.
    assert_eq!(fixture.post(&v1, &value(1_025)).await.status, 200);
    assert_eq!(fixture.patch(&v2, &format!("{{\"value\":{}}}", value(1_024))).await.status, 200);
    let refused = fixture.patch(&v2, "{\"value\":1}").await;
    refused.assert_v2(429, "RESOURCE_EXHAUSTED");
    assert_eq!((refused.header("retry-after"), refused.header("x-ratelimit-remaining")), ("60", "298"));
    fixture.post(&v1, "1").await.assert_v1(429, "TooManyRequests");
    fixture.delete(&v1).await.assert_v1(429, "TooManyRequests");
    fixture.delete(&v2).await.assert_v2(429, "RESOURCE_EXHAUSTED");
    fixture.post(&format!("{v2}:increment"), "{\"amount\":1}").await.assert_v2(429, "RESOURCE_EXHAUSTED");
    // Other entries, and reading this one, are counted apart.
    assert_eq!(fixture.post(&v1.replace("Key=a", "Key=b"), "1").await.status, 200);
    for path in [&v1, &v2, &v1, &v2] {
        assert_eq!(fixture.get(path).await.status, 200);
    }
    fixture.get(&v1).await.assert_v1(429, "TooManyRequests");
    fixture.get(&v2).await.assert_v2(429, "RESOURCE_EXHAUSTED");
    fixture.at(NINETEEN + 60 * SECOND);
    assert_eq!(fixture.get(&v1).await.status, 200);
    assert_eq!(fixture.post(&v1, &value(9_000)).await.status, 200);
}
