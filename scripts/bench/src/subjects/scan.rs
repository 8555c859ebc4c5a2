//! Looking through all entries: an export read to its end, beside `grep` and `jq` on the exported file.
//!
//! All three answer the same question, which entries have an item, and must find the same number.

use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;

use super::{Bench, settle};
use crate::data::{RARE_ITEM, STORE};
use crate::process::Running;
use crate::report::Peer;
use crate::subject::Subject;
use crate::units::Unit;

/// How often each is run: `jq` takes long, and none of them has a goal.
const RUNS: usize = 3;

/// Programs that scan a file; each prints how many entries it found.
const PEERS: [&str; 2] = ["grep", "jq"];

impl Bench<'_> {
    pub(super) async fn scan(&mut self) -> anyhow::Result<()> {
        if !self.exported().exists() {
            self.export_to_file().await?;
        }
        let mut exports = Vec::new();
        let mut peers: Vec<_> = PEERS
            .map(|name| {
                let absent = (!is_installed(name)).then(|| "not installed".to_owned());
                Peer { label: name.to_owned(), runs: Vec::new(), absent }
            })
            .into();
        for _ in 0..RUNS {
            let (seconds, found) = self.scan_export().await?;
            exports.push(seconds);
            for peer in peers.iter_mut().filter(|peer| peer.absent.is_none()) {
                let (seconds, also_found) = self.scan_file(&peer.label).await?;
                ensure!(found == also_found, "export finds {found} entries, `{}` {also_found}", peer.label);
                peer.runs.push(seconds);
            }
        }
        for peer in peers {
            let label = format!("dsmp export, lines counted; {} the file", peer.label);
            let figure = self.figure(Subject::Scan, &peer.label, &label, Unit::Seconds, exports.clone());
            self.figures.push(figure.peer(peer));
        }
        Ok(())
    }

    /// Reads an export from standard output, and counts the entries that have the item.
    async fn scan_export(&mut self) -> anyhow::Result<(f64, u64)> {
        let program = self.program;
        let mut command = program.command(&self.data().await?.path, &["export", "--store", STORE]);
        command.stdout(Stdio::piped());
        settle();
        let mut running = Running::start(self.place, command)?;
        let output = running.child().stdout.take().context("the output is piped")?;
        let mut output = BufReader::with_capacity(1 << 18, output);
        let wanted = format!("\"{RARE_ITEM}\"");
        let (mut line, mut found) = (String::new(), 0);
        while output.read_line(&mut line).await? > 0 {
            found += u64::from(line.contains(&wanted));
            line.clear();
        }
        Ok((running.finish().await?.seconds, found))
    }

    async fn scan_file(&self, name: &str) -> anyhow::Result<(f64, u64)> {
        let mut command = Command::new(name);
        match name {
            "grep" => command.args(["--count", "--fixed-strings", &format!("\"{RARE_ITEM}\"")]),
            _ => command.args(["--compact-output", &program_of_jq()]),
        };
        command.arg(self.exported()).stdout(Stdio::piped());
        settle();
        let mut running = Running::start(self.place, command)?;
        let mut output = running.child().stdout.take().context("the output is piped")?;
        let mut text = String::new();
        output.read_to_string(&mut text).await?;
        let found = match name {
            "grep" => text.trim().parse()?,
            _ => text.lines().count() as u64,
        };
        Ok((running.finish().await?.seconds, found))
    }
}

fn program_of_jq() -> String {
    format!(r#"select(any(.value.Data.Inventory[]; .Id == "{RARE_ITEM}")) | .key"#)
}

fn is_installed(name: &str) -> bool {
    let mut command = std::process::Command::new(name);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok()
}
