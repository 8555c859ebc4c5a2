//! `dsmp changes stage`: the same change for one key or for many, in batches.
//!
//! **Invariant:** every key is staged or told, also when the command ends early: batches before that stay in their set.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use protocol::operations::changesets::{
    ChangesetsProposeRequest, ProposalKind, ProposalOutcome, ProposedChange,
};
use protocol::operations::keys::KeysListRequest;
use protocol::operations::ordered::OrderedListRequest;
use protocol::{ChangeSetId, ErrorCode, Integer64, Revision, UserId};

use crate::cli::changes::words::PolicyName;
use crate::cli::client::Client;
use crate::cli::edit::{self, Change};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, grouped, shown};
use crate::cli::progress::Progress;
use crate::cli::{Session, put};

/// Changes sent at a time: the most there is.
const BATCH: usize = 1_000;

/// Bytes sent at a time, about; a message has at most twice as many.
const BATCH_BYTES: usize = 4 << 20;

/// What a change takes beside its value and edits, at most about.
const CHANGE_BYTES: usize = 1 << 10;

/// Keys asked for at a time: the most there is.
const PAGE: u32 = 256;

/// How long to wait before changes are sent again that the budget did not allow.
const BUDGET_POLL: Duration = Duration::from_secs(2);

/// Refusals that are told one by one; of more, their number.
const REFUSALS_TOLD: u64 = 20;

/// Stage a change of one key, or the same change of many; nothing is written until `dsmp changes commit`
///
/// What to do is said by changes as of `dsmp edit`, or by one of `--value`, `--remove`, `--restore` and `--add`. For many
/// keys, leave KEY out and name them with `--keys`, `--prefix` or `--all`. With `--json`, one answer of the daemon on a line.
#[derive(Debug, clap::Args)]
#[command(after_help = edit::CHANGES, override_usage = "\
dsmp changes stage [OPTIONS] STORE KEY CHANGE...
       dsmp changes stage [OPTIONS] STORE KEY --value JSON|FILE|- | --remove | --restore REVISION | --add AMOUNT
       dsmp changes stage [OPTIONS] STORE --keys FILE|- | --prefix PREFIX | --all  CHANGE...")]
pub(super) struct Arguments {
    /// The data store
    store: String,
    /// The entry's key, unless keys are named otherwise; then what to change, where
    #[arg(value_name = "KEY|CHANGE")]
    words: Vec<String>,
    #[command(flatten)]
    keys: Keys,
    #[command(flatten)]
    action: Action,
    /// The data store is ordered
    #[arg(long)]
    ordered: bool,
    /// Tag an account to each entry, in place of those tagged; up to four times
    #[arg(long = "user-id", value_name = "ID", allow_hyphen_values = true, conflicts_with = "ordered")]
    user_ids: Vec<i64>,
    /// Each entry's attributes (Roblox's metadata), a JSON object
    #[arg(long, value_name = "JSON", conflicts_with = "ordered")]
    attributes: Option<String>,
    /// Stage only if this revision is current now
    #[arg(long, value_name = "REVISION", conflicts_with = "many")]
    expect: Option<String>,
    /// Add to this staged set instead of making one
    #[arg(long, value_name = "SET", conflicts_with_all = ["title", "reason", "policy"])]
    set: Option<String>,
    /// What to call the set
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// What happens to entries that someone else changes meanwhile [default: smart-merge]
    #[arg(long, ignore_case = true)]
    policy: Option<PolicyName>,
    /// Let a change of an entry that the set changes already take that one's place
    #[arg(long)]
    replace: bool,
}

/// Whose entries to change, if not one key's.
#[derive(Debug, clap::Args)]
#[group(id = "many", multiple = false)]
struct Keys {
    /// The keys that this file has, one on a line; `-` reads standard input
    #[arg(long = "keys", value_name = "FILE|-")]
    file: Option<PathBuf>,
    /// All keys that begin so
    #[arg(long)]
    prefix: Option<String>,
    /// All keys
    #[arg(long)]
    all: bool,
}

