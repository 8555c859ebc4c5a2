//! Anything at all as a reply: what the client makes of it, beyond not falling over (S-24).

use std::cell::Cell;
use std::time::Duration;

use daemon_core::names::{EntryAddress, Scope, StoreName};
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;
use http::StatusCode;
use tokio::runtime::Runtime;

use super::{KEY, VERSION, address, cloud, nothing, value};
use crate::client::OpenCloud;
use crate::client::endpoint::{Endpoint, Target};
use crate::client::error::CloudError;
use crate::client::listing::{EntryListQuery, StoreListQuery};
use crate::client::lookup::UserNames;
use crate::client::memory::{FlushScope, MapQuery};
use crate::client::ordered::OrderedListQuery;
use crate::client::stores::AsOf;
use crate::client::transport::CannedReply;
use crate::client::values::{Precondition, VersionQuery};
use crate::fuzz::{Campaign, Parts, outcome};
use crate::governor::Governor;
use crate::governor::headers::{Advice, LONGEST_ADVICE};
use crate::governor::limits::{Limits, Share};

macro_rules! replies {
    ($($name:literal)*) => { &[$(include_str!(concat!("../../../fixtures/replies/", $name, ".http"))),*] };
}

const REFUSALS: &[&str] = replies![
    "refusal-v1" "refusal-v1-missing" "refusal-v2" "refusal-validation" "refusal-gateway" "refusal-throttled" "refusal-html"
    "conflict" "empty"
];

/// The longest text that an error may be; Roblox's part of it is cut.
const ERROR_LIMIT: usize = 2_000;

thread_local! {
    /// What came of the latest reply.
    static OUTCOME: Cell<u64> = const { Cell::new(0) };
}

/// A connection that anything can be made to answer, on a clock that does not have to be waited for.
struct Fuzzed {
    runtime: Runtime,
    cloud: OpenCloud,
    /// How often it was asked; picks what is asked next.
    asked: usize,
}

impl Fuzzed {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        Self { runtime, cloud: cloud("http://127.0.0.1:1"), asked: 0 }
    }

    /// The connection, answered so. Every second time the checksum is made to fit, as what comes behind it is not reached
    /// otherwise.
    fn answered_by(&mut self, input: &[u8]) -> OpenCloud {
        self.asked += 1;
        let Parts { first, mut headers, body } = Parts::of(input);
        if self.asked.is_multiple_of(2) && headers.contains_key("content-md5") {
            let fitting = crate::client::entry::content_md5(body).parse().unwrap();
            headers.insert("content-md5", fitting);
        }
        let status = first.trim().parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::OK);
        let reply = CannedReply { status, headers, body: body.to_vec() };
        // Its own: what a reply says about waiting must not hold the next one up.
        let governor = Governor::new(Limits::default(), Share::new(100).unwrap(), 1);
        let cloud = &self.cloud;
        let _context = self.runtime.enter();
        OpenCloud { transport: cloud.transport.answered_by(reply, governor), ..cloud.clone() }
    }
}

/// Checks what every outcome has to be: an error is short and tells nothing secret, and of a change none is told to be
/// without effect that merely could not be read.
#[track_caller]
fn check<T>(done: Result<T, CloudError>, is_change: bool) -> Option<T> {
    let error = match done {
        Ok(value) => {
            OUTCOME.set(1);
            return Some(value);
        }
        Err(error) => error,
    };
    let text = error.to_string();
    OUTCOME.set(outcome(0, &text));
    assert!(text.len() <= ERROR_LIMIT && !text.contains(KEY) && !text.contains('\n'), "{text}");
    let is_read_error = matches!(error, CloudError::NotUnderstood { .. } | CloudError::Unanswered { .. });
    assert!(!(is_change && is_read_error), "{text}");
    None
}

/// The same for an outcome that nothing more is known of.
#[track_caller]
fn note<T>(done: Result<T, CloudError>, is_change: bool) {
    check(done, is_change);
}

fn time() -> Timestamp {
    Timestamp::parse_rfc3339("2024-07-22T20:00:00Z").unwrap()
}

fn revision() -> AnyRevision {
    AnyRevision::parse(VERSION).unwrap()
}

fn store(name: &str) -> StoreName {
    StoreName::parse(name).unwrap()
}

fn run(test: &str, corpus: &[&str], mut execute: impl FnMut(&mut Fuzzed, &[u8])) {
    let corpus = [corpus, REFUSALS].concat();
    let mut fuzzed = Fuzzed::new();
    let campaign = Campaign { module: module_path!(), test, corpus: &corpus, rounds: 3_000 };
    campaign.run(|input| {
        execute(&mut fuzzed, input);
        // The same words mean something else where something else was asked.
        OUTCOME.get().wrapping_add(fuzzed.asked as u64 % 8)
    });
}

