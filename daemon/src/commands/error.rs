//! Why a command did not do what was asked: a code for clients, a sentence for people, a cause for the log.

use daemon_core::changes::attempt::Problem;
use daemon_core::cursor::CursorError;
use daemon_core::edit::EditError;
use daemon_core::metadata::MetadataError;
use daemon_core::names::NameError;
use daemon_core::pointer::PointerError;
use daemon_core::rows::RowError;
use daemon_core::services::ServiceError;
use daemon_core::value::ValueError;
use daemon_roblox::client::error::CloudError;
use daemon_store::error::StoreError;
use daemon_store::vault::error::VaultError;
use protocol::ErrorCode;
use protocol::operations::entries::Entry;

use crate::changes::journal::JournalProblem;
use crate::changes::look::LookError;
use crate::commands::convert;
use crate::keeper::KeeperError;
use crate::universes::UniverseError;
use crate::universes::clouds::KeyProblem;

/// A refusal, as the caller may see it, with the cause it may not.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    /// What kind of refusal.
    pub code: ErrorCode,
    /// What happened, on what, and what to do.
    pub message: String,
    /// With a conflict: the entry as it is now.
    pub current: Option<Box<Entry>>,
    /// For the log only.
    #[source]
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl CommandError {
    /// A refusal without a hidden cause.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), current: None, cause: None }
    }

    /// Something that should not have happened; the caller learns no more than that.
    pub fn internal(what: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        tracing::debug!(what, "internal error");
        let message = "internal error; the daemon's log has the cause under this request id".into();
        Self { code: ErrorCode::Internal, message, current: None, cause: Some(cause.into()) }
    }

    /// A request whose JSON cannot be read: broken text, or members that do not fit.
    pub fn unreadable(error: &serde_json::Error) -> Self {
        match error.classify() {
            serde_json::error::Category::Data => {
                Self::new(ErrorCode::RequestInvalid, format!("the request is not understood: {error}"))
            }
            _ => Self::new(ErrorCode::ValueInvalid, format!("the request is not JSON: {error}")),
        }
    }
}

/// How an error of a universe is told, for the journal.
pub fn explain(error: &UniverseError) -> Problem {
    Problem { code: code_of(error).code().to_owned(), message: error.to_string() }
}

impl From<JournalProblem> for CommandError {
    fn from(problem: JournalProblem) -> Self {
        Self::new(ErrorCode::DatabaseUnavailable, problem.to_string())
    }
}

impl From<LookError> for CommandError {
    fn from(error: LookError) -> Self {
        match error {
            LookError::Journal(error) => error.into(),
            LookError::Store(error) => error.into(),
            LookError::Universe(error) => error.into(),
        }
    }
}

impl From<ValueError> for CommandError {
    fn from(error: ValueError) -> Self {
        let code = match error {
            ValueError::TooLarge { .. } => ErrorCode::ValueTooLarge,
            ValueError::NotJson { .. } | ValueError::TooDeep { .. } => ErrorCode::ValueInvalid,
        };
        Self::new(code, error.to_string())
    }
}

impl From<NameError> for CommandError {
    fn from(error: NameError) -> Self {
        Self::new(ErrorCode::NameInvalid, error.to_string())
    }
}

impl From<MetadataError> for CommandError {
    fn from(error: MetadataError) -> Self {
        Self::new(ErrorCode::MetadataInvalid, error.to_string())
    }
}

impl From<CursorError> for CommandError {
    fn from(error: CursorError) -> Self {
        Self::new(ErrorCode::RequestInvalid, error.to_string())
    }
}

impl From<PointerError> for CommandError {
    fn from(error: PointerError) -> Self {
        Self::new(ErrorCode::RequestInvalid, error.to_string())
    }
}

impl From<ServiceError> for CommandError {
    fn from(error: ServiceError) -> Self {
        let code = match error {
            ServiceError::Name { .. } => ErrorCode::NameInvalid,
            ServiceError::ValueTooLarge { .. } => ErrorCode::ValueTooLarge,
            ServiceError::SortKey { .. }
            | ServiceError::Lifetime { .. }
            | ServiceError::Topic { .. }
            | ServiceError::Message { .. } => ErrorCode::RequestInvalid,
        };
        Self::new(code, error.to_string())
    }
}

impl From<RowError> for CommandError {
    fn from(error: RowError) -> Self {
        Self::new(ErrorCode::NotStorable, error.to_string())
    }
}

