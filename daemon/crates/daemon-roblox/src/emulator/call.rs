//! A request that has been let in: who asks, of which universe, when, and what its parts say.

use std::sync::Arc;

use bytes::Bytes;
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, StoreKind, StoreName};
use daemon_core::revision::RevisionId;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use daemon_store::error::StoreError;
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::EntryRecord;
use http::{HeaderMap, Method};

use crate::emulator::access::{Caller, Permission};
use crate::emulator::limits::{Direction, Meter};
use crate::emulator::query::Query;
use crate::emulator::refusal::{Family, Refusal};
use crate::emulator::universes::OpenUniverse;

/// The most rows one call looks at when it passes over deleted ones (`roblox-apis.md §2.1`, `§4.3`).
pub(super) const SCAN_LIMIT: usize = 512;

/// A request on its way to the resource it asks for.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) store: OpenUniverse,
    pub(super) universe: i64,
    pub(super) now: Timestamp,
    pub(super) key: Caller,
    pub(super) meter: Arc<Meter>,
    pub(super) family: Family,
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) query: Query,
    pub(super) body: Bytes,
}

/// What is stored beside a value.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    pub(super) user_ids: UserIds,
    pub(super) attributes: Attributes,
}

impl Metadata {
    /// Describes an entry as it is after a write.
    pub(super) fn record(self, value: JsonText, revision: RevisionId) -> EntryRecord {
        let (created_at, updated_at) = (revision.created(), revision.at());
        let Self { user_ids, attributes } = self;
        EntryRecord { value, user_ids, attributes, revision, created_at, updated_at }
    }
}

impl Call {
    /// The universe's engine.
    pub(super) fn engine(&self) -> &UniverseStore {
        &self.store.store
    }

    /// Refuses what the caller's key does not allow.
    pub(super) fn authorise(&self, permission: Permission, store: Option<&StoreName>) -> Result<(), Refusal> {
        if self.key.may(permission, self.universe, store.map(StoreName::as_str)) {
            return Ok(());
        }
        Err(self.family.forbidden())
    }

    /// Counts the bytes of an entry that is read or written, or refuses the request.
    pub(super) fn count(
        &self,
        address: &EntryAddress,
        direction: Direction,
        size_bytes: usize,
    ) -> Result<(), Refusal> {
        let counted = self.meter.count_entry(self.universe, address, direction, size_bytes, self.now);
        counted.map_err(|refused| Refusal::Reply(Box::new(refused.into_reply(Some(self.family)))))
    }

    /// Tells what a failure of the engine means to the caller.
    pub(super) fn failed(&self, error: &StoreError) -> Refusal {
        self.family.failed(error)
    }

    /// Tells what a failure means about an entry: where the data store is missing too, that is what is said.
    pub(super) async fn entry_failed(&self, error: StoreError, store: &StoreName) -> Refusal {
        if !matches!(error, StoreError::EntryNotFound { .. }) {
            return self.failed(&error);
        }
        let described = self.engine().describe_store(StoreKind::Standard, store.clone()).await;
        match described {
            Ok(Some(_)) => self.failed(&error),
            Ok(None) => self.failed(&StoreError::StoreNotFound { store: store.clone() }),
            Err(error) => self.failed(&error),
        }
    }

    /// Reads a whole number of the query; `None` when it is absent.
    pub(super) fn integer(&self, name: &'static str) -> Result<Option<i64>, Refusal> {
        let read = |text: &str| text.parse().map_err(|_| self.family.not_valid(name, text));
        self.query.get(name).map(read).transpose()
    }

    /// Reads a flag of the query; absent is false.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool, Refusal> {
        match self.query.get(name) {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(text) => Err(self.family.not_valid(name, text)),
        }
    }

    /// Reads the size of a page: `default` when it is absent, at most `most`.
    pub(super) fn page_size(
        &self,
        name: &'static str,
        default: usize,
        most: usize,
    ) -> Result<usize, Refusal> {
        let Some(size) = self.integer(name)? else { return Ok(default) };
        match usize::try_from(size) {
            // As the default of protobuf's integers, 0 is absent in v2 [I].
            Ok(0) if self.family != Family::V1 => Ok(default),
            Ok(0) | Err(_) => Err(self.family.not_valid(name, &size.to_string())),
            Ok(size) => Ok(size.min(most)),
        }
    }
}