#[test]
fn s_24_fuzzed_values_are_those_sent_or_none() {
    let corpus = replies!["entry" "entry-table" "v2-entry" "v1-versions"];
    run("s_24_fuzzed_values_are_those_sent_or_none", corpus, |fuzzed, input| {
        let cloud = fuzzed.answered_by(input);
        let body = Parts::of(input).body;
        fuzzed.runtime.block_on(async {
            match fuzzed.asked % 5 {
                0 | 1 => {
                    if let Some(Some(entry)) = check(cloud.get(&address("k")).await, false) {
                        assert_eq!(entry.value.as_str().as_bytes(), body);
                    }
                }
                2 => {
                    check(cloud.get_version(&address("k"), &revision()).await, false);
                }
                3 => {
                    check(cloud.get_as_of(&address("k"), &AsOf::Time(time())).await, false);
                }
                _ => {
                    check(cloud.get_as_of(&address("a/b"), &AsOf::Time(time())).await, false);
                }
            }
        });
    });
}

#[test]
fn s_24_fuzzed_outcomes_of_writes_are_never_made_up() {
    let corpus = replies!["version-set" "entry" "ordered-entry" "v2-snapshot" "v2-stores"];
    run("s_24_fuzzed_outcomes_of_writes_are_never_made_up", corpus, |fuzzed, input| {
        let cloud = fuzzed.answered_by(input);
        let (users, attributes) = nothing();
        let (key, odd) = (address("k"), address("a/b"));
        fuzzed.runtime.block_on(async {
            match fuzzed.asked % 8 {
                0 => {
                    let expected = Precondition::Revision(revision());
                    check(cloud.set(&key, &value("1"), &users, &attributes, &expected).await, true);
                }
                1 => {
                    check(cloud.set(&key, &value("1"), &users, &attributes, &Precondition::None).await, true);
                }
                2 => note(cloud.increment(&key, 1, &users, &attributes).await, true),
                3 => note(cloud.delete(&key).await, true),
                4 => note(cloud.update_ordered(&key, 1, true).await, true),
                5 => note(cloud.increment_ordered(&odd, 1).await, true),
                6 => note(cloud.snapshot().await, true),
                _ => note(cloud.delete_store(&store("Saves")).await, true),
            }
        });
    });
}

