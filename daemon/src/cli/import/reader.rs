//! The thread that turns lines into batches, ahead of what is being written.

use std::io::{self, BufRead};
use std::thread;

use protocol::ErrorCode;
use protocol::operations::entries::ImportEntry;
use tokio::sync::mpsc;

use crate::cli::exit::Failure;
use crate::cli::import::lines::{Content, LINE_LIMIT_BYTES, Lines};

/// The most entries in a batch, as `entries.import` takes them.
const BATCH_ENTRIES: usize = 1_000;

/// The most bytes of lines in a batch, unless a single line has more: half of what a message may have (S-06).
const BATCH_BYTES: usize = 4 << 20;

/// Batches that may wait to be written.
const BATCHES_AHEAD: usize = 2;

/// Entries that are written together, and what else there was in their lines.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The entries.
    pub(super) entries: Vec<ImportEntry>,
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

/// Starts reading. Lines without a scope get `scope`. The thread ends with the stream, or when nobody listens any more.
pub(super) fn start(
    reader: Box<dyn BufRead + Send>,
    scope: Option<String>,
) -> Result<mpsc::Receiver<Event>, Failure> {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    thread::Builder::new()
        .name("import-reader".into())
        .spawn(move || {
            let end = read(Lines::new(reader), scope.as_deref(), |batch| {
                sender.blocking_send(Event::Batch(batch)).is_ok()
            });
            // When nobody listens any more, the import has failed and said so.
            let _ = sender.blocking_send(Event::End(end));
        })
        .map_err(|error| Failure::other(format!("cannot start the reading thread: {error}")))?;
    Ok(receiver)
}

/// Hands batches to `send` until the stream ends or `send` answers `false`. Whole lines before a failure are handed on.
fn read(
    mut lines: Lines<impl BufRead>,
    scope: Option<&str>,
    mut send: impl FnMut(Batch) -> bool,
) -> io::Result<()> {
    let mut batch = Batch::default();
    let end = loop {
        let content = match lines.next_line() {
            Ok(Some(content)) => content,
            Ok(None) => break Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break Err(error),
        };
        let parsed = match content {
            Content::Text("") => None,
            Content::Text(text) => Some(parse(text).map(|entry| (entry, text.len()))),
            Content::TooLong => Some(Err(format!(
                "it has more than {LINE_LIMIT_BYTES} bytes, so its value is over the limit of 4,194,304; store less in it"
            ))),
            Content::NotUtf8(offset) => {
                Some(Err(format!("it is not UTF-8 at byte {offset}; save the file as UTF-8")))
            }
        };
        let line = lines.number();
        match parsed {
            Some(Ok((mut entry, size_bytes))) => {
                let is_full =
                    batch.entries.len() == BATCH_ENTRIES || batch.size_bytes + size_bytes > BATCH_BYTES;
                if is_full && !batch.entries.is_empty() && !send(std::mem::take(&mut batch)) {
                    return Ok(());
                }
                entry.scope = entry.scope.or_else(|| scope.map(Into::into));
                batch.entries.push(entry);
                batch.lines.push(line);
                batch.size_bytes += size_bytes;
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

fn parse(text: &str) -> Result<ImportEntry, String> {
    serde_json::from_str(text).map_err(|error| {
        let error = error.to_string().replace(" at line 1 column ", " at byte ");
        format!("{error}; a line is as in `{{\"key\": \"a\", \"value\": 1}}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches(text: &str) -> Vec<Batch> {
        let mut batches = Vec::new();
        read(Lines::new(text.as_bytes()), None, |batch| {
            batches.push(batch);
            true
        })
        .unwrap();
        batches
    }

    fn line(index: u32, value: &str) -> String {
        format!("{{\"key\":\"{index}\",\"value\":{value}}}\n")
    }

    #[test]
    fn batches_end_at_a_thousand_entries() {
        let text: String = (0..2_001).fold(String::new(), |text, index| text + &line(index, "1"));
        let sizes: Vec<_> =
            batches(&text).iter().map(|batch| (batch.entries.len(), batch.last_line)).collect();
        assert_eq!(sizes, [(1_000, 1_000), (1_000, 2_000), (1, 2_001)]);
    }

    #[test]
    fn batches_end_at_their_size() {
        let value = format!("\"{}\"", "x".repeat(3 << 20));
        let text: String = (0..3).fold(String::new(), |text, index| text + &line(index, &value));
        let sizes: Vec<_> = batches(&text).iter().map(|batch| batch.entries.len()).collect();
        assert_eq!(sizes, [1, 1, 1]);
    }

    #[test]
    fn values_keep_their_bytes_and_refused_lines_their_number() {
        let text = "{\"key\":\"a\",\"value\": {\"x\": 1.0, \"x\":12345678901234567890} ,\"userIds\":[1,\"-2\"]}\n\nnot json\n{\"key\":\"b\"}\n{\"key\":\"c\",\"value\":null,\"extra\":1}\n";
        let batches = batches(text);
        let [batch] = batches.as_slice() else { panic!("{batches:?}") };
        assert_eq!(batch.entries[0].value.as_str(), "{\"x\": 1.0, \"x\":12345678901234567890}");
        assert_eq!(batch.entries[0].user_ids.iter().map(|id| id.0).collect::<Vec<_>>(), [1, -2]);
        let refused: Vec<_> = batch.refused.iter().map(|refused| refused.line).collect();
        assert_eq!(refused, [3, 4, 5]);
        assert!(batch.refused[1].reason.contains("missing field `value`"), "{:?}", batch.refused[1]);
        assert!(batch.refused[2].reason.contains("unknown field `extra`"), "{:?}", batch.refused[2]);
    }

    #[test]
    fn a_null_value_is_a_value() {
        assert_eq!(batches("{\"key\":\"a\",\"value\":null}").len(), 1);
        assert_eq!(batches("{\"key\":\"a\",\"value\":null}")[0].entries[0].value.as_str(), "null");
    }
}
