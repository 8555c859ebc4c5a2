//! `dsmp changes commit`: what is asked before a set is sent, and what came of it.
//!
//! **Invariant:** what a person has to type is never filled in for them; whether it is right is judged by the daemon.

use std::process::ExitCode;

use protocol::ChangeSetId;
use protocol::operations::changesets::{
    ChangeItem, ChangeSet, ChangeSetState, ChangesetsCommitRequest, ChangesetsCommitResponse,
    ChangesetsGetRequest, CommitNeeds, Confirmation, EffectLevel, ItemCounts,
};
use protocol::operations::connections::Connection;

use crate::cli::Session;
use crate::cli::changes::show::{get, head};
use crate::cli::changes::words::{counts, items};
use crate::cli::client::Client;
use crate::cli::confirm::{ask_for, is_terminal};
use crate::cli::connections::words::environment_name;
use crate::cli::exit::{Exit, Failure};
use crate::cli::jobs::follow::{self, Watch};
use crate::cli::output::{Output, Tone, shown};
use crate::cli::target::find_connection;

/// Send a staged set, after it was shown and confirmed
///
/// The further a set reaches, the more it asks for: the number of items or the one key, the environment's word, a reason.
/// At a terminal you are asked for what is not given here; elsewhere everything has to be given. More than 20 items become a
/// job that this command follows; Ctrl+C leaves it running.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The change set
    set: String,
    #[command(flatten)]
    options: Options,
    /// Look at every entry again and tell what was changed meanwhile, without writing anything
    #[arg(long, conflicts_with_all = ["confirm", "environment", "store", "reason"])]
    dry_run: bool,
}

/// What confirms a commit.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Options {
    /// The number of items, or of a single one its key; both, given one after the other, where both are asked for
    #[arg(long, value_name = "COUNT|KEY", allow_hyphen_values = true)]
    confirm: Vec<String>,
    /// The environment's word, as in `production`
    #[arg(long, value_name = "WORD")]
    environment: Option<String>,
    /// The data store's name
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Do not wait until it is done; `dsmp jobs watch` follows it
    #[arg(long)]
    background: bool,
    /// Do not ask where nothing has to be typed
    #[arg(long, short)]
    yes: bool,
}

impl Options {
    /// Why, if that was given.
    pub(super) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Whether its job is left running.
    pub(super) fn background(&self) -> bool {
        self.background
    }

    /// Whether anything was given that only a commit needs.
    pub(super) fn is_given(&self) -> bool {
        !self.confirm.is_empty()
            || self.environment.is_some()
            || self.store.is_some()
            || self.background
            || self.yes
    }
}

