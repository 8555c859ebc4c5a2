//! From a passphrase or a key file to the key that wraps the data key.
//!
//! Argon2id (RFC 9106) for passphrases, which are guessable, so that each guess costs time and memory; HKDF-SHA256
//! (RFC 5869) for key files, which are not.

use argon2::{Algorithm, Argon2, Params, Version};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::vault::cipher::{DataKey, KEY_BYTES};
use crate::vault::error::VaultError;
use crate::vault::{OpenedBy, Opening};

/// Bytes of the salt.
pub(super) const SALT_BYTES: usize = 16;

/// What HKDF is bound to.
const KEY_FILE_LABEL: &[u8] = b"dsmp vault key file 1";

/// Memory of one guess: 64 MiB, as RFC 9106 §4 recommends where memory is short; OWASP asks for 19 MiB at least.
const MEMORY_KIB: u32 = 64 * 1024;

/// Passes over it, from the same place.
const PASSES: u32 = 3;

/// One lane, for the library computes lanes one after the other.
const LANES: u32 = 1;

/// The most a file may ask for: a damaged one must not take the machine's memory or an hour of its time.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;
const MOST_LANES: u32 = 16;

/// How the wrapping key is computed, as the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derivation {
    /// Argon2id 1.3.
    Passphrase { memory_kib: u32, passes: u32, lanes: u32 },
    /// HKDF-SHA256.
    KeyFile,
}

impl Derivation {
    /// How it is computed for a new vault.
    pub(super) fn of(kind: OpenedBy) -> Self {
        match kind {
            OpenedBy::Passphrase => Self::Passphrase { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES },
            OpenedBy::KeyFile => Self::KeyFile,
        }
    }

    pub(super) fn opened_by(self) -> OpenedBy {
        match self {
            Self::Passphrase { .. } => OpenedBy::Passphrase,
            Self::KeyFile => OpenedBy::KeyFile,
        }
    }
}

/// Computes the wrapping key.
pub(super) fn wrapping_key(
    derivation: &Derivation,
    salt: &[u8; SALT_BYTES],
    opening: &Opening<'_>,
) -> Result<DataKey, VaultError> {
    match (*derivation, opening) {
        (Derivation::Passphrase { memory_kib, passes, lanes }, Opening::Passphrase(passphrase)) => {
            if memory_kib > MOST_MEMORY_KIB || passes > MOST_PASSES || lanes > MOST_LANES {
                return Err(VaultError::Damaged { problem: "its passphrase would cost too much" });
            }
            let parameters = Params::new(memory_kib, passes, lanes, Some(KEY_BYTES))
                .map_err(|_| VaultError::Damaged { problem: "its passphrase's cost is none" })?;
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
            DataKey::computed(|key| {
                argon2
                    .hash_password_into(passphrase.expose().as_bytes(), salt, key)
                    .map_err(|_| VaultError::Cryptography)
            })
        }
        (Derivation::KeyFile, Opening::KeyFile(bytes)) => DataKey::computed(|key| {
            Hkdf::<Sha256>::new(Some(salt), bytes.expose())
                .expand(KEY_FILE_LABEL, key)
                .map_err(|_| VaultError::Cryptography)
        }),
        (derivation, _) => Err(VaultError::OtherOpening { needs: derivation.opened_by() }),
    }
}
