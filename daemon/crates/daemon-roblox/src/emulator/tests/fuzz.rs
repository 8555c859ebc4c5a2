//! Anything at all as a request: each is answered in one of Roblox's shapes, and none fails inside (S-24).

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri};
use serde_json::Value;

use super::Fixture;
use crate::emulator::control::PREFIX;
use crate::emulator::query::Query;
use crate::emulator::route::Route;
use crate::emulator::services::Service;
use crate::emulator::token;
use crate::emulator::v2::body::Body;
use crate::fuzz::{Campaign, Parts, outcome};

macro_rules! requests {
    ($($name:literal)*) => { &[$(include_str!(concat!("../../../fixtures/requests/", $name, ".http"))),*] };
}

const REQUESTS: &[&str] = requests![
    "v1-list" "v1-stores" "v1-set" "v1-increment" "v1-versions" "v2-list" "v2-create" "v2-update" "v2-get" "v2-revisions"
    "ordered-list" "ordered-v1" "memory-map" "memory-item" "memory-queue" "memory-queue-add" "publish" "user-names"
    "introspection" "universe" "control-clock" "control-import" "control-keys"
];

/// After so many requests everything is forgotten: what was written does not pile up, and keys that were made useless are
/// useful again.
const ROUNDS_TO_RESET: u64 = 500;

/// Makes a request of a text; none when HTTP itself would not carry it.
fn request(input: &[u8]) -> Option<Request<Bytes>> {
    let Parts { first, headers, body } = Parts::of(input);
    let (method, target) = first.split_once(' ')?;
    let mut request = Request::new(Bytes::copy_from_slice(body));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).ok()?;
    *request.uri_mut() = target.parse::<Uri>().ok().filter(|uri| uri.path().starts_with('/'))?;
    *request.headers_mut() = headers;
    if !request.headers().contains_key("content-length") {
        request.headers_mut().insert("content-length", HeaderValue::from(body.len()));
    }
    Some(request)
}

#[test]
fn s_24_fuzzed_requests_are_answered_in_roblox_shapes() {
    let test = "s_24_fuzzed_requests_are_answered_in_roblox_shapes";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let fixture = Fixture::new();
    let mut sent = 0;
    Campaign { module: module_path!(), test, corpus: REQUESTS, rounds: 1_500 }.run(|input| {
        let Some(request) = request(input) else { return 0 };
        let is_control = request.uri().path().starts_with(PREFIX);
        let answer = runtime.block_on(fixture.emulator.answer(request));
        sent += 1;
        if sent % ROUNDS_TO_RESET == 0 {
            runtime.block_on(fixture.emulator.reset()).unwrap();
        }
        let (status, told) = (answer.status(), answer.body());
        assert_ne!(status, 500, "{told:?}");
        let kind = usize::from(status.as_u16());
        if status.is_success() || status == 412 {
            return outcome(kind, &String::from_utf8_lossy(told));
        }
        let told: Value = serde_json::from_slice(told).unwrap();
        let members: &[&str] = if is_control { &["message", "errors"] } else { &["errors", "error", "code"] };
        assert!(members.iter().any(|member| !told[member].is_null()), "{told}");
        outcome(kind, &told.to_string())
    });
}

#[test]
fn s_24_fuzzed_paths_queries_tokens_and_bodies_are_read() {
    let test = "s_24_fuzzed_paths_queries_tokens_and_bodies_are_read";
    Campaign { module: module_path!(), test, corpus: REQUESTS, rounds: 5_000 }.run(|input| {
        let Parts { first, body, .. } = Parts::of(input);
        let target = first.split_once(' ').map_or(first, |(_, target)| target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let route = Route::find(path);
        assert!(route.is_none() || Service::find(path).is_none(), "two things answer to {path}");
        if let Some(query) = Query::parse(query) {
            for name in ["cursor", "pageToken", "page_token"] {
                let Some(text) = query.get(name) else { continue };
                // Only tokens of this emulator are taken, and none was made here.
                assert_eq!(token::decode::<1>(text, &["fuzzed"]), None);
                assert_eq!(token::decode_revision(text, &["fuzzed"]), None);
            }
        }
        let numbers = Body::parse(body).map(|body| {
            let read = [body.integer("value"), body.whole_number("amount"), body.rounded_number("value")];
            read.map(|number| number.is_ok())
        });
        outcome(0, &format!("{route:?} {:?}", numbers.ok()))
    });
}
