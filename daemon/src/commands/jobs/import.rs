//! `imports.start`: starts a job that imports a file.

use std::path::Path;

use daemon_core::names::StoreName;
use daemon_store::journal::records::AuditPhase;
use protocol::ErrorCode;
use protocol::operations::jobs::{ImportsStartRequest, Job};

use crate::changes::Author;
use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::jobs::{describe, may_name_files, require_room};
use crate::jobs;
use crate::jobs::files::{FileProblem, open_source};
use crate::jobs::import::{NewImport, OPERATION};
use crate::universes::registry::Connection;

/// Longest reason, in characters.
const REASON_LIMIT: usize = 1_000;

pub(crate) async fn run(context: Context, request: ImportsStartRequest) -> Result<Job, CommandError> {
    if !may_name_files(&context) {
        let message = "only commands on the daemon's machine may name a file to import; use `dsmp import` there, or send the entries with `entries.import`";
        return Err(CommandError::new(ErrorCode::PermissionDenied, message));
    }
    let store = StoreName::parse(&request.store)?;
    let reason = reason_of(request.reason.as_deref())?;
    let connected = context.writable(request.connection.as_ref()).await?;
    confirm(&connected.connection, request.environment.as_deref(), reason.as_deref())?;
    require_room(&context).await?;
    let (_, mark) = open_source(Path::new(&request.file))?;
    let changes = context.state.changes();
    let by = convert::principal(&context.caller);
    let new = NewImport {
        connection: connected.connection.id.clone(),
        store,
        file: request.file,
        mark,
        by: by.clone(),
        reason: reason.clone(),
    };
    let job = jobs::import::job(new, changes.now());
    let author = Author { by, operation: OPERATION, reason };
    let mut audit = author.line(&connected.connection.id, None, AuditPhase::Attempt, changes.now());
    audit.outcome = format!("{}, as job {}", job.title, job.id.0);
    let journal = changes.journal()?;
    journal.audit(audit).await?;
    journal.create_job(job.clone()).await?;
    context.state.jobs().start(&context.state, job.clone());
    describe::job(&context, job).await
}

/// A reason that is not too long; empty counts as none.
fn reason_of(reason: Option<&str>) -> Result<Option<String>, CommandError> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else { return Ok(None) };
    let characters = reason.chars().count();
    if characters > REASON_LIMIT {
        let message = format!("`reason` has {characters} characters; shorten it to {REASON_LIMIT}");
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    Ok(Some(reason.to_owned()))
}

/// In production an import needs the environment's word and a reason.
fn confirm(
    connection: &Connection,
    environment: Option<&str>,
    reason: Option<&str>,
) -> Result<(), CommandError> {
    if !connection.environment.is_treated_as_production() {
        return Ok(());
    }
    let wanted = connection.environment.as_str();
    let missing = |what: String| {
        Err(CommandError::new(ErrorCode::RequestInvalid, format!("nothing was imported: {what}")))
    };
    if environment.is_none_or(|given| given.trim().to_lowercase() != wanted) {
        return missing(format!("confirm the environment, `{wanted}`, as `environment`"));
    }
    if reason.is_none() {
        return missing(format!("give a `reason`; it is asked for in {wanted}"));
    }
    Ok(())
}

impl From<FileProblem> for CommandError {
    fn from(problem: FileProblem) -> Self {
        Self::new(ErrorCode::RequestInvalid, problem.to_string())
    }
}
