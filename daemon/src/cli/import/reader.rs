//! The thread that turns lines into batches, ahead of what is being written.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::thread;

use protocol::operations::entries::{EntriesImportRequest, ImportEntry};
use protocol::{ConnectionId, ErrorCode};
use tokio::sync::mpsc;

use crate::cli::client::write_request;
use crate::cli::exit::Failure;
use crate::jsonl::entry::{malformed, read as read_line};
use crate::jsonl::lines::{Content, Lines};

/// The most entries in a batch, as `entries.import` takes them.
const BATCH_ENTRIES: usize = 10_000;

/// The most bytes of lines in a batch, unless a single line has more: the daemon holds several batches, several times over.
const BATCH_BYTES: usize = 2 << 20;

/// Batches that may wait to be written.
const BATCHES_AHEAD: usize = 2;

/// Entries that are written together, and what else there was in their lines.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The request that writes the entries; empty when there are none.
    pub(super) request: String,
    /// The line of each entry.
    pub(super) lines: Vec<u64>,
    /// Lines that hold no entry.
    pub(super) refused: Vec<RefusedLine>,
    /// The last line of the batch.
    pub(super) last_line: u64,
    size_bytes: usize,
}

/// A line that was refused, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RefusedLine {
    /// The line.
    pub(super) line: u64,
    /// The daemon's code, when it was the daemon that refused it.
    pub(super) code: Option<ErrorCode>,
    /// In words.
    pub(super) reason: String,
}

/// What the thread tells.
#[derive(Debug)]
pub(super) enum Event {
    /// A batch.
    Batch(Batch),
    /// The stream ended, or could not be read further.
    End(io::Result<()>),
}

/// What batches have in common.
#[derive(Debug)]
pub(super) struct Frame {
    /// The start of a request's text, up to its first entry.
    head: String,
    /// The scope of lines that name none.
    scope: Option<String>,
}

impl Frame {
    /// The frame of batches for a data store.
    pub(super) fn new(
        connection: Option<ConnectionId>,
        store: String,
        scope: Option<String>,
    ) -> Result<Self, Failure> {
        let mut head = write_request(&EntriesImportRequest { connection, store, entries: Vec::new() })?;
        head.truncate(head.len() - END.len());
        Ok(Self { head, scope })
    }

    /// Adds a line's entry to a batch; its bytes are those of the line.
    fn push(&self, batch: &mut Batch, line: u64, entry: &Entry<'_>) {
        batch.request.push_str(if batch.lines.is_empty() { &self.head } else { "," });
        batch.request.push_str(&entry.text);
        batch.size_bytes += entry.text.len();
        batch.lines.push(line);
    }
}

/// The end of a request's text, after its last entry.
const END: &str = "]}";

/// An entry as a line has it, proven to be one.
struct Entry<'a> {
    text: Cow<'a, str>,
}

/// Starts reading. The thread ends with the stream, or when nobody listens any more.
pub(super) fn start(reader: Box<dyn BufRead + Send>, frame: Frame) -> Result<mpsc::Receiver<Event>, Failure> {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    thread::Builder::new()
        .name("import-reader".into())
        .spawn(move || {
            let end =
                read(Lines::new(reader), &frame, |batch| sender.blocking_send(Event::Batch(batch)).is_ok());
            // When nobody listens any more, the import has failed and said so.
            let _ = sender.blocking_send(Event::End(end));
        })
        .map_err(|error| Failure::other(format!("cannot start the reading thread: {error}")))?;
    Ok(receiver)
}

/// Hands batches to `send` until the stream ends or `send` answers `false`. Whole lines before a failure are handed on.
fn read(
    mut lines: Lines<impl BufRead>,
    frame: &Frame,
    mut send: impl FnMut(Batch) -> bool,
) -> io::Result<()> {
    let mut send = |mut batch: Batch| {
        if !batch.lines.is_empty() {
            batch.request.push_str(END);
        }
        send(batch)
    };
    let mut batch = Batch::default();
    let end = loop {
        let line = lines.number() + 1;
        let content = match lines.next_line() {
            Ok(Some(content)) => content,
            Ok(None) => break Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break Err(error),
        };
        let parsed = parse(content, frame.scope.as_deref()).transpose();
        match parsed {
            Some(Ok(entry)) => {
                let is_full =
                    batch.lines.len() == BATCH_ENTRIES || batch.size_bytes + entry.text.len() > BATCH_BYTES;
                if is_full && !batch.lines.is_empty() && !send(std::mem::take(&mut batch)) {
                    return Ok(());
                }
                frame.push(&mut batch, line, &entry);
            }
            Some(Err(reason)) => batch.refused.push(RefusedLine { line, code: None, reason }),
            None => {}
        }
        batch.last_line = line;
        if batch.refused.len() >= BATCH_ENTRIES && !send(std::mem::take(&mut batch)) {
            return Ok(());
        }
    };
    if batch.last_line > 0 {
        send(batch);
    }
    end
}

