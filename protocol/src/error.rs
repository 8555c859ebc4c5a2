//! The one table of error codes, and the body every refusal has.

use serde::{Deserialize, Serialize};

use crate::ids::RequestId;
use crate::operations::entries::Entry;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal;)*) => {
        /// Why a request was refused. Clients branch on this, never on the message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it stands on the wire, for example `DS001`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Finds a code by its text.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.code() == code)
            }

            /// The HTTP status that carries it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
        }
    };
}

error_codes! {
    /// The data store does not exist.
    DatastoreNotFound = "DS001", 404;
    /// The connection's key lacks the permission for this data store, is not accepted, or cannot be used.
    SourceAccessDenied = "DS002", 403;
    /// Roblox, or our own share of its budget, allows no request right now.
    SourceThrottled = "DS003", 429;
    /// The value is over 4,194,304 bytes (`roblox-apis.md` §4.8).
    ValueTooLarge = "DS004", 413;
    /// No entry under this key, or it is removed.
    EntryNotFound = "DS005", 404;
    /// The entry was changed since the revision the caller saw; nothing was written.
    Conflict = "DS006", 409;
    /// The outcome of a write is not known; it is being read back.
    OutcomeUnknown = "DS007", 504;
    /// A game server holds this entry.
    HeldLive = "DS008", 423;
    /// The connection is read-only, and the caller has not unlocked it.
    ReadOnly = "DS009", 403;
    /// Roblox cannot be reached.
    SourceUnreachable = "DS010", 503;
    /// The value cannot be stored as JSON by Roblox, or an edit does not fit the value it names.
    NotStorable = "DS011", 422;
    /// The edit would break the data library's envelope.
    EnvelopeBroken = "DS012", 422;
    /// The revision can no longer be read.
    RevisionGone = "DS013", 404;
    /// Attributes or user ids break a limit (`roblox-apis.md` §4.8).
    MetadataInvalid = "DS014", 422;
    /// A data store name, key or scope breaks a rule (`roblox-apis.md` §4.8).
    NameInvalid = "DS015", 400;
    /// The value is not JSON, or nests too deep.
    ValueInvalid = "DS016", 400;
    /// The daemon's database cannot be opened or written.
    DatabaseUnavailable = "GEN001", 500;
    /// The daemon is not running. Used by clients; the daemon itself cannot answer it.
    DaemonUnreachable = "GEN002", 503;
    /// A setting is outside its range.
    SettingInvalid = "GEN003", 400;
    /// Client and daemon have no protocol version in common.
    VersionMismatch = "GEN004", 426;
    /// The audit log cannot be written, so changes are stopped.
    AuditUnavailable = "GEN005", 503;
    /// The caller's role does not permit the operation.
    PermissionDenied = "GEN006", 403;
    /// The request is not understood: a field, a cursor or a page size.
    RequestInvalid = "GEN007", 400;
    /// The caller is not signed in.
    NotSignedIn = "GEN008", 401;
    /// No such connection, token, session or route.
    NotFound = "GEN009", 404;
    /// One of the daemon's own limits is reached.
    LimitReached = "GEN010", 429;
    /// Something unexpected failed inside the daemon; the cause is in its log under the request id.
    Internal = "GEN011", 500;
}

/// The body of every refusal, over HTTP and on a socket (there with `type: "error"`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// What kind of refusal; the only member to branch on.
    pub code: ErrorCode,
    /// What happened, on what, and what to do. Its wording may change.
    pub message: String,
    /// The correlation id under which the daemon's log has the cause.
    pub request_id: RequestId,
    /// With [`ErrorCode::Conflict`]: the entry as it is now. Absent when it no longer exists, and for Studio, which must
    /// not decode values and reads rows instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Box<Entry>>,
}
