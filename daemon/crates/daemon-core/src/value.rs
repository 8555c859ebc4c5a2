//! Values: exact bytes of JSON, and what a reader should be told about them.
//!
//! A value is checked once and kept as the text it came as; nothing here turns it into numbers and maps and back. The
//! grammar is RFC 8259's. Where that leaves a choice: a byte order mark, an unescaped control character (NUL included)
//! and text after the value are refused; duplicate members, `\u0000` and half surrogate pairs (`\ud800`) are kept as they
//! are. [`warnings`] points at what a decoder may read differently from what is written.
//!
//! **Invariant:** a [`JsonText`] is valid JSON of at most [`VALUE_LIMIT_BYTES`] bytes and [`DEPTH_LIMIT`] levels.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use thiserror::Error;

use crate::number::{NumberFit, fit};
use crate::pointer::Pointer;
use crate::syntax::{Ignore, ScanError, Sink, decode_string, scan};

/// The most bytes of JSON a value may have (`roblox-apis.md §4.8`).
pub const VALUE_LIMIT_BYTES: usize = 4_194_304;

/// The most objects and arrays that may lie within each other.
///
/// Far more than saves use, far less than would trouble a decoder that calls itself for every level.
pub const DEPTH_LIMIT: usize = 512;

/// The most characters of a number that a warning repeats.
const WARNING_TEXT_LIMIT: usize = 40;

/// A value: text proven to be JSON, byte for byte as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JsonText(String);

/// What a JSON value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// Members by name.
    Object,
    /// Items by position.
    Array,
    /// Text.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
}

/// What is wrong with a text that is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SyntaxProblem {
    /// The text ends before the value does.
    #[error("the text ends before the value is complete")]
    UnexpectedEnd,
    /// The text begins with U+FEFF; RFC 8259 §8.1 forbids it.
    #[error("the text begins with a byte order mark; save it without one")]
    ByteOrderMark,
    /// Something else stands where a value should.
    #[error("expected a value here")]
    ExpectedValue,
    /// Something else stands where the name of a member should.
    #[error("expected the name of a member in double quotes here")]
    ExpectedName,
    /// A member's name is not followed by a colon.
    #[error("expected `:` after the name of a member")]
    ExpectedColon,
    /// A member is followed by neither a comma nor the object's end.
    #[error("expected `,` or `}}` after a member")]
    ExpectedCommaOrBrace,
    /// An item is followed by neither a comma nor the array's end.
    #[error("expected `,` or `]` after an item")]
    ExpectedCommaOrBracket,
    /// A string contains an unescaped character below U+0020.
    #[error("a string contains a control character; escape it, as in `\\n` or `\\u0000`")]
    ControlCharacter,
    /// A backslash is followed by something other than `"\/bfnrt` or `u` and four hex digits.
    #[error("a string contains an escape JSON does not have")]
    UnknownEscape,
    /// A number has a leading zero, or lacks a digit where one is required.
    #[error("a number is not written as JSON requires")]
    MalformedNumber,
    /// Something follows the value.
    #[error("the value is complete, but more text follows; remove it")]
    TrailingText,
}

/// Tells why a text cannot be a value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
    /// The text is not JSON.
    #[error("not JSON at line {line}, column {column} (byte {offset}): {problem}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// The position in bytes, from 0.
        offset: usize,
        /// What is wrong there.
        problem: SyntaxProblem,
    },
    /// Objects and arrays nest deeper than [`DEPTH_LIMIT`].
    #[error(
        "nested deeper than {DEPTH_LIMIT} levels at line {line}, column {column} (byte {offset}); flatten the value"
    )]
    TooDeep {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// The position in bytes, from 0.
        offset: usize,
    },
    /// The text is longer than [`VALUE_LIMIT_BYTES`].
    #[error(
        "the value has {bytes} bytes, {excess} more than the limit of {VALUE_LIMIT_BYTES}; shorten it",
        excess = bytes - VALUE_LIMIT_BYTES
    )]
    TooLarge {
        /// Its length in bytes.
        bytes: usize,
    },
}

/// Something in a value that a decoder may read differently from what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueWarning {
    /// An object names a member again; most decoders, and our pointers, let the last one count.
    DuplicateMember {
        /// The member.
        pointer: Pointer,
        /// Its name.
        name: String,
    },
    /// A 64-bit float, which is what Luau has (`roblox-apis.md §4.7`), cannot hold the number as written.
    NumberLosesPrecision {
        /// The number.
        pointer: Pointer,
        /// The start of its text.
        text: String,
    },
    /// A 64-bit float reads the number as infinity.
    NumberOutOfRange {
        /// The number.
        pointer: Pointer,
        /// The start of its text.
        text: String,
    },
}

