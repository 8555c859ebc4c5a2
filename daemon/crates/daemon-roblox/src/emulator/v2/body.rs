//! Bodies of v2 requests: members by name, their values as text (`roblox-apis.md §2.2`).
//!
//! Members that a caller cannot set, such as `path`, and unknown ones are passed over \[I\].

use std::collections::HashMap;

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::value::JsonText;
use serde_json::value::RawValue;

use crate::emulator::call::Metadata;
use crate::emulator::refusal::Refusal;
use crate::emulator::reply::compact;

/// The largest distance from 0 up to which 64-bit floats hold every whole number.
const FLOAT_WHOLE_LIMIT: f64 = 9_007_199_254_740_992.0;

/// The members of a request's object; of equal names the last counts.
#[derive(Debug)]
pub(in crate::emulator) struct Body(HashMap<String, Box<RawValue>>);

impl Body {
    /// Reads a JSON object.
    pub(in crate::emulator) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(bytes)
            .map(Self)
            .map_err(|_| Refusal::argument("The request body is not a JSON object."))
    }

    /// Returns a member's text; `null` counts as absent, as protobuf has it.
    fn member(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|raw| raw.get()).filter(|text| *text != "null")
    }

    /// Reads the value of an entry. `null` is a value, for it is one of protobuf's \[I\].
    pub(super) fn value(&self) -> Result<JsonText, Refusal> {
        let raw = self.0.get("value").ok_or_else(|| Refusal::argument("The value is required."))?;
        JsonText::parse(compact(raw.get()))
            .map_err(|error| Refusal::argument(format!("The value is {error}.")))
    }

    /// Reads users and attributes; what is not sent is cleared.
    pub(super) fn metadata(&self) -> Result<Metadata, Refusal> {
        let attributes = match self.member("attributes") {
            None => Attributes::default(),
            Some(text) => Attributes::parse(&compact(text))
                .map_err(|error| Refusal::argument(format!("Invalid attributes: {error}.")))?,
        };
        Ok(Metadata { user_ids: self.users()?, attributes })
    }

    /// Reads `users`, resource paths as in `users/156`.
    fn users(&self) -> Result<UserIds, Refusal> {
        let Some(text) = self.member("users") else { return Ok(UserIds::default()) };
        let invalid = || Refusal::argument("Invalid users: write them as `users/156`.");
        let users: Vec<String> = serde_json::from_str(text).map_err(|_| invalid())?;
        let id = |user: &String| user.strip_prefix("users/")?.parse::<i64>().ok();
        let ids = users.iter().map(id).collect::<Option<Vec<_>>>().ok_or_else(invalid)?;
        UserIds::new(ids).map_err(|error| Refusal::argument(format!("Invalid users: {error}.")))
    }

    /// Reads a text.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        let read = |text: &str| {
            serde_json::from_str(text).map_err(|_| Refusal::argument(format!("`{name}` must be a string.")))
        };
        self.member(name).map(read).transpose()
    }

    /// Reads a whole number of 64 bits, also one sent as a double.
    pub(in crate::emulator) fn whole_number(&self, name: &str) -> Result<i64, Refusal> {
        let text = self.required(name)?;
        whole(text).ok_or_else(|| Refusal::argument(format!("`{name}` must be a whole number.")))
    }

    /// Reads a number and rounds it to the nearest whole one, as v2's ordered entries are (`roblox-apis.md §2.3`).
    pub(in crate::emulator) fn rounded_number(&self, name: &str) -> Result<i64, Refusal> {
        let text = self.required(name)?;
        let rounded = || {
            let float = serde_json::from_str::<f64>(text).ok()?.round();
            (float.abs() <= FLOAT_WHOLE_LIMIT).then(|| format!("{float:.0}").parse().ok()).flatten()
        };
        whole(text).or_else(rounded).ok_or_else(|| Refusal::argument(format!("`{name}` must be a number.")))
    }

    /// Reads a whole number of 64 bits that is written as one, as v1's ordered entries are (`roblox-apis.md §3.1`).
    pub(in crate::emulator) fn integer(&self, name: &str) -> Result<i64, Refusal> {
        let text = self.required(name)?;
        text.parse().map_err(|_| Refusal::argument(format!("`{name}` must be a 64-bit integer.")))
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.member(name).ok_or_else(|| Refusal::argument(format!("`{name}` is required.")))
    }
}

fn whole(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let float = serde_json::from_str::<f64>(text).ok()?;
    let is_whole = float.fract() == 0.0 && float.abs() <= FLOAT_WHOLE_LIMIT;
    is_whole.then(|| format!("{float:.0}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_whole_or_rounded() {
        let check = |text: &str, whole: Option<i64>, rounded: Option<i64>, integer: Option<i64>| {
            let body = Body::parse(format!("{{\"n\":{text}}}").as_bytes()).unwrap();
            assert_eq!(body.whole_number("n").ok(), whole, "{text}");
            assert_eq!(body.rounded_number("n").ok(), rounded, "{text}");
            assert_eq!(body.integer("n").ok(), integer, "{text}");
        };
        check("5", Some(5), Some(5), Some(5));
        check("-5.0", Some(-5), Some(-5), None);
        check("1e3", Some(1_000), Some(1_000), None);
        check("2.5", None, Some(3), None);
        check("-2.4", None, Some(-2), None);
        check("-0.4", None, Some(0), None);
        check("9223372036854775807", Some(i64::MAX), Some(i64::MAX), Some(i64::MAX));
        check("9223372036854775808", None, None, None);
        check("1e300", None, None, None);
        check("\"5\"", None, None, None);
        check("null", None, None, None);
    }

    #[test]
    fn users_are_resource_paths() {
        let ids = |text: &str| {
            let body = Body::parse(format!("{{\"users\":{text}}}").as_bytes()).unwrap();
            body.metadata().ok().map(|metadata| metadata.user_ids.as_slice().to_vec())
        };
        assert_eq!(ids("[\"users/156\", \"users/-1\"]"), Some(vec![156, -1]));
        assert_eq!(ids("null"), Some(vec![]));
        for text in ["[156]", "[\"156\"]", "\"users/156\"", "[\"users/\"]", "[\"users/1\",\"users/1\"]"] {
            assert_eq!(ids(text), None, "{text}");
        }
    }

    #[test]
    fn values_keep_the_text_of_their_tokens() {
        let value = |text: &str| {
            let body = Body::parse(text.as_bytes()).unwrap();
            body.value().map(JsonText::into_string).ok()
        };
        assert_eq!(
            value("{\"value\": {\"a\" : 1.0, \"b\": 9007199254740993}}").unwrap(),
            "{\"a\":1.0,\"b\":9007199254740993}"
        );
        assert_eq!(value("{\"value\":null}").as_deref(), Some("null"));
        assert_eq!(value("{}"), None);
        assert!(Body::parse(b"[]").is_err());
        assert!(Body::parse(b"").is_err());
    }
}
