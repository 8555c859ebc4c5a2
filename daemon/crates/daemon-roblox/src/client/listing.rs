//! Lists of data stores and of entries, by v2 where names and prefixes allow it (`roblox-apis.md §1.3`, `§2.1`, `§2.2`).

use daemon_core::names::{Scope, StoreName};
use daemon_core::time::Timestamp;

use crate::client::endpoint::{Target, fits_path};
use crate::client::error::CloudError;
use crate::client::transport::{Call, not_understood};
use crate::client::wire::{Time, V1Keys, V1Store, V1Stores, V2Entries, V2ListedEntry, V2Store, V2Stores};
use crate::client::{CloudPage, OpenCloud, page_size};
use crate::governor::class::Class;

/// The most stores on a page (`roblox-apis.md §2.1`).
pub const STORES_PAGE_LIMIT: usize = 100;

/// The most entries on a page (`roblox-apis.md §2.2`).
pub const ENTRIES_PAGE_LIMIT: usize = 256;

/// A data store as Roblox lists it; all but the name may be missing (`roblox-apis.md §2.1`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudStore {
    /// Its name, by whatever rules Roblox accepted it.
    pub name: String,
    /// When it came into being, where told.
    pub created_at: Option<Timestamp>,
    /// Whether it was deleted and waits to be purged.
    pub is_deleted: bool,
    /// When it is purged, for deleted ones.
    pub expires_at: Option<Timestamp>,
}

/// An entry as Roblox lists it: its names and nothing else. A removed one may be among them (`roblox-apis.md §1.3`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEntry {
    /// Its scope, by whatever rules Roblox accepted it.
    pub scope: String,
    /// Its key, by whatever rules Roblox accepted it.
    pub key: String,
}

/// Which data stores to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreListQuery {
    /// Only names that begin so.
    pub prefix: String,
    /// Deleted ones too.
    pub shows_deleted: bool,
    /// From the page before; all else has to stay as it was.
    pub cursor: Option<String>,
    /// Most items, up to [`STORES_PAGE_LIMIT`].
    pub limit: usize,
}

/// Which entries to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryListQuery {
    /// The data store.
    pub store: StoreName,
    /// One scope, or all.
    pub scope: Option<Scope>,
    /// Only keys that begin so; needs a scope.
    pub prefix: String,
    /// From the page before; all else has to stay as it was.
    pub cursor: Option<String>,
    /// Most items, up to [`ENTRIES_PAGE_LIMIT`].
    pub limit: usize,
}

impl OpenCloud {
    /// Lists data stores.
    ///
    /// A prefix that v2's filter cannot say goes by v1, which takes it as it is; unless deleted ones are asked for, which
    /// v1 does not list.
    pub async fn list_stores(&self, query: &StoreListQuery) -> Result<CloudPage<CloudStore>, CloudError> {
        let is_beyond_v2 = !query.prefix.is_empty() && prefix_filter(&query.prefix).is_none();
        let mut page = if is_beyond_v2 && !query.shows_deleted {
            self.list_stores_v1(query).await?
        } else {
            self.list_stores_v2(query).await?
        };
        page.items.retain(|store| store.name.starts_with(&query.prefix));
        Ok(page)
    }

    async fn list_stores_v2(&self, query: &StoreListQuery) -> Result<CloudPage<CloudStore>, CloudError> {
        let target = self
            .v2()
            .literal("/data-stores")
            .query("maxPageSize", &page_size(query.limit, STORES_PAGE_LIMIT))
            .query_some("pageToken", query.cursor.as_deref())
            .query_some("filter", prefix_filter(&query.prefix).as_deref())
            .query_some("showDeleted", query.shows_deleted.then_some("true"));
        let call = Call::read(Class::StandardList, "universe-datastores.control:list", target);
        let page: V2Stores = self.send_for(&call).await?;
        Ok(CloudPage {
            items: page.data_stores.into_iter().map(read_store).collect(),
            next: next(&call, query.cursor.as_deref(), page.next_page_token)?,
        })
    }

    async fn list_stores_v1(&self, query: &StoreListQuery) -> Result<CloudPage<CloudStore>, CloudError> {
        let target = self
            .v1()
            .query("prefix", &query.prefix)
            .query("limit", &page_size(query.limit, STORES_PAGE_LIMIT))
            .query_some("cursor", query.cursor.as_deref());
        let call = Call::read(Class::V1List, "universe-datastores.control:list", target);
        let page: V1Stores = self.send_for(&call).await?;
        let items = page.datastores.into_iter().map(read_v1_store).collect();
        Ok(CloudPage { items, next: next(&call, query.cursor.as_deref(), page.next_page_cursor)? })
    }

    /// Lists the keys of a data store, of one scope or of all.
    ///
    /// `[I]` What a prefix is compared with when all scopes are listed is not stated, so a prefix is sent with a scope
    /// only; otherwise keys are filtered here (`roblox-apis.md §2.2`).
    pub async fn list_entries(&self, query: &EntryListQuery) -> Result<CloudPage<ListedEntry>, CloudError> {
        let scope_fits =
            query.scope.as_ref().is_none_or(|scope| fits_path(scope.as_str()) && scope.as_str() != "-");
        let mut page = if fits_path(query.store.as_str()) && scope_fits {
            self.list_entries_v2(query).await?
        } else {
            self.list_entries_v1(query).await?
        };
        page.items.retain(|entry| entry.key.starts_with(&query.prefix));
        Ok(page)
    }