impl JsonText {
    /// Accepts a text as a value when it is JSON within the limits; not a byte of it changes.
    pub fn parse(text: impl Into<String>) -> Result<Self, ValueError> {
        let text = text.into();
        if text.len() > VALUE_LIMIT_BYTES {
            return Err(ValueError::TooLarge { bytes: text.len() });
        }
        match scan(&text, &mut Ignore) {
            Ok(()) => Ok(Self(text)),
            Err(error) => Err(locate(&text, error)),
        }
    }

    /// Accepts a text that another strict reader of RFC 8259 has just accepted, as the protocol's decoder does; the limits
    /// are checked here.
    ///
    /// That spares a pass over every byte of an import. A text that is not JSON after all breaks this type's invariant.
    pub fn from_json(text: impl Into<String>) -> Result<Self, ValueError> {
        let text = text.into();
        // Without more brackets than there may be levels, no value is too deep.
        if text.len() > VALUE_LIMIT_BYTES || count_opening_brackets(&text) > DEPTH_LIMIT {
            return Self::parse(text);
        }
        debug_assert!(scan(&text, &mut Ignore).is_ok(), "the text was accepted by a strict reader");
        Ok(Self(text))
    }

    /// Tells whether [`JsonText::parse`] would accept a text.
    pub fn accepts(text: &str) -> bool {
        text.len() <= VALUE_LIMIT_BYTES && scan(text, &mut Ignore).is_ok()
    }

    /// Wraps a text within [`VALUE_LIMIT_BYTES`] that [`scan`] has just accepted.
    pub(crate) fn proven(text: String) -> Self {
        Self(text)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the length in bytes, the measure of [`VALUE_LIMIT_BYTES`].
    pub fn len_bytes(&self) -> usize {
        self.0.len()
    }

    /// Gives the text away.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl ValueKind {
    /// Returns the kind's name in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Null => "null",
        }
    }

    /// Tells whether values of this kind have members or items.
    pub const fn is_container(self) -> bool {
        matches!(self, Self::Object | Self::Array)
    }
}

impl ValueWarning {
    /// Returns the place the warning is about.
    pub fn pointer(&self) -> &Pointer {
        match self {
            Self::DuplicateMember { pointer, .. }
            | Self::NumberLosesPrecision { pointer, .. }
            | Self::NumberOutOfRange { pointer, .. } => pointer,
        }
    }
}

impl fmt::Display for ValueWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateMember { name, .. } => {
                write!(
                    formatter,
                    "the object names `{name}` more than once; most decoders keep only the last"
                )
            }
            Self::NumberLosesPrecision { text, .. } => {
                write!(
                    formatter,
                    "Luau cannot hold `{text}` exactly; store it as a string to keep every digit"
                )
            }
            Self::NumberOutOfRange { text, .. } => {
                write!(formatter, "Luau reads `{text}` as infinity; store a number below 1.8e308")
            }
        }
    }
}

/// Finds what a decoder may read differently, at most `limit` places, in the order of the text.
///
/// Duplicate members are reported at every repetition. Whole numbers count as losing precision beyond 2^53, where
/// floats no longer tell neighbours apart; numbers with a fraction or exponent, when the nearest float printed with as
/// many digits differs.
pub fn warnings(value: &JsonText, limit: usize) -> Vec<ValueWarning> {
    let mut walk = Walk { text: value.as_str(), frames: Vec::new(), found: Vec::new(), limit };
    // A JsonText was accepted by the same scan before.
    let _ = scan(value.as_str(), &mut walk);
    walk.found
}

/// Counts every `{` and `[`, in strings too.
fn count_opening_brackets(text: &str) -> usize {
    // The two differ in one bit. Sums of one byte let many bytes be counted at a time; a piece is too short to overflow one.
    let count = |piece: &[u8]| piece.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>();
    text.as_bytes().chunks(128).map(|piece| usize::from(count(piece))).sum()
}

/// Meets every value in the order of the text, and remembers no more than the way to it.
struct Walk<'value> {
    text: &'value str,
    frames: Vec<Frame<'value>>,
    found: Vec<ValueWarning>,
    limit: usize,
}

/// An object or array the walk is inside of.
struct Frame<'value> {
    /// The member the walk is at; in an array none.
    name: Option<Cow<'value, str>>,
    /// How many children it met before.
    position: usize,
    /// The names met so far.
    names: HashSet<Cow<'value, str>>,
}

