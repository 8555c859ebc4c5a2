//! An export that the daemon does by itself.

use std::path::Path;
use std::process::ExitCode;

use protocol::operations::jobs::ExportsStartRequest;

use crate::cli::Session;
use crate::cli::client::Client;
use crate::cli::exit::Failure;
use crate::cli::export::Arguments;
use crate::cli::jobs::follow::{self, Watch};
use crate::cli::output::grouped;
use crate::cli::target::absolute;

/// Starts the job, and follows it unless it is left running.
pub(super) async fn run(
    session: &mut Session,
    client: &mut Client,
    arguments: &Arguments,
    path: &Path,
) -> Result<ExitCode, Failure> {
    let scope = session.scope().unwrap_or_else(|| "global".into());
    let request = ExportsStartRequest {
        connection: session.connection(),
        store: arguments.store.clone(),
        scope: (!arguments.all_scopes).then_some(scope),
        prefix: arguments.prefix.clone(),
        file: Some(absolute(path)?),
    };
    let mut job = client.call(&request).await?;
    if !arguments.background {
        let watch = Watch { verb: "exporting", is_ours: true };
        job = follow::to_the_end(&session.output, client, &job.id, watch).await?;
    }
    let output = &mut session.output;
    let (store, path) = (&arguments.store, path.display());
    if output.is_json() {
        output.json(&job)?;
    } else if arguments.background {
        output.line(&format!("exporting `{store}` to `{path}` as job {}", job.id))?;
        output.note(&format!("`dsmp jobs watch {}` follows it", job.id));
    } else if let Some(problem) = follow::problem(&job) {
        output.warn(&format!("`{path}` was not written: {problem}"));
    } else {
        output.line(&format!("exported {} entries of `{store}` to `{path}`", grouped(job.progress.done)))?;
    }
    Ok(if arguments.background { ExitCode::SUCCESS } else { follow::code(&job) })
}
