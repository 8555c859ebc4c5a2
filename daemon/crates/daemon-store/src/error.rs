//! What can go wrong in a database, told apart by what the caller can do about it.

use std::path::PathBuf;

use daemon_core::changes::state::{IllegalEvent, SetState};
use daemon_core::names::{EntryAddress, StoreName};
use daemon_core::time::Timestamp;
use thiserror::Error;

use crate::journal::records::{ItemId, JobId, SetId};
use crate::universe::records::EntryRecord;

/// Tells why an operation of a store did not happen; after any of these, nothing of it is stored.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// No data store of that name and kind exists.
    #[error("data store `{store}` does not exist; list the data stores to see which do")]
    StoreNotFound {
        /// The name asked for.
        store: StoreName,
    },
    /// The data store is deleted; until it is purged neither it nor its name can be used.
    #[error(
        "data store `{store}` was deleted and is purged after {expires_at}; undelete it to use it before"
    )]
    StoreDeleted {
        /// The name asked for.
        store: StoreName,
        /// Until when it can be brought back.
        expires_at: Timestamp,
    },
    /// The entry does not exist or is removed.
    #[error("key `{}` does not exist in scope `{}` of data store `{}`; list the keys to see which do", .address.key, .address.scope, .address.store)]
    EntryNotFound {
        /// The entry asked for.
        address: Box<EntryAddress>,
    },
    /// The entry is not in the state the caller expected; it was left as it is.
    #[error("the entry was changed by someone else; read it again, then repeat the change")]
    Conflict {
        /// The entry as it is now; none when it does not exist or is removed.
        current: Option<Box<EntryRecord>>,
    },
    /// The entry's value is no whole number, so nothing can be added to it.
    #[error("the value of key `{}` is no whole number; only whole numbers can be incremented", .address.key)]
    NotNumeric {
        /// The entry.
        address: Box<EntryAddress>,
    },
    /// An item of a memory store does not exist, or a queue has fewer items than must be.
    #[error("memory store item `{name}` does not exist or has expired; list the items to see which do")]
    MemoryItemNotFound {
        /// The item, or the queue.
        name: String,
    },
    /// A map or queue would hold more than it may; it was left as it is.
    #[error("`{name}` holds as many items or bytes as it may; remove some, then repeat")]
    MemoryFull {
        /// The map or queue.
        name: String,
    },
    /// All maps and queues of the universe together would hold more than they may; they were left as they are.
    #[error("the memory stores hold as many bytes as they may together; remove some items, then repeat")]
    AllMemoryFull,
    /// An increment would leave the range of 64-bit integers.
    #[error("adding `{amount}` to `{value}` leaves the range of 64-bit integers; choose a smaller amount")]
    IncrementOverflow {
        /// The value before.
        value: i64,
        /// What was to be added.
        amount: i64,
    },
    /// Another connection already has the name.
    #[error("a connection named `{name}` exists already; choose another name")]
    NameTaken {
        /// The name asked for.
        name: String,
    },
    /// No connection has the id.
    #[error("connection `{id}` does not exist; list the connections to see which do")]
    ConnectionNotFound {
        /// The id asked for.
        id: String,
    },
    /// No token has the id.
    #[error("token `{id}` does not exist; list the tokens to see which do")]
    TokenNotFound {
        /// The id asked for.
        id: String,
    },
    /// No change set has the id.
    #[error("change set `{}` does not exist; list the change sets to see which do", .set.0)]
    SetNotFound {
        /// The id asked for.
        set: SetId,
    },
    /// The change set has no item of that number.
    #[error("change set `{}` has no item {}; list its items to see which it has", .item.set.0, .item.number)]
    ItemNotFound {
        /// The item asked for.
        item: ItemId,
    },
    /// Only a staged set can be changed, checked, committed or discarded.
    #[error("change set `{}` is {}, so it is changed no more; stage another one", .set.0, .state.as_str())]
    SetNotStaged {
        /// The set.
        set: SetId,
        /// Where it stands.
        state: SetState,
    },
    /// Nothing is sent of a set that was not committed.
    #[error("change set `{}` is {}, so nothing of it is sent; commit it first", .set.0, .state.as_str())]
    SetNotCommitted {
        /// The set.
        set: SetId,
        /// Where it stands.
        state: SetState,
    },
    /// A change set would have more items than it may; nothing was added to it.
    #[error("change set `{}` would have more than {limit} items; stage the rest in another one", .set.0)]
    SetTooLarge {
        /// The set.
        set: SetId,
        /// The most items a set may have.
        limit: u32,
    },
    /// The values that the set replaced are no longer kept.
    #[error("the values that change set `{}` replaced were cleared away; restore a revision or a backup", .set.0)]
    SetPurged {
        /// The set.
        set: SetId,
    },
    /// The item stands where this cannot happen to it (S-34).
    #[error("item {} of change set `{}`: {cause}; look at it again to see where it stands", .item.number, .item.set.0)]
    IllegalEvent {
        /// The item.
        item: ItemId,
        /// Where it stands, and what was to happen.
        cause: IllegalEvent,
    },
    /// No job has the id.
    #[error("job `{}` does not exist; list the jobs to see which do", .job.0)]
    JobNotFound {
        /// The id asked for.
        job: JobId,
    },
    /// The disk, or the space the database may use, is full. Reading still works; writing does again once there is room.
    #[error("no space is left for database `{}`; free some disk space, then repeat", .file.display())]
    Full {
        /// The database's file.
        file: PathBuf,
    },
    /// The file cannot be opened, read, written or synced.
    #[error("database `{}` cannot be read or written: {cause}; check the disk and the file's permissions", .file.display())]
    Io {
        /// The database's file.
        file: PathBuf,
        /// What the system or SQLite said.
        cause: String,
    },
    /// The file's content is not what we wrote.
    #[error("database `{}` is damaged: {cause}; keep the file and restore a backup beside it", .file.display())]
    Damaged {
        /// The database's file.
        file: PathBuf,
        /// What was found.
        cause: String,
    },
    /// The file was written by a newer version of this program.
    #[error("database `{}` has schema {found}, this program knows up to {supported}; install the newer version again", .file.display())]
    NewerSchema {
        /// The database's file.
        file: PathBuf,
        /// The file's schema.
        found: u32,
        /// The newest schema this program knows.
        supported: u32,
    },
    /// The file could be read or replaced by others, so it is not opened (S-14).
    #[error("database `{}` is not private: {reason}", .file.display())]
    NotPrivate {
        /// The database's file.
        file: PathBuf,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// The store was closed, or its thread is gone.
    #[error("the database is closed; start the daemon again")]
    Closed,
    /// SQLite refused for a reason that should not arise.
    #[error("database `{}` refused an operation: {cause}; report this", .file.display())]
    Unexpected {
        /// The database's file.
        file: PathBuf,
        /// What SQLite said.
        cause: String,
    },
}