impl Sink for Walk<'_> {
    fn open(&mut self, _start: usize) {
        self.frames.push(Frame { name: None, position: 0, names: HashSet::new() });
    }

    fn close(&mut self, _end: usize) {
        self.frames.pop();
        self.step();
    }

    fn name(&mut self, start: usize, end: usize) {
        if self.found.len() >= self.limit {
            return;
        }
        let name = decode_string(self.text.get(start..end).unwrap_or_default());
        let Some(frame) = self.frames.last_mut() else { return };
        frame.name = Some(name.clone());
        if !frame.names.insert(name.clone()) {
            let pointer = self.pointer();
            self.found.push(ValueWarning::DuplicateMember { pointer, name: name.into_owned() });
        }
    }

    fn scalar(&mut self, start: usize, end: usize) {
        if self.found.len() < self.limit {
            self.check_number(self.text.get(start..end).unwrap_or_default());
        }
        self.step();
    }
}

impl Walk<'_> {
    /// Leaves a child behind.
    fn step(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.position += 1;
        }
    }

    fn check_number(&mut self, scalar: &str) {
        if !scalar.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            return;
        }
        let fit = fit(scalar);
        if fit == NumberFit::Exact {
            return;
        }
        let pointer = self.pointer();
        let text = scalar.chars().take(WARNING_TEXT_LIMIT).collect();
        self.found.push(match fit {
            NumberFit::OutOfRange => ValueWarning::NumberOutOfRange { pointer, text },
            NumberFit::Exact | NumberFit::LosesPrecision => {
                ValueWarning::NumberLosesPrecision { pointer, text }
            }
        });
    }

    fn pointer(&self) -> Pointer {
        let token = |frame: &Frame<'_>| match &frame.name {
            Some(name) => name.clone().into_owned(),
            None => frame.position.to_string(),
        };
        Pointer::from_tokens(self.frames.iter().map(token).collect())
    }
}

