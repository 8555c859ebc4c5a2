//! Who calls: from a credential to a [`Caller`].
//!
//! Four kinds of credential open the daemon: an API token, a dashboard session (cookie *and* tab token), a paired
//! Studio's proof, and the proof of a local command. Until people have accounts of their own, whoever owns the data
//! directory is the owner.
//!
//! **Invariant:** everything secret derives from the data directory's root key, or from this run's pairing key;
//! neither leaves the process except into the 0600 files and the plugin's own file.

use daemon_core::permission::Role;
use daemon_core::time::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::gate::proofs::Proofs;
use crate::gate::sessions::Sessions;
use crate::gate::tokens::Tokens;
use crate::secret::Secret;

/// The principal id of the person who owns the data directory.
pub const OWNER: &str = "owner";

/// Who calls, and until when that holds.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The principal: `owner` or `token:<id>`. What belongs to one is not seen by another (S-15).
    pub id: String,
    /// A name for people.
    pub name: String,
    /// What its rights come from.
    pub role: Role,
    /// How it proved who it is.
    pub credential: Credential,
    /// Cancelled when the credential is revoked or the session ended: sockets close then (S-16).
    pub revoked: CancellationToken,
    /// When the credential ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
}

/// How a caller proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A command on this machine that read `daemon.json`, or that works on the data directory itself.
    Command,
    /// A tab of a dashboard session.
    Session {
        /// The session's id.
        session: String,
    },
    /// An API token.
    Token {
        /// The token's id.
        token: String,
    },
    /// A paired Studio.
    Studio {
        /// Its token's id.
        token: String,
    },
}

impl Caller {
    /// The owner, as local commands are.
    pub fn owner() -> Self {
        Self {
            id: OWNER.into(),
            name: OWNER.into(),
            role: Role::SuperAdmin,
            credential: Credential::Command,
            revoked: CancellationToken::new(),
            expires_at: None,
        }
    }

    /// A caller of a role, without any credential behind it.
    #[cfg(test)]
    pub(crate) fn for_tests(role: Role) -> Self {
        Self { role, ..Self::owner() }
    }
}

/// Everything that tells who calls.
#[derive(Debug)]
pub struct Identity {
    /// API tokens and paired Studios.
    pub tokens: Tokens,
    /// Dashboard sessions and the codes that start them.
    pub sessions: Sessions,
    /// Proofs between the daemon and those who share a key with it.
    pub proofs: Proofs,
}

impl Identity {
    /// Over the state database, with the data directory's key and this run's.
    pub fn new(store: daemon_store::state::StateStore, root: &Secret, pairing: Secret, clock: Clock) -> Self {
        let tokens = Tokens::new(store, root, clock.clone());
        Self {
            sessions: Sessions::new(root, tokens.clone(), clock.clone()),
            proofs: Proofs::new(pairing, tokens.clone(), clock),
            tokens,
        }
    }
}
