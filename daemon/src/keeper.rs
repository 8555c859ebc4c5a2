//! Where the keys of cloud connections lie (S-55): the operating system's key store, or a vault in the data directory.
//!
//! The system's store is used where there is one (Windows' Credential Manager, macOS' Keychain). The vault is used where
//! there is none, which is on Linux, and wherever the operator names a key file or a vault is there already. It is one of
//! the two for the whole life of a process, so that nobody has to ask where a key is.
//!
//! The keeper knows ids and texts. It does not know what a connection is, nor what a key may do.
//!
//! **Invariant:** a key is on disk only encrypted, or in the system's own store.
//!
//! **Invariant:** what [`KeyKeeper::put`] or [`KeyKeeper::remove`] answered is on disk, and a kill at any moment leaves the
//! vault as it was or as it was to be.
//!
//! **Invariant:** no error repeats a secret.

pub mod system;

mod vault_file;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use daemon_store::vault::error::VaultError;
use daemon_store::vault::secret::SecretText;
use daemon_store::vault::{LONGEST_ID_BYTES, OpenedBy};

use crate::config::{ConfigError, DataDirectory};
use crate::keeper::system::{SecretStore, SystemError};
use crate::keeper::vault_file::VaultFile;

/// How to make a vault.
const MAKE: &str =
    "make one with `dsmp vault create` or in the dashboard, or name a key file with `--vault-key-file`";

/// How to open a vault that has a passphrase.
const OPEN: &str = "open it with `dsmp vault open` while the daemon runs, or in the dashboard";

/// How to open a vault that has a key file.
const NAME_KEY_FILE: &str = "start the daemon again with `--vault-key-file FILE` or `DSMP_VAULT_KEY_FILE`, naming the file that the vault was made with";

/// What the operator says about keys.
#[derive(Clone, Debug, Default)]
pub struct KeySettings {
    /// The file that opens the vault, if one is named.
    pub key_file: Option<PathBuf>,
    /// The system's key store; `None` when it has none, and in tests, which must not touch a real one.
    pub system: Option<Arc<dyn SecretStore>>,
}

/// What keeps the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The operating system's key store.
    System,
    /// The vault in the data directory.
    Vault,
}

/// Whether keys can be kept and used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// There is no vault yet.
    Absent,
    /// The vault is closed.
    Locked,
    /// They can.
    Open,
}

/// How the keys lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeeperState {
    /// What keeps them.
    pub place: Place,
    /// Whether they can be used.
    pub state: Availability,
    /// What opens the vault; `None` for the system's store, and while there is no vault.
    pub opened_by: Option<OpenedBy>,
    /// How to make or open the vault, as a sentence; `None` when keys can be used.
    pub remedy: Option<String>,
}

/// Why a key was not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The vault is closed.
    #[error("the vault that holds the keys is locked; {remedy}")]
    Locked {
        /// What to do.
        remedy: &'static str,
    },
    /// There is no vault.
    #[error("there is no vault to keep keys in; {MAKE}")]
    Absent,
    /// There is no vault to open or close.
    #[error("there is no vault yet; {MAKE}")]
    NoVault,
    /// There is one already.
    #[error("there is a vault already; open it, or move `{}` away to make a new one without its keys", .path.display())]
    Exists {
        /// Its file.
        path: PathBuf,
    },
    /// The system's own store keeps the keys.
    #[error("this system keeps keys in its own key store, which opens when you log in; no vault is needed")]
    NoVaultNeeded,
    /// The vault's file cannot be used as it is.
    #[error("vault `{}` cannot be used: {problem}", .path.display())]
    Unusable {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        problem: VaultError,
    },
    /// The key file does not do.
    #[error("key file `{}`: {problem}", .path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: VaultError,
    },
    /// The key file is not there.
    #[error("key file `{}` does not exist; check its name, or make one with `dsmp vault new-key-file`", .path.display())]
    NoKeyFile {
        /// The name.
        path: PathBuf,
    },
    /// A passphrase or a secret does not do.
    #[error(transparent)]
    Vault(VaultError),
    /// An id that no store takes.
    #[error("`{id}` cannot name a key")]
    IdInvalid {
        /// The id.
        id: String,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] ConfigError),
    /// The system's key store refused.
    #[error(transparent)]
    System(#[from] SystemError),
    /// The work was cut off.
    #[error("the work on the keys was cut off; look whether it was done, then repeat it")]
    CutOff,
}

