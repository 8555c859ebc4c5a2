//! The local universe: our own data-store engine behind the [`Universe`] trait.
//!
//! Turns cursors into positions and back; everything else is the engine's. It has no live servers, so messages are refused.

mod memory;

use async_trait::async_trait;
use daemon_core::cursor;
use daemon_core::export::AddEntry;
use daemon_core::names::{EntryAddress, EntryId, Key, Scope, StoreKind, StoreName};
use daemon_core::revision::{AnyRevision, RevisionId};
use daemon_core::services::Message;
use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use daemon_store::universe::{UniverseStore, records};

use crate::clock::Clock;
use crate::universes::{
    EntryWrite, Expectation, ExportText, ExportedPage, ImportItem, KeyQuery, OrderedQuery, Page,
    RevisionQuery, RevisionState, RevisionSummary, Snapshot, StoreQuery, StoreSummary, StoredEntry, Universe,
    UniverseError, Written,
};

/// A universe in our own engine.
#[derive(Clone, Debug)]
pub struct LocalUniverse {
    store: UniverseStore,
    clock: Clock,
}

impl LocalUniverse {
    /// Over an open database.
    pub fn new(store: UniverseStore, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Tells a data store that does not exist from an entry that does not.
    async fn require_store(&self, kind: StoreKind, name: &StoreName) -> Result<(), UniverseError> {
        let found = self.store.describe_store(kind, name.clone()).await.map_err(|error| lift(error, name))?;
        found.map(|_| ()).ok_or_else(|| UniverseError::StoreNotFound(name.clone()))
    }
}

#[async_trait]
impl Universe for LocalUniverse {
    async fn list_stores(&self, query: StoreQuery) -> Result<Page<StoreSummary>, UniverseError> {
        let kind = query.kind.map_or("both", StoreKind::as_str);
        let shown = if query.deleted { "all" } else { "active" };
        let fingerprint = ["datastores", kind, &query.prefix, shown];
        let after = match position(query.cursor.as_deref(), &fingerprint)? {
            Some([name, kind]) => Some((
                StoreName::parse(&name).map_err(|_| cursor::CursorError::Malformed)?,
                StoreKind::parse(&kind).ok_or(cursor::CursorError::Malformed)?,
            )),
            None => None,
        };
        let filter = records::StoreFilter {
            kind: query.kind,
            prefix: query.prefix.clone(),
            deleted_as_of: query.deleted.then(|| self.clock.now()),
            after,
            limit: query.limit,
        };
        let page = self.store.list_stores(filter).await?;
        let next_cursor = next(&page, &fingerprint, |store| [store.name.as_str(), store.kind.as_str()]);
        let items = page.items.into_iter().map(store_summary).collect();
        Ok(Page { items, next_cursor })
    }

    async fn delete_store(&self, store: StoreName) -> Result<Option<Timestamp>, UniverseError> {
        let deleted = self.store.delete_store(store.clone(), self.clock.now()).await;
        Ok(deleted.map_err(|error| lift(error, &store))?.expires_at)
    }

    async fn undelete_store(&self, store: StoreName) -> Result<(), UniverseError> {
        let restored = self.store.undelete_store(store.clone(), self.clock.now()).await;
        restored.map(|_| ()).map_err(|error| lift(error, &store))
    }

    async fn take_snapshot(&self) -> Result<Snapshot, UniverseError> {
        let receipt = self.store.take_snapshot(self.clock.now()).await?;
        Ok(Snapshot { is_new: receipt.taken, latest_at: Some(receipt.at) })
    }

    async fn publish(&self, _message: Message) -> Result<(), UniverseError> {
        Err(UniverseError::NoServers)
    }

    async fn list_keys(&self, query: KeyQuery) -> Result<Page<EntryId>, UniverseError> {
        let fingerprint = key_fingerprint("keys", &query);
        let fingerprint = fingerprint.each_ref().map(String::as_str);
        let page = self.store.list_keys(query.store.clone(), key_filter(&query, &fingerprint)?).await;
        let page = page.map_err(|error| lift(error, &query.store))?;
        let next_cursor = next(&page, &fingerprint, |id| [id.scope.as_str(), id.key.as_str()]);
        Ok(Page { items: page.items, next_cursor })
    }

    async fn get(&self, address: EntryAddress) -> Result<Option<StoredEntry>, UniverseError> {
        let store = address.store.clone();
        let record = self.store.get(address).await.map_err(|error| lift(error, &store))?;
        if record.is_none() {
            self.require_store(StoreKind::Standard, &store).await?;
        }
        Ok(record.map(stored_entry))
    }

    async fn write(&self, write: EntryWrite) -> Result<Written, UniverseError> {
        let address = write.address.clone();
        let write = records::Write {
            address: write.address,
            value: write.value,
            user_ids: write.user_ids,
            attributes: write.attributes,
            expected: expectation(write.expected)?,
            now: self.clock.now(),
        };
        let receipt = self.store.write(write).await.map_err(|error| lift_entry(error, &address))?;
        Ok(Written {
            created_at: receipt.revision.created(),
            updated_at: receipt.revision.at(),
            revision: receipt.revision.into(),
        })
    }

