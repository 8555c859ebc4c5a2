//! Data stores and their scopes, with counts kept in the transaction of every write.

use std::collections::BTreeMap;

use daemon_core::names::{EntryId, Scope, StoreKind, StoreName};
use daemon_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{kind_number, row_count, scope, size, store_name, ticks, time};
use crate::queries::text_range::TextRange;
use crate::universe::records::{Page, SCOPES_SHOWN, StoreFilter, StoreRecord};

/// The row of a data store.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoreRow {
    pub(super) id: i64,
    /// Whether it may hold tombstones; when not, looking for one can be left out.
    pub(super) has_tombstones: bool,
    /// When the universe's latest snapshot was taken.
    pub(super) snapshot: Option<Timestamp>,
}

/// How the counts of a data store change; gathered over a job and written once.
#[derive(Debug, Default)]
pub(super) struct Tally<'a> {
    live: i64,
    removed: i64,
    scopes: BTreeMap<&'a str, i64>,
}

/// How far [`remove_some`] came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RemovalStep {
    /// Live entries removed in this step.
    pub(crate) entries: u64,
    /// Whether the store is gone.
    pub(crate) finished: bool,
}

impl<'a> Tally<'a> {
    /// Counts `change` live entries in `scope`.
    pub(super) fn live(&mut self, scope: &'a str, change: i64) {
        self.live += change;
        *self.scopes.entry(scope).or_default() += change;
    }

    /// Counts `change` tombstones.
    pub(super) fn removed(&mut self, change: i64) {
        self.removed += change;
    }

    /// Writes the counts, and that the store was modified.
    pub(super) fn store(
        self,
        connection: &Connection,
        store: StoreRow,
        now: Timestamp,
    ) -> Result<(), Failure> {
        connection
            .prepare_cached(
                "UPDATE stores SET live_count = live_count + ?2, removed_count = removed_count + ?3,
                     modified_at = max(modified_at, ?4)
                 WHERE id = ?1",
            )?
            .execute(params![store.id, self.live, self.removed, ticks(now)])?;
        for (scope, change) in self.scopes {
            if change > 0 {
                connection
                    .prepare_cached(
                        "INSERT INTO scopes (store_id, scope, live_count) VALUES (?1, ?2, ?3)
                         ON CONFLICT DO UPDATE SET live_count = live_count + excluded.live_count",
                    )?
                    .execute(params![store.id, scope, change])?;
            } else if change < 0 {
                connection
                    .prepare_cached(
                        "UPDATE scopes SET live_count = live_count + ?3 WHERE store_id = ?1 AND scope = ?2",
                    )?
                    .execute(params![store.id, scope, change])?;
                connection
                    .prepare_cached(
                        "DELETE FROM scopes WHERE store_id = ?1 AND scope = ?2 AND live_count = 0",
                    )?
                    .execute(params![store.id, scope])?;
            }
        }
        Ok(())
    }
}

/// Finds a data store; one that is deleted is an error.
pub(super) fn find(
    connection: &Connection,
    kind: StoreKind,
    name: &StoreName,
) -> Result<Option<StoreRow>, Failure> {
    match find_any(connection, kind, name)? {
        Some((_, Some(expires_at))) => {
            Err(Failure::Rule(StoreError::StoreDeleted { store: name.clone(), expires_at }))
        }
        found => Ok(found.map(|(row, _)| row)),
    }
}

/// Finds a data store, deleted or not, and until when it can be brought back if it is.
pub(super) fn find_any(
    connection: &Connection,
    kind: StoreKind,
    name: &StoreName,
) -> Result<Option<(StoreRow, Option<Timestamp>)>, Failure> {
    let row = connection
        .prepare_cached(
            "SELECT id, removed_count > 0, expires_at, (SELECT taken_at FROM snapshots) FROM stores
             WHERE kind = ?1 AND name = ?2",
        )?
        .query_row(params![kind_number(kind), name.as_str()], |row| {
            let snapshot = row.get::<_, Option<i64>>(3)?.map(time);
            let store = StoreRow { id: row.get(0)?, has_tombstones: row.get(1)?, snapshot };
            Ok((store, row.get::<_, Option<i64>>(2)?.map(time)))
        })
        .optional()?;
    Ok(row)
}

