//! What a bench found, as it is kept in a file.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::units::Unit;
use crate::verdict::Verdict;

/// The version of the file's form; files of another one are refused.
pub(crate) const FORMAT: u32 = 1;

/// All that one bench found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// When the bench began, as RFC 3339 text in UTC.
    pub(crate) date: String,
    /// What was measured.
    pub(crate) build: Build,
    /// Where.
    pub(crate) machine: Machine,
    /// Whether with the small sizes and few runs.
    pub(crate) quick: bool,
    /// The subjects measured, by name.
    pub(crate) subjects: Vec<String>,
    /// In the order they were measured.
    pub(crate) figures: Vec<Figure>,
    /// How they grew from the smallest to the largest size.
    pub(crate) growth: Vec<Growth>,
}

/// The program that was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Build {
    /// The commit of the work tree; absent where there is no git.
    pub(crate) commit: Option<String>,
    /// Whether the work tree differed from it.
    pub(crate) dirty: bool,
    /// Cargo's profile.
    pub(crate) profile: String,
    /// The binary's size.
    pub(crate) binary_bytes: u64,
}

/// Where it was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    /// Processor cores that may be used.
    pub(crate) cores: usize,
    /// The processor's name, where the system tells it.
    pub(crate) processor: Option<String>,
    /// Main memory, where the system tells it.
    pub(crate) memory_bytes: Option<u64>,
    /// The operating system and its architecture.
    pub(crate) system: String,
}

/// One measured quantity at one size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figure {
    /// The subject it belongs to.
    pub(crate) subject: String,
    /// What it is called in files; with `entries` it is unique.
    pub(crate) name: String,
    /// What it is called in the table.
    pub(crate) label: String,
    /// How many entries the data store had, where that matters.
    pub(crate) entries: Option<u64>,
    /// The unit of `runs`.
    pub(crate) unit: Unit,
    /// What each run measured; empty when it could not be measured.
    pub(crate) runs: Vec<f64>,
    /// Why there are no runs, such as `not installed`.
    pub(crate) absent: Option<String>,
    /// What makes the goal impossible here, whatever the program does.
    pub(crate) obstacle: Option<String>,
    /// What it is compared with, measured in the same runs.
    pub(crate) peer: Option<Peer>,
    /// What it ought to be.
    pub(crate) goal: Option<Goal>,
    /// Whether it is; absent without a goal.
    pub(crate) verdict: Option<Verdict>,
    /// The share (0 to 1) of the processor that other programs used meanwhile; absent where it cannot be read.
    pub(crate) others: Option<f64>,
}

/// What a figure is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Peer {
    /// What the peer is.
    pub(crate) label: String,
    /// What each run measured, in the figure's unit; empty when it could not be measured.
    pub(crate) runs: Vec<f64>,
    /// Why there are no runs.
    pub(crate) absent: Option<String>,
}

/// What a figure ought to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Goal {
    /// In the figure's unit.
    AtMost(f64),
    /// In the figure's unit.
    AtLeast(f64),
    /// As a multiple of the peer.
    PeerAtMost(f64),
    /// As a multiple of the peer.
    PeerAtLeast(f64),
}

/// How a figure grew with the number of entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Growth {
    /// The figure's name.
    pub(crate) name: String,
    /// The smallest size.
    pub(crate) from: u64,
    /// The largest size.
    pub(crate) to: u64,
    /// By how much the cost grew: for work on all entries, the cost per entry; lowest, median, highest.
    pub(crate) factors: [f64; 3],
    /// The most it ought to be.
    pub(crate) goal: Option<f64>,
    /// Whether it is; absent without a goal.
    pub(crate) verdict: Option<Verdict>,
}

impl Figure {
    /// A figure that was measured.
    pub(crate) fn new(
        subject: &str,
        name: impl Into<String>,
        label: impl Into<String>,
        entries: u64,
        unit: Unit,
        runs: Vec<f64>,
    ) -> Self {
        Self {
            subject: subject.to_owned(),
            name: name.into(),
            label: label.into(),
            entries: Some(entries),
            unit,
            runs,
            absent: None,
            obstacle: None,
            peer: None,
            goal: None,
            verdict: None,
            others: None,
        }
    }

