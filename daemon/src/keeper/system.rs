//! The operating systems' key stores, behind one trait.
//!
//! Windows and macOS have one for every account. Linux has none that is always there: on servers and in CI nobody is
//! logged in to a desktop, so the vault is used.

#[cfg(windows)]
mod credentials;
#[cfg(any(target_os = "macos", all(unix, test)))]
mod keychain;

use std::fmt;
use std::sync::Arc;

use daemon_store::vault::secret::SecretText;

/// Keeps secrets by id. Its functions block, on other programs and on persons whom the system asks.
pub trait SecretStore: fmt::Debug + Send + Sync {
    /// Keeps a secret, in place of one that is there.
    fn put(&self, id: &str, secret: &SecretText) -> Result<(), SystemError>;

    /// The secret of `id`; `None` when there is none.
    fn get(&self, id: &str) -> Result<Option<SecretText>, SystemError>;

    /// Removes the secret of `id`, if there is one.
    fn remove(&self, id: &str) -> Result<(), SystemError>;
}

/// Why a system's key store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// It refused.
    #[error("{store} refused to {action} a key ({problem}); {remedy}")]
    Refused {
        /// Its name.
        store: &'static str,
        /// What was asked.
        action: &'static str,
        /// What it said.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The secret is longer than it takes.
    #[error(
        "the key has more than {limit} bytes, which is the most {store} takes; check what was pasted, or use a vault with `--vault-key-file`"
    )]
    TooLong {
        /// Its name.
        store: &'static str,
        /// Its limit, in bytes.
        limit: usize,
    },
}

/// This system's key store, if it has one.
#[cfg(windows)]
pub fn system_store() -> Option<Arc<dyn SecretStore>> {
    Some(Arc::new(credentials::CredentialManager))
}

/// This system's key store, if it has one.
#[cfg(target_os = "macos")]
pub fn system_store() -> Option<Arc<dyn SecretStore>> {
    Some(Arc::new(keychain::Keychain::system()))
}

/// This system's key store, if it has one.
#[cfg(not(any(windows, target_os = "macos")))]
pub fn system_store() -> Option<Arc<dyn SecretStore>> {
    None
}
