//! `exports.start`: starts a job that exports entries to a file.

use std::path::Path;

use daemon_core::names::{Scope, StoreName};
use daemon_store::journal::records::{AuditPhase, JobId};
use protocol::ErrorCode;
use protocol::operations::jobs::{ExportsStartRequest, Job};

use crate::changes::Author;
use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::jobs::{describe, may_name_files, require_room};
use crate::jobs;
use crate::jobs::commit::new_job_id;
use crate::jobs::export::{NewExport, OPERATION};
use crate::jobs::files::check_target;

pub(crate) async fn run(context: Context, request: ExportsStartRequest) -> Result<Job, CommandError> {
    let store = StoreName::parse(&request.store)?;
    let scope = request.scope.as_deref().map(Scope::parse).transpose()?;
    let id = new_job_id();
    let file = match request.file {
        Some(_) if !may_name_files(&context) => {
            let message = "only commands on the daemon's machine may name a file to write; leave `file` out, and the export lies in the data directory";
            return Err(CommandError::new(ErrorCode::PermissionDenied, message));
        }
        Some(file) => file,
        None => file_of(&context, &id)?,
    };
    check_target(Path::new(&file))?;
    // The job waits for a connection that cannot be reached now; one that is not there is told at once.
    let connection = context.connection(request.connection.as_ref()).await?;
    require_room(&context).await?;
    let changes = context.state.changes();
    let by = convert::principal(&context.caller);
    let new = NewExport {
        id,
        connection: connection.id.clone(),
        store,
        scope,
        prefix: request.prefix.unwrap_or_default(),
        file,
        by: by.clone(),
    };
    let job = jobs::export::job(new, changes.now());
    let author = Author { by, operation: OPERATION, reason: None };
    let mut audit = author.line(&connection.id, None, AuditPhase::Attempt, changes.now());
    audit.outcome = format!("{}, as job {}", job.title, job.id.0);
    let journal = changes.journal()?;
    journal.audit(audit).await?;
    journal.create_job(job.clone()).await?;
    context.state.jobs().start(&context.state, job.clone());
    describe::job(&context, job).await
}

/// The file of an export whose place nobody named.
fn file_of(context: &Context, id: &JobId) -> Result<String, CommandError> {
    let unusable = |error: String| {
        let message = format!("the data directory's `exports` cannot be used: {error}");
        CommandError::new(ErrorCode::DatabaseUnavailable, message)
    };
    let directory = context.state.directory().exports().map_err(|error| unusable(error.to_string()))?;
    let path = directory.join(format!("{}.jsonl.gz", id.0));
    path.into_os_string().into_string().map_err(|_| unusable("its path is not Unicode".to_owned()))
}
