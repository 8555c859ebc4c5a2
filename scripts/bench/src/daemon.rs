//! `dsmp` itself: its data directories, its commands, and the daemon and the emulator as processes.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::place::Place;
use crate::process::Running;

/// How long the daemon may take to say that it listens, and to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the daemon says once it answers.
const LISTENING: &str = "listening on http://127.0.0.1:";

/// The program under test.
#[derive(Clone, Debug)]
pub(crate) struct Program(pub(crate) PathBuf);

/// A data directory with a token for clients.
#[derive(Debug)]
pub(crate) struct DataDirectory {
    pub(crate) path: PathBuf,
    pub(crate) token: String,
}

/// A running daemon, or emulator; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Daemon {
    running: Running,
    pub(crate) port: u16,
}

impl Program {
    /// A command on a data directory, with nothing of this process's settings.
    pub(crate) fn command(&self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.args(arguments).env("DSMP_DATA_DIR", data).env_remove("DSMP_PORT").env_remove("DSMP_LOG");
        command.stdout(Stdio::null());
        command
    }

    /// Makes a data directory, sample data and all, so that no measured command has to.
    pub(crate) async fn make_data(&self, place: &Place, name: &str) -> anyhow::Result<DataDirectory> {
        let path = place.path(name);
        let mut command = self.command(&path, &["token", "create", "--role", "editor", "--name", "bench"]);
        command.stdout(Stdio::piped());
        let mut running = Running::start(place, command)?;
        let mut output = running.child().stdout.take().context("the output is piped")?;
        let mut token = String::new();
        output.read_to_string(&mut token).await?;
        running.finish().await?;
        Ok(DataDirectory { path, token: token.trim().to_owned() })
    }

    /// Starts the daemon on a free port and waits until it says that it listens.
    pub(crate) async fn serve(&self, place: &Place, data: &DataDirectory) -> anyhow::Result<Daemon> {
        self.listen(place, &data.path, &["serve", "--port", "0"]).await
    }

    /// Starts the emulator without limits on a free port, over a data directory of its own.
    pub(crate) async fn emulate(&self, place: &Place, data: &Path) -> anyhow::Result<Daemon> {
        self.listen(place, data, &["emulate", "--port", "0", "--limits", "off"]).await
    }

    async fn listen(&self, place: &Place, data: &Path, arguments: &[&str]) -> anyhow::Result<Daemon> {
        let mut command = self.command(data, arguments);
        command.stdout(Stdio::piped());
        let mut running = Running::start(place, command)?;
        let output = running.child().stdout.take().context("the output is piped")?;
        let mut line = String::new();
        let mut output = BufReader::new(output);
        match timeout(PATIENCE, output.read_line(&mut line)).await {
            Ok(read) => read?,
            Err(_) => bail!("the daemon does not start within {} s: {}", PATIENCE.as_secs(), running.words()),
        };
        let port = line.trim().strip_prefix(LISTENING).and_then(|port| port.parse().ok());
        let port = port.with_context(|| format!("the daemon did not start: {line}{}", running.words()))?;
        // Its second line would find no reader otherwise.
        running.child().stdout = Some(output.into_inner());
        Ok(Daemon { running, port })
    }
}

impl Daemon {
    /// The process id.
    pub(crate) fn id(&self) -> anyhow::Result<u32> {
        self.running.id()
    }

    /// Since the process was started.
    pub(crate) fn elapsed(&self) -> Duration {
        self.running.elapsed()
    }

    /// Asks the daemon to stop, and waits until it has.
    #[cfg(unix)]
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        use rustix::process::{Pid, Signal, kill_process};

        let id = i32::try_from(self.running.id()?).ok().and_then(Pid::from_raw);
        kill_process(id.context("the process has an id")?, Signal::TERM)?;
        timeout(PATIENCE, self.running.finish()).await.context("the daemon does not stop")??;
        Ok(())
    }

    /// Ends the daemon: Windows has no signal that reaches it alone.
    #[cfg(not(unix))]
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        drop(self);
        Ok(())
    }
}
