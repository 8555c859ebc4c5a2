//! An emulator with Roblox's limits, a client with a governor, and one clock for both that a test moves on.
//!
//! Simulated is the time alone: Tokio's clock stands still and is moved on, by [`STEP`], whenever no request is under way
//! and everybody waits for the governor. So replies take no time; but the client, its governor, HTTP over loopback, the
//! emulator and its database are those that are shipped, and both count their minutes by that one clock.
//!
//! **Invariant:** the clock does not move on its own, however long a reply really takes.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use daemon_core::time::Timestamp;
use daemon_roblox::client::OpenCloud;
use daemon_roblox::client::endpoint::Endpoint;
use daemon_roblox::client::secret::ApiKey;
use daemon_roblox::client::transport::SendSettings;
use daemon_roblox::emulator::limits::Limits as EmulatorLimits;
use daemon_roblox::emulator::{Emulator, EmulatorOptions};
use daemon_roblox::governor::Governor;
use daemon_roblox::governor::limits::{Limits, Share};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The universe.
pub(crate) const UNIVERSE: u64 = 7;

/// How far the clock moves at a time; requests of jobs come 200 ms apart at the full share.
const STEP: Duration = Duration::from_millis(50);

/// A time in the middle of a minute, when the emulator's counts do not begin.
const START: &str = "2026-01-01T12:00:23Z";

/// Fields drop in order: the files are let go of before the folder goes.
pub(crate) struct Paced {
    /// The client, as jobs use it.
    pub(crate) cloud: OpenCloud,
    governor: Governor,
    emulator: Arc<Emulator>,
    answers: Arc<Answers>,
    began: Instant,
    _directory: TempDir,
    /// Keeps Tokio from moving its clock while a socket or a database is waited for; it ends when this is dropped.
    _held: mpsc::Sender<()>,
}

/// What the emulator answered.
#[derive(Debug, Default)]
struct Answers {
    all: AtomicU64,
    refused: AtomicU64,
}

impl Paced {
    /// To be called with Tokio's clock paused; `percent` is the share of the budget that may be used.
    pub(crate) async fn start(percent: u8) -> Self {
        let (held, until_dropped) = mpsc::channel::<()>();
        // While a blocking task runs, Tokio leaves its paused clock alone.
        tokio::task::spawn_blocking(move || until_dropped.recv().is_ok());
        let directory = TempDir::new().unwrap();
        let (began, start) = (Instant::now(), Timestamp::parse_rfc3339(START).unwrap());
        let options = EmulatorOptions {
            api_keys: Vec::new(),
            limits: Some(EmulatorLimits::roblox(0)),
            real_time: Arc::new(move || start.saturating_add(began.elapsed())),
        };
        let emulator = Arc::new(Emulator::open(directory.path(), options).unwrap());
        let answers = Arc::new(Answers::default());
        let address = serve(Arc::clone(&emulator), Arc::clone(&answers)).await;
        let governor = Governor::new(Limits::limits_page(), Share::new(percent).unwrap(), 1);
        let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
        let key = ApiKey::new("any").unwrap_or_else(|error| panic!("{error}"));
        // One attempt: a refusal for too many requests shall fail the test rather than be repeated.
        let settings = SendSettings { read_attempts: 1, ..SendSettings::default() };
        let cloud = OpenCloud::new(endpoint, key, UNIVERSE, governor.clone(), settings).unwrap();
        Self {
            cloud: cloud.for_jobs(),
            governor,
            emulator,
            answers,
            began,
            _directory: directory,
            _held: held,
        }
    }

    /// Imports lines as `/_emulator/import` takes them; costs no budget.
    pub(crate) async fn import(&self, lines: String) {
        let request = Request::post("/_emulator/import").header("x-api-key", "any");
        let answer = self.emulator.answer(request.body(Bytes::from(lines)).unwrap()).await;
        assert_eq!(answer.status(), 200, "{:?}", answer.body());
    }

    /// How long the test runs by the one clock.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// How many requests the emulator answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answers.all.load(Ordering::Relaxed)
    }

    /// How many requests the emulator refused for being too many.
    pub(crate) fn refused(&self) -> u64 {
        self.answers.refused.load(Ordering::Relaxed)
    }

    /// Runs workers to their ends while the clock moves on; each does nothing but ask one request after another.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        workers: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
    ) -> Vec<T> {
        let (working, remaining) = watch::channel(0_usize);
        let mut running = JoinSet::new();
        for worker in workers {
            working.send_modify(|count| *count += 1);
            let working = working.clone();
            running.spawn(async move {
                let done = worker.await;
                working.send_modify(|count| *count -= 1);
                done
            });
        }
        let (done, ()) = tokio::join!(running.join_all(), self.keep_pace(remaining));
        done
    }

    /// Moves the clock on whenever everybody waits for the governor, until nobody works any more.
    async fn keep_pace(&self, mut remaining: watch::Receiver<usize>) {
        let mut changes = self.governor.changes();
        loop {
            changes.mark_unchanged();
            let working = *remaining.borrow_and_update();
            if working == 0 {
                return;
            }
            let meter = self.governor.meter();
            if meter.under_way == 0 && meter.waiting_persons + meter.waiting_jobs == working {
                tokio::time::advance(STEP).await;
                continue;
            }
            tokio::select! {
                _ = changes.changed() => {}
                _ = remaining.changed() => {}
            }
        }
    }
}

async fn serve(emulator: Arc<Emulator>, answers: Arc<Answers>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (emulator, answers) = (Arc::clone(&emulator), Arc::clone(&answers));
            let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                let (emulator, answers) = (Arc::clone(&emulator), Arc::clone(&answers));
                async move { Ok::<_, Infallible>(answer(&emulator, &answers, request).await) }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

async fn answer(emulator: &Emulator, answers: &Answers, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let answer = emulator.answer(Request::from_parts(parts, body)).await;
    answers.all.fetch_add(1, Ordering::Relaxed);
    if answer.status() == 429 {
        answers.refused.fetch_add(1, Ordering::Relaxed);
    }
    answer.map(Full::new)
}
