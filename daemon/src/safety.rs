//! What is left when the state database cannot be used: every local universe, to be read and exported (S-45).
//!
//! Connections, tokens and settings are in that database. In its place stands one that is made anew at each start and names the
//! universes whose files are there; nothing can be changed through it.
//!
//! **Invariant:** the damaged file, and every universe, are left as they are.

use std::fs;
use std::io;

use anyhow::Context as _;
use daemon_core::environment::Environment;
use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use daemon_store::state::StateStore;
use daemon_store::state::records::{ConnectionId, ConnectionRecord};

use crate::config::DataDirectory;

/// Why the daemon only reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetyMode {
    /// What is wrong, and what to do.
    pub cause: String,
}

impl SafetyMode {
    /// What people are told who want to change something.
    pub fn message(&self) -> String {
        format!(
            "the daemon is in read-only safety mode: {}; nothing was changed, and local data can be read and exported",
            self.cause
        )
    }
}

/// Opens the state database, or what stands in its place when it is damaged or newer than this program.
pub async fn open_state(
    directory: &DataDirectory,
    now: Timestamp,
) -> anyhow::Result<(StateStore, Option<SafetyMode>)> {
    let error = match StateStore::open(&directory.state_database()) {
        Ok(store) => return Ok((store, None)),
        Err(error @ (StoreError::Damaged { .. } | StoreError::NewerSchema { .. })) => error,
        Err(error) => return Err(error.into()),
    };
    tracing::error!(%error, "the state database cannot be used; the daemon only reads");
    let store = stand_in(directory, now).await.context("what is left could not be opened")?;
    Ok((store, Some(SafetyMode { cause: error.to_string() })))
}

async fn stand_in(directory: &DataDirectory, now: Timestamp) -> anyhow::Result<StateStore> {
    let path = directory.safety_database();
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.clone().into_os_string();
        file.push(suffix);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let store = StateStore::open(&path)?;
    let mut universes = directory.universe_ids()?;
    universes.sort();
    for (number, universe_id) in universes.into_iter().enumerate() {
        let id = ConnectionId(format!("recovered-{universe_id}"));
        let name = format!("Recovered {}", number + 1);
        let record = ConnectionRecord::local(id, name, universe_id, now);
        // Nobody knows any more what it was for.
        let record = ConnectionRecord { environment: Environment::Unclassified, read_only: true, ..record };
        store.create_connection(record).await?;
    }
    Ok(store)
}