/// What to do, if not edits.
#[derive(Debug, clap::Args)]
#[group(id = "action", multiple = false)]
struct Action {
    /// Write this value: JSON, a file that holds it, or `-` for standard input
    #[arg(long, value_name = "JSON|FILE|-", allow_hyphen_values = true)]
    value: Option<String>,
    /// Remove the entry
    #[arg(long)]
    remove: bool,
    /// Bring back what the entry was at this revision
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["many", "ordered"])]
    restore: Option<String>,
    /// Add so much to the ordered entry, which begins at 0
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, requires = "ordered")]
    add: Option<i64>,
}

/// Where keys come from.
enum Source {
    One(String),
    File(PathBuf),
    Listed(Option<String>),
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<ExitCode, Failure> {
    let (source, words) = source(arguments.keys, arguments.words)?;
    let template = ProposedChange {
        store: arguments.store,
        ordered: arguments.ordered,
        scope: session.scope(),
        user_ids: (!arguments.user_ids.is_empty())
            .then(|| arguments.user_ids.into_iter().map(UserId).collect()),
        attributes: arguments.attributes.map(|text| put::json(text, "the attributes")).transpose()?,
        expected_revision: arguments.expect.map(Revision),
        ..action(&session.output, arguments.action, &words)?
    };
    let is_nothing = template.kind == ProposalKind::Edit
        && template.edits.is_empty()
        && template.user_ids.is_none()
        && template.attributes.is_none();
    if is_nothing {
        let message =
            "say what to do: changes such as `/coins=150`, or `--value`, `--remove`, `--restore` or `--add`";
        return Err(Failure::usage(message));
    }
    if matches!(&source, Source::Listed(Some(_))) && template.ordered {
        return Err(Failure::usage(
            "keys of an ordered data store are not listed by prefix; use `--all` or `--keys`",
        ));
    }
    let is_many = !matches!(source, Source::One(_));
    let request = ChangesetsProposeRequest {
        connection: session.connection(),
        set: arguments.set.map(ChangeSetId),
        title: arguments.title,
        reason: arguments.reason,
        policy: arguments.policy.map(Into::into),
        changes: Vec::new(),
        replace: arguments.replace,
    };
    let mut keys = open(source)?;
    let mut client = session.connect().await?;
    let progress =
        if is_many { Progress::new(&session.output, "staging", None)? } else { Progress::hidden() };
    let mut staging =
        Staging { output: &mut session.output, progress, request, template, tally: Tally::default() };
    let result = staging.stage(&mut client, &mut keys).await;
    client.close().await;
    staging.finish(result, is_many)
}

/// Takes apart what stands after the data store.
fn source(keys: Keys, mut words: Vec<String>) -> Result<(Source, Vec<String>), Failure> {
    let source = match keys {
        Keys { file: Some(file), .. } => Source::File(file),
        Keys { prefix: Some(prefix), .. } => Source::Listed(Some(prefix)),
        Keys { all: true, .. } => Source::Listed(None),
        Keys { .. } if words.is_empty() => {
            let message = "name a key, or many with `--keys FILE`, `--prefix PREFIX` or `--all`";
            return Err(Failure::usage(message));
        }
        Keys { .. } => Source::One(words.remove(0)),
    };
    Ok((source, words))
}

/// The change without its key.
fn action(output: &Output, action: Action, words: &[String]) -> Result<ProposedChange, Failure> {
    let edits = words
        .iter()
        .map(|word| word.parse::<Change>().map(|Change(edit)| edit).map_err(Failure::usage))
        .collect::<Result<Vec<_>, _>>()?;
    let Action { value, remove, restore, add } = action;
    let has_action = value.is_some() || remove || restore.is_some() || add.is_some();
    if has_action && !edits.is_empty() {
        let message = format!("`{}` cannot be changed in what is written or removed as a whole", words[0]);
        return Err(Failure::usage(message));
    }
    let kind = match (&value, remove, &restore, add) {
        (Some(_), ..) => ProposalKind::Set,
        (_, true, ..) => ProposalKind::Remove,
        (_, _, Some(_), _) => ProposalKind::Restore,
        (.., Some(_)) => ProposalKind::Increment,
        _ => ProposalKind::Edit,
    };
    Ok(ProposedChange {
        kind,
        value: value.map(|value| put::value(output, &value)).transpose()?,
        edits,
        revision: restore.map(Revision),
        amount: add.map(Integer64),
        ..ProposedChange::default()
    })
}

/// Keys that are still to come.
enum Pending {
    One(Option<String>),
    Lines { name: String, lines: Box<dyn BufRead + Send>, line: u64 },
    Listed { prefix: Option<String>, cursor: Option<String>, page: VecDeque<String>, is_over: bool },
}

fn open(source: Source) -> Result<Pending, Failure> {
    Ok(match source {
        Source::One(key) => Pending::One(Some(key)),
        Source::File(path) if path == Path::new("-") => Pending::Lines {
            name: "standard input".into(),
            lines: Box::new(BufReader::new(io::stdin())),
            line: 0,
        },
        Source::File(path) => {
            let file = File::open(&path).map_err(|error| Failure::file("open", &path, &error))?;
            let name = path.display().to_string();
            Pending::Lines { name, lines: Box::new(BufReader::new(file)), line: 0 }
        }
        Source::Listed(prefix) => {
            Pending::Listed { prefix, cursor: None, page: VecDeque::new(), is_over: false }
        }
    })
}

impl Pending {
    /// The next key; none when there are no more.
    async fn next(
        &mut self,
        client: &mut Client,
        request: &ChangesetsProposeRequest,
        template: &ProposedChange,
    ) -> Result<Option<String>, Failure> {
        match self {
            Self::One(key) => Ok(key.take()),
            Self::Lines { name, lines, line } => next_line(name, lines.as_mut(), line),
            Self::Listed { prefix, cursor, page, is_over } => {
                while page.is_empty() && !*is_over {
                    let connection = request.connection.clone();
                    let (store, scope) = (template.store.clone(), template.scope.clone());
                    let (limit, from) = (Some(PAGE), cursor.take());
                    (*page, *cursor) = if template.ordered {
                        let request = OrderedListRequest {
                            connection,
                            store,
                            scope,
                            descending: false,
                            minimum: None,
                            maximum: None,
                            cursor: from,
                            limit,
                        };
                        let found = client.call(&request).await?;
                        (found.entries.into_iter().map(|entry| entry.key).collect(), found.next_cursor)
                    } else {
                        let request = KeysListRequest {
                            connection,
                            store,
                            prefix: prefix.clone(),
                            scope,
                            all_scopes: false,
                            cursor: from,
                            limit,
                        };
                        let found = client.call(&request).await?;
                        (found.keys.into(), found.next_cursor)
                    };
                    *is_over = cursor.is_none();
                }
                Ok(page.pop_front())
            }
        }
    }
}

/// The next line that is not empty.
fn next_line(name: &str, lines: &mut dyn BufRead, line: &mut u64) -> Result<Option<String>, Failure> {
    loop {
        let mut text = Vec::new();
        *line += 1;
        let read = lines.read_until(b'\n', &mut text);
        if read.map_err(|error| Failure::file("read", Path::new(name), &error))? == 0 {
            return Ok(None);
        }
        let text = text.strip_suffix(b"\n").unwrap_or(&text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if !text.is_empty() {
            let key = String::from_utf8(text.to_vec())
                .map_err(|_| Failure::other(format!("line {line} of `{name}` is not UTF-8; keys must be")))?;
            return Ok(Some(key));
        }
    }
}

/// What was done so far.
#[derive(Debug, Default)]
struct Tally {
    staged: u64,
    /// Changes that change nothing.
    unchanged: u64,
    refused: u64,
    /// Why the last one was refused.
    last_refusal: Option<(Option<ErrorCode>, String)>,
}

/// A staging under way.
struct Staging<'a> {
    output: &'a mut Output,
    progress: Progress,
    request: ChangesetsProposeRequest,
    template: ProposedChange,
    tally: Tally,
}

impl Staging<'_> {
    async fn stage(&mut self, client: &mut Client, keys: &mut Pending) -> Result<(), Failure> {
        let size = self.template.value.as_ref().map_or(0, |value| value.as_str().len())
            + serde_json::to_string(&self.template.edits).map_or(0, |edits| edits.len());
        let batch = (BATCH_BYTES / (size + CHANGE_BYTES)).clamp(1, BATCH);
        let mut waiting = VecDeque::new();
        loop {
            while waiting.len() < batch {
                match keys.next(client, &self.request, &self.template).await? {
                    Some(key) => waiting.push_back(key),
                    None => break,
                }
            }
            if waiting.is_empty() {
                return Ok(());
            }
            let sent: Vec<_> = waiting.drain(..).collect();
            waiting = self.send(client, sent).await?.into();
        }
    }

