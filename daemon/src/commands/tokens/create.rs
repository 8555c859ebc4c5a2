//! `tokens.create`: a new API token, shown once.

use std::time::Duration;

use daemon_store::state::records::{TokenKind as StoredKind, TokenRecord};
use protocol::operations::tokens::{Token, TokenKind, TokensCreateRequest, TokensCreateResponse};
use protocol::{ErrorCode, TokenId};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;

/// Longest name, in bytes.
const NAME_LIMIT_BYTES: usize = 100;

/// Shortest and longest life, in seconds: a minute, and 365 days.
const LIFETIME_SECONDS: std::ops::RangeInclusive<u32> = 60..=31_536_000;

pub(crate) async fn run(
    context: Context,
    request: TokensCreateRequest,
) -> Result<TokensCreateResponse, CommandError> {
    let name = request.name.trim();
    if name.is_empty() || name.len() > NAME_LIMIT_BYTES || name.chars().any(char::is_control) {
        let message = format!(
            "a token's name has 1 to {NAME_LIMIT_BYTES} bytes and no control characters; choose another"
        );
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    if let Some(seconds) = request.expires_in_seconds
        && !LIFETIME_SECONDS.contains(&seconds)
    {
        let message = format!(
            "`expiresInSeconds` is {seconds}; choose {} to {}",
            LIFETIME_SECONDS.start(),
            LIFETIME_SECONDS.end()
        );
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let role = convert::domain_role(request.role);
    if !context.caller.role.may_grant(role) {
        let message = format!(
            "role {} may not grant role {}; ask someone whose role is above it",
            context.caller.role.as_str(),
            role.as_str()
        );
        return Err(CommandError::new(ErrorCode::PermissionDenied, message));
    }
    let lifetime = request.expires_in_seconds.map(|seconds| Duration::from_secs(seconds.into()));
    let tokens = &context.state.identity().tokens;
    let (record, secret) = tokens.create(name.to_owned(), role, lifetime, &context.caller.id).await?;
    Ok(TokensCreateResponse { token: describe(record), secret })
}

/// A token as the wire has it.
pub(in crate::commands) fn describe(record: TokenRecord) -> Token {
    Token {
        id: TokenId(record.id.0),
        name: record.name,
        kind: match record.kind {
            StoredKind::Api => TokenKind::Api,
            StoredKind::Studio | StoredKind::Install => TokenKind::Studio,
        },
        role: convert::role(record.role),
        prefix: record.display_prefix,
        created_at: convert::time(record.created_at),
        expires_at: record.expires_at.map(convert::time),
        last_used_at: record.last_used_at.map(convert::time),
        revoked_at: record.revoked_at.map(convert::time),
    }
}
