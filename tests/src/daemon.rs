//! A whole daemon in the test's own process: real sockets on a free port, a directory of its own, and a clock that can
//! be set.
//!
//! **Invariant:** it listens before a test can ask, so nothing has to be waited for.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use daemon::clock::Clock;
use daemon::config::{Config, DaemonFile, make_private_directory, running_daemon, write_private};
use daemon::keeper::KeySettings;
use daemon::state::AppState;
use daemon_core::permission::Role;
use daemon_core::time::Timestamp;
use daemon_store::state::StateStore;
use daemon_store::state::records::{ConnectionId, ConnectionRecord};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::http::HttpClient;
use crate::socket::SocketClient;

/// The connections of an empty daemon: the first is the one that counts when nobody chose.
pub const CONNECTIONS: [&str; 2] = ["Main", "Other"];

/// A clock that stands still until it is told otherwise; begins at the real time.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct Browser {
    /// `name=value`, as the browser sends it.
    pub cookie: String,
    /// The first tab's token.
    pub tab_token: String,
    /// What its pages ask with.
    pub client: HttpClient,
}

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Clock::system().now())))
    }
}

impl TestClock {
    /// Moves on.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().expect("no test panicked while it set the clock");
        *now = now.saturating_add(by);
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        *self.0.lock().expect("no test panicked while it set the clock")
    }

    /// The clock that the daemon is given.
    pub fn clock(&self) -> Clock {
        let clock = self.clone();
        Clock::from_fn(move || clock.now())
    }
}

/// A running daemon.
#[derive(Debug)]
pub struct TestDaemon {
    /// Its state, for what no client can see.
    pub state: AppState,
    /// Where it listens.
    pub address: SocketAddr,
    /// The sign-in link it printed.
    pub open_url: String,
    /// Its clock.
    pub clock: TestClock,
    // Dropped in this order: the daemon is told to stop, then its directory goes.
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    directory: Arc<TempDir>,
    /// What opens its vault, if it has one that a file opens.
    key_file: Option<PathBuf>,
}

impl TestDaemon {
    /// Starts one on a directory of its own, with the Sandbox that a fresh one gets.
    pub async fn start() -> Self {
        let directory = Arc::new(TempDir::new().expect("a temporary directory"));
        Self::start_in(directory, TestClock::default(), None).await
    }

    /// Starts one without sample data, with the empty [`CONNECTIONS`].
    pub async fn empty() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let clock = TestClock::default();
        make_connections(&data_directory(&directory), clock.now()).await;
        Self::start_in(Arc::new(directory), clock, None).await
    }

    /// As [`Self::empty`], with a vault that a key file opens, so that universes at Roblox can be connected.
    pub async fn with_vault() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let clock = TestClock::default();
        make_connections(&data_directory(&directory), clock.now()).await;
        let key_file = directory.path().join("vault.key");
        write_private(&key_file, &[7; 32]).expect("a key file");
        Self::start_in(Arc::new(directory), clock, Some(key_file)).await
    }

    /// Stops this one and starts another on the same directory.
    pub async fn restart(self) -> Self {
        self.restart_after(|| ()).await
    }

    /// As [`Self::restart`], with something done to its directory while it is down.
    pub async fn restart_after(self, meanwhile: impl FnOnce()) -> Self {
        let (directory, clock) = (Arc::clone(&self.directory), self.clock.clone());
        let key_file = self.key_file.clone();
        self.stop().await;
        meanwhile();
        Self::start_in(directory, clock, key_file).await
    }

    /// Stops it, and waits until it has.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // An error says that it stopped by itself, which the next line shows.
            let _ = stop.send(());
        }
        self.task.await.expect("the daemon ends without a panic");
    }

    /// Its data directory.
    pub fn data_directory(&self) -> PathBuf {
        data_directory(&self.directory)
    }

    /// What it tells local commands.
    pub fn file(&self) -> DaemonFile {
        let file = running_daemon(&self.data_directory()).expect("a readable `daemon.json`");
        file.expect("the daemon runs")
    }

    /// The secret of a new API token.
    pub async fn token(&self, role: Role) -> String {
        let tokens = &self.state.identity().tokens;
        let name = format!("{} of a test", role.as_str());
        tokens.create(name, role, None, "owner").await.expect("a token is made").1
    }

    /// A client that signs in with a new token of a role.
    pub async fn client(&self, role: Role) -> HttpClient {
        HttpClient::new(self.address).with_token(self.token(role).await)
    }

    /// A client of the owner's role.
    pub async fn owner(&self) -> HttpClient {
        self.client(Role::SuperAdmin).await
    }

    /// A browser that used a fresh sign-in link of the owner's role.
    pub async fn browser(&self) -> Browser {
        let invited = self.owner().await.call("sessions.invite", &json!({})).await.ok();
        let url = invited["url"].as_str().expect("a sign-in link");
        self.browse(url).await
    }

    /// A browser that uses a sign-in link.
    pub async fn browse(&self, url: &str) -> Browser {
        let code = url.split_once("code=").expect("a sign-in link").1;
        let plain = HttpClient::new(self.address);
        let answer = plain.post("/api/v1/sign-in", &json!({ "code": code }).to_string()).await;
        let tab_token = answer.ok()["token"].as_str().expect("a tab token").to_owned();
        let cookie = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let client = plain.with_header("cookie", &cookie).with_token(&tab_token);
        Browser { cookie, tab_token, client }
    }

    /// A socket of the owner's role that has said `hello`.
    pub async fn socket(&self) -> SocketClient {
        let token = self.token(Role::SuperAdmin).await;
        SocketClient::connect(self.address, &token).await.greeted().await
    }

    async fn start_in(directory: Arc<TempDir>, clock: TestClock, key_file: Option<PathBuf>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the listener's address");
        let keys = KeySettings { key_file: key_file.clone(), ..KeySettings::default() };
        let config = Config { keys, ..Config::new(data_directory(&directory)) };
        let (stop, stopped) = oneshot::channel::<()>();
        let (started, running) = oneshot::channel();
        let daemon_clock = clock.clock();
        let task = tokio::spawn(async move {
            let tell = |daemon| drop(started.send(daemon));
            let shutdown = async { drop(stopped.await) };
            daemon::run(config, listener, daemon_clock, tell, shutdown).await.expect("the daemon runs");
        });
        let started = running.await.expect("the daemon starts");
        Self {
            state: started.state,
            address,
            open_url: started.open_url,
            clock,
            stop: Some(stop),
            task,
            directory,
            key_file,
        }
    }
}

fn data_directory(directory: &TempDir) -> PathBuf {
    directory.path().join("data")
}

/// Makes the connections before the daemon starts, which then makes no Sandbox.
async fn make_connections(data_directory: &Path, now: Timestamp) {
    make_private_directory(data_directory).expect("a private directory");
    let store = StateStore::open(&data_directory.join("state.db")).expect("a state database");
    for name in CONNECTIONS {
        let id = ConnectionId(format!("id-of-{name}"));
        let connection = ConnectionRecord::local(id, name.into(), format!("universe-of-{name}"), now);
        store.create_connection(connection).await.expect("a connection is made");
    }
    store.close().await;
}
