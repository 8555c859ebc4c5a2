//! The socket of all clients: `GET /api/v1/ws`.
//!
//! Who calls is decided before the 101 (S-06). The first message is `hello`; then requests are answered as they
//! finish, each exactly once, and events are forwarded to whoever subscribed.
//!
//! **Invariant:** a request is answered once, within its deadline.
//!
//! **Invariant:** a client that is too slow for its events is told `resyncRequired`; nothing is dropped silently.
//!
//! **Invariant:** the socket closes as soon as its credential is revoked, and nothing is served after that (S-16).

mod handshake;
mod session;

use axum::extract::{Request, State};
use axum::response::Response;
use hyper_util::rt::TokioIo;
use protocol::{ErrorCode, FRAME_LIMIT_BYTES, MESSAGE_LIMIT_BYTES};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::edge::credential::socket_caller;
use crate::edge::error::ApiError;
use crate::edge::socket::session::Session;
use crate::gate::limits::SOCKETS_PER_PRINCIPAL;
use crate::state::AppState;

/// Opens a socket for a caller that is known.
pub(crate) async fn upgrade(
    State(state): State<AppState>,
    mut request: Request,
) -> Result<Response, ApiError> {
    let port = state.address().map_or(0, |address| address.port());
    let caller = socket_caller(&state, request.headers(), port).await?;
    let answer = handshake::answer(request.headers())?;
    let count = state.sockets().take(&caller.id, SOCKETS_PER_PRINCIPAL).ok_or_else(|| {
        let message = format!("`{}` has {SOCKETS_PER_PRINCIPAL} sockets open; close one first", caller.name);
        ApiError::new(ErrorCode::LimitReached, message)
    })?;
    let place = state.pending_upgrades().try_acquire_owned().map_err(|_| {
        ApiError::new(ErrorCode::LimitReached, "too many sockets are being opened; try again in a moment")
    })?;
    let upgrade = hyper::upgrade::on(&mut request);
    let tasks = state.tasks().clone();
    tasks.spawn(async move {
        let _count = count;
        let upgraded = match upgrade.await {
            Ok(upgraded) => upgraded,
            Err(error) => {
                tracing::debug!(%error, "an upgrade did not come about");
                return;
            }
        };
        let socket =
            WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config())).await;
        Session::new(state, caller, socket).run(place).await;
    });
    Ok(answer)
}

/// The limits of a socket (S-06).
fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_frame_size(Some(FRAME_LIMIT_BYTES))
        .max_message_size(Some(MESSAGE_LIMIT_BYTES))
}
