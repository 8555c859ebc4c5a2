//! The emulator in the test's own process, on a free port: what was asked of it is written down.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use daemon_roblox::emulator::access::ApiKey;
use daemon_roblox::emulator::limits::Limits;
use daemon_roblox::emulator::{Emulator, EmulatorOptions};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::daemon::TestClock;

/// A running emulator.
#[derive(Debug)]
pub struct TestEmulator {
    /// Where it answers, as connections name it.
    pub base_url: String,
    emulator: Arc<Emulator>,
    seen: Arc<Mutex<Vec<String>>>,
    /// A key that it accepts.
    key: String,
    task: JoinHandle<()>,
    // Goes last.
    _directory: TempDir,
}

impl TestEmulator {
    /// Starts one without limits; it accepts `keys` for everything, or any key when there are none.
    pub async fn start(clock: &TestClock, keys: &[&str]) -> Self {
        Self::start_with(clock, keys, None).await
    }

    /// Starts one that refuses what is too much.
    pub async fn start_with(clock: &TestClock, keys: &[&str], limits: Option<Limits>) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let clock = clock.clone();
        let options = EmulatorOptions {
            api_keys: keys.iter().map(|key| ApiKey::unrestricted(key)).collect(),
            limits,
            real_time: Arc::new(move || clock.now()),
        };
        let emulator = Arc::new(Emulator::open(directory.path(), options).expect("an emulator"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the listener's address");
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let task = tokio::spawn(serve(listener, Arc::clone(&emulator), Arc::clone(&seen)));
        let base_url = format!("http://{address}");
        let key = keys.first().copied().unwrap_or("any").to_owned();
        Self { base_url, emulator, seen, key, task, _directory: directory }
    }

    /// Every request so far, as in `GET /path?query`.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no test panicked while it was asked").clone()
    }

    /// How many requests there were so far.
    pub fn request_count(&self) -> usize {
        self.seen().len()
    }

    /// Sets what a key is like (`/_emulator/keys`).
    pub async fn set_key(&self, key: &str, settings: Value) {
        self.control("PUT", "/_emulator/keys", &json!({ "apiKey": key, "settings": settings })).await;
    }

    /// Asks for something only an emulator can do; it is not counted.
    pub async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = Request::builder().method(method).uri(path).header("x-api-key", &self.key);
        let request = request.header("content-type", "application/json");
        let request = request.body(Bytes::from(body.to_string())).expect("a well-formed request");
        let answer = self.emulator.answer(request).await;
        assert!(answer.status().is_success(), "{method} {path}: {answer:?}");
        serde_json::from_slice(answer.body()).unwrap_or_default()
    }
}

impl Drop for TestEmulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, emulator: Arc<Emulator>, seen: Arc<Mutex<Vec<String>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (emulator, seen) = (Arc::clone(&emulator), Arc::clone(&seen));
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (emulator, seen) = (Arc::clone(&emulator), Arc::clone(&seen));
            async move { Ok::<_, Infallible>(answer(&emulator, &seen, request).await) }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
        );
    }
}

async fn answer(
    emulator: &Emulator,
    seen: &Mutex<Vec<String>>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let line = format!("{} {}", request.method(), request.uri());
    seen.lock().expect("no test panicked while it looked").push(line);
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    emulator.answer(Request::from_parts(parts, body)).await.map(Full::new)
}
