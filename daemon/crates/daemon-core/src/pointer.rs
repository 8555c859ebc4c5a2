//! JSON Pointer (RFC 6901): how a place in a value is named.
//!
//! Only the notation; following a pointer through a text is done where the text is.
//!
//! **Invariant:** writing a [`Pointer`] and reading it back gives the same one.

use std::fmt;

use thiserror::Error;

use crate::value::ValueKind;

/// The way from the outermost value to one inside: a list of member names and positions.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Vec<String>);

/// Tells why a text is not a pointer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PointerError {
    /// The text is neither empty nor begins with `/`.
    #[error("path `{text}` must be empty or begin with `/`")]
    NoLeadingSlash {
        /// The text.
        text: String,
    },
    /// A `~` is not followed by `0` or `1`.
    #[error("path `{text}` has a `~` that is neither `~0` (for `~`) nor `~1` (for `/`)")]
    UnknownEscape {
        /// The text.
        text: String,
    },
}

/// Tells why a pointer leads nowhere in a certain value, or cannot be used as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PointerProblem {
    /// The object has no member of that name.
    #[error("there is no such member")]
    NoSuchMember,
    /// The pointer goes on below a value that has no members or items.
    #[error("the value above it is of type {kind} and has nothing inside")]
    ThroughScalar {
        /// What the pointer would have to go through.
        kind: ValueKind,
    },
    /// The array has no item at that position.
    #[error("the array has {length} items; positions count from 0")]
    OutOfRange {
        /// How many items the array has.
        length: usize,
    },
    /// An array's item was named by something other than a number without leading zeros, or `-`.
    #[error("the value above it is an array; name its items by position, as in `/0`, or `/-` for the end")]
    NotAPosition,
    /// The object already has a member of that name.
    #[error("a member of that name exists already; choose another name")]
    AlreadyExists,
    /// Only a member can be renamed, and this is none.
    #[error("it is not a member of an object, so it has no name to change")]
    NotAMember,
    /// The outermost value can be set, but not inserted, removed or renamed.
    #[error("it is the whole value; set it instead")]
    WholeValue,
}

impl Pointer {
    /// Returns the pointer to the outermost value.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Makes a pointer of unescaped tokens, outermost first.
    pub fn from_tokens(tokens: Vec<String>) -> Self {
        Self(tokens)
    }

    /// Reads a pointer: empty for the outermost value, else `/` before every token.
    pub fn parse(text: &str) -> Result<Self, PointerError> {
        if text.is_empty() {
            return Ok(Self::root());
        }
        let Some(tokens) = text.strip_prefix('/') else {
            return Err(PointerError::NoLeadingSlash { text: text.to_owned() });
        };
        tokens
            .split('/')
            .map(|token| unescape(token).ok_or_else(|| PointerError::UnknownEscape { text: text.to_owned() }))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Goes one step further in.
    pub fn push(&mut self, token: impl Into<String>) {
        self.0.push(token.into());
    }

    /// Returns the pointer one step further in.
    pub fn join(&self, token: impl Into<String>) -> Self {
        let mut pointer = self.clone();
        pointer.push(token);
        pointer
    }

    /// Returns the member names and positions, outermost first.
    pub fn tokens(&self) -> &[String] {
        &self.0
    }

    /// Tells whether this is the outermost value.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the pointer made of the first tokens.
    pub(crate) fn truncated(&self, tokens: usize) -> Self {
        Self(self.0.iter().take(tokens).cloned().collect())
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|token| write!(formatter, "/{}", token.replace('~', "~0").replace('/', "~1")))
    }
}

fn unescape(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        plain.push(if part.starts_with('0') {
            '~'
        } else if part.starts_with('1') {
            '/'
        } else {
            return None;
        });
        plain.push_str(part.get(1..)?);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_examples_of_rfc_6901() {
        let check = |text: &str, tokens: &[&str]| {
            let pointer = Pointer::parse(text).unwrap();
            assert_eq!(pointer.tokens(), tokens, "{text}");
            assert_eq!(pointer.to_string(), text);
        };
        check("", &[]);
        check("/foo", &["foo"]);
        check("/foo/0", &["foo", "0"]);
        check("/", &[""]);
        check("/a~1b", &["a/b"]);
        check("/c%d", &["c%d"]);
        check("/i\\j", &["i\\j"]);
        check("/k\"l", &["k\"l"]);
        check("/ ", &[" "]);
        check("/m~0n", &["m~n"]);
        check("/~01", &["~1"]);
        check("/a//", &["a", "", ""]);
    }

    #[test]
    fn refuses_what_is_no_pointer() {
        let check = |text: &str, message: &str| {
            assert_eq!(Pointer::parse(text).unwrap_err().to_string(), message);
        };
        check("a/b", "path `a/b` must be empty or begin with `/`");
        for text in ["/~", "/~2", "/a~", "/~é"] {
            assert!(matches!(Pointer::parse(text), Err(PointerError::UnknownEscape { .. })), "{text}");
        }
    }

    #[test]
    fn goes_inward() {
        let mut pointer = Pointer::root();
        assert!(pointer.is_root());
        pointer.push("a");
        assert_eq!(pointer.join("b/c").to_string(), "/a/b~1c");
        assert!(!pointer.is_root());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn written_pointers_read_back(tokens in proptest::collection::vec("[~/01ab]{0,6}|\\PC{0,6}", 0..6)) {
            let pointer = Pointer::from_tokens(tokens);
            prop_assert_eq!(Pointer::parse(&pointer.to_string()), Ok(pointer));
        }
    }
}
