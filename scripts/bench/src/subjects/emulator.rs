//! The emulator under load: v1 writes and v1 reads by many clients, beside plain rusqlite doing the same transactions.

use std::fmt::Write as _;

use anyhow::{Context, ensure};
use http::Method;

use super::{Bench, plain_peer, remove_file, settle};
use crate::clients::{Client, Request};
use crate::data::{self, Random, STORE};
use crate::load::{Sample, drive};
use crate::memory;
use crate::peer::Plain;
use crate::reader::UNIVERSE;
use crate::report::{Figure, Goal};
use crate::statistics::float;
use crate::subject::Subject;
use crate::units::Unit;
use crate::verdict::is_clear;

/// How many clients ask at the same time.
const CLIENTS: usize = 32;

/// How often each client writes in one run.
const WRITES_EACH: usize = 200;

/// How often each client reads in one run.
const READS_EACH: usize = 400;

/// How often the peer, which syncs for every write of its own, writes in one run.
const PEER_WRITES: usize = 500;

/// How often the peer reads in one run.
const PEER_READS: usize = 5_000;

/// The least writes in a second.
const WRITE_GOAL: Goal = Goal::AtLeast(3_000.0);

/// The least reads in a second.
const READ_GOAL: Goal = Goal::AtLeast(10_000.0);

/// The longest that all but one answer in a hundred may take, in milliseconds.
const P99_GOAL: Goal = Goal::AtMost(30.0);

/// Larger data stores take longer to fill than to measure.
const LARGEST_ENTRIES: u64 = 100_000;

/// The most bytes of one import; the emulator takes 64 MiB.
const IMPORT_BYTES: usize = 60_000_000;

/// What several runs of a load measured.
#[derive(Default)]
struct Runs {
    p50: Vec<f64>,
    p99: Vec<f64>,
    rate: Vec<f64>,
    peer_rate: Vec<f64>,
}

impl Runs {
    fn add(&mut self, sample: Sample, peer: f64) {
        self.p50.push(sample.p50_ms);
        self.p99.push(sample.p99_ms);
        self.rate.push(sample.per_second);
        self.peer_rate.push(peer);
    }

    /// Whether a verdict on the rate and on the slow answers can be given.
    fn are_clear(&self, rate_goal: Goal) -> bool {
        is_clear(P99_GOAL, &self.p99, &[]) && is_clear(rate_goal, &self.rate, &[])
    }
}

