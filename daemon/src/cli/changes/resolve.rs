//! `dsmp changes resolve`: what becomes of an item that is in conflict, or whose outcome nobody knows.

use std::process::ExitCode;
use std::str::FromStr;

use protocol::ChangeSetId;
use protocol::operations::changeset_endings::{ChangesetsResolveRequest, OverlapChoice, Resolution, Side};
use protocol::operations::changesets::{ChangesetsGetRequest, Confirmation, ItemState};

use crate::cli::Session;
use crate::cli::changes::diff;
use crate::cli::changes::show::get;
use crate::cli::changes::words::item_state;
use crate::cli::client::Client;
use crate::cli::confirm::{ask_for, is_terminal};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, shown};

/// Settle an item that is in conflict or has no known outcome
///
/// What was looked at counts: an entry that changes once more stays in conflict.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The change set
    set: String,
    /// The item
    item: u32,
    #[command(flatten)]
    resolution: How,
    /// With `--use-merged`: whose text stands at a place that both changed, as in `/Coins=mine`; `userIds` and `attributes`
    /// are places too
    #[arg(long = "choose", value_name = "PATH=mine|theirs", conflicts_with_all = ["check", "keep_theirs", "overwrite", "saved", "not_saved"])]
    choices: Vec<Choice>,
    /// With `--overwrite`: the key again, instead of being asked for it
    #[arg(
        long,
        value_name = "KEY",
        conflicts_with_all = ["check", "keep_theirs", "use_merged", "saved", "not_saved"],
        allow_hyphen_values = true
    )]
    confirm: Option<String>,
    /// Why; asked for with `--saved` and `--not-saved`, and in production
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// What to do.
#[expect(clippy::struct_excessive_bools, reason = "exactly one of them is given, as options are")]
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct How {
    /// Unknown: read the entry back once more
    #[arg(long)]
    check: bool,
    /// Conflict: leave the entry as someone else made it
    #[arg(long)]
    keep_theirs: bool,
    /// Conflict: write both changes, with `--choose` where they touch
    #[arg(long)]
    use_merged: bool,
    /// Conflict: write this change over theirs, which is kept
    #[arg(long)]
    overwrite: bool,
    /// Unknown: you know that it was done
    #[arg(long)]
    saved: bool,
    /// Unknown: you know that it was not done
    #[arg(long)]
    not_saved: bool,
}

impl How {
    fn resolution(&self) -> Resolution {
        match self {
            Self { check: true, .. } => Resolution::Check,
            Self { keep_theirs: true, .. } => Resolution::KeepTheirs,
            Self { use_merged: true, .. } => Resolution::UseMerged,
            Self { overwrite: true, .. } => Resolution::OverwriteTheirs,
            Self { saved: true, .. } => Resolution::SettleSaved,
            Self { .. } => Resolution::SettleNotSaved,
        }
    }
}

/// A choice as it stands on the command line.
#[derive(Clone, Debug)]
struct Choice(OverlapChoice);

impl FromStr for Choice {
    type Err = String;

    /// Members may hold `=`, so that the last one counts.
    fn from_str(text: &str) -> Result<Self, String> {
        let (path, side) = text.rsplit_once('=').unwrap_or((text, ""));
        let side = match side {
            "mine" => Side::Mine,
            "theirs" => Side::Theirs,
            _ => return Err(format!("`{text}` names no side; write `{path}=mine` or `{path}=theirs`")),
        };
        Ok(Self(OverlapChoice { path: path.into(), side }))
    }
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<ExitCode, Failure> {
    let mut client = session.connect().await?;
    let result = resolve(&mut session.output, &mut client, arguments).await;
    client.close().await;
    result
}

async fn resolve(
    output: &mut Output,
    client: &mut Client,
    arguments: Arguments,
) -> Result<ExitCode, Failure> {
    let Arguments { set, item, resolution, choices, confirm, reason } = arguments;
    let (set, resolution) = (ChangeSetId(set), resolution.resolution());
    let writes = matches!(resolution, Resolution::UseMerged | Resolution::OverwriteTheirs);
    let mut expected_revision = None;
    if writes {
        // The revision is told with the values alone.
        let request = ChangesetsGetRequest { item: Some(item), values: true, ..get(&set) };
        let found = client.call(&request).await?;
        expected_revision = found.detail.and_then(|detail| detail.theirs).and_then(|theirs| theirs.revision);
    }
    let key = match (resolution, confirm) {
        (Resolution::OverwriteTheirs, None) if is_terminal() => {
            Some(ask_for("type the key to overwrite what someone else wrote: ", "`--confirm KEY`")?)
        }
        (Resolution::OverwriteTheirs, None) => {
            return Err(Failure::usage(
                "repeat the key with `--confirm KEY`; what someone else wrote is overwritten",
            ));
        }
        (_, confirm) => confirm,
    };
    let request = ChangesetsResolveRequest {
        set,
        item,
        resolution,
        choices: choices.into_iter().map(|Choice(choice)| choice).collect(),
        expected_revision,
        confirm: Confirmation { key, ..Confirmation::default() },
        reason,
    };
    let resolved = client.call(&request).await?;
    let item = &resolved.item;
    if output.is_json() {
        output.json(&resolved)?;
    } else {
        let (state, tone) = item_state(item.state);
        let state = output.in_tone(tone, state);
        output.line(&format!("{}, {state}", diff::heading(item)))?;
        if let Some(message) = &item.message {
            output.line(&format!("  {}", shown(message)))?;
        }
    }
    Ok(code(item.state, resolution))
}

fn code(state: ItemState, resolution: Resolution) -> ExitCode {
    match state {
        ItemState::Conflict => Exit::Conflict.into(),
        // Whoever says that it was not done gets what was asked for.
        ItemState::Refused if resolution == Resolution::SettleNotSaved => ExitCode::SUCCESS,
        ItemState::Refused | ItemState::Unknown | ItemState::Queued | ItemState::Sending => {
            Exit::Problems.into()
        }
        ItemState::Saved | ItemState::Superseded | ItemState::Staged => ExitCode::SUCCESS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_path_and_a_side() {
        for (text, path, side) in [
            ("/Coins=mine", "/Coins", Side::Mine),
            ("/a=b=theirs", "/a=b", Side::Theirs),
            ("=mine", "", Side::Mine),
            ("userIds=theirs", "userIds", Side::Theirs),
        ] {
            let Choice(choice) = text.parse().unwrap();
            assert_eq!(choice, OverlapChoice { path: path.into(), side }, "{text}");
        }
        let refused = "/Coins=ours".parse::<Choice>().unwrap_err();
        assert!(refused.contains("`/Coins=mine`"), "{refused}");
        assert!("/Coins".parse::<Choice>().is_err());
    }
}
