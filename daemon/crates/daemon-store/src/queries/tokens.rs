//! Tokens, known by their keyed hash.

use daemon_core::permission::Role;
use daemon_core::time::Timestamp;
use rusqlite::{Connection, Row, ToSql, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::columns::{ticks, time};
use crate::state::records::{TokenHash, TokenId, TokenKind, TokenRecord};

const COLUMNS: &str = "id, name, display_prefix, hash, role, kind, created_at, created_by, expires_at, last_used_at, revoked_at";

/// Adds a token.
pub(crate) fn create(database: &Connection, token: &TokenRecord) -> Result<(), Failure> {
    database
        .prepare_cached(&format!(
            "INSERT INTO tokens ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        ))?
        .execute(params![
            token.id.0,
            token.name,
            token.display_prefix,
            token.hash.0,
            token.role.as_str(),
            token.kind.as_str(),
            ticks(token.created_at),
            token.created_by,
            token.expires_at.map(ticks),
            token.last_used_at.map(ticks),
            token.revoked_at.map(ticks),
        ])?;
    Ok(())
}

/// Lists all tokens, newest first.
pub(crate) fn list(database: &Connection) -> Result<Vec<TokenRecord>, Failure> {
    select(database, "ORDER BY created_at DESC, id DESC", &[])
}

/// Finds a token by its keyed hash.
///
/// The index compares hashes, not tokens, and the key of the hash is secret: how long it takes tells nothing about a
/// token that was not known before.
pub(crate) fn find(database: &Connection, hash: TokenHash) -> Result<Option<TokenRecord>, Failure> {
    Ok(select(database, "WHERE hash = ?1", &[&hash.0])?.pop())
}

/// Revokes a token.
pub(crate) fn revoke(database: &Connection, id: &TokenId, now: Timestamp) -> Result<(), Failure> {
    let rows = database
        .prepare_cached("UPDATE tokens SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1")?
        .execute(params![id.0, ticks(now)])?;
    require(rows, id)
}

/// Notes that a token was used.
pub(crate) fn touch(database: &Connection, id: &TokenId, now: Timestamp) -> Result<(), Failure> {
    let rows = database
        .prepare_cached("UPDATE tokens SET last_used_at = max(coalesce(last_used_at, ?2), ?2) WHERE id = ?1")?
        .execute(params![id.0, ticks(now)])?;
    require(rows, id)
}

fn select(database: &Connection, rest: &str, parameters: &[&dyn ToSql]) -> Result<Vec<TokenRecord>, Failure> {
    let mut statement = database.prepare_cached(&format!("SELECT {COLUMNS} FROM tokens {rest}"))?;
    statement.query_and_then(parameters, read)?.collect()
}

fn read(row: &Row<'_>) -> Result<TokenRecord, Failure> {
    let role: String = row.get(4)?;
    let kind: String = row.get(5)?;
    let moment = |column: usize| row.get::<_, Option<i64>>(column).map(|ticks| ticks.map(time));
    Ok(TokenRecord {
        id: TokenId(row.get(0)?),
        name: row.get(1)?,
        display_prefix: row.get(2)?,
        hash: TokenHash(row.get(3)?),
        role: Role::parse(&role).ok_or_else(|| Failure::unreadable("role"))?,
        kind: TokenKind::parse(&kind).ok_or_else(|| Failure::unreadable("kind of token"))?,
        created_at: time(row.get(6)?),
        created_by: row.get(7)?,
        expires_at: moment(8)?,
        last_used_at: moment(9)?,
        revoked_at: moment(10)?,
    })
}

fn require(rows: usize, id: &TokenId) -> Result<(), Failure> {
    if rows == 0 {
        return Err(Failure::Rule(StoreError::TokenNotFound { id: id.0.clone() }));
    }
    Ok(())
}
