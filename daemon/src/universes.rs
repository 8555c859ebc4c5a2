//! The one trait behind which every source of data stands, and the registry of connected universes.
//!
//! Commands know this trait only; whether the entry lies in our own engine, at Roblox, or behind a Studio is the
//! source's business. This module holds no rules about who may do what, and speaks no wire format.
//!
//! What a source has beside entries stands here too: whole stores, snapshots, memory stores and messages. A source that lacks
//! one of them says so.
//!
//! **Invariant:** a write that names an [`Expectation`] never overwrites anything else than what it names.
//!
//! **Invariant:** values are passed through byte for byte, and user ids and attributes are part of every write, so a
//! source cannot drop them by leaving them out (S-30).

pub mod local;
pub mod cloud;
pub mod clouds;
pub mod memory;
pub mod budgets;
pub mod players;
pub mod registry;
pub mod sample;

use std::ops::Range;

use async_trait::async_trait;
use daemon_core::export::AddEntry;
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, EntryId, Scope, StoreKind, StoreName};
use daemon_core::revision::{AnyRevision, RevisionIdError};
use daemon_core::services::{MemoryName, Message};
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;

use crate::universes::memory::MemoryStores;

/// A source of data stores.
///
/// Pages may hold fewer items than were asked for, even none, although more follow: only an absent cursor ends a listing.
/// The local engine lists in the order each method names; Roblox keeps an order of its own (`roblox-apis.md §8` item 7).
#[async_trait]
pub trait Universe: MemoryStores + Send + Sync {
    /// One page of data stores in name order. Roblox lists no ordered ones and tells no scopes and counts
    /// (`roblox-apis.md §2.1`, `§2.3`).
    async fn list_stores(&self, query: StoreQuery) -> Result<Page<StoreSummary>, UniverseError>;

    /// Deletes a standard store with everything in it; tells until when it can be brought back, where the source tells.
    /// Deleting it again changes nothing (`roblox-apis.md §2.1`).
    async fn delete_store(&self, store: StoreName) -> Result<Option<Timestamp>, UniverseError>;

    /// Brings a deleted standard store back; one that is not deleted stays as it is.
    async fn undelete_store(&self, store: StoreName) -> Result<(), UniverseError>;

    /// Makes the next write to every key keep the value before it, whatever the hour; once a UTC day for the whole
    /// universe (`roblox-apis.md §2.1`).
    async fn take_snapshot(&self) -> Result<Snapshot, UniverseError>;

    /// Publishes a message to live servers; nobody tells whether any heard it (`roblox-apis.md §3.3`). Fails with
    /// [`UniverseError::NoServers`] where there can be none.
    async fn publish(&self, message: Message) -> Result<(), UniverseError>;

    /// One page of a standard store's keys in key order. At Roblox removed ones may be among them where a name does not
    /// fit v2's paths, because v1 lists them too (`roblox-apis.md §1.3`).
    async fn list_keys(&self, query: KeyQuery) -> Result<Page<EntryId>, UniverseError>;

    /// The entry as it is now; `None` when it is absent or removed, an error when its data store is not there.
    async fn get(&self, address: EntryAddress) -> Result<Option<StoredEntry>, UniverseError>;

    /// Writes a whole entry.
    async fn write(&self, write: EntryWrite) -> Result<Written, UniverseError>;

    /// Removes an entry, leaving a tombstone; fails with [`UniverseError::EntryNotFound`] when there is none.
    ///
    /// Roblox knows no condition for this, so there the revision is looked at just before, and a change in between is
    /// overwritten (S-31); it is kept as the version before the tombstone.
    async fn remove(
        &self,
        address: EntryAddress,
        expected: Expectation,
    ) -> Result<AnyRevision, UniverseError>;

    /// Writes entries unconditionally; an outcome for each, in order. The local engine does so in one transaction; at
    /// Roblox one after the other, and [`UniverseError::ImportStopped`] tells how far it came.
    async fn import(
        &self,
        store: StoreName,
        entries: Vec<ImportItem>,
    ) -> Result<Vec<AnyRevision>, UniverseError>;

    /// One page of entries with their values in key order, each put behind the last by `add`.
    async fn export(&self, query: KeyQuery, add: AddEntry<ExportText>)
    -> Result<ExportedPage, UniverseError>;

    /// One page of an entry's revisions, newest first; fails with [`UniverseError::EntryNotFound`] when it has none.
    /// What Roblox lost within its UTC hour is not among its revisions (`roblox-apis.md §4.5`).
    async fn list_revisions(&self, query: RevisionQuery) -> Result<Page<RevisionSummary>, UniverseError>;

    /// The entry as it was at a revision; `None` when that cannot be read (any more).
    async fn get_revision(
        &self,
        address: EntryAddress,
        revision: AnyRevision,
    ) -> Result<Option<(StoredEntry, RevisionState)>, UniverseError>;

