//! Which connections there are, which one a principal works on, and the universes behind them.
//!
//! **Invariant:** a universe's database is opened once and shared; no database is opened before it is asked for.
//!
//! **Invariant:** a connection to Roblox is stored after its key is, and its key is removed before it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use daemon_core::environment::Environment;
use daemon_core::time::Timestamp;
use daemon_roblox::client::OpenCloud;
use daemon_roblox::client::endpoint::{Endpoint, ROBLOX};
use daemon_roblox::client::lookup::UserFacts;
use daemon_roblox::client::secret::ApiKey;
use daemon_roblox::governor::Governor;
use daemon_store::error::StoreError;
use daemon_store::state::StateStore;
use daemon_store::state::records::{
    ConnectionChanges, ConnectionId, ConnectionKind, ConnectionRecord, KeyCheck,
};
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::UniverseOptions;
use daemon_store::vault::secret::SecretText;
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::DataDirectory;
use crate::keeper::KeyKeeper;
use crate::universes::budgets::Budgets;
use crate::universes::cloud::CloudUniverse;
use crate::universes::clouds::{CloudTarget, Clouds, KeyProblem};
use crate::universes::local::LocalUniverse;
use crate::universes::players::{PlayerQuery, Players, find_by_name};
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
    /// The colour people know it by, if one was chosen.
    pub colour: Option<String>,
    /// Whether writes are refused until they are unlocked.
    pub read_only: bool,
    /// Whether it holds the generated sample data.
    pub sample_data: bool,
    /// What stands behind it.
    pub source: Source,
}

/// What stands behind a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A universe of our own engine.
    Local {
        /// The name of its file.
        universe_id: String,
    },
    /// An experience at Roblox.
    Cloud {
        /// Where.
        target: CloudTarget,
        /// What was found about it and the key, if anything was asked.
        check: Option<KeyCheck>,
    },
}

impl Connection {
    /// Where it leads at Roblox; none for a local one.
    pub fn target(&self) -> Option<&CloudTarget> {
        match &self.source {
            Source::Local { .. } => None,
            Source::Cloud { target, .. } => Some(target),
        }
    }
}

/// A connection to Roblox that is to be made.
pub struct NewConnection {
    /// Its name.
    pub name: String,
    /// How carefully it is guarded.
    pub environment: Environment,
    /// The colour people know it by.
    pub colour: Option<String>,
    /// Whether writes are refused until they are unlocked.
    pub read_only: bool,
    /// Where it leads.
    pub target: CloudTarget,
    /// Its key.
    pub key: SecretText,
    /// What was found about them, if anything was asked.
    pub check: Option<KeyCheck>,
}

/// A new key for a connection.
pub struct NewKey {
    /// Where it counts.
    pub target: CloudTarget,
    /// The key.
    pub key: SecretText,
}

/// The connections and their universes.
#[derive(Debug)]
pub struct Registry {
    store: StateStore,
    directory: Arc<DataDirectory>,
    clock: Clock,
    open: Mutex<HashMap<String, UniverseStore>>,
    clouds: Clouds,
    budgets: Budgets,
    players: Players,
}

impl Registry {
    /// Over the state database; a fresh one gets the Sandbox with its sample data.
    pub async fn open(
        store: StateStore,
        directory: Arc<DataDirectory>,
        keeper: KeyKeeper,
        clock: Clock,
    ) -> Result<Self, UniverseError> {
        let budgets = Budgets::open(store.clone(), clock.clone()).await?;
        let registry = Self {
            open: Mutex::default(),
            clouds: Clouds::new(keeper, budgets.clone()),
            budgets,
            players: Players::new(clock.clone()),
            store,
            directory,
            clock,
        };
        if registry.store.list_connections().await?.is_empty() {
            registry.make_sandbox().await?;
        }
        Ok(registry)
    }

    /// All connections, by name.
    pub async fn list(&self) -> Result<Vec<Connection>, StoreError> {
        self.store.list_connections().await?.into_iter().map(|record| self.connection(record)).collect()
    }

    /// The connection of that id or name.
    pub async fn find(&self, wanted: &str) -> Result<Option<Connection>, StoreError> {
        let by_id = self.store.get_connection(ConnectionId(wanted.to_owned())).await?;
        let found = match by_id {
            Some(record) => Some(record),
            None => self.store.find_connection(wanted.to_owned()).await?,
        };
        found.map(|record| self.connection(record)).transpose()
    }

