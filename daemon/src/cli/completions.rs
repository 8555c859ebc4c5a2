//! `dsmp completions`: a script that completes the command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Session;
use crate::cli::exit::Failure;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(session: &mut Session, arguments: &Arguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::cli::Arguments::command(), "dsmp", &mut script);
    session.output.bytes(&script)
}
