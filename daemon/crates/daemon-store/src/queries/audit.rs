//! What was attempted, and what came of it; lines are only ever added.

use daemon_core::names::EntryAddress;
use rusqlite::{Connection, Row, params};

use crate::database::failure::Failure;
use crate::journal::records::{AuditPhase, AuditRecord, Principal, SetId};
use crate::queries::columns::{key, row_count, scope, size, store_name, ticks, time};

/// Adds a line.
pub(crate) fn add(database: &Connection, record: &AuditRecord) -> Result<(), Failure> {
    let address = record.address.as_ref();
    database
        .prepare_cached(
            "INSERT INTO audit (at, phase, item, principal, principal_name, operation, connection, store, scope, \
                 key, change_set, outcome, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            ticks(record.at),
            record.phase == AuditPhase::Outcome,
            record.item,
            record.by.id,
            record.by.name,
            record.operation,
            record.connection,
            address.map(|address| address.store.as_str()),
            address.map(|address| address.scope.as_str()),
            address.map(|address| address.key.as_str()),
            record.set.as_ref().map(|set| &set.0),
            record.outcome,
            record.reason,
        ])?;
    Ok(())
}

/// Lists the lines after a sequence number.
pub(crate) fn list(
    database: &Connection,
    after: u64,
    limit: usize,
) -> Result<Vec<(u64, AuditRecord)>, Failure> {
    let mut statement = database.prepare_cached(
        "SELECT sequence, at, phase, item, principal, principal_name, operation, connection, store, scope, key, \
             change_set, outcome, reason
         FROM audit WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
    )?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    statement.query_and_then(params![after, row_count(limit)], read)?.collect()
}

fn read(row: &Row<'_>) -> Result<(u64, AuditRecord), Failure> {
    let address: (Option<String>, Option<String>, Option<String>) = (row.get(8)?, row.get(9)?, row.get(10)?);
    let address = match address {
        (Some(in_store), Some(in_scope), Some(of_key)) => {
            Some(EntryAddress { store: store_name(&in_store)?, scope: scope(&in_scope)?, key: key(&of_key)? })
        }
        _ => None,
    };
    let record = AuditRecord {
        at: time(row.get(1)?),
        by: Principal { id: row.get(4)?, name: row.get(5)? },
        operation: row.get(6)?,
        phase: if row.get(2)? { AuditPhase::Outcome } else { AuditPhase::Attempt },
        connection: row.get(7)?,
        address,
        set: row.get::<_, Option<String>>(11)?.map(SetId),
        item: row.get(3)?,
        outcome: row.get(12)?,
        reason: row.get(13)?,
    };
    Ok((size(row.get(0)?), record))
}