/// What is known of a set before it is committed.
struct Known {
    set: ChangeSet,
    /// Its first items: one, if it has no more.
    items: Vec<ChangeItem>,
    connection: Connection,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<ExitCode, Failure> {
    let mut client = session.reach(arguments.options.background).await?;
    let set = ChangeSetId(arguments.set);
    let result = if arguments.dry_run {
        dry_run(&mut session.output, &mut client, &set, arguments.options.background).await
    } else {
        commit(&mut session.output, &mut client, &set, arguments.options).await
    };
    client.close().await;
    result
}

/// Shows a set, asks for what it needs, sends it, and follows it to its end.
pub(super) async fn commit(
    output: &mut Output,
    client: &mut Client,
    set: &ChangeSetId,
    options: Options,
) -> Result<ExitCode, Failure> {
    let mut known = know(client, set).await?;
    let asks = is_terminal() && !output.is_json();
    if asks && known.set.state == ChangeSetState::Staged {
        head(output, &known.set, Some(&known.connection))?;
        output.flush()?;
    }
    if known.set.needs.unlock {
        return Err(locked(&known.connection));
    }
    if known.set.needs.dry_run {
        if !asks {
            let message = format!(
                "the entries were looked at over 30 minutes ago; make a dry run first: `dsmp changes commit {set} --dry-run`"
            );
            return Err(Failure::usage(message));
        }
        output.note("the entries were looked at over 30 minutes ago, so they are looked at again");
        look_again(output, client, set, false).await?;
        known = know(client, set).await?;
        tell_clashes(output, &known.set)?;
        output.flush()?;
    }
    let request = confirmed(output, &known, options.clone(), asks)?;
    let sent = client.call(&request).await?;
    let end = settle(output, client, sent, options.background, "committing").await?;
    told(output, &end)
}

async fn know(client: &mut Client, set: &ChangeSetId) -> Result<Known, Failure> {
    let found = client.call(&ChangesetsGetRequest { limit: Some(2), ..get(set) }).await?;
    let connection = find_connection(client, Some(&found.set.connection)).await?;
    Ok(Known { set: found.set, items: found.items, connection })
}

fn locked(connection: &Connection) -> Failure {
    let name = &connection.name;
    let message = format!(
        "connection `{name}` ({}) is read-only; nothing was sent: unlock it with `dsmp connections unlock {name}`",
        environment_name(connection.environment)
    );
    Failure::new(Exit::Denied, message)
}

/// What a commit has to say, from the options or asked for.
fn confirmed(
    output: &Output,
    known: &Known,
    options: Options,
    asks: bool,
) -> Result<ChangesetsCommitRequest, Failure> {
    let Known { set, items, connection } = known;
    let key = match items.as_slice() {
        [one] => Some(one.key.as_str()),
        _ => None,
    };
    let is_decided = options.is_given() || options.reason.is_some();
    let Options { confirm, environment, store, reason, .. } = options;
    let (count, typed_key) = take_apart(&set.needs, &confirm, key)?;
    let mut confirm = Confirmation { count, key: typed_key, environment, store };
    let mut reason = reason;
    let missing = missing(&set.needs, &confirm, reason.is_some() || set.reason.is_some());
    if !missing.is_empty() && !asks {
        let options: Vec<_> = missing.iter().map(|missing| missing.option()).collect();
        let message = format!(
            "nothing was sent; to commit {} of {} `{}`, give {}",
            self::items(set.counts.total),
            environment_name(connection.environment),
            connection.name,
            options.join(", ")
        );
        return Err(Failure::usage(message));
    }
    if asks && set.level == EffectLevel::E4 {
        output.warn("Roblox keeps no copy of what is removed here; we keep one for 30 days");
    }
    let is_asked = !missing.is_empty();
    for missing in missing {
        let answer = ask_for(&missing.question(set, connection), missing.option())?;
        if answer.is_empty() {
            return Err(Failure::other("nothing was sent"));
        }
        match missing {
            Missing::Count => {
                let number = answer.replace([',', ' ', '_'], "").parse();
                confirm.count = Some(number.map_err(|_| {
                    Failure::other(format!("`{}` is no number; nothing was sent", shown(&answer)))
                })?);
            }
            Missing::Key => confirm.key = Some(answer),
            Missing::Environment => confirm.environment = Some(answer),
            Missing::Store => confirm.store = Some(answer),
            Missing::Reason => reason = Some(answer),
        }
    }
    if asks && !is_asked && !is_decided {
        let question = format!(
            "commit {} to {} `{}`? [y/N] ",
            self::items(set.counts.total),
            environment_name(connection.environment).to_uppercase(),
            connection.name
        );
        let answer = ask_for(&question, "`--yes`")?;
        if !matches!(answer.to_lowercase().as_str(), "y" | "yes") {
            return Err(Failure::other("nothing was sent"));
        }
    }
    Ok(ChangesetsCommitRequest { set: set.id.clone(), dry_run: false, confirm, reason })
}

/// Something that a commit needs and that was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Count,
    Key,
    Environment,
    Store,
    Reason,
}

impl Missing {
    fn option(self) -> &'static str {
        match self {
            Self::Count => "`--confirm COUNT` (how many items)",
            Self::Key => "`--confirm KEY` (the one item's key)",
            Self::Environment => "`--environment WORD`",
            Self::Store => "`--store NAME`",
            Self::Reason => "`--reason TEXT`",
        }
    }

    fn question(self, set: &ChangeSet, connection: &Connection) -> String {
        match self {
            Self::Count => format!("type the number of items, {}, to confirm: ", set.counts.total),
            Self::Key => "type the key to confirm: ".into(),
            Self::Environment => {
                format!("type the environment, {}, to confirm: ", environment_name(connection.environment))
            }
            Self::Store => "type the data store's name to confirm: ".into(),
            Self::Reason => "reason: ".into(),
        }
    }
}

fn missing(needs: &CommitNeeds, confirm: &Confirmation, has_reason: bool) -> Vec<Missing> {
    let asked = [
        (needs.count && confirm.count.is_none(), Missing::Count),
        (needs.key && confirm.key.is_none(), Missing::Key),
        (needs.store && confirm.store.is_none(), Missing::Store),
        (needs.environment && confirm.environment.is_none(), Missing::Environment),
        (needs.reason && !has_reason, Missing::Reason),
    ];
    asked.into_iter().filter_map(|(is_missing, missing)| is_missing.then_some(missing)).collect()
}

