//! Why a request is not done, in the shape each of Roblox's interfaces tells it (`roblox-apis.md §1.4`, `§2.4`, `§3.1`).
//!
//! **Invariant:** what failed inside goes to the log; the caller learns only that it was not its fault.

use bytes::Bytes;
use daemon_store::error::StoreError;
use http::{Response, StatusCode};
use serde_json::json;

use crate::emulator::{EmulatorError, reply};

/// Which of Roblox's interfaces a request belongs to, which decides how errors look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Data stores v1.
    V1,
    /// Data stores and ordered data stores v2.
    V2,
    /// Ordered data stores v1, whose errors have v2's shape.
    OrderedV1,
}

/// The codes of data stores v1 (`roblox-apis.md §1.4` \[O\]; statuses and most messages \[I\]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum V1Code {
    ContentLengthRequired,
    InvalidUniverseId,
    InvalidCursor,
    InvalidVersionId,
    ExistingValueNotNumeric,
    IncrementValueTooLarge,
    IncrementValueTooSmall,
    InvalidDataStoreScope,
    InvalidEntryKey,
    InvalidDataStoreName,
    InvalidStartTime,
    InvalidEndTime,
    InvalidAttributes,
    InvalidUserIds,
    ExclusiveCreateAndMatchVersionCannotBeSet,
    ContentTooBig,
    ChecksumMismatch,
    ContentNotJson,
    InvalidSortOrder,
    Forbidden,
    DatastoreNotFound,
    EntryNotFound,
    VersionNotFound,
    TooManyRequests,
    Unknown,
}

/// The codes of v2 and of ordered data stores v1 (`roblox-apis.md §2.4` \[D\]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum V2Code {
    InvalidArgument,
    PermissionDenied,
    NotFound,
    Aborted,
    /// Not among those of the document, but observed of memory stores (`roblox-apis.md §3.2` \[O\]).
    AlreadyExists,
    ResourceExhausted,
    Internal,
    Unavailable,
}

/// Why a request is not done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The gateway before Roblox's services says no.
    Gateway(StatusCode, &'static str),
    /// Data stores v1 say no.
    V1(V1Code),
    /// A parameter of v1 is not of its type.
    Validation { field: &'static str, message: String },
    /// v2, or ordered data stores v1, say no.
    Status(V2Code, String),
    /// A reply that more belongs to than a status and a body.
    Reply(Box<Response<Bytes>>),
    /// A path that steers the emulator says no, in a sentence.
    Control(StatusCode, String),
}

impl V1Code {
    const fn name(self) -> &'static str {
        self.parts().0
    }

    const fn status(self) -> StatusCode {
        self.parts().1
    }

    const fn message(self) -> &'static str {
        self.parts().2
    }

    const fn parts(self) -> (&'static str, StatusCode, &'static str) {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        const MISSING: StatusCode = StatusCode::NOT_FOUND;
        match self {
            Self::ContentLengthRequired => ("ContentLengthRequired", BAD, "Content-Length is required."),
            Self::InvalidUniverseId => ("InvalidUniverseId", BAD, "Invalid universe id."),
            Self::InvalidCursor => ("InvalidCursor", BAD, "Invalid cursor."),
            Self::InvalidVersionId => ("InvalidVersionId", BAD, "Invalid version id."),
            Self::ExistingValueNotNumeric => {
                ("ExistingValueNotNumeric", BAD, "The existing value is not numeric.")
            }
            Self::IncrementValueTooLarge => {
                ("IncrementValueTooLarge", BAD, "The increment value is too large.")
            }
            Self::IncrementValueTooSmall => {
                ("IncrementValueTooSmall", BAD, "The increment value is too small.")
            }
            Self::InvalidDataStoreScope => ("InvalidDataStoreScope", BAD, "Invalid datastore scope."),
            Self::InvalidEntryKey => ("InvalidEntryKey", BAD, "Invalid entry key."),
            Self::InvalidDataStoreName => ("InvalidDataStoreName", BAD, "Invalid datastore name."),
            Self::InvalidStartTime => ("InvalidStartTime", BAD, "Invalid start time."),
            Self::InvalidEndTime => ("InvalidEndTime", BAD, "Invalid end time."),
            Self::InvalidAttributes => ("InvalidAttributes", BAD, "Invalid attributes."),
            Self::InvalidUserIds => ("InvalidUserIds", BAD, "Invalid user ids."),
            Self::ExclusiveCreateAndMatchVersionCannotBeSet => (
                "ExclusiveCreateAndMatchVersionCannotBeSet",
                BAD,
                "Exclusive create and match version cannot be set at the same time.",
            ),
            Self::ContentTooBig => ("ContentTooBig", BAD, "The content is too big."),
            Self::ChecksumMismatch => ("ChecksumMismatch", BAD, "The checksum does not match the content."),
            Self::ContentNotJson => ("ContentNotJson", BAD, "The content is not valid JSON."),
            Self::InvalidSortOrder => ("InvalidSortOrder", BAD, "Invalid sort order."),
            Self::Forbidden => (
                "Forbidden",
                StatusCode::FORBIDDEN,
                "The api key does not have sufficient scope to perform this operation.",
            ),
            Self::DatastoreNotFound => ("DatastoreNotFound", MISSING, "Datastore not found."),
            Self::EntryNotFound => ("EntryNotFound", MISSING, "Entry not found in the datastore."),
            Self::VersionNotFound => ("VersionNotFound", MISSING, "Version not found."),
            Self::TooManyRequests => ("TooManyRequests", StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
            Self::Unknown => ("Unknown", StatusCode::INTERNAL_SERVER_ERROR, "An unknown error occurred."),
        }
    }

    const fn error(self) -> &'static str {
        match self.status() {
            StatusCode::BAD_REQUEST => "INVALID_ARGUMENT",
            StatusCode::FORBIDDEN => "INSUFFICIENT_SCOPE",
            StatusCode::NOT_FOUND => "NOT_FOUND",
            StatusCode::TOO_MANY_REQUESTS => "RESOURCE_EXHAUSTED",
            _ => "INTERNAL",
        }
    }
}

