//! The cloud universe: an experience's data stores at Roblox, by Open Cloud, behind the [`Universe`] trait.
//!
//! Values and conditions go by v1, listings by v2 (`architecture.md` §6). Wraps Roblox's tokens into our cursors, and
//! turns what can go wrong into errors of the trait; does not know who asks, nor what a request costs.
//!
//! **Invariant:** a write that names what it expects is sent with that condition; a removal, which cannot be, looks at the
//! revision just before (S-31).
//!
//! **Invariant:** users and attributes go with every write of a value (S-30).
//!
//! **Invariant:** a name that breaks our rules hides no other one: a listing leaves it out and the log says so. An export,
//! which has to be whole, fails on it.

mod convert;
mod memory;
mod paging;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use daemon_core::export::{AddEntry, DamagedValue, EntryView, RevisionView, ValueView};
use daemon_core::names::{EntryAddress, EntryId, StoreKind, StoreName};
use daemon_core::revision::{AnyRevision, RevisionIdError};
use daemon_core::services::Message;
use daemon_core::time::Timestamp;
use daemon_roblox::client::OpenCloud;
use daemon_roblox::client::entry::CloudEntry;
use daemon_roblox::client::error::CloudError;
use daemon_roblox::client::listing::{
    ENTRIES_PAGE_LIMIT, EntryListQuery, ListedEntry, STORES_PAGE_LIMIT, StoreListQuery,
};
use daemon_roblox::client::ordered::{ORDERED_PAGE_LIMIT, OrderedListQuery};
use daemon_roblox::client::values::{CloudVersion, Precondition, VERSIONS_PAGE_LIMIT, VersionQuery};
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::universes::cloud::convert::{
    entry_id, lift_entry, lift_ordered, lift_store, precondition, stored_entry, unreadable,
};
use crate::universes::cloud::paging::{Listed, Listing, Place};
use crate::universes::{
    EntryWrite, Expectation, ExportText, ExportedPage, ImportItem, KeyQuery, OrderedQuery, Page,
    RevisionQuery, RevisionState, RevisionSummary, Snapshot, StoreQuery, StoreSummary, StoredEntry, Universe,
    UniverseError, Written,
};

/// How many values of an export are read at a time. Each may have 4 MiB, and all wait in memory for the first.
const EXPORT_READS: usize = 8;

/// How many versions are listed to find a tombstone; only others that write at once push it away from the first place.
const TOMBSTONE_VERSIONS: usize = 10;

/// The bytes of text after which a page of an export ends early.
const EXPORT_PAGE_BYTES: usize = 3 << 20;

/// How long a page of an export is read, so that whoever asked sees it grow: at Roblox's limits a page of 512 entries may
/// take minutes.
const EXPORT_PAGE_TIME: Duration = Duration::from_secs(5);

/// An experience's data stores at Roblox.
#[derive(Clone)]
pub struct CloudUniverse {
    cloud: OpenCloud,
    clock: Clock,
}

impl CloudUniverse {
    /// Over a connection; `clock` stands in where Roblox does not tell when something was written.
    pub fn new(cloud: OpenCloud, clock: Clock) -> Self {
        Self { cloud, clock }
    }

    /// One page of a store's keys, removed ones included where v1 lists them.
    async fn list_entries(
        &self,
        cloud: &OpenCloud,
        listing: &Listing<'_>,
        query: &KeyQuery,
    ) -> Result<Listed<ListedEntry>, UniverseError> {
        let fetch = |cursor, limit| {
            let list = EntryListQuery {
                store: query.store.clone(),
                scope: query.scope.clone(),
                prefix: query.prefix.clone(),
                cursor,
                limit,
            };
            async move { cloud.list_entries(&list).await }
        };
        let name = |entry: &ListedEntry| vec![entry.scope.clone(), entry.key.clone()];
        let page = listing.page(query.cursor.as_deref(), query.limit, ENTRIES_PAGE_LIMIT, name, fetch).await;
        page.map_err(|error| lift_store(error, &query.store))
    }

