//! Open Cloud, as one connection sees it: one universe, one key, one governor.
//!
//! v1 is used where exact bytes or conditions matter, v2 for listing, reads as of a time, snapshots, and whole stores; what
//! v2 cannot be asked because of a name or a prefix goes by v1, too (`roblox-apis.md §1`, `§2`, `§3.1`). Knows nothing of change sets: what was decided is sent, what came back is told.
//!
//! **Invariant:** the key goes to the configured host only (S-20). Every write of a value carries users and attributes
//! (S-30). What is not a read is sent once (S-32).

pub mod secret;

pub mod endpoint;

pub mod error;

mod refusal;

pub mod transport;

pub mod entry;

mod wire;

pub mod values;

pub mod listing;

pub mod stores;

pub mod ordered;

pub mod memory;

pub mod lookup;

pub mod capability;

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;

use crate::client::endpoint::{Endpoint, Target};
use crate::client::error::CloudError;
use crate::client::secret::ApiKey;
use crate::client::transport::{Call, Reply, SendSettings, Transport, not_understood};
use crate::governor::Governor;
use crate::governor::class::Priority;

/// A universe's Open Cloud; cheap to clone.
#[derive(Clone)]
pub struct OpenCloud {
    transport: Transport,
    key: ApiKey,
    universe_id: u64,
    priority: Priority,
}

/// A page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudPage<T> {
    /// The items; fewer than asked for, even none, although more follow (`roblox-apis.md §0.1`).
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

impl OpenCloud {
    /// Connects nothing yet. Requests count as a person's until [`Self::for_jobs`].
    pub fn new(
        endpoint: Endpoint,
        key: ApiKey,
        universe_id: u64,
        governor: Governor,
        settings: SendSettings,
    ) -> Result<Self, CloudError> {
        let transport = Transport::new(endpoint, Some(key.clone()), governor, settings)?;
        Ok(Self { transport, key, universe_id, priority: Priority::Person })
    }

    /// The same connection for requests that wait behind persons'.
    pub fn for_jobs(&self) -> Self {
        Self { priority: Priority::Job, ..self.clone() }
    }

    /// The universe.
    pub fn universe_id(&self) -> u64 {
        self.universe_id
    }

    /// `/cloud/v2/universes/{id}`.
    fn v2(&self) -> Target {
        Target::new(&format!("/cloud/v2/universes/{}", self.universe_id))
    }

    /// `/datastores/v1/universes/{id}/standard-datastores`.
    fn v1(&self) -> Target {
        Target::new(&format!("/datastores/v1/universes/{}/standard-datastores", self.universe_id))
    }

    async fn send(&self, call: &Call) -> Result<Reply, CloudError> {
        self.transport.send(self.priority, call).await
    }

    /// Sends and reads a JSON reply.
    async fn send_for<T: DeserializeOwned>(&self, call: &Call) -> Result<T, CloudError> {
        let reply = self.send(call).await?;
        read_json(call, &reply)
    }
}

/// Reads a JSON reply of success. What is told of another one is short, though it may quote the reply (S-24).
fn read_json<T: DeserializeOwned>(call: &Call, reply: &Reply) -> Result<T, CloudError> {
    serde_json::from_slice(&reply.body).map_err(|error| {
        let error = refusal::tidy(&error.to_string());
        not_understood(call, format!("it is not the JSON that was expected ({error})"))
    })
}

/// A number of items from 1 to what the operation gives at most.
fn page_size(limit: usize, most: usize) -> String {
    limit.clamp(1, most).to_string()
}
