//! An envelope for secrets at rest: one file whose content nobody can read, or change unnoticed, without the passphrase
//! or key file it was made with (S-55, S-56).
//!
//! A random *data key* encrypts each secret by itself. The data key stands in the file too, encrypted under a *wrapping
//! key*, which the passphrase or key file gives. So the secrets need not be encrypted anew when what opens them changes,
//! and neither key is ever on disk.
//!
//! It turns bytes into secrets and back. It does not know where the bytes lie, nor what the secrets are for; randomness
//! is given to it.
//!
//! It is one file, and no table of the state database: the whole of it is sealed, so that nobody can put one old secret
//! back, or take one away; a database keeps old pages in its log and its backups, and a file that is replaced does not;
//! and it can be moved, or thrown away, by itself. A whole older copy of the file opens like any other: nothing outside it
//! remembers how new it was.
//!
//! **Invariant:** every byte of the file is authenticated: under the data key, as part of what the data key's own
//! encryption is bound to, or by having only one value that is accepted.
//!
//! **Invariant:** a secret is bound to its id and its key's version; in another's place it does not open.
//!
//! **Invariant:** a file that is damaged or newer is an error, and nothing else is made in its place.

pub mod error;
pub mod secret;

mod cipher;
mod derivation;
mod format;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::vault::cipher::{DataKey, NONCE_BYTES};
use crate::vault::derivation::{Derivation, wrapping_key};
use crate::vault::error::VaultError;
use crate::vault::format::{Contents, Header, Record};
use crate::vault::secret::{SecretBytes, SecretText};

/// Fewest characters of a passphrase.
pub const SHORTEST_PASSPHRASE: usize = 8;

/// Most bytes of a passphrase.
pub const LONGEST_PASSPHRASE_BYTES: usize = 1_024;

/// Fewest bytes of a key file.
pub const SHORTEST_KEY_FILE_BYTES: usize = 32;

/// Most bytes of one secret.
pub const LONGEST_SECRET_BYTES: usize = 65_536;

/// Most bytes of a secret's id.
pub const LONGEST_ID_BYTES: usize = 200;

/// Most secrets in a vault.
pub const MOST_SECRETS: usize = 10_000;

/// Fills bytes from the system's secure source of randomness.
pub type RandomSource = fn(&mut [u8]);

/// What opens a vault.
#[derive(Clone, Copy)]
pub enum Opening<'a> {
    /// Words a person knows.
    Passphrase(&'a SecretText),
    /// The bytes of a file the operator keeps.
    KeyFile(&'a SecretBytes),
}

/// Which of the two opens a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenedBy {
    /// A passphrase.
    Passphrase,
    /// A key file.
    KeyFile,
}

/// A vault's file, read but not opened.
#[derive(Clone)]
pub struct LockedVault {
    bytes: Vec<u8>,
    contents: Contents,
}

/// An open vault. Its secrets stay encrypted in memory until one is asked for.
///
/// ```compile_fail
/// fn print(vault: &daemon_store::vault::Vault) {
///     println!("{vault:?}");
/// }
/// ```
#[derive(Clone)]
pub struct Vault {
    header: Header,
    key: DataKey,
    records: BTreeMap<String, Record>,
    random: RandomSource,
}

impl Opening<'_> {
    /// Which kind it is.
    pub fn kind(&self) -> OpenedBy {
        match self {
            Self::Passphrase(_) => OpenedBy::Passphrase,
            Self::KeyFile(_) => OpenedBy::KeyFile,
        }
    }

    /// Refuses what is too short to protect anything.
    fn check(&self) -> Result<(), VaultError> {
        match self {
            Self::Passphrase(passphrase) if passphrase.expose().chars().count() < SHORTEST_PASSPHRASE => {
                Err(VaultError::PassphraseTooShort)
            }
            Self::Passphrase(passphrase) if passphrase.expose().len() > LONGEST_PASSPHRASE_BYTES => {
                Err(VaultError::PassphraseTooLong)
            }
            Self::KeyFile(bytes) if bytes.expose().len() < SHORTEST_KEY_FILE_BYTES => {
                Err(VaultError::KeyFileTooShort)
            }
            _ => Ok(()),
        }
    }
}

impl LockedVault {
    /// Reads a file's content as far as it can be without opening it.
    pub fn parse(bytes: &[u8]) -> Result<Self, VaultError> {
        Ok(Self { bytes: bytes.to_vec(), contents: format::parse(bytes)? })
    }

    /// What opens it.
    pub fn opened_by(&self) -> OpenedBy {
        self.contents.header.derivation.opened_by()
    }

