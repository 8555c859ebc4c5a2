//! `dsmp import`: entries from a JSONL file, packed or not, in batches that are each written as a whole.
//!
//! One thread reads and parses while the batch before is being written; memory does not grow with the file.
//!
//! **Invariant:** batches are written one after another, so that of two lines with the same key the later one counts.
//!
//! **Invariant:** what is reported as saved is in the database, whatever happens afterwards.

mod lines;
mod reader;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use protocol::ErrorCode;
use protocol::operations::entries::{EntriesImportRequest, ImportOutcome};
use serde::Serialize;

use crate::cli::Session;
use crate::cli::client::Client;
use crate::cli::exit::{Exit, Failure};
use crate::cli::import::reader::{Batch, Event, RefusedLine};
use crate::cli::output::{Output, grouped};
use crate::cli::progress::Progress;
use crate::cli::stream::{Packing, open_file, unpack};

/// Write the entries of a JSONL file into a data store
///
/// Each line is an object with `key` and `value`, and optionally `scope`, `userIds` and `attributes`; gzip and Zstandard
/// are unpacked. Existing entries are overwritten and keep their revisions. Lines that are refused are told with number
/// and reason on standard error, all others are saved. With `--json`, one object on a line for every batch saved
/// (`progress`), every line refused (`refused`), and at the end (`summary`).
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The data store; it is made when there is none
    #[arg(long)]
    store: String,
    /// The file, or `-` for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
}

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

/// An import under way.
struct Import<'a> {
    output: &'a mut Output,
    progress: Progress,
    tally: Tally,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<ExitCode, Failure> {
    let (unpacked, size_bytes) = open(&arguments.file)?;
    let bytes_read = unpacked.bytes_read.clone();
    let (connection, scope) = (session.connection(), session.scope());
    let mut client = session.connect().await?;
    let mut events = reader::start(unpacked.reader, scope)?;
    let progress = Progress::new(&session.output, "importing", size_bytes)?;
    let mut import = Import { output: &mut session.output, progress, tally: Tally::default() };
    let result = loop {
        match client.while_waiting(events.recv()).await {
            Some(Event::Batch(mut batch)) => {
                let request = EntriesImportRequest {
                    connection: connection.clone(),
                    store: arguments.store.clone(),
                    entries: std::mem::take(&mut batch.entries),
                };
                if let Err(failure) = import.write(&mut client, &request, batch).await {
                    break Err(failure);
                }
                import.progress.advance(bytes_read.get(), import.tally.saved);
            }
            Some(Event::End(Ok(()))) => break Ok(()),
            Some(Event::End(Err(error))) => break Err(import.broken(&arguments.file, &error)),
            None => break Err(Failure::other("the reader of the file ended unexpectedly; report this")),
        }
    };
    client.close().await;
    import.finish(&arguments.store, result)
}

impl Import<'_> {
    /// Writes a batch and tells what became of its lines.
    async fn write(
        &mut self,
        client: &mut Client,
        request: &EntriesImportRequest,
        batch: Batch,
    ) -> Result<(), Failure> {
        for refused in &batch.refused {
            self.refuse(refused)?;
        }
        if !request.entries.is_empty() {
            let answer = client.call(request).await.map_err(|failure| self.stopped(failure))?;
            for (outcome, line) in answer.outcomes.into_iter().zip(batch.lines) {
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
        Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(Exit::PartlyRefused as u8) })
    }
}

/// Opens the source, and tells its size when that is known.
fn open(path: &Path) -> Result<(crate::cli::stream::Unpacked, Option<u64>), Failure> {
    let failed = |error: io::Error| Failure::file("read", path, &error);
    if path == Path::new("-") {
        return Ok((unpack(io::stdin(), Packing::None).map_err(failed)?, None));
    }
    let file = open_file(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let size_bytes = metadata.is_file().then_some(metadata.len());
    Ok((unpack(file, Packing::by_name(path)).map_err(failed)?, size_bytes))
}
