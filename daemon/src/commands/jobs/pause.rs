//! `jobs.pause`: lets a job finish what it has begun and then wait.

use protocol::operations::jobs::{Job, JobsPauseRequest};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::jobs::{describe, own};

pub(crate) async fn run(context: Context, request: JobsPauseRequest) -> Result<Job, CommandError> {
    let job = own(&context, &request.job).await?;
    let job = context.state.jobs().pause(&context.state, &job.id).await?;
    describe::job(&context, job).await
}
