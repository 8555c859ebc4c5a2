//! The first and the last page of all keys.

use anyhow::{Context, ensure};
use protocol::operations::keys::KeysListRequest;

use super::{Bench, plain_peer};
use crate::clients::{Request, Transport};
use crate::data::STORE;
use crate::load::drive;
use crate::memory;
use crate::peer::Plain;
use crate::subject::Subject;
use crate::units::Unit;

/// Keys on a page: every size is a multiple of it, so that all last pages are full.
const PAGE: u32 = 250;

/// Pages asked for in one run.
const REQUESTS: usize = 400;

impl Bench<'_> {
    pub(super) async fn keys(&mut self) -> anyhow::Result<()> {
        self.plain_data().await?;
        let plain = Plain::open(&self.plain())?;
        let daemon = self.serve().await?;
        let mut clients = self.connect(&daemon, Transport::Rest, 1).await?;
        memory::forget_peak(daemon.id()?);

        let client = clients.first_mut().context("one client is connected")?;
        let (mut last, mut seen) = (None, 0);
        loop {
            let page = client.ask::<KeysListRequest>(&request(last.clone())?).await?;
            seen += page.keys.len() as u64;
            match page.next_cursor {
                Some(cursor) => last = Some(cursor),
                None => break,
            }
        }
        ensure!(seen == self.entries, "{seen} of {} keys were listed", self.entries);

        let mut figures = Vec::new();
        for (name, label, cursor) in [("first", "first page", None), ("last", "last page", last)] {
            let requests = [vec![request(cursor)?; REQUESTS]];
            drive(&mut clients, &requests).await?;
            let (mut p50, mut p99, mut peer) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..self.runs.load.runs {
                peer.push(plain.page(PAGE, name == "first", REQUESTS)?);
                let sample = drive(&mut clients, &requests).await?;
                p50.push(sample.p50_ms);
                p99.push(sample.p99_ms);
            }
            let figure = |percentile: &str, runs| {
                let (name, label) = (format!("{name}.{percentile}"), format!("{label}, REST: {percentile}"));
                self.figure(Subject::Keys, &name, &label, Unit::Milliseconds, runs)
            };
            figures.extend([figure("p50", p50).peer(plain_peer(peer)), figure("p99", p99)]);
        }
        self.figures.extend(figures);
        let peak = memory::resident(daemon.id()?).map(|resident| resident.peak_bytes);
        self.add_memory(Subject::Keys, "memory", "memory of the daemon, all pages read", &[peak]);
        drop(clients);
        daemon.stop().await
    }
}

fn request(cursor: Option<String>) -> anyhow::Result<Request> {
    Request::list(&KeysListRequest {
        connection: None,
        store: STORE.into(),
        prefix: None,
        scope: None,
        all_scopes: false,
        cursor,
        limit: Some(PAGE),
    })
}
