//! Values with user ids and attributes, as the items of change sets have them before and after.

use daemon_core::changes::content::Content;
use daemon_core::value::JsonText;
use rusqlite::{Connection, OptionalExtension, params};

use crate::database::failure::Failure;
use crate::queries::columns::{attributes, attributes_text, user_ids, user_ids_text};

/// Stores a content for an item of a set.
pub(super) fn insert(database: &Connection, set: i64, content: &Content) -> Result<i64, Failure> {
    database
        .prepare_cached(
            "INSERT INTO contents (change_set, user_ids, attributes, value) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            set,
            user_ids_text(&content.user_ids),
            attributes_text(&content.attributes),
            content.value.as_str(),
        ])?;
    Ok(database.last_insert_rowid())
}

/// Stores a content, unless one of `known` is the same byte for byte.
pub(super) fn keep(
    database: &Connection,
    set: i64,
    known: [Option<i64>; 4],
    content: &Content,
) -> Result<i64, Failure> {
    let same = database
        .prepare_cached(
            "SELECT number FROM contents
             WHERE number IN (?1, ?2, ?3, ?4) AND user_ids IS ?5 AND attributes IS ?6 AND value = ?7 LIMIT 1",
        )?
        .query_row(
            params![
                known[0],
                known[1],
                known[2],
                known[3],
                user_ids_text(&content.user_ids),
                attributes_text(&content.attributes),
                content.value.as_str(),
            ],
            |row| row.get(0),
        )
        .optional()?;
    match same {
        Some(number) => Ok(number),
        None => insert(database, set, content),
    }
}

/// Reads a content.
pub(super) fn load(database: &Connection, number: i64) -> Result<Content, Failure> {
    let (ids, members, value): (Option<String>, Option<String>, String) = database
        .prepare_cached("SELECT user_ids, attributes, value FROM contents WHERE number = ?1")?
        .query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or_else(|| Failure::unreadable("reference to a value"))?;
    Ok(Content {
        value: JsonText::parse(value).map_err(|_| Failure::unreadable("value"))?,
        user_ids: user_ids(ids.as_deref())?,
        attributes: attributes(members.as_deref())?,
    })
}

/// Deletes a content, unless it belongs to another set.
pub(super) fn forget(database: &Connection, set: i64, number: i64) -> Result<(), Failure> {
    database
        .prepare_cached("DELETE FROM contents WHERE number = ?1 AND change_set = ?2")?
        .execute(params![number, set])?;
    Ok(())
}

/// How many bytes a content takes in memory.
pub(crate) fn size_bytes(content: &Content) -> usize {
    content.value.len_bytes() + content.attributes.as_str().len()
}