impl V2Code {
    const fn parts(self) -> (&'static str, StatusCode) {
        match self {
            Self::InvalidArgument => ("INVALID_ARGUMENT", StatusCode::BAD_REQUEST),
            Self::PermissionDenied => ("PERMISSION_DENIED", StatusCode::FORBIDDEN),
            Self::NotFound => ("NOT_FOUND", StatusCode::NOT_FOUND),
            Self::Aborted => ("ABORTED", StatusCode::CONFLICT),
            Self::AlreadyExists => ("ALREADY_EXISTS", StatusCode::CONFLICT),
            Self::ResourceExhausted => ("RESOURCE_EXHAUSTED", StatusCode::TOO_MANY_REQUESTS),
            Self::Internal => ("INTERNAL", StatusCode::INTERNAL_SERVER_ERROR),
            Self::Unavailable => ("UNAVAILABLE", StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

impl Refusal {
    /// There is nothing at the path (status and message \[I\]).
    pub(super) const NO_SUCH_PATH: Self = Self::Gateway(StatusCode::NOT_FOUND, "NotFound");
    /// The path does not take the method (status and message \[I\]).
    pub(super) const METHOD_NOT_ALLOWED: Self =
        Self::Gateway(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed");
    /// The key is missing or not accepted.
    pub(super) const INVALID_API_KEY: Self = Self::Gateway(StatusCode::UNAUTHORIZED, "Invalid API Key");

    /// The key may not be used from the caller's address (status and message \[I\]).
    pub(super) const FOREIGN_ADDRESS: Self =
        Self::Gateway(StatusCode::FORBIDDEN, "The API key may not be used from this address");

    /// Refuses an argument of v2, or of ordered data stores v1.
    pub(super) fn argument(message: impl Into<String>) -> Self {
        Self::Status(V2Code::InvalidArgument, message.into())
    }

    /// Refuses a request over a limit (`roblox-apis.md §0.6`); the gateway's words are \[I\].
    pub(super) fn over_limit(family: Option<Family>) -> Self {
        match family {
            None => Self::Gateway(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests"),
            Some(Family::V1) => Self::V1(V1Code::TooManyRequests),
            Some(Family::V2 | Family::OrderedV1) => {
                Self::Status(V2Code::ResourceExhausted, V1Code::TooManyRequests.message().to_owned())
            }
        }
    }

    /// Answers a fault that was asked for, in the shape of the interface it hits.
    pub(super) fn injected(status: StatusCode, family: Option<Family>) -> Self {
        let code = match status {
            StatusCode::TOO_MANY_REQUESTS => "RESOURCE_EXHAUSTED",
            StatusCode::NOT_IMPLEMENTED => "NOT_IMPLEMENTED",
            StatusCode::SERVICE_UNAVAILABLE => "UNAVAILABLE",
            _ => "INTERNAL",
        };
        let message = "An injected fault.";
        let body = match family {
            None => json!({ "errors": [{ "code": 0, "message": message }] }),
            Some(Family::V1) => {
                let name = if status.is_server_error() { "Unknown" } else { "TooManyRequests" };
                let detail = json!({ "errorDetailType": "DatastoreErrorInfo", "datastoreErrorCode": name });
                json!({ "error": code, "message": message, "errorDetails": [detail] })
            }
            Some(Family::V2 | Family::OrderedV1) => json!({ "code": code, "message": message }),
        };
        Self::Reply(Box::new(reply::json(status, body.to_string())))
    }

    /// Writes the refusal as a response.
    pub(super) fn into_reply(self) -> Response<Bytes> {
        let (status, body) = match self {
            Self::Gateway(status, message) => {
                (status, json!({ "errors": [{ "code": 0, "message": message }] }))
            }
            Self::V1(code) => (
                code.status(),
                json!({
                    "error": code.error(),
                    "message": code.message(),
                    "errorDetails": [{
                        "errorDetailType": "DatastoreErrorInfo",
                        "datastoreErrorCode": code.name(),
                    }],
                }),
            ),
            Self::Validation { field, message } => (
                StatusCode::BAD_REQUEST,
                json!({
                    "errors": { field: [message] },
                    "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
                    "title": "One or more validation errors occurred.",
                    "status": 400,
                }),
            ),
            Self::Status(code, message) => {
                let (name, status) = code.parts();
                (status, json!({ "code": name, "message": message }))
            }
            Self::Reply(reply) => return *reply,
            Self::Control(status, message) => (status, json!({ "message": message })),
        };
        reply::json(status, body.to_string())
    }
}

impl From<EmulatorError> for Refusal {
    fn from(error: EmulatorError) -> Self {
        let status = match error {
            EmulatorError::RateOutOfRange { .. } => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::error!(%error, "the emulator could not be steered");
        }
        Self::Control(status, error.to_string())
    }
}

impl Family {
    /// Reads the universe's id; Roblox's are positive 64-bit integers.
    pub(super) fn universe_id(self, text: &str) -> Result<i64, Refusal> {
        let id = text.parse::<i64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        match (id, self) {
            (Some(id @ 1..), _) => Ok(id),
            (Some(_), Self::V1) => Err(Refusal::V1(V1Code::InvalidUniverseId)),
            (None, Self::V1) => Err(Refusal::not_valid("universeId", text)),
            (_, Self::V2 | Self::OrderedV1) => {
                Err(Refusal::argument(format!("Invalid universe id: `{}`.", shortened(text))))
            }
        }
    }

    /// Refuses a query that is not UTF-8.
    pub(super) fn not_utf8(self) -> Refusal {
        let message = "The query is not valid UTF-8.".to_owned();
        match self {
            Self::V1 => Refusal::Validation { field: "query", message },
            Self::V2 | Self::OrderedV1 => Refusal::argument(message),
        }
    }

    /// Refuses a value that is not of its parameter's type.
    pub(super) fn not_valid(self, field: &'static str, value: &str) -> Refusal {
        match self {
            Self::V1 => Refusal::not_valid(field, value),
            Self::V2 | Self::OrderedV1 => {
                Refusal::argument(format!("Invalid value `{}` for `{field}`.", shortened(value)))
            }
        }
    }

    /// Refuses what the caller's key does not allow.
    pub(super) fn forbidden(self) -> Refusal {
        match self {
            Self::V1 => Refusal::V1(V1Code::Forbidden),
            Self::V2 | Self::OrderedV1 => {
                Refusal::Status(V2Code::PermissionDenied, V1Code::Forbidden.message().to_owned())
            }
        }
    }

    /// Tells what a failure of the engine means to the caller.
    ///
    /// A deleted data store is inaccessible and answered like one that does not exist (\[I\], `roblox-apis.md §2.1`).
    pub(super) fn failed(self, error: &StoreError) -> Refusal {
        let code = match error {
            StoreError::StoreNotFound { .. } | StoreError::StoreDeleted { .. } => V1Code::DatastoreNotFound,
            StoreError::EntryNotFound { .. } => V1Code::EntryNotFound,
            StoreError::NotNumeric { .. } => V1Code::ExistingValueNotNumeric,
            StoreError::IncrementOverflow { amount, .. } if *amount < 0 => V1Code::IncrementValueTooSmall,
            StoreError::IncrementOverflow { .. } => V1Code::IncrementValueTooLarge,
            StoreError::Closed => {
                return match self {
                    Self::V1 => Refusal::Gateway(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
                    Self::V2 | Self::OrderedV1 => {
                        Refusal::Status(V2Code::Unavailable, "The service is unavailable.".to_owned())
                    }
                };
            }
            error => {
                tracing::error!(%error, "the emulator's database failed");
                V1Code::Unknown
            }
        };
        if self == Self::V1 {
            return Refusal::V1(code);
        }
        let name = match code.status() {
            StatusCode::NOT_FOUND => V2Code::NotFound,
            StatusCode::BAD_REQUEST => V2Code::InvalidArgument,
            _ => V2Code::Internal,
        };
        Refusal::Status(name, code.message().to_owned())
    }
}

impl Refusal {
    /// Refuses a value of v1 that is not of its parameter's type (`roblox-apis.md §1.4`, third shape).
    fn not_valid(field: &'static str, value: &str) -> Self {
        Self::Validation { field, message: format!("The value '{}' is not valid.", shortened(value)) }
    }
}

/// The start of what a caller sent, to show it back.
fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
