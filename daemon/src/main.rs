//! `dsmp`: reads the arguments, runs the command, and ends with its exit code.

use std::process::ExitCode;

use clap::Parser as _;
use daemon::cli::{self, Arguments};

fn main() -> ExitCode {
    cli::run(Arguments::parse())
}
