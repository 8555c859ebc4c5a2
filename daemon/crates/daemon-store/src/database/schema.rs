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
    /// The `application_id` that the first step gives the file; none where it gives none.
    pub(crate) application: Option<u32>,
}

/// Refuses a file that is not ours, or that is newer than this program, before anything is written to it (S-45).
pub(super) fn examine(connection: &Connection, schema: &Schema, path: &Path) -> Result<(), StoreError> {
    let file = path.to_path_buf();
    let failed = |failure: Failure| failure.of_head().in_file(path);
    let foreign = |cause: &str| StoreError::Damaged { file: file.clone(), cause: cause.to_owned() };
    let found = version(connection).map_err(failed)?;
    let objects = count_objects(connection).map_err(failed)?;
    if found == 0 {
        return if objects == 0 { Ok(()) } else { Err(foreign("it holds tables of another program")) };
    }
    if let Some(expected) = schema.application
        && application(connection).map_err(failed)? != expected
    {
        return Err(foreign("it is a database of another kind"));
    }
    let supported = schema.version();
    if found > supported {
        return Err(StoreError::NewerSchema { file, found, supported });
    }
    Ok(())
}

/// Brings the database to the newest schema.
pub(super) fn migrate(connection: &mut Connection, schema: &Schema, path: &Path) -> Result<(), StoreError> {
    let found = version(connection).map_err(|failure| failure.in_file(path))?;
    for (migration, version) in schema.migrations.iter().zip(1..).skip(found as usize) {
        apply(connection, migration, version).map_err(|failure| failure.in_file(path))?;
        tracing::info!(file = %path.display(), version, "database schema brought up to date");
    }
    Ok(())
}

impl Schema {
    /// The version that the last step leads to.
    fn version(&self) -> u32 {
        u32::try_from(self.migrations.len()).unwrap_or(u32::MAX)
    }
}

fn version(connection: &Connection) -> Result<u32, Failure> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn application(connection: &Connection) -> Result<u32, Failure> {
    Ok(connection.pragma_query_value(None, "application_id", |row| row.get(0))?)
}

fn count_objects(connection: &Connection) -> Result<u32, Failure> {
    Ok(connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?)
}

fn apply(connection: &mut Connection, migration: &str, version: u32) -> Result<(), Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(migration)?;
    transaction.pragma_update(None, "user_version", version)?;
    Ok(transaction.commit()?)
}
