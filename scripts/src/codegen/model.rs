//! The schemas of `protocol`, read into the few shapes that the wire allows.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use protocol::schema::{MessageKind, Schemas};
use serde_json::Value;

/// Everything the client files are printed from.
pub(super) struct Model {
    /// The named types, by name.
    pub(super) definitions: BTreeMap<String, Definition>,
    /// The messages, in catalogue order.
    pub(super) messages: Vec<Message>,
}

/// A message and the names of its types.
pub(super) struct Message {
    pub(super) name: &'static str,
    pub(super) kind: MessageKind,
    /// The request, or the event's payload.
    pub(super) request: String,
    /// The answer; events have none.
    pub(super) response: Option<String>,
}

/// A named type.
pub(super) struct Definition {
    /// Its documentation.
    pub(super) doc: Vec<String>,
    pub(super) shape: Shape,
}

/// What a named type is.
pub(super) enum Shape {
    /// An object with these members, by name.
    Object(Vec<Member>),
    /// One of these texts.
    Choice(Vec<Variant>),
}

/// A member of an object.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) doc: Vec<String>,
    pub(super) kind: Kind,
    pub(super) presence: Presence,
}

/// Whether a member is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// Always.
    Always,
    /// Not always.
    Optional,
    /// Not always, or `null`.
    OptionalOrNull,
}

/// A text that a choice allows.
pub(super) struct Variant {
    pub(super) text: String,
    pub(super) doc: Vec<String>,
}

/// The type of a member.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Boolean,
    /// Any JSON: saved values.
    Anything,
    Named(String),
    List(Box<Kind>),
}

impl Model {
    /// Reads the schemas; fails on a shape that some client's language could not show truthfully.
    pub(super) fn read(schemas: &Schemas) -> anyhow::Result<Self> {
        let messages = schemas.messages.iter().map(|message| Message {
            name: message.name,
            kind: message.kind,
            request: reference(message.request.as_value()).unwrap_or_default().to_owned(),
            response: message
                .response
                .as_ref()
                .and_then(|schema| reference(schema.as_value()))
                .map(str::to_owned),
        });
        let messages: Vec<_> = messages.collect();
        let sent_by_clients = sent_by_clients(&messages, schemas);
        let mut definitions = BTreeMap::new();
        for (name, schema) in &schemas.definitions {
            let shape = read_shape(schema, sent_by_clients.contains(name.as_str()));
            let shape = shape.with_context(|| format!("type `{name}` of `protocol`"))?;
            definitions.insert(name.clone(), Definition { doc: doc(schema), shape });
        }
        Ok(Self { definitions, messages })
    }

    /// The messages of a kind.
    pub(super) fn messages_of(&self, is_wanted: impl Fn(&MessageKind) -> bool) -> Vec<&Message> {
        self.messages.iter().filter(|message| is_wanted(&message.kind)).collect()
    }
}

/// The types that may travel to the daemon, where a member with a default may be left out.
fn sent_by_clients<'a>(messages: &'a [Message], schemas: &'a Schemas) -> BTreeSet<&'a str> {
    let is_sent = |message: &&Message| !matches!(message.kind, MessageKind::Event | MessageKind::Part);
    let mut open: Vec<&str> =
        messages.iter().filter(is_sent).map(|message| message.request.as_str()).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if found.insert(name)
            && let Some(schema) = schemas.definitions.get(name)
        {
            collect_references(schema, &mut open);
        }
    }
    found
}

