//! The dashboard's files, which are part of the binary.
//!
//! **Invariant:** they hold no data and need no credential; everything they show is asked for with one.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::ErrorCode;

use crate::commands::error::CommandError;
use crate::edge::error::ApiError;
use crate::edge::headers::page_policy;
use crate::secret::random_hex;
use crate::state::AppState;

/// A file of the dashboard.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    content: &'static [u8],
    /// The same, compressed with gzip, where that is smaller.
    compressed: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Where the dashboard's page wants its nonce.
const NONCE_PLACE: &str = "__CSP_NONCE__";

/// `GET /`
pub(crate) async fn index(State(state): State<AppState>) -> Result<Response, ApiError> {
    let nonce = STANDARD.encode(random_hex(16));
    let page = INDEX.replace(NONCE_PLACE, &nonce);
    let port = state.address().map_or(0, |address| address.port());
    let policy = HeaderValue::from_str(&page_policy(&nonce, port))
        .map_err(|error| CommandError::internal("the page's policy is no header value", error))?;
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response())
}

/// `GET /{path}`
pub(crate) async fn file(Path(path): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == path) else {
        let message = "there is nothing at this path; the dashboard is at `/`, the API below `/api/v1`";
        return Err(ApiError::new(ErrorCode::NotFound, message));
    };
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts_gzip = accepted.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip"));
    let mut response = match asset.compressed {
        Some(compressed) if accepts_gzip => {
            ([(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))], compressed).into_response()
        }
        _ => asset.content.into_response(),
    };
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // Built names carry a hash of their content; the page that names them is never stored.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

/// Whether this build carries the real dashboard, and not the page that tells how to build it.
pub fn has_dashboard() -> bool {
    !ASSETS.is_empty()
}
