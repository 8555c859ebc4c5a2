//! The grammar of JSON: one strict pass over a text, and the two directions of string escapes.
//!
//! Reads RFC 8259 and nothing beyond it: no comments, no trailing commas, no byte order mark, no NaN. It keeps a stack of
//! its own instead of calling itself, so depth costs memory in bytes and never the thread's stack. It allocates nothing
//! else; whoever wants positions receives them through a [`Sink`].
//!
//! **Invariant:** a sink is told of every value exactly once, in the order of the text, names before their values.

use std::borrow::Cow;
use std::fmt::Write;

use crate::value::{DEPTH_LIMIT, SyntaxProblem};

/// Why and where a scan stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScanError {
    /// The text breaks the grammar at this byte.
    Syntax(usize, SyntaxProblem),
    /// The bracket at this byte nests deeper than [`DEPTH_LIMIT`].
    TooDeep(usize),
}

/// Receives the positions a scan finds, as byte offsets.
pub(crate) trait Sink {
    /// An object or array begins.
    fn open(&mut self, start: usize);
    /// The innermost object or array ends before this byte.
    fn close(&mut self, end: usize);
    /// The name of a member, quotes included.
    fn name(&mut self, start: usize, end: usize);
    /// A string, number, boolean or null.
    fn scalar(&mut self, start: usize, end: usize);
}

/// Ignores all positions, for callers who only ask whether a text is JSON.
pub(crate) struct Ignore;

impl Sink for Ignore {
    fn open(&mut self, _start: usize) {}
    fn close(&mut self, _end: usize) {}
    fn name(&mut self, _start: usize, _end: usize) {}
    fn scalar(&mut self, _start: usize, _end: usize) {}
}

/// What the grammar allows next.
#[derive(Clone, Copy)]
enum Expect {
    Value,
    FirstItem,
    FirstName,
    Name,
    Follower,
}

#[derive(Clone, Copy)]
enum Container {
    Object,
    Array,
}

/// Reads one JSON text from start to end.
pub(crate) fn scan(text: &str, sink: &mut impl Sink) -> Result<(), ScanError> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    if text.starts_with('\u{feff}') {
        return Err(ScanError::Syntax(0, SyntaxProblem::ByteOrderMark));
    }
    let mut open: Vec<Container> = Vec::new();
    let mut expect = Expect::Value;
    loop {
        scanner.skip_whitespace();
        let start = scanner.at;
        let Some(byte) = scanner.peek() else {
            return match (expect, open.last()) {
                (Expect::Follower, None) => Ok(()),
                _ => Err(scanner.error(SyntaxProblem::UnexpectedEnd)),
            };
        };
        expect = match (expect, byte) {
            (Expect::FirstName, b'}') | (Expect::FirstItem, b']') => {
                scanner.at += 1;
                open.pop();
                sink.close(scanner.at);
                Expect::Follower
            }
            (Expect::FirstName | Expect::Name, b'"') => {
                scanner.string()?;
                sink.name(start, scanner.at);
                scanner.skip_whitespace();
                scanner.require(b':', SyntaxProblem::ExpectedColon)?;
                Expect::Value
            }
            (Expect::FirstName | Expect::Name, _) => {
                return Err(scanner.error(SyntaxProblem::ExpectedName));
            }
            (Expect::Value | Expect::FirstItem, b'{' | b'[') => {
                if open.len() == DEPTH_LIMIT {
                    return Err(ScanError::TooDeep(start));
                }
                scanner.at += 1;
                sink.open(start);
                if byte == b'{' {
                    open.push(Container::Object);
                    Expect::FirstName
                } else {
                    open.push(Container::Array);
                    Expect::FirstItem
                }
            }
            (Expect::Value | Expect::FirstItem, _) => {
                scanner.scalar(byte)?;
                sink.scalar(start, scanner.at);
                Expect::Follower
            }
            (Expect::Follower, _) => {
                scanner.at += 1;
                match (open.last(), byte) {
                    (Some(Container::Object), b',') => Expect::Name,
                    (Some(Container::Array), b',') => Expect::Value,
                    (Some(Container::Object), b'}') | (Some(Container::Array), b']') => {
                        open.pop();
                        sink.close(scanner.at);
                        Expect::Follower
                    }
                    (container, _) => {
                        let problem = match container {
                            Some(Container::Object) => SyntaxProblem::ExpectedCommaOrBrace,
                            Some(Container::Array) => SyntaxProblem::ExpectedCommaOrBracket,
                            None => SyntaxProblem::TrailingText,
                        };
                        return Err(ScanError::Syntax(start, problem));
                    }
                }
            }
        };
    }
}

