//! Which connections there are, which one a principal works on, and the universes behind them.
//!
//! **Invariant:** a universe's database is opened once and shared; no database is opened before it is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use daemon_core::environment::Environment;
use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use daemon_store::state::StateStore;
use daemon_store::state::records::{ConnectionId, ConnectionKind, ConnectionRecord};
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::UniverseOptions;
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::DataDirectory;
use crate::universes::local::LocalUniverse;
use crate::universes::{Universe, UniverseError, sample};

/// The name of the connection a fresh data directory gets.
pub const SANDBOX: &str = "Sandbox";

/// Expired revisions, and keys, removed in one transaction.
const PURGE_STEP: usize = 500;

/// The setting that holds a principal's selected connection.
const SELECTED: &str = "selected-connection";

/// A named link to a universe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: String,
    /// Its unique name.
    pub name: String,
    /// How carefully it is guarded.
    pub environment: Environment,
    /// Whether writes are refused.
    pub read_only: bool,
    /// Whether it holds the generated sample data.
    pub sample_data: bool,
    universe_id: String,
}

/// The connections and their universes.
#[derive(Debug)]
pub struct Registry {
    store: StateStore,
    directory: Arc<DataDirectory>,
    clock: Clock,
    open: Mutex<HashMap<String, UniverseStore>>,
}

impl Registry {
    /// Over the state database; a fresh one gets the Sandbox with its sample data.
    pub async fn open(
        store: StateStore,
        directory: Arc<DataDirectory>,
        clock: Clock,
    ) -> Result<Self, UniverseError> {
        let registry = Self { store, directory, clock, open: Mutex::default() };
        if registry.store.list_connections().await?.is_empty() {
            registry.make_sandbox().await?;
        }
        Ok(registry)
    }

    /// All connections, by name.
    pub async fn list(&self) -> Result<Vec<Connection>, StoreError> {
        Ok(self.store.list_connections().await?.into_iter().map(connection).collect())
    }

    /// The connection of that id or name.
    pub async fn find(&self, wanted: &str) -> Result<Option<Connection>, StoreError> {
        let by_id = self.store.get_connection(ConnectionId(wanted.to_owned())).await?;
        let found = match by_id {
            Some(record) => Some(record),
            None => self.store.find_connection(wanted.to_owned()).await?,
        };
        Ok(found.map(connection))
    }

    /// The connection that counts for a principal: the one it selected, or else the Sandbox, or else the first.
    pub async fn selected(&self, principal: &str) -> Result<Option<Connection>, StoreError> {
        if let Some(id) = self.store.get_setting(principal.to_owned(), SELECTED.to_owned()).await?
            && let Some(record) = self.store.get_connection(ConnectionId(id)).await?
        {
            return Ok(Some(connection(record)));
        }
        let mut connections = self.list().await?;
        let index = connections.iter().position(|connection| connection.name == SANDBOX).unwrap_or(0);
        Ok((!connections.is_empty()).then(|| connections.swap_remove(index)))
    }

    /// Makes a connection the one that counts for a principal.
    pub async fn select(&self, principal: &str, connection: &Connection) -> Result<(), StoreError> {
        self.store.set_setting(principal.to_owned(), SELECTED.to_owned(), Some(connection.id.clone())).await
    }

    /// The universe behind a connection.
    pub fn universe(&self, connection: &Connection) -> Result<Arc<dyn Universe>, StoreError> {
        Ok(Arc::new(LocalUniverse::new(self.engine(connection)?, self.clock.clone())))
    }

    /// Removes the generated entries that are still there; tells how many.
    pub async fn remove_sample(&self, connection: &Connection, now: Timestamp) -> Result<u64, UniverseError> {
        let removed = sample::remove(&self.engine(connection)?, now).await?;
        self.store.mark_sample(ConnectionId(connection.id.clone()), false).await?;
        Ok(removed)
    }

    /// Removes what has expired from the universes that are open, a little at a time so that other writes run in between.
    pub async fn purge(&self) -> Result<(), StoreError> {
        let open: Vec<_> =
            self.open.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for universe in open {
            loop {
                let report = universe.purge(self.clock.now(), PURGE_STEP).await?;
                let step = PURGE_STEP as u64;
                if report.revisions < step && report.keys < step {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Finishes what is queued and closes every universe.
    pub async fn close(&self) {
        let open: Vec<_> = self.open.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        for (_, universe) in open {
            universe.close().await;
        }
    }

    fn engine(&self, connection: &Connection) -> Result<UniverseStore, StoreError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(universe) = open.get(&connection.universe_id) {
            return Ok(universe.clone());
        }
        let path = self.directory.universe_database(&connection.universe_id);
        let universe = UniverseStore::open(&path, UniverseOptions::default())?;
        open.insert(connection.universe_id.clone(), universe.clone());
        Ok(universe)
    }

    async fn make_sandbox(&self) -> Result<(), UniverseError> {
        let now = self.clock.now();
        let record = ConnectionRecord {
            id: ConnectionId(Uuid::now_v7().to_string()),
            name: SANDBOX.into(),
            environment: Environment::Local,
            kind: ConnectionKind::Local,
            universe_id: Uuid::now_v7().to_string(),
            sample: true,
            created_at: now,
        };
        // The data first: a connection marked as sample always has it, also after a kill in between.
        sample::fill(&self.engine(&connection(record.clone()))?, now).await?;
        self.store.create_connection(record).await?;
        Ok(())
    }
}

fn connection(record: ConnectionRecord) -> Connection {
    Connection {
        id: record.id.0,
        name: record.name,
        environment: record.environment,
        read_only: false,
        sample_data: record.sample,
        universe_id: record.universe_id,
    }
}
