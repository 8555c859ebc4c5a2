//! The daemon: one process on the developer's machine that holds the data layer, and the command line that talks to it.
//!
//! A request walks one line: [`edge`] decodes it, [`gate`] decides who may, [`commands`] do it, [`universes`] hold the
//! data. What has to be told later is an event, published in [`events`] and forwarded by the edge.
//!
//! **Invariant:** `edge` and `studio` use `gate`, `gate` uses `commands`, `commands` use `universes`; nothing calls back.
//!
//! **Invariant:** the daemon listens on 127.0.0.1 only.

pub mod config;
pub mod state;
pub mod edge;
pub mod gate;
pub mod commands;
pub mod universes;
pub mod keeper;
pub mod studio;
pub mod events;
pub mod plugin;
pub mod autostart;
pub mod emulator;
pub mod cli;

pub mod clock;
pub mod framing;
pub mod json_text;
pub mod listener;
pub mod memory;
pub mod meter;
pub mod secret;
pub mod tasks;
pub mod unlocks;

use std::future::Future;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::config::{Config, DaemonFile};
use crate::gate::identity::Caller;
use crate::secret::Secret;
use crate::state::AppState;

/// How often expired revisions are removed from disk.
const PURGE_INTERVAL: Duration = Duration::from_hours(1);

/// What a started daemon tells whoever started it.
#[derive(Debug)]
pub struct Started {
    /// The daemon's state, for callers in the same process.
    pub state: AppState,
    /// A sign-in link to the dashboard that works once, within a minute.
    pub open_url: String,
}

/// Runs the daemon on a bound listener until `shutdown` resolves, then stops in order.
///
/// `started` is called once requests are answered. Stop order: no new connections, sockets closed, tasks ended within
/// a deadline, databases last.
pub async fn run(
    config: Config,
    listener: TcpListener,
    clock: Clock,
    started: impl FnOnce(Started),
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let address = listener.local_addr().context("the listener has no address")?;
    anyhow::ensure!(address.ip().is_loopback(), "refusing to listen on `{address}`: only loopback is served");
    let pairing = Secret::random();
    let state = AppState::open(&config, Some(address), pairing.clone(), clock).await?;
    state.directory().publish(&DaemonFile {
        port: address.port(),
        instance: state.instance().to_owned(),
        process: std::process::id(),
        pairing_key: pairing.to_hex(),
    })?;
    let (code, _) = state.identity().sessions.invite(&Caller::owner());
    state.tasks().spawn(purge_expired(state.clone()));
    state.tasks().spawn(meter::tell(state.clone()));
    let server = edge::serve(edge::router::router(&state), state.tasks().clone(), listener);
    started(Started { state: state.clone(), open_url: gate::sessions::sign_in_url(address, &code) });
    tokio::pin!(shutdown);
    tokio::select! {
        () = server => {}
        () = &mut shutdown => {}
    }
    state.directory().withdraw();
    state.close().await;
    Ok(())
}

/// Removes expired revisions, at once and then every hour; what has expired is out of sight already.
async fn purge_expired(state: AppState) {
    let mut hours = tokio::time::interval(PURGE_INTERVAL);
    loop {
        tokio::select! {
            _ = hours.tick() => {}
            () = state.tasks().stopping().cancelled() => return,
        }
        if let Err(error) = state.universes().purge().await {
            tracing::warn!(%error, "expired revisions could not be removed; they are tried again in an hour");
        }
    }
}
