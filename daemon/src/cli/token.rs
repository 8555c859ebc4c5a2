//! `dsmp token`: API tokens for scripts.

use clap::{Subcommand, ValueEnum};
use protocol::operations::tokens::{
    Token, TokenKind, TokensCreateRequest, TokensListRequest, TokensRevokeRequest,
};
use protocol::{Role, TokenId};

use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::output::moment;
use crate::cli::status::role_name;

/// Make, list and revoke API tokens
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a token; its secret is printed on standard output, once
    Create {
        /// What the token may do
        #[arg(long, ignore_case = true)]
        role: RoleName,
        /// A name to know it by
        #[arg(long)]
        name: String,
        /// When it expires, such as 90s, 45m, 12h, 30d or 52w [default: never]
        #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
        expires: Option<u32>,
    },
    /// List all tokens, revoked and expired ones too
    List,
    /// Revoke a token and close its sockets
    Revoke {
        /// The token's id, from `dsmp token list`
        id: String,
    },
}

/// A role as it is written on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    /// Reads data
    Viewer,
    /// Reads, writes and exports data
    Editor,
    /// As editor; removes data, runs bulk work, manages tokens and pairing
    Admin,
    /// Everything
    #[value(alias = "super_admin")]
    SuperAdmin,
    /// Reads the audit log only
    Auditor,
    /// Reads compliance reports only
    #[value(alias = "compliance_officer")]
    ComplianceOfficer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Editor => Self::Editor,
            RoleName::Admin => Self::Admin,
            RoleName::SuperAdmin => Self::SuperAdmin,
            RoleName::Auditor => Self::Auditor,
            RoleName::ComplianceOfficer => Self::ComplianceOfficer,
        }
    }
}

/// Seconds of `30d` and the like.
pub(super) fn parse_duration(text: &str) -> Result<u32, String> {
    let seconds_per_unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        Some('w') => 604_800,
        _ => return Err(format!("`{text}` has no unit; write it as in `30d`, with one of s, m, h, d, w")),
    };
    let number = text[..text.len() - 1].parse::<u32>().ok();
    number
        .and_then(|number| number.checked_mul(seconds_per_unit))
        .ok_or_else(|| format!("`{text}` is no duration; write it as in `30d`"))
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Create { role, name, expires } => {
            let request = TokensCreateRequest { name, role: role.into(), expires_in_seconds: expires };
            let created = session.ask(&request).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&created);
            }
            output.note(&format!(
                "token `{}` ({}), id {}; its secret is shown here and never again:",
                created.token.name,
                role_name(created.token.role),
                created.token.id
            ));
            output.line(&created.secret)
        }
        Command::List => {
            let list = session.ask(&TokensListRequest {}).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&list);
            }
            output.table(
                &["ID", "NAME", "KIND", "ROLE", "BEGINS", "EXPIRES", "LAST USED", "REVOKED"],
                list.tokens.iter().map(row),
            )
        }
        Command::Revoke { id } => {
            let revoked = session.ask(&TokensRevokeRequest { token: TokenId(id) }).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&revoked);
            }
            output.line(&format!("revoked `{}`", revoked.token.name))
        }
    }
}

fn row(token: &Token) -> Vec<String> {
    let kind = match token.kind {
        TokenKind::Api => "API",
        TokenKind::Studio => "Studio",
    };
    let time = |time: &Option<_>, absent: &str| time.as_ref().map_or_else(|| absent.into(), moment);
    vec![
        token.id.to_string(),
        token.name.clone(),
        kind.into(),
        role_name(token.role).into(),
        token.prefix.clone(),
        time(&token.expires_at, "never"),
        time(&token.last_used_at, "never"),
        time(&token.revoked_at, ""),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        for (text, seconds) in
            [("90s", 90), ("45m", 2_700), ("12h", 43_200), ("30d", 2_592_000), ("1w", 604_800)]
        {
            assert_eq!(parse_duration(text), Ok(seconds));
        }
        for text in ["", "30", "d", "-1d", "1.5d", "30 d", "99999999w", "3é"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