    async fn remove(
        &self,
        address: EntryAddress,
        expected: Expectation,
    ) -> Result<AnyRevision, UniverseError> {
        let receipt = self.store.remove(address.clone(), expectation(expected)?, self.clock.now()).await;
        Ok(receipt.map_err(|error| lift_entry(error, &address))?.revision.into())
    }

    async fn import(
        &self,
        store: StoreName,
        entries: Vec<ImportItem>,
    ) -> Result<Vec<AnyRevision>, UniverseError> {
        let items = entries
            .into_iter()
            .map(|item| records::ImportItem {
                id: item.id,
                value: item.value,
                user_ids: item.user_ids,
                attributes: item.attributes,
            })
            .collect();
        let receipts = self.store.import(store.clone(), items, self.clock.now()).await;
        let receipts = receipts.map_err(|error| lift(error, &store))?;
        Ok(receipts.into_iter().map(|receipt| receipt.revision.into()).collect())
    }

    async fn export(
        &self,
        query: KeyQuery,
        add: AddEntry<ExportText>,
    ) -> Result<ExportedPage, UniverseError> {
        let fingerprint = key_fingerprint("export", &query);
        let fingerprint = fingerprint.each_ref().map(String::as_str);
        let page = self.store.export(query.store.clone(), key_filter(&query, &fingerprint)?, add).await;
        let page = page.map_err(|error| lift(error, &query.store))?;
        let last = page.last.filter(|_| page.has_more);
        let next_cursor =
            last.map(|last| cursor::encode(&fingerprint, &[last.scope.as_str(), last.key.as_str()]));
        Ok(ExportedPage { entries: page.entries, next_cursor })
    }

    async fn list_revisions(&self, query: RevisionQuery) -> Result<Page<RevisionSummary>, UniverseError> {
        let address = &query.address;
        let fingerprint = ["revisions", address.store.as_str(), address.scope.as_str(), address.key.as_str()];
        let after = match position(query.cursor.as_deref(), &fingerprint)? {
            Some([revision]) => {
                Some(RevisionId::parse(&revision).map_err(|_| cursor::CursorError::Malformed)?)
            }
            None => None,
        };
        let page = self.store.list_revisions(address.clone(), after, query.limit, self.clock.now()).await;
        let page = page.map_err(|error| lift_entry(error, address))?;
        let next_cursor = next(&page, &fingerprint, |record| [record.revision.as_str()]);
        let items = page
            .items
            .into_iter()
            .map(|record| {
                let state = revision_state(record.state);
                RevisionSummary {
                    revision: record.revision.into(),
                    state,
                    created_at: record.created_at,
                    size_bytes: (state != RevisionState::Removed).then_some(record.size_bytes),
                    expires_at: record.expires_at,
                }
            })
            .collect();
        Ok(Page { items, next_cursor })
    }

    async fn get_revision(
        &self,
        address: EntryAddress,
        revision: AnyRevision,
    ) -> Result<Option<(StoredEntry, RevisionState)>, UniverseError> {
        let store = address.store.clone();
        let revision = RevisionId::parse(revision.as_str())?;
        let content = self.store.get_revision(address, revision, self.clock.now()).await;
        let content = content.map_err(|error| lift(error, &store))?;
        Ok(content.and_then(|content| {
            let state = revision_state(content.record.state);
            content.entry.map(|entry| (stored_entry(entry), state))
        }))
    }

    async fn list_ordered(&self, query: OrderedQuery) -> Result<Page<(EntryId, i64)>, UniverseError> {
        let bound = |value: Option<i64>| value.map_or_else(String::new, |value| value.to_string());
        let (minimum, maximum) = (bound(query.minimum), bound(query.maximum));
        let direction = if query.descending { "descending" } else { "ascending" };
        let fingerprint = [
            "ordered",
            query.store.as_str(),
            query.scope.as_str(),
            direction,
            minimum.as_str(),
            maximum.as_str(),
        ];
        let after = match position(query.cursor.as_deref(), &fingerprint)? {
            Some([value, key]) => Some(records::OrderedRecord {
                key: Key::parse(&key).map_err(|_| cursor::CursorError::Malformed)?,
                value: value.parse().map_err(|_| cursor::CursorError::Malformed)?,
            }),
            None => None,
        };
        let filter = records::OrderedFilter {
            scope: query.scope.clone(),
            descending: query.descending,
            min: query.minimum,
            max: query.maximum,
            after,
            limit: query.limit,
        };
        let page = self.store.list_ordered(query.store.clone(), filter).await;
        let page = page.map_err(|error| lift(error, &query.store))?;
        let next_cursor =
            page.items.last().filter(|_| page.has_more).map(|record| {
                cursor::encode(&fingerprint, &[&record.value.to_string(), record.key.as_str()])
            });
        let items = page
            .items
            .into_iter()
            .map(|record| (EntryId { scope: query.scope.clone(), key: record.key }, record.value))
            .collect();
        Ok(Page { items, next_cursor })
    }

