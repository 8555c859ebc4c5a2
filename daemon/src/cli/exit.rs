//! Exit codes, and the failures that lead to them.

use std::fmt;
use std::process::ExitCode;

use protocol::{ErrorBody, ErrorCode};

use crate::config::ConfigError;
use crate::keeper::KeeperError;

/// The exit codes, as `--help` tells them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed for another reason than those below
  2  the command line or the request is not understood
  3  no such connection, data store, entry, revision, token, change set or job
  4  conflict: the entry is not what was expected; of a change set, some entries are not, and all others are saved
  5  denied: the role, the connection or the credential does not permit it
  6  the daemon cannot be reached, or another process holds the data directory
  7  import: some lines were refused, all others are saved
  8  change set or job: some items were refused, left out, or nobody knows whether they were done";

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Any other failure.
    Failed = 1,
    /// The command line or the request is not understood.
    Usage = 2,
    /// Something named does not exist.
    NotFound = 3,
    /// The entry is not what was expected.
    Conflict = 4,
    /// Not permitted.
    Denied = 5,
    /// No daemon, or the data directory is held.
    Unreachable = 6,
    /// Some lines of an import were refused.
    PartlyRefused = 7,
    /// Some items of a change set or job were refused, left out, or have no known outcome.
    Problems = 8,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// How a command ends that was refused with this code.
    pub fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::DatastoreNotFound
            | ErrorCode::EntryNotFound
            | ErrorCode::RevisionGone
            | ErrorCode::NotFound => Self::NotFound,
            ErrorCode::Conflict => Self::Conflict,
            ErrorCode::SourceAccessDenied
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::NotSignedIn => Self::Denied,
            ErrorCode::DaemonUnreachable | ErrorCode::VersionMismatch => Self::Unreachable,
            ErrorCode::RequestInvalid | ErrorCode::NameInvalid | ErrorCode::SettingInvalid => Self::Usage,
            ErrorCode::SourceThrottled
            | ErrorCode::ValueTooLarge
            | ErrorCode::OutcomeUnknown
            | ErrorCode::HeldLive
            | ErrorCode::SourceUnreachable
            | ErrorCode::NotStorable
            | ErrorCode::EnvelopeBroken
            | ErrorCode::MetadataInvalid
            | ErrorCode::ValueInvalid
            | ErrorCode::DatabaseUnavailable
            | ErrorCode::AuditUnavailable
            | ErrorCode::LimitReached
            | ErrorCode::Internal => Self::Failed,
        }
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    /// How the command ends.
    pub exit: Exit,
    /// What happened, on what, and what to do.
    pub message: String,
    /// The daemon's refusal, when it was one.
    pub refusal: Option<Box<ErrorBody>>,
    /// Whether the reader of standard output went away, which nobody needs to be told.
    pub is_silent: bool,
}

impl Failure {
    /// A failure of a kind.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), refusal: None, is_silent: false }
    }

    /// A failure of no particular kind.
    pub fn other(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// What was asked is not understood.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The operating system refused something about a file.
    pub fn file(action: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let remedy = if error.kind() == std::io::ErrorKind::StorageFull {
            "; the disk is full: free some space and repeat"
        } else {
            ""
        };
        Self::other(format!("cannot {action} `{}`: {error}{remedy}", path.display()))
    }

    /// Standard output could not be written.
    pub fn stdout(error: &std::io::Error) -> Self {
        Self {
            is_silent: error.kind() == std::io::ErrorKind::BrokenPipe,
            ..Self::other(format!("cannot write to standard output: {error}"))
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl From<ErrorBody> for Failure {
    fn from(body: ErrorBody) -> Self {
        Self {
            exit: Exit::of(body.code),
            message: body.message.clone(),
            refusal: Some(Box::new(body)),
            is_silent: false,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let exit = if matches!(error, ConfigError::Locked { .. }) { Exit::Unreachable } else { Exit::Failed };
        Self::new(exit, error.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let error = match error.downcast::<ConfigError>() {
            Ok(error) => return error.into(),
            Err(error) => error,
        };
        match error.downcast::<KeeperError>() {
            // Its sentence has its cause.
            Ok(error) => Self::other(error.to_string()),
            Err(error) => Self::other(format!("{error:#}")),
        }
    }
}