struct Scanner<'text> {
    bytes: &'text [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Reports a problem at the current byte; at the end of the text that is always the end itself.
    fn error(&self, problem: SyntaxProblem) -> ScanError {
        let problem = if self.at < self.bytes.len() { problem } else { SyntaxProblem::UnexpectedEnd };
        ScanError::Syntax(self.at, problem)
    }

    fn require(&mut self, byte: u8, problem: SyntaxProblem) -> Result<(), ScanError> {
        if self.peek() != Some(byte) {
            return Err(self.error(problem));
        }
        self.at += 1;
        Ok(())
    }

    fn skip_while(&mut self, accept: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().position(|&byte| !accept(byte)).unwrap_or(rest.len());
        self.at += count;
        count
    }

    fn skip_whitespace(&mut self) {
        self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    fn scalar(&mut self, first: u8) -> Result<(), ScanError> {
        match first {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => Err(self.error(SyntaxProblem::ExpectedValue)),
        }
    }

    fn literal(&mut self, literal: &[u8]) -> Result<(), ScanError> {
        literal.iter().try_for_each(|&byte| self.require(byte, SyntaxProblem::ExpectedValue))
    }

    fn string(&mut self) -> Result<(), ScanError> {
        self.at += 1;
        loop {
            self.at += plain_length(self.bytes.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err(self.error(SyntaxProblem::ControlCharacter)),
            }
        }
    }

    fn escape(&mut self) -> Result<(), ScanError> {
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return Err(self.error(SyntaxProblem::UnknownEscape));
                    }
                    self.at += 1;
                }
                Ok(())
            }
            _ => Err(self.error(SyntaxProblem::UnknownEscape)),
        }
    }

    fn number(&mut self) -> Result<(), ScanError> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.error(SyntaxProblem::MalformedNumber));
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), ScanError> {
        if self.skip_while(|byte| byte.is_ascii_digit()) == 0 {
            return Err(self.error(SyntaxProblem::MalformedNumber));
        }
        Ok(())
    }
}

/// Returns the characters a JSON string stands for; `raw` is valid JSON, quotes included.
///
/// Half a surrogate pair (`\ud800`) has no character; U+FFFD takes its place.
pub(crate) fn decode_string(raw: &str) -> Cow<'_, str> {
    let inner = raw.get(1..raw.len() - 1).unwrap_or_default();
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    Cow::Owned(DecodedCharacters::new(inner).map(|unit| unit.unwrap_or('\u{fffd}')).collect())
}

/// Writes text as a JSON string, escaping only what RFC 8259 §7 requires.
pub(crate) fn encode_string(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 2);
    encoded.push('"');
    for character in text.chars() {
        match character {
            '"' => encoded.push_str("\\\""),
            '\\' => encoded.push_str("\\\\"),
            '\n' => encoded.push_str("\\n"),
            '\r' => encoded.push_str("\\r"),
            '\t' => encoded.push_str("\\t"),
            '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "\\u{:04x}", u32::from(character));
            }
            _ => encoded.push(character),
        }
    }
    encoded.push('"');
    encoded
}

/// Steps through the characters between the quotes of a JSON string; `None` stands for half a surrogate pair.
pub(crate) struct DecodedCharacters<'text> {
    rest: &'text str,
}

impl<'text> DecodedCharacters<'text> {
    /// Takes the text between the quotes.
    pub(crate) fn new(inner: &'text str) -> Self {
        Self { rest: inner }
    }

