//! One universe's data stores in one file, by Roblox's rules.
//!
//! Standard and ordered stores, scopes, versions, tombstones and paging as `roblox-apis.md §2` and `§4` have them; names,
//! values and metadata are checked by their types in `daemon-core`. Who may do what, budgets and change events are not
//! known here.
//!
//! **Invariant:** the versions of a key have strictly increasing counters and times, even while the clock stands still
//! or goes back.
//!
//! **Invariant:** a version past its time is never answered, whether or not it has been purged.

use std::path::Path;

use daemon_core::export::AddEntry;
use daemon_core::names::{EntryAddress, EntryId, Scope, StoreKind, StoreName};
use daemon_core::revision::RevisionId;
use daemon_core::time::Timestamp;

use crate::database::schema::Schema;
use crate::database::{Database, Tuning};
use crate::error::StoreError;
use crate::queries::entries::Written;
use crate::queries::{entries, expiry, keys, ordered, revisions, stores};
use crate::universe::records::{
    EntryRecord, Expectation, ExportPage, ImportItem, KeyFilter, OrderedFilter, OrderedReceipt,
    OrderedRecord, Page, PurgeReport, RemoveReceipt, RevisionContent, RevisionRecord, StoreFilter,
    StoreRecord, UniverseOptions, Write, WriteReceipt,
};

pub mod memory;
pub mod records;

mod open_cloud;

#[cfg(test)]
mod tests;

/// The migrations of a universe's file.
pub(crate) const SCHEMA: Schema = Schema {
    migrations: &[
        include_str!("../../migrations/universe/0001_entries.sql"),
        include_str!("../../migrations/universe/0002_deleted_stores_and_snapshots.sql"),
        include_str!("../../migrations/universe/0003_memory_stores.sql"),
    ],
    application: None,
};
/// Bytes of the log after which it is moved into the file: large enough that an import rarely waits for it.
const LOG_BYTES: u32 = 128 << 20;
const READERS: usize = 2;
/// Entries removed per transaction when a whole store is removed; other writes run in between.
const REMOVAL_STEP: usize = 2_000;
/// What a queued job takes in memory beside its values.
const JOB_BYTES: usize = 512;
/// What an item of a batch takes in memory beside its value.
const ITEM_BYTES: usize = 256;

/// A handle to one universe's data stores; clones share it.
#[derive(Clone, Debug)]
pub struct UniverseStore {
    database: Database,
    local_copies: bool,
}

impl UniverseStore {
    /// Opens the universe's file, creating it when missing. Blocks while it reads the file's head and log.
    pub fn open(path: &Path, options: UniverseOptions) -> Result<Self, StoreError> {
        let tuning = Tuning {
            writer_cache_bytes: options.writer_cache_bytes,
            reader_cache_bytes: options.reader_cache_bytes,
            readers: READERS,
            log_bytes: LOG_BYTES,
            page_limit: options.page_limit,
            check_at_open: false,
        };
        Ok(Self { database: Database::open(path, &SCHEMA, tuning)?, local_copies: options.local_copies })
    }

    /// Finishes what is queued and closes the file; later operations answer [`StoreError::Closed`].
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Checks the whole file for damage while it is in use; takes seconds per gigabyte (S-45).
    pub async fn check(&self) -> Result<(), StoreError> {
        self.database.check().await
    }

    /// Lists data stores with at least one live entry (`roblox-apis.md §4.1`).
    pub async fn list_stores(&self, filter: StoreFilter) -> Result<Page<StoreRecord>, StoreError> {
        self.database.read(move |connection| stores::list(connection, &filter)).await
    }

    /// Describes one data store; none when it does not exist. With `entry_count` 0 it holds only removed keys.
    ///
    /// Answers [`StoreError::StoreDeleted`] for one that is deleted, as all that reads or writes its entries does.
    pub async fn describe_store(
        &self,
        kind: StoreKind,
        name: StoreName,
    ) -> Result<Option<StoreRecord>, StoreError> {
        self.database.read(move |connection| stores::describe(connection, kind, &name)).await
    }

