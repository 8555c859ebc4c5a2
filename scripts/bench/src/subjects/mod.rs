//! How each subject is measured, on one data set at a time.
//!
//! **Invariant:** whatever subjects are chosen, each finds the same data: the import's, made anew when it was not measured.

mod import;
mod export;
mod scan;
mod start;
mod keys;
mod get;
mod edit;
mod set;
mod emulator;
mod client;

use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio::process::Command;

use crate::clients::{Client, Transport};
use crate::daemon::{Daemon, DataDirectory, Program};
use crate::data;
use crate::memory;
use crate::place::Place;
use crate::process::Running;
use crate::processor::Watch;
use crate::report::{Figure, Goal, Peer};
use crate::rounds::Rounds;
use crate::subject::Subject;
use crate::terminal::say;
use crate::units::Unit;

/// The most memory the daemon may hold under load, in bytes.
const LOADED_BYTES: f64 = 100_000_000.0;

/// What the peer of imports, exports and reads is called.
const PLAIN: &str = "plain rusqlite";

/// How often each thing is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Runs {
    /// Work on all entries.
    pub(crate) whole: Rounds,
    /// Loads of many requests.
    pub(crate) load: Rounds,
}

/// One data set, and what was measured on it.
pub(crate) struct Bench<'a> {
    place: &'a Place,
    program: &'a Program,
    /// This program, to be started as a peer.
    own: &'a Path,
    entries: u64,
    runs: Runs,
    /// The data directory with all entries, once there is one.
    imported: Option<DataDirectory>,
    figures: Vec<Figure>,
}

impl<'a> Bench<'a> {
    /// Makes the entries' file.
    pub(crate) async fn new(
        place: &'a Place,
        program: &'a Program,
        own: &'a Path,
        entries: u64,
        runs: Runs,
    ) -> anyhow::Result<Self> {
        let bench = Self { place, program, own, entries, runs, imported: None, figures: Vec::new() };
        data::write_jsonl(&bench.file(), entries).await?;
        Ok(bench)
    }

    /// Measures a subject.
    pub(crate) async fn measure(&mut self, subject: Subject) -> anyhow::Result<()> {
        say(&format!(
            "{} with {} entries …",
            subject.name(),
            crate::units::whole(crate::statistics::float(self.entries))
        ));
        let watch = Watch::start();
        let before = self.figures.len();
        match subject {
            Subject::Import => self.import().await?,
            Subject::Export => self.export().await?,
            Subject::Scan => self.scan().await?,
            Subject::Start => self.start().await?,
            Subject::Keys => self.keys().await?,
            Subject::Get => self.get().await?,
            Subject::Edit => self.edit().await?,
            Subject::Set => self.set().await?,
            Subject::Emulator => self.emulator().await?,
            Subject::Client => self.client().await?,
            // The browser's benches make their own entries.
            Subject::Dashboard => {}
        }
        let others = watch.others();
        for figure in &mut self.figures[before..] {
            figure.others = others;
        }
        Ok(())
    }

    /// Removes the data, and answers what was measured.
    pub(crate) fn finish(self) -> anyhow::Result<Vec<Figure>> {
        for name in ["entries.jsonl", "plain.db", "exported.jsonl"] {
            remove_file(&self.place.path(name))?;
        }
        if let Some(data) = self.imported {
            std::fs::remove_dir_all(data.path)?;
        }
        Ok(self.figures)
    }

    /// The file with all entries, as it is imported.
    fn file(&self) -> PathBuf {
        self.place.path("entries.jsonl")
    }

    /// The plain peer's database.
    fn plain(&self) -> PathBuf {
        self.place.path("plain.db")
    }

    /// Imports the entries unless that has been done.
    async fn data(&mut self) -> anyhow::Result<&DataDirectory> {
        if self.imported.is_none() {
            let data = self.program.make_data(self.place, "data").await?;
            self.import_into(&data).await?;
            self.imported = Some(data);
        }
        self.imported.as_ref().context("the entries were just imported")
    }

    /// Imports the entries into the plain peer unless that has been done.
    async fn plain_data(&self) -> anyhow::Result<()> {
        if !self.plain().exists() {
            self.import_plainly().await?;
        }
        Ok(())
    }

    /// Starts a daemon on the imported entries.
    async fn serve(&mut self) -> anyhow::Result<Daemon> {
        let (program, place) = (self.program, self.place);
        program.serve(place, self.data().await?).await
    }

    /// Opens `count` connections to a daemon on the imported entries.
    async fn connect(
        &mut self,
        daemon: &Daemon,
        transport: Transport,
        count: usize,
    ) -> anyhow::Result<Vec<Client>> {
        let token = &self.data().await?.token;
        let mut clients = Vec::with_capacity(count);
        for _ in 0..count {
            clients.push(Client::connect(transport, daemon.port, token).await?);
        }
        Ok(clients)
    }

    /// Runs this program as a peer.
    async fn run_peer(&self, arguments: [&std::ffi::OsStr; 3]) -> anyhow::Result<f64> {
        let mut command = Command::new(self.own);
        command.args(arguments);
        settle();
        Ok(Running::start(self.place, command)?.finish().await?.seconds)
    }

    /// Starts a figure of a subject.
    fn figure(&self, subject: Subject, name: &str, label: &str, unit: Unit, runs: Vec<f64>) -> Figure {
        Figure::new(subject.name(), format!("{}.{name}", subject.name()), label, self.entries, unit, runs)
    }

    /// Adds the peak of memory under a load; `peaks` lacks what the system does not tell.
    fn add_memory(&mut self, subject: Subject, name: &str, label: &str, peaks: &[Option<u64>]) {
        let runs: Option<Vec<_>> = peaks.iter().map(|peak| peak.map(crate::statistics::float)).collect();
        let absent = runs.is_none().then(|| memory::ABSENT.to_owned());
        let figure = self.figure(subject, name, label, Unit::Bytes, runs.unwrap_or_default());
        self.figures.push(Figure { absent, ..figure }.goal(Goal::AtMost(LOADED_BYTES)));
    }
}

/// The peer of work on plain rusqlite.
fn plain_peer(runs: Vec<f64>) -> Peer {
    Peer { label: PLAIN.into(), runs, absent: None }
}

/// Lets the system write back what earlier runs left, so that this one does not pay for it.
fn settle() {
    #[cfg(unix)]
    rustix::fs::sync();
}

fn remove_file(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", path.display()))
        }
        _ => Ok(()),
    }
}
