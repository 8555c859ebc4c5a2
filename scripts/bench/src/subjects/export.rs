//! `dsmp export` to a file, without a daemon and through a running one, beside plain rusqlite writing the same rows.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::{Bench, plain_peer, remove_file, settle};
use crate::daemon::Program;
use crate::data::{self, STORE};
use crate::memory;
use crate::process::{Finished, Running};
use crate::report::Goal;
use crate::subject::Subject;
use crate::units::Unit;
use crate::verdict::is_clear;

/// The most that an export may take, as a multiple of the peer.
const GOAL: Goal = Goal::PeerAtMost(2.0);

impl Bench<'_> {
    pub(super) async fn export(&mut self) -> anyhow::Result<()> {
        self.plain_data().await?;
        self.data().await?;
        let (mut plain, mut alone, mut served) = (Vec::new(), Vec::new(), Vec::new());
        let (mut alone_peaks, mut served_peaks) = (Vec::new(), Vec::new());
        while !self
            .runs
            .whole
            .are_over(plain.len(), || is_clear(GOAL, &alone, &plain) && is_clear(GOAL, &served, &plain))
        {
            let run = plain.len();
            let (database, file) = (self.plain(), self.place.path("plain.jsonl"));
            plain.push(
                self.run_peer([OsStr::new("peer-export"), database.as_os_str(), file.as_os_str()]).await?,
            );
            self.verify(run, &file).await?;

            let finished = self.export_to_file().await?;
            alone.push(finished.seconds);
            alone_peaks.push(finished.peak_bytes);
            self.verify(run, &self.exported()).await?;

            let daemon = self.serve().await?;
            memory::forget_peak(daemon.id()?);
            let finished = self.export_to_file().await?;
            served.push(finished.seconds);
            served_peaks.push(memory::resident(daemon.id()?).map(|resident| resident.peak_bytes));
            daemon.stop().await?;
            self.verify(run, &self.exported()).await?;
            remove_file(&file)?;
        }
        let figure = |name, label, runs| {
            let figure = self.figure(Subject::Export, name, label, Unit::Seconds, runs);
            figure.goal(GOAL).peer(plain_peer(plain.clone()))
        };
        let alone = figure("alone", "dsmp export -o, no daemon running", alone);
        let served = figure("served", "dsmp export -o through a daemon", served);
        self.figures.extend([alone, served]);
        self.add_memory(Subject::Export, "alone.memory", "memory of dsmp export, no daemon", &alone_peaks);
        self.add_memory(Subject::Export, "served.memory", "memory of the daemon", &served_peaks);
        Ok(())
    }

    /// Where exports go.
    pub(super) fn exported(&self) -> PathBuf {
        self.place.path("exported.jsonl")
    }

    /// Exports the entries by the command line.
    pub(super) async fn export_to_file(&mut self) -> anyhow::Result<Finished> {
        let exported = self.exported();
        remove_file(&exported)?;
        let program: &Program = self.program;
        let mut command = program.command(&self.data().await?.path, &["export", "--store", STORE, "-o"]);
        command.arg(exported);
        settle();
        Running::start(self.place, command)?.finish().await.context("the entries could not be exported")
    }

    /// Compares the first run's file with what was imported; the others are made of the same data.
    async fn verify(&self, run: usize, file: &Path) -> anyhow::Result<()> {
        if run > 0 {
            return Ok(());
        }
        data::verify_jsonl(file, self.entries)
            .await
            .with_context(|| format!("`{}` is not what was imported", file.display()))
    }
}
