//! Connections to universes.

use daemon_core::environment::Environment;
use rusqlite::{Connection, Row, ToSql, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{ticks, time};
use crate::state::records::{ConnectionId, ConnectionKind, ConnectionRecord};

const COLUMNS: &str = "id, name, environment, kind, universe_id, sample, created_at";

/// Adds a connection.
pub(crate) fn create(database: &Connection, connection: &ConnectionRecord) -> Result<(), Failure> {
    check_name(database, &connection.id, &connection.name)?;
    database
        .prepare_cached(&format!("INSERT INTO connections ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"))?
        .execute(params![
            connection.id.0,
            connection.name,
            connection.environment.as_str(),
            connection.kind.as_str(),
            connection.universe_id,
            connection.sample,
            ticks(connection.created_at),
        ])?;
    Ok(())
}

/// Lists all connections by name.
pub(crate) fn list(database: &Connection) -> Result<Vec<ConnectionRecord>, Failure> {
    select(database, "ORDER BY name", &[])
}

/// Finds a connection by its id.
pub(crate) fn get(database: &Connection, id: &ConnectionId) -> Result<Option<ConnectionRecord>, Failure> {
    Ok(select(database, "WHERE id = ?1", &[&id.0])?.pop())
}

/// Finds a connection by its name.
pub(crate) fn find(database: &Connection, name: &str) -> Result<Option<ConnectionRecord>, Failure> {
    Ok(select(database, "WHERE name = ?1", &[&name])?.pop())
}

/// Renames a connection.
pub(crate) fn rename(database: &Connection, id: &ConnectionId, name: &str) -> Result<(), Failure> {
    check_name(database, id, name)?;
    let rows = database
        .prepare_cached("UPDATE connections SET name = ?2 WHERE id = ?1")?
        .execute(params![id.0, name])?;
    require(rows, id)
}

/// Says whether a connection holds the sample data.
pub(crate) fn mark_sample(database: &Connection, id: &ConnectionId, sample: bool) -> Result<(), Failure> {
    let rows = database
        .prepare_cached("UPDATE connections SET sample = ?2 WHERE id = ?1")?
        .execute(params![id.0, sample])?;
    require(rows, id)
}

/// Forgets a connection.
pub(crate) fn remove(database: &Connection, id: &ConnectionId) -> Result<(), Failure> {
    let rows = database.prepare_cached("DELETE FROM connections WHERE id = ?1")?.execute([&id.0])?;
    require(rows, id)
}

fn select(
    database: &Connection,
    rest: &str,
    parameters: &[&dyn ToSql],
) -> Result<Vec<ConnectionRecord>, Failure> {
    let mut statement = database.prepare_cached(&format!("SELECT {COLUMNS} FROM connections {rest}"))?;
    statement.query_and_then(parameters, read)?.collect()
}

fn read(row: &Row<'_>) -> Result<ConnectionRecord, Failure> {
    let environment: String = row.get(2)?;
    let kind: String = row.get(3)?;
    Ok(ConnectionRecord {
        id: ConnectionId(row.get(0)?),
        name: row.get(1)?,
        environment: Environment::parse(&environment).ok_or_else(|| Failure::unreadable("environment"))?,
        kind: ConnectionKind::parse(&kind).ok_or_else(|| Failure::unreadable("kind of connection"))?,
        universe_id: row.get(4)?,
        sample: row.get(5)?,
        created_at: time(row.get(6)?),
    })
}

fn check_name(database: &Connection, id: &ConnectionId, name: &str) -> Result<(), Failure> {
    match find(database, name)? {
        Some(other) if other.id != *id => Err(Failure::Rule(StoreError::NameTaken { name: name.to_owned() })),
        _ => Ok(()),
    }
}

fn require(rows: usize, id: &ConnectionId) -> Result<(), Failure> {
    if rows == 0 {
        return Err(Failure::Rule(StoreError::ConnectionNotFound { id: id.0.clone() }));
    }
    Ok(())
}
