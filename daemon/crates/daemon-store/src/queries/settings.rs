//! What each principal has chosen.

use rusqlite::{Connection, OptionalExtension, params};

use crate::database::failure::Failure;

/// Reads a setting.
pub(crate) fn get(database: &Connection, principal: &str, key: &str) -> Result<Option<String>, Failure> {
    let value = database
        .prepare_cached("SELECT value FROM settings WHERE principal = ?1 AND key = ?2")?
        .query_row(params![principal, key], |row| row.get(0))
        .optional()?;
    Ok(value)
}

/// Lists a principal's settings by key.
pub(crate) fn list(database: &Connection, principal: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut statement =
        database.prepare_cached("SELECT key, value FROM settings WHERE principal = ?1 ORDER BY key")?;
    let rows = statement.query_map([principal], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes a setting; none clears it.
pub(crate) fn set(
    database: &Connection,
    principal: &str,
    key: &str,
    value: Option<&str>,
) -> Result<(), Failure> {
    match value {
        Some(value) => database
            .prepare_cached(
                "INSERT INTO settings (principal, key, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute(params![principal, key, value])?,
        None => database
            .prepare_cached("DELETE FROM settings WHERE principal = ?1 AND key = ?2")?
            .execute(params![principal, key])?,
    };
    Ok(())
}
