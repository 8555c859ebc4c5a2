//! Why a job did not succeed, before it is known in which file.

use std::path::Path;

use daemon_core::export::DamagedValue;
use rusqlite::ErrorCode;

use crate::error::StoreError;

/// Why a job did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A rule of the store says no.
    Rule(StoreError),
    /// SQLite says no.
    Sqlite(rusqlite::Error),
    /// A row holds what we would never have written.
    Unreadable(String),
}

impl Failure {
    /// Makes the failure of a stored `what` that cannot be understood.
    pub(crate) fn unreadable(what: &str) -> Self {
        Self::Unreadable(format!("a stored {what} is not valid"))
    }

    /// Turns the failure into what the caller is told.
    pub(crate) fn in_file(self, file: &Path) -> StoreError {
        let file = file.to_path_buf();
        let error = match self {
            Self::Rule(error) => return error,
            Self::Unreadable(cause) => return StoreError::Damaged { file, cause },
            Self::Sqlite(error) => error,
        };
        let cause = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full { file },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged { file, cause },
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly,
            ) => StoreError::Io { file, cause },
            _ => StoreError::Unexpected { file, cause },
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<DamagedValue> for Failure {
    fn from(damage: DamagedValue) -> Self {
        Self::Unreadable(damage.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Rule(error)
    }
}
