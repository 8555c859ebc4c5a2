//! The daemon's own memory: connections, tokens, settings.
//!
//! Who may read or change them is decided by the caller; tokens are known by their keyed hash only.
//!
//! **Invariant:** the file is checked whole before it is used, and a damaged one is refused (S-45).

use std::path::Path;

use daemon_core::time::Timestamp;

use crate::database::schema::Schema;
use crate::database::{Database, Tuning};
use crate::error::StoreError;
use crate::queries::{connections, settings, tokens};
use crate::state::records::{
    ConnectionChanges, ConnectionId, ConnectionRecord, TokenHash, TokenId, TokenRecord,
};

pub mod records;

#[cfg(test)]
mod tests;

const SCHEMA: Schema = Schema {
    migrations: &[
        include_str!("../../migrations/state/0001_connections_tokens_settings.sql"),
        include_str!("../../migrations/state/0002_cloud_connections.sql"),
    ],
    application: None,
};
const TUNING: Tuning = Tuning {
    writer_cache_bytes: 1 << 20,
    reader_cache_bytes: 1 << 20,
    readers: 1,
    log_bytes: 4 << 20,
    page_limit: None,
    check_at_open: true,
};
/// What a queued job takes in memory.
const JOB_BYTES: usize = 512;

/// A handle to the state database; clones share it.
#[derive(Clone, Debug)]
pub struct StateStore {
    database: Database,
}

impl StateStore {
    /// Opens the file, creating it when missing, and checks it for damage. Blocks.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { database: Database::open(path, &SCHEMA, TUNING)? })
    }

    /// Finishes what is queued and closes the file; later operations answer [`StoreError::Closed`].
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Adds a connection; answers [`StoreError::NameTaken`] when another has its name.
    pub async fn create_connection(&self, connection: ConnectionRecord) -> Result<(), StoreError> {
        self.database.write(JOB_BYTES, move |database| connections::create(database, &connection)).await
    }

    /// Lists all connections by name.
    pub async fn list_connections(&self) -> Result<Vec<ConnectionRecord>, StoreError> {
        self.database.read(connections::list).await
    }

    /// Finds a connection by its id.
    pub async fn get_connection(&self, id: ConnectionId) -> Result<Option<ConnectionRecord>, StoreError> {
        self.database.read(move |database| connections::get(database, &id)).await
    }

    /// Finds a connection by its name.
    pub async fn find_connection(&self, name: String) -> Result<Option<ConnectionRecord>, StoreError> {
        self.database.read(move |database| connections::find(database, &name)).await
    }

    /// Changes what is given of a connection and answers what it is now; [`StoreError::NameTaken`] when another has the
    /// name, and then nothing is changed.
    pub async fn change_connection(
        &self,
        id: ConnectionId,
        changes: ConnectionChanges,
    ) -> Result<ConnectionRecord, StoreError> {
        let bytes = JOB_BYTES + changes.check.as_ref().map_or(0, |check| check.report.len());
        self.database.write(bytes, move |database| connections::change(database, &id, changes)).await
    }

    /// Says whether a connection holds the sample data, as it does not once that was removed.
    pub async fn mark_sample(&self, id: ConnectionId, sample: bool) -> Result<(), StoreError> {
        self.database.write(JOB_BYTES, move |database| connections::mark_sample(database, &id, sample)).await
    }

    /// Forgets a connection; its universe's file stays.
    pub async fn remove_connection(&self, id: ConnectionId) -> Result<(), StoreError> {
        self.database.write(JOB_BYTES, move |database| connections::remove(database, &id)).await
    }

    /// Adds a token.
    pub async fn create_token(&self, token: TokenRecord) -> Result<(), StoreError> {
        self.database.write(JOB_BYTES, move |database| tokens::create(database, &token)).await
    }

    /// Lists all tokens, also revoked and expired ones, newest first.
    pub async fn list_tokens(&self) -> Result<Vec<TokenRecord>, StoreError> {
        self.database.read(tokens::list).await
    }

    /// Finds a token by its keyed hash, also a revoked or expired one: see [`TokenRecord::is_valid`].
    pub async fn find_token(&self, hash: TokenHash) -> Result<Option<TokenRecord>, StoreError> {
        self.database.read(move |database| tokens::find(database, hash)).await
    }

    /// Revokes a token; the first revocation's time stays.
    pub async fn revoke_token(&self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        self.database.write(JOB_BYTES, move |database| tokens::revoke(database, &id, now)).await
    }

    /// Notes that a token was used. Each call is a write: callers note a use at most once a minute.
    pub async fn touch_token(&self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        self.database.write(JOB_BYTES, move |database| tokens::touch(database, &id, now)).await
    }

    /// Reads a principal's setting.
    pub async fn get_setting(&self, principal: String, key: String) -> Result<Option<String>, StoreError> {
        self.database.read(move |database| settings::get(database, &principal, &key)).await
    }

    /// Lists a principal's settings by key.
    pub async fn list_settings(&self, principal: String) -> Result<Vec<(String, String)>, StoreError> {
        self.database.read(move |database| settings::list(database, &principal)).await
    }

    /// Writes a principal's setting; none clears it.
    pub async fn set_setting(
        &self,
        principal: String,
        key: String,
        value: Option<String>,
    ) -> Result<(), StoreError> {
        self.database
            .write(JOB_BYTES, move |database| settings::set(database, &principal, &key, value.as_deref()))
            .await
    }
}
