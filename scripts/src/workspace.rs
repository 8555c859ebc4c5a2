//! Where things are in this work tree.

use std::path::{Path, PathBuf};

/// The folder of the root `Cargo.toml`.
pub fn root() -> &'static Path {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR"));
    scripts.parent().unwrap_or(scripts)
}

/// The dashboard's sources.
pub fn dashboard() -> PathBuf {
    root().join("daemon").join("dashboard")
}

/// The Studio plugin's sources.
pub fn plugin() -> PathBuf {
    root().join("plugin-lua")
}

/// The browser tests.
pub fn browser_tests() -> PathBuf {
    root().join("tests").join("browser")
}

/// Cargo's output folder, which `CARGO_TARGET_DIR` may move.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => root().join(directory),
        None => root().join("target"),
    }
}

/// The daemon's binary as built with `profile` (`debug` or `release`).
pub fn daemon_binary(profile: &str) -> PathBuf {
    target().join(profile).join(format!("dsmp{}", std::env::consts::EXE_SUFFIX))
}
