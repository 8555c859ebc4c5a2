//! Lines of bounded length: one that is too long is passed over without being held in memory.

use std::io::{self, BufRead, Read as _};

/// The most bytes a line may have: the largest value there is, and ample room around it (S-64).
pub const LINE_LIMIT_BYTES: usize = 5 << 20;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The lines of a stream, counted from 1.
pub struct Lines<R> {
    reader: R,
    number: u64,
    line: Vec<u8>,
}

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// Text, without the line break and the space around it.
    Text(&'a str),
    /// More than [`LINE_LIMIT_BYTES`].
    TooLong,
    /// Something other than UTF-8 from this byte on.
    NotUtf8(usize),
}

impl<R: BufRead> Lines<R> {
    /// From the start of a stream.
    pub fn new(reader: R) -> Self {
        Self { reader, number: 0, line: Vec::new() }
    }

    /// The number of the last line read.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line; `None` at the end.
    pub fn next_line(&mut self) -> io::Result<Option<Content<'_>>> {
        self.line.clear();
        let limit = LINE_LIMIT_BYTES as u64 + 1;
        self.reader.by_ref().take(limit).read_until(b'\n', &mut self.line)?;
        if self.line.is_empty() {
            return Ok(None);
        }
        if self.line.len() > LINE_LIMIT_BYTES && !self.line.ends_with(b"\n") {
            self.reader.skip_until(b'\n')?;
            self.number += 1;
            return Ok(Some(Content::TooLong));
        }
        self.number += 1;
        let mut bytes = self.line.as_slice();
        if self.number == 1 {
            bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        }
        Ok(Some(match std::str::from_utf8(bytes) {
            Ok(text) => Content::Text(text.trim_ascii()),
            Err(error) => Content::NotUtf8(error.valid_up_to()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_trimmed() {
        let mut lines = Lines::new("\u{feff}{}\r\n\n\"é\"".as_bytes());
        assert_eq!(lines.next_line().unwrap(), Some(Content::Text("{}")));
        assert_eq!(lines.next_line().unwrap(), Some(Content::Text("")));
        assert_eq!(lines.next_line().unwrap(), Some(Content::Text("\"é\"")));
        assert_eq!(lines.next_line().unwrap(), None);
        assert_eq!(lines.number(), 3);
    }

    #[test]
    fn text_that_is_not_utf8_is_told_with_its_place() {
        assert_eq!(Lines::new(&b"{\"a\xff\"}\n"[..]).next_line().unwrap(), Some(Content::NotUtf8(3)));
    }

    #[test]
    fn s_64_a_line_at_the_limit_passes_and_one_over_it_is_passed_over() {
        for (length, fits) in [(LINE_LIMIT_BYTES, true), (LINE_LIMIT_BYTES + 1, false)] {
            let mut text = vec![b'1'; length];
            text.extend(b"\nnext\n");
            let mut lines = Lines::new(text.as_slice());
            assert_eq!(matches!(lines.next_line().unwrap(), Some(Content::Text(_))), fits, "{length}");
            assert_eq!(lines.next_line().unwrap(), Some(Content::Text("next")));
        }
    }

    #[test]
    fn a_line_far_over_the_limit_is_not_held() {
        let endless = io::repeat(b'x').take(100 << 20);
        let mut lines = Lines::new(io::BufReader::new(endless));
        assert_eq!(lines.next_line().unwrap(), Some(Content::TooLong));
        assert!(lines.line.capacity() < 3 * LINE_LIMIT_BYTES);
    }
}
