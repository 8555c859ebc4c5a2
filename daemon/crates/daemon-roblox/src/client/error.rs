//! What can go wrong between us and Roblox, told apart by what to do about it.

use std::time::Duration;

use thiserror::Error;

use crate::client::entry::CloudEntry;
use crate::governor::GovernorError;

/// Why a request did not do what was asked. Each text is one sentence that says what to do.
#[derive(Debug, Error)]
pub enum CloudError {
    /// The governor gave no permit; nothing was sent.
    #[error(transparent)]
    NoPermit(#[from] GovernorError),
    /// Nothing was sent.
    #[error("nothing was sent to `{host}`: {reason}")]
    NotSent {
        /// Where it should have gone.
        host: String,
        /// Why it did not.
        reason: NotSent,
    },
    /// Roblox did not accept the request; nothing was changed.
    #[error("Roblox refused the request ({status} {code}): {message}; correct what it names, then repeat")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Roblox's own code, or the status's name.
        code: String,
        /// Roblox's message.
        message: String,
    },
    /// The entry is not as the writer expected; nothing was changed.
    #[error(
        "the entry was changed since it was read; nothing was written: look at it as it is now, then repeat"
    )]
    Conflict {
        /// The entry as it is now; none when it is gone, or the reply did not tell.
        current: Option<Box<CloudEntry>>,
    },
    /// Too many requests; nothing was changed.
    #[error("Roblox has too many requests from this experience or key owner ({message}); {}", wait(*.retry_after))]
    Throttled {
        /// How long Roblox asks to wait.
        retry_after: Option<Duration>,
        /// Roblox's message.
        message: String,
    },
    /// The key is not accepted at all.
    #[error(
        "Roblox does not accept the API key ({message}); check in Creator Hub that it is enabled, not expired and allowed from this address, or connect with a new one"
    )]
    Unauthorised {
        /// Roblox's message.
        message: String,
    },
    /// The key may not do this.
    #[error("the API key may not do this ({message}); {}", missing(*.permission))]
    Forbidden {
        /// The permission that the operation needs, where it needs one (`roblox-apis.md §0.5`).
        permission: Option<&'static str>,
        /// Roblox's message.
        message: String,
    },
    /// There is no such thing.
    #[error(
        "Roblox did not find it ({code}): {message}; check experience, data store, scope and key, case included"
    )]
    NotFound {
        /// Roblox's own code.
        code: String,
        /// Roblox's message.
        message: String,
    },
    /// The reply pointed elsewhere, where the key must not go.
    #[error(
        "the reply ({status}) redirects to another address, which is not followed because of the key; set the base URL to the final address, or bypass the proxy that redirects"
    )]
    Redirected {
        /// The HTTP status.
        status: u16,
    },
    /// A reply to a read that cannot be used.
    #[error("the reply cannot be used: {problem}; repeat, and look for a proxy in between if it stays so")]
    NotUnderstood {
        /// What is wrong with it.
        problem: String,
    },
    /// A read that was not answered.
    #[error("Roblox did not answer ({cause}); repeat later")]
    Unanswered {
        /// What was seen of it.
        cause: String,
    },
    /// A change of which nobody knows whether it was made (S-32).
    #[error("nobody knows whether the change was made ({cause}); read it back before doing it again")]
    OutcomeUnknown {
        /// What was seen of it.
        cause: String,
    },
    /// The name cannot be written into the path that the operation needs.
    #[error(
        "`{name}` cannot be addressed by this operation; it works for names of plain ASCII without `/`, `@`, `:` and `%`"
    )]
    NotAddressable {
        /// The name.
        name: String,
    },
}

/// Why nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotSent {
    /// The name of the host is not known.
    #[error("its address was not found; check the network connection and the base URL")]
    Dns,
    /// There is no connection to it.
    #[error("no connection ({0}); check the network connection, the firewall and the base URL")]
    Connect(String),
    /// The connection could not be made within the deadline.
    #[error("it did not accept a connection in time; check the network connection and repeat")]
    Timeout,
    /// No trusted connection.
    #[error(
        "no secure connection ({0}); check the date of this computer, and for a proxy that replaces certificates"
    )]
    Tls(String),
    /// The request could not even be made.
    #[error("the request could not be written ({0}); report this as a defect")]
    Request(String),
}

impl CloudError {
    /// Whether it is certain that nothing was changed at Roblox.
    pub fn is_without_effect(&self) -> bool {
        !matches!(self, Self::OutcomeUnknown { .. })
    }
}

fn missing(permission: Option<&'static str>) -> String {
    match permission {
        Some(permission) => {
            format!("add the permission `{permission}` for this experience to it in Creator Hub")
        }
        None => {
            "check in Creator Hub from which addresses it is accepted, and the state of its owner".to_owned()
        }
    }
}

fn wait(retry_after: Option<Duration>) -> String {
    match retry_after {
        Some(wait) => format!("repeat in {} seconds", wait.as_secs().max(1)),
        None => "repeat later".to_owned(),
    }
}
