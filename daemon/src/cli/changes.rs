//! `dsmp changes`: edits that are staged, reviewed, committed and taken back together.

pub(super) mod commit;
mod diff;
mod pretty;
mod resolve;
mod show;
mod stage;
mod words;

use std::process::ExitCode;

use clap::Subcommand;
use protocol::ChangeSetId;
use protocol::operations::changeset_endings::{
    ChangesetsAmendRequest, ChangesetsDiscardRequest, ChangesetsUndoRequest,
};
use protocol::operations::changesets::{ChangeSet, ChangesetsGetRequest, ChangesetsListRequest};

use crate::cli::Session;
use crate::cli::changes::commit::Options;
use crate::cli::changes::show::get;
use crate::cli::changes::words::{PolicyName, SetFilter, counts, items, set_state};
use crate::cli::client::Client;
use crate::cli::exit::Failure;
use crate::cli::output::{Output, moment, shown};

/// Sets asked for at a time: the most there is.
const PAGE: u32 = 256;

/// Items taken out at a time: the most there is.
const DROP_BATCH: usize = 1_000;

/// Stage changes, look at them, commit them, and take them back
///
/// Nothing is written before `commit`. Every commit can be taken back with `undo`, for as long as the values it replaced are
/// kept.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List change sets, newest first: your staged ones, and everybody's committed ones
    List {
        /// Only sets that stand there [default: all but the discarded]
        #[arg(long)]
        state: Option<SetFilter>,
    },
    Show(show::Arguments),
    Stage(stage::Arguments),
    /// Take items out of a staged set
    Drop {
        /// The change set
        set: String,
        /// The items
        #[arg(required = true, value_name = "ITEM")]
        items: Vec<u32>,
    },
    /// Give a staged set another title, reason or policy
    #[command(group = clap::ArgGroup::new("edit").required(true).multiple(true))]
    Edit {
        /// The change set
        set: String,
        /// What to call it
        #[arg(long, value_name = "TEXT", group = "edit")]
        title: Option<String>,
        /// Why
        #[arg(long, value_name = "TEXT", group = "edit")]
        reason: Option<String>,
        /// What happens to entries that someone else changes meanwhile
        #[arg(long, ignore_case = true, group = "edit")]
        policy: Option<PolicyName>,
    },
    Commit(commit::Arguments),
    Resolve(resolve::Arguments),
    /// Discard a staged set; nothing is sent
    Discard {
        /// The change set
        set: String,
    },
    /// Stage what takes a committed set back: values, user ids and attributes as they were
    Undo(Undo),
    /// Stage what does an undone set again: the undo of an undo, by the name of either set
    Redo(Undo),
}

