//! The paths that steer the emulator's clock and faults.

use serde_json::json;

use super::{Fixture, NINETEEN, V1_ENTRY, V2};
use crate::emulator::faults::Delivery;

const CLOCK: &str = "/_emulator/clock";
const FAULTS: &str = "/_emulator/faults";
const ENTRY: &str =
    "/datastores/v1/universes/7/standard-datastores/datastore/entries/entry?datastoreName=s&entryKey=a";

#[tokio::test]
async fn the_clock_is_told_set_advanced_and_given_a_rate() {
    let fixture = Fixture::new();
    let check = async |body: &str, time: &str, rate: f64| {
        let answer = if body.is_empty() { fixture.get(CLOCK).await } else { fixture.post(CLOCK, body).await };
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json(), json!({ "time": time, "rate": rate }), "{body}");
    };
    check("", "2024-07-22T19:00:00.0000000Z", 1.0).await;
    check("{\"advanceSeconds\":1.5}", "2024-07-22T19:00:01.5000000Z", 1.0).await;
    check("{\"set\":\"2030-01-01T01:00:00+01:00\"}", "2030-01-01T00:00:00.0000000Z", 1.0).await;
    check("{\"rate\":0}", "2030-01-01T00:00:00.0000000Z", 0.0).await;
    check("", "2030-01-01T00:00:00.0000000Z", 0.0).await;
    for body in [
        "",
        "{}",
        "[]",
        "{\"set\":\"tomorrow\"}",
        "{\"advanceSeconds\":-1}",
        "{\"advanceSeconds\":1e300}",
        "{\"rate\":-1}",
        "{\"rate\":1000001}",
        "{\"rate\":1,\"advanceSeconds\":1}",
        "{\"more\":1}",
    ] {
        let refused = fixture.post(CLOCK, body).await;
        assert_eq!((refused.status.as_u16(), refused.json()["message"].is_string()), (400, true), "{body}");
    }
    check("", "2030-01-01T00:00:00.0000000Z", 0.0).await;
    assert_eq!(fixture.delete(CLOCK).await.header("allow"), "GET, POST");
}

#[tokio::test]
async fn a_request_dropped_before_is_not_executed_and_one_dropped_after_is() {
    let fixture = Fixture::new();
    fixture.at(NINETEEN);
    let fault = |name: &str| format!("{{\"method\":\"POST\",\"times\":1,\"fault\":\"{name}\"}}");
    assert_eq!(fixture.post(FAULTS, &fault("dropBefore")).await.status, 200);
    assert_eq!(fixture.post(ENTRY, "1").await.delivery, Some(Delivery::Drop));
    fixture.get(ENTRY).await.assert_v1(404, "DatastoreNotFound");
    fixture.post(FAULTS, &fault("dropAfter")).await;
    assert_eq!(fixture.post(ENTRY, "2").await.delivery, Some(Delivery::Drop));
    assert_eq!(fixture.get(ENTRY).await.text(), "2");
    // Each fired once; from now on nothing goes wrong.
    assert_eq!(fixture.post(ENTRY, "3").await.status, 200);
    let shown = fixture.get(FAULTS).await.json();
    assert_eq!((&shown["faults"][0]["fired"], &shown["faults"][1]["fired"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn statuses_are_injected_in_the_shape_of_their_interface() {
    let fixture = Fixture::new();
    let status = |code: u16, more: &str| format!("{{\"fault\":{{\"status\":{{\"code\":{code}{more}}}}}}}");
    fixture.post(FAULTS, &status(429, ",\"retryAfterSeconds\":7")).await;
    let refused = fixture.get(ENTRY).await;
    refused.assert_v1(429, "TooManyRequests");
    assert_eq!(refused.header("retry-after"), "7");
    fixture.get(V2).await.assert_v2(429, "RESOURCE_EXHAUSTED");
    fixture.get("/nowhere").await.assert_gateway(429);
    assert_eq!(fixture.delete(FAULTS).await.json(), json!({ "faults": [] }));
    fixture.post(FAULTS, &status(503, "")).await;
    let refused = fixture.get(V2).await;
    refused.assert_v2(503, "UNAVAILABLE");
    assert_eq!(refused.header("retry-after"), "");
    fixture.get(&format!("{V1_ENTRY}?datastoreName=s&entryKey=a")).await.assert_v1(503, "Unknown");
    fixture.delete(FAULTS).await;
    assert_eq!(fixture.get(V2).await.status, 200);
}

#[tokio::test]
async fn bodies_are_marked_to_be_cut_and_answers_wait() {
    let fixture = Fixture::new();
    fixture.post(FAULTS, "{\"times\":1,\"fault\":{\"truncate\":{\"bytes\":3}}}").await;
    fixture.post(FAULTS, "{\"times\":1,\"fault\":{\"latency\":{\"milliseconds\":5}}}").await;
    let before = std::time::Instant::now();
    let answer = fixture.get(V2).await;
    assert!(before.elapsed() >= std::time::Duration::from_millis(5));
    assert_eq!((answer.status.as_u16(), answer.delivery), (200, Some(Delivery::Truncate { bytes: 3 })));
    assert_eq!(fixture.get(V2).await.delivery, None);
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() {
    let fixture = Fixture::new();
    for body in [
        "{}",
        "{\"fault\":\"fire\"}",
        "{\"fault\":{\"latency\":{\"milliseconds\":60001}}}",
        "{\"fault\":{\"latency\":{\"milliseconds\":1,\"more\":1}}}",
        "{\"fault\":\"dropAfter\",\"more\":1}",
    ] {
        let refused = fixture.post(FAULTS, body).await;
        assert_eq!((refused.status.as_u16(), refused.json()["message"].is_string()), (400, true), "{body}");
    }
    assert_eq!(fixture.get(FAULTS).await.json(), json!({ "faults": [] }));
}
