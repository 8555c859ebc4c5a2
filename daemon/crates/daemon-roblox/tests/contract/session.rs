//! An emulator in a temporary folder, and every request and response that passed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use daemon_core::time::Timestamp;
use daemon_roblox::emulator::{Emulator, EmulatorOptions};
use http::{HeaderMap, Request, StatusCode};
use tempfile::TempDir;

const SECOND: u64 = 10_000_000;
/// 2024-07-22T19:00:00.1234567Z.
const START: u64 = 638_572_716_001_234_567;

/// A request and its response.
pub(crate) struct Exchange {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// The emulator and what passed so far. Fields drop in order: the files are let go of before the folder goes.
pub(crate) struct Session {
    emulator: Emulator,
    time: Arc<AtomicU64>,
    pub(crate) exchanges: Vec<Exchange>,
    _folder: TempDir,
}

impl Session {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let time = Arc::new(AtomicU64::new(START));
        let shared = Arc::clone(&time);
        let real_time = Arc::new(move || Timestamp::from_ticks(shared.load(Ordering::Relaxed)));
        let options = EmulatorOptions { api_keys: Vec::new(), limits: None, real_time };
        let emulator = Emulator::open(folder.path(), options).unwrap();
        Self { emulator, time, exchanges: Vec::new(), _folder: folder }
    }

    pub(crate) fn pass_hours(&self, hours: u64) {
        self.time.fetch_add(hours * 3_600 * SECOND, Ordering::Relaxed);
    }

    /// Sends a request with a key; `expected` is the status it must have.
    pub(crate) async fn send(&mut self, expected: u16, method: &str, target: &str, body: &str) -> String {
        self.send_with(expected, method, target, &[("x-api-key", "key")], body).await
    }

    /// Sends a request with headers.
    pub(crate) async fn send_with(
        &mut self,
        expected: u16,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> String {
        let mut request = Request::builder().method(method).uri(target).header("content-length", body.len());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        let (parts, body) = self.emulator.answer(request).await.into_parts();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(parts.status, expected, "{method} {target}: {body}");
        self.exchanges.push(Exchange {
            method: method.to_owned(),
            target: target.to_owned(),
            status: parts.status,
            headers: parts.headers,
            body: body.clone(),
        });
        body
    }
}
