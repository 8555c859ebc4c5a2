//! Who is let in before a body is read, and how long that may be.

use bytes::Bytes;
use http::{Request, Response};

use super::{Answer, Fixture, V1_ENTRY, V2};
use crate::emulator::access::ApiKey;
use crate::emulator::admission::too_long;

/// What is said before the body of a request is read: how long it may be, or the answer.
fn admit(fixture: &Fixture, path: &str, key: Option<&str>) -> Result<usize, Box<Answer>> {
    let mut request = Request::post(path);
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    fixture.emulator.admit(&parts).map_err(|response| Box::new(answer(*response)))
}

fn answer(response: Response<Bytes>) -> Answer {
    let (parts, body) = response.into_parts();
    Answer { status: parts.status, headers: parts.headers, body, delivery: None }
}

#[test]
fn s_64_a_body_may_be_as_long_as_its_path_needs() {
    let fixture = Fixture::new();
    let check = |path: &str, limit_bytes: usize| {
        assert_eq!(admit(&fixture, path, Some("any")).unwrap(), limit_bytes, "{path}");
    };
    check(&format!("{V1_ENTRY}?datastoreName=s&entryKey=a"), 8 << 20);
    check(&format!("{V2}/s/entries?id=a"), 8 << 20);
    check(&format!("{V2}/s/scopes/x/entries/a"), 8 << 20);
    check(&format!("{V2}/s/entries/a:increment"), 1 << 20);
    check(&format!("{V1_ENTRY}/increment"), 1 << 20);
    check("/cloud/v2/universes/7/memory-store/queues/q/items", 1 << 20);
    check("/cloud/v2/universes/7:publishMessage", 1 << 20);
    check("/_emulator/import", 64 << 20);
    check("/_emulator/faults", 1 << 20);
}

#[test]
fn s_64_a_key_is_looked_at_before_the_body() {
    let fixture = Fixture::with_keys(vec![ApiKey::unrestricted("one")]);
    let paths = [V1_ENTRY, V2, "/cloud/v2/users/1", "/_emulator/import"];
    for path in paths {
        assert!(admit(&fixture, path, Some("one")).is_ok(), "{path}");
        for key in [None, Some(""), Some("two")] {
            admit(&fixture, path, key).unwrap_err().assert_gateway(401);
        }
    }
    // These take no key.
    for path in ["/v1/usernames/users", "/api-keys/v1/introspect"] {
        assert_eq!(admit(&fixture, path, None).unwrap(), 1 << 20, "{path}");
    }
    admit(&fixture, "/nowhere", Some("one")).unwrap_err().assert_gateway(404);
}

#[test]
fn a_body_that_is_too_long_is_refused_in_the_shape_of_its_path() {
    answer(too_long(V1_ENTRY)).assert_v1(400, "ContentTooBig");
    answer(too_long(V2)).assert_v2(400, "INVALID_ARGUMENT");
    answer(too_long("/cloud/v2/universes/7:publishMessage")).assert_v2(400, "INVALID_ARGUMENT");
    answer(too_long("/v1/usernames/users")).assert_gateway(400);
    let import = answer(too_long("/_emulator/import"));
    assert_eq!((import.status.as_u16(), import.text().contains("67108864")), (413, true), "{import:?}");
    assert!(answer(too_long("/_emulator/clock")).text().contains("1048576"));
}