    /// The same figure with a goal.
    pub(crate) fn goal(self, goal: Goal) -> Self {
        Self { goal: Some(goal), ..self }
    }

    /// The same figure with a peer.
    pub(crate) fn peer(self, peer: Peer) -> Self {
        Self { peer: Some(peer), ..self }
    }

    /// The figure of each run as a multiple of the peer's in the same run.
    pub(crate) fn ratios(&self) -> Vec<f64> {
        ratios(&self.runs, self.peer.as_ref().map(|peer| peer.runs.as_slice()).unwrap_or_default())
    }
}

/// Each run as a multiple of the peer's in the same run, so that what the machine did meanwhile counts for both.
pub(crate) fn ratios(runs: &[f64], peer: &[f64]) -> Vec<f64> {
    runs.iter().zip(peer).map(|(own, peer)| own / peer).collect()
}

impl Report {
    /// Writes the file.
    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        }
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
    }

    /// Reads a file that [`Self::save`] wrote.
    pub(crate) fn load(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Self::parse(&text).with_context(|| format!("`{}` cannot be compared with", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let Versioned { format } = serde_json::from_str(text).context("it is not a bench's JSON file")?;
        if format != FORMAT {
            bail!("it has format {format}, and this bench reads format {FORMAT}; measure that commit anew");
        }
        serde_json::from_str(text).context("it is damaged")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A report of these figures.
    pub(crate) fn report(figures: Vec<Figure>) -> Report {
        Report {
            format: FORMAT,
            date: "2026-01-01T00:00:00Z".into(),
            build: Build {
                commit: Some("0123456".into()),
                dirty: false,
                profile: "release".into(),
                binary_bytes: 1,
            },
            machine: Machine {
                cores: 2,
                processor: None,
                memory_bytes: Some(8 << 30),
                system: "linux".into(),
            },
            quick: true,
            subjects: vec!["get".into()],
            figures,
            growth: Vec::new(),
        }
    }

    /// A figure with these runs.
    pub(crate) fn figure(name: &str, entries: u64, unit: Unit, runs: &[f64]) -> Figure {
        Figure::new("get", name, name, entries, unit, runs.to_vec())
    }

    #[test]
    fn a_report_survives_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deeper").join("report.json");
        let peer = Peer { label: "peer".into(), runs: Vec::new(), absent: Some("not installed".into()) };
        let first = figure("a", 10, Unit::Milliseconds, &[1.5, 2.5]).goal(Goal::AtMost(2.0)).peer(peer);
        let second = Figure {
            verdict: Some(Verdict::Open("loaded".into())),
            ..figure("b", 10, Unit::Bytes, &[1.0]).goal(Goal::PeerAtLeast(0.7))
        };
        let report = report(vec![first, second]);
        report.save(&path).unwrap();
        assert_eq!(Report::load(&path).unwrap(), report);
    }

    #[test]
    fn a_file_of_another_format_is_refused_by_its_number() {
        let error = Report::parse(r#"{"format":2,"unknown":true}"#).unwrap_err().to_string();
        assert_eq!(error, "it has format 2, and this bench reads format 1; measure that commit anew");
        assert_eq!(Report::parse("{}").unwrap_err().to_string(), "it is not a bench's JSON file");
        assert_eq!(Report::parse(r#"{"format":1}"#).unwrap_err().to_string(), "it is damaged");
    }

    #[test]
    fn ratios_pair_the_runs() {
        let peer = Peer { label: "peer".into(), runs: vec![2.0, 4.0, 8.0], absent: None };
        assert_eq!(figure("a", 1, Unit::Seconds, &[3.0, 4.0]).peer(peer).ratios(), [1.5, 1.0]);
        assert!(figure("a", 1, Unit::Seconds, &[3.0]).ratios().is_empty());
    }
}
