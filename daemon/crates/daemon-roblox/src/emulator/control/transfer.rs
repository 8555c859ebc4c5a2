//! `/_emulator/export`, `/_emulator/import` and `/_emulator/reset`: what universes hold, as a text of one JSON object a line.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use crate::emulator::Emulator;
use crate::emulator::control::{invalid, read};
use crate::emulator::query::Query;
use crate::emulator::refusal::Refusal;
use crate::emulator::reply;
use crate::emulator::transfer::{self, TEXT_LIMIT_BYTES, TransferError};

/// What a reset takes: nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Writes what all universes hold, or the one that the query names as `universe`.
pub(super) async fn export(emulator: &Emulator, parts: &Parts) -> Result<Response<Bytes>, Refusal> {
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let query = query.ok_or_else(|| invalid("the query is not valid UTF-8"))?;
    let universe = query.get("universe").map(str::parse).transpose();
    let universe = universe.map_err(|_| invalid("`universe` must be a whole number"))?;
    let text = transfer::export(&emulator.universes, universe, emulator.now()).await.map_err(refusal)?;
    let mut reply = reply::json(StatusCode::OK, text);
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(reply)
}

/// Writes entries; existing keys get a further version.
pub(super) async fn import(emulator: &Emulator, body: &Bytes) -> Result<Response<Bytes>, Refusal> {
    if body.len() > TEXT_LIMIT_BYTES {
        let message = format!("the body is too long; import up to {TEXT_LIMIT_BYTES} bytes at once");
        return Err(Refusal::Control(StatusCode::PAYLOAD_TOO_LARGE, message));
    }
    let imported = transfer::import(&emulator.universes, body, emulator.now()).await.map_err(refusal)?;
    reply::serialised(&json!({ "imported": imported }))
}

/// Takes the emulator back to how it was when it was first opened.
pub(super) async fn reset(emulator: &Emulator, body: &Bytes) -> Result<Response<Bytes>, Refusal> {
    if !body.is_empty() {
        let Nothing {} = read(body)?;
    }
    emulator.reset().await?;
    Ok(reply::json(StatusCode::OK, "{}"))
}

fn refusal(error: TransferError) -> Refusal {
    match error {
        TransferError::Line { number, problem } => {
            invalid(format!("line {number}: {problem}; nothing was imported"))
        }
        TransferError::TooMuch => Refusal::Control(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("there are more than {TEXT_LIMIT_BYTES} bytes; name one universe as `?universe=7`"),
        ),
        TransferError::Store { error, store, taken } => {
            let taken = match transfer::ranges(&taken) {
                taken if taken.is_empty() => "nothing was imported".to_owned(),
                taken => format!("imported were lines {taken} only"),
            };
            let message = format!("data store `{store}` could not be written: {error}; {taken}");
            Refusal::Control(StatusCode::CONFLICT, message)
        }
        TransferError::Emulator(error) => error.into(),
    }
}