    /// Opens it, and checks every byte. Takes a while, and memory, with a passphrase: that is what guards it.
    pub fn open(&self, opening: &Opening<'_>, random: RandomSource) -> Result<Vault, VaultError> {
        let header = &self.contents.header;
        if opening.kind() != self.opened_by() {
            return Err(VaultError::OtherOpening { needs: self.opened_by() });
        }
        let wrapping = wrapping_key(&header.derivation, &header.salt, opening)?;
        let key = wrapping
            .open(&header.wrap_nonce, &format::wrap_context(header), &header.wrapped_key)
            .and_then(|bytes| DataKey::from_slice(&bytes))
            .ok_or(match opening {
                Opening::Passphrase(_) => VaultError::WrongPassphrase,
                Opening::KeyFile(_) => VaultError::WrongKeyFile,
            })?;
        let (sealed, seal) = format::split_seal(&self.bytes)?;
        key.open(&seal.nonce, &format::seal_context(sealed), &seal.tag)
            .ok_or(VaultError::Damaged { problem: "its seal is broken" })?;
        let mut records = BTreeMap::new();
        for (id, record) in &self.contents.records {
            key.open(&record.nonce, &format::record_context(header, id), &record.sealed)
                .ok_or(VaultError::Damaged { problem: "a secret in it was changed" })?;
            records.insert(id.clone(), record.clone());
        }
        Ok(Vault { header: header.clone(), key, records, random })
    }
}

impl Vault {
    /// Makes an empty one that opens with this from now on.
    pub fn create(opening: &Opening<'_>, random: RandomSource) -> Result<Self, VaultError> {
        Self::create_with(opening, Derivation::of(opening.kind()), random)
    }

    fn create_with(
        opening: &Opening<'_>,
        derivation: Derivation,
        random: RandomSource,
    ) -> Result<Self, VaultError> {
        opening.check()?;
        let key = DataKey::random(random);
        let mut header = Header::new(derivation, random);
        let wrapping = wrapping_key(&header.derivation, &header.salt, opening)?;
        header.wrapped_key =
            key.wrapped_under(&wrapping, &header.wrap_nonce, &format::wrap_context(&header))?;
        Ok(Self { header, key, records: BTreeMap::new(), random })
    }

    /// What opens it.
    pub fn opened_by(&self) -> OpenedBy {
        self.header.derivation.opened_by()
    }

    /// How many secrets it holds.
    pub fn count(&self) -> usize {
        self.records.len()
    }

    /// The same vault, with a secret under `id`, in place of one that is there.
    pub fn with(&self, id: &str, secret: &SecretText) -> Result<Self, VaultError> {
        if id.is_empty() || id.len() > LONGEST_ID_BYTES {
            return Err(VaultError::IdInvalid);
        }
        if secret.expose().len() > LONGEST_SECRET_BYTES {
            return Err(VaultError::SecretTooLong);
        }
        let mut changed = self.clone();
        let nonce = self.nonce();
        let context = format::record_context(&self.header, id);
        let sealed = self.key.seal(&nonce, &context, secret.expose().as_bytes())?;
        changed.records.insert(id.to_owned(), Record { nonce, sealed });
        if changed.records.len() > MOST_SECRETS {
            return Err(VaultError::Full);
        }
        Ok(changed)
    }

    /// The same vault, without the secret of `id`.
    pub fn without(&self, id: &str) -> Self {
        let mut changed = self.clone();
        changed.records.remove(id);
        changed
    }

    /// The secret of `id`.
    pub fn get(&self, id: &str) -> Result<Option<SecretText>, VaultError> {
        let Some(record) = self.records.get(id) else { return Ok(None) };
        self.key
            .open(&record.nonce, &format::record_context(&self.header, id), &record.sealed)
            .and_then(|plain| SecretText::from_bytes(&plain))
            .map(Some)
            .ok_or(VaultError::Damaged { problem: "a secret in it was changed" })
    }

    /// Whether there is a secret of `id`.
    pub fn contains(&self, id: &str) -> bool {
        self.records.contains_key(id)
    }

    /// The file's content; another one each time, for its seal is new.
    pub fn to_bytes(&self) -> Result<Vec<u8>, VaultError> {
        let mut bytes = format::write(&self.header, &self.records)?;
        let nonce = self.nonce();
        let tag = self.key.seal(&nonce, &format::seal_context(&bytes), &[])?;
        format::append_seal(&mut bytes, &nonce, &tag);
        Ok(bytes)
    }

    /// 96 random bits: of the 2^32 uses that are safe under one key (NIST SP 800-38D §8.3), a vault sees a few thousand.
    fn nonce(&self) -> [u8; NONCE_BYTES] {
        let mut nonce = [0; NONCE_BYTES];
        (self.random)(&mut nonce);
        nonce
    }
}
