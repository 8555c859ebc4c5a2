//! `dsmp import`: entries from a JSONL file, packed or not, in batches that are each written as a whole.
//!
//! One thread reads and parses while the batches before are on their way; memory does not grow with the file.
//!
//! **Invariant:** batches are written in the order of the file, so that of two lines with the same key the later one
//! counts; they are sent without waiting for each other's answers, and whoever answers keeps the order.
//!
//! **Invariant:** what is reported as saved is in the database, whatever happens afterwards; what was saved, or may have
//! been, after the batch that failed is reported too.

mod job;
mod reader;

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use protocol::ErrorCode;
use protocol::operations::entries::{EntriesImportRequest, ImportOutcome};
use serde::{Deserialize, Serialize};

use crate::cli::Session;
use crate::cli::client::{Answer, Call, Client};
use crate::cli::exit::{Exit, Failure};
use crate::cli::import::reader::{Batch, Event, Frame, RefusedLine};
use crate::cli::output::{Output, grouped};
use crate::cli::progress::Progress;
use crate::cli::target::{find_connection, is_remote};
use crate::jsonl::packing::{Packing, Unpacked, open_file, unpack};

/// Write the entries of a JSONL file into a data store
///
/// Each line is an object with `key` and `value`, and optionally `scope`, `userIds` and `attributes`; gzip and Zstandard
/// are unpacked. Existing entries are overwritten and keep their revisions. Lines that are refused are told with number
/// and reason on standard error, all others are saved. With `--json`, one object on a line for every batch saved
/// (`progress`), every line refused (`refused`), and at the end (`summary`).
///
/// On a connection to Roblox a file is imported by a job, which this command follows; Ctrl+C leaves it running, and
/// `dsmp jobs report` tells the lines that were refused. With `--json`, the job is printed.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The data store; it is made when there is none
    #[arg(long)]
    store: String,
    /// The file, or `-` for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// Import by a job of the daemon, and do not wait until it is done; `dsmp jobs watch` follows it
    #[arg(long)]
    background: bool,
    /// For a job: the environment's word, asked for in production
    #[arg(long, value_name = "WORD")]
    environment: Option<String>,
    /// For a job: why, asked for in production
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Batches that may be on their way: one is written while the next is checked and the one after that is sent.
const BATCHES_UNDER_WAY: usize = 3;

/// What was done so far.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// The last line that is done.
    line: u64,
    saved: u64,
    refused: u64,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Report<'a> {
    /// Everything up to `line` is done.
    Progress { line: u64, saved: u64, refused: u64 },
    /// A line was refused.
    Refused {
        line: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<ErrorCode>,
        reason: &'a str,
    },
    /// The file is done.
    Summary { lines: u64, saved: u64, refused: u64 },
}

/// What is read of the response of `entries.import`.
#[derive(Deserialize)]
struct Response {
    outcomes: Vec<Done>,
}

/// What became of a line.
#[derive(Deserialize)]
struct Done {
    outcome: ImportOutcome,
    code: Option<ErrorCode>,
    message: Option<String>,
}

/// An import under way.
struct Import<'a> {
    output: &'a mut Output,
    progress: Progress,
    tally: Tally,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<ExitCode, Failure> {
    let is_piped = arguments.file == Path::new("-");
    if is_piped && arguments.background {
        return Err(Failure::usage("a job reads a file; name one, or leave `--background` out"));
    }
    let (unpacked, size_bytes) = open(&arguments.file)?;
    let bytes_read = unpacked.bytes_read.clone();
    let frame = Frame::new(session.connection(), arguments.store.clone(), session.scope())?;
    let mut client = session.reach(arguments.background).await?;
    let connection = find_connection(&mut client, session.connection().as_ref()).await?;
    if !is_piped && (arguments.background || is_remote(&connection)) {
        drop(unpacked);
        let result = job::run(session, &mut client, &connection, arguments).await;
        client.close().await;
        return result;
    }
    let mut events = reader::start(unpacked.reader, frame)?;
    let progress = Progress::new(&session.output, "importing", size_bytes)?;
    let mut import = Import { output: &mut session.output, progress, tally: Tally::default() };
    let mut under_way = VecDeque::new();
    let mut end = None;
    let result = loop {
        let has_room = end.is_none() && under_way.len() < BATCHES_UNDER_WAY;
        tokio::select! {
            event = events.recv(), if has_room => match event {
                Some(Event::Batch(batch)) => match send(&mut client, batch).await {
                    Ok(sent) => under_way.push_back(sent),
                    Err(failure) => break Err(settled(import.stopped(failure), under_way).await),
                },
                Some(Event::End(result)) => end = Some(result),
                None => break Err(Failure::other("the reader of the file ended unexpectedly; report this")),
            },
            Some(answer) = next_answer(&mut under_way) => {
                let Some((batch, _)) = under_way.pop_front() else { continue };
                if let Err(failure) = import.written(batch, answer) {
                    break Err(settled(failure, under_way).await);
                }
                import.progress.advance(bytes_read.get(), import.tally.saved);
            }
            else => break match end.take() {
                Some(Err(error)) => Err(import.broken(&arguments.file, &error)),
                Some(Ok(())) | None => Ok(()),
            },
        }
    };
    client.close().await;
    import.finish(&arguments.store, result)
}