#[test]
fn s_24_fuzzed_listings_end() {
    let corpus = replies![
        "v1-stores" "v1-keys" "v1-versions" "v2-stores" "v2-entries" "ordered-list" "ordered-v1-list" "ordered-entry"
    ];
    run("s_24_fuzzed_listings_end", corpus, |fuzzed, input| {
        let cloud = fuzzed.answered_by(input);
        let asked = fuzzed.asked;
        fuzzed.runtime.block_on(async {
            let (mut cursor, mut pages) = (None, 0);
            loop {
                let next = page(&cloud, asked, cursor).await;
                pages += 1;
                // The same page for ever: the second one is refused.
                assert!(pages <= 2);
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
        });
    });
}

/// Lists something, and tells where it goes on.
async fn page(cloud: &OpenCloud, which: usize, cursor: Option<String>) -> Option<String> {
    let entries = |store: StoreName, scope| EntryListQuery {
        store,
        scope,
        prefix: String::new(),
        cursor: cursor.clone(),
        limit: 10,
    };
    let stores = |prefix: &str| StoreListQuery {
        prefix: prefix.to_owned(),
        shows_deleted: false,
        cursor: cursor.clone(),
        limit: 10,
    };
    let ordered = |store: StoreName| OrderedListQuery {
        store,
        scope: Scope::global(),
        is_descending: false,
        minimum: None,
        maximum: None,
        cursor: cursor.clone(),
        limit: 10,
    };
    match which % 8 {
        0 => check(cloud.list_stores(&stores("")).await, false)?.next,
        1 => check(cloud.list_stores(&stores("\"")).await, false)?.next,
        2 => check(cloud.list_entries(&entries(store("Saves"), None)).await, false)?.next,
        3 => check(cloud.list_entries(&entries(store("Saves"), Some(Scope::global()))).await, false)?.next,
        4 => check(cloud.list_entries(&entries(store("a/b"), None)).await, false)?.next,
        5 => {
            let query = VersionQuery { cursor, limit: 10, ..VersionQuery::default() };
            check(cloud.list_versions(&address("k"), &query).await, false)?.next
        }
        6 => check(cloud.list_ordered(&ordered(store("Scores"))).await, false)?.next,
        _ => check(cloud.list_ordered(&ordered(store("a/b"))).await, false)?.next,
    }
}

#[test]
fn s_24_fuzzed_memory_stores_are_read() {
    let corpus = replies!["map-items" "map-item" "queue-read" "queue-item" "operation" "operation-failed"];
    run("s_24_fuzzed_memory_stores_are_read", corpus, |fuzzed, input| {
        let cloud = fuzzed.answered_by(input);
        let minute = Duration::from_mins(1);
        fuzzed.runtime.block_on(async {
            match fuzzed.asked % 6 {
                0 => note(cloud.list_map_items("m", &MapQuery::default()).await, false),
                1 => note(cloud.get_map_item("m", "k").await, false),
                2 => note(cloud.create_map_item("m", "k", &value("1"), None, minute).await, true),
                3 => note(cloud.add_queue_item("q", &value("1"), 1.0, minute).await, true),
                4 => note(cloud.read_queue_items("q", 5, false, minute).await, true),
                _ => note(cloud.flush_status("op1", FlushScope::Live).await, false),
            }
        });
    });
}

#[test]
fn s_24_fuzzed_introspection_and_look_ups_are_read() {
    let corpus = replies!["introspection" "universe" "user" "user-names"];
    run("s_24_fuzzed_introspection_and_look_ups_are_read", corpus, |fuzzed, input| {
        let cloud = fuzzed.answered_by(input);
        let names = UserNames::over(cloud.transport.clone());
        fuzzed.runtime.block_on(async {
            match fuzzed.asked % 4 {
                0 => note(cloud.introspect().await, false),
                1 => note(cloud.universe().await, false),
                2 => note(cloud.user(7).await, false),
                _ => note(names.find(&["Builder".to_owned()]).await, false),
            }
        });
    });
}

#[test]
fn s_24_fuzzed_refusals_are_short_lines() {
    run("s_24_fuzzed_refusals_are_short_lines", &[], |fuzzed, input| {
        let cloud = fuzzed.answered_by(input);
        let (users, attributes) = nothing();
        fuzzed.runtime.block_on(async {
            check(cloud.get(&address("k")).await, false);
            let expected = Precondition::Absent;
            check(cloud.set(&address("k"), &value("1"), &users, &attributes, &expected).await, true);
        });
    });
}

#[test]
fn s_24_fuzzed_rate_limit_headers_never_hold_up_for_long() {
    let test = "s_24_fuzzed_rate_limit_headers_never_hold_up_for_long";
    let corpus = replies!["refusal-throttled" "v2-stores"];
    Campaign { module: module_path!(), test, corpus, rounds: 10_000 }.run(|input| {
        let advice = Advice::read(&Parts::of(input).headers);
        let waits = [advice.retry_after, advice.reset, advice.pause()];
        assert!(waits.into_iter().flatten().all(|wait| wait <= LONGEST_ADVICE));
        let size = |number: Option<u64>| number.map_or(99, |number| number.checked_ilog2().unwrap_or(98));
        let seconds = |wait: Option<Duration>| size(wait.map(|wait| wait.as_secs()));
        let sizes = (seconds(advice.retry_after), seconds(advice.reset), size(advice.limit));
        u64::from(sizes.0 + 100 * sizes.1 + 10_000 * sizes.2)
    });
}

#[test]
fn s_20_s_24_fuzzed_endpoints_are_safe_for_a_key() {
    let test = "s_20_s_24_fuzzed_endpoints_are_safe_for_a_key";
    let corpus = &[
        "https://apis.roblox.com",
        "http://127.0.0.1:8080/",
        "http://localhost:1",
        "http://[::1]:9",
        "https://user@apis.roblox.com:443/x?a#b",
        "http://0x7f.1",
        "http://2130706433",
        "http://10.0.0.1",
        "http://localhost.example",
        "ftp://127.0.0.1",
    ];
    Campaign { module: module_path!(), test, corpus, rounds: 10_000 }.run(|input| {
        let text = String::from_utf8_lossy(input);
        let endpoint = match Endpoint::parse(&text) {
            Ok(endpoint) => endpoint,
            Err(error) => return outcome(0, &error.to_string()),
        };
        let names: EntryAddress = address("k");
        let target = Target::new("/a").segment(&text).query("v", &text).segment(names.key.as_str());
        let Some(url) = endpoint.url(&target) else { return 1 };
        assert_eq!(url.authority(), endpoint.authority());
        assert!(url.username().is_empty() && url.password().is_none());
        let host = url.host_str().unwrap();
        let is_this_machine = host == "localhost"
            || host == "[::1]"
            || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        assert!(url.scheme() == "https" || url.scheme() == "http" && is_this_machine, "{url}");
        outcome(2, host)
    });
}