/// Keeps keys; cheap to clone.
#[derive(Clone, Debug)]
pub struct KeyKeeper(Arc<Keys>);

#[derive(Debug)]
enum Keys {
    System(Arc<dyn SecretStore>),
    Vault(VaultFile),
}

impl KeyKeeper {
    /// Chooses the place, and opens the vault when a key file is named, making it when there is none. Blocks.
    pub fn open(directory: &DataDirectory, settings: &KeySettings) -> Result<Self, KeeperError> {
        let path = directory.vault();
        let has_vault = path.symlink_metadata().is_ok();
        let keys = match &settings.system {
            Some(store) if settings.key_file.is_none() && !has_vault => Keys::System(Arc::clone(store)),
            _ => Keys::Vault(VaultFile::open(path, settings.key_file.as_deref())?),
        };
        Ok(Self(Arc::new(keys)))
    }

    /// Keeps a secret under `id` (1 to 200 of `A-Z a-z 0-9 . _ : / -`), in place of one that is there.
    pub async fn put(&self, id: &str, secret: &SecretText) -> Result<(), KeeperError> {
        let (id, secret) = (checked(id)?, secret.clone());
        self.blocking(move |keys| match keys {
            Keys::System(store) => Ok(store.put(&id, &secret)?),
            Keys::Vault(file) => file.change(|vault| vault.with(&id, &secret)),
        })
        .await
    }

    /// The secret of `id`; `None` when there is none.
    pub async fn get(&self, id: &str) -> Result<Option<SecretText>, KeeperError> {
        let id = checked(id)?;
        self.blocking(move |keys| match keys {
            Keys::System(store) => Ok(store.get(&id)?),
            Keys::Vault(file) => file.get(&id),
        })
        .await
    }

    /// Removes the secret of `id`, if there is one.
    pub async fn remove(&self, id: &str) -> Result<(), KeeperError> {
        let id = checked(id)?;
        self.blocking(move |keys| match keys {
            Keys::System(store) => Ok(store.remove(&id)?),
            Keys::Vault(file) => file.change(|vault| Ok(vault.without(&id))),
        })
        .await
    }

    /// How the keys lie.
    pub fn state(&self) -> KeeperState {
        match self.0.as_ref() {
            Keys::System(_) => {
                KeeperState { place: Place::System, state: Availability::Open, opened_by: None, remedy: None }
            }
            Keys::Vault(file) => file.state(),
        }
    }

    /// Makes a vault under a passphrase, and leaves it open.
    pub async fn create_vault(&self, passphrase: SecretText) -> Result<(), KeeperError> {
        self.blocking(move |keys| keys.vault()?.create(&passphrase)).await
    }

    /// Opens the vault with its passphrase.
    pub async fn open_vault(&self, passphrase: SecretText) -> Result<(), KeeperError> {
        self.blocking(move |keys| keys.vault()?.unlock(&passphrase)).await
    }

    /// Closes the vault: its key is wiped from memory. One that is closed stays so.
    pub async fn close_vault(&self) -> Result<(), KeeperError> {
        self.blocking(|keys| keys.vault()?.lock()).await
    }

    /// Runs what computes or waits for a disk or another program, out of the way of other requests; it is finished also
    /// when nobody waits any more.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Keys) -> Result<T, KeeperError> + Send + 'static,
    ) -> Result<T, KeeperError> {
        let keys = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&keys)).await.map_err(|_| KeeperError::CutOff)?
    }
}

impl Keys {
    fn vault(&self) -> Result<&VaultFile, KeeperError> {
        match self {
            Self::System(_) => Err(KeeperError::NoVaultNeeded),
            Self::Vault(file) => Ok(file),
        }
    }
}

fn checked(id: &str) -> Result<String, KeeperError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
    if (1..=LONGEST_ID_BYTES).contains(&id.len()) && id.bytes().all(is_plain) {
        Ok(id.to_owned())
    } else {
        Err(KeeperError::IdInvalid { id: id.to_owned() })
    }
}

/// How to open a vault that opens by this.
fn remedy(opened_by: OpenedBy) -> &'static str {
    match opened_by {
        OpenedBy::Passphrase => OPEN,
        OpenedBy::KeyFile => NAME_KEY_FILE,
    }
}

fn unusable(path: &Path, problem: VaultError) -> KeeperError {
    KeeperError::Unusable { path: path.to_owned(), problem }
}
