//! The paths that steer the emulator, below `/_emulator/`; Roblox has none of them.
//!
//! They take a key the emulator knows, in whatever state and from wherever, so that a key that was disabled can be enabled
//! again. What is wrong is told in a sentence as `message`; members that are not known are refused (S-62).

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::emulator::Emulator;
use crate::emulator::refusal::Refusal;

mod clock;
mod faults;
mod keys;
mod messages;
mod transfer;
mod users;

/// Where the paths that steer the emulator begin.
pub(super) const PREFIX: &str = "/_emulator/";

/// Does what a path says.
pub(super) async fn answer(
    emulator: &Emulator,
    parts: &Parts,
    body: &Bytes,
) -> Result<Response<Bytes>, Refusal> {
    emulator.keys.recognise(&parts.headers)?;
    let name = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    match (name, &parts.method) {
        ("keys", &Method::GET) => keys::show(emulator),
        ("keys", &Method::PUT) => keys::set(emulator, body),
        ("clock", &Method::GET) => clock::show(emulator),
        ("clock", &Method::POST) => clock::set(emulator, body),
        ("clock", _) => Ok(not_allowed(name, "GET, POST")),
        ("faults", &Method::GET) => faults::show(emulator),
        ("faults", &Method::POST) => faults::add(emulator, body),
        ("faults", &Method::DELETE) => faults::clear(emulator),
        ("faults", _) => Ok(not_allowed(name, "GET, POST, DELETE")),
        ("messages", &Method::GET) => messages::show(emulator),
        ("users", &Method::GET) => users::show(emulator),
        ("users", &Method::PUT) => users::set(emulator, body),
        ("keys" | "users", _) => Ok(not_allowed(name, "GET, PUT")),
        ("export", &Method::GET) => transfer::export(emulator, parts).await,
        ("export" | "messages", _) => Ok(not_allowed(name, "GET")),
        ("import", &Method::POST) => transfer::import(emulator, body).await,
        ("reset", &Method::POST) => transfer::reset(emulator, body).await,
        ("import" | "reset", _) => Ok(not_allowed(name, "POST")),
        _ => Err(Refusal::Control(
            StatusCode::NOT_FOUND,
            format!(
                "`{PREFIX}{name}` does not exist; there are clock, export, faults, import, keys, messages, reset and users"
            ),
        )),
    }
}

/// Reads a body.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| invalid(format!("the body cannot be read: {error}")))
}

/// Refuses what was sent.
fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::Control(StatusCode::BAD_REQUEST, message.into())
}

fn not_allowed(name: &str, methods: &'static str) -> Response<Bytes> {
    let message = format!("`{PREFIX}{name}` takes {methods} only");
    let mut reply = Refusal::Control(StatusCode::METHOD_NOT_ALLOWED, message).into_reply();
    reply.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    reply
}
