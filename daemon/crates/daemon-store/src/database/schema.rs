//! Numbered migrations by `user_version` (S-46).
//!
//! **Invariant:** a migration and its number are stored in one transaction, so a kill leaves the old schema or the new.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::database::failure::Failure;
use crate::error::StoreError;

/// The migrations of one kind of database, oldest first; never edited once landed.
pub(crate) struct Schema {
    /// SQL of each step; the step at index `n` leads to `user_version` `n + 1`.
    pub(crate) migrations: &'static [&'static str],
}

/// Brings the database to the newest schema; refuses one that is newer still.
pub(super) fn migrate(connection: &mut Connection, schema: &Schema, path: &Path) -> Result<(), StoreError> {
    let supported = u32::try_from(schema.migrations.len()).unwrap_or(u32::MAX);
    let found = version(connection).map_err(|failure| failure.in_file(path))?;
    if found > supported {
        return Err(StoreError::NewerSchema { file: path.to_path_buf(), found, supported });
    }
    for (migration, version) in schema.migrations.iter().zip(1..).skip(found as usize) {
        apply(connection, migration, version).map_err(|failure| failure.in_file(path))?;
        tracing::info!(file = %path.display(), version, "database schema brought up to date");
    }
    Ok(())
}

fn version(connection: &Connection) -> Result<u32, Failure> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn apply(connection: &mut Connection, migration: &str, version: u32) -> Result<(), Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(migration)?;
    transaction.pragma_update(None, "user_version", version)?;
    Ok(transaction.commit()?)
}
