//! Ordered data stores by v2, and by v1 where a name does not fit v2's paths (`roblox-apis.md §2.3`, `§3.1`).
//!
//! `[I]` v1 has names in its paths, too; whether it takes them all is as unproven as for v2 (`§8` item 5), but it knows no
//! revisions that an `@` could mean. So that a path that leads nowhere is not taken for an entry that is absent, what v1
//! answers is believed only when it bears v1's own code or the key asked for.

use daemon_core::names::{EntryAddress, Scope, StoreName};
use http::Method;
use serde_json::json;

use crate::client::endpoint::{Target, can_be_written, fits_path};
use crate::client::error::CloudError;
use crate::client::listing::next;
use crate::client::transport::{Call, not_understood};
use crate::client::wire::{OrderedEntries, OrderedEntry};
use crate::client::{CloudPage, OpenCloud, page_size};
use crate::governor::class::Class;

/// The most entries on a page (`roblox-apis.md §2.3`, `§3.1`).
pub const ORDERED_PAGE_LIMIT: usize = 100;

const READ: &str = "universe.ordered-data-store.scope.entry:read";
const WRITE: &str = "universe.ordered-data-store.scope.entry:write";

/// v1's code for an entry or a data store that is not there (`roblox-apis.md §2.4`).
const NOT_FOUND: &str = "NOT_FOUND";

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

/// Which of Roblox's two interfaces to ordered data stores a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interface {
    V1,
    V2,
}

impl Interface {
    /// The one that takes all these names in its path.
    fn of(names: &[&str]) -> Result<Self, CloudError> {
        if let Some(name) = names.iter().find(|name| !can_be_written(name)) {
            return Err(CloudError::NotAddressable { name: (*name).to_owned() });
        }
        Ok(if names.iter().all(|name| fits_path(name)) { Self::V2 } else { Self::V1 })
    }

    /// The class of a request that is `v2` there.
    fn class(self, v2: Class) -> Class {
        match (self, v2) {
            (Self::V1, Class::OrderedRead) => Class::OrderedV1Read,
            (Self::V1, Class::OrderedWrite) => Class::OrderedV1Write,
            (Self::V1, Class::OrderedList) => Class::OrderedV1List,
            (Self::V1, Class::OrderedRemove) => Class::OrderedV1Remove,
            (_, class) => class,
        }
    }
}

impl OpenCloud {
    /// Lists keys and values in order of value.
    pub async fn list_ordered(
        &self,
        query: &OrderedListQuery,
    ) -> Result<CloudPage<(String, i64)>, CloudError> {
        let interface = Interface::of(&[query.store.as_str(), query.scope.as_str()])?;
        let target = self.ordered_target(interface, &query.store, &query.scope);
        let size = page_size(query.limit, ORDERED_PAGE_LIMIT);
        let filter = range_filter(query.minimum, query.maximum);
        let target = match interface {
            Interface::V2 => target
                .query("maxPageSize", &size)
                .query("orderBy", if query.is_descending { "value desc" } else { "value" })
                .query_some("filter", filter.as_deref())
                .query_some("pageToken", query.cursor.as_deref()),
            Interface::V1 => target
                .query("max_page_size", &size)
                .query_some("order_by", query.is_descending.then_some("desc"))
                .query_some("filter", filter.as_deref())
                .query_some("page_token", query.cursor.as_deref()),
        };
        let call = Call::read(interface.class(Class::OrderedList), READ, target);
        let page: OrderedEntries = self.send_for(&call).await.map_err(|error| believed(interface, error))?;
        let items =
            page.ordered_data_store_entries.into_iter().map(|entry| (entry.id, entry.value.0)).collect();
        Ok(CloudPage { items, next: next(&call, query.cursor.as_deref(), page.next_page_token)? })
    }

