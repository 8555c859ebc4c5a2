//! JSON Schemas of every message, for the generated clients. Only behind the feature `schema`.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};

use crate::access::{ClaimPairingRequest, Exchange, ProveRequest, RequestPairingRequest, SignInRequest};
use crate::catalogue::{Declaration, Operation, operation_schemas};
use crate::envelope::Frame;
use crate::error::ErrorBody;
use crate::events::{Subscribe, Subscribed, Unsubscribe, Unsubscribed, event_schemas};
use crate::hello::{Hello, Welcome};

/// What a message is, and with it what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// An operation of the catalogue.
    Operation(Declaration),
    /// A request without credential, by `POST` to this path.
    Exchange(&'static str),
    /// A socket's own message: `hello`, `subscribe`, `unsubscribe`.
    Control,
    /// An event; it has no answer.
    Event,
    /// The frame or the error body: a struct, not a message of its own.
    Part,
}

/// A message's name and the schemas of its two directions, as references into [`Schemas::definitions`].
#[derive(Clone, Debug)]
pub struct Message {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it is.
    pub kind: MessageKind,
    /// The request, or the event's payload.
    pub request: Schema,
    /// The answer.
    pub response: Option<Schema>,
}

impl Message {
    pub(crate) fn operation<O: Operation + JsonSchema>(generator: &mut SchemaGenerator) -> Self
    where
        O::Response: JsonSchema,
    {
        Self {
            name: O::DECLARATION.name,
            kind: MessageKind::Operation(O::DECLARATION),
            request: generator.subschema_for::<O>(),
            response: Some(generator.subschema_for::<O::Response>()),
        }
    }

    pub(crate) fn event<E: JsonSchema>(generator: &mut SchemaGenerator, name: &'static str) -> Self {
        Self { name, kind: MessageKind::Event, request: generator.subschema_for::<E>(), response: None }
    }

    fn exchange<E: Exchange + JsonSchema>(generator: &mut SchemaGenerator) -> Self
    where
        E::Response: JsonSchema,
    {
        Self {
            name: E::PATH,
            kind: MessageKind::Exchange(E::PATH),
            request: generator.subschema_for::<E>(),
            response: Some(generator.subschema_for::<E::Response>()),
        }
    }

    fn control<Q: JsonSchema, A: JsonSchema>(generator: &mut SchemaGenerator, name: &'static str) -> Self {
        Self {
            name,
            kind: MessageKind::Control,
            request: generator.subschema_for::<Q>(),
            response: Some(generator.subschema_for::<A>()),
        }
    }

    fn part<P: JsonSchema>(generator: &mut SchemaGenerator, name: &'static str) -> Self {
        Self { name, kind: MessageKind::Part, request: generator.subschema_for::<P>(), response: None }
    }
}

/// Every message and the named types they use.
#[derive(Clone, Debug)]
pub struct Schemas {
    /// Operations in catalogue order, then exchanges, controls, events and parts.
    pub messages: Vec<Message>,
    /// The named types, by name; references to them read `#/components/schemas/<name>`.
    pub definitions: serde_json::Map<String, serde_json::Value>,
}

/// Collects the schema of every message.
pub fn schemas() -> Schemas {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let mut messages = operation_schemas(&mut generator);
    messages.push(Message::exchange::<SignInRequest>(&mut generator));
    messages.push(Message::exchange::<ProveRequest>(&mut generator));
    messages.push(Message::exchange::<RequestPairingRequest>(&mut generator));
    messages.push(Message::exchange::<ClaimPairingRequest>(&mut generator));
    messages.push(Message::control::<Hello, Welcome>(&mut generator, "hello"));
    messages.push(Message::control::<Subscribe, Subscribed>(&mut generator, "subscribe"));
    messages.push(Message::control::<Unsubscribe, Unsubscribed>(&mut generator, "unsubscribe"));
    messages.extend(event_schemas(&mut generator));
    messages.push(Message::part::<Frame>(&mut generator, "frame"));
    messages.push(Message::part::<ErrorBody>(&mut generator, "error"));
    let definitions = generator.take_definitions(true);
    Schemas { messages, definitions }
}
