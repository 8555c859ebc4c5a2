//! Everything the running daemon holds, behind one handle that is passed explicitly.
//!
//! **Invariant:** no state lives in a static.

use std::net::SocketAddr;
use std::sync::Arc;

use daemon_core::time::Timestamp;
use daemon_store::state::StateStore;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::changes::Changes;
use crate::changes::journal::Journal;
use crate::clock::Clock;
use crate::commands::error::explain;
use crate::config::{Config, DataDirectory};
use crate::events::Events;
use crate::gate::identity::Identity;
use crate::gate::limits::{
    OpenCounts, PENDING_UPGRADE_LIMIT, RATE_WINDOW, RateLimit, UNAUTHENTICATED_PER_WINDOW,
    VAULT_TRIES_PER_WINDOW,
};
use crate::jobs::Jobs;
use crate::keeper::KeyKeeper;
use crate::safety::{self, SafetyMode};
use crate::secret::Secret;
use crate::studio::pairing::Pairings;
use crate::studio::registry::Studios;
use crate::tasks::Tasks;
use crate::universes::registry::Registry;
use crate::unlocks::Unlocks;

/// The daemon's state; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    // Fields drop in this order: the lock on the directory goes last.
    tasks: Tasks,
    events: Events,
    identity: Identity,
    keeper: KeyKeeper,
    universes: Arc<Registry>,
    changes: Changes,
    jobs: Jobs,
    safety: Option<SafetyMode>,
    unlocks: Unlocks,
    pairings: Pairings,
    studios: Studios,
    unauthenticated: RateLimit,
    vault_tries: RateLimit,
    sockets: OpenCounts,
    pending_upgrades: Arc<Semaphore>,
    clock: Clock,
    instance: String,
    started_at: Timestamp,
    address: Option<SocketAddr>,
    store: StateStore,
    directory: Arc<DataDirectory>,
}

impl AppState {
    /// Takes the data directory, opens the state, and the vault if a key file is named, and makes the Sandbox at first use.
    ///
    /// `address` is where the daemon listens, if it does; `pairing` is this run's key for local commands.
    pub async fn open(
        config: &Config,
        address: Option<SocketAddr>,
        pairing: Secret,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let directory = Arc::new(DataDirectory::open(&config.data_directory)?);
        let root = directory.root_key()?;
        let keeper = KeyKeeper::open(&directory, &config.keys)?;
        let (store, safety) = safety::open_state(&directory, clock.now()).await?;
        let universes =
            Registry::open(store.clone(), Arc::clone(&directory), keeper.clone(), clock.clone()).await?;
        let events = Events::default();
        let journal = Journal::new(directory.journal_database());
        let changes = Changes::new(journal, events.clone(), clock.clone(), explain);
        Ok(Self(Arc::new(Inner {
            tasks: Tasks::default(),
            events,
            identity: Identity::new(store.clone(), &root, pairing, clock.clone()),
            keeper,
            universes: Arc::new(universes),
            changes,
            jobs: Jobs::default(),
            safety,
            unlocks: Unlocks::default(),
            pairings: Pairings::default(),
            studios: Studios::default(),
            unauthenticated: RateLimit::new(UNAUTHENTICATED_PER_WINDOW, RATE_WINDOW),
            vault_tries: RateLimit::new(VAULT_TRIES_PER_WINDOW, RATE_WINDOW),
            sockets: OpenCounts::default(),
            pending_upgrades: Arc::new(Semaphore::new(PENDING_UPGRADE_LIMIT)),
            started_at: clock.now(),
            clock,
            instance: Uuid::now_v7().to_string(),
            address,
            store,
            directory,
        })))
    }

    /// Ends every task, then closes the databases.
    pub async fn close(&self) {
        if !self.0.tasks.stop().await {
            tracing::warn!("some tasks had not ended within the deadline and were left behind");
        }
        self.0.universes.close().await;
        self.0.changes.close().await;
        self.0.store.close().await;
    }

    /// The daemon's tasks.
    pub fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    /// Where events are published.
    pub fn events(&self) -> &Events {
        &self.0.events
    }

    /// Who calls.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// Keeps the keys of cloud connections.
    pub fn keeper(&self) -> &KeyKeeper {
        &self.0.keeper
    }

    /// The connections and their universes.
    pub fn universes(&self) -> &Arc<Registry> {
        &self.0.universes
    }

    /// What all changes of players' data go through.
    pub fn changes(&self) -> &Changes {
        &self.0.changes
    }

    /// Why nothing can be changed at all; none where it can.
    pub fn safety(&self) -> Option<&SafetyMode> {
        self.0.safety.as_ref()
    }

    /// Long work.
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// Who may write to which read-only connection.
    pub fn unlocks(&self) -> &Unlocks {
        &self.0.unlocks
    }

    /// Studios that ask to be paired.
    pub fn pairings(&self) -> &Pairings {
        &self.0.pairings
    }

    /// Linked Studios.
    pub fn studios(&self) -> &Studios {
        &self.0.studios
    }

    /// The limit on requests without a credential.
    pub fn unauthenticated(&self) -> &RateLimit {
        &self.0.unauthenticated
    }

    /// The limit on passphrases that are tried.
    pub fn vault_tries(&self) -> &RateLimit {
        &self.0.vault_tries
    }

    /// Open sockets by principal.
    pub fn sockets(&self) -> &OpenCounts {
        &self.0.sockets
    }

    /// Places for sockets that have not yet said `hello`.
    pub fn pending_upgrades(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.pending_upgrades)
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// This run's id.
    pub fn instance(&self) -> &str {
        &self.0.instance
    }

    /// When this run began.
    pub fn started_at(&self) -> Timestamp {
        self.0.started_at
    }

    /// Where the daemon listens; `None` when a command works without one.
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.address
    }

    /// The data directory.
    pub fn directory(&self) -> &DataDirectory {
        &self.0.directory
    }
}
