//! Programs of others that the project's commands run, built from their published sources.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::process::{cargo, run as run_to_end};
use crate::workspace;

/// A program built from its published sources once, and kept in `target/tools`.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// The package, and the program it contains.
    pub name: &'static str,
    /// The exact version.
    pub version: &'static str,
    /// The package's features, separated by commas; its default ones are left out.
    pub features: &'static str,
}

impl Tool {
    /// The program's path, after building it where that is not done yet.
    pub fn ensure(&self) -> anyhow::Result<PathBuf> {
        let root = workspace::target().join("tools");
        let program = root.join("bin").join(format!("{}{EXE_SUFFIX}", self.name));
        if self.is_there(&program) {
            return Ok(program);
        }
        let mut command = cargo();
        command.args(["install", "--locked", "--version", self.version, self.name]);
        command.args(["--no-default-features", "--features", self.features]);
        // Built without optimisation: half a minute each, and what they do here does not need more.
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
