//! What an API key may do (`roblox-apis.md §0.4`, `§0.5`).
//!
//! Which keys there are and in what state is not known here.

use std::fmt;
use std::sync::Arc;

/// What an operation asks of a key: Roblox's permission scopes (`roblox-apis.md §0.5`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// List data stores.
    ListStores,
    /// Create a data store by writing its first entry.
    CreateStore,
    /// Delete a data store, or bring it back.
    DeleteStore,
    /// Take a snapshot.
    Snapshot,
    /// List entries.
    ListEntries,
    /// Read an entry.
    ReadEntry,
    /// Create an entry.
    CreateEntry,
    /// Overwrite an entry.
    UpdateEntry,
    /// Remove an entry.
    DeleteEntry,
    /// List the versions of an entry.
    ListVersions,
    /// Read a version of an entry.
    ReadVersion,
    /// Read entries of ordered data stores.
    ReadOrdered,
    /// Write entries of ordered data stores.
    WriteOrdered,
    /// Read items of sorted maps.
    ReadSortedMap,
    /// Write items of sorted maps.
    WriteSortedMap,
    /// Add items to queues.
    AddToQueue,
    /// Read items of queues.
    ReadQueue,
    /// Discard items of queues that were read.
    DiscardFromQueue,
    /// Flush all memory stores.
    FlushMemory,
    /// Publish messages.
    Publish,
    /// Read what a universe is.
    ReadUniverse,
    /// Change what a universe is.
    WriteUniverse,
}

/// A permission a key was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it may do.
    pub permission: Permission,
    /// In which universe; none for all.
    pub universe: Option<i64>,
    /// In which data store; none for all.
    pub store: Option<String>,
}

/// A key the emulator accepts; its text is never shown.
#[derive(Clone)]
pub struct ApiKey {
    pub(super) secret: Arc<str>,
    pub(super) grants: Option<Arc<[Grant]>>,
}

/// The key a request came with.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// None: everything.
    pub(super) grants: Option<Arc<[Grant]>>,
}

impl Permission {
    /// Every permission there is.
    pub const ALL: [Self; 22] = [
        Self::ListStores,
        Self::CreateStore,
        Self::DeleteStore,
        Self::Snapshot,
        Self::ListEntries,
        Self::ReadEntry,
        Self::CreateEntry,
        Self::UpdateEntry,
        Self::DeleteEntry,
        Self::ListVersions,
        Self::ReadVersion,
        Self::ReadOrdered,
        Self::WriteOrdered,
        Self::ReadSortedMap,
        Self::WriteSortedMap,
        Self::AddToQueue,
        Self::ReadQueue,
        Self::DiscardFromQueue,
        Self::FlushMemory,
        Self::Publish,
        Self::ReadUniverse,
        Self::WriteUniverse,
    ];

    /// Returns Roblox's name of the permission scope and operation (`roblox-apis.md §0.5`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListStores => "universe-datastores.control:list",
            Self::CreateStore => "universe-datastores.control:create",
            Self::DeleteStore => "universe-datastores.control:delete",
            Self::Snapshot => "universe-datastores.control:snapshot",
            Self::ListEntries => "universe-datastores.objects:list",
            Self::ReadEntry => "universe-datastores.objects:read",
            Self::CreateEntry => "universe-datastores.objects:create",
            Self::UpdateEntry => "universe-datastores.objects:update",
            Self::DeleteEntry => "universe-datastores.objects:delete",
            Self::ListVersions => "universe-datastores.versions:list",
            Self::ReadVersion => "universe-datastores.versions:read",
            Self::ReadOrdered => "universe.ordered-data-store.scope.entry:read",
            Self::WriteOrdered => "universe.ordered-data-store.scope.entry:write",
            Self::ReadSortedMap => "memory-store.sorted-map:read",
            Self::WriteSortedMap => "memory-store.sorted-map:write",
            Self::AddToQueue => "memory-store.queue:add",
            Self::ReadQueue => "memory-store.queue:dequeue",
            Self::DiscardFromQueue => "memory-store.queue:discard",
            Self::FlushMemory => "memory-store:flush",
            Self::Publish => "universe-messaging-service:publish",
            Self::ReadUniverse => "universe:read",
            Self::WriteUniverse => "universe:write",
        }
    }

    /// Finds the permission of a name; none when there is no such.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == name)
    }

    /// Tells whether it can be given for single data stores (`roblox-apis.md §0.4`).
    pub(super) fn is_about_stores(self) -> bool {
        self.as_str().starts_with("universe-datastores.")
    }
}

impl ApiKey {
    /// A key that may do everything.
    pub fn unrestricted(secret: &str) -> Self {
        Self { secret: secret.into(), grants: None }
    }

    /// A key that may do what is listed and nothing else.
    pub fn with_grants(secret: &str, grants: Vec<Grant>) -> Self {
        Self { secret: secret.into(), grants: Some(grants.into()) }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ApiKey").field("grants", &self.grants).finish_non_exhaustive()
    }
}

impl Caller {
    /// Tells whether the caller may do something to a data store, or to the universe where none is named.
    pub(super) fn may(&self, permission: Permission, universe: i64, store: Option<&str>) -> bool {
        let Some(grants) = &self.grants else { return true };
        grants.iter().any(|grant| {
            grant.permission == permission
                && grant.universe.is_none_or(|granted| granted == universe)
                && grant.store.as_deref().is_none_or(|granted| Some(granted) == store)
        })
    }

    /// Tells whether the caller may do everything, so that what it needs is not worth finding out.
    pub(super) fn is_unrestricted(&self) -> bool {
        self.grants.is_none()
    }
}
