//! Requests at the same time: one database per universe, conditions that hold, sums that add up.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};

use super::{DAY, Fixture, NINETEEN, V1_ENTRY, V2};

/// Sends as many requests at once as there are targets, and answers the statuses.
async fn at_once(
    fixture: &Arc<Fixture>,
    targets: Vec<(&'static str, String, &'static str)>,
) -> Vec<StatusCode> {
    let send = |(method, target, body): (&'static str, String, &'static str)| {
        let fixture = Arc::clone(fixture);
        // Spawning shows, too, that an answer may be made on any thread.
        tokio::spawn(async move {
            let request = Request::builder()
                .method(method)
                .uri(target)
                .header("x-api-key", "test")
                .header("content-length", body.len())
                .body(Bytes::from_static(body.as_bytes()))
                .unwrap();
            fixture.emulator.answer(request).await.status()
        })
    };
    let tasks: Vec<_> = targets.into_iter().map(send).collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_universe_first_used_by_many_at_once_is_opened_once() {
    let fixture = Arc::new(Fixture::new());
    let path = format!("{V1_ENTRY}/increment?datastoreName=s&entryKey=a");
    let statuses = at_once(&fixture, vec![("POST", path, ""); 64]).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(fixture.get(&format!("{V1_ENTRY}?datastoreName=s&entryKey=a")).await.text(), "64");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_create_the_same_one_succeeds() {
    let fixture = Arc::new(Fixture::new());
    let path = format!("{V1_ENTRY}?datastoreName=s&entryKey=a&exclusiveCreate=true");
    let statuses = at_once(&fixture, vec![("POST", path, "1"); 16]).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 15, "{statuses:?}");
    let path = format!("{V2}/s/entries?id=b");
    let statuses = at_once(&fixture, vec![("POST", path, "{\"value\":1}"); 16]).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 15, "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_find_a_store_expired_all_find_it_purged() {
    let fixture = Arc::new(Fixture::new());
    fixture.set("a", "1", NINETEEN).await;
    assert_eq!(fixture.delete(&format!("{V2}/s")).await.status, 200);
    fixture.at(NINETEEN + 30 * DAY);
    let path = format!("{V2}/s/entries/a?allowMissing=true");
    let statuses = at_once(&fixture, vec![("PATCH", path, "{\"value\":1}"); 16]).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_universes_than_stay_open_serve_many_at_once() {
    let fixture = Arc::new(Fixture::new());
    let path = |universe: u32| {
        format!(
            "/datastores/v1/universes/{universe}/standard-datastores/datastore/entries/entry/increment?datastoreName=s&entryKey=a"
        )
    };
    let targets = (0..120).map(|number| ("POST", path(number % 24 + 1), "")).collect();
    let statuses = at_once(&fixture, targets).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    for universe in 1..=24 {
        assert_eq!(fixture.post(&path(universe), "").await.text(), "6", "universe {universe}");
    }
}
