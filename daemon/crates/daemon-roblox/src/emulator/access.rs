//! Which API keys are accepted, and what each may do (`roblox-apis.md §0.4`, `§0.5`).
//!
//! **Invariant:** a key is compared in a time that does not tell how much of it was right.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use subtle::ConstantTimeEq as _;

use crate::emulator::refusal::Refusal;

/// The header that carries the key.
const HEADER: &str = "x-api-key";

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
    secret: Arc<str>,
    grants: Option<Arc<[Grant]>>,
}

/// The key a request came with.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// None: everything.
    grants: Option<Arc<[Grant]>>,
}

/// The keys that are accepted.
#[derive(Debug)]
pub(super) struct Access {
    keys: Vec<ApiKey>,
}

impl Permission {
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
        }
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

impl Access {
    pub(super) fn new(keys: Vec<ApiKey>) -> Self {
        Self { keys }
    }

    /// Finds out who asks; a missing or unknown key is answered as the gateway does (`roblox-apis.md §1.4`).
    pub(super) fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let secret = headers.get(HEADER).map(http::HeaderValue::as_bytes).unwrap_or_default();
        if secret.is_empty() {
            return Err(Refusal::INVALID_API_KEY);
        }
        if self.keys.is_empty() {
            return Ok(Caller { grants: None });
        }
        let mut found = None;
        for key in &self.keys {
            if bool::from(key.secret.as_bytes().ct_eq(secret)) {
                found = Some(key);
            }
        }
        let key = found.ok_or(Refusal::INVALID_API_KEY)?;
        Ok(Caller { grants: key.grants.clone() })
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
