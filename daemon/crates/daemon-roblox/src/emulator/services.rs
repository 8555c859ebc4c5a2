//! Roblox's services beside data stores: API keys (`roblox-apis.md §0.4`), messaging (`§3.3`), users (`§3.6`), universes.
//!
//! Their rates are limited as those of data stores are; that of universes, of which nothing is documented, is not.

use std::net::IpAddr;

use bytes::Bytes;
use daemon_core::time::Timestamp;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::emulator::access::{Caller, Permission};
use crate::emulator::limits::{Charge, Class, Counted, Payer};
use crate::emulator::query::Query;
use crate::emulator::refusal::{Family, Refusal, V2Code};
use crate::emulator::{Emulator, introspection, not_allowed, reply};

/// The most names of one look-up (\[I\]).
const USERNAMES_LIMIT: usize = 100;

/// What a path leads to; ids in it are not checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Service {
    Introspection,
    Usernames,
    User(String),
    Universe(String),
    Publish { universe: String },
    PublishV1 { universe: String, topic: String },
}

#[derive(Deserialize)]
struct UsernamesQuestion {
    usernames: Vec<String>,
}

#[derive(Serialize)]
struct UsernamesAnswer {
    data: Vec<FoundUser>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FoundUser {
    requested_username: String,
    has_verified_badge: bool,
    id: i64,
    name: String,
    display_name: String,
}

#[derive(Deserialize)]
struct PublishBody {
    topic: Option<String>,
    message: Option<String>,
}

impl Service {
    /// Finds what a path leads to.
    pub(super) fn find(path: &str) -> Option<Self> {
        if path == introspection::PATH {
            return Some(Self::Introspection);
        }
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        Some(match segments.as_slice() {
            ["v1", "usernames", "users"] => Self::Usernames,
            ["cloud", "v2", "users", user] => Self::User(decode(user)?),
            ["cloud", "v2", "universes", universe] => match universe.strip_suffix(":publishMessage") {
                Some(universe) => Self::Publish { universe: decode(universe)? },
                None => Self::Universe(decode(universe)?),
            },
            ["messaging-service", "v1", "universes", universe, "topics", topic] => {
                Self::PublishV1 { universe: decode(universe)?, topic: decode(topic)? }
            }
            _ => return None,
        })
    }

    /// In which shape errors are told; none for the gateway's. For messaging v1 it is \[I\].
    pub(super) fn family(&self) -> Option<Family> {
        match self {
            Self::Introspection | Self::Usernames => None,
            Self::User(_) | Self::Universe(_) | Self::Publish { .. } | Self::PublishV1 { .. } => {
                Some(Family::V2)
            }
        }
    }

    /// Whether it takes no key in a header.
    pub(super) fn is_keyless(&self) -> bool {
        matches!(self, Self::Introspection | Self::Usernames)
    }

    fn methods(&self) -> &'static [Method] {
        match self {
            Self::Introspection | Self::Usernames | Self::Publish { .. } | Self::PublishV1 { .. } => {
                &[Method::POST]
            }
            Self::User(_) => &[Method::GET],
            Self::Universe(_) => &[Method::GET, Method::PATCH],
        }
    }

