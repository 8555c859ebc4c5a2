//! Ranges of texts in byte order, for prefixes and page starts.
//!
//! **Invariant:** `column >= range.from AND column < range.until` selects the range by walking an index, never past its
//! end. (`LIKE` could not: it folds case and treats `_` and `%` as patterns.)

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

/// The texts from `from` to before `until`, in the order of their UTF-8 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextRange {
    pub(super) from: String,
    pub(super) until: UpperBound,
}

/// Where a range ends; without text it has no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UpperBound(Option<String>);

impl TextRange {
    /// The texts that start with `prefix`.
    pub(super) fn starting_with(prefix: &str) -> Self {
        Self { from: prefix.to_owned(), until: UpperBound(successor(prefix)) }
    }

    /// The same texts, but only those after `text`.
    pub(super) fn after(mut self, text: &str) -> Self {
        // Nothing lies between a text and the same text with a NUL behind it.
        self.from = self.from.max(format!("{text}\0"));
        self
    }

    /// The same texts, but only `text` and those after it.
    pub(super) fn starting_at(mut self, text: &str) -> Self {
        self.from = self.from.max(text.to_owned());
        self
    }
}

impl ToSql for UpperBound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        // In SQLite's order every text comes before every blob.
        let bound = self.0.as_ref().map_or(ValueRef::Blob(&[]), |text| ValueRef::Text(text.as_bytes()));
        Ok(ToSqlOutput::Borrowed(bound))
    }
}

/// Returns the first text after all texts that start with `prefix`; none when no text is.
///
/// The order of code points is the order of UTF-8 bytes, so the last character that has a successor is raised.
fn successor(prefix: &str) -> Option<String> {
    let mut kept = prefix.to_owned();
    while let Some(last) = kept.pop() {
        if let Some(next) = next_character(last) {
            kept.push(next);
            return Some(kept);
        }
    }
    None
}

fn next_character(character: char) -> Option<char> {
    match character {
        // Surrogates are no characters.
        '\u{D7FF}' => Some('\u{E000}'),
        _ => char::from_u32(u32::from(character) + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_text() {
        let check = |prefix: &str, expected: Option<&str>| {
            assert_eq!(successor(prefix).as_deref(), expected, "successor of {prefix:?}");
        };
        check("", None);
        check("a", Some("b"));
        check("a\u{7F}", Some("a\u{80}"));
        check("a\u{D7FF}", Some("a\u{E000}"));
        check("a\u{10FFFF}", Some("b"));
        check("\u{10FFFF}\u{10FFFF}", None);
    }

    #[test]
    fn a_page_starts_after_the_last_text_but_within_the_prefix() {
        assert_eq!(TextRange::starting_with("b").after("a").from, "b");
        assert_eq!(TextRange::starting_with("b").after("ba").from, "ba\0");
        assert_eq!(TextRange::starting_with("").starting_at("c").from, "c");
    }
}
