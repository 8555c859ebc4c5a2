//! Whole data stores, snapshots, and entries as of a time, by v2 (`roblox-apis.md §2.1`, `§2.2`).

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::{EntryAddress, StoreName};
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use http::Method;
use serde_json::json;

use crate::client::OpenCloud;
use crate::client::endpoint::fits_path;
use crate::client::entry::CloudEntry;
use crate::client::error::CloudError;
use crate::client::listing::{CloudStore, read_store};
use crate::client::transport::{Call, VALUE_REPLY_LIMIT, not_understood};
use crate::client::values::{VersionQuery, key_of};
use crate::client::wire::{Time, V2Entry, V2Snapshot, V2Store};
use crate::governor::class::Class;

/// A point in an entry's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// What was current at that time, after 1970 and at most ten minutes from now.
    Time(Timestamp),
    /// That revision.
    Revision(AnyRevision),
}

/// What a snapshot did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Whether one was taken now; there is one a UTC day.
    pub is_new: bool,
    /// When the latest was taken, where told.
    pub latest_at: Option<Timestamp>,
}

impl OpenCloud {
    /// Makes the next write to every key keep the value before it; once a UTC day (`roblox-apis.md §2.1`).
    pub async fn snapshot(&self) -> Result<Snapshot, CloudError> {
        let target = self.v2().literal("/data-stores:snapshot");
        let permission = "universe-datastores.control:snapshot";
        let call = Call::change(Method::POST, Class::Other, permission, target).json(&json!({}));
        let reply: V2Snapshot = self.send_for(&call).await?;
        Ok(Snapshot { is_new: reply.new_snapshot_taken, latest_at: Time::of(reply.latest_snapshot_time) })
    }

    /// Deletes a data store with all its entries; for 30 days it can be undeleted.
    pub async fn delete_store(&self, store: &StoreName) -> Result<CloudStore, CloudError> {
        self.change_store(store, Method::DELETE, "").await
    }

    /// Takes the deletion of a data store back.
    pub async fn undelete_store(&self, store: &StoreName) -> Result<CloudStore, CloudError> {
        self.change_store(store, Method::POST, ":undelete").await
    }

    async fn change_store(
        &self,
        store: &StoreName,
        method: Method,
        verb: &str,
    ) -> Result<CloudStore, CloudError> {
        if !fits_path(store.as_str()) {
            return Err(CloudError::NotAddressable { name: store.to_string() });
        }
        let target = self.store_target(store.as_str()).literal(verb);
        let mut call =
            Call::change(method, Class::StandardRemove, "universe-datastores.control:delete", target);
        if call.method == Method::POST {
            call = call.json(&json!({}));
        }
        let store: V2Store = self.send_for(&call).await?;
        Ok(read_store(store))
    }

    /// Gets an entry as it was then; none when it was absent or removed, or that cannot be read (any more).
    ///
    /// v2 may write a value differently from how it was stored, numbers above all (`roblox-apis.md §8` item 21): show
    /// it, and use [`OpenCloud::get_version`] with its revision for what is written back. Names that fit no path are
    /// read by v1.
    pub async fn get_as_of(
        &self,
        address: &EntryAddress,
        then: &AsOf,
    ) -> Result<Option<CloudEntry>, CloudError> {
        let names = [address.store.as_str(), address.scope.as_str(), address.key.as_str()];
        if !names.into_iter().all(fits_path) {
            return match then {
                AsOf::Time(time) => self.get_as_of_v1(address, *time).await,
                AsOf::Revision(revision) => self.get_version(address, revision).await,
            };
        }
        let at = match then {
            AsOf::Time(time) => format!("latest:{}", time.format_rfc3339()),
            AsOf::Revision(revision) => revision.as_str().to_owned(),
        };
        let target = self
            .store_target(address.store.as_str())
            .literal("/scopes")
            .segment(address.scope.as_str())
            .literal("/entries")
            .segment(&format!("{}@{at}", address.key));
        let mut call = Call::read(Class::StandardRead, "universe-datastores.objects:read", target);
        call.reply_limit = VALUE_REPLY_LIMIT;
        let call = call.about(key_of(address));
        let entry: V2Entry = match self.send_for(&call).await {
            Err(CloudError::NotFound { .. }) => return Ok(None),
            // An expired revision was seen to be answered as an invalid argument (`roblox-apis.md §2.2`).
            Err(CloudError::Refused { code, .. })
                if code == "INVALID_ARGUMENT" && matches!(then, AsOf::Revision(_)) =>
            {
                return Ok(None);
            }
            entry => entry?,
        };
        if entry.state.as_deref() == Some("DELETED") {
            return Ok(None);
        }
        read_entry(entry).map(Some).map_err(|problem| not_understood(&call, problem))
    }

    /// An entry as of a time by v1: its newest version until then.
    async fn get_as_of_v1(
        &self,
        address: &EntryAddress,
        time: Timestamp,
    ) -> Result<Option<CloudEntry>, CloudError> {
        let mut query = VersionQuery { until: Some(time), limit: 1, ..VersionQuery::default() };
        loop {
            let page = self.list_versions(address, &query).await?;
            if let Some(version) = page.items.first() {
                if version.is_removed {
                    return Ok(None);
                }
                return self.get_version(address, &version.revision).await;
            }
            // A page may be empty although more follow (`roblox-apis.md §0.1`).
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(None);
            }
        }
    }
}

fn read_entry(entry: V2Entry) -> Result<CloudEntry, String> {
    let value = entry.value.ok_or("it has no value")?;
    let value = JsonText::parse(value.get()).map_err(|error| format!("the value is {error}"))?;
    let user_ids = entry
        .users
        .iter()
        .map(|user| user.strip_prefix("users/")?.parse().ok())
        .collect::<Option<Vec<i64>>>();
    let user_ids =
        UserIds::new(user_ids.ok_or("its users cannot be read")?).map_err(|error| error.to_string())?;
    let attributes = match &entry.attributes {
        Some(attributes) if attributes.get() != "null" => {
            Attributes::parse(attributes.get()).map_err(|error| error.to_string())?
        }
        _ => Attributes::default(),
    };
    Ok(CloudEntry {
        value,
        revision: AnyRevision::parse(&entry.revision_id).map_err(|_| "it names no revision")?,
        created_at: Time::of(entry.create_time),
        written_at: Time::of(entry.revision_create_time),
        user_ids,
        attributes,
    })
}
