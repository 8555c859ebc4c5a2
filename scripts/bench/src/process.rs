//! Programs that are started, timed, and ended with us.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::process::{Child, Command};

use crate::memory;
use crate::place::Place;

/// How often the memory of a program is looked at; the system keeps its peak, so only the last moment can be missed.
const MEMORY_POLL: Duration = Duration::from_millis(20);

/// How long a program that is killed may take to be gone.
const KILL_PATIENCE: Duration = Duration::from_secs(10);

/// The most of a failed program's words that are repeated.
const WORDS_BYTES: usize = 2_000;

/// A program that ended well.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finished {
    /// From its start to its end.
    pub(crate) seconds: f64,
    /// The most memory it held resident, where the system tells.
    pub(crate) peak_bytes: Option<u64>,
}

/// A program under way; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    /// Whether it leads a group of processes that ends with it.
    leads: bool,
    name: String,
    errors: PathBuf,
    started: Instant,
}

impl Running {
    /// Starts a program; what it says on standard error is kept in `place`, to be told should it fail.
    pub(crate) fn start(place: &Place, command: Command) -> anyhow::Result<Self> {
        Self::spawn(place, command, false)
    }

    /// Starts a program that starts others, all of which are ended with it; what it says on either output is kept.
    pub(crate) fn start_group(place: &Place, command: Command) -> anyhow::Result<Self> {
        Self::spawn(place, command, true)
    }

    fn spawn(place: &Place, mut command: Command, leads: bool) -> anyhow::Result<Self> {
        let program = Path::new(command.as_std().get_program());
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let errors = place.path(&format!("{name}.stderr"));
        let file = File::create(&errors)?;
        if leads {
            #[cfg(unix)]
            command.process_group(0);
            command.stdout(file.try_clone()?);
        }
        command.stdin(Stdio::null()).stderr(file);
        let started = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start `{name}`"))?;
        Ok(Self { child, leads, name, errors, started })
    }

    /// The process id.
    pub(crate) fn id(&self) -> anyhow::Result<u32> {
        self.child.id().with_context(|| format!("`{}` has ended unexpectedly: {}", self.name, self.words()))
    }

    /// Since the program was started.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The program itself.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the program to end; fails when it fails.
    pub(crate) async fn finish(mut self) -> anyhow::Result<Finished> {
        let id = self.id()?;
        let mut peak_bytes = None;
        let mut poll = tokio::time::interval(MEMORY_POLL);
        let status = loop {
            tokio::select! {
                status = self.child.wait() => break status?,
                _ = poll.tick() => {
                    let resident = memory::resident(id).map(|resident| resident.peak_bytes);
                    peak_bytes = peak_bytes.max(resident);
                }
            }
        };
        let seconds = self.started.elapsed().as_secs_f64();
        if !status.success() {
            bail!("`{}` failed ({status}): {}", self.name, self.words());
        }
        Ok(Finished { seconds, peak_bytes })
    }

    /// Asks the processes of the group to end in order: a browser's test runner closes what it opened.
    #[cfg(unix)]
    fn interrupt_group(&self) {
        use rustix::process::{Pid, Signal, kill_process_group};

        let leader = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // It may have ended by itself.
            let _ = kill_process_group(leader, Signal::INT);
        }
    }

    /// Windows sends Ctrl+C to every process of the console by itself.
    #[cfg(not(unix))]
    fn interrupt_group(&self) {}

    /// Waits for the program a while; `false` when it is still there.
    fn wait(&mut self) -> bool {
        let until = Instant::now() + KILL_PATIENCE;
        while let Ok(None) = self.child.try_wait() {
            if Instant::now() > until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    }

    /// The end of what the program said on standard error.
    pub(crate) fn words(&self) -> String {
        let bytes = fs::read(&self.errors).unwrap_or_default();
        let start = bytes.len().saturating_sub(WORDS_BYTES);
        String::from_utf8_lossy(&bytes[start..]).trim().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Waited for, so that its files are free and can be removed.
        if self.leads && !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.interrupt_group();
            if self.wait() {
                return;
            }
        }
        // It may have ended by itself.
        let _ = self.child.start_kill();
        self.wait();
    }
}
