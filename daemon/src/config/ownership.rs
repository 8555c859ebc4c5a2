//! Files and directories that belong to the person who runs the daemon and to nobody else (S-14), on each system.
//!
//! Every system offers the same steps: make a directory, claim one that is there, make a file, open one, to write or only
//! to read, and check one that is open. Nothing is followed: a link in the place of a file or directory is refused.
//!
//! **Invariant:** what is made is private from its first moment; there is no instant in which others could open it.

#[cfg(unix)]
pub(super) mod unix;
#[cfg(windows)]
pub(super) mod windows;

#[cfg(any(windows, test))]
mod sddl;
#[cfg(windows)]
mod security;

use std::path::Path;

use super::ConfigError;

fn not_a_directory(path: &Path) -> ConfigError {
    ConfigError::Unsafe {
        path: path.display().to_string(),
        problem: "is not a directory",
        remedy: "choose another with `--data-dir`",
    }
}

fn of_another_account(path: &Path) -> ConfigError {
    ConfigError::Unsafe {
        path: path.display().to_string(),
        problem: "belongs to another account",
        remedy: "choose a directory of your own with `--data-dir`",
    }
}

fn open_to_others(path: &Path, remedy: &'static str) -> ConfigError {
    ConfigError::Unsafe {
        path: path.display().to_string(),
        problem: "can be read or written by other accounts",
        remedy,
    }
}