    /// Stages the change for some keys, and answers with those that the budget did not allow to be read.
    async fn send(&mut self, client: &mut Client, keys: Vec<String>) -> Result<Vec<String>, Failure> {
        let change = |key: &String| ProposedChange { key: key.clone(), ..self.template.clone() };
        self.request.changes = keys.iter().map(change).collect();
        let answer = client.call(&self.request).await;
        self.request.changes = Vec::new();
        let answer = match answer {
            Err(failure) if is_throttled(&failure) => {
                self.wait(&failure.message).await;
                return Ok(keys);
            }
            answer => answer?,
        };
        if self.output.is_json() {
            self.output.json(&answer)?;
            self.output.flush()?;
        }
        if let Some(set) = answer.set {
            // What the set is called and why stays as it was given first.
            self.request = ChangesetsProposeRequest {
                connection: self.request.connection.take(),
                set: Some(set.id),
                replace: self.request.replace,
                ..ChangesetsProposeRequest::default()
            };
        }
        let mut again = Vec::new();
        for (key, outcome) in keys.into_iter().zip(answer.outcomes) {
            match outcome {
                ProposalOutcome { item: Some(_), .. } => self.tally.staged += 1,
                ProposalOutcome { code: None, .. } => self.tally.unchanged += 1,
                ProposalOutcome { code: Some(ErrorCode::SourceThrottled), .. } => again.push(key),
                ProposalOutcome { code, message, .. } => self.refuse(&key, code, message.unwrap_or_default()),
            }
        }
        let Tally { staged, unchanged, refused, .. } = self.tally;
        self.progress.advance(staged + unchanged + refused, staged);
        if !again.is_empty() {
            self.wait("the budget of requests is used").await;
        }
        Ok(again)
    }