    async fn list_entries_v2(&self, query: &EntryListQuery) -> Result<CloudPage<ListedEntry>, CloudError> {
        let scope = query.scope.as_ref().map_or("-", Scope::as_str);
        let filter = query.scope.as_ref().and_then(|_| prefix_filter(&query.prefix));
        let target = self
            .store_target(query.store.as_str())
            .literal("/scopes")
            .segment(scope)
            .literal("/entries")
            .query("maxPageSize", &page_size(query.limit, ENTRIES_PAGE_LIMIT))
            .query_some("pageToken", query.cursor.as_deref())
            .query_some("filter", filter.as_deref());
        let call = Call::read(Class::StandardList, "universe-datastores.objects:list", target);
        let page: V2Entries = self.send_for(&call).await?;
        let read = |entry| read_listed(&call, query.scope.as_ref(), entry);
        let items = page.data_store_entries.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(CloudPage { items, next: next(&call, query.cursor.as_deref(), page.next_page_token)? })
    }

    async fn list_entries_v1(&self, query: &EntryListQuery) -> Result<CloudPage<ListedEntry>, CloudError> {
        let target = self.v1().literal("/datastore/entries").query("datastoreName", query.store.as_str());
        let target = match &query.scope {
            Some(scope) => target.query("scope", scope.as_str()).query_some("prefix", Some(&query.prefix)),
            None => target.query("allScopes", "true"),
        };
        let target = target
            .query("limit", &page_size(query.limit, ENTRIES_PAGE_LIMIT))
            .query_some("cursor", query.cursor.as_deref());
        let call = Call::read(Class::V1List, "universe-datastores.objects:list", target);
        let page: V1Keys = self.send_for(&call).await?;
        let items = page.keys.into_iter().map(|key| {
            let scope = key.scope.or_else(|| query.scope.as_ref().map(ToString::to_string));
            let scope =
                scope.ok_or_else(|| not_understood(&call, "a key comes without its scope".to_owned()))?;
            Ok(ListedEntry { scope, key: key.key })
        });
        let items = items.collect::<Result<_, CloudError>>()?;
        Ok(CloudPage { items, next: next(&call, query.cursor.as_deref(), page.next_page_cursor)? })
    }

    /// `…/data-stores/{name}`.
    pub(super) fn store_target(&self, name: &str) -> Target {
        self.v2().literal("/data-stores").segment(name)
    }
}

/// The only filter there is (`roblox-apis.md §2.1`).
///
/// `[I]` How a quotation mark or a backslash would be escaped is not stated; such prefixes go by v1, or are filtered here.
fn prefix_filter(prefix: &str) -> Option<String> {
    (!prefix.is_empty() && !prefix.contains(['"', '\\'])).then(|| format!("id.startsWith(\"{prefix}\")"))
}

/// Where a listing goes on after the page `asked` for; its end is an absent or an empty token (`roblox-apis.md §0.1`).
///
/// A page that leads to itself would be read for ever, and is refused (S-24).
pub(super) fn next(
    call: &Call,
    asked: Option<&str>,
    token: Option<String>,
) -> Result<Option<String>, CloudError> {
    let token = token.filter(|token| !token.is_empty());
    if token.is_some() && token.as_deref() == asked {
        return Err(not_understood(call, "the page after it is the page itself".to_owned()));
    }
    Ok(token)
}

pub(super) fn read_store(store: V2Store) -> CloudStore {
    CloudStore {
        name: store.id,
        created_at: Time::of(store.create_time),
        is_deleted: store.state.as_deref() == Some("DELETED"),
        expires_at: Time::of(store.expire_time),
    }
}

/// v1 lists active data stores only, and tells no more than when they were made (`roblox-apis.md §1.3`).
fn read_v1_store(store: V1Store) -> CloudStore {
    let created_at = Time::of(store.created_time);
    CloudStore { name: store.name, created_at, is_deleted: false, expires_at: None }
}

/// Takes the scope asked for, or the one in the path: `universes/1/data-stores/name/scopes/scope/entries/key`, whose
/// names may hold slashes themselves (`roblox-apis.md §2.2` `[O]`).
fn read_listed(call: &Call, asked: Option<&Scope>, entry: V2ListedEntry) -> Result<ListedEntry, CloudError> {
    let scope = match asked {
        Some(scope) => Some(scope.as_str()),
        None => entry.path.split_once("/scopes/").and_then(|(_, rest)| {
            let end = format!("/entries/{}", entry.id);
            rest.strip_suffix(end.as_str()).or_else(|| rest.split('/').next())
        }),
    };
    match scope {
        Some(scope) => Ok(ListedEntry { scope: scope.to_owned(), key: entry.id }),
        None => Err(not_understood(call, "an entry comes without its scope".to_owned())),
    }
}
