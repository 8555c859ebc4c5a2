//! `dsmp emulate`: Roblox's Open Cloud on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::ValueEnum;
use daemon_roblox::emulator::limits::Limits;

use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::logging;
use crate::cli::output::Output;
use crate::cli::serving::{bind, keep_private, shutdown_signal};
use crate::clock::Clock;
use crate::config::make_private_directory;
use crate::emulator::{self, Settings};

/// Beside the daemon's own, so that both run at the same time.
const DEFAULT_PORT: u16 = protocol::DEFAULT_PORT + 1;

/// Run an emulator of Roblox Open Cloud, for tools, tests and CI
///
/// Serves Roblox's own paths for data stores, ordered data stores, memory stores, messaging, key introspection and users, for
/// any universe id, on 127.0.0.1 only. Point a client at the address it prints instead of `https://apis.roblox.com`. What is
/// written stays, in `emulator/` below the data directory. `/_emulator/` moves its clock, makes it fail, and sets what
/// keys may do. Ctrl-C stops it in order.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// A key to accept in the header `x-api-key`; give it again for more [default: any key]
    #[arg(long, value_name = "KEY", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    api_key: Vec<String>,
    /// Whether requests over the limits of a universe without players are refused, as Roblox does
    #[arg(long, value_enum, default_value_t = LimitsOption::Off)]
    limits: LimitsOption,
    /// Entries to begin with, as JSON lines with `universe`, `store` (or `orderedStore`), `key` and `value`
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
}

/// Which requests are refused for being too many.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LimitsOption {
    /// None
    Off,
    /// Those that Roblox refuses
    Roblox,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let data_directory = session.config()?.data_directory;
    // First, so that it is private although the emulator may be the first to need it (S-14).
    make_private_directory(&data_directory)?;
    let directory = data_directory.join("emulator");
    keep_private();
    let _logs = logging::start(&directory)?;
    let listener = bind(arguments.port)?;
    let address = listener.local_addr().map_err(|error| Failure::other(format!("cannot listen: {error}")))?;
    let shutdown = shutdown_signal()?;
    let seed = match &arguments.seed {
        Some(path) => Some(std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?),
        None => None,
    };
    let limits = match arguments.limits {
        LimitsOption::Off => None,
        LimitsOption::Roblox => Some(Limits::roblox(0)),
    };
    let settings = Settings { api_keys: arguments.api_key, limits, seed };
    let output = &mut session.output;
    let started = || announce(output, address);
    emulator::run(&directory, listener, Clock::system(), settings, started, shutdown).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Tells where the emulator is, once it answers.
fn announce(output: &mut Output, address: SocketAddr) {
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "emulating Roblox Open Cloud");
    // Whoever started it may not read its output; it serves all the same.
    let _ = output.line(&format!("listening on http://{address}")).and_then(|()| output.flush());
}