    /// Those of the listed that have a name by our rules. What breaks them cannot be asked for again: it is left out, so
    /// that the others are seen, and the log says so.
    fn named<T, N>(&self, listed: &[T], what: &str, name: impl Fn(&T) -> Result<N, UniverseError>) -> Vec<N> {
        let (mut named, mut reason) = (Vec::with_capacity(listed.len()), None);
        for item in listed {
            match name(item) {
                Ok(name) => named.push(name),
                Err(error) => reason = Some(error),
            }
        }
        if let Some(reason) = reason {
            let (left_out, universe_id) = (listed.len() - named.len(), self.cloud.universe_id());
            tracing::warn!(left_out, universe_id, %reason, "{what} are left out of a listing: their names break the rules");
        }
        named
    }

    /// The newest revision of an entry, removals included.
    async fn newest(&self, address: &EntryAddress) -> Result<Option<CloudVersion>, UniverseError> {
        let mut query = VersionQuery { limit: 1, ..VersionQuery::default() };
        loop {
            let page = match self.cloud.list_versions(address, &query).await {
                Err(CloudError::NotFound { code, .. }) if code == "EntryNotFound" => return Ok(None),
                page => page.map_err(|error| lift_entry(error, address))?,
            };
            if let Some(newest) = page.items.into_iter().next() {
                return Ok(Some(newest));
            }
            // A page may be empty although more follow (`roblox-apis.md §0.1`).
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(None);
            }
        }
    }

    /// The tombstone of an entry whose revision `before` was current just before it was removed.
    async fn tombstone(
        &self,
        address: &EntryAddress,
        before: &AnyRevision,
    ) -> Result<AnyRevision, UniverseError> {
        let mut query = VersionQuery { limit: TOMBSTONE_VERSIONS, ..VersionQuery::default() };
        loop {
            let page = self.cloud.list_versions(address, &query).await;
            let page = page.map_err(|error| lift_entry(error, address))?;
            // Others may have written since, and before: their versions lie around the tombstone.
            for version in page.items {
                if version.is_removed {
                    return Ok(version.revision);
                }
                if version.revision == *before {
                    return Err(unreadable("the list of versions does not hold the removal"));
                }
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Err(unreadable("the list of versions does not hold the removal"));
            }
        }
    }

    /// What stands in the way of a write.
    async fn conflict(&self, address: &EntryAddress, seen: Option<Box<CloudEntry>>) -> UniverseError {
        let current = match seen {
            Some(entry) => Some(*entry),
            // Without the entry the conflict stands all the same.
            None => self.cloud.get(address).await.ok().flatten(),
        };
        let current = current.and_then(|entry| stored_entry(entry).ok());
        UniverseError::Conflict { current: current.map(|entry| (address.id(), Box::new(entry))) }
    }
}

