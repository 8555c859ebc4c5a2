//! `jobs.stop`: ends a job after what it has begun.

use protocol::operations::jobs::{Job, JobsStopRequest};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::jobs::{describe, own};

pub(crate) async fn run(context: Context, request: JobsStopRequest) -> Result<Job, CommandError> {
    let job = own(&context, &request.job).await?;
    let job = context.state.jobs().stop(&context.state, &job.id).await?;
    describe::job(&context, job).await
}
