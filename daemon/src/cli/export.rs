//! `dsmp export`: a data store's entries as JSONL, values byte for byte.

mod page;
mod line;
mod file;
mod synced;

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use protocol::ErrorCode;
use protocol::operations::datastores::{Datastore, DatastoreKind, DatastoresListRequest};
use protocol::operations::entries::EntriesExportRequest;

use crate::cli::Session;
use crate::cli::client::Client;
use crate::cli::exit::Failure;
use crate::cli::export::file::PartialFile;
use crate::cli::export::page::{Lines, Page, PageCall};
use crate::cli::output::{Output, grouped};
use crate::cli::progress::Progress;

/// Entries asked for at a time: the most there is.
const PAGE: u32 = 512;

/// How long to wait before a page is asked for again that the budget did not allow.
const BUDGET_POLL: Duration = Duration::from_secs(2);

/// Write a data store's entries as JSONL, values byte for byte
///
/// Each line is an object with `key` and `value`, and `scope`, `userIds` and `attributes` where they are not the
/// ordinary ones; `dsmp import` reads it. A value with line breaks between its parts gets spaces for them. Without
/// `--all-scopes` only one scope is exported. A file appears under its name only once it is complete. Over a connection to
/// Roblox it waits while the budget allows no request, and then goes on.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The data store
    #[arg(long)]
    store: String,
    /// How entries are written
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// The file to write, packed when its name ends in .gz or .zst [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only keys that begin so
    #[arg(long)]
    prefix: Option<String>,
    /// The entries of every scope
    #[arg(long, conflicts_with = "scope")]
    all_scopes: bool,
}

/// How entries are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One JSON object on each line
    Jsonl,
}

/// Where lines go: into a file, or else to standard output.
struct Target<'a> {
    output: &'a mut Output,
    file: Option<PartialFile>,
}

impl Target<'_> {
    /// Writes the lines of a page.
    fn write(&mut self, lines: &Lines) -> Result<(), Failure> {
        let bytes = lines.text.as_bytes();
        match &mut self.file {
            None => self.output.bytes(bytes),
            Some(file) => file.write_all(bytes).map_err(|error| file.failure("write", &error)),
        }
    }
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let Format::Jsonl = arguments.format;
    let mut client = session.connect().await?;
    let result = export(session, &mut client, &arguments).await;
    client.close().await;
    let (count, elapsed) = result?;
    if let Some(path) = &arguments.output {
        let path = path.display();
        if session.output.is_json() {
            session.output.json(&serde_json::json!({ "type": "summary", "exported": count }))?;
        } else {
            session.output.line(&format!(
                "exported {} entries of `{}` to `{path}` in {:.1} s",
                grouped(count),
                arguments.store,
                elapsed.as_secs_f64()
            ))?;
        }
    }
    Ok(())
}

async fn export(
    session: &mut Session,
    client: &mut Client,
    arguments: &Arguments,
) -> Result<(u64, Duration), Failure> {
    let store = describe(session, client, &arguments.store).await?;
    let is_whole = arguments.all_scopes && arguments.prefix.is_none();
    let total = store.as_ref().and_then(|store| store.key_count).filter(|_| is_whole);
    let is_in_the_way = arguments.output.is_none() && session.output.is_terminal();
    let progress =
        if is_in_the_way { Progress::hidden() } else { Progress::new(&session.output, "exporting", total)? };
    let mut request = EntriesExportRequest {
        connection: session.connection(),
        store: arguments.store.clone(),
        prefix: arguments.prefix.clone(),
        scope: session.scope(),
        all_scopes: arguments.all_scopes,
        cursor: None,
        limit: Some(PAGE),
    };
    // The first page before the file: an unknown data store leaves nothing behind.
    let mut page = PageCall::begin(client, &request).await?.answer().await?;
    let file = arguments.output.as_deref().map(PartialFile::create).transpose()?;
    let mut target = Target { output: &mut session.output, file };
    let mut count = 0;
    loop {
        request.cursor = page.next_cursor();
        // The next page is made while this one is written.
        let next = match &request.cursor {
            Some(_) => Some(PageCall::begin(client, &request).await?),
            None => None,
        };
        let lines = page.lines()?;
        target.write(&lines)?;
        count += lines.count;
        progress.advance(count, count);
        match next {
            Some(next) => page = when_allowed(target.output, client, &request, next, &progress).await?,
            None => break,
        }
    }
    match target.file {
        None => target.output.flush()?,
        Some(file) => file.commit()?,
    }
    let elapsed = progress.elapsed();
    progress.finish();
    if let Some(store) = store.filter(|_| !arguments.all_scopes) {
        note_other_scopes(session, &store);
    }
    Ok((count, elapsed))
}

/// Waits for a page as long as the budget of Roblox does not allow it: what was written so far is not given up because
/// requests were stopped, or others use the budget up.
async fn when_allowed(
    output: &Output,
    client: &mut Client,
    request: &EntriesExportRequest,
    mut call: PageCall,
    progress: &Progress,
) -> Result<Page, Failure> {
    let mut is_told = false;
    loop {
        match call.answer().await {
            Err(failure) if is_throttled(&failure) => {
                if !is_told {
                    let note = format!("{failure}; this export waits until then, Ctrl+C ends it");
                    progress.suspend(|| output.warn(&note));
                    is_told = true;
                }
            }
            other => return other,
        }
        tokio::time::sleep(BUDGET_POLL).await;
        call = PageCall::begin(client, request).await?;
    }
}

fn is_throttled(failure: &Failure) -> bool {
    failure.refusal.as_ref().is_some_and(|refusal| refusal.code == ErrorCode::SourceThrottled)
}

/// What is known of the data store; its name sorts before all others that begin so.
async fn describe(session: &Session, client: &mut Client, name: &str) -> Result<Option<Datastore>, Failure> {
    let request = DatastoresListRequest {
        connection: session.connection(),
        kind: Some(DatastoreKind::Standard),
        prefix: Some(name.into()),
        deleted: false,
        cursor: None,
        limit: Some(1),
    };
    let page = client.call(&request).await?;
    Ok(page.datastores.into_iter().find(|store| store.name == name))
}

/// Says that there is more than what was exported, or that the source does not tell.
fn note_other_scopes(session: &Session, store: &Datastore) {
    let exported = session.scope().unwrap_or_else(|| "global".into());
    let mut others: Vec<_> =
        store.scopes.iter().filter(|scope| **scope != exported).map(|scope| format!("`{scope}`")).collect();
    if store.more_scopes {
        others.push(if others.is_empty() { "perhaps others".into() } else { "more".into() });
    }
    if !others.is_empty() {
        session.output.warn(&format!(
            "only scope `{exported}` was exported; besides it there are {}: `--all-scopes` exports everything",
            others.join(", ")
        ));
    }
}
