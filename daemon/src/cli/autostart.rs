//! `dsmp autostart`: the daemon, whenever this account logs in.

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use crate::autostart::{self, AutostartError, Login, State};
use crate::cli::Session;
use crate::cli::exit::Failure;

/// Start the daemon whenever you log in, or no longer
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start it at login from now on, with this `--data-dir` and `--vault-key-file` when they are given
    On {
        /// The port it is to listen on [default: 23767]
        #[arg(long)]
        port: Option<u16>,
    },
    /// Start it no longer; one that runs goes on
    Off,
    /// Tell whether it starts at login
    Status,
}

/// What the command answers for scripts.
#[derive(Serialize)]
struct Report<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
}

impl From<AutostartError> for Failure {
    fn from(error: AutostartError) -> Self {
        Self::other(error.to_string())
    }
}

pub(super) fn run(session: &mut Session, arguments: &Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::On { port } => {
            let place = autostart::enable(&login(session, port)?)?;
            report(
                session,
                "on",
                Some(&place),
                "the daemon starts when you log in; `dsmp serve` starts it now",
            )
        }
        Command::Off => {
            let text = if autostart::disable()? {
                "the daemon no longer starts when you log in"
            } else {
                "the daemon was not set up to start when you log in"
            };
            report(session, "off", None, text)
        }
        Command::Status => match autostart::state()? {
            State::On(place) => report(session, "on", Some(&place), "the daemon starts when you log in"),
            State::Off => report(session, "off", None, "the daemon does not start when you log in"),
            State::Disabled(place) => report(
                session,
                "disabled",
                Some(&place),
                "the daemon is set up to start when you log in, but turned off in the system's settings; `dsmp autostart on` turns it on again",
            ),
        },
    }
}

/// What to run: this program, where it is now.
fn login(session: &Session, port: Option<u16>) -> Result<Login, Failure> {
    let failed = |error| Failure::other(format!("cannot tell where dsmp is: {error}"));
    let program = std::env::current_exe().map_err(failed)?;
    let mut arguments = Vec::new();
    if let Some(directory) = &session.globals.data_dir {
        // At login the current directory is another.
        let directory: PathBuf = std::path::absolute(directory).map_err(failed)?;
        arguments.extend(["--data-dir".into(), directory.into_os_string()]);
    }
    if let Some(file) = &session.globals.vault_key_file {
        let file: PathBuf = std::path::absolute(file).map_err(failed)?;
        arguments.extend(["--vault-key-file".into(), file.into_os_string()]);
    }
    arguments.push("serve".into());
    if cfg!(windows) {
        arguments.push("--detach".into());
    }
    if let Some(port) = port {
        arguments.extend(["--port".into(), port.to_string().into()]);
    }
    Ok(Login { program, arguments })
}

fn report(
    session: &mut Session,
    state: &'static str,
    place: Option<&str>,
    text: &str,
) -> Result<(), Failure> {
    if session.output.is_json() {
        return session.output.json(&Report { state, place });
    }
    session.output.line(text)?;
    match place {
        Some(place) => session.output.line(&format!("by {place}")),
        None => Ok(()),
    }
}
