//! Secrets, and the few things done with them: keyed hashes, proofs, random tokens.
//!
//! **Invariant:** a [`Secret`] has no `Debug`, `Display` or serde, and its memory is wiped when it is dropped (S-55).
//!
//! **Invariant:** secrets are compared in constant time.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// 32 secret bytes.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Fresh from the operating system.
    ///
    /// # Panics
    ///
    /// When the operating system gives no randomness: nothing safe can be done without it.
    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        fill_random(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Reads 64 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = decode_hex(text)?.try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// 64 hex digits, for the private files and the plugin's file only.
    pub fn to_hex(&self) -> String {
        encode_hex(self.0.as_slice())
    }

    /// The keyed hash of `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else {
            unreachable!("HMAC takes keys of every length")
        };
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// A secret of its own for one use, named by `label` (which must tell the kind of use apart from all others).
    pub fn derive(&self, label: &str) -> Self {
        Self(Zeroizing::new(self.sign(label.as_bytes())))
    }

    /// Whether `signature`, in hex, is the keyed hash of `message`.
    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        decode_hex(signature).is_some_and(|bytes| self.sign(message).ct_eq(bytes.as_slice()).into())
    }
}

/// `byte_count` random bytes in hex.
pub fn random_hex(byte_count: usize) -> String {
    let mut bytes = Zeroizing::new(vec![0; byte_count]);
    fill_random(&mut bytes);
    encode_hex(&bytes)
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// Bytes as lower-case hex.
pub fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|index| u8::from_str_radix(text.get(index..index + 2)?, 16).ok()).collect()
}

/// Fills bytes from the operating system's source of randomness.
#[expect(clippy::expect_used, reason = "without randomness every credential would be guessable")]
pub(crate) fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_matches_rfc_4231_case_2() {
        // RFC 4231 §4.3 has a 4-byte key, which HMAC pads with zeros to the same block.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let signature = Secret(Zeroizing::new(key)).sign(b"what do ya want for nothing?");
        assert_eq!(
            encode_hex(&signature),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn signatures_that_differ_or_are_no_hex_are_refused() {
        let secret = Secret::random();
        let good = encode_hex(&secret.sign(b"message"));
        assert!(secret.verifies(b"message", &good));
        assert!(!secret.verifies(b"massage", &good));
        for bad in ["", "zz", "é", &good[2..], "00"] {
            assert!(!secret.verifies(b"message", bad), "{bad}");
        }
    }

    #[test]
    fn hex_round_trips() {
        let secret = Secret::random();
        assert_eq!(Secret::from_hex(&secret.to_hex()).unwrap().to_hex(), secret.to_hex());
        assert!(Secret::from_hex("00").is_none());
    }
}
