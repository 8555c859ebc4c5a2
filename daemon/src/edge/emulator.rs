//! Roblox's Open Cloud, answered by the emulator: a router that hands every request on.
//!
//! The guard stands before it as before the daemon's own router (S-02, S-03). What is answered is the emulator's business;
//! none of the daemon's headers are added, so that clients see what Roblox would send.
//!
//! **Invariant:** a body is read once the key was looked at, and no further than its path allows (S-64).

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware;
use axum::response::Response;
use daemon_roblox::emulator::faults::Delivery;
use daemon_roblox::emulator::{Emulator, admission};
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use protocol::ErrorCode;

use crate::edge::{HangUp, body, guard};

/// The most bytes that are let go by unread, so that whoever still sends them hears the answer.
const UNREAD_LIMIT_BYTES: usize = 8 << 20;

/// Everything the emulator answers to.
pub fn router(emulator: Arc<Emulator>, port: u16) -> Router {
    Router::new()
        .fallback(answer)
        .layer(middleware::from_fn_with_state(port, guard::guard))
        .with_state(emulator)
}

async fn answer(State(emulator): State<Arc<Emulator>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let limit_bytes = match emulator.admit(&parts) {
        Ok(limit_bytes) => limit_bytes,
        Err(refused) => {
            body::pass_over(body, UNREAD_LIMIT_BYTES).await;
            return deliver(*refused);
        }
    };
    match body::read(body, limit_bytes).await {
        Ok(body) => deliver(emulator.answer(http::Request::from_parts(parts, body)).await),
        Err(error) if error.0.code == ErrorCode::ValueTooLarge => {
            deliver(admission::too_long(parts.uri.path()))
        }
        Err(error) => unreadable(&error.0.message),
    }
}

/// Sends an answer, or what a fault that was asked for leaves of it.
fn deliver(mut answer: http::Response<Bytes>) -> Response {
    match answer.extensions_mut().remove() {
        None => answer.map(Body::from),
        Some(Delivery::Drop) => {
            answer.extensions_mut().insert(HangUp);
            answer.map(Body::from)
        }
        Some(Delivery::Truncate { bytes }) => {
            let length = HeaderValue::from(answer.body().len());
            answer.headers_mut().insert(header::CONTENT_LENGTH, length);
            answer.map(|body| {
                let start = body.slice(..bytes.min(body.len()));
                Body::from_stream(stream::iter([Ok(start), Err(io::Error::other("cut off, as was asked"))]))
            })
        }
    }
}

/// A body that is not there in time is refused by Roblox's gateway, in its shape
/// (`roblox-apis.md §1.4`); the status and the words are \[I\].
fn unreadable(message: &str) -> Response {
    let text = serde_json::json!({ "errors": [{ "code": 0, "message": message }] }).to_string();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