    /// Does what is asked for.
    pub(super) fn answer(
        self,
        emulator: &Emulator,
        parts: &Parts,
        body: &Bytes,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<Response<Bytes>, Refusal> {
        let caller = if self.is_keyless() {
            Caller { grants: None }
        } else {
            emulator.keys.authenticate(&parts.headers, address, now)?
        };
        if !self.methods().contains(&parts.method) {
            return Ok(not_allowed(self.methods()));
        }
        let count = |charges| count(emulator, self.family(), charges, now);
        let (by_address, by_owner) = (|class| vec![(Payer::Address(address), class)], Payer::Owner);
        match &self {
            Self::Introspection => {
                let counted = count(by_address(Class::Introspection))?;
                counted.tell(introspection::answer(&emulator.keys, body, address, now))
            }
            Self::Usernames => {
                let counted = count(by_address(Class::Usernames))?;
                counted.tell(usernames(emulator, body))
            }
            Self::User(id) => {
                let counted = count(vec![(by_owner, Class::User)])?;
                counted.tell(user(emulator, id))
            }
            Self::Universe(universe) => {
                let universe = Family::V2.universe_id(universe)?;
                if parts.method == Method::GET {
                    return reply::serialised(&emulator.descriptions.get(universe));
                }
                authorise(&caller, Permission::WriteUniverse, universe)?;
                change_universe(emulator, parts, universe, body, now)
            }
            Self::Publish { universe } => {
                let PublishBody { topic, message } = publish_body(body)?;
                let topic = topic.ok_or_else(|| Refusal::argument("The topic is required."))?;
                let universe = publisher(&caller, universe)?;
                let counted = count(message_charges(universe, &topic))?;
                let published = publish(emulator, universe, topic, message, now);
                counted.tell(published.map(|()| reply::json(StatusCode::OK, "{}")))
            }
            Self::PublishV1 { universe, topic } => {
                let PublishBody { message, .. } = publish_body(body)?;
                let universe = publisher(&caller, universe)?;
                let mut charges = message_charges(universe, topic);
                charges.push((by_owner, Class::MessageV1));
                let counted = count(charges)?;
                let published = publish(emulator, universe, topic.clone(), message, now);
                counted.tell(published.map(|()| Response::new(Bytes::new())))
            }
        }
    }
}

fn authorise(caller: &Caller, permission: Permission, universe: i64) -> Result<(), Refusal> {
    if caller.may(permission, universe, None) { Ok(()) } else { Err(Family::V2.forbidden()) }
}

/// Describes a user; what needs a scope of its own is left out.
fn user(emulator: &Emulator, id: &str) -> Result<Response<Bytes>, Refusal> {
    let invalid = || Refusal::argument("Invalid user id.");
    let digits = id.bytes().all(|byte| byte.is_ascii_digit());
    let id: i64 = id.parse().ok().filter(|_| digits).ok_or_else(invalid)?;
    let names = emulator.users.find(id);
    let names = names.ok_or_else(|| Refusal::Status(V2Code::NotFound, "User not found.".to_owned()))?;
    // Made up: users came one a second from 2006 on.
    let first = Timestamp::from_unix_millis(1_141_000_000_000);
    let created =
        first.saturating_add(std::time::Duration::from_millis(id.unsigned_abs().saturating_mul(50)));
    reply::serialised(&json!({
        "path": format!("users/{id}"),
        "createTime": reply::v2_time(created),
        "id": id.to_string(),
        "name": names.name,
        "displayName": names.display_name,
        "about": "",
        "locale": "en-US",
        "premium": false,
    }))
}

/// Finds users by their names; unknown names are left out, of equal ones the first counts.
fn usernames(emulator: &Emulator, body: &Bytes) -> Result<Response<Bytes>, Refusal> {
    let refuse = |message| Refusal::Gateway(StatusCode::BAD_REQUEST, message);
    let question: UsernamesQuestion =
        serde_json::from_slice(body).map_err(|_| refuse("The request body is not valid."))?;
    if question.usernames.len() > USERNAMES_LIMIT {
        return Err(refuse("Too many usernames."));
    }
    let mut data: Vec<FoundUser> = Vec::new();
    for requested_username in question.usernames {
        let Some((id, names)) = emulator.users.find_by_name(&requested_username) else { continue };
        if data.iter().all(|found| found.id != id) {
            let (name, display_name) = (names.name, names.display_name);
            data.push(FoundUser { requested_username, has_verified_badge: false, id, name, display_name });
        }
    }
    reply::serialised(&UsernamesAnswer { data })
}

fn change_universe(
    emulator: &Emulator,
    parts: &Parts,
    universe: i64,
    body: &Bytes,
    now: Timestamp,
) -> Result<Response<Bytes>, Refusal> {
    let query = Query::parse(parts.uri.query().unwrap_or_default()).ok_or_else(|| Family::V2.not_utf8())?;
    let members: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| Refusal::argument("The request body is not a JSON object."))?;
    reply::serialised(&emulator.descriptions.change(universe, query.get("updateMask"), &members, now)?)
}

fn publish_body(body: &Bytes) -> Result<PublishBody, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::argument("The request body is not a JSON object."))
}

/// The universe that the caller may publish to.
fn publisher(caller: &Caller, universe: &str) -> Result<i64, Refusal> {
    let universe = Family::V2.universe_id(universe)?;
    authorise(caller, Permission::Publish, universe)?;
    Ok(universe)
}

fn message_charges(universe: i64, topic: &str) -> Vec<Charge> {
    let by_topic = (Payer::Topic(universe, topic.to_owned()), Class::Message);
    vec![(Payer::Universe(universe), Class::Message), by_topic]
}

/// What a request was counted as, if it was.
struct Told(Option<Counted>);

impl Told {
    /// Adds to an answer what is left of the limit.
    fn tell(self, answer: Result<Response<Bytes>, Refusal>) -> Result<Response<Bytes>, Refusal> {
        let Some(counted) = self.0 else { return answer };
        let mut reply = answer.unwrap_or_else(Refusal::into_reply);
        counted.tell(&mut reply);
        Ok(reply)
    }
}

/// Counts a request, or refuses it.
fn count(
    emulator: &Emulator,
    family: Option<Family>,
    charges: Vec<Charge>,
    now: Timestamp,
) -> Result<Told, Refusal> {
    let counted = emulator.meter.count(charges, 0, now);
    counted.map(Told).map_err(|refused| Refusal::Reply(Box::new(refused.into_reply(family))))
}

fn publish(
    emulator: &Emulator,
    universe: i64,
    topic: String,
    message: Option<String>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let message = message.ok_or_else(|| Refusal::argument("The message is required."))?;
    emulator.messages.publish(universe, topic, message, now).map_err(Refusal::argument)
}

/// Decodes a segment; none when it is empty or not UTF-8.
fn decode(segment: &str) -> Option<String> {
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    (!text.is_empty()).then(|| text.into_owned())
}