impl From<EditError> for CommandError {
    fn from(error: EditError) -> Self {
        let code = match &error {
            EditError::Result { error: ValueError::TooLarge { .. }, .. } => ErrorCode::ValueTooLarge,
            EditError::Result { .. } => ErrorCode::ValueInvalid,
            EditError::TooMany { .. } => ErrorCode::RequestInvalid,
            EditError::Place { .. } => ErrorCode::NotStorable,
        };
        Self::new(code, error.to_string())
    }
}

impl From<UniverseError> for CommandError {
    fn from(error: UniverseError) -> Self {
        let (code, message) = (code_of(&error), error.to_string());
        match error {
            UniverseError::Conflict { current } => Self {
                current: current.map(|(id, entry)| Box::new(convert::entry(&id, *entry))),
                ..Self::new(code, message)
            },
            UniverseError::Cursor(error) => error.into(),
            UniverseError::ImportStopped { cause, .. } => Self { message, current: None, ..(*cause).into() },
            UniverseError::Key(KeyProblem::Keeper(error)) => error.into(),
            UniverseError::Store(error) => error.into(),
            _ => Self::new(code, message),
        }
    }
}

/// Which kind of refusal it is when a universe does not do what was asked.
fn code_of(error: &UniverseError) -> ErrorCode {
    match error {
        UniverseError::StoreNotFound(_) | UniverseError::StoreDeleted { .. } => ErrorCode::DatastoreNotFound,
        UniverseError::EntryNotFound(_)
        | UniverseError::MapItemNotFound { .. }
        | UniverseError::QueueTooShort { .. } => ErrorCode::EntryNotFound,
        UniverseError::MapItemExists { .. } | UniverseError::Conflict { .. } => ErrorCode::Conflict,
        UniverseError::Filter
        | UniverseError::ReadId
        | UniverseError::NoServers
        | UniverseError::Cursor(_)
        | UniverseError::Revision(_) => ErrorCode::RequestInvalid,
        UniverseError::SumOutOfRange { .. } => ErrorCode::NotStorable,
        UniverseError::ImportStopped { cause, .. } => code_of(cause),
        UniverseError::RemovalUnseen { .. } => ErrorCode::OutcomeUnknown,
        UniverseError::Cloud(error) => cloud_code(error),
        UniverseError::Key(KeyProblem::Keeper(error)) => keeper_code(error),
        UniverseError::Key(_) => ErrorCode::SourceAccessDenied,
        UniverseError::Store(error) => store_code(error),
    }
}

/// Which kind of refusal it is when Roblox, or the way to it, fails.
fn cloud_code(error: &CloudError) -> ErrorCode {
    match error {
        CloudError::NoPermit(_) | CloudError::Throttled { .. } => ErrorCode::SourceThrottled,
        CloudError::Unauthorised { .. } | CloudError::Forbidden { .. } => ErrorCode::SourceAccessDenied,
        CloudError::NotSent { .. }
        | CloudError::Redirected { .. }
        | CloudError::NotUnderstood { .. }
        | CloudError::Unanswered { .. } => ErrorCode::SourceUnreachable,
        CloudError::OutcomeUnknown { .. } => ErrorCode::OutcomeUnknown,
        CloudError::Conflict { .. } => ErrorCode::Conflict,
        CloudError::NotFound { .. } => ErrorCode::NotFound,
        CloudError::NotAddressable { .. } => ErrorCode::NameInvalid,
        // Roblox's codes are known from clients, not promised (`roblox-apis.md §1.4` [O]).
        CloudError::Refused { code, .. } => match code.as_str() {
            "ContentTooBig" => ErrorCode::ValueTooLarge,
            "ContentNotJson" => ErrorCode::NotStorable,
            "InvalidAttributes" | "InvalidUserIds" => ErrorCode::MetadataInvalid,
            "InvalidDataStoreName" | "InvalidDataStoreScope" | "InvalidEntryKey" => ErrorCode::NameInvalid,
            _ => ErrorCode::RequestInvalid,
        },
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let code = store_code(&error);
        match error {
            StoreError::Full { .. } => Self {
                cause: Some(error.into()),
                ..Self::new(
                    code,
                    "the disk that holds the data directory is full; nothing was written: free some space and repeat",
                )
            },
            other if code == ErrorCode::DatabaseUnavailable => Self {
                cause: Some(other.into()),
                ..Self::new(
                    code,
                    "the daemon's database cannot be used; nothing was written: its log has the cause under this request id",
                )
            },
            other => Self::new(code, other.to_string()),
        }
    }
}

