//! The vault's file, and whether it is open.
//!
//! **Invariant:** what is in memory is what the file holds: memory follows after the file was replaced.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use daemon_store::vault::error::VaultError;
use daemon_store::vault::secret::{SecretBytes, SecretText};
use daemon_store::vault::{LockedVault, Opening, Vault};

use crate::config;
use crate::keeper::{Availability, KeeperError, KeeperState, MAKE, Place, remedy, unusable};
use crate::secret::fill_random;

/// Most bytes of a key file that are read.
const LONGEST_KEY_FILE_BYTES: u64 = 64 << 10;

/// Most bytes of a vault that are read: far more than the connections of a person need.
const LARGEST_FILE_BYTES: u64 = 64 << 20;

/// The vault in the data directory.
pub(super) struct VaultFile {
    path: PathBuf,
    state: Mutex<State>,
    /// Held by whoever changes the file or computes a key, one at a time.
    turn: Mutex<()>,
}

enum State {
    Absent,
    Unusable(VaultError),
    Locked(LockedVault),
    Open(Vault),
}

/// Leaves the keys out.
impl std::fmt::Debug for VaultFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("VaultFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl VaultFile {
    /// Reads the file if there is one. A key file opens it, or makes it; one that does neither is an error, for the
    /// operator named it.
    pub(super) fn open(path: PathBuf, key_file: Option<&Path>) -> Result<Self, KeeperError> {
        let bytes = config::read_private_bytes(&path, LARGEST_FILE_BYTES)?;
        let state = match (bytes, key_file) {
            (None, None) => State::Absent,
            (None, Some(key_file)) => {
                let key = read_key_file(key_file)?;
                let vault = Vault::create(&Opening::KeyFile(&key), fill_random)
                    .map_err(|problem| of_key_file(key_file, problem))?;
                write(&path, &vault)?;
                tracing::info!("made a vault that opens with the key file");
                State::Open(vault)
            }
            (Some(bytes), None) => match LockedVault::parse(&bytes) {
                Ok(vault) => State::Locked(vault),
                Err(error) => {
                    tracing::warn!(%error, path = %path.display(), "the vault cannot be used");
                    State::Unusable(error)
                }
            },
            (Some(bytes), Some(key_file)) => {
                let key = read_key_file(key_file)?;
                let locked = LockedVault::parse(&bytes).map_err(|problem| unusable(&path, problem))?;
                let vault = locked.open(&Opening::KeyFile(&key), fill_random);
                State::Open(vault.map_err(|problem| match problem {
                    VaultError::Damaged { .. } => unusable(&path, problem),
                    other => of_key_file(key_file, other),
                })?)
            }
        };
        Ok(Self { path, state: Mutex::new(state), turn: Mutex::new(()) })
    }

    pub(super) fn state(&self) -> KeeperState {
        let (state, opened_by, remedy) = match &*self.lock_state() {
            State::Absent => (Availability::Absent, None, Some(MAKE.to_owned())),
            State::Unusable(problem) => {
                (Availability::Locked, None, Some(unusable(&self.path, *problem).to_string()))
            }
            State::Locked(vault) => {
                let opened_by = vault.opened_by();
                (Availability::Locked, Some(opened_by), Some(remedy(opened_by).to_owned()))
            }
            State::Open(vault) => (Availability::Open, Some(vault.opened_by()), None),
        };
        KeeperState { place: Place::Vault, state, opened_by, remedy }
    }

    pub(super) fn create(&self, passphrase: &SecretText) -> Result<(), KeeperError> {
        let _turn = self.take_turn();
        // A file that came from elsewhere meanwhile is not ours to replace.
        if !matches!(&*self.lock_state(), State::Absent) || self.path.symlink_metadata().is_ok() {
            return Err(KeeperError::Exists { path: self.path.clone() });
        }
        let vault =
            Vault::create(&Opening::Passphrase(passphrase), fill_random).map_err(KeeperError::Vault)?;
        write(&self.path, &vault)?;
        *self.lock_state() = State::Open(vault);
        Ok(())
    }

    /// Opens the vault. When it is open already, the passphrase must be right all the same.
    pub(super) fn unlock(&self, passphrase: &SecretText) -> Result<(), KeeperError> {
        let _turn = self.take_turn();
        let locked = match &*self.lock_state() {
            State::Absent => return Err(KeeperError::NoVault),
            State::Unusable(problem) => return Err(unusable(&self.path, *problem)),
            State::Locked(vault) => vault.clone(),
            State::Open(vault) => self.locked(vault)?,
        };
        let vault =
            locked.open(&Opening::Passphrase(passphrase), fill_random).map_err(|problem| match problem {
                VaultError::Damaged { .. } => unusable(&self.path, problem),
                other => KeeperError::Vault(other),
            })?;
        *self.lock_state() = State::Open(vault);
        Ok(())
    }

    pub(super) fn lock(&self) -> Result<(), KeeperError> {
        let _turn = self.take_turn();
        let locked = match &*self.lock_state() {
            State::Open(vault) => self.locked(vault)?,
            State::Absent => return Err(KeeperError::NoVault),
            State::Unusable(_) | State::Locked(_) => return Ok(()),
        };
        *self.lock_state() = State::Locked(locked);
        Ok(())
    }

    pub(super) fn get(&self, id: &str) -> Result<Option<SecretText>, KeeperError> {
        let state = self.lock_state();
        self.opened(&state)?.get(id).map_err(|problem| unusable(&self.path, problem))
    }

    /// Replaces the file by what `change` makes of it, then follows in memory.
    pub(super) fn change(
        &self,
        change: impl FnOnce(&Vault) -> Result<Vault, VaultError>,
    ) -> Result<(), KeeperError> {
        let _turn = self.take_turn();
        let changed = change(self.opened(&self.lock_state())?).map_err(KeeperError::Vault)?;
        write(&self.path, &changed)?;
        *self.lock_state() = State::Open(changed);
        Ok(())
    }

    fn opened<'a>(&self, state: &'a State) -> Result<&'a Vault, KeeperError> {
        match state {
            State::Absent => Err(KeeperError::Absent),
            State::Unusable(problem) => Err(unusable(&self.path, *problem)),
            State::Locked(vault) => Err(KeeperError::Locked { remedy: remedy(vault.opened_by()) }),
            State::Open(vault) => Ok(vault),
        }
    }

    /// The same vault without its key.
    fn locked(&self, vault: &Vault) -> Result<LockedVault, KeeperError> {
        vault
            .to_bytes()
            .and_then(|bytes| LockedVault::parse(&bytes))
            .map_err(|problem| unusable(&self.path, problem))
    }

    fn take_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(path: &Path, vault: &Vault) -> Result<(), KeeperError> {
    let bytes = vault.to_bytes().map_err(|problem| unusable(path, problem))?;
    Ok(config::write_private(path, &bytes)?)
}

fn read_key_file(path: &Path) -> Result<SecretBytes, KeeperError> {
    config::read_private_bytes(path, LONGEST_KEY_FILE_BYTES)?
        .map(SecretBytes::new)
        .ok_or_else(|| KeeperError::NoKeyFile { path: path.to_owned() })
}

fn of_key_file(path: &Path, problem: VaultError) -> KeeperError {
    KeeperError::KeyFile { path: path.to_owned(), problem }
}
