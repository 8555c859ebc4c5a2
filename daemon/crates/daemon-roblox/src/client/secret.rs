//! API keys.
//!
//! **Invariant:** an [`ApiKey`] has no `Debug`, `Display` or serde, and its memory is wiped when it is dropped (S-55).

use std::sync::Arc;

use http::HeaderValue;
use thiserror::Error;
use zeroize::Zeroizing;

/// The most characters a key may have; far more than Roblox's have.
pub const API_KEY_LIMIT: usize = 4_096;

/// A key for Open Cloud.
///
/// ```compile_fail
/// let key = daemon_roblox::client::secret::ApiKey::new("abc").unwrap();
/// println!("{key:?}");
/// ```
///
/// ```compile_fail
/// let key = daemon_roblox::client::secret::ApiKey::new("abc").unwrap();
/// println!("{key}");
/// ```
#[derive(Clone)]
pub struct ApiKey(Arc<Zeroizing<String>>);

/// Tells that a text cannot be a key, without repeating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this is no API key: copy the whole key from Creator Hub, without spaces or line breaks inside it")]
pub struct ApiKeyError;

impl ApiKey {
    /// Accepts visible ASCII; space around it is dropped.
    pub fn new(text: &str) -> Result<Self, ApiKeyError> {
        let text = text.trim();
        let is_key = !text.is_empty()
            && text.len() <= API_KEY_LIMIT
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_key { Ok(Self(Arc::new(Zeroizing::new(text.to_owned())))) } else { Err(ApiKeyError) }
    }

    /// The key as a header that is left out of logs.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.0).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The key itself, for introspection.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// `text` without the key, should someone have put it there.
    pub(super) fn redact(&self, text: &str) -> String {
        text.replace(self.0.as_str(), "(API key)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_visible_ascii() {
        assert_eq!(ApiKey::new(" abc=\n").ok().unwrap().expose(), "abc=");
        for bad in ["", " ", "a b", "a\nb", "kéy", &"k".repeat(API_KEY_LIMIT + 1)] {
            assert!(ApiKey::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn s_10_keys_are_marked_and_taken_out_of_texts() {
        let key = ApiKey::new("canary").ok().unwrap();
        assert!(key.header().unwrap().is_sensitive());
        assert_eq!(key.redact("no canary here"), "no (API key) here");
    }
}
