//! The frame around every socket message, and the two steps of decoding it.
//!
//! First the frame with its `body` as raw text, then the body's `type`, then that message's own struct: so saved
//! values keep their bytes, and an unknown type still has its `id` to be refused by.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, Visitor};
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

/// A socket message taken apart: what its frame says, its `type`, and the payload without it.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// As in [`Frame`].
    pub id: RequestId,
    /// As in [`Frame`].
    pub reply_to: Option<RequestId>,
    /// As in [`Frame`].
    pub deadline_ms: Option<u32>,
    /// The `type` of the body.
    pub name: MessageType,
    /// The text of the body without its `type`.
    pub payload: String,
}

/// Why a socket message cannot be taken apart.
#[derive(Debug)]
pub enum OpenError {
    /// It is no frame.
    Frame(serde_json::Error),
    /// It is the frame of this message, but its body is not as [`split_body`] wants it.
    Body(RequestId, serde_json::Error),
}

/// Takes a socket message apart; the same as reading a [`Frame`] and then [`split_body`], in one pass over the text.
pub fn open_frame(text: &str) -> Result<Opened, OpenError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Whole<'a> {
        id: RequestId,
        #[serde(default)]
        reply_to: Option<RequestId>,
        #[serde(default)]
        deadline_ms: Option<u32>,
        #[serde(borrow)]
        body: Members<'a>,
    }
    if let Ok(Whole { id, reply_to, deadline_ms, body }) = serde_json::from_str(text)
        && let Ok((name, payload)) = split_members(body, text.len())
    {
        return Ok(Opened { id, reply_to, deadline_ms, name, payload });
    }
    // Step by step, which tells what is wrong and, if it can be told, with which message.
    let frame: Frame = serde_json::from_str(text).map_err(OpenError::Frame)?;
    match split_body(frame.body.as_str()) {
        Ok((name, payload)) => {
            let Frame { id, reply_to, deadline_ms, .. } = frame;
            Ok(Opened { id, reply_to, deadline_ms, name, payload })
        }
        Err(error) => Err(OpenError::Body(frame.id, error)),
    }
}

/// Looks for a member among the first ones of an object, and in objects within it along `path`; what follows it is not
/// read.
///
/// So a long message can be answered to, or asked on from, before it is read. `None` also when the text up to there is
/// not JSON.
pub fn leading_member<T: DeserializeOwned>(object: &str, path: &[&str]) -> Option<T> {
    let mut found = None;
    // Whoever finds the member ends the reading with an error.
    let _ = Seek { path, found: &mut found }.deserialize(&mut serde_json::Deserializer::from_str(object));
    found
}

struct Seek<'a, T> {
    path: &'a [&'a str],
    found: &'a mut Option<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Seek<'_, T> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Seek<'_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let [wanted, rest @ ..] = self.path else { return Ok(()) };
        while let Some(name) = map.next_key::<String>()? {
            if name != *wanted {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if rest.is_empty() {
                *self.found = Some(map.next_value()?);
            } else {
                map.next_value_seed(Seek { path: rest, found: &mut *self.found })?;
            }
            return Err(serde::de::Error::custom("the rest need not be read"));
        }
        Ok(())
    }
}

/// Writes a socket message, the opposite of [`open_frame`]; the same as [`join_body`] and then writing a [`Frame`], but
/// the payload is copied unread.
///
/// `payload` must be the text of a JSON object, as serialising any message struct gives it.
pub fn seal_frame(
    id: &RequestId,
    reply_to: Option<&RequestId>,
    deadline_ms: Option<u32>,
    name: &str,
    payload: &str,
) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Head<'a> {
        id: &'a RequestId,
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_to: Option<&'a RequestId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        deadline_ms: Option<u32>,
    }
    let head = serde_json::to_string(&Head { id, reply_to, deadline_ms })?;
    let mut text = String::with_capacity(head.len() + name.len() + payload.len() + 32);
    text.push_str(head.strip_suffix('}').unwrap_or(&head));
    text.push_str(",\"body\":");
    push_body(&mut text, name, payload)?;
    text.push('}');
    Ok(text)
}

/// Takes a body apart into its `type` and the payload without it.
///
/// The members' texts are copied unread, so values keep their bytes. Fails when the text is not an object, has no
/// textual `type`, or names a member twice.
pub fn split_body(body: &str) -> Result<(MessageType, String), serde_json::Error> {
    split_members(serde_json::from_str(body)?, body.len())
}