/// Which of the texts of `--confirm` is the number and which the key; keys may be numbers too.
fn take_apart(
    needs: &CommitNeeds,
    given: &[String],
    key: Option<&str>,
) -> Result<(Option<u32>, Option<String>), Failure> {
    let number = |text: &String| {
        let digits = text.trim().replace([',', '_'], "");
        digits.parse().map_err(|_| {
            Failure::usage(format!("`{text}` is no number; `--confirm` takes the number of items here"))
        })
    };
    let is_key =
        |text: &&String| key.is_some_and(|key| key.trim().to_lowercase() == text.trim().to_lowercase());
    match given {
        [] => Ok((None, None)),
        [one] if needs.key && (!needs.count || is_key(&one)) => Ok((None, Some(one.clone()))),
        [one] => Ok((Some(number(one)?), None)),
        [one, other] if needs.key && needs.count => {
            let (key, count) = if is_key(&one) { (one, other) } else { (other, one) };
            Ok((Some(number(count)?), Some(key.clone())))
        }
        _ => Err(Failure::usage("`--confirm` is given more often than is asked for")),
    }
}

/// Looks at the entries again and tells what was changed meanwhile.
async fn dry_run(
    output: &mut Output,
    client: &mut Client,
    set: &ChangeSetId,
    background: bool,
) -> Result<ExitCode, Failure> {
    let answer = look_again(output, client, set, background).await?;
    if output.is_json() {
        output.json(&answer)?;
    } else if let (true, Some(job)) = (background, &answer.job) {
        output.line(&format!("looking at the entries as job {job}"))?;
    } else {
        tell_clashes(output, &answer.set)?;
    }
    Ok(if answer.set.counts.conflict > 0 { Exit::Conflict.into() } else { ExitCode::SUCCESS })
}

async fn look_again(
    output: &mut Output,
    client: &mut Client,
    set: &ChangeSetId,
    background: bool,
) -> Result<ChangesetsCommitResponse, Failure> {
    let request = ChangesetsCommitRequest {
        set: set.clone(),
        dry_run: true,
        confirm: Confirmation::default(),
        reason: None,
    };
    let sent = client.call(&request).await?;
    Ok(settle(output, client, sent, background, "looking").await?.answer)
}

fn tell_clashes(output: &mut Output, set: &ChangeSet) -> Result<(), Failure> {
    let ItemCounts { total, conflict, .. } = set.counts;
    if conflict == 0 {
        return output.line(&format!("looked at {}: nothing stands against the set", items(total)));
    }
    let verb = if conflict == 1 { "is" } else { "are" };
    output.line(&format!("looked at {}: {conflict} {verb} in conflict", items(total)))?;
    output.note(&format!("`dsmp changes show {} --state conflict` lists them", set.id));
    Ok(())
}

/// How a commit, or a dry run, ended.
struct End {
    answer: ChangesetsCommitResponse,
    /// Whether its job was left running.
    is_left: bool,
    /// Why the job did not come to its end, and how it is called then.
    problem: Option<String>,
}

/// Follows the job, if there is one, and reads what became of the set.
async fn settle(
    output: &Output,
    client: &mut Client,
    sent: ChangesetsCommitResponse,
    background: bool,
    verb: &'static str,
) -> Result<End, Failure> {
    let Some(job) = sent.job.clone().filter(|_| !background) else {
        return Ok(End { is_left: background && sent.job.is_some(), answer: sent, problem: None });
    };
    let job = follow::to_the_end(output, client, &job, Watch { verb, is_ours: true }).await?;
    let set = client.call(&ChangesetsGetRequest { limit: Some(1), ..get(&sent.set.id) }).await?.set;
    let problem = follow::problem(&job);
    Ok(End { answer: ChangesetsCommitResponse { set, job: sent.job }, is_left: false, problem })
}

/// Tells what came of a commit.
fn told(output: &mut Output, end: &End) -> Result<ExitCode, Failure> {
    let ChangesetsCommitResponse { set, job } = &end.answer;
    if output.is_json() {
        output.json(&end.answer)?;
    } else if end.is_left {
        let job = job.as_ref().map(ToString::to_string).unwrap_or_default();
        output.line(&format!("committing {} as job {job}", items(set.counts.total)))?;
        output.note(&format!("`dsmp jobs watch {job}` follows it, `dsmp jobs stop {job}` ends it"));
    } else {
        let is_fine = is_all_saved(&set.counts) && end.problem.is_none();
        let tone = if is_fine { Tone::Good } else { Tone::Changed };
        output.toned(tone, &format!("committed set {}: {}", set.id, counts(&set.counts)))?;
        if let Some(problem) = &end.problem {
            output.warn(problem);
        }
        hints(output, set);
    }
    Ok(if end.is_left { ExitCode::SUCCESS } else { code(&set.counts, end.problem.is_some()) })
}

