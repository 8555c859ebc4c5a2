//! Starting the daemon when its person logs in.
//!
//! Each system has its own place for that: Windows a value in the account's registry, macOS a launch agent, Linux a
//! systemd user unit or, in desktops without systemd, an autostart entry. All belong to the account alone; nothing here
//! needs an administrator.

#[cfg(any(target_os = "linux", test))]
mod linux;
#[cfg(any(target_os = "macos", test))]
mod macos;
#[cfg(any(windows, test))]
mod windows;

#[cfg(target_os = "linux")]
use linux::system;
#[cfg(target_os = "macos")]
use macos::system;
#[cfg(windows)]
use windows::system;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::config::ConfigError;

/// What the system runs at login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The program, by its absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// Whether the daemon starts at login, and where that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It does, by what stands at this place.
    On(String),
    /// It does not.
    Off,
    /// It is set up, but the person turned it off in the system's own settings.
    Disabled(String),
}

/// Why starting at login cannot be set up or taken back.
#[derive(Debug, thiserror::Error)]
pub enum AutostartError {
    /// The account has no home directory.
    #[error(transparent)]
    NoHome(#[from] ConfigError),
    /// A path that the system's own format cannot hold.
    #[error("`{0}` has characters that a login entry cannot hold; move dsmp or its data directory")]
    Unwritable(String),
    /// The operating system refused.
    #[error("cannot {action} `{place}`: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        place: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A program of the system refused.
    #[cfg(target_os = "linux")]
    #[error("`{command}` failed: {answer}")]
    Command {
        /// The command line.
        command: String,
        /// What it said.
        answer: String,
    },
}

impl AutostartError {
    #[cfg_attr(windows, expect(dead_code, reason = "the registry is no file"))]
    fn io(action: &'static str, place: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let place = place.display().to_string();
        move |source| Self::Io { action, place, source }
    }
}

/// Sets the daemon up to start at login, replacing what was set up before. Answers the place that says so.
pub fn enable(login: &Login) -> Result<String, AutostartError> {
    system::enable(login)
}

/// Takes that back; `false` when nothing was set up.
pub fn disable() -> Result<bool, AutostartError> {
    system::disable()
}

/// Tells whether it is set up.
pub fn state() -> Result<State, AutostartError> {
    system::state()
}