/// Sends a batch; one without entries needs no call.
async fn send(client: &mut Client, mut batch: Batch) -> Result<(Batch, Option<Call>), Failure> {
    let request = std::mem::take(&mut batch.request);
    let call =
        if request.is_empty() { None } else { Some(client.begin::<EntriesImportRequest>(request).await?) };
    Ok((batch, call))
}

/// Waits for the answer to the oldest batch; `None` when none is under way.
async fn next_answer(
    under_way: &mut VecDeque<(Batch, Option<Call>)>,
) -> Option<Result<Option<Answer>, Failure>> {
    match under_way.front_mut()? {
        (_, Some(call)) => Some(call.answer().await.map(Some)),
        (_, None) => Some(Ok(None)),
    }
}

/// Waits for the batches that were sent after the one that failed, and tells what became of them.
async fn settled(failure: Failure, under_way: VecDeque<(Batch, Option<Call>)>) -> Failure {
    let mut after = Aftermath::default();
    for (batch, call) in under_way {
        let Some(mut call) = call else { continue };
        let outcomes = match call.answer().await {
            Ok(answer) => answer.read::<EntriesImportRequest, Response>().map(|response| response.outcomes),
            Err(failure) => Err(failure),
        };
        after.add(&batch.lines, outcomes.ok());
    }
    let message = format!("{failure}{}", after.text());
    Failure { message, ..failure }
}

/// What became of batches after the one that failed.
#[derive(Debug, Default)]
struct Aftermath {
    saved: u64,
    /// Of a batch that was refused, or whose answer is lost: it may be saved, wholly or in part.
    uncertain: u64,
    /// The last line of them.
    line: u64,
}

impl Aftermath {
    /// Adds a batch of these lines; no outcomes were told when it failed.
    fn add(&mut self, lines: &[u64], outcomes: Option<Vec<Done>>) {
        match outcomes {
            Some(outcomes) => {
                let saved = outcomes.iter().filter(|done| matches!(done.outcome, ImportOutcome::Saved));
                self.saved += saved.count() as u64;
            }
            None => self.uncertain += lines.len() as u64,
        }
        self.line = lines.last().copied().unwrap_or(self.line);
    }

    /// As it stands behind the failure.
    fn text(&self) -> String {
        let Self { saved, uncertain, line } = *self;
        let line = grouped(line);
        match (saved, uncertain) {
            (0, 0) => String::new(),
            (saved, 0) => format!("; of the lines after it up to {line}, {} were saved", grouped(saved)),
            (0, uncertain) => {
                format!("; of the lines after it up to {line}, {} may have been saved", grouped(uncertain))
            }
            (saved, uncertain) => format!(
                "; of the lines after it up to {line}, {} were saved and {} may have been",
                grouped(saved),
                grouped(uncertain)
            ),
        }
    }
}

