//! What Roblox's web interface offers beyond the explorer's needs: stores that can be brought back, snapshots, removed
//! keys in listings, and versions without the copies only we keep.
//!
//! Knows the rules of `roblox-apis.md §1`, `§2` and `§4.5`, not their wire.
//!
//! **Invariant:** nothing here answers a local copy.

use daemon_core::names::{EntryAddress, StoreKind, StoreName};
use daemon_core::time::Timestamp;

use crate::error::StoreError;
use crate::queries::{all_keys, deletion, increments, ordered, snapshots, versions};
use crate::universe::records::{
    AllKeysFilter, DeletableStore, DeletableStoreFilter, Increment, IncrementReceipt, ListedKey,
    OrderedExpectation, OrderedReceipt, Page, RevisionContent, RevisionRecord, SnapshotReceipt,
    VersionFilter,
};
use crate::universe::{JOB_BYTES, UniverseStore};

impl UniverseStore {
    /// Deletes a standard store for 30 days, after which [`UniverseStore::purge_stores`] removes it.
    ///
    /// Until then its entries answer [`StoreError::StoreDeleted`]. Deleting it again changes nothing.
    pub async fn delete_store(&self, name: StoreName, now: Timestamp) -> Result<DeletableStore, StoreError> {
        self.database.write(JOB_BYTES, move |connection| deletion::delete(connection, &name, now)).await
    }

    /// Brings a deleted standard store back with all it had; one that is not deleted stays as it is.
    pub async fn undelete_store(
        &self,
        name: StoreName,
        now: Timestamp,
    ) -> Result<DeletableStore, StoreError> {
        self.database.write(JOB_BYTES, move |connection| deletion::undelete(connection, &name, now)).await
    }

    /// Lists standard stores, also those that are deleted or have no live entries.
    pub async fn list_deletable_stores(
        &self,
        filter: DeletableStoreFilter,
        now: Timestamp,
    ) -> Result<Page<DeletableStore>, StoreError> {
        self.database.read(move |connection| deletion::list(connection, &filter, now)).await
    }

    /// Removes every deleted store whose 30 days are over, and answers how many there were.
    ///
    /// Not one transaction: when interrupted, the rest remains for the next time.
    pub async fn purge_stores(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut purged = 0;
        while let Some(name) =
            self.database.read(move |connection| deletion::expired(connection, now)).await?
        {
            self.remove_store(StoreKind::Standard, name).await?;
            purged += 1;
        }
        Ok(purged)
    }

    /// Takes a snapshot, once per UTC day: the next write to every key then keeps what it supersedes, whatever the hour.
    pub async fn take_snapshot(&self, now: Timestamp) -> Result<SnapshotReceipt, StoreError> {
        self.database.write(JOB_BYTES, move |connection| snapshots::take(connection, now)).await
    }

    /// Lists the keys of a standard store, removed ones too as long as they are not forgotten.
    pub async fn list_all_keys(
        &self,
        store: StoreName,
        filter: AllKeysFilter,
        now: Timestamp,
    ) -> Result<Page<ListedKey>, StoreError> {
        self.database.read(move |connection| all_keys::list(connection, &store, &filter, now)).await
    }

    /// Adds to the value of a standard entry, which counts from 0 when it does not exist.
    ///
    /// Answers [`StoreError::NotNumeric`] when the value is no whole number of 64 bits and
    /// [`StoreError::IncrementOverflow`] when the sum is not, and leaves the entry as it is.
    pub async fn increment(&self, increment: Increment) -> Result<IncrementReceipt, StoreError> {
        let local_copies = self.local_copies;
        let (written, value) = self
            .database
            .write(JOB_BYTES, move |connection| increments::increment(connection, &increment, local_copies))
            .await?;
        Ok(IncrementReceipt { value, revision: written.receipt().revision })
    }

    /// Lists the versions of a key that Roblox would have kept.
    pub async fn list_versions(
        &self,
        address: EntryAddress,
        filter: VersionFilter,
        now: Timestamp,
    ) -> Result<Page<RevisionRecord>, StoreError> {
        self.database.read(move |connection| versions::list(connection, &address, &filter, now)).await
    }

    /// Reads the version that was current at a time; none when the key did not exist yet.
    ///
    /// Where Roblox would have lost that version, the newest older one that it kept is answered.
    pub async fn get_version_at(
        &self,
        address: EntryAddress,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<RevisionContent>, StoreError> {
        self.database.read(move |connection| versions::at(connection, &address, at, now)).await
    }

    /// Writes an entry of an ordered store, if there is one, or is none, as the caller expects.
    pub async fn set_ordered_if(
        &self,
        address: EntryAddress,
        value: i64,
        expected: OrderedExpectation,
        now: Timestamp,
    ) -> Result<OrderedReceipt, StoreError> {
        self.database
            .write(JOB_BYTES, move |connection| ordered::set_if(connection, &address, value, expected, now))
            .await
    }
}