impl fmt::Display for ValueKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Adds line and column to the byte where a scan stopped.
pub(crate) fn locate(text: &str, error: ScanError) -> ValueError {
    let (ScanError::Syntax(offset, _) | ScanError::TooDeep(offset)) = error;
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    match error {
        ScanError::Syntax(_, problem) => ValueError::NotJson { line, column, offset, problem },
        ScanError::TooDeep(_) => ValueError::TooDeep { line, column, offset },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbitrary;
    use crate::index::{Index, Tree};
    use proptest::prelude::*;

    fn problem(text: &str) -> Option<(usize, SyntaxProblem)> {
        match JsonText::parse(text) {
            Err(ValueError::NotJson { offset, problem, .. }) => Some((offset, problem)),
            Ok(_) | Err(_) => None,
        }
    }

    #[test]
    fn keeps_every_byte() {
        for text in [
            "null",
            " \t\r\n{ \"b\" : 1.0 , \"a\":1e5,\"a\": [ ] } \n",
            r#"["\u0041\ud800","é",12345678901234567890,-0,0.0E-0]"#,
        ] {
            let value = JsonText::parse(text).unwrap();
            assert_eq!(value.as_str(), text);
            assert_eq!(value.len_bytes(), text.len());
            assert_eq!(value.into_string(), text);
        }
    }

    #[test]
    fn accepts_what_rfc_8259_leaves_open() {
        for text in [
            r#""\ud800""#,
            r#""\udc00\ud800""#,
            r#""\u0000""#,
            r#"{"a":1,"a":2}"#,
            "1e999",
            "\"\u{7f}\u{2028}\"",
        ] {
            assert!(JsonText::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_json_and_says_where() {
        use SyntaxProblem::{
            ByteOrderMark, ControlCharacter, ExpectedColon, ExpectedCommaOrBrace, ExpectedCommaOrBracket,
            ExpectedName, ExpectedValue, MalformedNumber, TrailingText, UnexpectedEnd, UnknownEscape,
        };
        for (text, offset, expected) in [
            ("", 0, UnexpectedEnd),
            ("  ", 2, UnexpectedEnd),
            ("[1,", 3, UnexpectedEnd),
            ("[1", 2, UnexpectedEnd),
            ("{\"a\"", 4, UnexpectedEnd),
            ("{\"a\":", 5, UnexpectedEnd),
            ("\"a", 2, UnexpectedEnd),
            ("\"\\", 2, UnexpectedEnd),
            ("\"\\u00", 5, UnexpectedEnd),
            ("tru", 3, UnexpectedEnd),
            ("-", 1, UnexpectedEnd),
            ("1.", 2, UnexpectedEnd),
            ("1e+", 3, UnexpectedEnd),
            ("\u{feff}1", 0, ByteOrderMark),
            ("1\u{feff}", 1, TrailingText),
            ("\u{a0}1", 0, ExpectedValue),
            ("truE", 3, ExpectedValue),
            ("nulll", 4, TrailingText),
            ("NaN", 0, ExpectedValue),
            ("-Infinity", 1, MalformedNumber),
            ("'a'", 0, ExpectedValue),
            ("[1,]", 3, ExpectedValue),
            ("[,1]", 1, ExpectedValue),
            ("]", 0, ExpectedValue),
            ("// x\n1", 0, ExpectedValue),
            ("{1:2}", 1, ExpectedName),
            ("{a:2}", 1, ExpectedName),
            ("{\"a\":1,}", 7, ExpectedName),
            ("{\"a\" 1}", 5, ExpectedColon),
            ("{\"a\":}", 5, ExpectedValue),
            ("{\"a\":1]", 6, ExpectedCommaOrBrace),
            ("{\"a\":1 \"b\":2}", 7, ExpectedCommaOrBrace),
            ("[1 2]", 3, ExpectedCommaOrBracket),
            ("[1}", 2, ExpectedCommaOrBracket),
            ("\"a\nb\"", 2, ControlCharacter),
            ("\"\0\"", 1, ControlCharacter),
            ("\"\u{1f}\"", 1, ControlCharacter),
            ("\"\\x41\"", 2, UnknownEscape),
            ("\"\\u00g0\"", 5, UnknownEscape),
            ("\"\\U0041\"", 2, UnknownEscape),
            ("01", 1, MalformedNumber),
            ("-01", 2, MalformedNumber),
            ("1.e5", 2, MalformedNumber),
            (".5", 0, ExpectedValue),
            ("+1", 0, ExpectedValue),
            ("1e", 2, UnexpectedEnd),
            ("0x10", 1, TrailingText),
            ("1 2", 2, TrailingText),
            ("{}}", 2, TrailingText),
            ("1\0", 1, TrailingText),
        ] {
            assert_eq!(problem(text), Some((offset, expected)), "{text:?}");
        }
    }

    #[test]
    fn counts_lines_and_columns_in_characters() {
        let error = JsonText::parse("{\n  \"é\": 1,\r\n  \"é\" 2\n}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "not JSON at line 3, column 7 (byte 21): expected `:` after the name of a member"
        );
    }

    #[test]
    fn limits_hold_for_text_that_was_accepted_elsewhere() {
        let check =
            |text: &str| assert_eq!(JsonText::from_json(text), JsonText::parse(text), "{} bytes", text.len());
        for depth in [1, DEPTH_LIMIT, DEPTH_LIMIT + 1, 100_000] {
            check(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
            check(&format!("{}0{}", "{\"a\":".repeat(depth), "}".repeat(depth)));
            check(&format!("[{}0]", "{},".repeat(depth)));
        }
        for length in [VALUE_LIMIT_BYTES, VALUE_LIMIT_BYTES + 1] {
            check(&format!("\"{}\"", "x".repeat(length - 2)));
            check(&format!("\"{}\"", "{".repeat(length - 2)));
        }
        check(" {\"a\" : 1.0 , \"a\": [] } ");
        for (text, expected) in [("{[", 2), ("[{]}\u{5b}\u{15b}\u{17b};", 3), (&"{".repeat(1_000), 1_000)] {
            assert_eq!(count_opening_brackets(text), expected);
        }
    }

    #[test]
    fn stops_at_the_depth_limit_without_using_the_stack() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(JsonText::parse(nested(DEPTH_LIMIT)).is_ok());
        for depth in [DEPTH_LIMIT + 1, 10_000, 1_000_000] {
            let error = JsonText::parse(nested(depth)).unwrap_err();
            assert_eq!(error, ValueError::TooDeep { line: 1, column: DEPTH_LIMIT + 1, offset: DEPTH_LIMIT });
        }
        let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        assert!(JsonText::parse(objects(DEPTH_LIMIT)).is_ok());
        assert!(matches!(JsonText::parse(objects(100_000)), Err(ValueError::TooDeep { .. })));
        assert_eq!(problem(&"[".repeat(DEPTH_LIMIT)), Some((DEPTH_LIMIT, SyntaxProblem::UnexpectedEnd)));
    }

    #[test]
    fn stops_at_the_size_limit() {
        let sized = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
        assert!(JsonText::parse(sized(VALUE_LIMIT_BYTES)).is_ok());
        let error = JsonText::parse(sized(VALUE_LIMIT_BYTES + 1)).unwrap_err();
        assert_eq!(error, ValueError::TooLarge { bytes: VALUE_LIMIT_BYTES + 1 });
        assert_eq!(
            error.to_string(),
            "the value has 4194305 bytes, 1 more than the limit of 4194304; shorten it"
        );
    }

    fn warned(text: &str, limit: usize) -> Vec<(String, String)> {
        warnings(&JsonText::parse(text).unwrap(), limit)
            .iter()
            .map(|warning| (warning.pointer().to_string(), warning.to_string()))
            .collect()
    }

    fn warned_places(text: &str, limit: usize) -> Vec<String> {
        warned(text, limit).into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn warns_in_the_order_of_the_text() {
        let text = r#"{"a": [1, 1e999], "b/c": {"n": 9007199254740993, "x": 1, "\u0078": 1e-400}, "a": 0, "ok": {"a": 1}}"#;
        assert_eq!(
            warned(text, 10),
            [
                ("/a/1", "Luau reads `1e999` as infinity; store a number below 1.8e308"),
                (
                    "/b~1c/n",
                    "Luau cannot hold `9007199254740993` exactly; store it as a string to keep every digit"
                ),
                ("/b~1c/x", "the object names `x` more than once; most decoders keep only the last"),
                ("/b~1c/x", "Luau cannot hold `1e-400` exactly; store it as a string to keep every digit"),
                ("/a", "the object names `a` more than once; most decoders keep only the last"),
            ]
            .map(|(pointer, message)| (pointer.to_owned(), message.to_owned()))
        );
    }

    #[test]
    fn warns_at_every_repetition_up_to_the_limit() {
        let text = r#"{"a":1,"a":1,"a":1e999}"#;
        assert_eq!(warned_places(text, 10), ["/a", "/a", "/a"]);
        assert_eq!(warned_places(text, 2).len(), 2);
        assert_eq!(warned_places(text, 0).len(), 0);
        assert_eq!(warned_places("1e999", 1), [""]);
        assert_eq!(warned_places("1e999", 0).len(), 0);
    }

    #[test]
    fn warnings_repeat_only_the_start_of_a_long_number() {
        let value = JsonText::parse("9".repeat(1_000)).unwrap();
        let expected =
            ValueWarning::NumberOutOfRange { pointer: Pointer::root(), text: "9".repeat(WARNING_TEXT_LIMIT) };
        assert_eq!(warnings(&value, 1), [expected]);
    }

    #[test]
    fn clean_values_bring_no_warnings() {
        assert_eq!(warned(r#"{"a":[1,2.5,"9007199254740993"],"b":{"a":null}}"#, 10), []);
        assert_eq!(warned(&format!("{}{}", "[".repeat(DEPTH_LIMIT), "]".repeat(DEPTH_LIMIT)), 10), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn accepts_every_spelling(text in arbitrary::json()) {
            let value = JsonText::parse(text.clone());
            prop_assert_eq!(value.map(JsonText::into_string), Ok(text));
        }

        #[test]
        fn refuses_every_cut(text in arbitrary::json(), position: prop::sample::Index) {
            let text = text.trim();
            let cut: String = text.chars().take(position.index(text.chars().count())).collect();
            // Cutting a number may leave a shorter number; everything else becomes incomplete.
            if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
                prop_assert!(JsonText::parse(cut).is_err());
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]{}\",:\\\\ue0-9 tfn.+-]{0,40}|\\PC{0,40}") {
            let _ = JsonText::parse(text);
        }

        #[test]
        fn warnings_point_at_what_they_are_about(text in arbitrary::json()) {
            let value = JsonText::parse(text).unwrap();
            let index = Index::new(&value);
            let tree = Tree::new(value.as_str(), &index);
            let found = warnings(&value, usize::MAX);
            // Below the earlier of two members of one name, pointers lead into the later one.
            if found.iter().any(|warning| matches!(warning, ValueWarning::DuplicateMember { .. })) {
                return Ok(());
            }
            for warning in found {
                let node = tree.resolve(warning.pointer().tokens()).unwrap();
                prop_assert!(fit(tree.raw(node)) != NumberFit::Exact);
            }
        }
    }
}
