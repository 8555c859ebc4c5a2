//! Pages of an export: answers of a running daemon, or lines that are written where the entries are read.
//!
//! **Invariant:** what is written was proven to be JSON once: by the daemon that answers, or here.

use std::borrow::Cow;

use daemon_core::value::JsonText;
use protocol::operations::entries::EntriesExportRequest;
use protocol::{ErrorCode, UserId};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::cli::client::{Answer, Call, Client, write_request};
use crate::cli::exit::Failure;
use crate::cli::local::{LocalCall, refusal};
use crate::commands::error::CommandError;
use crate::jsonl::line::{Line, add_line};
use crate::universes::{ExportText, ExportedPage};

/// What a line has beside its value, about.
const LINE_BYTES: usize = 64;

/// A page that is being read.
pub(super) enum PageCall {
    /// By the daemon.
    Answer(Call),
    /// In this process.
    Lines(LocalCall<ExportedPage>),
}

/// A page that was read.
pub(super) enum Page {
    /// The daemon's answer.
    Answer(Answer),
    /// Lines with values that are not proven yet.
    Lines(ExportedPage),
}

/// Lines to be written.
pub(super) struct Lines {
    /// Their text.
    pub(super) text: String,
    /// How many there are.
    pub(super) count: u64,
}

/// What is read of an answer: values and attributes in their place, as the text they are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredPage<'a> {
    has_more: bool,
    #[serde(borrow)]
    entries: Vec<AnsweredEntry<'a>>,
}

/// What is read of an entry.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredEntry<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow)]
    scope: Cow<'a, str>,
    user_ids: Vec<UserId>,
    #[serde(borrow)]
    attributes: &'a RawValue,
}

impl PageCall {
    /// Asks for a page.
    pub(super) async fn begin(client: &mut Client, request: &EntriesExportRequest) -> Result<Self, Failure> {
        let request = write_request(request)?;
        Ok(match client {
            Client::Local(local) => Self::Lines(local.export(request, add_line)),
            Client::Remote(_) => Self::Answer(client.begin::<EntriesExportRequest>(request).await?),
        })
    }

    /// Waits for the page, which is given once.
    pub(super) async fn answer(&mut self) -> Result<Page, Failure> {
        Ok(match self {
            Self::Answer(call) => Page::Answer(call.answer().await?),
            Self::Lines(call) => Page::Lines(call.answer().await?),
        })
    }
}

impl Page {
    /// Where the next page begins.
    pub(super) fn next_cursor(&self) -> Option<String> {
        match self {
            Self::Answer(answer) => answer.member("nextCursor"),
            Self::Lines(page) => page.next_cursor.clone(),
        }
    }

    /// Makes the lines of a page.
    pub(super) fn lines(self) -> Result<Lines, Failure> {
        match self {
            Self::Answer(answer) => answered(&answer),
            Self::Lines(page) => proven(page.entries),
        }
    }
}

fn answered(answer: &Answer) -> Result<Lines, Failure> {
    let page: AnsweredPage<'_> = answer.read::<EntriesExportRequest, _>()?;
    if page.has_more && answer.member::<String>("nextCursor").is_none() {
        return Err(Failure::other("the daemon has more pages, but does not say where; report this"));
    }
    let value_bytes: usize = page.entries.iter().map(|entry| entry.value.get().len()).sum();
    let mut text = String::with_capacity(value_bytes + page.entries.len() * LINE_BYTES);
    for entry in &page.entries {
        let line = Line {
            key: &entry.key,
            value: entry.value.get(),
            scope: &entry.scope,
            user_ids: entry.user_ids.iter().map(|id| id.0),
            attributes: entry.attributes.get(),
        };
        line.push(&mut text);
    }
    Ok(Lines { text, count: page.entries.len() as u64 })
}

fn proven(lines: ExportText) -> Result<Lines, Failure> {
    let ExportText { text, unproven } = lines;
    for range in &unproven {
        if !text.get(range.clone()).is_some_and(JsonText::accepts) {
            return Err(damaged(&text[..range.start]));
        }
    }
    Ok(Lines { text, count: unproven.len() as u64 })
}

/// What the daemon answers too when a stored value is no JSON, and which entry's; `before` ends where that value begins.
fn damaged(before: &str) -> Failure {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let key = line.trim_start_matches("{\"key\":").trim_end_matches(",\"value\":");
    let message = format!(
        "the stored value of key {key} is damaged, so the export would not be whole: restore a revision of it, or write it anew"
    );
    refusal(CommandError::new(ErrorCode::DatabaseUnavailable, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_values_are_not_written_and_named_by_their_key() {
        let lines = |values: [&str; 2]| {
            let mut lines = ExportText::default();
            for (key, value) in ["a\"b", "c"].into_iter().zip(values) {
                let line = Line { key, value, scope: "global", user_ids: [], attributes: "{}" };
                let value = line.push(&mut lines.text);
                lines.unproven.push(value);
            }
            lines
        };
        let whole = proven(lines(["[1]", "\"\\n\""])).unwrap();
        assert_eq!((whole.text.lines().count(), whole.count), (2, 2));
        for (values, key) in [(["[1", "2"], r#"key "a\"b""#), (["1", "2,\"scope\":\"x\""], r#"key "c""#)] {
            let failure = proven(lines(values)).err().unwrap();
            assert!(failure.message.contains(key), "{failure}");
        }
    }
}
