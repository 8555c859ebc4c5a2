//! The data stores that changes were made in, by number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension, params};

use crate::database::failure::Failure;

/// Finds the number of a data store.
pub(super) fn find(
    database: &Connection,
    connection: &str,
    is_ordered: bool,
    name: &str,
) -> Result<Option<i64>, Failure> {
    Ok(database
        .prepare_cached(
            "SELECT number FROM data_stores WHERE connection = ?1 AND ordered = ?2 AND name = ?3",
        )?
        .query_row(params![connection, is_ordered, name], |row| row.get(0))
        .optional()?)
}

/// Finds the number of a data store, giving it one where it has none.
pub(super) fn keep(
    database: &Connection,
    connection: &str,
    is_ordered: bool,
    name: &str,
) -> Result<i64, Failure> {
    if let Some(number) = find(database, connection, is_ordered, name)? {
        return Ok(number);
    }
    database
        .prepare_cached("INSERT INTO data_stores (connection, ordered, name) VALUES (?1, ?2, ?3)")?
        .execute(params![connection, is_ordered, name])?;
    Ok(database.last_insert_rowid())
}

/// Follows in how many data stores the items of a staged set lie, while items come and go.
#[derive(Debug, Default)]
pub(super) struct StoreTally {
    /// Of each store that was touched, whether the set had items in it before.
    before: HashMap<i64, bool>,
}

impl StoreTally {
    /// Is told of a store before the first item of it comes or goes.
    pub(super) fn touch(&mut self, database: &Connection, set: i64, store: i64) -> Result<(), Failure> {
        if let Entry::Vacant(before) = self.before.entry(store) {
            before.insert(is_used(database, set, store)?);
        }
        Ok(())
    }

    /// In how many data stores the items lie now, after they lay in `count`.
    pub(super) fn count(&self, database: &Connection, set: i64, mut count: u32) -> Result<u32, Failure> {
        for (store, before) in &self.before {
            match (before, is_used(database, set, *store)?) {
                (false, true) => count += 1,
                (true, false) => count = count.saturating_sub(1),
                _ => {}
            }
        }
        Ok(count)
    }
}

fn is_used(database: &Connection, set: i64, store: i64) -> Result<bool, Failure> {
    Ok(database
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM items WHERE change_set = ?1 AND store = ?2 AND state = 0)",
        )?
        .query_row(params![set, store], |row| row.get(0))?)
}
