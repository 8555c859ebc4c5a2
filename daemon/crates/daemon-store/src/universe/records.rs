//! What goes into a universe's store and what comes out.

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, EntryId, Key, Scope, StoreKind, StoreName};
use daemon_core::revision::RevisionId;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;

/// Sizes of a universe's store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniverseOptions {
    /// Bytes of page cache for writing.
    pub writer_cache_bytes: u32,
    /// Bytes of page cache for each of the two readers.
    pub reader_cache_bytes: u32,
    /// The most pages of 4,096 bytes the file may have, beyond which writes answer
    /// [`StoreError::Full`](crate::error::StoreError::Full); none for no limit but the disk's.
    pub page_limit: Option<u32>,
    /// Whether versions that Roblox would lose within their UTC hour are kept here.
    pub local_copies: bool,
}

impl Default for UniverseOptions {
    fn default() -> Self {
        Self {
            writer_cache_bytes: 12 << 20,
            reader_cache_bytes: 3 << 20,
            page_limit: None,
            local_copies: true,
        }
    }
}

/// A data store with at least one live entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreRecord {
    /// Its name; standard and ordered stores have separate names.
    pub name: StoreName,
    /// Which kind it is.
    pub kind: StoreKind,
    /// When its first entry was written.
    pub created_at: Timestamp,
    /// When an entry of it was last written or removed.
    pub modified_at: Timestamp,
    /// How many live entries it has, in all scopes.
    pub entry_count: u64,
    /// Its first scopes in byte order, at most [`SCOPES_SHOWN`]; only scopes with live entries.
    pub scopes: Vec<Scope>,
    /// Whether there are more scopes than `scopes` shows.
    pub has_more_scopes: bool,
    /// Until when it can be brought back; none when it is not deleted.
    pub expires_at: Option<Timestamp>,
}

/// The most scopes a [`StoreRecord`] shows.
pub const SCOPES_SHOWN: usize = 20;

/// Which data stores to list, in order of name, then kind (standard first).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreFilter {
    /// Only this kind; none for both.
    pub kind: Option<StoreKind>,
    /// Only names that start so; may be empty.
    pub prefix: String,
    /// Also deleted ones that can be brought back at this time; none for those that are not deleted alone.
    pub deleted_as_of: Option<Timestamp>,
    /// Only stores after this one.
    pub after: Option<(StoreName, StoreKind)>,
    /// The most stores to answer with.
    pub limit: usize,
}

/// Which live keys of a data store to list, in order of scope, then key, by bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Only this scope; none for all.
    pub scope: Option<Scope>,
    /// Only keys that start so; may be empty. The scope is not part of what is compared.
    pub prefix: String,
    /// Only entries after this one, which need not exist.
    pub after: Option<EntryId>,
    /// The most keys to answer with.
    pub limit: usize,
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What the page holds, in order.
    pub items: Vec<T>,
    /// Whether more follows.
    pub has_more: bool,
}

/// One page of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportPage<Entries> {
    /// What the page holds, in order.
    pub entries: Entries,
    /// The last entry of the page.
    pub last: Option<EntryId>,
    /// Whether more follows.
    pub has_more: bool,
}

/// A version of an entry, with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRecord {
    /// The value, byte for byte as it was written.
    pub value: JsonText,
    /// The users the entry belongs to.
    pub user_ids: UserIds,
    /// The attributes, byte for byte as they were written.
    pub attributes: Attributes,
    /// Which version this is.
    pub revision: RevisionId,
    /// When the key was created; stays when a removed key is written again.
    pub created_at: Timestamp,
    /// When this version was written.
    pub updated_at: Timestamp,
}

/// What the caller believes an entry to be, checked before it is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Anything: the change is made whatever is there.
    Any,
    /// Not there, or removed.
    Absent,
    /// Live, in any version; otherwise the error is [`StoreError::EntryNotFound`](crate::error::StoreError::EntryNotFound).
    Live,
    /// Live, and in this version.
    Revision(RevisionId),
}

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Where to.
    pub address: EntryAddress,
    /// The value.
    pub value: JsonText,
    /// The users it belongs to; replace the former.
    pub user_ids: UserIds,
    /// The attributes; replace the former.
    pub attributes: Attributes,
    /// What must be there before.
    pub expected: Expectation,
    /// The time of the write.
    pub now: Timestamp,
}

/// Tells what a write became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteReceipt {
    /// The version written.
    pub revision: RevisionId,
    /// Whether there was no live entry before.
    pub created: bool,
}

/// Tells what a removal became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveReceipt {
    /// The version of the tombstone.
    pub revision: RevisionId,
}

