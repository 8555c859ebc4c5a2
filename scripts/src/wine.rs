//! Windows programs on Linux, by Wine: an installation of our own in `target/wine`, so that nothing of the account's is
//! read or changed.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::process::run;
use crate::{targets, workspace};

/// The variable that names Cargo the program to start Windows programs with.
const RUNNER_VARIABLE: &str = "CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER";

/// Wine with its folder of Windows libraries; its processes end when it is dropped.
#[derive(Debug)]
pub struct Wine {
    prefix: PathBuf,
    libraries: PathBuf,
}

impl Wine {
    /// Finds Wine, installing it where that takes no asking, and makes what its release may lack.
    pub fn start() -> anyhow::Result<Self> {
        targets::ensure_program("wine", &["wine", "wine64"])?;
        targets::ensure_program("x86_64-w64-mingw32-gcc", &["mingw-w64"])?;
        let folder = workspace::target().join("wine");
        let wine = Self { prefix: folder.join("prefix"), libraries: folder.join("libraries") };
        for path in [&wine.prefix, &wine.libraries] {
            fs::create_dir_all(path).with_context(|| format!("making `{}`", path.display()))?;
        }
        let source = workspace::root().join("tests").join("wine").join("bcryptprimitives.c");
        let library = wine.libraries.join("bcryptprimitives.dll");
        run(Command::new("x86_64-w64-mingw32-gcc")
            .arg("-shared")
            .arg("-o")
            .arg(library)
            .arg(source)
            .arg("-ladvapi32"))?;
        Ok(wine)
    }

    /// Lets `command` start Windows programs: itself, if it is `wine`, or those that Cargo builds.
    pub fn equip(&self, command: &mut Command) {
        command.env(RUNNER_VARIABLE, "wine").env("WINEPREFIX", &self.prefix).env("WINEPATH", &self.libraries);
        // No windows, no downloads of optional parts, no notes about what it lacks.
        command.env_remove("DISPLAY").env("WINEDLLOVERRIDES", "mscoree,mshtml=").env("WINEDEBUG", "-all");
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        let mut stop = Command::new("wineserver");
        stop.arg("--kill").env("WINEPREFIX", &self.prefix).stdout(Stdio::null()).stderr(Stdio::null());
        // Where it cannot be told so, it ends by itself after a while.
        let _ = stop.status();
    }
}
