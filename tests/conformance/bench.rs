//! The sources under test, and short words for what cases do with them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use daemon::universes::cloud::CloudUniverse;
use daemon::universes::local::LocalUniverse;
use daemon::universes::{
    EntryWrite, Expectation, ImportItem, KeyQuery, Page, StoredEntry, Universe, UniverseError, Written,
};
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, EntryId, Key, Scope, StoreName};
use daemon_core::value::JsonText;
use daemon_roblox::client::OpenCloud;
use daemon_roblox::client::endpoint::Endpoint;
use daemon_roblox::client::secret::ApiKey;
use daemon_roblox::client::transport::SendSettings;
use daemon_roblox::emulator::access;
use daemon_roblox::emulator::{Emulator, EmulatorOptions};
use daemon_roblox::governor::Governor;
use daemon_roblox::governor::class::{KeySide, Pool};
use daemon_roblox::governor::limits::{Limit, Limits, Share};
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::UniverseOptions;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tests::daemon::TestClock;
use tokio::net::TcpListener;

/// The key that the emulator accepts for everything.
pub(crate) const API_KEY: &str = "conformance-key";

/// More pages than any listing here has.
pub(crate) const PAGES_MOST: usize = 1_000;

/// An empty universe and the clock it goes by.
pub(crate) struct Bench {
    /// The universe.
    pub(crate) universe: Arc<dyn Universe>,
    /// Its clock, shared by all universes of the source.
    pub(crate) clock: TestClock,
}

/// What makes empty universes of one kind.
pub(crate) struct Source {
    kind: Kind,
    clock: TestClock,
    made: AtomicU64,
    directory: TempDir,
}

enum Kind {
    Local,
    Cloud(SocketAddr),
}

impl Source {
    /// The local engine.
    pub(crate) fn local() -> Self {
        Self {
            kind: Kind::Local,
            clock: TestClock::default(),
            made: AtomicU64::default(),
            directory: TempDir::new().unwrap(),
        }
    }

    /// The cloud universe over an emulator without limits.
    pub(crate) async fn cloud() -> Self {
        Self::cloud_with(vec![access::ApiKey::unrestricted(API_KEY)]).await
    }

    /// The same over an emulator that accepts these keys.
    pub(crate) async fn cloud_with(api_keys: Vec<access::ApiKey>) -> Self {
        let source = Self::local();
        let clock = source.clock.clone();
        let real_time = Arc::new(move || clock.now());
        let options = EmulatorOptions { api_keys, limits: None, real_time };
        let emulator = Emulator::open(source.directory.path(), options).unwrap();
        Self { kind: Kind::Cloud(serve(Arc::new(emulator)).await), ..source }
    }

    /// An empty universe.
    pub(crate) fn bench(&self) -> Bench {
        self.bench_with_key(API_KEY)
    }

    /// A universe at Roblox over a budget of its own.
    pub(crate) fn governed(&self, universe_id: u64, governor: Governor) -> Arc<dyn Universe> {
        let Kind::Cloud(address) = self.kind else { panic!("the local engine has no budget") };
        let cloud = governed_cloud(&format!("http://{address}"), API_KEY, universe_id, governor);
        Arc::new(CloudUniverse::new(cloud, self.clock.clock()))
    }

    /// An empty universe, asked for with that key.
    pub(crate) fn bench_with_key(&self, key: &str) -> Bench {
        let number = 1 + self.made.fetch_add(1, Ordering::Relaxed);
        let clock = self.clock.clock();
        let universe: Arc<dyn Universe> = match self.kind {
            Kind::Local => {
                let path = self.directory.path().join(format!("{number}.db"));
                let store = UniverseStore::open(&path, UniverseOptions::default()).unwrap();
                Arc::new(LocalUniverse::new(store, clock))
            }
            Kind::Cloud(address) => {
                let cloud = open_cloud(&format!("http://{address}"), key, number);
                Arc::new(CloudUniverse::new(cloud, clock))
            }
        };
        Bench { universe, clock: self.clock.clone() }
    }
}

/// Limits of so many requests a minute for each budget, and none on bytes.
pub(crate) fn limits_of(requests: u32) -> Limits {
    let mut limits = Limits::default();
    for pool in Pool::ALL {
        limits.set(pool, Limit { requests, bytes: None });
    }
    for side in [KeySide::Read, KeySide::Write] {
        limits.set_key_throughput(side, u64::MAX);
    }
    limits
}

/// A connection whose budget nothing here exhausts.
pub(crate) fn open_cloud(base: &str, key: &str, universe_id: u64) -> OpenCloud {
    let governor = Governor::new(limits_of(u32::MAX), Share::new(100).unwrap(), 1);
    governed_cloud(base, key, universe_id, governor)
}