    /// Gets a value; none when there is no entry.
    pub async fn get_ordered(&self, address: &EntryAddress) -> Result<Option<i64>, CloudError> {
        let (interface, target) = self.ordered_entry(address)?;
        let call = Call::read(interface.class(Class::OrderedRead), READ, target);
        match self.send_ordered(interface, &call, address).await {
            Ok(value) => Ok(Some(value)),
            Err(CloudError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes an entry; refused when there is one.
    pub async fn create_ordered(&self, address: &EntryAddress, value: i64) -> Result<i64, CloudError> {
        // The key is no part of the path here.
        let interface = Interface::of(&[address.store.as_str(), address.scope.as_str()])?;
        let target = self.ordered_target(interface, &address.store, &address.scope);
        let target = target.query("id", address.key.as_str());
        let class = interface.class(Class::OrderedWrite);
        let call = Call::change(Method::POST, class, WRITE, target).json(&json!({ "value": value }));
        self.send_ordered(interface, &call, address).await
    }

    /// Writes an entry; `may_create` lets it be a new one, otherwise that is not found.
    pub async fn update_ordered(
        &self,
        address: &EntryAddress,
        value: i64,
        may_create: bool,
    ) -> Result<i64, CloudError> {
        let (interface, target) = self.ordered_entry(address)?;
        let name = match interface {
            Interface::V1 => "allow_missing",
            Interface::V2 => "allowMissing",
        };
        let target = target.query_some(name, may_create.then_some("true"));
        let class = interface.class(Class::OrderedWrite);
        let call = Call::change(Method::PATCH, class, WRITE, target).json(&json!({ "value": value }));
        self.send_ordered(interface, &call, address).await
    }

    /// Adds to an entry, which begins at 0; tells the sum. Must not be repeated when the outcome is unknown (S-32).
    pub async fn increment_ordered(&self, address: &EntryAddress, delta: i64) -> Result<i64, CloudError> {
        let (interface, target) = self.ordered_entry(address)?;
        let class = interface.class(Class::OrderedWrite);
        let call = Call::change(Method::POST, class, WRITE, target.literal(":increment"))
            .json(&json!({ "amount": delta }));
        self.send_ordered(interface, &call, address).await
    }

    /// Removes an entry at once and for good.
    pub async fn delete_ordered(&self, address: &EntryAddress) -> Result<(), CloudError> {
        let (interface, target) = self.ordered_entry(address)?;
        let call = Call::change(Method::DELETE, interface.class(Class::OrderedRemove), WRITE, target);
        self.send(&call).await.map(|_| ()).map_err(|error| believed(interface, error))
    }

    /// Sends and reads the value of an entry; by v1 only of the one asked for.
    async fn send_ordered(
        &self,
        interface: Interface,
        call: &Call,
        address: &EntryAddress,
    ) -> Result<i64, CloudError> {
        let entry: OrderedEntry = self.send_for(call).await.map_err(|error| believed(interface, error))?;
        if interface == Interface::V1 && entry.id != address.key.as_str() {
            return Err(not_understood(call, "it is about another entry than the one asked for".to_owned()));
        }
        Ok(entry.value.0)
    }

    fn ordered_target(&self, interface: Interface, store: &StoreName, scope: &Scope) -> Target {
        let stores = match interface {
            Interface::V1 => Target::new(&format!(
                "/ordered-data-stores/v1/universes/{}/orderedDataStores",
                self.universe_id
            )),
            Interface::V2 => self.v2().literal("/ordered-data-stores"),
        };
        stores.segment(store.as_str()).literal("/scopes").segment(scope.as_str()).literal("/entries")
    }

    fn ordered_entry(&self, address: &EntryAddress) -> Result<(Interface, Target), CloudError> {
        let names = [address.store.as_str(), address.scope.as_str(), address.key.as_str()];
        let interface = Interface::of(&names)?;
        let target = self.ordered_target(interface, &address.store, &address.scope);
        Ok((interface, target.segment(address.key.as_str())))
    }
}

/// What an error says, unless it may be that v1 does not know the path.
fn believed(interface: Interface, error: CloudError) -> CloudError {
    match error {
        CloudError::NotFound { code, message } if interface == Interface::V1 && code != NOT_FOUND => {
            CloudError::Refused { status: 404, code, message }
        }
        error => error,
    }
}

/// `entry >= 10 && entry <= 30`, each token separated by one space (`roblox-apis.md §2.3`).
fn range_filter(minimum: Option<i64>, maximum: Option<i64>) -> Option<String> {
    let bounds =
        [minimum.map(|value| format!("entry >= {value}")), maximum.map(|value| format!("entry <= {value}"))];
    let bounds: Vec<_> = bounds.into_iter().flatten().collect();
    (!bounds.is_empty()).then(|| bounds.join(" && "))
}
