//! What the journal knows of an entry's revisions.

use daemon_core::changes::content::Image;
use daemon_core::names::EntryAddress;
use daemon_core::revision::AnyRevision;
use rusqlite::{Connection, OptionalExtension, params};

use crate::database::failure::Failure;
use crate::journal::records::{ItemId, LocalCopy, SetId, Writer};
use crate::queries::columns::{row_count, size, time};
use crate::queries::items::read_revision;
use crate::queries::{contents, data_stores};

/// Lists who wrote an entry's revisions, newest first.
pub(crate) fn list_writers(
    database: &Connection,
    connection: &str,
    address: &EntryAddress,
    limit: usize,
) -> Result<Vec<Writer>, Failure> {
    let Some(store) = data_stores::find(database, connection, false, address.store.as_str())? else {
        return Ok(Vec::new());
    };
    let mut statement = database.prepare_cached(
        "SELECT i.revision, s.id, i.number, coalesce(s.committed_by_name, s.created_by_name), s.reason
         FROM items i INDEXED BY items_saved CROSS JOIN change_sets s ON s.number = i.change_set
         WHERE i.store = ?1 AND i.scope = ?2 AND i.key = ?3 AND i.state = 4 AND i.revision IS NOT NULL
         ORDER BY i.changed_at DESC, i.change_set DESC, i.number DESC LIMIT ?4",
    )?;
    let parameters = params![store, address.scope.as_str(), address.key.as_str(), row_count(limit)];
    let mut rows = statement.query(parameters)?;
    let mut writers = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(revision) = read_revision(row, 0)? else { continue };
        writers.push(Writer {
            revision,
            item: ItemId { set: SetId(row.get(1)?), number: row.get(2)? },
            by: row.get(3)?,
            reason: row.get(4)?,
        });
    }
    Ok(writers)
}

/// Lists the revisions of an entry that our writes replaced, newest first.
pub(crate) fn list_local_copies(
    database: &Connection,
    connection: &str,
    address: &EntryAddress,
    limit: usize,
) -> Result<Vec<LocalCopy>, Failure> {
    let Some(store) = data_stores::find(database, connection, false, address.store.as_str())? else {
        return Ok(Vec::new());
    };
    let mut statement = database.prepare_cached(
        "SELECT i.before_revision, i.changed_at, octet_length(c.value)
         FROM items i INDEXED BY items_saved CROSS JOIN contents c ON c.number = i.before_content
         WHERE i.store = ?1 AND i.scope = ?2 AND i.key = ?3 AND i.state = 4 AND i.before_revision IS NOT NULL
         ORDER BY i.changed_at DESC, i.change_set DESC, i.number DESC LIMIT ?4",
    )?;
    let parameters = params![store, address.scope.as_str(), address.key.as_str(), row_count(limit)];
    let mut rows = statement.query(parameters)?;
    let mut copies = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(revision) = read_revision(row, 0)? else { continue };
        copies.push(LocalCopy { revision, replaced_at: time(row.get(1)?), size_bytes: size(row.get(2)?) });
    }
    Ok(copies)
}

/// Finds a revision of an entry that one of our writes replaced.
pub(crate) fn find_local_copy(
    database: &Connection,
    connection: &str,
    address: &EntryAddress,
    revision: AnyRevision,
) -> Result<Option<Image>, Failure> {
    let Some(store) = data_stores::find(database, connection, false, address.store.as_str())? else {
        return Ok(None);
    };
    let found = database
        .prepare_cached(
            "SELECT i.before_content FROM items i INDEXED BY items_saved
             WHERE i.store = ?1 AND i.scope = ?2 AND i.key = ?3 AND i.state = 4
                 AND i.before_revision = ?4 AND i.before_content IS NOT NULL
             ORDER BY i.changed_at DESC, i.change_set DESC, i.number DESC LIMIT 1",
        )?
        .query_row(params![store, address.scope.as_str(), address.key.as_str(), revision.as_str()], |row| {
            row.get(0)
        })
        .optional()?;
    let Some(content) = found else { return Ok(None) };
    Ok(Some(Image { content: contents::load(database, content)?, revision: Some(revision) }))
}
