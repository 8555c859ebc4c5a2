//! The plugin's sources: format and lints.

use std::process::Command;

use crate::process::run as run_to_end;
use crate::tool::Tool;
use crate::workspace;

use super::{Done, Run};

const STYLUA: Tool = Tool { name: "stylua", version: "2.6.0", features: "luau" };
const SELENE: Tool = Tool { name: "selene", version: "0.31.0", features: "roblox" };

/// Both tools' parser takes a deep stack for each nested function, and more of it unoptimised: a handful of callbacks
/// would end them on the usual 2 MiB.
const STACK_BYTES: &str = "67108864";

pub(super) fn run(_: &mut Run) -> anyhow::Result<Done> {
    run_to_end(on_plugin(STYLUA)?.args(["--check", "src"]))?;
    run_to_end(on_plugin(SELENE)?.args(["--display-style", "quiet", "src"]))?;
    Ok(Done::Passed)
}

fn on_plugin(tool: Tool) -> anyhow::Result<Command> {
    let mut command = Command::new(tool.ensure()?);
    command.current_dir(workspace::plugin()).env("RUST_MIN_STACK", STACK_BYTES);
    Ok(command)
}