    /// One page of an ordered store's entries in order of value.
    async fn list_ordered(&self, query: OrderedQuery) -> Result<Page<(EntryId, i64)>, UniverseError>;

    /// The value of an ordered entry; `None` when it is absent, and at Roblox also when its data store is, which the
    /// local engine reports as an error.
    async fn get_ordered(&self, address: EntryAddress) -> Result<Option<i64>, UniverseError>;

    /// Writes an ordered entry; tells whether it is new.
    async fn set_ordered(&self, address: EntryAddress, value: i64) -> Result<bool, UniverseError>;

    /// Adds to an ordered entry, which begins at 0; tells the sum, and whether the entry is new.
    ///
    /// At Roblox whether it is new, and whether the sum has room, is judged by a read just before (S-31).
    async fn increment_ordered(
        &self,
        address: EntryAddress,
        delta: i64,
    ) -> Result<(i64, bool), UniverseError>;

    /// Removes an ordered entry for good; tells the value it had, at Roblox as read just before (S-31).
    async fn remove_ordered(&self, address: EntryAddress) -> Result<i64, UniverseError>;
}

/// A page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items on it.
    pub items: Vec<T>,
    /// Where the next one begins; absent on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(convert).collect(), next_cursor: self.next_cursor }
    }
}

/// What is made of a page's entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportText {
    /// The entries, one behind the other.
    pub text: String,
    /// Where in the text values lie that are still to be proven.
    pub unproven: Vec<Range<usize>>,
}

/// A page of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedPage {
    /// What was made of its entries.
    pub entries: ExportText,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}

/// Which data stores to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreQuery {
    /// Only this kind, or both.
    pub kind: Option<StoreKind>,
    /// Only names that begin so.
    pub prefix: String,
    /// Also those that were deleted and can be brought back.
    pub deleted: bool,
    /// From the page before.
    pub cursor: Option<String>,
    /// Most items on the page.
    pub limit: usize,
}

/// A data store in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSummary {
    /// Its name.
    pub name: StoreName,
    /// Its kind.
    pub kind: StoreKind,
    /// Scopes in use, cut by the source.
    pub scopes: Vec<Scope>,
    /// Whether `scopes` is cut.
    pub more_scopes: bool,
    /// How many entries it has, where the source knows.
    pub key_count: Option<u64>,
    /// When an entry last changed, where the source knows.
    pub last_modified: Option<Timestamp>,
    /// When it came into being, where the source knows.
    pub created_at: Option<Timestamp>,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// When a deleted one is purged, where the source knows.
    pub expires_at: Option<Timestamp>,
}

/// What asking for a snapshot did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Whether one was taken now.
    pub is_new: bool,
    /// When the latest was taken, where the source tells.
    pub latest_at: Option<Timestamp>,
}

/// Which keys, or entries, to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyQuery {
    /// The standard store.
    pub store: StoreName,
    /// One scope, or all.
    pub scope: Option<Scope>,
    /// Only keys that begin so.
    pub prefix: String,
    /// From the page before.
    pub cursor: Option<String>,
    /// Most items on the page.
    pub limit: usize,
}

/// Which revisions to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionQuery {
    /// The entry.
    pub address: EntryAddress,
    /// From the page before.
    pub cursor: Option<String>,
    /// Most items on the page.
    pub limit: usize,
}

/// Which ordered entries to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedQuery {
    /// The ordered store.
    pub store: StoreName,
    /// The scope.
    pub scope: Scope,
    /// Largest first.
    pub descending: bool,
    /// Least value.
    pub minimum: Option<i64>,
    /// Greatest value.
    pub maximum: Option<i64>,
    /// From the page before.
    pub cursor: Option<String>,
    /// Most items on the page.
    pub limit: usize,
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// The value.
    pub value: JsonText,
    /// The account ids tagged to it.
    pub user_ids: UserIds,
    /// Roblox's metadata.
    pub attributes: Attributes,
    /// The revision.
    pub revision: AnyRevision,
    /// When the key came into being.
    pub created_at: Timestamp,
    /// When this revision was written.
    pub updated_at: Timestamp,
}

/// What a write takes for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// That there is no entry.
    Absent,
    /// That this revision is current.
    Revision(AnyRevision),
}

/// A whole entry to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryWrite {
    /// Where.
    pub address: EntryAddress,
    /// The value.
    pub value: JsonText,
    /// The account ids tagged to it.
    pub user_ids: UserIds,
    /// Roblox's metadata.
    pub attributes: Attributes,
    /// What the writer saw before.
    pub expected: Expectation,
}

/// An entry to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportItem {
    /// Scope and key.
    pub id: EntryId,
    /// The value.
    pub value: JsonText,
    /// The account ids tagged to it.
    pub user_ids: UserIds,
    /// Roblox's metadata.
    pub attributes: Attributes,
}

