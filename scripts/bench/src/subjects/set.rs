//! Writing single entries, by one client and by many, beside the bare disk's syncs.

use anyhow::{Context, ensure};
use protocol::RawJson;
use protocol::operations::entries::{EntriesGetRequest, EntriesSetRequest, SetOptions};

use super::start::entry_request;
use super::{Bench, remove_file, settle};
use crate::clients::{Request, Transport};
use crate::data::{self, Random, STORE};
use crate::load::drive;
use crate::memory;
use crate::peer::{Syncs, sync_blocks};
use crate::report::{Goal, Peer};
use crate::statistics::Summary;
use crate::subject::Subject;
use crate::units::Unit;
use crate::verdict::is_clear;

/// How many clients write at the same time, and how often each writes in one run: of 32 who are answered together, one in
/// a hundred answers must be many times a group.
const LOADS: [(usize, usize); 2] = [(1, 200), (32, 400)];

/// How many syncs of the bare disk are measured before each run.
const SYNCS: usize = 200;

/// The longest that all but one answer in a hundred may take with many clients, in milliseconds.
const P99_GOAL_MS: f64 = 15.0;
const P99_GOAL: Goal = Goal::AtMost(P99_GOAL_MS);

/// The least rate with many clients, as a share of the bare disk's syncs.
const RATE_GOAL: Goal = Goal::PeerAtLeast(0.7);

impl Bench<'_> {
    pub(super) async fn set(&mut self) -> anyhow::Result<()> {
        let daemon = self.serve().await?;
        memory::forget_peak(daemon.id()?);
        let mut random = Random::new(2);
        let mut version = 0;
        let mut syncs: Vec<[Syncs; 2]> = Vec::new();
        let mut figures = Vec::new();
        for transport in Transport::ALL {
            for (count, each) in LOADS {
                let mut clients = self.connect(&daemon, transport, count).await?;
                let (mut p50, mut p99, mut rate) = (Vec::new(), Vec::new(), Vec::new());
                let first_sync = syncs.len();
                let mut is_warm = false;
                while !self.runs.load.are_over(p99.len(), || {
                    count == 1
                        || is_clear(P99_GOAL, &p99, &[])
                            && is_clear(RATE_GOAL, &rate, &bare_rates(&syncs[first_sync..]))
                }) {
                    version += 1;
                    let mut number = 0;
                    let mut client = || {
                        let mut request = || {
                            number = random.below(self.entries);
                            set_request(number, version)
                        };
                        (0..each).map(|_| request()).collect::<anyhow::Result<Vec<_>>>()
                    };
                    let requests = (0..count).map(|_| client()).collect::<anyhow::Result<Vec<_>>>()?;
                    settle();
                    let block_file = self.place.path("blocks");
                    let bare = sync_blocks(&block_file, SYNCS)?;
                    remove_file(&block_file)?;
                    let sample = drive(&mut clients, &requests).await?;
                    let client = clients.first_mut().context("there are clients")?;
                    let last = client.ask::<EntriesGetRequest>(&entry_request(number)?).await?;
                    ensure!(
                        last.value.as_str() == data::value(number, version),
                        "the last write is not there"
                    );
                    // The first one warms up.
                    if std::mem::replace(&mut is_warm, true) {
                        syncs.push(bare);
                        p50.push(sample.p50_ms);
                        p99.push(sample.p99_ms);
                        rate.push(sample.per_second);
                    }
                }
                let figure = |what: &str, unit, runs| {
                    let name = format!("{}.{count}.{what}", transport.name());
                    let plural = if count == 1 { "" } else { "s" };
                    let label = format!("{}, {count} client{plural}: {what}", transport.title());
                    self.figure(Subject::Set, &name, &label, unit, runs)
                };
                let rate = figure("rate", Unit::PerSecond, rate).peer(Peer {
                    label: "bare fsync".into(),
                    runs: bare_rates(&syncs[first_sync..]),
                    absent: None,
                });
                let p99 = figure("p99", Unit::Milliseconds, p99);
                let (p99, rate) = match count {
                    1 => (p99, rate),
                    _ => (p99.goal(P99_GOAL), rate.goal(RATE_GOAL)),
                };
                figures.extend([figure("p50", Unit::Milliseconds, p50), p99, rate]);
            }
        }
        // A write waits for the sync under way and for its own.
        let bare_p99: Vec<_> = syncs.iter().map(|[_, overwritten]| overwritten.p99_ms).collect();
        let bare_p99 = Summary::of(&bare_p99).map_or(0.0, |summary| summary.median);
        if 2.0 * bare_p99 > P99_GOAL_MS {
            let obstacle = format!("bare fsync takes {}", Unit::Milliseconds.show(bare_p99));
            for figure in figures.iter_mut().filter(|figure| matches!(figure.goal, Some(Goal::AtMost(_)))) {
                figure.obstacle = Some(obstacle.clone());
            }
        }
        self.figures.extend(figures);
        for (which, name, label) in
            [(0, "append", "bare fsync, appending"), (1, "overwrite", "bare fsync, overwriting")]
        {
            let figure = |what: &str, of: fn(&Syncs) -> f64| {
                let runs = syncs.iter().map(|syncs| of(&syncs[which])).collect();
                let (name, label) = (format!("fsync.{name}.{what}"), format!("{label}: {what}"));
                self.figure(Subject::Set, &name, &label, Unit::Milliseconds, runs)
            };
            let pair = [figure("p50", |syncs| syncs.p50_ms), figure("p99", |syncs| syncs.p99_ms)];
            self.figures.extend(pair);
        }
        let peak = memory::resident(daemon.id()?).map(|resident| resident.peak_bytes);
        self.add_memory(Subject::Set, "memory", "memory of the daemon", &[peak]);
        daemon.stop().await?;
        // What was written is no longer what was imported.
        if let Some(data) = self.imported.take() {
            std::fs::remove_dir_all(data.path)?;
        }
        Ok(())
    }
}

/// How often in a second the bare disk kept what was appended.
fn bare_rates(syncs: &[[Syncs; 2]]) -> Vec<f64> {
    syncs.iter().map(|[appended, _]| appended.per_second).collect()
}

fn set_request(number: u64, version: u64) -> anyhow::Result<Request> {
    Request::set(&EntriesSetRequest {
        connection: None,
        store: STORE.into(),
        scope: None,
        key: data::key(number),
        value: RawJson::from_text(data::value(number, version))?,
        user_ids: None,
        attributes: None,
        expected_revision: None,
        create_only: false,
        options: SetOptions::default(),
    })
}
