//! From a refusal to what the caller sees: the one conversion, for HTTP and for sockets.
//!
//! **Invariant:** causes go to the log under the request id; the caller gets code, message and that id.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use protocol::{ErrorBody, ErrorCode, RequestId};
use uuid::Uuid;

use crate::commands::error::CommandError;

/// Seconds after which a caller over a limit may try again.
const RETRY_AFTER_SECONDS: u32 = 5;

/// A refusal on its way to the caller.
#[derive(Debug)]
pub struct ApiError(pub ErrorBody);

impl ApiError {
    /// A refusal the edge itself makes.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        CommandError::new(code, message).into()
    }

    /// A refusal of a request that has an id already.
    pub fn for_request(error: CommandError, request_id: RequestId) -> Self {
        if let Some(cause) = &error.cause {
            tracing::error!(request.id = %request_id, code = error.code.code(), %cause, "request failed");
        } else {
            tracing::debug!(request.id = %request_id, code = error.code.code(), "request refused");
        }
        Self(ErrorBody { code: error.code, message: error.message, request_id, current: error.current })
    }
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        Self::for_request(error, RequestId(Uuid::now_v7().to_string()))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&self.0)).into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
            }
            _ => {}
        }
        response
    }
}