/// What a write did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The revision now current.
    pub revision: AnyRevision,
    /// When the key came into being.
    pub created_at: Timestamp,
    /// When this revision was written.
    pub updated_at: Timestamp,
}

/// What a revision is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevisionState {
    /// The value now.
    Current,
    /// A version by Roblox's rules.
    Kept,
    /// Replaced within its UTC hour and kept by us.
    LocalCopy,
    /// The mark of a removal.
    Removed,
}

/// A revision without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionSummary {
    /// Its id.
    pub revision: AnyRevision,
    /// What it is.
    pub state: RevisionState,
    /// When it was written.
    pub created_at: Timestamp,
    /// Its value's length in bytes; absent for removals, and where the source does not tell.
    pub size_bytes: Option<u64>,
    /// When it can no longer be read; absent for the current one, and where the source does not tell.
    pub expires_at: Option<Timestamp>,
}

/// Why a source did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum UniverseError {
    /// There is no such data store.
    #[error(
        "data store `{0}` not found; names are case-sensitive, and a data store exists once it has an entry"
    )]
    StoreNotFound(StoreName),
    /// The data store was deleted. Roblox tells no more than that there is none.
    #[error("data store `{store}` was deleted; bring it back before it is purged after {expires_at}")]
    StoreDeleted {
        /// Which one.
        store: StoreName,
        /// Until when it can be brought back.
        expires_at: Timestamp,
    },
    /// A sorted map has no such item.
    #[error("no item `{item}` in sorted map `{map}`; it may have expired")]
    MapItemNotFound {
        /// The sorted map.
        map: MemoryName,
        /// The item.
        item: MemoryName,
    },
    /// A sorted map has an item that was to be new.
    #[error(
        "sorted map `{map}` has an item `{item}`; nothing was written: replace it, or choose another name"
    )]
    MapItemExists {
        /// The sorted map.
        map: MemoryName,
        /// The item.
        item: MemoryName,
    },
    /// A queue has fewer items than all that were asked for.
    #[error("queue `{queue}` has fewer than {count} items to read; nothing was taken: ask for fewer")]
    QueueTooShort {
        /// The queue.
        queue: MemoryName,
        /// How many were asked for.
        count: u32,
    },
    /// A filter of a sorted map that cannot be read.
    #[error("the filter is not understood; write it as `id > \"key-001\" && sortKey < 5`")]
    Filter,
    /// A text that no reading of a queue answered.
    #[error("the read id is none of this queue's; send it exactly as it was received")]
    ReadId,
    /// There are no live servers to tell.
    #[error("a local connection has no live servers to tell; publish over a connection to Roblox")]
    NoServers,
    /// There is no such entry.
    #[error("no entry `{}` in data store `{}`, scope `{}`", .0.key, .0.store, .0.scope)]
    EntryNotFound(EntryAddress),
    /// Something else is current than was expected.
    #[error(
        "the entry was changed since it was read; nothing was written: look at it as it is now, then repeat"
    )]
    Conflict {
        /// The entry as it is now; `None` when it is gone, or could not be read after the conflict.
        current: Option<(EntryId, Box<StoredEntry>)>,
    },
    /// A sum leaves 64 bits.
    #[error("adding {delta} to {value} leaves the range of 64-bit integers; nothing was written")]
    SumOutOfRange {
        /// What is stored.
        value: i64,
        /// What was to be added.
        delta: i64,
    },
    /// A cursor that is none, or of another query.
    #[error(transparent)]
    Cursor(#[from] daemon_core::cursor::CursorError),
    /// A text that is no revision of this source.
    #[error(transparent)]
    Revision(#[from] RevisionIdError),
    /// An import that is not one transaction ended in the middle.
    #[error(
        "the import stopped at key `{}`, scope `{}`, after {} of {total} entries, which are written: {cause}",
        .at.key, .at.scope, .written.len()
    )]
    ImportStopped {
        /// The revisions of those before it, in order.
        written: Vec<AnyRevision>,
        /// How many there were to write.
        total: usize,
        /// Where it stopped.
        at: EntryId,
        /// Why.
        cause: Box<UniverseError>,
    },
    /// An entry was removed, and what it became could not be read.
    #[error(
        "the entry was removed, but not under which revision is known ({cause}); list its revisions to see"
    )]
    RemovalUnseen {
        /// Why not.
        cause: Box<UniverseError>,
    },
    /// Roblox, or the way to it, did not do what was asked.
    #[error(transparent)]
    Cloud(daemon_roblox::client::error::CloudError),
    /// The connection's key cannot be used; nothing was sent.
    #[error(transparent)]
    Key(#[from] clouds::KeyProblem),
    /// The local database failed.
    #[error(transparent)]
    Store(#[from] daemon_store::error::StoreError),
}