    /// Removes a data store with all its entries and versions, permanently, and answers how many live entries it had.
    ///
    /// Not one transaction: when interrupted, the rest of the store remains, and removing it again completes the work.
    pub async fn remove_store(&self, kind: StoreKind, name: StoreName) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let name = name.clone();
            let step = self
                .database
                .write(JOB_BYTES, move |connection| {
                    stores::remove_some(connection, kind, &name, REMOVAL_STEP)
                })
                .await?;
            removed += step.entries;
            if step.finished {
                return Ok(removed);
            }
        }
    }

    /// Lists the live keys of a standard store (`roblox-apis.md §2.2`).
    pub async fn list_keys(&self, store: StoreName, filter: KeyFilter) -> Result<Page<EntryId>, StoreError> {
        self.database.read(move |connection| keys::list(connection, &store, &filter)).await
    }

    /// Gives the live entries of a standard store to `add`, with their values.
    ///
    /// A page ends early once its values exceed 3 MiB together; it holds at least one entry if there is one.
    pub async fn export<Entries: Default + Send + 'static>(
        &self,
        store: StoreName,
        filter: KeyFilter,
        add: AddEntry<Entries>,
    ) -> Result<ExportPage<Entries>, StoreError> {
        self.database.read(move |connection| keys::export(connection, &store, &filter, add)).await
    }

    /// Reads an entry; none when it does not exist or is removed.
    pub async fn get(&self, address: EntryAddress) -> Result<Option<EntryRecord>, StoreError> {
        self.database.read(move |connection| entries::get(connection, &address)).await
    }

    /// Writes an entry, if it is what the caller expects.
    pub async fn write(&self, write: Write) -> Result<WriteReceipt, StoreError> {
        let size_bytes = JOB_BYTES + write.value.len_bytes();
        let local_copies = self.local_copies;
        let written = self
            .database
            .write(size_bytes, move |connection| entries::write(connection, &write, local_copies))
            .await?;
        Ok(written.receipt())
    }

    /// Removes an entry, if it is what the caller expects, leaving a tombstone (`roblox-apis.md §4.5`).
    pub async fn remove(
        &self,
        address: EntryAddress,
        expected: Expectation,
        now: Timestamp,
    ) -> Result<RemoveReceipt, StoreError> {
        self.database
            .write(JOB_BYTES, move |connection| entries::remove(connection, &address, &expected, now))
            .await
    }

    /// Writes all items in one transaction, and answers what each became, in the order given.
    ///
    /// Existing keys are overwritten by the version rules; of equal keys in one batch the later wins.
    pub async fn import(
        &self,
        store: StoreName,
        items: Vec<ImportItem>,
        now: Timestamp,
    ) -> Result<Vec<WriteReceipt>, StoreError> {
        let local_copies = self.local_copies;
        let size_bytes = items.iter().map(|item| ITEM_BYTES + item.value.len_bytes()).sum();
        let (written, items) = self
            .database
            .write(size_bytes, move |connection| {
                let written = entries::import(connection, &store, &items, now, local_copies)?;
                Ok((written, items))
            })
            .await?;
        // Freed here rather than on the writer's thread, whose time is what limits an import.
        drop(items);
        Ok(written.iter().map(Written::receipt).collect())
    }

    /// Lists the versions of a key that have not expired, newest first, after `after`.
    pub async fn list_revisions(
        &self,
        address: EntryAddress,
        after: Option<RevisionId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Page<RevisionRecord>, StoreError> {
        self.database
            .read(move |connection| revisions::list(connection, &address, after.as_ref(), limit, now))
            .await
    }

    /// Reads one version of a key; none when there is no such version or it has expired.
    pub async fn get_revision(
        &self,
        address: EntryAddress,
        revision: RevisionId,
        now: Timestamp,
    ) -> Result<Option<RevisionContent>, StoreError> {
        self.database.read(move |connection| revisions::get(connection, &address, &revision, now)).await
    }

    /// Removes at most `limit` expired versions and `limit` expired tombstones; call again until both are fewer.
    pub async fn purge(&self, now: Timestamp, limit: usize) -> Result<PurgeReport, StoreError> {
        self.database.write(JOB_BYTES, move |connection| expiry::purge(connection, now, limit)).await
    }

    /// Lists one scope of an ordered store (`roblox-apis.md §2.3`).
    pub async fn list_ordered(
        &self,
        store: StoreName,
        filter: OrderedFilter,
    ) -> Result<Page<OrderedRecord>, StoreError> {
        self.database.read(move |connection| ordered::list(connection, &store, &filter)).await
    }

    /// Reads an entry of an ordered store.
    pub async fn get_ordered(&self, address: EntryAddress) -> Result<Option<i64>, StoreError> {
        self.database.read(move |connection| ordered::get(connection, &address)).await
    }

    /// Writes an entry of an ordered store.
    pub async fn set_ordered(
        &self,
        address: EntryAddress,
        value: i64,
        now: Timestamp,
    ) -> Result<OrderedReceipt, StoreError> {
        self.database.write(JOB_BYTES, move |connection| ordered::set(connection, &address, value, now)).await
    }

    /// Adds `amount` to an entry of an ordered store, which counts from 0 when it does not exist.
    ///
    /// Answers [`StoreError::IncrementOverflow`] when the sum is no 64-bit integer, and leaves the entry as it is.
    pub async fn increment_ordered(
        &self,
        address: EntryAddress,
        amount: i64,
        now: Timestamp,
    ) -> Result<OrderedReceipt, StoreError> {
        self.database
            .write(JOB_BYTES, move |connection| ordered::increment(connection, &address, amount, now))
            .await
    }

    /// Removes an entry of an ordered store, permanently, and answers the value it had.
    pub async fn remove_ordered(&self, address: EntryAddress, now: Timestamp) -> Result<i64, StoreError> {
        self.database.write(JOB_BYTES, move |connection| ordered::remove(connection, &address, now)).await
    }

    /// Lists the scopes of a data store that have live entries, in byte order, after `after`.
    pub async fn list_scopes(
        &self,
        kind: StoreKind,
        store: StoreName,
        after: Option<Scope>,
        limit: usize,
    ) -> Result<Page<Scope>, StoreError> {
        self.database
            .read(move |connection| stores::list_scopes(connection, kind, &store, after.as_ref(), limit))
            .await
    }
}
