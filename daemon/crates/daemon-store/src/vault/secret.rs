//! Secrets in memory.
//!
//! **Invariant:** neither type has `Debug`, `Display` or serde, and the memory of both is wiped when they are dropped
//! (S-55).

use zeroize::Zeroizing;

/// A secret text: an API key, a passphrase.
///
/// ```compile_fail
/// let secret = daemon_store::vault::secret::SecretText::new(String::new());
/// println!("{secret:?}");
/// ```
///
/// ```compile_fail
/// let secret = daemon_store::vault::secret::SecretText::new(String::new());
/// println!("{secret}");
/// ```
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

/// Secret bytes: a key file's content.
///
/// ```compile_fail
/// let secret = daemon_store::vault::secret::SecretBytes::new(Vec::new());
/// println!("{secret:?}");
/// ```
#[derive(Clone)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretText {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Reads UTF-8; `None` when it is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        Some(Self::new(text.to_owned()))
    }

    /// The text itself, for whoever must send or encrypt it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl SecretBytes {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}
