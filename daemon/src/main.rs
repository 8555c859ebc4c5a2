//! `dsmp`: reads the arguments, runs the command, and ends with its exit code.

use std::process::ExitCode;

use clap::Parser as _;
use daemon::cli::{self, Arguments};
use daemon::memory;

fn main() -> ExitCode {
    memory::return_large_blocks();
    cli::run(Arguments::parse())
}
