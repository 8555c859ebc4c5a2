//! Reads the arguments of the bench, which `cargo xtask bench` starts; nothing else.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use bench::browser::Browser;
use bench::peer;
use bench::reader;
use bench::run::{Options, run};
use clap::{Parser, Subcommand};

/// Measures the release binary of `dsmp`.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures, and prints a table
    Measure {
        /// Small sizes and fewer runs
        #[arg(long)]
        quick: bool,
        /// Only benches whose names begin so
        #[arg(long, value_name = "NAME")]
        only: Vec<String>,
        /// Where the JSON goes
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// An earlier JSON to compare with
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
        /// The browser's benches, to measure the dashboard too
        #[arg(long, value_name = "FOLDER", requires = "chromium")]
        browser_tests: Option<PathBuf>,
        /// The browser
        #[arg(long, value_name = "FILE", requires = "browser_tests")]
        chromium: Option<PathBuf>,
        /// Where to work: a folder on the disk to measure on
        #[arg(long, value_name = "FOLDER")]
        folder: PathBuf,
        /// The binary to measure
        #[arg(long, value_name = "FILE")]
        binary: PathBuf,
    },
    /// The peer of imports: plain rusqlite inserting the lines of a file
    PeerImport { file: PathBuf, database: PathBuf },
    /// The peer of exports: plain rusqlite writing its rows to a file
    PeerExport { database: PathBuf, file: PathBuf },
    /// Our own Open Cloud client, listing the keys of an emulator
    ReadKeys { port: u16, entries: u64 },
    /// Our own Open Cloud client, reading large values of an emulator
    ReadValues { port: u16, count: u64 },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Measure { quick, only, output, against, browser_tests, chromium, folder, binary } => {
            let browser = browser_tests.zip(chromium).map(|(tests, chromium)| Browser { tests, chromium });
            measure(&Options { quick, only, output, against, browser, folder, binary })
        }
        Command::PeerImport { file, database } => peer::import(&file, &database),
        Command::PeerExport { database, file } => peer::export(&database, &file),
        Command::ReadKeys { port, entries } => block_on(reader::read_keys(port, entries)),
        Command::ReadValues { port, count } => block_on(reader::read_values(port, count)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            bench::terminal::say_error(&error);
            ExitCode::FAILURE
        }
    }
}

/// Measures until it is done, or is told to stop; what it started ends with it either way.
fn measure(options: &Options) -> anyhow::Result<()> {
    block_on(async {
        tokio::select! {
            done = run(options) => done,
            stopped = stopped() => {
                stopped?;
                bail!("interrupted; nothing is left behind")
            }
        }
    })
}

/// Works in one thread: the daemon has the other cores to itself, and no answer waits for a thread to wake.
fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Resolves when the person, or the system, asks the bench to stop.
#[cfg(unix)]
async fn stopped() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Resolves when the person asks the bench to stop.
#[cfg(not(unix))]
async fn stopped() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