fn is_all_saved(counts: &ItemCounts) -> bool {
    counts.conflict == 0
        && counts.refused == 0
        && counts.unknown == 0
        && counts.queued == 0
        && counts.sending == 0
}

/// What can be done now.
pub(super) fn hints(output: &Output, set: &ChangeSet) {
    let id = &set.id;
    let ItemCounts { saved, conflict, refused, unknown, .. } = set.counts;
    for (count, state, remedy) in [
        (conflict, "conflict", Some("`--keep-theirs`, `--use-merged` or `--overwrite`")),
        (unknown, "unknown", Some("`--check`, `--saved` or `--not-saved`")),
        (refused, "refused", None),
    ] {
        if count > 0 {
            let remedy = remedy.map_or_else(String::new, |remedy| {
                format!("; settle each with `dsmp changes resolve {id} ITEM` and {remedy}")
            });
            output
                .note(&format!("see what is {state} with `dsmp changes show {id} --state {state}`{remedy}"));
        }
    }
    if saved > 0 {
        output.note(&format!("`dsmp changes undo {id} --commit` takes it back"));
    }
}

/// How a command ends after these outcomes.
pub(super) fn code(counts: &ItemCounts, has_problem: bool) -> ExitCode {
    exit(counts, has_problem).map_or(ExitCode::SUCCESS, Into::into)
}

fn exit(counts: &ItemCounts, has_problem: bool) -> Option<Exit> {
    let is_open = counts.refused + counts.unknown + counts.queued + counts.sending > 0;
    if is_open || has_problem {
        Some(Exit::Problems)
    } else {
        (counts.conflict > 0).then_some(Exit::Conflict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(count: bool, key: bool) -> CommitNeeds {
        CommitNeeds { count, key, ..CommitNeeds::default() }
    }

    #[track_caller]
    fn check(needs: &CommitNeeds, given: &[&str], count: Option<u32>, key: Option<&str>) {
        let given: Vec<_> = given.iter().map(|text| (*text).to_owned()).collect();
        let (found_count, found_key) = take_apart(needs, &given, Some("81")).unwrap();
        assert_eq!((found_count, found_key.as_deref()), (count, key), "{given:?}");
    }

    #[test]
    fn the_number_is_told_from_the_key() {
        check(&needs(true, false), &[], None, None);
        check(&needs(true, false), &["1,500"], Some(1_500), None);
        check(&needs(false, true), &["81"], None, Some("81"));
        check(&needs(false, true), &["another"], None, Some("another"));
        check(&needs(true, true), &["81"], None, Some("81"));
        check(&needs(true, true), &["1"], Some(1), None);
        check(&needs(true, true), &["1", "81"], Some(1), Some("81"));
        check(&needs(true, true), &["81", "1"], Some(1), Some("81"));
        for (needs, given) in [(needs(true, false), vec!["many"]), (needs(true, false), vec!["1", "2"])] {
            let given: Vec<_> = given.into_iter().map(str::to_owned).collect();
            assert!(take_apart(&needs, &given, None).is_err(), "{given:?}");
        }
    }

    #[test]
    fn what_was_not_given_is_asked_for_and_nothing_else() {
        let all = CommitNeeds { environment: true, store: true, reason: true, ..needs(true, true) };
        let nothing = Confirmation::default();
        let named = [Missing::Count, Missing::Key, Missing::Store, Missing::Environment, Missing::Reason];
        assert_eq!(missing(&all, &nothing, false), named);
        let some = Confirmation { count: Some(1), environment: Some("production".into()), ..nothing.clone() };
        assert_eq!(missing(&all, &some, true), [Missing::Key, Missing::Store]);
        assert_eq!(missing(&CommitNeeds::default(), &nothing, false), []);
    }

    #[test]
    fn the_exit_code_tells_the_worst_outcome() {
        let counts = |saved, conflict, refused, unknown| ItemCounts {
            total: saved + conflict + refused + unknown,
            saved,
            conflict,
            refused,
            unknown,
            ..ItemCounts::default()
        };
        assert_eq!(exit(&counts(3, 0, 0, 0), false), None);
        assert_eq!(exit(&counts(3, 1, 0, 0), false), Some(Exit::Conflict));
        assert_eq!(exit(&counts(3, 1, 1, 0), false), Some(Exit::Problems));
        assert_eq!(exit(&counts(3, 1, 0, 1), false), Some(Exit::Problems));
        assert_eq!(exit(&counts(3, 0, 0, 0), true), Some(Exit::Problems));
    }
}