/// Finds a data store or says that it does not exist.
pub(super) fn require(
    connection: &Connection,
    kind: StoreKind,
    name: &StoreName,
) -> Result<StoreRow, Failure> {
    find(connection, kind, name)?
        .ok_or_else(|| Failure::Rule(StoreError::StoreNotFound { store: name.clone() }))
}

/// Finds a data store, creating it when missing.
pub(super) fn find_or_create(
    connection: &Connection,
    kind: StoreKind,
    name: &StoreName,
    now: Timestamp,
) -> Result<StoreRow, Failure> {
    if let Some(store) = find(connection, kind, name)? {
        return Ok(store);
    }
    connection
        .prepare_cached("INSERT INTO stores (kind, name, created_at, modified_at) VALUES (?1, ?2, ?3, ?3)")?
        .execute(params![kind_number(kind), name.as_str(), ticks(now)])?;
    // Nothing in it can be older than a snapshot.
    Ok(StoreRow { id: connection.last_insert_rowid(), has_tombstones: false, snapshot: None })
}

/// Lists data stores with live entries.
pub(crate) fn list(connection: &Connection, filter: &StoreFilter) -> Result<Page<StoreRecord>, Failure> {
    // Each kind is a range of its own in the index; the pages are merged here.
    let mut found = Vec::new();
    for kind in [StoreKind::Standard, StoreKind::Ordered] {
        if filter.kind.is_none_or(|wanted| wanted == kind) {
            found.extend(list_kind(connection, kind, filter)?);
        }
    }
    found.sort_by(|left, right| (&left.name, left.kind).cmp(&(&right.name, right.kind)));
    let has_more = found.len() > filter.limit;
    found.truncate(filter.limit);
    let items = found.into_iter().map(|store| store.with_scopes(connection)).collect::<Result<_, _>>()?;
    Ok(Page { items, has_more })
}

fn list_kind(
    connection: &Connection,
    kind: StoreKind,
    filter: &StoreFilter,
) -> Result<Vec<FoundStore>, Failure> {
    let mut range = TextRange::starting_with(&filter.prefix);
    if let Some((name, last_kind)) = &filter.after {
        // At equal names the kinds follow in order.
        range = if kind > *last_kind { range.starting_at(name.as_str()) } else { range.after(name.as_str()) };
    }
    let mut statement = connection.prepare_cached(
        "SELECT id, name, created_at, modified_at, live_count, expires_at FROM stores
         WHERE kind = :kind AND name >= :from AND name < :until AND live_count > 0
             AND (expires_at IS NULL OR expires_at > :deleted_as_of)
         ORDER BY name LIMIT :limit",
    )?;
    let rows = statement.query_and_then(
        named_params! {
            ":kind": kind_number(kind),
            ":from": range.from,
            ":until": range.until,
            // Nothing is greater than null.
            ":deleted_as_of": filter.deleted_as_of.map(ticks),
            ":limit": row_count(filter.limit.saturating_add(1)),
        },
        |row| FoundStore::read(row, kind),
    )?;
    rows.collect()
}