    fn refuse(&mut self, key: &str, code: Option<ErrorCode>, message: String) {
        self.tally.refused += 1;
        if self.tally.refused <= REFUSALS_TOLD {
            let text = format!("`{}` refused: {}", shown(key), shown(&message));
            self.progress.suspend(|| self.output.warn(&text));
        }
        self.tally.last_refusal = Some((code, message));
    }

    async fn wait(&self, why: &str) {
        self.progress.say(&format!("waiting: {}", shown(why)));
        tokio::time::sleep(BUDGET_POLL).await;
    }

    fn finish(self, result: Result<(), Failure>, is_many: bool) -> Result<ExitCode, Failure> {
        let Self { output, progress, request, tally, .. } = self;
        progress.finish();
        let Tally { staged, unchanged, refused, last_refusal } = tally;
        let set = request.set.as_ref().map(ToString::to_string).unwrap_or_default();
        if let Err(failure) = result {
            if staged == 0 {
                return Err(failure);
            }
            let staged = grouped(staged);
            let message = format!(
                "{failure}; {staged} changes before that are staged in set {set}, add the others with `--set {set}`"
            );
            return Err(Failure { message, ..failure });
        }
        if let (false, Some((code, message))) = (is_many, last_refusal) {
            return Err(Failure::new(code.map_or(Exit::Failed, Exit::of), message));
        }
        if !output.is_json() {
            let mut told = vec![if staged == 0 {
                "nothing was staged".to_owned()
            } else {
                format!("staged {} in set {set}", changes(staged))
            }];
            told.extend((unchanged > 0).then(|| format!("{} would change nothing", grouped(unchanged))));
            told.extend((refused > 0).then(|| format!("{} were refused", grouped(refused))));
            output.line(&told.join("; "))?;
        }
        if refused > REFUSALS_TOLD {
            output.warn(&format!("{} more were refused", grouped(refused - REFUSALS_TOLD)));
        }
        if staged > 0 {
            output.note(&format!(
                "look at it with `dsmp changes show {set}`, send it with `dsmp changes commit {set}`"
            ));
        }
        Ok(if refused == 0 { ExitCode::SUCCESS } else { Exit::Problems.into() })
    }
}

