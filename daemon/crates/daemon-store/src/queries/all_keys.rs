//! Pages of keys with those that are removed, as Roblox lists them (`roblox-apis.md §1.3`, `§2.2`).
//!
//! **Invariant:** keys come in the order of (scope, key) bytes. Live and removed keys lie in two ranges of one index;
//! both are walked at once.

use daemon_core::names::{EntryId, Scope, StoreKind, StoreName};
use daemon_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use crate::database::failure::Failure;
use crate::queries::columns::{key, row_count, scope, ticks};
use crate::queries::stores;
use crate::queries::text_range::TextRange;
use crate::universe::records::{AllKeysFilter, ListedKey, Page};

const KEYS: &str = "SELECT key FROM entries INDEXED BY entries_by_key
     WHERE store_id = :store AND removed = :removed AND scope = :scope AND key >= :from AND key < :until
         AND (expires_at IS NULL OR expires_at > :now)
     ORDER BY key LIMIT :limit";

/// Lists keys, live and removed.
pub(crate) fn list(
    connection: &Connection,
    store: &StoreName,
    filter: &AllKeysFilter,
    now: Timestamp,
) -> Result<Page<ListedKey>, Failure> {
    let store_id = stores::require(connection, StoreKind::Standard, store)?.id;
    let wanted = filter.limit.saturating_add(1);
    let mut items = Vec::new();
    let mut next = first_scope(connection, store_id, filter)?;
    while let Some(scope) = next {
        let mut from = Some(format!("{}\0", scope.as_str()));
        if let Some(prefix) = prefix_within(filter, &scope) {
            let mut range = TextRange::starting_with(prefix);
            if let Some(after) = filter.after.as_ref().filter(|after| after.scope == scope) {
                range = range.after(after.key.as_str());
            }
            let room = wanted - items.len();
            let mut found = keys_in(connection, store_id, &scope, false, &range, room, now)?;
            found.extend(keys_in(connection, store_id, &scope, true, &range, room, now)?);
            found.sort_by(|left, right| left.id.cmp(&right.id));
            found.truncate(room);
            items.extend(found);
        } else {
            from = next_wanted(&filter.prefix, &scope);
        }
        if items.len() == wanted || filter.scope.is_some() {
            break;
        }
        next = match from {
            Some(from) => scope_from(connection, store_id, &from)?,
            None => None,
        };
    }
    let has_more = items.len() > filter.limit;
    items.truncate(filter.limit);
    Ok(Page { items, has_more })
}

fn keys_in(
    connection: &Connection,
    store_id: i64,
    scope: &Scope,
    removed: bool,
    range: &TextRange,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<ListedKey>, Failure> {
    let mut statement = connection.prepare_cached(KEYS)?;
    let rows = statement.query_and_then(
        named_params! {
            ":store": store_id,
            ":removed": removed,
            ":scope": scope.as_str(),
            ":from": range.from,
            ":until": range.until,
            ":now": ticks(now),
            ":limit": row_count(limit),
        },
        |row| {
            let key = key(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
            Ok(ListedKey { id: EntryId { scope: scope.clone(), key }, removed })
        },
    )?;
    rows.collect()
}

/// The scope the page starts in: the one asked for, the one the last page ended in, or the first.
fn first_scope(
    connection: &Connection,
    store_id: i64,
    filter: &AllKeysFilter,
) -> Result<Option<Scope>, Failure> {
    let after = filter.after.as_ref().map(|after| &after.scope);
    match &filter.scope {
        Some(wanted) => Ok(Some(wanted.clone()).filter(|wanted| after.is_none_or(|after| after <= wanted))),
        None => scope_from(connection, store_id, after.map_or("", Scope::as_str)),
    }
}

/// The first scope from `from` on that has live or removed keys.
fn scope_from(connection: &Connection, store_id: i64, from: &str) -> Result<Option<Scope>, Failure> {
    let mut first: Option<String> = None;
    for removed in [false, true] {
        let found = connection
            .prepare_cached(
                "SELECT scope FROM entries INDEXED BY entries_by_key
                 WHERE store_id = ?1 AND removed = ?2 AND scope >= ?3 ORDER BY scope LIMIT 1",
            )?
            .query_row(params![store_id, removed, from], |row| row.get::<_, String>(0))
            .optional()?;
        first = match (first, found) {
            (Some(first), Some(found)) => Some(first.min(found)),
            (first, found) => first.or(found),
        };
    }
    first.map(|text| scope(&text)).transpose()
}

/// What keys of `scope` must start with; none when no key of that scope is wanted.
///
/// Over all scopes the prefix is compared with `scope/key`, the form keys have there (`roblox-apis.md §4.4`).
fn prefix_within<'filter>(filter: &'filter AllKeysFilter, scope: &Scope) -> Option<&'filter str> {
    if filter.scope.is_some() {
        return Some(&filter.prefix);
    }
    if scope.as_str().starts_with(&filter.prefix) {
        return Some("");
    }
    filter.prefix.strip_prefix(scope.as_str())?.strip_prefix('/')
}

/// Where the next scope may stand that a prefix over all scopes selects, seen from one that it does not; none past the last.
///
/// Selected are the scopes that start with the prefix, which lie together, and those the prefix itself goes beyond: the
/// parts of it before its slashes. So scopes in between are not looked at one by one.
fn next_wanted(prefix: &str, scope: &Scope) -> Option<String> {
    let shorter = prefix.match_indices('/').map(|(end, _)| prefix.get(..end).unwrap_or_default());
    shorter.chain([prefix]).find(|candidate| *candidate > scope.as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_that_a_prefix_does_not_select_are_passed_over_at_once() {
        let check = |scope: &str, expected: Option<&str>| {
            let next = next_wanted("b/c/d", &Scope::parse(scope).unwrap());
            assert_eq!(next.as_deref(), expected, "from {scope}");
        };
        check("a", Some("b"));
        check("b!", Some("b/c"));
        check("b/b", Some("b/c"));
        check("b/c/a", Some("b/c/d"));
        check("b/c/e", None);
        check("c", None);
    }

    #[test]
    fn pages_walk_the_index_without_sorting() {
        let connection = Connection::open_in_memory().unwrap();
        crate::universe::SCHEMA.migrations.iter().for_each(|step| connection.execute_batch(step).unwrap());
        let plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {KEYS}"))
            .unwrap()
            .raw_query()
            .mapped(|row| row.get(3))
            .collect::<rusqlite::Result<Vec<String>>>()
            .unwrap();
        let range = "entries_by_key (store_id=? AND removed=? AND scope=? AND key>? AND key<?)";
        assert_eq!(plan, [format!("SEARCH entries USING INDEX {range}")]);
    }
}