fn split_members(
    members: Members<'_>,
    size_bytes: usize,
) -> Result<(MessageType, String), serde_json::Error> {
    let mut name = None;
    let mut payload = String::with_capacity(size_bytes);
    payload.push('{');
    for (member, text) in members.0 {
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
    push_body(&mut body, name, payload)?;
    RawJson::from_text(body)
}

fn push_body(body: &mut String, name: &str, payload: &str) -> Result<(), serde_json::Error> {
    body.push_str("{\"type\":");
    body.push_str(&serde_json::to_string(name)?);
    let members = payload.trim_start().strip_prefix('{').unwrap_or(payload);
    if !members.trim_start().starts_with('}') {
        body.push(',');
    }
    body.push_str(members);
    Ok(())
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

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
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

    /// Reads in one pass and step by step, and requires the same.
    fn check_open(text: &str) {
        let stepwise = serde_json::from_str::<Frame>(text)
            .map_err(|error| (None, error.to_string()))
            .and_then(|frame| match split_body(frame.body.as_str()) {
                Ok((name, payload)) => Ok((frame.id, frame.reply_to, frame.deadline_ms, name, payload)),
                Err(error) => Err((Some(frame.id), error.to_string())),
            });
        let opened = match open_frame(text) {
            Ok(opened) => Ok((opened.id, opened.reply_to, opened.deadline_ms, opened.name, opened.payload)),
            Err(OpenError::Frame(error)) => Err((None, error.to_string())),
            Err(OpenError::Body(id, error)) => Err((Some(id), error.to_string())),
        };
        assert_eq!(opened, stepwise, "{text}");
    }

    #[test]
    fn one_pass_reads_what_two_steps_do() {
        for text in [
            r#"{"id":"1","body":{"type":"entries.set","value":{"a":1.0, "b":[1e5]},"key":"k"}}"#,
            r#" {"body" : {"key":"k", "type":"a\u0062"} ,"deadlineMs":5,"replyTo":"é","id":"1"} "#,
            r#"{"id":"1","body":{"type":"a"}}"#,
            r#"{"id":"1","body":{"key":"k"}}"#,
            r#"{"id":"1","body":{"type":1}}"#,
            r#"{"id":"1","body":{"type":"a","type":"b"}}"#,
            r#"{"id":"1","body":{"type":"a","k":1,"k":2}}"#,
            r#"{"id":"1","body":[]}"#,
            r#"{"id":"1","body":{"type":"a"},"more":1}"#,
            r#"{"id":"1","body":{"type":"a"},"id":"2"}"#,
            r#"{"id":1,"body":{"type":"a"}}"#,
            r#"{"id":"1","deadlineMs":-1,"body":{"type":"a"}}"#,
            r#"{"id":"1","replyTo":null,"deadlineMs":null,"body":{"type":"a"}}"#,
            r#"{"id":"1","body":{"type":"a","value":[1,}}"#,
            r#"{"id":"1","body":{"type":"a"}} x"#,
            r#"{"id":"1"}"#,
            r#"["1",null,null,{"type":"a"}]"#,
            "",
        ] {
            check_open(text);
        }
    }

    #[test]
    fn leading_members_are_found_before_what_follows_is_read() {
        let check = |text: &str, path: &[&str], expected: Option<&str>| {
            assert_eq!(leading_member::<String>(text, path).as_deref(), expected, "{text} {path:?}");
        };
        let text = r#"{"id":"d1","replyTo":"7","body":{"type":"a","deep":{"x":["y"]},"nextCursor":"c","entries":[1,"#;
        check(text, &["replyTo"], Some("7"));
        check(text, &["body", "type"], Some("a"));
        check(text, &["body", "nextCursor"], Some("c"));
        check(text, &["body", "deep", "x"], None);
        check(text, &["nextCursor"], None);
        check(text, &["body", "hasMore"], None);
        check(r#"{"id":"d1","body":{}}"#, &["replyTo"], None);
        check("[]", &["replyTo"], None);
        check("", &[], None);
    }

    #[test]
    fn sealed_frames_are_as_frames_are_written() {
        for (reply_to, deadline_ms) in [(None, None), (Some("é\"2"), Some(7))] {
            for payload in ["{}", r#"{"value":{"a":1.0, "b":12345678901234567890},"key":"k"}"#] {
                let (id, reply_to) = (RequestId("d1".into()), reply_to.map(RequestId::from));
                let sealed = seal_frame(&id, reply_to.as_ref(), deadline_ms, "entries.set", payload).unwrap();
                let body = join_body("entries.set", payload).unwrap();
                let frame = Frame { id, reply_to, deadline_ms, body };
                assert_eq!(sealed, serde_json::to_string(&frame).unwrap());
            }
        }
    }

    #[test]
    fn missing_type_and_repeated_member_are_refused() {
        assert!(split_body(r#"{"key":"k"}"#).is_err());
        assert!(split_body(r#"{"type":"a","type":"b"}"#).is_err());
        assert!(split_body("[]").is_err());
    }
}
