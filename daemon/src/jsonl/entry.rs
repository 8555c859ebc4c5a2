//! What is read from a line.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde_json::value::RawValue;

use crate::jsonl::lines::{Content, LINE_LIMIT_BYTES};

/// Reads what a line holds; `Ok(None)` for a blank one, and a refusal in words for one that is not understood.
pub fn read<'a, T: Deserialize<'a>>(content: Content<'a>) -> Result<Option<(&'a str, T)>, String> {
    match content {
        Content::Text("") => Ok(None),
        Content::Text(text) => {
            let entry = serde_json::from_str(text).map_err(|error| malformed(&error))?;
            Ok(Some((text, entry)))
        }
        Content::TooLong => Err(format!(
            "it has more than {LINE_LIMIT_BYTES} bytes, so its value is over the limit of 4,194,304; store less in it"
        )),
        Content::NotUtf8(offset) => Err(format!("it is not UTF-8 at byte {offset}; save the file as UTF-8")),
    }
}

/// An error of reading or writing one line, in words.
pub fn malformed(error: &serde_json::Error) -> String {
    let error = error.to_string().replace(" at line 1 column ", " at byte ");
    format!("{error}; a line is as in `{{\"key\": \"a\", \"value\": 1}}`")
}

/// An entry as it is read from a line: JSON is proven, names and limits are not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadLine<'a> {
    /// The key.
    #[serde(borrow)]
    pub key: Cow<'a, str>,
    /// The value.
    #[serde(borrow)]
    pub value: &'a RawValue,
    /// The scope; none for `global`.
    #[serde(borrow, default)]
    pub scope: Option<Cow<'a, str>>,
    /// The account ids tagged to it.
    #[serde(default)]
    pub user_ids: Vec<AccountId>,
    /// Roblox's metadata; none when it is empty.
    #[serde(borrow, default)]
    pub attributes: Option<&'a RawValue>,
}

/// The id of an account, written as a number or, as on the wire, as a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountId(pub i64);

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AccountIdVisitor)
    }
}

struct AccountIdVisitor;

impl Visitor<'_> for AccountIdVisitor {
    type Value = AccountId;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number from -2^63 to 2^63 - 1, as a string or a number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<AccountId, E> {
        Ok(AccountId(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<AccountId, E> {
        i64::try_from(number)
            .map(AccountId)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<AccountId, E> {
        text.parse().map(AccountId).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_its_bytes() {
        let text = "{\"key\":\"k\\\"\",\"value\":{\"x\": 1.0},\"scope\":\"own\",\"attributes\":{\"a\": 1}}";
        let (whole, read) = read::<ReadLine<'_>>(Content::Text(text)).unwrap().unwrap();
        assert_eq!(whole, text);
        assert_eq!(
            (&*read.key, read.value.get(), read.scope.as_deref()),
            ("k\"", "{\"x\": 1.0}", Some("own"))
        );
        assert_eq!(read.attributes.map(RawValue::get), Some("{\"a\": 1}"));
    }

    #[test]
    fn lines_that_are_no_entries_are_refused_in_words() {
        for (text, words) in [
            ("not json", "a line is as in"),
            ("{\"key\":\"a\"}", "missing field `value`"),
            ("{\"key\":\"a\",\"value\":1,\"extra\":1}", "unknown field `extra`"),
            ("{\"key\":\"a\",\"value\":1,\"userIds\":[\"x\"]}", "as a string or a number"),
            ("{\"key\":\"a\",\"value\":1,\"userIds\":[9223372036854775808]}", "2^63 - 1"),
        ] {
            let refusal = read::<ReadLine<'_>>(Content::Text(text)).unwrap_err();
            assert!(refusal.contains(words), "{text}: {refusal}");
        }
        assert!(read::<ReadLine<'_>>(Content::TooLong).unwrap_err().contains("over the limit"));
        assert!(read::<ReadLine<'_>>(Content::NotUtf8(3)).unwrap_err().contains("byte 3"));
        assert!(read::<ReadLine<'_>>(Content::Text("")).unwrap().is_none());
    }

    #[test]
    fn null_is_a_value_and_ids_are_numbers_or_strings() {
        let text = "{\"key\":\"a\",\"value\":null,\"userIds\":[1,\"-2\"]}";
        let (_, read) = read::<ReadLine<'_>>(Content::Text(text)).unwrap().unwrap();
        assert_eq!((read.value.get(), read.user_ids), ("null", vec![AccountId(1), AccountId(-2)]));
    }
}
