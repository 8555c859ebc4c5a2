//! `dsmp status`: whether a daemon runs, and what it serves.

use protocol::operations::system::SystemStatusRequest;

use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::output::moment;

/// Tell whether the daemon runs, since when, and what it serves
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}

pub(super) async fn run(session: &mut Session, _arguments: Arguments) -> Result<(), Failure> {
    let config = session.config()?;
    let status = session.ask(&SystemStatusRequest {}).await?;
    if session.output.is_json() {
        return session.output.json(&status);
    }
    let address = status.address.map_or_else(
        || "not running (this command worked on the data directory itself)".into(),
        |address| format!("listening on {address} since {}", moment(&status.started_at)),
    );
    let output = &mut session.output;
    output.line(&format!("daemon       {address}"))?;
    output.line(&format!("release      {} (protocol {})", status.version, status.protocol_version))?;
    output.line(&format!("directory    {}", config.data_directory.display()))?;
    output.line(&format!("you are      {} ({})", status.principal.name, role_name(status.principal.role)))?;
    output.line(&format!("connections  {}", status.connection_count))?;
    output.line(&format!("Studios      {}", status.studio_count))?;
    match status.problem {
        Some(problem) => output.line(&format!("changes      off: {problem}")),
        None => Ok(()),
    }
}

/// A role as the wire and the documents spell it.
pub(super) fn role_name(role: protocol::Role) -> &'static str {
    match role {
        protocol::Role::Viewer => "VIEWER",
        protocol::Role::Editor => "EDITOR",
        protocol::Role::Admin => "ADMIN",
        protocol::Role::SuperAdmin => "SUPER_ADMIN",
        protocol::Role::Auditor => "AUDITOR",
        protocol::Role::ComplianceOfficer => "COMPLIANCE_OFFICER",
    }
}