/// Proves that a line is an entry; none when it is blank. Its text stays as it is, unless it needs `scope`.
fn parse<'a>(content: Content<'a>, scope: Option<&str>) -> Result<Option<Entry<'a>>, String> {
    let Some((text, mut entry)) = read_line::<ImportEntry>(content)? else { return Ok(None) };
    let text = match scope {
        Some(scope) if entry.scope.is_none() => {
            entry.scope = Some(scope.into());
            Cow::Owned(serde_json::to_string(&entry).map_err(|error| malformed(&error))?)
        }
        _ => Cow::Borrowed(text),
    };
    Ok(Some(Entry { text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches_in(scope: Option<&str>, text: &str) -> Vec<Batch> {
        let frame = Frame::new(Some("c".into()), "S".into(), scope.map(Into::into)).unwrap();
        let mut batches = Vec::new();
        read(Lines::new(text.as_bytes()), &frame, |batch| {
            batches.push(batch);
            true
        })
        .unwrap();
        batches
    }

    fn batches(text: &str) -> Vec<Batch> {
        batches_in(None, text)
    }

    fn entries(batch: &Batch) -> Vec<ImportEntry> {
        let request: EntriesImportRequest = serde_json::from_str(&batch.request).unwrap();
        assert_eq!((request.connection, request.store), (Some("c".into()), "S".into()));
        assert_eq!(request.entries.len(), batch.lines.len());
        request.entries
    }

    fn line(index: u32, value: &str) -> String {
        format!("{{\"key\":\"{index}\",\"value\":{value}}}\n")
    }

    #[test]
    fn batches_end_at_ten_thousand_entries() {
        let text: String = (0..20_001).fold(String::new(), |text, index| text + &line(index, "1"));
        let sizes: Vec<_> =
            batches(&text).iter().map(|batch| (entries(batch).len(), batch.last_line)).collect();
        assert_eq!(sizes, [(10_000, 10_000), (10_000, 20_000), (1, 20_001)]);
    }

    #[test]
    fn batches_end_at_their_size() {
        let value = format!("\"{}\"", "x".repeat(3 << 20));
        let text: String = (0..3).fold(String::new(), |text, index| text + &line(index, &value));
        let sizes: Vec<_> = batches(&text).iter().map(|batch| entries(batch).len()).collect();
        assert_eq!(sizes, [1, 1, 1]);
    }

    #[test]
    fn values_keep_their_bytes_and_refused_lines_their_number() {
        let text = "{\"key\":\"a\",\"value\": {\"x\": 1.0, \"x\":12345678901234567890} ,\"userIds\":[1,\"-2\"]}\n\nnot json\n{\"key\":\"b\"}\n{\"key\":\"c\",\"value\":null,\"extra\":1}\n";
        let batches = batches(text);
        let [batch] = batches.as_slice() else { panic!("{batches:?}") };
        let entry = &entries(batch)[0];
        assert_eq!(entry.value.as_str(), "{\"x\": 1.0, \"x\":12345678901234567890}");
        assert_eq!(entry.user_ids.iter().map(|id| id.0).collect::<Vec<_>>(), [1, -2]);
        let refused: Vec<_> = batch.refused.iter().map(|refused| refused.line).collect();
        assert_eq!(refused, [3, 4, 5]);
        assert!(batch.refused[1].reason.contains("missing field `value`"), "{:?}", batch.refused[1]);
        assert!(batch.refused[2].reason.contains("unknown field `extra`"), "{:?}", batch.refused[2]);
    }

    #[test]
    fn a_null_value_is_a_value() {
        let batches = batches("{\"key\":\"a\",\"value\":null}");
        let [batch] = batches.as_slice() else { panic!("{batches:?}") };
        assert_eq!(entries(batch)[0].value.as_str(), "null");
    }

    #[test]
    fn lines_without_a_scope_get_the_one_asked_for() {
        let text = "{\"key\":\"a\",\"value\":1.0}\n{\"key\":\"b\",\"value\":2,\"scope\":\"own\"}\n";
        let batches = batches_in(Some("asked"), text);
        let entries = entries(&batches[0]);
        let scopes: Vec<_> = entries.iter().map(|entry| entry.scope.as_deref()).collect();
        assert_eq!(scopes, [Some("asked"), Some("own")]);
        assert_eq!(entries[0].value.as_str(), "1.0");
    }

    #[test]
    fn a_batch_without_entries_has_no_request() {
        let batches = batches("nothing\n\n");
        assert_eq!((batches[0].request.as_str(), batches[0].last_line), ("", 2));
    }
}
