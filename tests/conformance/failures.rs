//! What only the cloud universe meets: keys that are not accepted, hosts that do not answer, imports that stop.

use std::convert::Infallible;
use std::io::Write;
use std::sync::{Arc, Mutex};

use daemon::clock::Clock;
use daemon::universes::cloud::CloudUniverse;
use daemon::universes::{
    Expectation, ExportText, ImportItem, KeyQuery, OrderedQuery, StoreQuery, Universe, UniverseError,
};
use daemon_core::export::{DamagedValue, EntryView};
use daemon_core::metadata::Attributes;
use daemon_core::names::Scope;
use daemon_roblox::client::error::CloudError;
use daemon_roblox::emulator::access::{ApiKey, Grant, Permission};
use daemon_roblox::governor::limits::Share;
use daemon_roblox::governor::{Governor, GovernorError};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::bench::{
    API_KEY, Bench, Source, address, entry_id, item, key_query, limits_of, open_cloud, store_name,
};
use crate::differences::longest_attributes;

#[track_caller]
fn cloud_error<T: std::fmt::Debug>(outcome: Result<T, UniverseError>) -> CloudError {
    match outcome.unwrap_err() {
        UniverseError::Cloud(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_told() {
    let source = Source::cloud().await;
    let bench = source.bench_with_key("another-key");
    let error = cloud_error(bench.universe.get(address("a")).await);
    assert!(matches!(error, CloudError::Unauthorised { .. }), "{error:?}");
    let stores = StoreQuery { kind: None, prefix: String::new(), deleted: false, cursor: None, limit: 1 };
    let error = cloud_error(bench.universe.list_stores(stores).await);
    assert!(matches!(error, CloudError::Unauthorised { .. }), "{error:?}");
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let reader = Grant { permission: Permission::ReadEntry, universe: None, store: None };
    let source = Source::cloud_with(vec![ApiKey::with_grants(API_KEY, vec![reader])]).await;
    let bench = source.bench();
    let told = |error| match error {
        CloudError::Forbidden { permission, .. } => permission,
        other => panic!("{other:?}"),
    };
    let write = cloud_error(bench.write(&address("a"), "1", Expectation::Absent).await);
    assert_eq!(told(write), Some("universe-datastores.objects:create"));
    let list = cloud_error(bench.universe.list_keys(key_query("Saves", None, "", 1)).await);
    assert_eq!(told(list), Some("universe-datastores.objects:list"));
}

#[tokio::test]
async fn nothing_is_removed_whose_tombstone_could_not_be_told() {
    let may =
        [Permission::ReadEntry, Permission::CreateEntry, Permission::CreateStore, Permission::DeleteEntry];
    let grants = may.map(|permission| Grant { permission, universe: None, store: None });
    let source = Source::cloud_with(vec![ApiKey::with_grants(API_KEY, grants.to_vec())]).await;
    let bench = source.bench();
    let written = bench.create(&address("a"), "1").await;
    let removal = bench.universe.remove(address("a"), Expectation::Revision(written.revision)).await;
    assert!(matches!(cloud_error(removal), CloudError::Forbidden { .. }));
    assert!(bench.get(&address("a")).await.is_some());
}

#[tokio::test]
async fn an_import_that_stops_tells_how_far_it_came() {
    let source = Source::cloud().await;
    let bench = source.bench();
    let refused = ImportItem {
        attributes: Attributes::parse(&longest_attributes()).unwrap(),
        ..item("global", "b", "2")
    };
    let items = vec![item("global", "a", "1"), refused, item("global", "c", "3")];
    match bench.universe.import(store_name("Saves"), items).await {
        Err(UniverseError::ImportStopped { written, total, at, cause }) => {
            assert_eq!((total, at), (3, address("b").id()));
            assert_eq!(written, [bench.get(&address("a")).await.unwrap().revision]);
            assert!(matches!(*cause, UniverseError::Cloud(CloudError::Refused { .. })), "{cause:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.get(&address("b")).await, None);
    assert_eq!(bench.get(&address("c")).await, None);
}

#[tokio::test]
async fn s_24_a_name_that_breaks_the_rules_is_left_out_of_a_listing_and_told_in_the_log() {
    let base = answering(|path| match path {
        path if path.contains("ordered-data-stores") => {
            r#"{"orderedDataStoreEntries":[{"id":"","value":1},{"id":"a","value":2}]}"#
        }
        path if path.contains("/entries") => {
            r#"{"dataStoreEntries":[{"path":"x","id":"a"},{"path":"x","id":"tab\there"},{"path":"x","id":"b"}],"nextPageToken":"t"}"#
        }
        _ => r#"{"dataStores":[{"id":"Saves"},{"id":"a name of more than fifty bytes, which none of ours can have"}]}"#,
    })
    .await;
    let universe = CloudUniverse::new(open_cloud(&base, API_KEY, 7), Clock::system());
    let log = Log::default();
    let _taken = log.start("warn");
    let keys = universe.list_keys(key_query("Saves", Some("global"), "", 10)).await.unwrap();
    assert_eq!(keys.items, [entry_id("global", "a"), entry_id("global", "b")]);
    assert!(keys.next_cursor.is_some());
    let stores = StoreQuery { kind: None, prefix: String::new(), deleted: false, cursor: None, limit: 10 };
    assert_eq!(universe.list_stores(stores).await.unwrap().items.len(), 1);
    let ordered = OrderedQuery {
        store: store_name("Scores"),
        scope: Scope::global(),
        descending: false,
        minimum: None,
        maximum: None,
        cursor: None,
        limit: 10,
    };
    assert_eq!(universe.list_ordered(ordered).await.unwrap().items, [(entry_id("global", "a"), 2)]);
    let told = log.text();
    for what in [": entries are left out", ": data stores are left out", ": ordered entries are left out"] {
        assert_eq!(told.matches(what).count(), 1, "{what}: {told}");
    }
    assert_eq!(told.matches("left_out=1").count(), 3, "{told}");
    assert!(told.contains("control character U+0009") && !told.contains("there"), "{told}");
    // An export has to be whole.
    let export = universe.export(key_query("Saves", Some("global"), "", 10), add_key).await;
    assert!(matches!(cloud_error(export), CloudError::NotUnderstood { .. }));
}

/// Serves the text that `answer` gives for each path, for as long as the test runs.
async fn answering(answer: fn(&str) -> &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = hyper::service::service_fn(move |request: Request<Incoming>| async move {
                let body = Full::new(Bytes::from_static(answer(request.uri().path()).as_bytes()));
                Ok::<_, Infallible>(Response::new(body))
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    base
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// Takes in everything this thread logs at `directives`, until the guard is dropped.
    fn start(&self, directives: &str) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || log.clone());
        tracing::subscriber::set_default(
            tracing_subscriber::registry().with(EnvFilter::new(directives)).with(layer),
        )
    }
}

#[tokio::test]
async fn an_export_that_is_stopped_goes_on_where_it_was() {
    let source = Source::cloud().await;
    let bench = source.bench();
    let items = (10..40).map(|number| item("global", &format!("k{number}"), "0")).collect();
    bench.universe.import(store_name("Saves"), items).await.unwrap();
    // The universe the bench made is the first of its source.
    let governor = Governor::new(limits_of(200), Share::new(100).unwrap(), 1);
    let universe = source.governed(1, governor.clone());
    let query = key_query("Saves", None, "", 512);
    let first = tokio::spawn({
        let (universe, query) = (Arc::clone(&universe), query.clone());
        async move { universe.export(query, add_key).await }
    });
    // A job may read twenty at once, and the rest spread over the minute: of thirty, made by eights, the first sixteen are
    // through, and some of the next wait.
    let mut changes = governor.changes();
    loop {
        let meter = governor.meter();
        let are_spent = meter.pools.iter().any(|pool| pool.used_requests >= 16 && pool.waiting > 0);
        if are_spent && meter.under_way == 0 {
            break;
        }
        changes.changed().await.unwrap();
    }
    assert!(governor.stop());
    let first = first.await.unwrap().unwrap();
    assert_eq!(first.entries.text.split_whitespace().count(), 16);
    let rest = KeyQuery { cursor: first.next_cursor, ..query };
    let stopped = cloud_error(universe.export(rest.clone(), add_key).await);
    assert!(matches!(stopped, CloudError::NoPermit(GovernorError::Stopped)), "{stopped:?}");
    assert!(governor.resume());
    governor.configure(limits_of(u32::MAX), Share::new(100).unwrap());
    let second = universe.export(rest, add_key).await.unwrap();
    assert_eq!(second.next_cursor, None);
    let keys: Vec<_> = (10..40).map(|number| format!("k{number}")).collect();
    let exported = format!("{}{}", first.entries.text, second.entries.text);
    assert_eq!(exported.split_whitespace().collect::<Vec<_>>(), keys);
}

/// Adds a key as a line.
#[expect(clippy::unnecessary_wraps, reason = "this is an `AddEntry`, which may prove values")]
fn add_key(keys: &mut ExportText, entry: &EntryView<'_>) -> Result<(), DamagedValue> {
    keys.text.push_str(entry.id.key.as_str());
    keys.text.push('\n');
    Ok(())
}

#[tokio::test]
async fn a_host_that_is_not_there_is_told() {
    // Bound and let go of: nothing listens there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let universe: Arc<dyn Universe> =
        Arc::new(CloudUniverse::new(open_cloud(&base, API_KEY, 1), Clock::system()));
    let bench = Bench { universe, clock: tests::daemon::TestClock::default() };
    let error = cloud_error(bench.write(&address("a"), "1", Expectation::Absent).await);
    assert!(matches!(error, CloudError::NotSent { .. }), "{error:?}");
}