    /// Reads `\uXXXX` at the start of the rest.
    fn unicode_escape(&self) -> Option<u32> {
        let digits = self.rest.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}

impl Iterator for DecodedCharacters<'_> {
    type Item = Option<char>;

    fn next(&mut self) -> Option<Self::Item> {
        let character = self.rest.chars().next()?;
        if character != '\\' {
            self.skip(character.len_utf8());
            return Some(Some(character));
        }
        let Some(unit) = self.unicode_escape() else {
            let escaped = self.rest.as_bytes().get(1).copied();
            self.skip(2);
            return Some(Some(match escaped? {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                other => char::from(other),
            }));
        };
        self.skip(6);
        if !(0xd800..0xdc00).contains(&unit) {
            return Some(char::from_u32(unit));
        }
        match self.unicode_escape() {
            Some(low) if (0xdc00..0xe000).contains(&low) => {
                self.skip(6);
                Some(char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)))
            }
            _ => Some(None),
        }
    }
}

/// Counts the bytes at the start of `bytes` that stand for themselves within a string: all but quotation marks,
/// backslashes and control characters. Most of a save is such bytes, so eight are looked at together.
fn plain_length(bytes: &[u8]) -> usize {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH_BITS: u64 = EACH << 7;
    let (words, rest) = bytes.as_chunks();
    for (position, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // Each difference borrows where a byte is special; a borrow may reach later bytes, never an earlier one.
        let control = word.wrapping_sub(EACH * 0x20);
        let quote = (word ^ (EACH * u64::from(b'"'))).wrapping_sub(EACH);
        let backslash = (word ^ (EACH * u64::from(b'\\'))).wrapping_sub(EACH);
        let special = (control | quote | backslash) & !word & HIGH_BITS;
        if special != 0 {
            return position * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    bytes.len() - rest.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_bytes_are_counted_wherever_the_first_special_one_lies() {
        for special in (0..0x20).chain([b'"', b'\\']) {
            for position in 0..24 {
                for neighbour in [b' ', b'a', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff, special] {
                    let mut bytes = [b'a'; 24];
                    bytes[position] = special;
                    for later in &mut bytes[position + 1..] {
                        *later = neighbour;
                    }
                    assert_eq!(plain_length(&bytes), position, "{special:#x} before {neighbour:#x}");
                }
            }
        }
        let plain: Vec<u8> = (0x20..=0xff).filter(|byte| !matches!(byte, b'"' | b'\\')).collect();
        for length in 0..plain.len() {
            assert_eq!(plain_length(&plain[..length]), length);
            assert_eq!(plain_length(&plain[length..]), plain.len() - length);
        }
    }

    #[test]
    fn decodes_every_escape() {
        let check = |raw: &str, expected: &str| assert_eq!(decode_string(raw), expected, "{raw}");
        check(r#""""#, "");
        check(r#""plain é""#, "plain é");
        check(r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t");
        check(r#""\u0041\u00e9\u0000""#, "Aé\0");
        check(r#""\ud83d\ude00\uD83D\uDE00""#, "😀😀");
        check(r#""\ud800""#, "\u{fffd}");
        check(r#""\udc00x\ud800\n""#, "\u{fffd}x\u{fffd}\n");
        check(r#""\ud800\ud83d\ude00""#, "\u{fffd}😀");
        check(r#""\ud800\u0041""#, "\u{fffd}A");
    }

    #[test]
    fn encodes_only_what_must_be() {
        assert_eq!(
            encode_string("a\"\\/\n\r\t\0\u{1f}é😀\u{7f}"),
            "\"a\\\"\\\\/\\n\\r\\t\\u0000\\u001fé😀\u{7f}\""
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn encoded_strings_decode_to_themselves(text: String) {
            let encoded = encode_string(&text);
            prop_assert!(scan(&encoded, &mut Ignore).is_ok());
            prop_assert_eq!(decode_string(&encoded), text);
        }
    }
}
