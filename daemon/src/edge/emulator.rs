//! Roblox's Open Cloud, answered by the emulator: a router that hands every request on.
//!
//! The guard stands before it as before the daemon's own router (S-02, S-03). What is answered is the emulator's business;
//! none of the daemon's headers are added, so that clients see what Roblox would send.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware;
use axum::response::Response;
use daemon_roblox::emulator::Emulator;
use http::{HeaderValue, StatusCode, header};

use crate::edge::{body, guard};

/// The largest body that is read: a value of the largest size, and what JSON takes around it when it is escaped.
const BODY_LIMIT_BYTES: usize = 16 << 20;

/// Everything the emulator answers to.
pub fn router(emulator: Arc<Emulator>, port: u16) -> Router {
    Router::new()
        .fallback(answer)
        .layer(middleware::from_fn_with_state(port, guard::guard))
        .with_state(emulator)
}

async fn answer(State(emulator): State<Arc<Emulator>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match body::read(body, BODY_LIMIT_BYTES).await {
        Ok(body) => emulator.answer(http::Request::from_parts(parts, body)).await.map(Body::from),
        Err(error) => unreadable(&error.0.message),
    }
}

/// A body that is not there in time, or too large for any endpoint, is refused by Roblox's gateway, in its shape
/// (`roblox-apis.md §1.4`); the status and the words are [I].
fn unreadable(message: &str) -> Response {
    let text = serde_json::json!({ "errors": [{ "code": 0, "message": message }] }).to_string();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
