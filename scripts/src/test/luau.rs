//! The plugin's sources: format and lints.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::process::{cargo, run as run_to_end};
use crate::workspace;

use super::{Done, Run};

/// A program built from its published sources once, and kept in `target/tools`.
struct Tool {
    name: &'static str,
    version: &'static str,
    features: &'static str,
}

const STYLUA: Tool = Tool { name: "stylua", version: "2.6.0", features: "luau" };
const SELENE: Tool = Tool { name: "selene", version: "0.31.0", features: "roblox" };

/// Both tools' parser takes a deep stack for each nested function, and more of it unoptimised: a handful of callbacks
/// would end them on the usual 2 MiB.
const STACK_BYTES: &str = "67108864";

pub(super) fn run(_: &mut Run) -> anyhow::Result<Done> {
    run_to_end(STYLUA.command()?.args(["--check", "src"]))?;
    run_to_end(SELENE.command()?.args(["--display-style", "quiet", "src"]))?;
    Ok(Done::Passed)
}

impl Tool {
    /// The program, to be run on the plugin.
    fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(self.ensure()?);
        command.current_dir(workspace::plugin()).env("RUST_MIN_STACK", STACK_BYTES);
        Ok(command)
    }

    /// The program's path, after building it where that is not done yet.
    fn ensure(&self) -> anyhow::Result<PathBuf> {
        let root = workspace::target().join("tools");
        let program = root.join("bin").join(format!("{}{EXE_SUFFIX}", self.name));
        if self.is_there(&program) {
            return Ok(program);
        }
        let mut command = cargo();
        command.args(["install", "--locked", "--version", self.version, self.name]);
        command.args(["--no-default-features", "--features", self.features]);
        // Built without optimisation: half a minute each, and a dozen files do not need more.
        command.arg("--debug").env("CARGO_PROFILE_DEV_DEBUG", "0");
        let build = root.join("build");
        command.arg("--root").arg(&root).env("CARGO_TARGET_DIR", &build);
        run_to_end(&mut command)?;
        fs::remove_dir_all(&build).with_context(|| format!("removing `{}`", build.display()))?;
        Ok(program)
    }

    fn is_there(&self, program: &PathBuf) -> bool {
        let answer = Command::new(program).arg("--version").stderr(Stdio::null()).output();
        answer.is_ok_and(|answer| {
            String::from_utf8_lossy(&answer.stdout).trim() == format!("{} {}", self.name, self.version)
        })
    }
}
