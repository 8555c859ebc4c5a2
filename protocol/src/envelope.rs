//! The frame around every socket message, and the two steps of decoding it.
//!
//! First the frame with its `body` as raw text, then the body's `type`, then that message's own struct: so saved
//! values keep their bytes, and an unknown type still has its `id` to be refused by.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ids::RequestId;
use crate::raw::RawJson;

/// One socket message in either direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Frame {
    /// Chosen by the sender, unique on its side of the socket.
    pub id: RequestId,
    /// The `id` this answers. Absent on requests and events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<RequestId>,
    /// How long the sender waits for the answer, in milliseconds. Absent: 30,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u32>,
    /// An object whose `type` names the message; see [`split_body`].
    pub body: RawJson,
}

/// The `type` of a body: an operation's or event's name, or `hello`, `error` and the like.
pub type MessageType = String;

/// Takes a body apart into its `type` and the payload without it.
///
/// The members' texts are copied unread, so values keep their bytes. Fails when the text is not an object, has no
/// textual `type`, or names a member twice.
pub fn split_body(body: &str) -> Result<(MessageType, String), serde_json::Error> {
    let mut name = None;
    let mut payload = String::with_capacity(body.len());
    payload.push('{');
    for (member, text) in members(body)? {
        if member == "type" {
            name = Some(serde_json::from_str(text.get())?);
            continue;
        }
        push_member(&mut payload, &member, text.get())?;
    }
    payload.push('}');
    let name = name.ok_or_else(|| serde::de::Error::missing_field("type"))?;
    Ok((name, payload))
}

/// Puts a `type` in front of a payload object, the opposite of [`split_body`].
///
/// `payload` must be the text of a JSON object, as serialising any message struct gives it.
pub fn join_body(name: &str, payload: &str) -> Result<RawJson, serde_json::Error> {
    let mut body = String::with_capacity(payload.len() + name.len() + 12);
    body.push_str("{\"type\":");
    body.push_str(&serde_json::to_string(name)?);
    let members = payload.trim_start().strip_prefix('{').unwrap_or(payload);
    if !members.trim_start().starts_with('}') {
        body.push(',');
    }
    body.push_str(members);
    RawJson::from_text(body)
}

fn push_member(object: &mut String, name: &str, text: &str) -> Result<(), serde_json::Error> {
    if object.len() > 1 {
        object.push(',');
    }
    object.push_str(&serde_json::to_string(name)?);
    object.push(':');
    object.push_str(text);
    Ok(())
}

/// Takes the members out of the text of an object: in their order, their values unread.
///
/// Fails when the text is not an object, or names a member twice.
pub fn members(object: &str) -> Result<Vec<(String, &RawValue)>, serde_json::Error> {
    serde_json::from_str::<Members<'_>>(object).map(|members| members.0)
}

struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<'a>(std::marker::PhantomData<&'a ()>);

        impl<'de: 'a, 'a> serde::de::Visitor<'de> for Visitor<'a> {
            type Value = Members<'a>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(String, &RawValue)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if members.iter().any(|(known, _)| *known == name) {
                        return Err(serde::de::Error::custom(format!("member `{name}` is given twice")));
                    }
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Visitor(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_keeps_value_bytes_through_both_steps() {
        let body = r#"{"type":"entries.set","value":{"a":1.0, "b":12345678901234567890},"key":"k"}"#;
        let (name, payload) = split_body(body).unwrap();
        assert_eq!(name, "entries.set");
        assert_eq!(payload, r#"{"value":{"a":1.0, "b":12345678901234567890},"key":"k"}"#);
        assert_eq!(
            join_body(&name, &payload).unwrap().as_str(),
            r#"{"type":"entries.set","value":{"a":1.0, "b":12345678901234567890},"key":"k"}"#
        );
    }

    #[test]
    fn empty_payload_joins_without_a_comma() {
        assert_eq!(join_body("heartbeat", "{}").unwrap().as_str(), r#"{"type":"heartbeat"}"#);
    }

    #[test]
    fn missing_type_and_repeated_member_are_refused() {
        assert!(split_body(r#"{"key":"k"}"#).is_err());
        assert!(split_body(r#"{"type":"a","type":"b"}"#).is_err());
        assert!(split_body("[]").is_err());
    }
}
