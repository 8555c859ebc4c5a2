//! Turns the lines of a file into batches of entries, on a thread of its own and ahead of what is being written.

use std::io::{self, BufRead};

use daemon_core::changes::state::ItemState;
use daemon_core::metadata::{Attributes, MetadataError, UserIds};
use daemon_core::names::{EntryId, Key, NameError, Scope, StoreName};
use daemon_core::value::{JsonText, ValueError};
use daemon_store::journal::records::ReportLine;
use tokio::sync::mpsc;

use crate::jsonl::entry::{ReadLine, read};
use crate::jsonl::lines::{Content, Lines};
use crate::universes::ImportItem;

/// The most bytes of lines in a batch, unless a single line has more.
const BATCH_BYTES: usize = 2 << 20;
/// The most refused lines in a batch.
const BATCH_REFUSALS: usize = 1_000;
/// Batches that may wait to be written.
const BATCHES_AHEAD: usize = 1;
/// How much of a key that is none is told.
const KEY_CHARACTERS: usize = 60;

/// Entries that are written together, and the refused lines among theirs.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The entries.
    pub(super) items: Vec<ImportItem>,
    /// The line of each entry.
    pub(super) lines: Vec<u64>,
    /// Lines that hold no entry that can be stored.
    pub(super) refused: Vec<ReportLine>,
    /// The last line of the batch, from 1.
    pub(super) last_line: u64,
    size_bytes: usize,
}

/// What the thread tells.
#[derive(Debug)]
pub(super) enum Event {
    /// A batch.
    Batch(Batch),
    /// The stream ended, or could not be read further.
    End(io::Result<()>),
}

/// Why a line is refused.
struct Refusal {
    key: String,
    scope: String,
    code: &'static str,
    message: String,
}

/// Starts reading after line `after`, in batches of at most `most` entries. The thread ends with the stream, or when nobody
/// listens any more.
pub(super) fn start(
    reader: Box<dyn BufRead + Send>,
    store: StoreName,
    after: u64,
    most: usize,
) -> mpsc::Receiver<Event> {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    tokio::task::spawn_blocking(move || {
        let send = |batch| sender.blocking_send(Event::Batch(batch)).is_ok();
        let end = read_batches(Lines::new(reader), &store, after, most, send);
        // When nobody listens any more, the job has ended.
        let _ = sender.blocking_send(Event::End(end));
    });
    receiver
}

/// Hands batches to `send` until the stream ends or `send` answers `false`. Whole lines before a failure are handed on.
fn read_batches(
    mut lines: Lines<impl BufRead>,
    store: &StoreName,
    after: u64,
    most: usize,
    mut send: impl FnMut(Batch) -> bool,
) -> io::Result<()> {
    let mut batch = Batch::default();
    let end = loop {
        let line = lines.number() + 1;
        let content = match lines.next_line() {
            Ok(Some(content)) => content,
            Ok(None) => break Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break Err(error),
        };
        if line <= after {
            continue;
        }
        match item(content) {
            Ok(None) => {}
            Ok(Some((item, size_bytes))) => {
                let is_full = batch.items.len() == most || batch.size_bytes + size_bytes > BATCH_BYTES;
                if is_full && !batch.items.is_empty() && !send(std::mem::take(&mut batch)) {
                    return Ok(());
                }
                batch.items.push(item);
                batch.lines.push(line);
                batch.size_bytes += size_bytes;
            }
            Err(refusal) => batch.refused.push(ReportLine {
                number: line,
                store: store.as_str().to_owned(),
                scope: refusal.scope,
                key: refusal.key,
                state: ItemState::Refused,
                code: Some(refusal.code.to_owned()),
                message: Some(refusal.message),
            }),
        }
        batch.last_line = line;
        if batch.refused.len() >= BATCH_REFUSALS && !send(std::mem::take(&mut batch)) {
            return Ok(());
        }
    };
    if batch.last_line > 0 {
        send(batch);
    }
    end
}

/// The entry of a line and how many bytes the line has; none when it is blank.
fn item(content: Content<'_>) -> Result<Option<(ImportItem, usize)>, Refusal> {
    let line = read::<ReadLine<'_>>(content).map_err(|message| Refusal {
        key: String::new(),
        scope: String::new(),
        code: NOT_UNDERSTOOD,
        message,
    })?;
    let Some((text, line)) = line else { return Ok(None) };
    let told = |text: &str| text.chars().take(KEY_CHARACTERS).collect::<String>();
    let (key, scope) = (told(&line.key), told(line.scope.as_deref().unwrap_or("global")));
    match checked(line) {
        Ok(item) => Ok(Some((item, text.len()))),
        Err(Problem { code, message }) => Err(Refusal { key, scope, code, message }),
    }
}

/// The codes of refusals.
const NOT_UNDERSTOOD: &str = "GEN007";
const NAME_INVALID: &str = "DS015";
const VALUE_INVALID: &str = "DS016";
const VALUE_TOO_LARGE: &str = "DS004";
const METADATA_INVALID: &str = "DS014";

struct Problem {
    code: &'static str,
    message: String,
}

impl From<NameError> for Problem {
    fn from(error: NameError) -> Self {
        Self { code: NAME_INVALID, message: error.to_string() }
    }
}

impl From<MetadataError> for Problem {
    fn from(error: MetadataError) -> Self {
        Self { code: METADATA_INVALID, message: error.to_string() }
    }
}

