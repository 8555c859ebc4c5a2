//! `dsmp import`, without a daemon and through a running one, beside plain rusqlite inserting the same rows.

use std::ffi::OsStr;

use anyhow::Context;

use super::{Bench, plain_peer, remove_file, settle};
use crate::daemon::DataDirectory;
use crate::data::STORE;
use crate::memory;
use crate::process::{Finished, Running};
use crate::report::Goal;
use crate::subject::Subject;
use crate::units::Unit;
use crate::verdict::is_clear;

/// The most that an import may take, as a multiple of the peer.
const GOAL: Goal = Goal::PeerAtMost(2.0);

impl Bench<'_> {
    pub(super) async fn import(&mut self) -> anyhow::Result<()> {
        let (mut plain, mut alone, mut served) = (Vec::new(), Vec::new(), Vec::new());
        let (mut alone_peaks, mut served_peaks) = (Vec::new(), Vec::new());
        while !self
            .runs
            .whole
            .are_over(plain.len(), || is_clear(GOAL, &alone, &plain) && is_clear(GOAL, &served, &plain))
        {
            plain.push(self.import_plainly().await?);

            let data = self.program.make_data(self.place, "served").await?;
            let daemon = self.program.serve(self.place, &data).await?;
            let finished = self.import_into(&data).await?;
            served.push(finished.seconds);
            served_peaks.push(memory::resident(daemon.id()?).map(|resident| resident.peak_bytes));
            daemon.stop().await?;
            std::fs::remove_dir_all(&data.path)?;

            if let Some(earlier) = self.imported.take() {
                std::fs::remove_dir_all(earlier.path)?;
            }
            let data = self.program.make_data(self.place, "data").await?;
            let finished = self.import_into(&data).await?;
            alone.push(finished.seconds);
            alone_peaks.push(finished.peak_bytes);
            self.imported = Some(data);
        }
        let figure = |name, label, runs| {
            self.figure(Subject::Import, name, label, Unit::Seconds, runs)
                .goal(GOAL)
                .peer(plain_peer(plain.clone()))
        };
        let alone = figure("alone", "dsmp import, no daemon running", alone);
        let served = figure("served", "dsmp import through a daemon", served);
        self.figures.extend([alone, served]);
        self.add_memory(Subject::Import, "alone.memory", "memory of dsmp import, no daemon", &alone_peaks);
        self.add_memory(Subject::Import, "served.memory", "memory of the daemon", &served_peaks);
        Ok(())
    }

    /// Imports the entries by the command line.
    pub(super) async fn import_into(&self, data: &DataDirectory) -> anyhow::Result<Finished> {
        let mut command = self.program.command(&data.path, &["import", "--store", STORE]);
        command.arg(self.file());
        settle();
        Running::start(self.place, command)?.finish().await.context("the entries could not be imported")
    }

    /// Imports the entries into a new database of the plain peer, and tells the seconds.
    pub(super) async fn import_plainly(&self) -> anyhow::Result<f64> {
        remove_file(&self.plain())?;
        let (file, database) = (self.file(), self.plain());
        self.run_peer([OsStr::new("peer-import"), file.as_os_str(), database.as_os_str()]).await
    }
}
