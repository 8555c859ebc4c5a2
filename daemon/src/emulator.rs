//! `dsmp emulate` as a whole: the emulator in a directory of its own, served until it is asked to stop.
//!
//! **Invariant:** the daemon's own data is never touched: the emulator has its own directory, lock and databases.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use daemon_roblox::emulator::access::ApiKey;
use daemon_roblox::emulator::limits::Limits;
use daemon_roblox::emulator::{Emulator, EmulatorOptions};
use http::Request;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::config::DataDirectory;
use crate::edge;
use crate::tasks::Tasks;

/// What an emulator is asked to be.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The keys to accept; when there are none, any.
    pub api_keys: Vec<String>,
    /// What is refused for being too much.
    pub limits: Option<Limits>,
    /// JSON lines to import before anything is answered, as `/_emulator/import` takes them.
    pub seed: Option<Vec<u8>>,
}

/// Runs the emulator in `directory` on a bound listener until `shutdown` resolves, then stops in order.
///
/// `started` is called once requests are answered.
pub async fn run(
    directory: &Path,
    listener: TcpListener,
    clock: Clock,
    settings: Settings,
    started: impl FnOnce(),
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let address = listener.local_addr().context("the listener has no address")?;
    anyhow::ensure!(address.ip().is_loopback(), "refusing to listen on `{address}`: only loopback is served");
    let _directory = DataDirectory::open(directory)?;
    let api_keys = settings.api_keys.iter().map(|key| ApiKey::unrestricted(key)).collect();
    let options =
        EmulatorOptions { api_keys, limits: settings.limits, real_time: Arc::new(move || clock.now()) };
    let emulator = Arc::new(Emulator::open(directory, options)?);
    if let Some(seed) = settings.seed {
        import(&emulator, settings.api_keys.first(), seed).await?;
    }
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

/// Imports a seed the way anybody else would.
async fn import(emulator: &Emulator, key: Option<&String>, seed: Vec<u8>) -> anyhow::Result<()> {
    let request = Request::post("/_emulator/import")
        .header("x-api-key", key.map_or("seed", String::as_str))
        .body(Bytes::from(seed))?;
    let answer = emulator.answer(request).await;
    if answer.status().is_success() {
        return Ok(());
    }
    let told: serde_json::Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let reason = told["message"].as_str().unwrap_or("no reason was given");
    anyhow::bail!("the seed could not be imported: {reason}")
}
