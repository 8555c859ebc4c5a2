//! `dsmp serve`: runs the daemon until it is asked to stop.

#[cfg(windows)]
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use crate::Started;
use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::logging;
use crate::cli::output::Output;
use crate::cli::serving::{bind, keep_private, shutdown_signal};
use crate::clock::Clock;
use crate::config::{self, ConfigError};
use protocol::DEFAULT_PORT;

/// Run the daemon: it serves the dashboard, the REST API, Studio and these commands
///
/// Listens on 127.0.0.1 only. Prints its address, then a sign-in link that works once, within a minute (`dsmp open`
/// makes another). Ctrl-C stops it in order. `DSMP_LOG` chooses what is logged, such as `debug` or `daemon::edge=trace`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The port to listen on; 0 takes a free one
    #[arg(long, env = "DSMP_PORT", default_value_t = DEFAULT_PORT)]
    port: u16,
    /// Give the console back, and go on without one
    #[cfg(windows)]
    #[arg(long)]
    detach: bool,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    #[cfg(windows)]
    if arguments.detach {
        return detach();
    }
    let config = session.config()?;
    keep_private();
    refuse_second(&config.data_directory)?;
    let _logs = logging::start(&config.data_directory)?;
    let listener = bind(arguments.port)?;
    let address = listener.local_addr().map_err(|error| Failure::other(format!("cannot listen: {error}")))?;
    let shutdown = shutdown_signal()?;
    let output = &mut session.output;
    let started = |started: Started| announce(output, address, &started);
    crate::run(config, listener, Clock::system(), started, shutdown).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Tells where the daemon is, once it answers.
fn announce(output: &mut Output, address: SocketAddr, started: &Started) {
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
    // Whoever started the daemon may not read its output; it serves all the same.
    let _ = output
        .line(&format!("listening on http://{address}"))
        .and_then(|()| output.line(&format!("open {}", started.open_url)))
        .and_then(|()| output.flush());
}

/// Fails with the name of the daemon that runs already, before its port is tried.
fn refuse_second(data_directory: &Path) -> Result<(), Failure> {
    let Some(daemon) = config::running_daemon(data_directory)? else { return Ok(()) };
    let error = ConfigError::Locked {
        directory: data_directory.display().to_string(),
        holder: format!(" (process {} on port {})", daemon.process, daemon.port),
    };
    Err(error.into())
}

/// Starts this command over without a console, and leaves it running.
#[cfg(windows)]
fn detach() -> Result<(), Failure> {
    use std::os::windows::process::CommandExt as _;
    use std::process::{Command, Stdio};

    use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;

    let failed = |error: io::Error| Failure::other(format!("cannot start the daemon: {error}"));
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.args(std::env::args_os().skip(1).filter(|argument| argument != "--detach"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.creation_flags(CREATE_NO_WINDOW).spawn().map_err(failed)?;
    Ok(())
}
