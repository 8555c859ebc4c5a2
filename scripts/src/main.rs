//! Reads the arguments of `cargo xtask` and calls the library; nothing else.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use xtask::{bench, codegen, dashboard, dist, plugin, run, targets, test};

/// The project's own commands: build, generate, test.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the dashboard and the release binary, and starts `dsmp serve`
    Run {
        /// Passed on to `dsmp serve`, after `--`
        #[arg(last = true)]
        serve_arguments: Vec<OsString>,
    },
    /// Checks format, lints and generated files, and runs every test
    Test {
        /// Also the long-running sizes of the tests
        #[arg(long)]
        nightly: bool,
        /// One part alone, as the table names it; what it needs must be built already
        #[arg(long, value_name = "PART")]
        only: Option<String>,
    },
    /// Checks format, lints and generated files, without running tests
    Check {
        /// Instead, type-check everything for every system the daemon is published for
        #[arg(long)]
        targets: bool,
    },
    /// Writes the files derived from the `protocol` crate
    Codegen {
        /// Write nothing; fail when a file is stale
        #[arg(long)]
        check: bool,
    },
    /// Builds the dashboard into `daemon/dashboard/dist`
    Dashboard,
    /// Measures the release binary beside its peers, and prints a table
    Bench(bench::Arguments),
    /// Makes the archives that users download, in `target/dist`
    Dist(dist::Arguments),
    /// Builds the Studio plugin into `target/plugin.rbxm`
    Plugin,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Run { serve_arguments } => run::run(&serve_arguments),
        Command::Test { nightly, only } => {
            let tier = if nightly { test::Tier::Nightly } else { test::Tier::Commit };
            test::test(tier, only.as_deref())
        }
        Command::Check { targets: false } => test::check(),
        Command::Check { targets: true } => targets::check(),
        Command::Codegen { check: true } => codegen::check(),
        Command::Codegen { check: false } => codegen::write(),
        Command::Dashboard => dashboard::build(),
        Command::Bench(arguments) => bench::bench(&arguments),
        Command::Dist(arguments) => dist::dist(&arguments),
        Command::Plugin => plugin::build(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            xtask::console::say_error(&error);
            ExitCode::FAILURE
        }
    }
}
