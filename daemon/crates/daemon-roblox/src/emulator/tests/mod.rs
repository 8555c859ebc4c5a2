//! The emulator's rules, over real files in temporary folders; the time is made up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use daemon_core::time::Timestamp;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use crate::emulator::access::ApiKey;
use crate::emulator::faults::Delivery;
use crate::emulator::limits::Limits;
use crate::emulator::{CallerAddress, Emulator, EmulatorOptions};

mod admission;
mod concurrency;
mod control;
mod fuzz;
mod gateway;
mod hostile;
mod keys;
mod limits;
mod memory;
mod ordered;
mod services;
mod transfer;
mod v1_entries;
mod v1_listings;
mod v2_entries;
mod v2_listings;
mod v2_stores;

const SECOND: u64 = 10_000_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;
/// 2024-07-22T19:00:00Z, the start of a UTC hour.
const NINETEEN: u64 = 638_572_716_000_000_000;

const V1: &str = "/datastores/v1/universes/7/standard-datastores";
const V1_ENTRY: &str = "/datastores/v1/universes/7/standard-datastores/datastore/entries/entry";
const V2: &str = "/cloud/v2/universes/7/data-stores";

/// An emulator in a temporary folder. Fields drop in order: the files are let go of before the folder goes.
struct Fixture {
    emulator: Emulator,
    time: Arc<AtomicU64>,
    folder: TempDir,
}

/// What the emulator answered.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// What the server has to do with it, if not send it.
    delivery: Option<Delivery>,
}

impl Fixture {
    fn new() -> Self {
        Self::with(Vec::new(), None)
    }

    fn with_keys(api_keys: Vec<ApiKey>) -> Self {
        Self::with(api_keys, None)
    }

    fn with(api_keys: Vec<ApiKey>, limits: Option<Limits>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let time = Arc::new(AtomicU64::new(NINETEEN));
        let emulator = Self::open(&folder, &time, api_keys, limits);
        Self { emulator, time, folder }
    }

    fn open(
        folder: &TempDir,
        time: &Arc<AtomicU64>,
        api_keys: Vec<ApiKey>,
        limits: Option<Limits>,
    ) -> Emulator {
        let time = Arc::clone(time);
        let real_time = Arc::new(move || Timestamp::from_ticks(time.load(Ordering::Relaxed)));
        Emulator::open(folder.path(), EmulatorOptions { api_keys, limits, real_time }).unwrap()
    }

    /// Closes the emulator and opens it again over the same folder.
    async fn reopen(&mut self) {
        self.emulator.close().await;
        self.emulator = Self::open(&self.folder, &self.time, Vec::new(), None);
    }

    fn at(&self, ticks: u64) {
        self.time.store(ticks, Ordering::Relaxed);
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.send_from("127.0.0.1", method, path, headers, body).await
    }

    async fn send_from(
        &self,
        address: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let address = CallerAddress(address.parse().unwrap());
        let mut request = Request::builder().method(method).uri(path).extension(address);
        if !headers.iter().any(|(name, _)| *name == "x-api-key") {
            request = request.header("x-api-key", "test");
        }
        if !headers.iter().any(|(name, _)| *name == "content-length") {
            request = request.header("content-length", body.len());
        }
        for (name, value) in headers.iter().filter(|(_, value)| *value != "absent") {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let request = request.body(Bytes::copy_from_slice(body)).unwrap();
        let (parts, body) = self.emulator.answer(request).await.into_parts();
        let delivery = parts.extensions.get().copied();
        Answer { status: parts.status, headers: parts.headers, body, delivery }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    async fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[], body.as_bytes()).await
    }

    async fn patch(&self, path: &str, body: &str) -> Answer {
        self.send("PATCH", path, &[], body.as_bytes()).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], b"").await
    }

    /// Sets an entry of the data store `s` by v1, at a time, and answers its version.
    async fn set(&self, key: &str, value: &str, now: u64) -> String {
        self.at(now);
        let answer = self.post(&format!("{V1_ENTRY}?datastoreName=s&entryKey={key}"), value).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["version"].as_str().unwrap().to_owned()
    }

    /// Deletes an entry of the data store `s` by v1, at a time.
    async fn unset(&self, key: &str, now: u64) {
        self.at(now);
        let answer = self.delete(&format!("{V1_ENTRY}?datastoreName=s&entryKey={key}")).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Fails unless this is v1's error of that status and code.
    #[track_caller]
    fn assert_v1(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["errorDetails"][0]["datastoreErrorCode"], code, "{body}");
        assert_eq!(body["errorDetails"][0]["errorDetailType"], "DatastoreErrorInfo");
        assert!(body["error"].is_string() && body["message"].is_string(), "{body}");
    }

    /// Fails unless this is v2's error of that status and code.
    #[track_caller]
    fn assert_v2(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert!(body["message"].is_string(), "{body}");
    }

    /// Fails unless this is the gateway's error of that status.
    #[track_caller]
    fn assert_gateway(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["errors"][0]["code"], 0, "{body}");
        assert!(body["errors"][0]["message"].is_string(), "{body}");
    }

    /// Fails unless this is v1's error about a parameter of the wrong type.
    #[track_caller]
    fn assert_validation(&self, field: &str) {
        assert_eq!(self.status, 400, "{self:?}");
        let body = self.json();
        assert!(body["errors"][field][0].is_string(), "{body}");
        assert_eq!(body["status"], 400);
    }
}
