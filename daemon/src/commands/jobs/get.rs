//! `jobs.get`: how far a job is.

use protocol::operations::jobs::{Job, JobsGetRequest};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::commands::jobs::{describe, own};

pub(crate) async fn run(context: Context, request: JobsGetRequest) -> Result<Job, CommandError> {
    let job = own(&context, &request.job).await?;
    describe::job(&context, job).await
}