fn is_throttled(failure: &Failure) -> bool {
    failure.refusal.as_ref().is_some_and(|refusal| refusal.code == ErrorCode::SourceThrottled)
}

fn changes(count: u64) -> String {
    if count == 1 { "1 change".into() } else { format!("{} changes", grouped(count)) }
}

#[cfg(test)]
mod tests {
    use protocol::operations::entries::EditKind;

    use super::*;

    fn keys() -> Keys {
        Keys { file: None, prefix: None, all: false }
    }

    fn nothing() -> Action {
        Action { value: None, remove: false, restore: None, add: None }
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(Into::into).collect()
    }

    #[test]
    fn the_first_word_is_the_key_unless_keys_are_named() {
        let (one, rest) = source(keys(), words("Player_81 /Coins=1")).unwrap();
        assert!(matches!(one, Source::One(key) if key == "Player_81"));
        assert_eq!(rest, ["/Coins=1"]);
        let (all, rest) = source(Keys { all: true, ..keys() }, words("/Coins=1")).unwrap();
        assert!(matches!(all, Source::Listed(None)));
        assert_eq!(rest, ["/Coins=1"]);
        assert!(source(keys(), Vec::new()).is_err_and(|failure| failure.message.contains("`--keys FILE`")));
    }

    #[test]
    fn what_to_do_is_said_once() {
        let output = Output::new(true);
        let edit = action(&output, nothing(), &words("/Coins=250 remove:/Old")).unwrap();
        assert_eq!(edit.kind, ProposalKind::Edit);
        assert_eq!(
            edit.edits.iter().map(|edit| edit.op).collect::<Vec<_>>(),
            [EditKind::Set, EditKind::Remove]
        );
        let remove = action(&output, Action { remove: true, ..nothing() }, &[]).unwrap();
        assert_eq!(remove.kind, ProposalKind::Remove);
        let add = action(&output, Action { add: Some(-2), ..nothing() }, &[]).unwrap();
        assert_eq!((add.kind, add.amount), (ProposalKind::Increment, Some(Integer64(-2))));
        let value = action(&output, Action { value: Some("[1.0]".into()), ..nothing() }, &[]).unwrap();
        assert_eq!(value.value.unwrap().as_str(), "[1.0]");
        assert!(action(&output, Action { remove: true, ..nothing() }, &words("/Coins=1")).is_err());
        assert!(action(&output, nothing(), &words("Coins=1")).is_err());
    }

    #[test]
    fn keys_are_read_line_by_line_as_they_are() {
        let text: &[u8] = b"Player_81\r\n\n Player 82 \nlast";
        let (mut lines, mut line, mut found) = (text, 0, Vec::new());
        while let Some(key) = next_line("keys", &mut lines, &mut line).unwrap() {
            found.push(key);
        }
        assert_eq!(found, ["Player_81", " Player 82 ", "last"]);
        let mut broken: &[u8] = b"\xff\n";
        let refused = next_line("keys", &mut broken, &mut 0).unwrap_err();
        assert!(refused.message.contains("line 1 of `keys` is not UTF-8"), "{refused}");
    }
}
