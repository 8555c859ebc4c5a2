//! Data stores that are deleted but can be brought back for 30 days (`roblox-apis.md §2.1`).
//!
//! Deleting touches one row, whatever the store holds; its entries go when it is purged.

use daemon_core::names::{StoreKind, StoreName};
use daemon_core::revision::REVISION_LIFETIME;
use daemon_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{kind_number, row_count, store_name, ticks, time};
use crate::queries::stores;
use crate::queries::text_range::TextRange;
use crate::universe::records::{DeletableStore, DeletableStoreFilter, Page};

/// Deletes a standard store; one that is deleted already stays as it is.
pub(crate) fn delete(
    connection: &Connection,
    name: &StoreName,
    now: Timestamp,
) -> Result<DeletableStore, Failure> {
    let expires_at = now.saturating_add(REVISION_LIFETIME);
    change(
        connection,
        name,
        now,
        "UPDATE stores SET expires_at = coalesce(expires_at, ?2) WHERE id = ?1",
        Some(expires_at),
    )
}

/// Brings a deleted standard store back; one that is not deleted stays as it is.
pub(crate) fn undelete(
    connection: &Connection,
    name: &StoreName,
    now: Timestamp,
) -> Result<DeletableStore, Failure> {
    change(connection, name, now, "UPDATE stores SET expires_at = ?2 WHERE id = ?1", None)
}

fn change(
    connection: &Connection,
    name: &StoreName,
    now: Timestamp,
    update: &str,
    expires_at: Option<Timestamp>,
) -> Result<DeletableStore, Failure> {
    let not_found = || Failure::Rule(StoreError::StoreNotFound { store: name.clone() });
    let (store, deleted_until) =
        stores::find_any(connection, StoreKind::Standard, name)?.ok_or_else(not_found)?;
    if deleted_until.is_some_and(|until| until <= now) {
        return Err(not_found());
    }
    connection.prepare_cached(update)?.execute(params![store.id, expires_at.map(ticks)])?;
    connection
        .prepare_cached("SELECT name, created_at, expires_at, live_count > 0 FROM stores WHERE id = ?1")?
        .query_and_then([store.id], record)?
        .next()
        .ok_or_else(not_found)?
}

/// Lists standard stores, deleted ones too, in order of name.
pub(crate) fn list(
    connection: &Connection,
    filter: &DeletableStoreFilter,
    now: Timestamp,
) -> Result<Page<DeletableStore>, Failure> {
    let mut range = TextRange::starting_with(&filter.prefix);
    if let Some(after) = &filter.after {
        range = range.after(after.as_str());
    }
    let mut statement = connection.prepare_cached(
        "SELECT name, created_at, expires_at, live_count > 0 FROM stores
         WHERE kind = :kind AND name >= :from AND name < :until
             AND (expires_at IS NULL OR expires_at > :now)
         ORDER BY name LIMIT :limit",
    )?;
    let rows = statement.query_and_then(
        named_params! {
            ":kind": kind_number(StoreKind::Standard),
            ":from": range.from,
            ":until": range.until,
            ":now": ticks(now),
            ":limit": row_count(filter.limit.saturating_add(1)),
        },
        record,
    )?;
    let mut items = rows.collect::<Result<Vec<_>, Failure>>()?;
    let has_more = items.len() > filter.limit;
    items.truncate(filter.limit);
    Ok(Page { items, has_more })
}

/// Finds a deleted store whose time is over.
pub(crate) fn expired(connection: &Connection, now: Timestamp) -> Result<Option<StoreName>, Failure> {
    let name = connection
        .prepare_cached("SELECT name FROM stores WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 1")?
        .query_row([ticks(now)], |row| row.get::<_, String>(0))
        .optional()?;
    name.map(|name| store_name(&name)).transpose()
}

fn record(row: &Row<'_>) -> Result<DeletableStore, Failure> {
    Ok(DeletableStore {
        name: store_name(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?,
        created_at: time(row.get(1)?),
        expires_at: row.get::<_, Option<i64>>(2)?.map(time),
        has_entries: row.get(3)?,
    })
}
