//! Where the daemon's log goes: standard error, and a file a day below the data directory.
//!
//! **Invariant:** only our own crates are logged, whatever is asked for: libraries that carry requests print whole
//! messages and headers at their finest level, and with them players' values and secrets (S-10).

use std::io;
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::cli::exit::Failure;
use crate::config::make_private_directory;

/// Names what is logged.
const FILTER_VARIABLE: &str = "DSMP_LOG";

/// The crates whose records are kept.
const OUR_CRATES: [&str; 5] = ["daemon", "daemon_core", "daemon_roblox", "daemon_store", "dsmp"];

/// Days whose logs are kept.
const DAYS_KEPT: usize = 14;

/// Starts logging; the log is written out completely when the guard is dropped.
pub(super) fn start(data_directory: &Path) -> Result<WorkerGuard, Failure> {
    let filter = match std::env::var(FILTER_VARIABLE) {
        Ok(text) => EnvFilter::try_new(&text).map_err(|error| {
            Failure::usage(format!(
                "{FILTER_VARIABLE} `{text}` is not understood: {error}; write, for example, `debug`"
            ))
        })?,
        Err(_) => EnvFilter::new("info"),
    };
    make_private_directory(data_directory)?;
    let directory = data_directory.join("logs");
    make_private_directory(&directory)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("dsmp")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(&directory)
        .map_err(|error| Failure::other(format!("cannot log to `{}`: {error}", directory.display())))?;
    let (file, guard) = tracing_appender::non_blocking(appender);
    tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(|metadata| is_ours(metadata.target())))
        .with(fmt::layer().with_writer(file).with_ansi(false))
        .with(fmt::layer().with_writer(io::stderr).with_ansi(is_styled()))
        .try_init()
        .map_err(|error| Failure::other(format!("cannot start logging: {error}")))?;
    Ok(guard)
}

/// Whether a record's target is a module of ours.
fn is_ours(target: &str) -> bool {
    OUR_CRATES.contains(&target.split("::").next().unwrap_or_default())
}

fn is_styled() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_10_libraries_that_print_whole_messages_are_never_logged() {
        for target in
            ["tungstenite::protocol", "tokio_tungstenite", "hyper::proto::h1::io", "log", "daemonic", ""]
        {
            assert!(!is_ours(target), "{target}");
        }
        for target in ["daemon", "daemon::edge::socket::session", "daemon_store::database::writer", "dsmp"] {
            assert!(is_ours(target), "{target}");
        }
    }
}