#[derive(Debug, clap::Args)]
struct Undo {
    /// The change set
    set: String,
    /// Only these items [default: all that were saved]
    #[arg(value_name = "ITEM")]
    items: Vec<u32>,
    /// Commit it too
    #[arg(long)]
    commit: bool,
    #[command(flatten)]
    options: Options,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        Command::List { state } => list(session, state).await?,
        Command::Show(arguments) => show::run(session, arguments).await?,
        Command::Stage(arguments) => return stage::run(session, arguments).await,
        Command::Drop { set, items } => drop_items(session, ChangeSetId(set), &items).await?,
        Command::Edit { set, title, reason, policy } => {
            let request = ChangesetsAmendRequest {
                set: ChangeSetId(set),
                drop: Vec::new(),
                title,
                reason,
                policy: policy.map(Into::into),
            };
            let amended = session.ask(&request).await?;
            if session.output.is_json() {
                session.output.json(&amended)?;
            } else {
                session.output.line(&format!("changed set {}", amended.set.id))?;
            }
        }
        Command::Commit(arguments) => return commit::run(session, arguments).await,
        Command::Resolve(arguments) => return resolve::run(session, arguments).await,
        Command::Discard { set } => {
            let request = ChangesetsDiscardRequest { set: ChangeSetId(set) };
            let discarded = session.ask(&request).await?;
            if session.output.is_json() {
                session.output.json(&discarded)?;
            } else {
                session.output.line(&format!("discarded {}; nothing was sent", items(discarded.items)))?;
            }
        }
        Command::Undo(arguments) => return undo(session, arguments, false).await,
        Command::Redo(arguments) => return undo(session, arguments, true).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(session: &mut Session, state: Option<SetFilter>) -> Result<(), Failure> {
    let mut client = session.connect().await?;
    let mut request = ChangesetsListRequest {
        connection: session.connection(),
        state: state.map(Into::into),
        cursor: None,
        limit: Some(PAGE),
    };
    let mut rows = Vec::new();
    loop {
        let page = client.call(&request).await?;
        request.cursor.clone_from(&page.next_cursor);
        if session.output.is_json() {
            session.output.json(&page)?;
        } else {
            rows.extend(page.sets.iter().map(row));
        }
        if request.cursor.is_none() {
            break;
        }
    }
    client.close().await;
    if session.output.is_json() {
        return Ok(());
    }
    if rows.is_empty() {
        session.output.note("no change sets; `dsmp changes stage` makes one");
        return Ok(());
    }
    session.output.table(&["SET", "STATE", "STAGED", "BY", "TITLE", "ITEMS"], rows)
}

fn row(set: &ChangeSet) -> Vec<String> {
    vec![
        set.id.to_string(),
        set_state(set.state).into(),
        moment(&set.created_at),
        shown(&set.created_by).into_owned(),
        shown(&set.title).into_owned(),
        counts(&set.counts),
    ]
}

async fn drop_items(session: &mut Session, set: ChangeSetId, dropped: &[u32]) -> Result<(), Failure> {
    let mut client = session.connect().await?;
    let mut left = None;
    for batch in dropped.chunks(DROP_BATCH) {
        let request = ChangesetsAmendRequest {
            set: set.clone(),
            drop: batch.to_vec(),
            title: None,
            reason: None,
            policy: None,
        };
        let amended = client.call(&request).await?;
        if session.output.is_json() {
            session.output.json(&amended)?;
        }
        left = Some(amended.set.counts.total);
    }
    client.close().await;
    match left {
        Some(left) if !session.output.is_json() => {
            let told = items(u32::try_from(dropped.len()).unwrap_or(u32::MAX));
            session.output.line(&format!("took {told} out; {} left in set {set}", items(left)))
        }
        _ => Ok(()),
    }
}

async fn undo(session: &mut Session, arguments: Undo, is_redo: bool) -> Result<ExitCode, Failure> {
    if arguments.options.is_given() && !arguments.commit {
        return Err(Failure::usage("only a commit is confirmed or left running; add `--commit`"));
    }
    let mut client = session.reach(arguments.options.background()).await?;
    let result = stage_undo(&mut session.output, &mut client, arguments, is_redo).await;
    client.close().await;
    result
}

async fn stage_undo(
    output: &mut Output,
    client: &mut Client,
    arguments: Undo,
    is_redo: bool,
) -> Result<ExitCode, Failure> {
    let Undo { set, items: numbers, commit, options } = arguments;
    let mut set = ChangeSetId(set);
    if is_redo {
        let found = client.call(&ChangesetsGetRequest { limit: Some(1), ..get(&set) }).await?.set;
        set = undo_of(found)?;
    }
    let request =
        ChangesetsUndoRequest { set: set.clone(), items: numbers, reason: options.reason().map(Into::into) };
    let staged = client.call(&request).await?;
    let undo = &staged.set.id;
    if output.is_json() {
        output.json(&staged)?;
    } else {
        let what = if is_redo { "undo" } else { "set" };
        let count = items(staged.set.counts.total);
        output.line(&format!("staged set {undo}, which takes {what} {set} back: {count}"))?;
        if staged.left_out > 0 {
            output.note(&format!("{} left out, for they were not saved", items(staged.left_out)));
        }
        if !commit {
            output.note(&format!("`dsmp changes commit {undo}` sends it"));
        }
    }
    if !commit {
        return Ok(ExitCode::SUCCESS);
    }
    commit::commit(output, client, undo, options).await
}

/// The undo that a redo takes back: the set itself, or the one that took it back.
fn undo_of(set: ChangeSet) -> Result<ChangeSetId, Failure> {
    if set.undo_of.is_some() {
        return Ok(set.id);
    }
    set.undone_by.ok_or_else(|| {
        Failure::usage(format!("set {} was not taken back, so there is nothing to do again", set.id))
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli;

    #[track_caller]
    fn check(line: &str, is_understood: bool) {
        let words = line.split_whitespace();
        let parsed = cli::Arguments::try_parse_from(words);
        assert_eq!(
            parsed.is_ok(),
            is_understood,
            "{line}: {:?}",
            parsed.err().map(|error| error.to_string())
        );
    }

    #[test]
    fn commands_are_understood() {
        check("dsmp changes list --state open", true);
        check("dsmp changes show S --item 1 --item 7 --text", true);
        check("dsmp changes show S --sample 5", true);
        check("dsmp changes show S --item 1 --sample 5", false);
        check("dsmp changes show S --sample 0", false);
        check("dsmp changes stage Store key /coins=1 remove:/old", true);
        check("dsmp changes stage Store --all /coins=1 --policy last-writer-wins --title t", true);
        check("dsmp changes stage Store --keys - --remove", true);
        check("dsmp changes stage Store --all --prefix P /coins=1", false);
        check("dsmp changes stage Store key --remove --value 1", false);
        check("dsmp changes stage Store --all --restore R", false);
        check("dsmp changes stage Store key --add -2", false);
        check("dsmp changes stage Store key --ordered --add -2", true);
        check("dsmp changes stage Store key --set S --title t /a=1", false);
        check("dsmp changes drop S", false);
        check("dsmp changes drop S 1 2", true);
        check("dsmp changes edit S", false);
        check("dsmp changes edit S --title t --reason r --policy SMART-MERGE", true);
        check("dsmp changes commit S --confirm 500 --environment production --reason r --background", true);
        check("dsmp changes commit S --dry-run", true);
        check("dsmp changes commit S --dry-run --confirm 1", false);
        check("dsmp changes resolve S 1", false);
        check("dsmp changes resolve S 1 --use-merged --choose /Coins=mine --choose userIds=theirs", true);
        check("dsmp changes resolve S 1 --keep-theirs --choose /Coins=mine", false);
        check("dsmp changes resolve S 1 --overwrite --confirm key", true);
        check("dsmp changes resolve S 1 --saved --not-saved", false);
        check("dsmp changes undo S 1 2 --commit --confirm 2", true);
        check("dsmp changes redo S --commit", true);
    }
}
