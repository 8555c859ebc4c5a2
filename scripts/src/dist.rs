//! Builds what makes the archives, and starts it.

use std::process::Command;

use crate::process::{cargo, run};
use crate::workspace;

/// What to make; the program itself (`scripts/dist`) checks it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only this system, by Rust's name for it; may be given several times [default: all that are published]
    #[arg(long, value_name = "TRIPLE")]
    target: Vec<String>,
}

/// Builds `scripts/dist`, then becomes it.
pub fn dist(arguments: &Arguments) -> anyhow::Result<()> {
    run(cargo().args(["build", "--package", "dist"]))?;
    let program = workspace::target().join("debug").join(format!("dist{}", std::env::consts::EXE_SUFFIX));
    crate::run::become_program(Command::new(program).args(&arguments.target))
}
