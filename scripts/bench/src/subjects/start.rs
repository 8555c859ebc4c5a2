//! From the start of the process to its first answer, and what it holds in memory then.

use anyhow::ensure;
use protocol::operations::entries::EntriesGetRequest;

use super::{Bench, settle};
use crate::clients::{Client, Request, Transport};
use crate::data::{self, STORE};
use crate::memory;
use crate::report::{Figure, Goal};
use crate::statistics::float;
use crate::subject::Subject;
use crate::units::Unit;
use crate::verdict::is_clear;

/// The longest that a start may take, in milliseconds.
const GOAL: Goal = Goal::AtMost(300.0);

/// The most memory the daemon may hold at rest, in bytes.
const IDLE_GOAL: Goal = Goal::AtMost(50_000_000.0);

impl Bench<'_> {
    pub(super) async fn start(&mut self) -> anyhow::Result<()> {
        let number = self.entries / 2;
        let request = entry_request(number)?;
        let (mut times, mut idle) = (Vec::new(), Vec::new());
        while !self.runs.load.are_over(times.len(), || is_clear(GOAL, &times, &[])) {
            self.data().await?;
            settle();
            let daemon = self.serve().await?;
            let token = self.data().await?.token.clone();
            let mut client = Client::connect(Transport::Rest, daemon.port, &token).await?;
            let entry = client.ask::<EntriesGetRequest>(&request).await?;
            times.push(daemon.elapsed().as_secs_f64() * 1_000.0);
            ensure!(entry.value.as_str() == data::value(number, 0), "the first answer is another entry's");
            idle.push(memory::resident(daemon.id()?).map(|resident| float(resident.now_bytes)));
            drop(client);
            daemon.stop().await?;
        }
        let label = "from the process's start to its first answer";
        self.figures.push(self.figure(Subject::Start, "answer", label, Unit::Milliseconds, times).goal(GOAL));
        let idle: Option<Vec<_>> = idle.into_iter().collect();
        let absent = idle.is_none().then(|| memory::ABSENT.to_owned());
        let figure = self.figure(
            Subject::Start,
            "memory",
            "memory of the idle daemon",
            Unit::Bytes,
            idle.unwrap_or_default(),
        );
        self.figures.push(Figure { absent, ..figure }.goal(IDLE_GOAL));
        Ok(())
    }
}

/// Asks for an entry by its number.
pub(super) fn entry_request(number: u64) -> anyhow::Result<Request> {
    Request::get(&EntriesGetRequest {
        connection: None,
        store: STORE.into(),
        scope: None,
        key: data::key(number),
    })
}