impl Import<'_> {
    /// Tells what became of the lines of a batch, of which `answer` is the answer if it was sent.
    fn written(&mut self, batch: Batch, answer: Result<Option<Answer>, Failure>) -> Result<(), Failure> {
        for refused in &batch.refused {
            self.refuse(refused)?;
        }
        let answer = answer.map_err(|failure| self.stopped(failure))?;
        if let Some(answer) = answer {
            let response: Response = answer.read::<EntriesImportRequest, _>()?;
            for (outcome, line) in response.outcomes.into_iter().zip(batch.lines) {
                match outcome.outcome {
                    ImportOutcome::Saved => self.tally.saved += 1,
                    ImportOutcome::Refused => self.refuse(&RefusedLine {
                        line,
                        code: outcome.code,
                        reason: outcome.message.unwrap_or_else(|| "no reason was given".into()),
                    })?,
                }
            }
        }
        self.tally.line = batch.last_line;
        if self.output.is_json() {
            let Tally { line, saved, refused } = self.tally;
            self.output.json(&Report::Progress { line, saved, refused })?;
            self.output.flush()?;
        }
        Ok(())
    }

    fn refuse(&mut self, refused: &RefusedLine) -> Result<(), Failure> {
        self.tally.refused += 1;
        let RefusedLine { line, code, reason } = refused;
        if self.output.is_json() {
            return self.output.json(&Report::Refused { line: *line, code: *code, reason });
        }
        self.progress.suspend(|| self.output.warn(&format!("line {line} refused: {reason}")));
        Ok(())
    }

    /// The import could not go on.
    fn stopped(&self, failure: Failure) -> Failure {
        let message = format!("{failure}; the import stopped after {}", self.so_far());
        Failure { message, ..failure }
    }

    /// The file could not be read to its end.
    fn broken(&self, file: &Path, error: &io::Error) -> Failure {
        let file = file.display();
        let so_far = self.so_far();
        Failure::other(match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                format!("`{file}` ends early: it was cut off after {so_far}; get the whole file and repeat")
            }
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                format!("`{file}` is damaged after {so_far}: {error}; get it again and repeat")
            }
            _ => format!("cannot read `{file}` after {so_far}: {error}"),
        })
    }

    fn so_far(&self) -> String {
        let Tally { line, saved, refused } = self.tally;
        format!(
            "line {} ({} entries saved, {} lines refused)",
            grouped(line),
            grouped(saved),
            grouped(refused)
        )
    }

    fn finish(self, store: &str, result: Result<(), Failure>) -> Result<ExitCode, Failure> {
        let Self { output, progress, tally } = self;
        let elapsed = progress.elapsed();
        progress.finish();
        result?;
        let Tally { line, saved, refused } = tally;
        if output.is_json() {
            output.json(&Report::Summary { lines: line, saved, refused })?;
        } else {
            let rate = u128::from(saved) * 1_000 / elapsed.as_millis().max(1);
            output.line(&format!(
                "imported {} entries into `{store}` in {:.1} s ({}/s){}",
                grouped(saved),
                elapsed.as_secs_f64(),
                grouped(u64::try_from(rate).unwrap_or(u64::MAX)),
                if refused == 0 { String::new() } else { format!("; {} lines refused", grouped(refused)) }
            ))?;
        }
        Ok(if refused == 0 { ExitCode::SUCCESS } else { Exit::PartlyRefused.into() })
    }
}

/// Opens the source, and tells its size when that is known.
fn open(path: &Path) -> Result<(Unpacked, Option<u64>), Failure> {
    let failed = |error: io::Error| Failure::file("read", path, &error);
    if path == Path::new("-") {
        return Ok((unpack(io::stdin(), Packing::None).map_err(failed)?, None));
    }
    let file = open_file(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let size_bytes = metadata.is_file().then_some(metadata.len());
    Ok((unpack(file, Packing::by_name(path)).map_err(failed)?, size_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(saved: usize, refused: usize) -> Vec<Done> {
        let done = |outcome| Done { outcome, code: None, message: None };
        let saved = (0..saved).map(|_| done(ImportOutcome::Saved));
        saved.chain((0..refused).map(|_| done(ImportOutcome::Refused))).collect()
    }

    #[test]
    fn what_was_saved_after_a_failure_is_told() {
        let check = |batches: Vec<Option<Vec<Done>>>, text: &str| {
            let mut after = Aftermath::default();
            for (number, outcomes) in (1..).zip(batches) {
                after.add(&[number * 1_000 - 1, number * 1_000], outcomes);
            }
            assert_eq!(after.text(), text);
        };
        check(vec![], "");
        check(vec![Some(done(0, 2))], "");
        check(vec![Some(done(1, 1))], "; of the lines after it up to 1,000, 1 were saved");
        check(vec![None, None], "; of the lines after it up to 2,000, 4 may have been saved");
        check(
            vec![Some(done(2, 0)), None],
            "; of the lines after it up to 2,000, 2 were saved and 2 may have been",
        );
    }
}
