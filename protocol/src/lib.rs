//! The wire between the daemon and its faces: every message, the catalogue of operations, and the error codes.
//!
//! The daemon, the CLI and the tests use these types directly; the plugin and the dashboard use files generated
//! from them by `cargo xtask codegen`. `protocol/README.md` is the specification in prose. This crate does not
//! do I/O, does not know who may do what, and holds no rules about data stores.
//!
//! **Invariant:** JSON is camelCase, holds no maps with free keys, and carries ids and 64-bit integers as strings,
//! because Luau's `HttpService` turns `{}` into `[]` and loses integers beyond 2^53.
//!
//! **Invariant:** requests refuse unknown fields; answers and events may grow fields within one version.
//!
//! **Invariant:** saved values travel as raw JSON text ([`RawJson`]) and are never re-encoded.

mod access;
mod catalogue;
mod envelope;
mod error;
mod events;
mod hello;
mod ids;
pub mod operations;
mod raw;
mod secret;
#[cfg(feature = "schema")]
pub mod schema;

pub use access::{
    ClaimPairingRequest, ClaimPairingResponse, Exchange, PairingState, ProveRequest, ProveResponse,
    RequestPairingRequest, RequestPairingResponse, SignInRequest, SignInResponse, StudioIdentity,
    proof_message,
};
pub use catalogue::{
    AuditEvent, CATALOGUE, Cost, Declaration, Effect, Feature, Method, Operation, OperationName, Parameter,
    ParameterKind, Permission,
};
pub use envelope::{
    Frame, MessageType, OpenError, Opened, join_body, leading_member, members, open_frame, seal_frame,
    split_body,
};
pub use error::{ErrorBody, ErrorCode};
pub use events::{
    BudgetChanged, ChangeKind, ChangesetsChanged, ConnectionsChanged, DatastoresChanged, EntriesChanged,
    EventName, Heartbeat, JobsChanged, PairingsChanged, ResyncRequired, Subscribe, Subscribed, Unsubscribe,
    Unsubscribed,
};
pub use hello::{ClientKind, Hello, HelloClient, Principal, Role, Welcome};
pub use ids::{
    ChangeSetId, ConnectionId, InstanceId, Integer64, JobId, PairingId, RequestId, Revision, StudioSessionId,
    TokenId, UserId, UtcTime,
};
pub use raw::RawJson;
pub use secret::SecretText;

/// The protocol version this build speaks. Raised by every change an older client would misread.
pub const PROTOCOL_VERSION: u32 = 1;

/// The oldest protocol version this build still accepts from a client.
pub const OLDEST_PROTOCOL_VERSION: u32 = 1;

/// The TCP port the daemon listens on unless told otherwise.
pub const DEFAULT_PORT: u16 = 23767;

/// Most seconds between two messages of the daemon on an open socket (`roblox-apis.md` §5.2: Studio's stream
/// clients end after about 20 s of silence).
pub const HEARTBEAT_SECONDS: u32 = 10;

/// Largest WebSocket frame accepted or sent, in bytes (S-06).
pub const FRAME_LIMIT_BYTES: usize = 1 << 20;

/// Largest WebSocket message accepted or sent, in bytes (S-06). Longer ones travel in several frames up to this.
pub const MESSAGE_LIMIT_BYTES: usize = 8 << 20;
