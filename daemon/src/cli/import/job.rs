//! An import that the daemon does by itself.

use std::process::ExitCode;

use protocol::operations::connections::{Connection, Environment};
use protocol::operations::jobs::ImportsStartRequest;

use crate::cli::Session;
use crate::cli::client::Client;
use crate::cli::confirm::{ask_for, is_terminal};
use crate::cli::connections::words::environment_name;
use crate::cli::exit::Failure;
use crate::cli::import::Arguments;
use crate::cli::jobs::follow::{self, Watch};
use crate::cli::output::grouped;
use crate::cli::target::absolute;

/// Starts the job, and follows it unless it is left running.
pub(super) async fn run(
    session: &mut Session,
    client: &mut Client,
    connection: &Connection,
    arguments: Arguments,
) -> Result<ExitCode, Failure> {
    if session.scope().is_some_and(|scope| scope != "global") {
        let message =
            "a job takes the scope from the file; give each line its `scope`, or import standard input";
        return Err(Failure::usage(message));
    }
    let Arguments { store, file, background, environment, reason } = arguments;
    let is_guarded = matches!(connection.environment, Environment::Production | Environment::Unclassified);
    let asks = is_guarded && is_terminal() && !session.output.is_json();
    let environment = match environment {
        None if asks => {
            let word = environment_name(connection.environment);
            let question =
                format!("type the environment, {word}, to import into `{}` there: ", connection.name);
            Some(ask_for(&question, "`--environment WORD`")?)
        }
        environment => environment,
    };
    let reason = match reason {
        None if asks => Some(ask_for("reason: ", "`--reason TEXT`")?),
        reason => reason,
    };
    let request = ImportsStartRequest {
        connection: Some(connection.id.clone()),
        store,
        file: absolute(&file)?,
        environment,
        reason,
    };
    let mut job = client.call(&request).await?;
    if !background {
        let watch = Watch { verb: "importing", is_ours: true };
        job = follow::to_the_end(&session.output, client, &job.id, watch).await?;
    }
    let output = &mut session.output;
    if output.is_json() {
        output.json(&job)?;
    } else if background {
        output.line(&format!("importing into `{}` as job {}", request.store, job.id))?;
        output.note(&format!("`dsmp jobs watch {}` follows it", job.id));
    } else {
        let (saved, refused) = (job.progress.saved, job.progress.refused);
        let also = if refused == 0 { String::new() } else { format!("; {} lines refused", grouped(refused)) };
        output.line(&format!("imported {} entries into `{}`{also}", grouped(saved), request.store))?;
        if let Some(problem) = follow::problem(&job) {
            output.warn(&problem);
        }
        if saved < job.progress.done {
            output.note(&format!("`dsmp jobs report {}` tells the lines that were not saved", job.id));
        }
    }
    Ok(if background { ExitCode::SUCCESS } else { follow::code(&job) })
}
