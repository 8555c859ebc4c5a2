//! The clients of connections to Roblox, each with its key and the governor of its universe.
//!
//! Keys are the keeper's, governors the budgets'. What a connection is called and how it is guarded is not known here.
//!
//! **Invariant:** a key is kept under its connection's id and the host it was handed in for, so that a stored key never goes
//! to another host (S-20), whatever becomes of the connection's base URL.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use daemon_roblox::client::OpenCloud;
use daemon_roblox::client::endpoint::Endpoint;
use daemon_roblox::client::secret::ApiKey;
use daemon_roblox::client::transport::SendSettings;
use daemon_roblox::governor::Governor;
use daemon_store::vault::secret::SecretText;
use sha2::{Digest as _, Sha256};

use crate::keeper::{Availability, KeeperError, KeyKeeper};
use crate::secret::encode_hex;
use crate::universes::UniverseError;
use crate::universes::budgets::{BudgetId, Budgets};

/// Where a connection to Roblox leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudTarget {
    /// The experience's universe id.
    pub universe_id: u64,
    /// The host.
    pub endpoint: Endpoint,
}

/// Why a connection's key cannot be used; nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum KeyProblem {
    /// It lies in a vault that is not open.
    #[error("the API key of connection `{connection}` is in a locked vault; nothing was sent: {remedy}")]
    Locked {
        /// The connection's name.
        connection: String,
        /// How to open the vault.
        remedy: String,
    },
    /// It is not there.
    #[error(
        "connection `{connection}` has no API key; nothing was sent: hand it in again with `dsmp connections edit`, or in the dashboard"
    )]
    Missing {
        /// The connection's name.
        connection: String,
    },
    /// The keeper failed.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
}

/// Clients with their keys.
pub(super) struct Clouds {
    keeper: KeyKeeper,
    budgets: Budgets,
    clients: Mutex<Clients>,
}

/// Clients that were made, by the name their key is kept under.
#[derive(Default)]
struct Clients {
    made: HashMap<String, OpenCloud>,
    /// Counts what made clients outdated, so that none is kept that was being made meanwhile.
    outdated: u64,
}

impl fmt::Debug for Clouds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clouds")
    }
}

impl Clouds {
    pub(super) fn new(keeper: KeyKeeper, budgets: Budgets) -> Self {
        Self { keeper, budgets, clients: Mutex::default() }
    }

    /// The governor of a universe, made when it is asked for first.
    pub(super) fn governor(&self, target: &CloudTarget) -> Governor {
        self.budgets.governor(&BudgetId::of(target))
    }

    /// A client for a key that is not kept, or not yet.
    pub(super) fn client(&self, target: &CloudTarget, key: ApiKey) -> Result<OpenCloud, UniverseError> {
        let CloudTarget { universe_id, endpoint } = target.clone();
        OpenCloud::new(endpoint, key, universe_id, self.governor(target), SendSettings::default())
            .map_err(UniverseError::Cloud)
    }

    /// A connection's client with the key that is kept for it. `name` is what people call the connection.
    pub(super) async fn open(
        &self,
        connection: &str,
        name: &str,
        target: &CloudTarget,
    ) -> Result<OpenCloud, UniverseError> {
        let locked =
            |remedy: &str| KeyProblem::Locked { connection: name.to_owned(), remedy: remedy.to_owned() };
        let keys = self.keeper.state();
        if keys.state == Availability::Locked {
            self.forget_all();
            return Err(locked(&keys.remedy.unwrap_or_default()).into());
        }
        let place = kept_under(connection, target);
        let outdated = {
            let clients = self.clients();
            if let Some(made) = clients.made.get(&place) {
                return Ok(made.clone());
            }
            clients.outdated
        };
        let kept = self.keeper.get(&place).await;
        let kept = kept.map_err(|error| match error {
            KeeperError::Locked { remedy } => locked(remedy),
            KeeperError::Absent => KeyProblem::Missing { connection: name.to_owned() },
            other => KeyProblem::Keeper(other),
        })?;
        let key = kept.and_then(|secret| ApiKey::new(secret.expose()).ok());
        let key = key.ok_or_else(|| KeyProblem::Missing { connection: name.to_owned() })?;
        let client = self.client(target, key)?;
        let mut clients = self.clients();
        if clients.outdated == outdated {
            clients.made.insert(place, client.clone());
        }
        Ok(client)
    }

    /// Keeps a connection's key; one it had for that host is replaced.
    pub(super) async fn keep(
        &self,
        connection: &str,
        target: &CloudTarget,
        key: &SecretText,
    ) -> Result<(), KeeperError> {
        let place = kept_under(connection, target);
        let kept = self.keeper.put(&place, key).await;
        self.forget(&place);
        kept
    }

    /// Removes a connection's key for a host, if there is one.
    pub(super) async fn discard(&self, connection: &str, target: &CloudTarget) -> Result<(), KeeperError> {
        let place = kept_under(connection, target);
        self.forget(&place);
        let removed = self.keeper.remove(&place).await;
        // Again: it may have been made anew from the key that was still there.
        self.forget(&place);
        match removed {
            Err(KeeperError::Absent) => Ok(()),
            removed => removed,
        }
    }

    /// Drops every client and with them the keys they hold.
    pub(super) fn forget_all(&self) {
        let mut clients = self.clients();
        clients.outdated += 1;
        clients.made.clear();
    }

    fn forget(&self, place: &str) {
        let mut clients = self.clients();
        clients.outdated += 1;
        clients.made.remove(place);
    }

    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name a key is kept under: hosts may be longer, and hold other characters, than such a name may.
fn kept_under(connection: &str, target: &CloudTarget) -> String {
    let host = Sha256::digest(target.endpoint.as_str().as_bytes());
    format!("open-cloud/{connection}/{}", encode_hex(&host[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_20_a_key_is_kept_for_one_connection_and_one_host() {
        let target =
            |base: &str, universe_id| CloudTarget { universe_id, endpoint: Endpoint::parse(base).unwrap() };
        let place = |connection: &str, base: &str| kept_under(connection, &target(base, 1));
        let own = place("c", "http://127.0.0.1:1");
        assert_eq!(own, kept_under("c", &target("http://127.0.0.1:1/", 2)));
        for other in [
            place("d", "http://127.0.0.1:1"),
            place("c", "http://127.0.0.1:2"),
            place("c", "https://127.0.0.1:1"),
            place("c", "http://localhost:1"),
            place("c", "http://[::1]:1"),
        ] {
            assert_ne!(own, other);
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
            assert!(other.bytes().all(is_plain), "{other}");
        }
    }
}