/// Describes one data store; one that is deleted is an error.
pub(crate) fn describe(
    connection: &Connection,
    kind: StoreKind,
    name: &StoreName,
) -> Result<Option<StoreRecord>, Failure> {
    if find(connection, kind, name)?.is_none() {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(
        "SELECT id, name, created_at, modified_at, live_count, expires_at FROM stores
         WHERE kind = ?1 AND name = ?2",
    )?;
    let mut rows = statement
        .query_and_then(params![kind_number(kind), name.as_str()], |row| FoundStore::read(row, kind))?;
    rows.next().transpose()?.map(|store| store.with_scopes(connection)).transpose()
}

/// Lists the scopes of a data store that have live entries.
pub(crate) fn list_scopes(
    connection: &Connection,
    kind: StoreKind,
    name: &StoreName,
    after: Option<&Scope>,
    limit: usize,
) -> Result<Page<Scope>, Failure> {
    let store = require(connection, kind, name)?;
    let mut range = TextRange::starting_with("");
    if let Some(after) = after {
        range = range.after(after.as_str());
    }
    scopes(connection, store.id, &range, limit)
}

fn scopes(
    connection: &Connection,
    store_id: i64,
    range: &TextRange,
    limit: usize,
) -> Result<Page<Scope>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT scope FROM scopes WHERE store_id = ?1 AND scope >= ?2 ORDER BY scope LIMIT ?3",
    )?;
    let mut rows = statement.query(params![store_id, range.from, row_count(limit.saturating_add(1))])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        if items.len() == limit {
            return Ok(Page { items, has_more: true });
        }
        items.push(scope(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(Page { items, has_more: false })
}

/// Removes up to `limit` entries of a data store, deleted or not, with their versions, and the store itself once it has
/// none.
pub(crate) fn remove_some(
    connection: &Connection,
    kind: StoreKind,
    name: &StoreName,
    limit: usize,
) -> Result<RemovalStep, Failure> {
    let found = find_any(connection, kind, name)?;
    let (store, _) = found.ok_or_else(|| Failure::Rule(StoreError::StoreNotFound { store: name.clone() }))?;
    let rows = match kind {
        StoreKind::Standard => doomed(
            connection,
            "SELECT scope, key, removed FROM entries WHERE store_id = ?1 LIMIT ?2",
            store,
            limit,
        )?,
        StoreKind::Ordered => doomed(
            connection,
            "SELECT scope, key, 0 FROM ordered_entries WHERE store_id = ?1 LIMIT ?2",
            store,
            limit,
        )?,
    };
    let mut delete = connection.prepare_cached(match kind {
        StoreKind::Standard => {
            "DELETE FROM entries WHERE store_id = ?1 AND scope = ?2 AND key = ?3 AND removed = ?4"
        }
        StoreKind::Ordered => {
            "DELETE FROM ordered_entries WHERE store_id = ?1 AND scope = ?2 AND key = ?3 AND ?4 = 0"
        }
    })?;
    let mut tally = Tally::default();
    let mut entries = 0;
    for (id, removed) in &rows {
        delete.execute(params![store.id, id.scope.as_str(), id.key.as_str(), removed])?;
        if *removed {
            tally.removed(-1);
        } else {
            tally.live(id.scope.as_str(), -1);
            entries += 1;
        }
    }
    let finished = rows.len() < limit;
    if finished {
        connection.prepare_cached("DELETE FROM stores WHERE id = ?1")?.execute([store.id])?;
    } else {
        tally.store(connection, store, Timestamp::MIN)?;
    }
    Ok(RemovalStep { entries, finished })
}

fn doomed(
    connection: &Connection,
    select: &str,
    store: StoreRow,
    limit: usize,
) -> Result<Vec<(EntryId, bool)>, Failure> {
    let mut statement = connection.prepare_cached(select)?;
    let rows = statement.query_and_then(params![store.id, row_count(limit)], |row| {
        let id = EntryId {
            scope: scope(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?,
            key: super::columns::key(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
        };
        Ok::<_, Failure>((id, row.get(2)?))
    })?;
    rows.collect()
}

/// A data store without its scopes.
struct FoundStore {
    id: i64,
    name: StoreName,
    kind: StoreKind,
    created_at: Timestamp,
    modified_at: Timestamp,
    entry_count: u64,
    expires_at: Option<Timestamp>,
}

impl FoundStore {
    fn read(row: &Row<'_>, kind: StoreKind) -> Result<Self, Failure> {
        Ok(Self {
            id: row.get(0)?,
            name: store_name(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
            kind,
            created_at: time(row.get(2)?),
            modified_at: time(row.get(3)?),
            entry_count: size(row.get(4)?),
            expires_at: row.get::<_, Option<i64>>(5)?.map(time),
        })
    }

    fn with_scopes(self, connection: &Connection) -> Result<StoreRecord, Failure> {
        let scopes = scopes(connection, self.id, &TextRange::starting_with(""), SCOPES_SHOWN)?;
        Ok(StoreRecord {
            name: self.name,
            kind: self.kind,
            created_at: self.created_at,
            modified_at: self.modified_at,
            entry_count: self.entry_count,
            scopes: scopes.items,
            has_more_scopes: scopes.has_more,
            expires_at: self.expires_at,
        })
    }
}
