//! Revision identifiers, and the rule which versions outlive a write.
//!
//! Implements the working model of `roblox-apis.md §4.5`. Does not store versions and reads no clock.
//!
//! **Invariant:** a [`RevisionId`] is in the form of `roblox-apis.md §0.3`; for one key, the order of the texts is the
//! order of the writes as long as the times increase.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::time::Timestamp;

/// How long a version stays readable after it was superseded, and a removed key before it is purged (`roblox-apis.md §4.5`).
pub const REVISION_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// The identifier of one version of one key: `OOOOOOOOOOOOOOOO.NNNNNNNNNN.VVVVVVVVVVVVVVVV.01` (`roblox-apis.md §0.3`).
///
/// `O` is when the key was created and `V` when the version was, in ticks as 16 upper-case hex digits; `N` counts the
/// key's writes from 1. Roblox leaves open whether `N` is hex or decimal above 9; ours is decimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId {
    text: String,
    created: Timestamp,
    counter: u32,
    at: Timestamp,
}

/// Tells that a text is not a revision identifier.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not a revision; copy one from the list of revisions")]
pub struct RevisionIdError {
    /// The start of the text as it was given.
    pub text: String,
}

impl RevisionId {
    /// Makes the identifier of the `counter`th write, done `at`, to a key first created at `created`.
    pub fn new(created: Timestamp, counter: u32, at: Timestamp) -> Self {
        let text = format!("{:016X}.{counter:010}.{:016X}.01", created.ticks(), at.ticks());
        Self { text, created, counter, at }
    }

    /// Reads an identifier; only the exact form [`RevisionId::new`] writes is accepted.
    pub fn parse(text: &str) -> Result<Self, RevisionIdError> {
        Self::parse_parts(text)
            .filter(|revision| revision.text == text)
            .ok_or_else(|| RevisionIdError { text: text.chars().take(64).collect() })
    }

    /// Returns the identifier as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns when the key was first created.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// Returns which write of the key this was, from 1.
    pub fn counter(&self) -> u32 {
        self.counter
    }

    /// Returns when this version was written.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    fn parse_parts(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let created = u64::from_str_radix(parts.next()?, 16).ok()?;
        let counter = parts.next()?.parse().ok()?;
        let at = u64::from_str_radix(parts.next()?, 16).ok()?;
        Some(Self::new(Timestamp::from_ticks(created), counter, Timestamp::from_ticks(at)))
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Decides whether a write at `now` keeps the version it supersedes, written at `previous_written` (`roblox-apis.md §4.5`).
///
/// It does when the two lie in different UTC hours, or when a `snapshot` was taken after the one and not after the
/// other. Removals do not ask: a tombstone always keeps its predecessor.
pub fn keeps_previous(previous_written: Timestamp, now: Timestamp, snapshot: Option<Timestamp>) -> bool {
    now.utc_hour() != previous_written.utc_hour()
        || snapshot.is_some_and(|snapshot| previous_written < snapshot && snapshot <= now)
}