impl fmt::Debug for CloudUniverse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CloudUniverse")
            .field("universe_id", &self.cloud.universe_id())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Universe for CloudUniverse {
    async fn list_stores(&self, query: StoreQuery) -> Result<Page<StoreSummary>, UniverseError> {
        let kind = query.kind.map_or("both", StoreKind::as_str);
        let shown = if query.deleted { "all" } else { "active" };
        let parts = ["cloud datastores", kind, &query.prefix, shown];
        if query.kind == Some(StoreKind::Ordered) {
            // Nothing lists those (`roblox-apis.md §2.3`).
            return Ok(Page { items: Vec::new(), next_cursor: None });
        }
        let fetch = |cursor, limit| {
            let list =
                StoreListQuery { prefix: query.prefix.clone(), shows_deleted: query.deleted, cursor, limit };
            async move { self.cloud.list_stores(&list).await }
        };
        let page = Listing::new(&parts)
            .page(
                query.cursor.as_deref(),
                query.limit,
                STORES_PAGE_LIMIT,
                |store| vec![store.name.clone()],
                fetch,
            )
            .await?;
        let items = self.named(&page.items, "data stores", convert::store_summary);
        Ok(Page { items, next_cursor: page.next_cursor })
    }

    async fn delete_store(&self, store: StoreName) -> Result<Option<Timestamp>, UniverseError> {
        let deleted = self.cloud.delete_store(&store).await;
        Ok(deleted.map_err(|error| lift_store(error, &store))?.expires_at)
    }

    async fn undelete_store(&self, store: StoreName) -> Result<(), UniverseError> {
        self.cloud.undelete_store(&store).await.map(|_| ()).map_err(|error| lift_store(error, &store))
    }

    async fn take_snapshot(&self) -> Result<Snapshot, UniverseError> {
        let taken = self.cloud.snapshot().await.map_err(UniverseError::Cloud)?;
        Ok(Snapshot { is_new: taken.is_new, latest_at: taken.latest_at })
    }

    async fn publish(&self, message: Message) -> Result<(), UniverseError> {
        self.cloud.publish(message.topic(), message.text()).await.map_err(UniverseError::Cloud)
    }

    async fn list_keys(&self, query: KeyQuery) -> Result<Page<EntryId>, UniverseError> {
        let parts = key_fingerprint("cloud keys", &query);
        let parts = parts.each_ref().map(String::as_str);
        let page = self.list_entries(&self.cloud, &Listing::new(&parts), &query).await?;
        Ok(Page { items: self.named(&page.items, "entries", entry_id), next_cursor: page.next_cursor })
    }

    async fn get(&self, address: EntryAddress) -> Result<Option<StoredEntry>, UniverseError> {
        let entry = self.cloud.get(&address).await.map_err(|error| lift_entry(error, &address))?;
        entry.map(stored_entry).transpose()
    }

    async fn write(&self, write: EntryWrite) -> Result<Written, UniverseError> {
        let EntryWrite { address, value, user_ids, attributes, expected } = write;
        let condition = precondition(expected);
        let written = match self.cloud.set(&address, &value, &user_ids, &attributes, &condition).await {
            Ok(written) => written,
            Err(CloudError::Conflict { current }) => return Err(self.conflict(&address, current).await),
            // What was expected is gone, or was never there.
            Err(CloudError::NotFound { code, .. })
                if matches!(code.as_str(), "EntryNotFound" | "DatastoreNotFound")
                    && matches!(condition, Precondition::Revision(_)) =>
            {
                return Err(UniverseError::Conflict { current: None });
            }
            Err(CloudError::Refused { code, .. }) if code == "InvalidVersionId" => {
                return Err(match condition {
                    Precondition::Revision(revision) => RevisionIdError { text: revision.to_string() }.into(),
                    Precondition::Absent | Precondition::None => unreadable("it names a version never sent"),
                });
            }
            Err(error) => return Err(lift_entry(error, &address)),
        };
        Ok(convert::written(written, self.clock.now()))
    }

    async fn remove(
        &self,
        address: EntryAddress,
        expected: Expectation,
    ) -> Result<AnyRevision, UniverseError> {
        // Only lists of versions tell the tombstone, so that they can be read is known before anything is removed.
        let newest = match self.newest(&address).await {
            Err(UniverseError::StoreNotFound(_)) => None,
            newest => newest?,
        };
        let current = newest.filter(|newest| !newest.is_removed).map(|newest| newest.revision);
        let before = match (expected, current) {
            (Expectation::Absent, None) => return Err(UniverseError::EntryNotFound(address)),
            (Expectation::Revision(expected), Some(current)) if expected == current => current,
            (Expectation::Absent, Some(_)) | (Expectation::Revision(_), _) => {
                return Err(self.conflict(&address, None).await);
            }
        };
        self.cloud.delete(&address).await.map_err(|error| lift_entry(error, &address))?;
        let removed = self.tombstone(&address, &before).await;
        removed.map_err(|error| UniverseError::RemovalUnseen { cause: Box::new(error) })
    }

    async fn import(
        &self,
        store: StoreName,
        entries: Vec<ImportItem>,
    ) -> Result<Vec<AnyRevision>, UniverseError> {
        let cloud = self.cloud.for_jobs();
        let total = entries.len();
        let mut written = Vec::with_capacity(total);
        for ImportItem { id, value, user_ids, attributes } in entries {
            let address = id.in_store(store.clone());
            match cloud.set(&address, &value, &user_ids, &attributes, &Precondition::None).await {
                Ok(receipt) => written.push(receipt.revision),
                Err(error) => {
                    let cause = Box::new(lift_entry(error, &address));
                    return Err(UniverseError::ImportStopped { written, total, at: address.id(), cause });
                }
            }
        }
        Ok(written)
    }

    async fn export(
        &self,
        query: KeyQuery,
        add: AddEntry<ExportText>,
    ) -> Result<ExportedPage, UniverseError> {
        let parts = key_fingerprint("cloud export", &query);
        let parts = parts.each_ref().map(String::as_str);
        let listing = Listing::new(&parts);
        let cloud = self.cloud.for_jobs();
        let page = self.list_entries(&cloud, &listing, &query).await?;
        // An export that silently lacks an entry would be taken for whole, so here its name is told as an error.
        let listed = page.items.iter().map(entry_id).collect::<Result<Vec<_>, _>>()?;
        let (mut read, mut last_read) = (ExportText::default(), None::<&EntryId>);
        let started = Instant::now();
        for ids in listed.chunks(EXPORT_READS) {
            let is_enough = read.text.len() > EXPORT_PAGE_BYTES || started.elapsed() > EXPORT_PAGE_TIME;
            if let Some(last) = last_read.filter(|_| is_enough) {
                return ended_early(read, &listing, &page.place, last);
            }
            let addresses: Vec<_> = ids.iter().map(|id| id.clone().in_store(query.store.clone())).collect();
            // All are awaited, also when one failed: a request that is dropped counts as unanswered.
            let entries = join_all(addresses.iter().map(|address| cloud.get(address))).await;
            let entries: Result<Vec<_>, _> = entries
                .into_iter()
                .zip(&addresses)
                .map(|(entry, address)| entry.map_err(|error| lift_entry(error, address)))
                .collect();
            let entries = match (entries, last_read) {
                (Ok(entries), _) => entries,
                // What was read before is answered; a failure that stays meets the page after it.
                (Err(_), Some(last)) => return ended_early(read, &listing, &page.place, last),
                (Err(error), None) => return Err(error),
            };
            for (id, entry) in ids.iter().zip(entries) {
                // An entry may be removed between the listing and its turn.
                let Some(entry) = entry else { continue };
                let view = EntryView {
                    id,
                    value: ValueView::from(&entry.value),
                    user_ids: &entry.user_ids,
                    attributes: &entry.attributes,
                    revision: RevisionView::Named(&entry.revision),
                };
                add(&mut read, &view).map_err(damaged)?;
            }
            last_read = ids.last();
        }
        Ok(ExportedPage { entries: read, next_cursor: page.next_cursor })
    }

    async fn list_revisions(&self, query: RevisionQuery) -> Result<Page<RevisionSummary>, UniverseError> {
        let address = &query.address;
        let parts = ["cloud revisions", address.store.as_str(), address.scope.as_str(), address.key.as_str()];
        let listing = Listing::new(&parts);
        let fetch = |cursor, limit| {
            let list = VersionQuery { cursor, limit, ..VersionQuery::default() };
            async move { self.cloud.list_versions(address, &list).await }
        };
        let name = |version: &CloudVersion| vec![version.revision.as_str().to_owned()];
        let page = listing.page(query.cursor.as_deref(), query.limit, VERSIONS_PAGE_LIMIT, name, fetch).await;
        let page = page.map_err(|error| match lift_entry(error, address) {
            UniverseError::StoreNotFound(_) => UniverseError::EntryNotFound(address.clone()),
            other => other,
        })?;
        let is_first = query.cursor.is_none();
        if is_first && page.items.is_empty() && page.next_cursor.is_none() {
            return Err(UniverseError::EntryNotFound(query.address));
        }
        let summary = |(position, version)| convert::revision_summary(version, is_first && position == 0);
        let items = page.items.into_iter().enumerate().map(summary).collect::<Result<_, _>>()?;
        Ok(Page { items, next_cursor: page.next_cursor })
    }

    async fn get_revision(
        &self,
        address: EntryAddress,
        wanted: AnyRevision,
    ) -> Result<Option<(StoredEntry, RevisionState)>, UniverseError> {
        let found = self.cloud.get_version(&address, &wanted).await;
        let found = match found.map_err(|error| lift_entry(error, &address)) {
            Err(UniverseError::StoreNotFound(_)) => None,
            found => found?,
        };
        let Some(entry) = found else { return Ok(None) };
        let newest = self.newest(&address).await?;
        let is_current = newest.is_some_and(|newest| newest.revision == wanted);
        let state = if is_current { RevisionState::Current } else { RevisionState::Kept };
        Ok(Some((stored_entry(entry)?, state)))
    }

    async fn list_ordered(&self, query: OrderedQuery) -> Result<Page<(EntryId, i64)>, UniverseError> {
        let bound = |value: Option<i64>| value.map_or_else(String::new, |value| value.to_string());
        let (minimum, maximum) = (bound(query.minimum), bound(query.maximum));
        let direction = if query.descending { "descending" } else { "ascending" };
        let parts =
            ["cloud ordered", query.store.as_str(), query.scope.as_str(), direction, &minimum, &maximum];
        let listing = Listing::new(&parts);
        let fetch = |cursor, limit| {
            let list = OrderedListQuery {
                store: query.store.clone(),
                scope: query.scope.clone(),
                is_descending: query.descending,
                minimum: query.minimum,
                maximum: query.maximum,
                cursor,
                limit,
            };
            async move { self.cloud.list_ordered(&list).await }
        };
        let name = |(key, _): &(String, i64)| vec![key.clone()];
        let page = listing.page(query.cursor.as_deref(), query.limit, ORDERED_PAGE_LIMIT, name, fetch).await;
        let page = page.map_err(|error| lift_store(error, &query.store))?;
        let item = |(key, value): &(String, i64)| {
            let entry = ListedEntry { scope: query.scope.to_string(), key: key.clone() };
            Ok((entry_id(&entry)?, *value))
        };
        let items = self.named(&page.items, "ordered entries", item);
        Ok(Page { items, next_cursor: page.next_cursor })
    }

    async fn get_ordered(&self, address: EntryAddress) -> Result<Option<i64>, UniverseError> {
        self.cloud.get_ordered(&address).await.map_err(|error| lift_ordered(error, &address))
    }

    async fn set_ordered(&self, address: EntryAddress, value: i64) -> Result<bool, UniverseError> {
        let lift = |error| lift_ordered(error, &address);
        match self.cloud.update_ordered(&address, value, false).await {
            Ok(_) => return Ok(false),
            Err(CloudError::NotFound { .. }) => {}
            Err(error) => return Err(lift(error)),
        }
        match self.cloud.create_ordered(&address, value).await {
            Ok(_) => Ok(true),
            // Somebody else made it in between.
            Err(CloudError::Refused { status: 400 | 409, .. }) => {
                self.cloud.update_ordered(&address, value, true).await.map_err(lift)?;
                Ok(false)
            }
            Err(error) => Err(lift(error)),
        }
    }

    async fn increment_ordered(
        &self,
        address: EntryAddress,
        delta: i64,
    ) -> Result<(i64, bool), UniverseError> {
        let before = self.get_ordered(address.clone()).await?;
        // Roblox would clamp what it answers, and keep something else (`roblox-apis.md §2.2`).
        let value = before.unwrap_or(0);
        if value.checked_add(delta).is_none() {
            return Err(UniverseError::SumOutOfRange { value, delta });
        }
        let sum = self.cloud.increment_ordered(&address, delta).await;
        Ok((sum.map_err(|error| lift_ordered(error, &address))?, before.is_none()))
    }

    async fn remove_ordered(&self, address: EntryAddress) -> Result<i64, UniverseError> {
        let Some(value) = self.get_ordered(address.clone()).await? else {
            return Err(UniverseError::EntryNotFound(address));
        };
        self.cloud.delete_ordered(&address).await.map_err(|error| lift_ordered(error, &address))?;
        Ok(value)
    }
}

/// What was received was proven then; it is told all the same when whoever adds it finds otherwise.
fn damaged(damage: DamagedValue) -> UniverseError {
    UniverseError::Cloud(CloudError::NotUnderstood { problem: damage.to_string() })
}

/// A page of an export that goes on behind `last`.
fn ended_early(
    entries: ExportText,
    listing: &Listing<'_>,
    place: &Place,
    last: &EntryId,
) -> Result<ExportedPage, UniverseError> {
    let after = vec![last.scope.to_string(), last.key.to_string()];
    Ok(ExportedPage { entries, next_cursor: Some(listing.cursor_behind(place, after)?) })
}

/// What tells a listing of keys or entries apart from every other.
fn key_fingerprint(what: &str, query: &KeyQuery) -> [String; 4] {
    let scope = query.scope.as_ref().map_or_else(String::new, |scope| scope.as_str().into());
    [what.into(), query.store.as_str().into(), scope, query.prefix.clone()]
}
