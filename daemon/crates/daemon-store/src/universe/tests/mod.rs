//! Behaviour of the engine, over real files in temporary folders; times are made up, nothing sleeps.

use std::path::PathBuf;

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, EntryId, Key, Scope, StoreName};
use daemon_core::revision::RevisionId;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use tempfile::TempDir;

use crate::error::StoreError;
use crate::universe::UniverseStore;
use crate::universe::records::{
    Expectation, ImportItem, RevisionRecord, RevisionState, UniverseOptions, Write, WriteReceipt,
};

mod conflicts;
mod files;
mod imports;
mod memory;
mod open_cloud;
mod ordered;
mod pages;
mod stores;
mod versions;

const SECOND: u64 = 10_000_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;
/// 2024-07-22T19:00:00Z, the start of a UTC hour.
const NINETEEN: u64 = 638_572_716_000_000_000;

/// A universe in a temporary folder. Fields drop in order: the store lets go of the file before the folder goes.
struct Fixture {
    store: UniverseStore,
    folder: TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self::with(UniverseOptions::default())
    }

    fn with(options: UniverseOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = UniverseStore::open(&folder.path().join("universe.db"), options).unwrap();
        Self { store, folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("universe.db")
    }

    async fn set(&self, key: &str, value: &str, now: u64) -> WriteReceipt {
        self.write(key, value, Expectation::Any, now).await.unwrap()
    }

    async fn write(
        &self,
        key: &str,
        value: &str,
        expected: Expectation,
        now: u64,
    ) -> Result<WriteReceipt, StoreError> {
        self.store
            .write(Write {
                address: address(key),
                value: json(value),
                user_ids: UserIds::default(),
                attributes: Attributes::default(),
                expected,
                now: at(now),
            })
            .await
    }

    async fn remove(&self, key: &str, now: u64) -> RevisionId {
        self.store.remove(address(key), Expectation::Any, at(now)).await.unwrap().revision
    }

    async fn value(&self, key: &str) -> Option<String> {
        self.store.get(address(key)).await.unwrap().map(|entry| entry.value.into_string())
    }

    async fn revisions(&self, key: &str, now: u64) -> Vec<RevisionRecord> {
        self.store.list_revisions(address(key), None, 1_000, at(now)).await.unwrap().items
    }

    async fn states(&self, key: &str, now: u64) -> Vec<RevisionState> {
        self.revisions(key, now).await.into_iter().map(|revision| revision.state).collect()
    }
}

fn at(ticks: u64) -> Timestamp {
    Timestamp::from_ticks(ticks)
}

fn json(text: &str) -> JsonText {
    JsonText::parse(text).unwrap()
}

fn store_name(text: &str) -> StoreName {
    StoreName::parse(text).unwrap()
}

fn id(scope: &str, key: &str) -> EntryId {
    EntryId { scope: Scope::parse(scope).unwrap(), key: Key::parse(key).unwrap() }
}

/// A key in the global scope of the store `Saves`.
fn address(key: &str) -> EntryAddress {
    id("global", key).in_store(store_name("Saves"))
}

fn item(scope: &str, key: &str, value: &str) -> ImportItem {
    ImportItem {
        id: id(scope, key),
        value: json(value),
        user_ids: UserIds::default(),
        attributes: Attributes::default(),
    }
}

/// A small generator for made-up data; the same seed gives the same data.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}
