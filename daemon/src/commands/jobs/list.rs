//! `jobs.list`: the caller's jobs, newest first.

use daemon_core::cursor;
use daemon_store::journal::records::JobId;
use protocol::operations::jobs::{JobsListRequest, JobsListResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::jobs::describe;

pub(crate) async fn run(
    context: Context,
    request: JobsListRequest,
) -> Result<JobsListResponse, CommandError> {
    let limit = convert::page_limit(request.limit)?;
    let connection = match &request.connection {
        Some(wanted) => Some(context.connection(Some(wanted)).await?.id),
        None => None,
    };
    let shown = if request.active { "active" } else { "all" };
    let fingerprint = ["jobs", connection.as_deref().unwrap_or_default(), shown];
    let before = convert::position(request.cursor.as_deref(), &fingerprint)?.map(JobId);
    let journal = context.state.changes().journal()?;
    let owner = context.caller.id.clone();
    let mut records = journal.list_jobs(owner, connection.clone(), request.active, before, limit + 1).await?;
    let has_more = records.len() > limit;
    records.truncate(limit);
    let next_cursor =
        records.last().filter(|_| has_more).map(|last| cursor::encode(&fingerprint, &[last.id.0.as_str()]));
    let mut jobs = Vec::with_capacity(records.len());
    for record in records {
        jobs.push(describe::job(&context, record).await?);
    }
    Ok(JobsListResponse { jobs, next_cursor, has_more })
}
