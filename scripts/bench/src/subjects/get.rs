//! Reading single entries, by one client and by many.

use anyhow::ensure;
use protocol::operations::entries::EntriesGetRequest;

use super::start::entry_request;
use super::{Bench, plain_peer};
use crate::clients::{Request, Transport};
use crate::data::{self, Random};
use crate::load::drive;
use crate::memory;
use crate::peer::Plain;
use crate::report::Goal;
use crate::subject::Subject;
use crate::units::Unit;
use crate::verdict::is_clear;

/// How many clients ask at the same time, and how often each asks in one run.
const LOADS: [(usize, usize); 2] = [(1, 1_000), (32, 250)];

/// The longest that all but one answer in a hundred may take with many clients, in milliseconds.
const GOAL: Goal = Goal::AtMost(5.0);

impl Bench<'_> {
    pub(super) async fn get(&mut self) -> anyhow::Result<()> {
        self.plain_data().await?;
        let plain = Plain::open(&self.plain())?;
        let daemon = self.serve().await?;
        memory::forget_peak(daemon.id()?);
        let mut random = Random::new(1);
        for transport in Transport::ALL {
            for (count, each) in LOADS {
                // New connections for each load, so that none is idle beside those that work.
                let mut clients = self.connect(&daemon, transport, count).await?;
                for client in &mut clients {
                    let number = random.below(self.entries);
                    let entry = client.ask::<EntriesGetRequest>(&entry_request(number)?).await?;
                    ensure!(entry.value.as_str() == data::value(number, 0), "another value was answered");
                }
                let (mut p50, mut p99, mut rate, mut peer) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
                let mut is_warm = false;
                while !self.runs.load.are_over(p99.len(), || count == 1 || is_clear(GOAL, &p99, &[])) {
                    let numbers: Vec<u64> = (0..each).map(|_| random.below(self.entries)).collect();
                    let keys: Vec<_> = numbers.iter().copied().map(data::key).collect();
                    let plainly = plain.get(&keys)?;
                    let requests = self.get_requests(&mut random, count, each)?;
                    let sample = drive(&mut clients, &requests).await?;
                    // The first one warms up.
                    if std::mem::replace(&mut is_warm, true) {
                        p50.push(sample.p50_ms);
                        p99.push(sample.p99_ms);
                        rate.push(sample.per_second);
                        peer.push(plainly);
                    }
                }
                let figure = |what: &str, unit, runs| {
                    let name = format!("{}.{count}.{what}", transport.name());
                    let plural = if count == 1 { "" } else { "s" };
                    let label = format!("{}, {count} client{plural}: {what}", transport.title());
                    self.figure(Subject::Get, &name, &label, unit, runs)
                };
                let mut p99 = figure("p99", Unit::Milliseconds, p99);
                if count > 1 {
                    p99 = p99.goal(GOAL);
                }
                let mut p50 = figure("p50", Unit::Milliseconds, p50);
                if count == 1 {
                    p50 = p50.peer(plain_peer(peer));
                }
                let rate = figure("rate", Unit::PerSecond, rate);
                self.figures.extend([p50, p99, rate]);
            }
        }
        let peak = memory::resident(daemon.id()?).map(|resident| resident.peak_bytes);
        self.add_memory(Subject::Get, "memory", "memory of the daemon", &[peak]);
        daemon.stop().await
    }

    fn get_requests(
        &self,
        random: &mut Random,
        count: usize,
        each: usize,
    ) -> anyhow::Result<Vec<Vec<Request>>> {
        let mut client = || (0..each).map(|_| entry_request(random.below(self.entries))).collect();
        (0..count).map(|_| client()).collect()
    }
}