fn store_code(error: &StoreError) -> ErrorCode {
    match error {
        StoreError::TokenNotFound { .. } | StoreError::ConnectionNotFound { .. } => ErrorCode::NotFound,
        StoreError::StoreNotFound { .. } | StoreError::StoreDeleted { .. } => ErrorCode::DatastoreNotFound,
        // Not a limit of the daemon's own, but one that its engine keeps as Roblox does.
        StoreError::MemoryFull { .. } | StoreError::AllMemoryFull => ErrorCode::LimitReached,
        StoreError::NameTaken { .. } => ErrorCode::RequestInvalid,
        _ => ErrorCode::DatabaseUnavailable,
    }
}

impl From<KeeperError> for CommandError {
    fn from(error: KeeperError) -> Self {
        match error {
            KeeperError::CutOff => Self::internal("work on the keys was cut off", error),
            error => Self::new(keeper_code(&error), error.to_string()),
        }
    }
}

fn keeper_code(error: &KeeperError) -> ErrorCode {
    match error {
        KeeperError::Locked { .. } | KeeperError::Absent => ErrorCode::SourceAccessDenied,
        KeeperError::NoVault => ErrorCode::NotFound,
        KeeperError::Vault(VaultError::WrongPassphrase | VaultError::WrongKeyFile) => {
            ErrorCode::PermissionDenied
        }
        KeeperError::Vault(_)
        | KeeperError::Exists { .. }
        | KeeperError::NoVaultNeeded
        | KeeperError::IdInvalid { .. } => ErrorCode::RequestInvalid,
        KeeperError::Unusable { .. }
        | KeeperError::KeyFile { .. }
        | KeeperError::NoKeyFile { .. }
        | KeeperError::File(_)
        | KeeperError::System(_) => ErrorCode::DatabaseUnavailable,
        KeeperError::CutOff => ErrorCode::Internal,
    }
}

#[cfg(test)]
mod tests {
    use daemon_core::names::{EntryId, Key, Scope};
    use daemon_roblox::client::error::NotSent;
    use daemon_roblox::governor::GovernorError;

    use super::*;

    #[test]
    fn what_fails_at_roblox_has_a_code_and_a_sentence() {
        let (text, host) = (|| "why".to_owned(), || "apis.roblox.com".to_owned());
        let refused = |code: &str| CloudError::Refused { status: 400, code: code.into(), message: text() };
        let permission = Some("universe-datastores.objects:read");
        for (error, code) in [
            (CloudError::NoPermit(GovernorError::Stopped), ErrorCode::SourceThrottled),
            (CloudError::Throttled { retry_after: None, message: text() }, ErrorCode::SourceThrottled),
            (CloudError::Unauthorised { message: text() }, ErrorCode::SourceAccessDenied),
            (CloudError::Forbidden { permission, message: text() }, ErrorCode::SourceAccessDenied),
            (CloudError::NotSent { host: host(), reason: NotSent::Dns }, ErrorCode::SourceUnreachable),
            (CloudError::Redirected { status: 302 }, ErrorCode::SourceUnreachable),
            (CloudError::NotUnderstood { problem: text() }, ErrorCode::SourceUnreachable),
            (CloudError::Unanswered { cause: text() }, ErrorCode::SourceUnreachable),
            (CloudError::OutcomeUnknown { cause: text() }, ErrorCode::OutcomeUnknown),
            (CloudError::NotFound { code: text(), message: text() }, ErrorCode::NotFound),
            (CloudError::NotAddressable { name: text() }, ErrorCode::NameInvalid),
            (refused("ContentTooBig"), ErrorCode::ValueTooLarge),
            (refused("ContentNotJson"), ErrorCode::NotStorable),
            (refused("InvalidAttributes"), ErrorCode::MetadataInvalid),
            (refused("InvalidEntryKey"), ErrorCode::NameInvalid),
            (refused("SomethingNew"), ErrorCode::RequestInvalid),
        ] {
            let sentence = error.to_string();
            let told = CommandError::from(UniverseError::Cloud(error));
            assert_eq!((told.code, told.message), (code, sentence));
        }
    }

    #[test]
    fn an_import_that_stopped_has_the_code_of_its_cause() {
        let cause = UniverseError::Cloud(CloudError::Unanswered { cause: "why".into() });
        let told = CommandError::from(UniverseError::ImportStopped {
            written: Vec::new(),
            total: 3,
            at: EntryId { scope: Scope::global(), key: Key::parse("a").unwrap() },
            cause: Box::new(cause),
        });
        assert_eq!(told.code, ErrorCode::SourceUnreachable);
        assert!(
            told.message.starts_with("the import stopped at key `a`, scope `global`, after 0 of 3 entries"),
            "{}",
            told.message
        );
    }
}
