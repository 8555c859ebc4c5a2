//! Changing one member of a large entry, beside SQLite's own `json_set`.

use std::fmt::Write as _;

use anyhow::{Context, ensure};
use protocol::RawJson;
use protocol::operations::entries::{
    Edit, EditKind, EntriesEditRequest, EntriesGetRequest, EntriesSetRequest, SetOptions,
};

use super::{Bench, remove_file, settle};
use crate::clients::{Request, Transport};
use crate::load::drive;
use crate::memory;
use crate::peer::Plain;
use crate::report::Peer;
use crate::subject::Subject;
use crate::units::Unit;

/// A data store of its own: the other subjects count on theirs.
const STORE: &str = "Large";

const KEY: &str = "save";

/// Just below the most a value may have.
const VALUE_BYTES: usize = 4_190_000;

/// Edits in one run.
const EDITS: u64 = 20;

impl Bench<'_> {
    pub(super) async fn edit(&mut self) -> anyhow::Result<()> {
        let daemon = self.serve().await?;
        let mut clients = self.connect(&daemon, Transport::Rest, 1).await?;
        let value = large_value();
        let client = clients.first_mut().context("one client is connected")?;
        client.call(&set_request(value.clone())?).await?;
        let database = self.place.path("large.db");
        let plain = Plain::with_entry(&database, KEY, &value)?;
        memory::forget_peak(daemon.id()?);

        let (mut p50, mut slowest, mut peer) = (Vec::new(), Vec::new(), Vec::new());
        let mut number = 0;
        // The first one warms up.
        for run in 0..=self.runs.load.runs as u64 {
            let numbers: Vec<_> = (1..=EDITS).map(|edit| run * EDITS + edit).collect();
            settle();
            let plainly = plain.edit(KEY, &numbers)?;
            settle();
            let requests = numbers.iter().copied().map(edit_request).collect::<anyhow::Result<Vec<_>>>()?;
            let sample = drive(&mut clients, &[requests]).await?;
            number = numbers.last().copied().unwrap_or_default();
            if run > 0 {
                p50.push(sample.p50_ms);
                slowest.push(sample.slowest_ms);
                peer.push(plainly);
            }
        }
        let request =
            EntriesGetRequest { connection: None, store: STORE.into(), scope: None, key: KEY.into() };
        let client = clients.first_mut().context("one client is connected")?;
        let edited = client.ask::<EntriesGetRequest>(&Request::get(&request)?).await?;
        let expected = value.replace(r#""marker":0"#, &format!(r#""marker":{number}"#));
        ensure!(edited.value.as_str() == expected, "the edited value is not the expected one");

        let figure = |name, label, runs| self.figure(Subject::Edit, name, label, Unit::Milliseconds, runs);
        let peer = Peer { label: "SQLite's json_set".into(), runs: peer, absent: None };
        let p50 = figure("p50", "REST: p50", p50).peer(peer);
        let slowest = figure("slowest", "REST: the slowest of 20", slowest);
        self.figures.extend([p50, slowest]);
        let peak = memory::resident(daemon.id()?).map(|resident| resident.peak_bytes);
        self.add_memory(Subject::Edit, "memory", "memory of the daemon", &[peak]);
        drop(clients);
        drop(plain);
        remove_file(&database)?;
        daemon.stop().await
    }
}

fn large_value() -> String {
    let mut value = String::with_capacity(VALUE_BYTES);
    value.push_str(r#"{"items":["#);
    let mut id = 0_u64;
    while value.len() < VALUE_BYTES - 100 {
        let comma = if id == 0 { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(value, r#"{comma}{{"id":{id},"name":"oak_shield","count":12,"equipped":false}}"#);
        id += 1;
    }
    value.push_str(r#"],"marker":0}"#);
    value
}

fn set_request(value: String) -> anyhow::Result<Request> {
    Request::set(&EntriesSetRequest {
        connection: None,
        store: STORE.into(),
        scope: None,
        key: KEY.into(),
        value: RawJson::from_text(value)?,
        user_ids: None,
        attributes: None,
        expected_revision: None,
        create_only: false,
        options: SetOptions::default(),
    })
}

fn edit_request(number: u64) -> anyhow::Result<Request> {
    Request::edit(&EntriesEditRequest {
        connection: None,
        store: STORE.into(),
        scope: None,
        key: KEY.into(),
        edits: vec![Edit {
            op: EditKind::Set,
            path: "/marker".into(),
            value: Some(RawJson::from_text(number.to_string())?),
            name: None,
        }],
        user_ids: None,
        attributes: None,
        expected_revision: None,
    })
}
