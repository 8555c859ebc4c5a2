//! What every command that serves begins and ends with: a port, privacy, and the wish to stop.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use crate::cli::exit::{Exit, Failure};
use crate::listener;

/// Listens on a port of 127.0.0.1.
pub(super) fn bind(port: u16) -> Result<TcpListener, Failure> {
    listener::bind(port).map_err(|error| {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let message = match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "cannot listen on `{address}`: the port is taken, most likely by another dsmp; stop that, or choose another port with `--port` (0 takes a free one)"
            ),
            io::ErrorKind::PermissionDenied => format!(
                "cannot listen on `{address}`: the system reserves this port; choose another with `--port` (0 takes a free one)"
            ),
            _ => format!("cannot listen on `{address}`: {error}; choose another port with `--port`"),
        };
        Failure::new(Exit::Failed, message)
    })
}

/// Resolves when the person, or the system, asks the process to stop.
#[cfg(unix)]
pub(super) fn shutdown_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let listen = |kind| {
        signal(kind).map_err(|error| Failure::other(format!("cannot listen for signals to stop: {error}")))
    };
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
    })
}

/// Resolves when the person, or the system, asks the process to stop.
#[cfg(windows)]
pub(super) fn shutdown_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::windows;

    let failed = |error: io::Error| Failure::other(format!("cannot listen for signals to stop: {error}"));
    let mut interrupt = windows::ctrl_c().map_err(failed)?;
    let mut close = windows::ctrl_close().map_err(failed)?;
    let mut break_off = windows::ctrl_break().map_err(failed)?;
    let mut shutdown = windows::ctrl_shutdown().map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = close.recv() => {}
            _ = break_off.recv() => {}
            _ = shutdown.recv() => {}
        }
        tracing::info!("stopping");
    })
}

/// Makes files for this account alone, and no dumps of a memory that holds keys (S-14, S-55).
#[cfg(unix)]
pub(super) fn keep_private() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    write_no_dumps();
}

/// Has the system write no dumps of this process, or of those it starts, for its memory holds a secret (S-55).
#[cfg(unix)]
pub(super) fn write_no_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "core dumps could not be turned off");
    }
}

/// Windows keeps the files of an account's profile to it, and writes no dumps unless told to.
#[cfg(not(unix))]
pub(super) fn keep_private() {}

/// Windows writes no dumps unless told to.
#[cfg(not(unix))]
pub(super) fn write_no_dumps() {}