    /// The connection that counts for a principal: the one it selected, or else the Sandbox, or else the first local one.
    /// One to Roblox counts only where there is no other, or where it was selected.
    pub async fn selected(&self, principal: &str) -> Result<Option<Connection>, StoreError> {
        if let Some(id) = self.store.get_setting(principal.to_owned(), SELECTED.to_owned()).await?
            && let Some(record) = self.store.get_connection(ConnectionId(id)).await?
        {
            return self.connection(record).map(Some);
        }
        let connections = self.list().await?;
        let rank = |connection: &Connection| match connection.source {
            Source::Local { .. } if connection.name == SANDBOX => 0,
            Source::Local { .. } => 1,
            Source::Cloud { .. } => 2,
        };
        Ok(connections.into_iter().min_by_key(rank))
    }

    /// Makes a connection the one that counts for a principal.
    pub async fn select(&self, principal: &str, connection: &Connection) -> Result<(), StoreError> {
        self.store.set_setting(principal.to_owned(), SELECTED.to_owned(), Some(connection.id.clone())).await
    }

    /// The universe behind a connection.
    pub async fn universe(&self, connection: &Connection) -> Result<Arc<dyn Universe>, UniverseError> {
        match &connection.source {
            Source::Local { universe_id } => {
                Ok(Arc::new(LocalUniverse::new(self.engine(universe_id)?, self.clock.clone())))
            }
            Source::Cloud { target, .. } => {
                let cloud = self.clouds.open(&connection.id, &connection.name, target).await?;
                Ok(Arc::new(CloudUniverse::new(cloud, self.clock.clone())))
            }
        }
    }

    /// The Open Cloud client of a connection; none for a local one.
    ///
    /// # Errors
    ///
    /// [`UniverseError::Key`] when its key is locked or missing; nothing was sent.
    pub async fn cloud(&self, connection: &Connection) -> Result<Option<OpenCloud>, UniverseError> {
        match connection.target() {
            None => Ok(None),
            Some(target) => self.clouds.open(&connection.id, &connection.name, target).await.map(Some),
        }
    }

    /// The governor of the universe a connection leads to, which it shares with every other that leads there; none for a
    /// local one.
    pub fn governor(&self, connection: &Connection) -> Option<Governor> {
        connection.target().map(|target| self.clouds.governor(target))
    }

    /// The budgets of the universes at Roblox.
    pub fn budgets(&self) -> &Budgets {
        &self.budgets
    }

    /// Finds a player's account over a connection to Roblox; none when there is no such player.
    pub async fn find_player(
        &self,
        connection: &Connection,
        query: PlayerQuery,
    ) -> Result<Option<UserFacts>, UniverseError> {
        let Some(target) = connection.target() else { return Ok(None) };
        let host = target.endpoint.authority();
        if let Some(remembered) = self.players.recall(host, &query) {
            return Ok(remembered);
        }
        let found = match &query {
            PlayerQuery::Id(id) => match self.cloud(connection).await? {
                Some(cloud) => cloud.user(*id).await,
                None => Ok(None),
            },
            PlayerQuery::Name(name) => {
                find_by_name(&target.endpoint, self.clouds.governor(target), name).await
            }
        };
        let found = found.map_err(UniverseError::Cloud)?;
        self.players.remember(host, query, found.clone());
        Ok(found)
    }

    /// An Open Cloud client for a key that no connection has, or not yet.
    pub fn probe(&self, target: &CloudTarget, key: ApiKey) -> Result<OpenCloud, UniverseError> {
        self.clouds.client(target, key)
    }

    /// Why a connection's key cannot be used; none when it can, and for a local one.
    pub async fn key_problem(&self, connection: &Connection) -> Option<KeyProblem> {
        match self.cloud(connection).await {
            Err(UniverseError::Key(problem)) => Some(problem),
            _ => None,
        }
    }

    /// Makes a connection to Roblox: its key first.
    pub async fn create(&self, new: NewConnection) -> Result<Connection, UniverseError> {
        let id = Uuid::now_v7().to_string();
        let record = ConnectionRecord {
            id: ConnectionId(id.clone()),
            name: new.name,
            environment: new.environment,
            kind: ConnectionKind::Cloud,
            universe_id: new.target.universe_id.to_string(),
            sample: false,
            created_at: self.clock.now(),
            colour: new.colour,
            read_only: new.read_only,
            base_url: base_url(&new.target.endpoint),
            check: new.check,
        };
        let connection = self.connection(record.clone())?;
        self.clouds.keep(&id, &new.target, &new.key).await.map_err(KeyProblem::Keeper)?;
        if let Err(error) = self.store.create_connection(record).await {
            if let Err(left) = self.clouds.discard(&id, &new.target).await {
                tracing::warn!(error = %left, connection.id = id, "the key of a connection that was not made is left behind");
            }
            return Err(error.into());
        }
        Ok(connection)
    }

