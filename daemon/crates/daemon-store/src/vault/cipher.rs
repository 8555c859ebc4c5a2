//! AES-256-GCM (NIST SP 800-38D) under a key that is wiped when it is dropped.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use zeroize::Zeroizing;

use crate::vault::RandomSource;
use crate::vault::error::VaultError;

/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;

/// Bytes of a nonce.
pub(super) const NONCE_BYTES: usize = 12;

/// Bytes by which a sealed text is longer than what it holds.
pub(super) const TAG_BYTES: usize = 16;

/// A key; it has no `Debug`, and is wiped.
#[derive(Clone)]
pub(super) struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl DataKey {
    pub(super) fn random(random: RandomSource) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        random(bytes.as_mut_slice());
        Self(bytes)
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// A key that `fill` computes in place.
    pub(super) fn computed(
        fill: impl FnOnce(&mut [u8; KEY_BYTES]) -> Result<(), VaultError>,
    ) -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Encrypts, and binds to `context`: without the same context it does not open.
    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_BYTES],
        context: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        self.cipher()
            .and_then(|cipher| cipher.encrypt(nonce.into(), Payload { msg: plain, aad: context }).ok())
            .ok_or(VaultError::Cryptography)
    }

    /// Decrypts; `None` when key, nonce, context or text is another.
    pub(super) fn open(
        &self,
        nonce: &[u8; NONCE_BYTES],
        context: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let plain = self.cipher()?.decrypt(nonce.into(), Payload { msg: sealed, aad: context }).ok()?;
        Some(Zeroizing::new(plain))
    }

    /// This key, encrypted under another.
    pub(super) fn wrapped_under(
        &self,
        wrapping: &Self,
        nonce: &[u8; NONCE_BYTES],
        context: &[u8],
    ) -> Result<[u8; KEY_BYTES + TAG_BYTES], VaultError> {
        let sealed = wrapping.seal(nonce, context, self.0.as_slice())?;
        sealed.try_into().map_err(|_| VaultError::Cryptography)
    }

    fn cipher(&self) -> Option<Aes256Gcm> {
        Aes256Gcm::new_from_slice(self.0.as_slice()).ok()
    }
}
