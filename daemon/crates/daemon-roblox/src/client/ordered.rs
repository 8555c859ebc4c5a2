//! Ordered data stores by v2 (`roblox-apis.md §2.3`).
//!
//! `[I]` Names that may not fit a path are refused here, since there is no way around the path (`roblox-apis.md §8` item 5).

use daemon_core::names::{EntryAddress, Scope, StoreName};
use http::Method;
use serde_json::json;

use crate::client::endpoint::{Target, fits_path};
use crate::client::error::CloudError;
use crate::client::listing::next;
use crate::client::transport::Call;
use crate::client::wire::{OrderedEntries, OrderedEntry};
use crate::client::{CloudPage, OpenCloud, page_size};
use crate::governor::class::Class;

/// The most entries on a page (`roblox-apis.md §2.3`).
pub const ORDERED_PAGE_LIMIT: usize = 100;

const READ: &str = "universe.ordered-data-store.scope.entry:read";
const WRITE: &str = "universe.ordered-data-store.scope.entry:write";

/// Which ordered entries to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedListQuery {
    /// The ordered data store.
    pub store: StoreName,
    /// The scope.
    pub scope: Scope,
    /// Largest first.
    pub is_descending: bool,
    /// Least value.
    pub minimum: Option<i64>,
    /// Greatest value.
    pub maximum: Option<i64>,
    /// From the page before; all else has to stay as it was.
    pub cursor: Option<String>,
    /// Most items, up to [`ORDERED_PAGE_LIMIT`].
    pub limit: usize,
}

impl OpenCloud {
    /// Lists keys and values in order of value.
    pub async fn list_ordered(
        &self,
        query: &OrderedListQuery,
    ) -> Result<CloudPage<(String, i64)>, CloudError> {
        let target = self
            .ordered_target(&query.store, &query.scope)?
            .query("maxPageSize", &page_size(query.limit, ORDERED_PAGE_LIMIT))
            .query("orderBy", if query.is_descending { "value desc" } else { "value" })
            .query_some("filter", range_filter(query.minimum, query.maximum).as_deref())
            .query_some("pageToken", query.cursor.as_deref());
        let call = Call::read(Class::OrderedList, READ, target);
        let page: OrderedEntries = self.send_for(&call).await?;
        let items =
            page.ordered_data_store_entries.into_iter().map(|entry| (entry.id, entry.value.0)).collect();
        Ok(CloudPage { items, next: next(page.next_page_token) })
    }

    /// Gets a value; none when there is no entry.
    pub async fn get_ordered(&self, address: &EntryAddress) -> Result<Option<i64>, CloudError> {
        let call = Call::read(Class::OrderedRead, READ, self.ordered_entry(address)?);
        match self.send_for::<OrderedEntry>(&call).await {
            Ok(entry) => Ok(Some(entry.value.0)),
            Err(CloudError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes an entry; refused when there is one.
    pub async fn create_ordered(&self, address: &EntryAddress, value: i64) -> Result<i64, CloudError> {
        let target = self.ordered_target(&address.store, &address.scope)?.query("id", address.key.as_str());
        let call =
            Call::change(Method::POST, Class::OrderedWrite, WRITE, target).json(&json!({ "value": value }));
        self.send_for::<OrderedEntry>(&call).await.map(|entry| entry.value.0)
    }

    /// Writes an entry; `may_create` lets it be a new one, otherwise that is not found.
    pub async fn update_ordered(
        &self,
        address: &EntryAddress,
        value: i64,
        may_create: bool,
    ) -> Result<i64, CloudError> {
        let target = self.ordered_entry(address)?.query_some("allowMissing", may_create.then_some("true"));
        let call =
            Call::change(Method::PATCH, Class::OrderedWrite, WRITE, target).json(&json!({ "value": value }));
        self.send_for::<OrderedEntry>(&call).await.map(|entry| entry.value.0)
    }

    /// Adds to an entry, which begins at 0; tells the sum. Must not be repeated when the outcome is unknown (S-32).
    pub async fn increment_ordered(&self, address: &EntryAddress, delta: i64) -> Result<i64, CloudError> {
        let target = self.ordered_entry(address)?.literal(":increment");
        let call =
            Call::change(Method::POST, Class::OrderedWrite, WRITE, target).json(&json!({ "amount": delta }));
        self.send_for::<OrderedEntry>(&call).await.map(|entry| entry.value.0)
    }

    /// Removes an entry at once and for good.
    pub async fn delete_ordered(&self, address: &EntryAddress) -> Result<(), CloudError> {
        let call = Call::change(Method::DELETE, Class::OrderedRemove, WRITE, self.ordered_entry(address)?);
        self.send(&call).await.map(|_| ())
    }

    fn ordered_target(&self, store: &StoreName, scope: &Scope) -> Result<Target, CloudError> {
        addressable(store.as_str())?;
        addressable(scope.as_str())?;
        let target = self.v2().literal("/ordered-data-stores").segment(store.as_str());
        Ok(target.literal("/scopes").segment(scope.as_str()).literal("/entries"))
    }

    fn ordered_entry(&self, address: &EntryAddress) -> Result<Target, CloudError> {
        addressable(address.key.as_str())?;
        Ok(self.ordered_target(&address.store, &address.scope)?.segment(address.key.as_str()))
    }
}

fn addressable(name: &str) -> Result<(), CloudError> {
    if fits_path(name) { Ok(()) } else { Err(CloudError::NotAddressable { name: name.to_owned() }) }
}

/// `entry >= 10 && entry <= 30`, each token separated by one space (`roblox-apis.md §2.3`).
fn range_filter(minimum: Option<i64>, maximum: Option<i64>) -> Option<String> {
    let bounds =
        [minimum.map(|value| format!("entry >= {value}")), maximum.map(|value| format!("entry <= {value}"))];
    let bounds: Vec<_> = bounds.into_iter().flatten().collect();
    (!bounds.is_empty()).then(|| bounds.join(" && "))
}
