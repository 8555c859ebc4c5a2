//! From Roblox's words to the trait's and back. Plain functions that ask nothing.

use daemon_core::names::{EntryAddress, EntryId, Key, Scope, StoreKind, StoreName};
use daemon_core::revision::{AnyRevision, RevisionId};
use daemon_core::time::Timestamp;
use daemon_roblox::client::entry::{CloudEntry, CloudWritten};
use daemon_roblox::client::error::CloudError;
use daemon_roblox::client::listing::{CloudStore, ListedEntry};
use daemon_roblox::client::values::{CloudVersion, Precondition};

use crate::universes::cloud::paging::PageError;
use crate::universes::{
    Expectation, RevisionState, RevisionSummary, StoreSummary, StoredEntry, UniverseError, Written,
};

/// A reply that lacks what it has to have.
pub(super) fn unreadable(problem: &str) -> UniverseError {
    UniverseError::Cloud(CloudError::NotUnderstood { problem: problem.to_owned() })
}

/// What was asked of a whole data store. What is not found is the store (\[I\]: a missing experience is told no
/// differently, `roblox-apis.md §2.4`).
pub(super) fn lift_store(error: impl Into<PageError>, store: &StoreName) -> UniverseError {
    match error.into() {
        PageError::Cloud(CloudError::NotFound { .. }) => UniverseError::StoreNotFound(store.clone()),
        other => other.into(),
    }
}

/// What was asked of an entry by v1, whose codes tell what is not found (`roblox-apis.md §1.4`).
pub(super) fn lift_entry(error: impl Into<PageError>, address: &EntryAddress) -> UniverseError {
    match error.into() {
        PageError::Cloud(CloudError::NotFound { code, .. }) if code == "EntryNotFound" => {
            UniverseError::EntryNotFound(address.clone())
        }
        PageError::Cloud(CloudError::NotFound { code, .. }) if code == "DatastoreNotFound" => {
            UniverseError::StoreNotFound(address.store.clone())
        }
        other => other.into(),
    }
}

/// What was asked of an ordered entry. What is not found is the entry (\[I\]: v2 tells a missing store no differently).
pub(super) fn lift_ordered(error: CloudError, address: &EntryAddress) -> UniverseError {
    match error {
        CloudError::NotFound { .. } => UniverseError::EntryNotFound(address.clone()),
        other => UniverseError::Cloud(other),
    }
}

pub(super) fn precondition(expected: Expectation) -> Precondition {
    match expected {
        Expectation::Absent => Precondition::Absent,
        Expectation::Revision(revision) => Precondition::Revision(revision),
    }
}

/// A name that breaks the rules of names cannot be asked for again.
pub(super) fn entry_id(entry: &ListedEntry) -> Result<EntryId, UniverseError> {
    let listed =
        |error: &dyn std::fmt::Display| unreadable(&format!("a listed entry cannot be named: {error}"));
    Ok(EntryId {
        scope: Scope::parse(&entry.scope).map_err(|error| listed(&error))?,
        key: Key::parse(&entry.key).map_err(|error| listed(&error))?,
    })
}

pub(super) fn store_summary(store: &CloudStore) -> Result<StoreSummary, UniverseError> {
    let name = StoreName::parse(&store.name);
    Ok(StoreSummary {
        name: name.map_err(|error| unreadable(&format!("a listed data store cannot be named: {error}")))?,
        kind: StoreKind::Standard,
        scopes: Vec::new(),
        more_scopes: true,
        key_count: None,
        last_modified: None,
        created_at: store.created_at,
        is_deleted: store.is_deleted,
        expires_at: store.expires_at,
    })
}

pub(super) fn stored_entry(entry: CloudEntry) -> Result<StoredEntry, UniverseError> {
    let told = times_in(&entry.revision);
    let (created_at, updated_at) =
        (entry.created_at.or(told.map(|told| told.0)), entry.written_at.or(told.map(|told| told.1)));
    Ok(StoredEntry {
        created_at: created_at.ok_or_else(|| unreadable("it does not tell when the entry was created"))?,
        updated_at: updated_at.ok_or_else(|| unreadable("it does not tell when the entry was written"))?,
        value: entry.value,
        user_ids: entry.user_ids,
        attributes: entry.attributes,
        revision: entry.revision,
    })
}

/// What a write did; `now` counts where Roblox does not tell when, since the write is done either way.
pub(super) fn written(written: CloudWritten, now: Timestamp) -> Written {
    let told = times_in(&written.revision);
    let updated_at = written.written_at.or(told.map(|told| told.1)).unwrap_or(now);
    Written {
        created_at: written.created_at.or(told.map(|told| told.0)).unwrap_or(updated_at),
        updated_at,
        revision: written.revision,
    }
}

/// A version in a list; `is_newest` when none is newer. Roblox does not tell when a version expires.
pub(super) fn revision_summary(
    version: CloudVersion,
    is_newest: bool,
) -> Result<RevisionSummary, UniverseError> {
    let written_at = version.written_at.or(times_in(&version.revision).map(|told| told.1));
    Ok(RevisionSummary {
        state: match (version.is_removed, is_newest) {
            (true, _) => RevisionState::Removed,
            (false, true) => RevisionState::Current,
            (false, false) => RevisionState::Kept,
        },
        created_at: written_at.ok_or_else(|| unreadable("it does not tell when a version was written"))?,
        size_bytes: version.size_bytes.filter(|_| !version.is_removed),
        expires_at: None,
        revision: version.revision,
    })
}

/// When the key and the version came into being, where the identifier has the observed form (`roblox-apis.md §0.3` \[O\]).
fn times_in(revision: &AnyRevision) -> Option<(Timestamp, Timestamp)> {
    let revision = RevisionId::parse(revision.as_str()).ok()?;
    Some((revision.created(), revision.at()))
}
