//! The body of a request: whole, no larger than it may be, and in time (S-64).
//!
//! **Invariant:** a client that stops halfway does not hold its connection's place for longer than [`BODY_DEADLINE`].

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use protocol::ErrorCode;

use crate::edge::error::ApiError;

/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// How long a body that nobody reads may take to go by.
const UNREAD_DEADLINE: Duration = Duration::from_secs(1);

/// Reads a body of at most `limit_bytes`.
pub(crate) async fn read(body: Body, limit_bytes: usize) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(BODY_DEADLINE, Limited::new(body, limit_bytes).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("the request's body is over {limit_bytes} bytes; send less at a time");
            Err(ApiError::new(ErrorCode::ValueTooLarge, message))
        }
        Ok(Err(_)) => {
            Err(ApiError::new(ErrorCode::RequestInvalid, "the request's body broke off; send it again"))
        }
        Err(_) => {
            let message = format!(
                "the request's body did not arrive within {} seconds; send it at once",
                BODY_DEADLINE.as_secs()
            );
            Err(ApiError::new(ErrorCode::RequestInvalid, message))
        }
    }
}

/// Lets a body go by without keeping it, as far and as long as is worth it: a client that is still sending when its
/// connection ends may never see the answer.
pub(crate) async fn pass_over(body: Body, limit_bytes: usize) {
    let mut body = Limited::new(body, limit_bytes);
    let passing = async { while let Some(Ok(_)) = body.frame().await {} };
    // Whether it came to its end makes no difference.
    let _ = tokio::time::timeout(UNREAD_DEADLINE, passing).await;
}
