//! A scan of a universe at Roblox whose budget is stopped in the middle.

use daemon::commands::error::CommandError;
use daemon::universes::KeyQuery;
use daemon_roblox::governor::Governor;
use daemon_roblox::governor::limits::Share;
use protocol::ErrorCode;

use crate::bench::{Source, item, key_query, limits_of, store_name};

/// How many keys are scanned.
const KEYS: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s_36_a_scan_that_is_stopped_goes_on_where_it_stopped() {
    let source = Source::cloud().await;
    let expected: Vec<_> = (0..KEYS).map(|number| format!("Player_{number:04}")).collect();
    let bench = source.bench();
    let items = expected.iter().map(|key| item("global", key, "1")).collect();
    bench.universe.import(store_name("Saves"), items).await.unwrap();

    let governor = Governor::new(limits_of(u32::MAX), Share::new(100).unwrap(), 1);
    let universe = source.governed(1, governor.clone());
    let query = key_query("Saves", Some("global"), "", 64);
    let (mut keys, mut cursor) = (Vec::new(), None);
    let mut pages = 0;
    loop {
        if pages == 5 {
            assert!(governor.stop());
            let stopped = universe.list_keys(KeyQuery { cursor: cursor.clone(), ..query.clone() }).await;
            let refusal = CommandError::from(stopped.unwrap_err());
            assert_eq!(refusal.code, ErrorCode::SourceThrottled);
            assert_eq!(
                refusal.message,
                "requests to Roblox are stopped; nothing was sent: resume the budget, then repeat"
            );
            assert!(governor.resume());
        }
        let page = universe.list_keys(KeyQuery { cursor, ..query.clone() }).await.unwrap();
        pages += 1;
        keys.extend(page.items.into_iter().map(|id| id.key.to_string()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert!(pages > 10, "{pages} pages");
    keys.sort();
    assert_eq!(keys, expected, "every key once");
}
