//! Long work over the wire: what runs, how far it is, how to hold it, and imports and exports of files.
//!
//! **Invariant:** a job is its owner's alone: others are told that there is none (S-15).

pub(crate) mod list;
pub(crate) mod get;
pub(crate) mod items;
pub(crate) mod pause;
pub(crate) mod resume;
pub(crate) mod stop;
pub(crate) mod import;
pub(crate) mod export;

mod describe;

use daemon_store::journal::records::{JobId, JobRecord};
use protocol::ErrorCode;

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::gate::identity::Credential;
use crate::jobs;
use crate::jobs::ControlError;

/// Imports and exports of one principal that may be unfinished at a time.
const UNFINISHED_LIMIT: usize = 100;

/// A job of the caller's.
async fn own(context: &Context, id: &protocol::JobId) -> Result<JobRecord, CommandError> {
    let journal = context.state.changes().journal()?;
    let mut found = journal.get_job(JobId(id.0.clone())).await?;
    // The set of an import names a record that stands for the import.
    if let Some(marked) = found.as_ref().and_then(jobs::import::marked) {
        found = journal.get_job(marked).await?;
    }
    found.filter(|job| job.by.id == context.caller.id).ok_or_else(|| {
        let message = format!("no job `{id}`; list your jobs to see which there are");
        CommandError::new(ErrorCode::NotFound, message)
    })
}

/// Whether the caller may name files on this machine: only commands run as the account that owns them.
fn may_name_files(context: &Context) -> bool {
    context.caller.credential == Credential::Command
}

/// Refuses more jobs than one may have at a time.
async fn require_room(context: &Context) -> Result<(), CommandError> {
    let journal = context.state.changes().journal()?;
    let owner = context.caller.id.clone();
    let unfinished = journal.list_jobs(owner, None, true, None, UNFINISHED_LIMIT).await?;
    if unfinished.len() < UNFINISHED_LIMIT {
        return Ok(());
    }
    let message = format!("{UNFINISHED_LIMIT} of your jobs are unfinished; let some end, or stop them");
    Err(CommandError::new(ErrorCode::LimitReached, message))
}

impl From<ControlError> for CommandError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Journal(problem) => problem.into(),
            ControlError::Store(error) => error.into(),
            ControlError::Ended { .. } => Self::new(ErrorCode::RequestInvalid, error.to_string()),
        }
    }
}