    async fn get_ordered(&self, address: EntryAddress) -> Result<Option<i64>, UniverseError> {
        let store = address.store.clone();
        let value = self.store.get_ordered(address).await.map_err(|error| lift(error, &store))?;
        if value.is_none() {
            self.require_store(StoreKind::Ordered, &store).await?;
        }
        Ok(value)
    }

    async fn set_ordered(&self, address: EntryAddress, value: i64) -> Result<bool, UniverseError> {
        let receipt = self.store.set_ordered(address.clone(), value, self.clock.now()).await;
        Ok(receipt.map_err(|error| lift_entry(error, &address))?.created)
    }

    async fn increment_ordered(
        &self,
        address: EntryAddress,
        delta: i64,
    ) -> Result<(i64, bool), UniverseError> {
        let receipt = self.store.increment_ordered(address.clone(), delta, self.clock.now()).await;
        let receipt = receipt.map_err(|error| lift_entry(error, &address))?;
        Ok((receipt.value, receipt.created))
    }

    async fn remove_ordered(&self, address: EntryAddress) -> Result<i64, UniverseError> {
        self.store
            .remove_ordered(address.clone(), self.clock.now())
            .await
            .map_err(|error| lift_entry(error, &address))
    }
}

/// What tells a listing of keys or entries apart from every other.
fn key_fingerprint(what: &str, query: &KeyQuery) -> [String; 4] {
    let scope = query.scope.as_ref().map_or_else(String::new, |scope| scope.as_str().into());
    [what.into(), query.store.as_str().into(), scope, query.prefix.clone()]
}

fn key_filter(query: &KeyQuery, fingerprint: &[&str]) -> Result<records::KeyFilter, UniverseError> {
    let after = match position(query.cursor.as_deref(), fingerprint)? {
        Some([scope, key]) => Some(EntryId {
            scope: Scope::parse(&scope).map_err(|_| cursor::CursorError::Malformed)?,
            key: Key::parse(&key).map_err(|_| cursor::CursorError::Malformed)?,
        }),
        None => None,
    };
    Ok(records::KeyFilter {
        scope: query.scope.clone(),
        prefix: query.prefix.clone(),
        after,
        limit: query.limit,
    })
}

/// The position in a cursor, if there is one.
fn position<const N: usize>(
    cursor: Option<&str>,
    fingerprint: &[&str],
) -> Result<Option<[String; N]>, cursor::CursorError> {
    let Some(cursor) = cursor else { return Ok(None) };
    let parts = cursor::decode(cursor, fingerprint)?;
    parts.try_into().map(Some).map_err(|_| cursor::CursorError::Malformed)
}

/// The cursor of the page after this one.
fn next<'a, T, const N: usize>(
    page: &'a records::Page<T>,
    fingerprint: &[&str],
    position: impl FnOnce(&'a T) -> [&'a str; N],
) -> Option<String> {
    let last = page.items.last().filter(|_| page.has_more)?;
    Some(cursor::encode(fingerprint, &position(last)))
}

fn lift(error: StoreError, store: &StoreName) -> UniverseError {
    match error {
        StoreError::StoreNotFound { .. } => UniverseError::StoreNotFound(store.clone()),
        StoreError::StoreDeleted { store, expires_at } => UniverseError::StoreDeleted { store, expires_at },
        other => UniverseError::Store(other),
    }
}

fn lift_entry(error: StoreError, address: &EntryAddress) -> UniverseError {
    match error {
        StoreError::EntryNotFound { .. } => UniverseError::EntryNotFound(address.clone()),
        StoreError::Conflict { current } => UniverseError::Conflict {
            current: current.map(|record| (address.id(), Box::new(stored_entry(*record)))),
        },
        StoreError::IncrementOverflow { value, amount } => {
            UniverseError::SumOutOfRange { value, delta: amount }
        }
        other => lift(other, &address.store),
    }
}

fn expectation(expected: Expectation) -> Result<records::Expectation, UniverseError> {
    Ok(match expected {
        Expectation::Absent => records::Expectation::Absent,
        Expectation::Revision(revision) => {
            records::Expectation::Revision(RevisionId::parse(revision.as_str())?)
        }
    })
}

fn stored_entry(record: records::EntryRecord) -> StoredEntry {
    StoredEntry {
        value: record.value,
        user_ids: record.user_ids,
        attributes: record.attributes,
        revision: record.revision.into(),
        created_at: record.created_at,
        updated_at: record.updated_at,
    }
}

fn store_summary(record: records::StoreRecord) -> StoreSummary {
    StoreSummary {
        name: record.name,
        kind: record.kind,
        scopes: record.scopes,
        more_scopes: record.has_more_scopes,
        key_count: Some(record.entry_count),
        last_modified: Some(record.modified_at),
        created_at: Some(record.created_at),
        is_deleted: record.expires_at.is_some(),
        expires_at: record.expires_at,
    }
}

fn revision_state(state: records::RevisionState) -> RevisionState {
    match state {
        records::RevisionState::Current => RevisionState::Current,
        records::RevisionState::Kept => RevisionState::Kept,
        records::RevisionState::LocalCopy => RevisionState::LocalCopy,
        records::RevisionState::Removed => RevisionState::Removed,
    }
}
