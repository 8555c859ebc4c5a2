//! Secrets on their way into the daemon: passphrases, API keys.
//!
//! **Invariant:** no secret travels out of the daemon in this type, and none is printed: `Debug` leaves it out, and what
//! cannot be read is refused without being repeated (S-10).

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A secret text in a request.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// Takes the text; whoever sends it has it in memory until the request is dropped.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Gives the text to whoever keeps it or uses it.
    pub fn into_inner(self) -> String {
        self.0
    }
}

/// Leaves the secret out.
impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretText(..)")
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A number in the place of a text would stand in the decoder's own message.
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            _ => Err(D::Error::custom("a secret must be a JSON string")),
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for SecretText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretText".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_10_secrets_are_neither_printed_nor_repeated() {
        let secret: SecretText = serde_json::from_str("\"canary\"").unwrap();
        assert_eq!(format!("{secret:?}"), "SecretText(..)");
        assert_eq!(secret.into_inner(), "canary");
        for other in ["12345678", "[\"canary\"]", "{\"canary\":1}", "null", "true", "1.5e3"] {
            let refusal = serde_json::from_str::<SecretText>(other).unwrap_err().to_string();
            assert!(refusal.starts_with("a secret must be a JSON string"), "{other}: {refusal}");
        }
    }
}
