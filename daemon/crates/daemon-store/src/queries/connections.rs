//! Connections to universes.

use daemon_core::environment::Environment;
use rusqlite::{Connection, Row, ToSql, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{ticks, time};
use crate::state::records::{ConnectionChanges, ConnectionId, ConnectionKind, ConnectionRecord, KeyCheck};

const COLUMNS: &str = "id, name, environment, kind, universe_id, sample, created_at, colour, read_only, \
                       base_url, universe_name, last_check";

/// Adds a connection.
pub(crate) fn create(database: &Connection, connection: &ConnectionRecord) -> Result<(), Failure> {
    check_name(database, &connection.id, &connection.name)?;
    let check = connection.check.as_ref();
    database
        .prepare_cached(&format!(
            "INSERT INTO connections ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        ))?
        .execute(params![
            connection.id.0,
            connection.name,
            connection.environment.as_str(),
            connection.kind.as_str(),
            connection.universe_id,
            connection.sample,
            ticks(connection.created_at),
            connection.colour,
            connection.read_only,
            connection.base_url,
            check.and_then(|check| check.universe_name.as_ref()),
            check.map(|check| &check.report),
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

/// Changes what is given of a connection.
pub(crate) fn change(
    database: &Connection,
    id: &ConnectionId,
    changes: ConnectionChanges,
) -> Result<ConnectionRecord, Failure> {
    let Some(mut record) = get(database, id)? else { return Err(missing(id)) };
    if let Some(name) = changes.name {
        check_name(database, id, &name)?;
        record.name = name;
    }
    record.environment = changes.environment.unwrap_or(record.environment);
    record.colour = changes.colour.unwrap_or(record.colour);
    record.read_only = changes.read_only.unwrap_or(record.read_only);
    record.base_url = changes.base_url.unwrap_or(record.base_url);
    if let Some(check) = changes.check {
        let known = record.check.and_then(|known| known.universe_name);
        record.check = Some(KeyCheck { universe_name: check.universe_name.or(known), ..check });
    }
    let check = record.check.as_ref();
    database
        .prepare_cached(
            "UPDATE connections SET name = ?2, environment = ?3, colour = ?4, read_only = ?5, base_url = ?6, \
             universe_name = ?7, last_check = ?8 WHERE id = ?1",
        )?
        .execute(params![
            id.0,
            record.name,
            record.environment.as_str(),
            record.colour,
            record.read_only,
            record.base_url,
            check.and_then(|check| check.universe_name.as_ref()),
            check.map(|check| &check.report),
        ])?;
    Ok(record)
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
    let (universe_name, report): (Option<String>, Option<String>) = (row.get(10)?, row.get(11)?);
    Ok(ConnectionRecord {
        id: ConnectionId(row.get(0)?),
        name: row.get(1)?,
        environment: Environment::parse(&environment).ok_or_else(|| Failure::unreadable("environment"))?,
        kind: ConnectionKind::parse(&kind).ok_or_else(|| Failure::unreadable("kind of connection"))?,
        universe_id: row.get(4)?,
        sample: row.get(5)?,
        created_at: time(row.get(6)?),
        colour: row.get(7)?,
        read_only: row.get(8)?,
        base_url: row.get(9)?,
        check: report.map(|report| KeyCheck { universe_name, report }),
    })
}

fn check_name(database: &Connection, id: &ConnectionId, name: &str) -> Result<(), Failure> {
    match find(database, name)? {
        Some(other) if other.id != *id => Err(Failure::Rule(StoreError::NameTaken { name: name.to_owned() })),
        _ => Ok(()),
    }
}

fn require(rows: usize, id: &ConnectionId) -> Result<(), Failure> {
    if rows == 0 { Err(missing(id)) } else { Ok(()) }
}

fn missing(id: &ConnectionId) -> Failure {
    Failure::Rule(StoreError::ConnectionNotFound { id: id.0.clone() })
}
