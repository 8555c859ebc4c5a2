//! Names of stores, scopes and keys, and the addresses made of them.
//!
//! Knows the rules of `roblox-apis.md §1.1` and `§4.8`; does not know which names exist.
//!
//! **Invariant:** a [`StoreName`], [`Scope`] or [`Key`] is 1 to [`NAME_LIMIT_BYTES`] bytes of UTF-8 without control
//! characters. Their order is the order of their bytes, which is also the order of pages.

use std::fmt;

use thiserror::Error;

/// The most bytes a store name, scope or key may have (`roblox-apis.md §1.1`, `§4.8`).
pub const NAME_LIMIT_BYTES: usize = 50;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// The name of a data store.
    Store,
    /// A scope within a data store.
    Scope,
    /// The key of an entry.
    Key,
}

/// Tells which rule a name breaks.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// The name has no characters.
    #[error("{kind} is empty; give it 1 to {NAME_LIMIT_BYTES} bytes")]
    Empty {
        /// What was being named.
        kind: NameKind,
    },
    /// The name is longer than [`NAME_LIMIT_BYTES`].
    #[error("{kind} has {bytes} bytes of UTF-8; shorten it to {NAME_LIMIT_BYTES}")]
    TooLong {
        /// What was being named.
        kind: NameKind,
        /// Its length in bytes of UTF-8.
        bytes: usize,
    },
    /// The name contains a control character, such as NUL or a line break.
    #[error("{kind} has the control character U+{character:04X} at byte {offset}; remove it", character = u32::from(*.character))]
    ControlCharacter {
        /// What was being named.
        kind: NameKind,
        /// The first such character.
        character: char,
        /// Where it stands, in bytes from the start.
        offset: usize,
    },
}

/// The name of a data store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreName(String);

/// A scope: a folder of keys within a data store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

/// The key of an entry within a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// The two kinds of data store, which have separate names and different rules (`roblox-apis.md §4.1`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreKind {
    /// Holds JSON values with versions, user ids and attributes.
    Standard,
    /// Holds 64-bit integers in order of value, without versions.
    Ordered,
}

/// Which entry of a known data store; ordered by scope, then key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The scope the key lies in.
    pub scope: Scope,
    /// The key.
    pub key: Key,
}

/// Which entry of a universe; ordered by store, scope, then key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryAddress {
    /// The data store.
    pub store: StoreName,
    /// The scope the key lies in.
    pub scope: Scope,
    /// The key.
    pub key: Key,
}

impl StoreName {
    /// Accepts a data store's name when it keeps the rules.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check(NameKind::Store, text).map(Self)
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scope {
    /// Accepts a scope when it keeps the rules.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check(NameKind::Scope, text).map(Self)
    }

    /// Returns the scope that counts when none is named: `global` (`roblox-apis.md §1.1`).
    pub fn global() -> Self {
        Self("global".to_owned())
    }

    /// Returns the scope's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Key {
    /// Accepts a key when it keeps the rules.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check(NameKind::Key, text).map(Self)
    }

    /// Returns the key's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl StoreKind {
    /// Returns the kind's name in databases and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Ordered => "ordered",
        }
    }

    /// Finds the kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Standard, Self::Ordered].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl EntryAddress {
    /// Returns the address without its store.
    pub fn id(&self) -> EntryId {
        EntryId { scope: self.scope.clone(), key: self.key.clone() }
    }
}

impl EntryId {
    /// Returns the address of this entry in `store`.
    pub fn in_store(self, store: StoreName) -> EntryAddress {
        EntryAddress { store, scope: self.scope, key: self.key }
    }
}

impl fmt::Display for NameKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Store => "the data store name",
            Self::Scope => "the scope",
            Self::Key => "the key",
        })
    }
}

impl fmt::Display for StoreName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn check(kind: NameKind, text: &str) -> Result<String, NameError> {
    if text.is_empty() {
        return Err(NameError::Empty { kind });
    }
    if text.len() > NAME_LIMIT_BYTES {
        return Err(NameError::TooLong { kind, bytes: text.len() });
    }
    match text.char_indices().find(|(_, character)| character.is_control()) {
        Some((offset, character)) => Err(NameError::ControlCharacter { kind, character, offset }),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_up_to_the_limit_in_bytes() {
        let at_limit = "é".repeat(25);
        assert_eq!(at_limit.len(), NAME_LIMIT_BYTES);
        assert_eq!(Key::parse(&at_limit).unwrap().as_str(), at_limit);
        let above = format!("{at_limit}a");
        assert_eq!(Key::parse(&above), Err(NameError::TooLong { kind: NameKind::Key, bytes: 51 }));
        assert_eq!(StoreName::parse(&above), Err(NameError::TooLong { kind: NameKind::Store, bytes: 51 }));
        assert_eq!(Scope::parse(&above), Err(NameError::TooLong { kind: NameKind::Scope, bytes: 51 }));
    }

    #[test]
    fn accepts_odd_but_printable_names() {
        for name in [".", "..", "a/b", " ", "%2F", "😀", "player_1"] {
            assert!(Key::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn refuses_empty_names_and_control_characters() {
        assert_eq!(Scope::parse(""), Err(NameError::Empty { kind: NameKind::Scope }));
        for character in ['\0', '\n', '\u{1f}', '\u{7f}', '\u{85}'] {
            let error = NameError::ControlCharacter { kind: NameKind::Store, character, offset: 2 };
            assert_eq!(StoreName::parse(&format!("é{character}x")), Err(error));
        }
    }

    #[test]
    fn says_what_to_do() {
        let check =
            |text: &str, message: &str| assert_eq!(Key::parse(text).unwrap_err().to_string(), message);
        check("", "the key is empty; give it 1 to 50 bytes");
        check(&"k".repeat(60), "the key has 60 bytes of UTF-8; shorten it to 50");
        check("a\nb", "the key has the control character U+000A at byte 1; remove it");
    }

    #[test]
    fn orders_entries_by_scope_then_key_bytes() {
        let id = |scope, key| EntryId { scope: Scope::parse(scope).unwrap(), key: Key::parse(key).unwrap() };
        let mut ids = [id("b", "a"), id("a", "é"), id("a", "z"), id("a", "Z")];
        ids.sort();
        assert_eq!(ids, [id("a", "Z"), id("a", "z"), id("a", "é"), id("b", "a")]);
    }

    #[test]
    fn names_kinds_and_the_default_scope() {
        for kind in [StoreKind::Standard, StoreKind::Ordered] {
            assert_eq!(StoreKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(StoreKind::parse("Standard"), None);
        assert_eq!(Scope::parse("global"), Ok(Scope::global()));
    }
}