    /// Changes a connection, and its key if there is a new one: kept first, so that it is there when requests go to a new
    /// host; the one for the old host is removed last.
    pub async fn change(
        &self,
        connection: &Connection,
        changes: ConnectionChanges,
        new_key: Option<NewKey>,
    ) -> Result<Connection, UniverseError> {
        let mut changes = changes;
        let mut outdated = None;
        if let Some(NewKey { target, key }) = new_key {
            self.clouds.keep(&connection.id, &target, &key).await.map_err(KeyProblem::Keeper)?;
            changes.base_url = Some(base_url(&target.endpoint));
            outdated = connection.target().filter(|old| old.endpoint != target.endpoint);
        }
        let record = self.store.change_connection(ConnectionId(connection.id.clone()), changes).await?;
        if let Some(old) = outdated {
            self.clouds.discard(&connection.id, old).await.map_err(KeyProblem::Keeper)?;
        }
        Ok(self.connection(record)?)
    }

    /// Removes a connection to Roblox: its key first. A local one is left alone.
    pub async fn remove(&self, connection: &Connection) -> Result<(), UniverseError> {
        if let Some(target) = connection.target() {
            self.clouds.discard(&connection.id, target).await.map_err(KeyProblem::Keeper)?;
            self.store.remove_connection(ConnectionId(connection.id.clone())).await?;
        }
        Ok(())
    }

    /// Drops the keys that are held to be used, as closing the vault asks for.
    pub fn forget_keys(&self) {
        self.clouds.forget_all();
    }

    /// Removes the generated entries that are still there; tells how many.
    /// A connection to Roblox has none.
    pub async fn remove_sample(&self, connection: &Connection, now: Timestamp) -> Result<u64, UniverseError> {
        let Source::Local { universe_id } = &connection.source else { return Ok(0) };
        let removed = sample::remove(&self.engine(universe_id)?, now).await?;
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
            universe.purge_stores(self.clock.now()).await?;
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

    fn engine(&self, universe_id: &str) -> Result<UniverseStore, StoreError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(universe) = open.get(universe_id) {
            return Ok(universe.clone());
        }
        let path = self.directory.universe_database(universe_id);
        let universe = UniverseStore::open(&path, UniverseOptions::default())?;
        open.insert(universe_id.to_owned(), universe.clone());
        Ok(universe)
    }

    async fn make_sandbox(&self) -> Result<(), UniverseError> {
        let now = self.clock.now();
        let universe_id = Uuid::now_v7().to_string();
        let id = ConnectionId(Uuid::now_v7().to_string());
        let record = ConnectionRecord::local(id, SANDBOX.into(), universe_id, now);
        // The data first: a connection marked as sample always has it, also after a kill in between.
        sample::fill(&self.engine(&record.universe_id)?, now).await?;
        self.store.create_connection(ConnectionRecord { sample: true, ..record }).await?;
        Ok(())
    }

    fn connection(&self, record: ConnectionRecord) -> Result<Connection, StoreError> {
        let source = match record.kind {
            ConnectionKind::Local => Source::Local { universe_id: record.universe_id },
            ConnectionKind::Cloud => {
                let target = target(&record.universe_id, record.base_url.as_deref());
                let target = target.ok_or_else(|| StoreError::Damaged {
                    file: self.directory.state_database(),
                    cause: format!("connection `{}` leads nowhere", record.id.0),
                })?;
                Source::Cloud { target, check: record.check }
            }
        };
        Ok(Connection {
            id: record.id.0,
            name: record.name,
            environment: record.environment,
            colour: record.colour,
            read_only: record.read_only,
            sample_data: record.sample,
            source,
        })
    }
}

/// What was stored of a target, read.
fn target(universe_id: &str, base_url: Option<&str>) -> Option<CloudTarget> {
    let endpoint = Endpoint::parse(base_url.unwrap_or(ROBLOX)).ok()?;
    Some(CloudTarget { universe_id: universe_id.parse().ok()?, endpoint })
}

/// An endpoint as it is stored and shown; none for Roblox itself.
pub fn base_url(endpoint: &Endpoint) -> Option<String> {
    (endpoint.as_str() != ROBLOX).then(|| endpoint.as_str().to_owned())
}