impl Bench<'_> {
    pub(super) async fn emulator(&mut self) -> anyhow::Result<()> {
        if self.entries > LARGEST_ENTRIES {
            return Ok(());
        }
        // Its own database: what is written here is no longer what was imported.
        let database = self.place.path("versions.db");
        self.plain_data().await?;
        std::fs::copy(self.plain(), &database)?;
        let plain = Plain::open(&database)?;
        let data = self.place.path("emulated");
        let emulator = self.program.emulate(self.place, &data).await?;
        fill(emulator.port, self.entries, |number| (data::key(number), data::value(number, 0))).await?;
        memory::forget_peak(emulator.id()?);
        let mut clients = Vec::with_capacity(CLIENTS);
        for _ in 0..CLIENTS {
            clients.push(Client::connect_to_emulator(emulator.port).await?);
        }
        let writes = self.emulated_writes(&plain, &mut clients).await?;
        let reads = self.emulated_reads(&plain, &mut clients).await?;
        for (name, label, goal, runs) in
            [("writes", "set", WRITE_GOAL, writes), ("reads", "get", READ_GOAL, reads)]
        {
            let figures = self.emulator_figures(name, label, goal, runs);
            self.figures.extend(figures);
        }
        let peak = memory::resident(emulator.id()?).map(|resident| float(resident.peak_bytes));
        let absent = peak.is_none().then(|| memory::ABSENT.to_owned());
        let runs = peak.into_iter().collect();
        // Without a goal: what the emulator was filled with is imported in one piece.
        let figure = self.figure(Subject::Emulator, "memory", "memory of the emulator", Unit::Bytes, runs);
        self.figures.push(Figure { absent, ..figure });
        drop(clients);
        emulator.stop().await?;
        drop(plain);
        std::fs::remove_dir_all(&data)?;
        for suffix in ["", "-wal", "-shm"] {
            remove_file(&self.place.path(&format!("versions.db{suffix}")))?;
        }
        Ok(())
    }

    async fn emulated_writes(&self, plain: &Plain, clients: &mut [Client]) -> anyhow::Result<Runs> {
        let (mut runs, mut random) = (Runs::default(), Random::new(3));
        let mut version = 0;
        while !self.runs.load.are_over(runs.p99.len(), || runs.are_clear(WRITE_GOAL)) {
            version += 1;
            let mut last = 0;
            let mut request = || {
                last = random.below(self.entries);
                set(last, version)
            };
            let requests: Vec<Vec<_>> =
                (0..CLIENTS).map(|_| (0..WRITES_EACH).map(|_| request()).collect()).collect();
            let mut entry = || {
                let number = random.below(self.entries);
                (data::key(number), data::value(number, version))
            };
            let entries: Vec<_> = (0..PEER_WRITES).map(|_| entry()).collect();
            settle();
            let peer = plain.set(&entries)?;
            settle();
            let sample = drive(clients, &requests).await?;
            let client = clients.first_mut().context("there are clients")?;
            let found = client.call(&get(last)).await?;
            ensure!(found == data::value(last, version), "the last write is not there");
            // The first one warms up.
            if version > 1 {
                runs.add(sample, peer);
            }
        }
        Ok(runs)
    }

    async fn emulated_reads(&self, plain: &Plain, clients: &mut [Client]) -> anyhow::Result<Runs> {
        let (mut runs, mut random) = (Runs::default(), Random::new(4));
        let mut is_warm = false;
        while !self.runs.load.are_over(runs.p99.len(), || runs.are_clear(READ_GOAL)) {
            let mut below = || random.below(self.entries);
            let requests: Vec<Vec<_>> =
                (0..CLIENTS).map(|_| (0..READS_EACH).map(|_| get(below())).collect()).collect();
            let keys: Vec<_> = (0..PEER_READS).map(|_| data::key(below())).collect();
            let peer = plain.read(&keys)?;
            let sample = drive(clients, &requests).await?;
            if std::mem::replace(&mut is_warm, true) {
                runs.add(sample, peer);
            }
        }
        Ok(runs)
    }

    fn emulator_figures(&self, name: &str, label: &str, goal: Goal, runs: Runs) -> [Figure; 3] {
        let figure = |what: &str, unit, runs| {
            let (name, label) = (format!("{name}.{what}"), format!("{label}, {CLIENTS} clients: {what}"));
            self.figure(Subject::Emulator, &name, &label, unit, runs)
        };
        [
            figure("p50", Unit::Milliseconds, runs.p50),
            figure("p99", Unit::Milliseconds, runs.p99).goal(P99_GOAL),
            figure("rate", Unit::PerSecond, runs.rate).goal(goal).peer(plain_peer(runs.peer_rate)),
        ]
    }
}

/// Imports `entries` entries of the emulator's universe, given by number.
pub(super) async fn fill(
    port: u16,
    entries: u64,
    entry: impl Fn(u64) -> (String, String),
) -> anyhow::Result<()> {
    let mut client = Client::connect_to_emulator(port).await?;
    let mut lines = String::new();
    for number in 0..entries {
        let (key, value) = entry(number);
        // Writing to a string does not fail.
        let _ =
            writeln!(lines, r#"{{"universe":"{UNIVERSE}","store":"{STORE}","key":"{key}","value":{value}}}"#);
        if lines.len() > IMPORT_BYTES || number + 1 == entries {
            let path = "/_emulator/import".to_owned();
            client
                .call(&Request::open_cloud("import", Method::POST, path, std::mem::take(&mut lines)))
                .await?;
        }
    }
    Ok(())
}

fn set(number: u64, version: u64) -> Request {
    Request::open_cloud("set", Method::POST, entry_path(number), data::value(number, version))
}

fn get(number: u64) -> Request {
    Request::open_cloud("get", Method::GET, entry_path(number), "")
}

/// The names used here need no escaping.
fn entry_path(number: u64) -> String {
    let key = data::key(number);
    format!(
        "/datastores/v1/universes/{UNIVERSE}/standard-datastores/datastore/entries/entry?datastoreName={STORE}&entryKey={key}"
    )
}
