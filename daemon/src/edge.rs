//! HTTP and WebSocket: where requests come in, and the only place that knows their wire.
//!
//! The guard (Host and Origin) stands before everything; then routes from the catalogue, the few exchanges that need
//! no credential, the socket, and the dashboard's files. No rule about data stores is here.
//!
//! **Invariant:** the guard sees every request and upgrade first, static files and unknown paths included (S-02).
//!
//! **Invariant:** every refusal has the same body, made in [`error`] alone.

pub mod router;
pub mod guard;
pub mod rest;
pub mod access;
pub mod socket;
pub mod error;
pub mod convert;
pub mod assets;
pub mod emulator;

mod body;
mod credential;
mod headers;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::gate::limits::CONNECTION_LIMIT;
use crate::tasks::Tasks;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// An answer with this extension is not sent: its connection is closed instead, as a network that fails would.
#[derive(Clone, Copy, Debug)]
struct HangUp;

/// Why a connection ends without an answer.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the answer is withheld, as was asked")]
struct Withheld;

impl From<Infallible> for Withheld {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

fn unless_hung_up(answer: Result<Response, Infallible>) -> Result<Response, Withheld> {
    let answer = answer?;
    if answer.extensions().get::<HangUp>().is_some() { Err(Withheld) } else { Ok(answer) }
}

/// Answers what comes in on a listener until `tasks`, which own the connections, are stopped.
pub async fn serve(router: axum::Router, tasks: Tasks, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(CONNECTION_LIMIT));
    let stopping = tasks.stopping().clone();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = serve_connection(stopping.clone(), router.clone(), stream, place);
                tasks.spawn(connection);
            }
            // The other side went away, or the process is out of file handles: the next one may fare better.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn serve_connection(
    stopping: CancellationToken,
    router: axum::Router,
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
) {
    // Answers are written whole; waiting to fill packets would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY is not to be had");
    }
    let service = ServiceExt::<Request<Incoming>>::map_result(router, unless_hung_up);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}