fn collect_references<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
    match schema {
        Value::Object(members) => {
            found.extend(reference(schema));
            members.values().for_each(|member| collect_references(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect_references(element, found)),
        _ => {}
    }
}

fn read_shape(schema: &Value, sent_by_clients: bool) -> anyhow::Result<Shape> {
    if let Some(variants) = schema["oneOf"].as_array() {
        return Ok(Shape::Choice(variants.iter().map(read_variant).collect::<anyhow::Result<_>>()?));
    }
    if schema["type"] != "object" {
        bail!("neither an object nor a choice of texts: {schema}");
    }
    let required: Vec<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties: BTreeMap<_, _> = schema["properties"].as_object().into_iter().flatten().collect();
    let members = properties.into_iter().map(|(name, member)| {
        let (kind, nullable) = read_kind(member).with_context(|| format!("member `{name}`"))?;
        let presence = if required.contains(&name.as_str()) {
            Presence::Always
        } else if nullable {
            Presence::OptionalOrNull
        } else if sent_by_clients || member.get("default").is_none() {
            Presence::Optional
        } else {
            Presence::Always
        };
        Ok(Member { name: name.clone(), doc: doc(member), kind, presence })
    });
    Ok(Shape::Object(members.collect::<anyhow::Result<_>>()?))
}

fn read_variant(schema: &Value) -> anyhow::Result<Variant> {
    let Some(text) = schema["const"].as_str() else {
        bail!("a choice of something other than texts: {schema}");
    };
    Ok(Variant { text: text.to_owned(), doc: doc(schema) })
}

/// Reads a member's type, and whether it may be `null`.
fn read_kind(schema: &Value) -> anyhow::Result<(Kind, bool)> {
    if let Some(name) = reference(schema) {
        return Ok((Kind::Named(name.to_owned()), false));
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let is_null = |choice: &&Value| choice["type"] == "null";
        let named = choices.iter().find_map(reference);
        return match named {
            Some(name) if choices.len() == 2 && choices.iter().any(|choice| is_null(&choice)) => {
                Ok((Kind::Named(name.to_owned()), true))
            }
            _ => bail!("a choice of types: {schema}"),
        };
    }
    let (types, nullable) = match &schema["type"] {
        Value::String(one) => (one.as_str(), false),
        Value::Array(several) => match several.as_slice() {
            [Value::String(one), Value::String(null)] if null == "null" => (one.as_str(), true),
            _ => bail!("a choice of types: {schema}"),
        },
        _ => return Ok((Kind::Anything, false)),
    };
    let kind = match types {
        "string" => Kind::Text,
        "integer" | "number" => Kind::Number,
        "boolean" => Kind::Boolean,
        "array" => Kind::List(Box::new(read_kind(&schema["items"])?.0)),
        _ => bail!("a type with free members: {schema}"),
    };
    Ok((kind, nullable))
}

/// The name of the type a schema refers to.
fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// A schema's documentation, without the marks that link within Rust's.
fn doc(schema: &Value) -> Vec<String> {
    let text = schema["description"].as_str().unwrap_or_default();
    text.replace("[`", "`").replace("`]", "`").lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(schema: &Value, sent_by_clients: bool, expected: &[(&str, Kind, Presence)]) {
        let Shape::Object(members) = read_shape(schema, sent_by_clients).unwrap() else {
            panic!("not an object: {schema}");
        };
        let found: Vec<_> =
            members.into_iter().map(|member| (member.name, member.kind, member.presence)).collect();
        let expected: Vec<_> = expected.iter().map(|(name, ..)| *name).zip(expected).collect();
        assert_eq!(found.len(), expected.len());
        for ((name, kind, presence), (_, wanted)) in found.iter().zip(expected) {
            assert_eq!((name.as_str(), kind, presence), (wanted.0, &wanted.1, &wanted.2));
        }
    }

    #[test]
    fn members_have_their_presence() {
        let schema = json!({
            "type": "object",
            "required": ["a"],
            "properties": {
                "a": { "type": "string" },
                "b": { "type": ["integer", "null"] },
                "c": { "type": "boolean", "default": false },
                "d": { "description": "any" },
                "e": { "anyOf": [{ "$ref": "#/components/schemas/Entry" }, { "type": "null" }] },
                "f": { "type": "array", "items": { "$ref": "#/components/schemas/Edit" }, "default": [] },
            },
        });
        let expected = |presence| {
            [
                ("a", Kind::Text, Presence::Always),
                ("b", Kind::Number, Presence::OptionalOrNull),
                ("c", Kind::Boolean, presence),
                ("d", Kind::Anything, Presence::Optional),
                ("e", Kind::Named("Entry".to_owned()), Presence::OptionalOrNull),
                ("f", Kind::List(Box::new(Kind::Named("Edit".to_owned()))), presence),
            ]
        };
        check(&schema, true, &expected(Presence::Optional));
        check(&schema, false, &expected(Presence::Always));
    }

    #[test]
    fn shapes_that_luau_cannot_hold_are_refused() {
        for schema in [
            json!({ "type": "object", "properties": { "a": { "type": "object" } } }),
            json!({ "type": "object", "properties": { "a": { "type": ["string", "integer"] } } }),
            json!({ "oneOf": [{ "type": "object" }] }),
        ] {
            assert!(read_shape(&schema, true).is_err(), "{schema}");
        }
    }

    #[test]
    fn documentation_loses_its_links() {
        assert_eq!(doc(&json!({ "description": "See [`Entry`].\nTwice." })), ["See `Entry`.", "Twice."]);
    }
}