/// A connection with that budget.
pub(crate) fn governed_cloud(base: &str, key: &str, universe_id: u64, governor: Governor) -> OpenCloud {
    let settings = SendSettings { read_attempts: 1, ..SendSettings::default() };
    let key = ApiKey::new(key).unwrap_or_else(|error| panic!("{error}"));
    OpenCloud::new(Endpoint::parse(base).unwrap(), key, universe_id, governor, settings).unwrap()
}

/// Serves an emulator on a free port for as long as the test runs.
async fn serve(emulator: Arc<Emulator>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let emulator = Arc::clone(&emulator);
            let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                let emulator = Arc::clone(&emulator);
                async move { Ok::<_, Infallible>(answer(&emulator, request).await) }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

async fn answer(emulator: &Emulator, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    emulator.answer(Request::from_parts(parts, body)).await.map(Full::new)
}

impl Bench {
    /// Moves the clock on by hours.
    pub(crate) fn hours_pass(&self, hours: u64) {
        self.clock.advance(Duration::from_hours(hours));
    }

    /// Writes a value where none is, without users and attributes.
    pub(crate) async fn create(&self, address: &EntryAddress, value: &str) -> Written {
        self.write(address, value, Expectation::Absent).await.unwrap()
    }

    /// Writes a value over what is there now.
    pub(crate) async fn replace(&self, address: &EntryAddress, value: &str) -> Written {
        let current = self.get(address).await.unwrap();
        self.write(address, value, Expectation::Revision(current.revision)).await.unwrap()
    }

    /// Writes a value, without users and attributes.
    pub(crate) async fn write(
        &self,
        address: &EntryAddress,
        value: &str,
        expected: Expectation,
    ) -> Result<Written, UniverseError> {
        let write = EntryWrite {
            address: address.clone(),
            value: json(value),
            user_ids: UserIds::default(),
            attributes: Attributes::default(),
            expected,
        };
        self.universe.write(write).await
    }

    /// The entry in a data store that exists.
    pub(crate) async fn get(&self, address: &EntryAddress) -> Option<StoredEntry> {
        self.universe.get(address.clone()).await.unwrap()
    }

    /// Writes entries of `global` with the value 1.
    pub(crate) async fn fill(&self, store: &str, keys: &[&str]) {
        let items = keys.iter().map(|key| item("global", key, "1")).collect();
        self.universe.import(store_name(store), items).await.unwrap();
    }

    /// All keys of a listing, by pages of `limit`, sorted: sources may have orders of their own.
    pub(crate) async fn keys(&self, query: &KeyQuery) -> Vec<(String, String)> {
        let list = |cursor| self.universe.list_keys(KeyQuery { cursor, ..query.clone() });
        let ids = all_pages(query.limit, list).await;
        let mut keys: Vec<_> = ids.iter().map(|id| (id.scope.to_string(), id.key.to_string())).collect();
        keys.sort();
        keys
    }
}

/// Reads pages until none follows.
pub(crate) async fn all_pages<T, F>(limit: usize, list: impl Fn(Option<String>) -> F) -> Vec<T>
where
    F: Future<Output = Result<Page<T>, UniverseError>>,
{
    let (mut items, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES_MOST {
        let page = list(cursor).await.unwrap();
        assert!(page.items.len() <= limit, "{} items on a page of {limit}", page.items.len());
        items.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return items;
        }
    }
    panic!("the listing does not end");
}

/// A listing of one scope, or of all.
pub(crate) fn key_query(store: &str, scope: Option<&str>, prefix: &str, limit: usize) -> KeyQuery {
    KeyQuery {
        store: store_name(store),
        scope: scope.map(|scope| Scope::parse(scope).unwrap()),
        prefix: prefix.to_owned(),
        cursor: None,
        limit,
    }
}

/// An entry to import, without users and attributes.
pub(crate) fn item(scope: &str, key: &str, value: &str) -> ImportItem {
    ImportItem {
        id: entry_id(scope, key),
        value: json(value),
        user_ids: UserIds::default(),
        attributes: Attributes::default(),
    }
}

pub(crate) fn entry_id(scope: &str, key: &str) -> EntryId {
    EntryId { scope: Scope::parse(scope).unwrap(), key: Key::parse(key).unwrap() }
}

pub(crate) fn store_name(name: &str) -> StoreName {
    StoreName::parse(name).unwrap()
}

/// An entry of `Saves`, scope `global`.
pub(crate) fn address(key: &str) -> EntryAddress {
    entry_id("global", key).in_store(store_name("Saves"))
}

pub(crate) fn json(text: &str) -> JsonText {
    JsonText::parse(text).unwrap()
}