impl From<ValueError> for Problem {
    fn from(error: ValueError) -> Self {
        let code = match error {
            ValueError::TooLarge { .. } => VALUE_TOO_LARGE,
            ValueError::NotJson { .. } | ValueError::TooDeep { .. } => VALUE_INVALID,
        };
        Self { code, message: error.to_string() }
    }
}

/// Holds an entry against the rules.
fn checked(line: ReadLine<'_>) -> Result<ImportItem, Problem> {
    let scope = line.scope.as_deref().map_or_else(|| Ok(Scope::global()), Scope::parse)?;
    let attributes = line.attributes.map(|attributes| Attributes::parse(attributes.get())).transpose()?;
    Ok(ImportItem {
        id: EntryId { scope, key: Key::parse(&line.key)? },
        value: JsonText::from_json(line.value.get())?,
        user_ids: UserIds::new(line.user_ids.into_iter().map(|id| id.0).collect())?,
        attributes: attributes.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use protocol::ErrorCode;

    use super::*;

    fn batches(text: &str, after: u64, most: usize) -> Vec<Batch> {
        let mut batches = Vec::new();
        let store = StoreName::parse("S").unwrap();
        read_batches(Lines::new(text.as_bytes()), &store, after, most, |batch| {
            batches.push(batch);
            true
        })
        .unwrap();
        batches
    }

    fn line(key: u32, value: &str) -> String {
        format!("{{\"key\":\"{key}\",\"value\":{value}}}\n")
    }

    #[test]
    fn batches_end_at_their_count_and_their_size_and_begin_where_they_are_told() {
        let text: String = (1..=7).map(|key| line(key, "1")).collect();
        let shape = |after| {
            batches(&text, after, 3)
                .iter()
                .map(|batch| (batch.items.len(), batch.last_line))
                .collect::<Vec<_>>()
        };
        assert_eq!(shape(0), [(3, 3), (3, 6), (1, 7)]);
        assert_eq!(shape(5), [(2, 7)]);
        assert_eq!(shape(7), []);
        let value = format!("\"{}\"", "x".repeat(3 << 20));
        let text: String = (1..=3).map(|key| line(key, &value)).collect();
        assert_eq!(
            batches(&text, 0, 100).iter().map(|batch| batch.items.len()).collect::<Vec<_>>(),
            [1, 1, 1]
        );
    }

    #[test]
    fn values_keep_their_bytes() {
        let text = "{\"key\":\"a\",\"value\": {\"x\": 1.0, \"x\":12345678901234567890} ,\"userIds\":[1,\"-2\"],\"attributes\":{\"l\": 3}}\n";
        let batches = batches(text, 0, 10);
        let item = &batches[0].items[0];
        assert_eq!(item.value.as_str(), "{\"x\": 1.0, \"x\":12345678901234567890}");
        assert_eq!((item.user_ids.as_slice(), item.attributes.as_str()), (&[1, -2][..], "{\"l\": 3}"));
    }

    #[test]
    fn s_65_bad_lines_are_told_with_number_and_code_and_hold_up_no_other() {
        let long_key = "k".repeat(51);
        let large = "x".repeat(4_194_304);
        let lines = [
            line(1, "1"),
            "not json\n".to_owned(),
            "\n".to_owned(),
            format!("{{\"key\":\"{long_key}\",\"value\":1}}\n"),
            format!("{{\"key\":\"a\",\"value\":\"{large}\"}}\n"),
            format!("{{\"key\":\"a\",\"value\":{}1{}}}\n", "[".repeat(600), "]".repeat(600)),
            "{\"key\":\"a\",\"value\":1,\"userIds\":[1,2,3,4,5]}\n".to_owned(),
            "{\"key\":\"a\",\"value\":1,\"attributes\":3}\n".to_owned(),
            "{\"key\":\"a\",\"value\":1,\"scope\":\"\"}\n".to_owned(),
            line(2, "2"),
        ];
        let batches = batches(&lines.concat(), 0, 10);
        let batch = &batches[0];
        let keys: Vec<_> = batch.items.iter().map(|item| item.id.key.as_str()).collect();
        assert_eq!((keys, batch.last_line), (vec!["1", "2"], 10));
        let told: Vec<_> = batch
            .refused
            .iter()
            .map(|line| (line.number, line.code.as_deref().and_then(ErrorCode::from_code).unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                (2, ErrorCode::RequestInvalid),
                (4, ErrorCode::NameInvalid),
                (5, ErrorCode::ValueTooLarge),
                (6, ErrorCode::ValueInvalid),
                (7, ErrorCode::MetadataInvalid),
                (8, ErrorCode::MetadataInvalid),
                (9, ErrorCode::NameInvalid),
            ]
        );
        assert_eq!((batch.refused[1].key.as_str(), batch.refused[1].scope.as_str()), (&*long_key, "global"));
    }

    #[test]
    fn a_failure_comes_after_the_lines_before_it() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
        }
        let text = line(1, "1") + &line(2, "2");
        let reader = io::BufReader::new(io::Read::chain(text.as_bytes(), Broken));
        let mut lines = Vec::new();
        let store = StoreName::parse("S").unwrap();
        let end = read_batches(Lines::new(reader), &store, 0, 10, |batch| {
            lines.push(batch.last_line);
            true
        });
        assert_eq!((lines, end.unwrap_err().kind()), (vec![2], io::ErrorKind::UnexpectedEof));
    }
}