/// One entry of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportItem {
    /// Where in the data store.
    pub id: EntryId,
    /// The value.
    pub value: JsonText,
    /// The users it belongs to.
    pub user_ids: UserIds,
    /// The attributes.
    pub attributes: Attributes,
}

/// What became of a version (`roblox-apis.md §4.5`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevisionState {
    /// The value the key has now.
    Current,
    /// Superseded, and kept as Roblox would keep it.
    Kept,
    /// Superseded within its UTC hour. Roblox would have lost it; it is kept here only, and the emulator never serves it.
    LocalCopy,
    /// A tombstone: the key was removed here.
    Removed,
}

/// A version in the list of a key's versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionRecord {
    /// Which version.
    pub revision: RevisionId,
    /// When it was written.
    pub created_at: Timestamp,
    /// What became of it.
    pub state: RevisionState,
    /// Bytes of its value; 0 for a tombstone.
    pub size_bytes: u64,
    /// When it vanishes; none for the current value.
    pub expires_at: Option<Timestamp>,
}

/// A version with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionContent {
    /// The version as the list has it.
    pub record: RevisionRecord,
    /// Its content; none for a tombstone.
    pub entry: Option<EntryRecord>,
}

/// Which entries of one scope of an ordered store to list, by value, then key; descending is the exact reverse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedFilter {
    /// The scope.
    pub scope: Scope,
    /// Whether the largest value comes first.
    pub descending: bool,
    /// Only values from this one on.
    pub min: Option<i64>,
    /// Only values up to this one.
    pub max: Option<i64>,
    /// Only entries after this one in the order asked for; it need not exist.
    pub after: Option<OrderedRecord>,
    /// The most entries to answer with.
    pub limit: usize,
}

/// An entry of an ordered store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedRecord {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: i64,
}

/// Tells what writing to an ordered store became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderedReceipt {
    /// The value the entry has now.
    pub value: i64,
    /// Whether there was no entry before.
    pub created: bool,
}

/// Tells how much a purge removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Superseded versions removed.
    pub revisions: u64,
    /// Removed keys forgotten, with all their versions.
    pub keys: u64,
}

/// Which entries of an ordered store may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderedExpectation {
    /// Only one that does not exist; otherwise the error is a conflict.
    Absent,
    /// Only one that exists; otherwise the error is that it was not found.
    Present,
}

/// A standard store that may be deleted (`roblox-apis.md §2.1`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletableStore {
    /// Its name.
    pub name: StoreName,
    /// When its first entry was written.
    pub created_at: Timestamp,
    /// Until when it can be brought back; none when it is not deleted.
    pub expires_at: Option<Timestamp>,
    /// Whether it has live entries.
    pub has_entries: bool,
}

/// Which standard stores to list, deleted or not, in order of name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletableStoreFilter {
    /// Only names that start so; may be empty.
    pub prefix: String,
    /// Only stores after this one, which need not exist.
    pub after: Option<StoreName>,
    /// The most stores to answer with.
    pub limit: usize,
}

/// Tells what asking for a snapshot became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotReceipt {
    /// Whether one was taken; not when one was on the same UTC day.
    pub taken: bool,
    /// When the latest snapshot was taken.
    pub at: Timestamp,
}

/// Which keys of a data store to list, live and removed, in order of scope, then key, by bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllKeysFilter {
    /// Only this scope; none for all.
    pub scope: Option<Scope>,
    /// Only keys that start so; may be empty. Over all scopes it is compared with `scope/key`.
    pub prefix: String,
    /// Only entries after this one, which need not exist.
    pub after: Option<EntryId>,
    /// The most keys to answer with.
    pub limit: usize,
}

/// A key, live or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// Where in the data store.
    pub id: EntryId,
    /// Whether it is removed.
    pub removed: bool,
}

/// Which versions of a key to list, those Roblox would have lost left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionFilter {
    /// Only versions written then or later.
    pub from: Option<Timestamp>,
    /// Only versions written then or earlier.
    pub until: Option<Timestamp>,
    /// Whether the oldest comes first.
    pub ascending: bool,
    /// Only versions after this one in the order asked for; it need not exist.
    pub after: Option<RevisionId>,
    /// The most versions to answer with.
    pub limit: usize,
}

/// What to add to the value of a standard entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Increment {
    /// Which entry; it counts from 0 when it does not exist.
    pub address: EntryAddress,
    /// What to add.
    pub amount: i64,
    /// The users it belongs to; replace the former.
    pub user_ids: UserIds,
    /// The attributes; replace the former.
    pub attributes: Attributes,
    /// The time now.
    pub now: Timestamp,
}

/// Tells what an increment became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncrementReceipt {
    /// The value now.
    pub value: JsonText,
    /// The version written.
    pub revision: RevisionId,
}
