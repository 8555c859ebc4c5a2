//! `dsmp emulate` as a whole: the emulator in a directory of its own, served until it is asked to stop.
//!
//! **Invariant:** the daemon's own data is never touched: the emulator has its own directory, lock and databases.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use daemon_roblox::emulator::access::ApiKey;
use daemon_roblox::emulator::limits::Limits;
use daemon_roblox::emulator::{Emulator, EmulatorOptions};
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::config::DataDirectory;
use crate::edge;
use crate::tasks::Tasks;

/// Runs the emulator in `directory` on a bound listener until `shutdown` resolves, then stops in order.
///
/// `started` is called once requests are answered.
pub async fn run(
    directory: &Path,
    listener: TcpListener,
    clock: Clock,
    api_keys: Vec<ApiKey>,
    limits: Option<Limits>,
    started: impl FnOnce(),
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let address = listener.local_addr().context("the listener has no address")?;
    anyhow::ensure!(address.ip().is_loopback(), "refusing to listen on `{address}`: only loopback is served");
    let _directory = DataDirectory::open(directory)?;
    let options = EmulatorOptions { api_keys, limits, real_time: Arc::new(move || clock.now()) };
    let emulator = Arc::new(Emulator::open(directory, options)?);
    let tasks = Tasks::default();
    let router = edge::emulator::router(Arc::clone(&emulator), address.port());
    let server = edge::serve(router, tasks.clone(), listener);
    started();
    tokio::pin!(shutdown);
    tokio::select! {
        () = server => {}
        () = &mut shutdown => {}
    }
    if !tasks.stop().await {
        tracing::warn!("some requests had not ended within the deadline and were left behind");
    }
    emulator.close().await;
    Ok(())
}
