//! `jobs.resume`: lets a job go on that waits, or that failed.

use daemon_store::journal::records::JobKind;
use protocol::ConnectionId;
use protocol::operations::jobs::{Job, JobsResumeRequest};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::jobs::{describe, own};

pub(crate) async fn run(context: Context, request: JobsResumeRequest) -> Result<Job, CommandError> {
    let job = own(&context, &request.job).await?;
    if matches!(job.kind, JobKind::Commit | JobKind::Undo | JobKind::Import) {
        // It may have been made read-only while the job waited.
        context.writable(Some(&ConnectionId(job.connection.clone()))).await?;
    }
    let job = context.state.jobs().resume(&context.state, &job.id).await?;
    describe::job(&context, job).await
}
