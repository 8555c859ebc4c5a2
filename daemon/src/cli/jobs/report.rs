//! `dsmp jobs report`: what became of each item, for programs and for spreadsheets.

use std::io::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use protocol::operations::jobs::{JobItem, JobItemState, JobsItemsRequest};
use protocol::{ErrorCode, JobId, Revision};

use crate::cli::Session;
use crate::cli::client::Client;
use crate::cli::exit::Failure;
use crate::cli::export::file::PartialFile;
use crate::cli::output::{Output, grouped};

/// Items asked for at a time: the most there is.
const PAGE: u32 = 256;

/// The first line of a CSV report.
const HEADING: &str = "item,store,scope,key,state,revision,code,message";

/// Write what became of each item: of a change set every one, of an import the lines that were not saved
///
/// In CSV, texts that a spreadsheet would take for a formula begin with an apostrophe.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The job
    job: String,
    /// How items are written
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// The file to write, packed when its name ends in .gz or .zst [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only items of which this became
    #[arg(long)]
    state: Option<StateName>,
}

/// How items are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One JSON object on each line
    Jsonl,
    /// A table for spreadsheets
    Csv,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum StateName {
    /// No outcome yet
    Waiting,
    /// Done as asked
    Saved,
    /// Refused
    Refused,
    /// Changed by someone else meanwhile; not written
    Conflict,
    /// Without a known outcome
    Unknown,
    /// Left out
    Skipped,
}

impl From<StateName> for JobItemState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Waiting => Self::Waiting,
            StateName::Saved => Self::Saved,
            StateName::Refused => Self::Refused,
            StateName::Conflict => Self::Conflict,
            StateName::Unknown => Self::Unknown,
            StateName::Skipped => Self::Skipped,
        }
    }
}

fn state_name(state: JobItemState) -> &'static str {
    match state {
        JobItemState::Waiting => "waiting",
        JobItemState::Saved => "saved",
        JobItemState::Refused => "refused",
        JobItemState::Conflict => "conflict",
        JobItemState::Unknown => "unknown",
        JobItemState::Skipped => "skipped",
    }
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let mut client = session.connect().await?;
    let result = report(&mut session.output, &mut client, &arguments).await;
    client.close().await;
    let count = result?;
    if let Some(path) = arguments.output {
        let path = path.display();
        if session.output.is_json() {
            session.output.json(&serde_json::json!({ "type": "summary", "items": count }))?;
        } else {
            session.output.line(&format!("wrote {} items to `{path}`", grouped(count)))?;
        }
    }
    Ok(())
}

async fn report(output: &mut Output, client: &mut Client, arguments: &Arguments) -> Result<u64, Failure> {
    let mut request = JobsItemsRequest {
        job: JobId(arguments.job.clone()),
        state: arguments.state.map(Into::into),
        cursor: None,
        limit: Some(PAGE),
    };
    // The first page before the file: an unknown job leaves nothing behind.
    let mut page = client.call(&request).await?;
    let mut file = arguments.output.as_deref().map(PartialFile::create).transpose()?;
    let mut write = |line: String| match &mut file {
        None => output.bytes(line.as_bytes()),
        Some(file) => file.write_all(line.as_bytes()).map_err(|error| file.failure("write", &error)),
    };
    if matches!(arguments.format, Format::Csv) {
        write(format!("{HEADING}\r\n"))?;
    }
    let mut count = 0;
    loop {
        for item in &page.items {
            write(match arguments.format {
                Format::Jsonl => jsonl(item)?,
                Format::Csv => csv(item),
            })?;
        }
        count += page.items.len() as u64;
        if page.next_cursor.is_none() {
            break;
        }
        request.cursor = page.next_cursor;
        page = client.call(&request).await?;
    }
    match file {
        None => output.flush()?,
        Some(file) => file.commit()?,
    }
    Ok(count)
}

fn jsonl(item: &JobItem) -> Result<String, Failure> {
    let line = serde_json::to_string(item);
    Ok(line.map_err(|error| Failure::other(format!("cannot write item {}: {error}", item.item)))? + "\n")
}

fn csv(item: &JobItem) -> String {
    let optional = |text: Option<&str>| field(text.unwrap_or_default());
    let fields = [
        item.item.to_string(),
        field(&item.store),
        field(&item.scope),
        field(&item.key),
        state_name(item.state).into(),
        optional(item.revision.as_ref().map(Revision::as_str)),
        optional(item.code.map(ErrorCode::code)),
        optional(item.message.as_deref()),
    ];
    fields.join(",") + "\r\n"
}

/// A text as a field (RFC 4180), which no spreadsheet takes for a formula.
fn field(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    let is_plain = !text.contains([',', '"', '\r', '\n']) && text.trim() == text;
    if is_plain { text } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: &str) -> JobItem {
        JobItem {
            item: 7,
            store: "PlayerData".into(),
            scope: "global".into(),
            key: key.into(),
            state: JobItemState::Refused,
            revision: None,
            code: Some(ErrorCode::ValueTooLarge),
            message: Some("the value has 4,194,310 bytes".into()),
        }
    }

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        let line = "7,PlayerData,global,Player_81,refused,,DS004,\"the value has 4,194,310 bytes\"\r\n";
        assert_eq!(csv(&item("Player_81")), line);
        for (text, expected) in
            [("", ""), ("a b", "a b"), (" a", "\" a\""), ("a\"b", "\"a\"\"b\""), ("a\r\nb", "\"a\r\nb\"")]
        {
            assert_eq!(field(text), expected, "{text:?}");
        }
        assert_eq!(HEADING.split(',').count(), csv(&item("k")).matches(',').count() - 1);
    }

    #[test]
    fn no_field_is_a_formula() {
        for text in
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "=HYPERLINK(\"x\")"]
        {
            let written = field(text);
            let unquoted = written.trim_start_matches('"');
            assert!(unquoted.starts_with('\''), "{text:?} became {written:?}");
        }
    }

    #[test]
    fn lines_are_the_items_as_the_daemon_tells_them() {
        let line = jsonl(&item("k")).unwrap();
        assert_eq!(serde_json::from_str::<JobItem>(&line).unwrap(), item("k"));
        assert!(line.ends_with("}\n") && line.matches('\n').count() == 1);
    }
}
