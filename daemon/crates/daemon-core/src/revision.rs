//! Revision identifiers, and the rule which versions outlive a write.
//!
//! Implements the working model of `roblox-apis.md §4.5`. Does not store versions and reads no clock.
//!
//! **Invariant:** a [`RevisionId`] is in the form of `roblox-apis.md §0.3`; for one key, the order of the texts is the
//! order of the writes as long as the times increase.

use std::fmt::{self, Write as _};
use std::time::Duration;

use thiserror::Error;

use crate::time::Timestamp;

/// How long a version stays readable after it was superseded, and a removed key before it is purged (`roblox-apis.md §4.5`).
pub const REVISION_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// The length of an identifier.
const LENGTH: usize = 16 + 1 + 10 + 1 + 16 + 3;

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

/// The identifier of a version wherever the version lies: opaque, compared as text and no otherwise.
///
/// Roblox promises no form (`roblox-apis.md §0.3`), so what it sends is kept as it is; ours is a [`RevisionId`].
///
/// **Invariant:** 1 to [`ANY_REVISION_LIMIT`] visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnyRevision(String);

/// The most characters of an [`AnyRevision`]; Roblox's have 48 (`roblox-apis.md §0.3`).
pub const ANY_REVISION_LIMIT: usize = 200;

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
        let mut text = String::with_capacity(LENGTH);
        // Writing to a string cannot fail.
        let _ = write!(text, "{:016X}.{counter:010}.{:016X}.01", created.ticks(), at.ticks());
        Self { text, created, counter, at }
    }

    /// Reads an identifier; only the exact form [`RevisionId::new`] writes is accepted.
    pub fn parse(text: &str) -> Result<Self, RevisionIdError> {
        Self::parse_parts(text)
            .filter(|revision| revision.text == text)
            .ok_or_else(|| RevisionIdError::of(text))
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

impl AnyRevision {
    /// Accepts what can be sent to any source. `latest` is none: it stands for whichever is newest, at Roblox too
    /// (`roblox-apis.md §2.2`), and would let a write through that was meant for one revision.
    pub fn parse(text: &str) -> Result<Self, RevisionIdError> {
        let is_good = !text.is_empty()
            && !text.starts_with("latest")
            && text.len() <= ANY_REVISION_LIMIT
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_good { Ok(Self(text.to_owned())) } else { Err(RevisionIdError::of(text)) }
    }

    /// Returns the identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RevisionId> for AnyRevision {
    fn from(revision: RevisionId) -> Self {
        Self(revision.text)
    }
}

impl RevisionIdError {
    fn of(text: &str) -> Self {
        Self { text: text.chars().take(64).collect() }
    }
}

impl fmt::Display for AnyRevision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn reads_and_writes_the_documented_form() {
        let text = "08DCAA8702D435AC.0000000003.08DCAA877D776995.01";
        let revision = RevisionId::parse(text).unwrap();
        assert_eq!(revision.created(), time("2024-07-22T19:46:42.4536492Z"));
        assert_eq!(revision.counter(), 3);
        assert_eq!(revision.at(), time("2024-07-22T19:50:08.2052501Z"));
        assert_eq!(revision.to_string(), text);
        assert_eq!(RevisionId::new(revision.created(), 3, revision.at()), revision);
    }

    #[test]
    fn counts_in_decimal_up_to_ten_digits() {
        let revision = RevisionId::new(Timestamp::MIN, u32::MAX, Timestamp::MAX);
        assert_eq!(revision.as_str(), "0000000000000000.4294967295.2BCA2875F4373FFF.01");
        assert_eq!(RevisionId::parse(revision.as_str()), Ok(revision));
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "",
            "latest",
            "08DCAA8702D435AC.0000000003.08DCAA877D776995",
            "08DCAA8702D435AC.0000000003.08DCAA877D776995.02",
            "08DCAA8702D435AC.0000000003.08DCAA877D776995.01.01",
            "08dcaa8702d435ac.0000000003.08DCAA877D776995.01",
            "8DCAA8702D435AC.0000000003.08DCAA877D776995.01",
            "08DCAA8702D435AC.3.08DCAA877D776995.01",
            "08DCAA8702D435AC.+000000003.08DCAA877D776995.01",
            "08DCAA8702D435AC.4294967296.08DCAA877D776995.01",
            "08DCAA8702D435AC.0000000003.2BCA2875F4374000.01",
        ] {
            assert!(RevisionId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn any_revision_is_visible_text() {
        let ours = RevisionId::new(Timestamp::MIN, 7, Timestamp::MIN);
        assert_eq!(AnyRevision::parse(ours.as_str()), Ok(ours.into()));
        let longest = "v".repeat(ANY_REVISION_LIMIT);
        for text in ["v1", "08DCAA8702D435AC.000000000A.08DCAA877D776995.01", &longest] {
            assert_eq!(AnyRevision::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "latest", "latest:2026-01-01T00:00:00Z", "a b", "é", "a\n", &format!("{longest}v")]
        {
            assert!(AnyRevision::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keeps_the_first_version_of_every_hour() {
        let check = |previous: &str, now: &str, snapshot: Option<&str>| {
            keeps_previous(time(previous), time(now), snapshot.map(time))
        };
        assert!(!check("2024-07-22T19:00:00Z", "2024-07-22T19:59:59.9999999Z", None));
        assert!(check("2024-07-22T19:59:59.9999999Z", "2024-07-22T20:00:00Z", None));
        assert!(check("2024-07-22T19:30:00Z", "2024-07-23T19:30:00Z", None));
        // A clock that went back into the hour before still leaves the hour.
        assert!(check("2024-07-22T20:00:00Z", "2024-07-22T19:59:00Z", None));
    }

    #[test]
    fn keeps_what_a_snapshot_was_taken_of() {
        let check = |snapshot| {
            keeps_previous(time("2024-07-22T19:10:00Z"), time("2024-07-22T19:20:00Z"), Some(time(snapshot)))
        };
        assert!(!check("2024-07-22T19:10:00Z"));
        assert!(check("2024-07-22T19:10:00.0000001Z"));
        assert!(check("2024-07-22T19:20:00Z"));
        assert!(!check("2024-07-22T19:20:00.0000001Z"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

        #[test]
        fn written_revisions_read_back(
            created in 0..=Timestamp::MAX.ticks(),
            counter: u32,
            at in 0..=Timestamp::MAX.ticks(),
        ) {
            let revision = RevisionId::new(Timestamp::from_ticks(created), counter, Timestamp::from_ticks(at));
            prop_assert_eq!(RevisionId::parse(revision.as_str()), Ok(revision));
        }

        #[test]
        fn later_writes_of_a_key_sort_later(
            created in 0..=Timestamp::MAX.ticks(),
            (first, second) in (0..u32::MAX).prop_flat_map(|first| (Just(first), first + 1..=u32::MAX)),
        ) {
            let created = Timestamp::from_ticks(created);
            let earlier = RevisionId::new(created, first, created);
            let later = RevisionId::new(created, second, created);
            prop_assert!(earlier < later);
            prop_assert!(earlier.as_str() < later.as_str());
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9A-Fa-f.+]{0,60}|\\PC{0,60}") {
            if let Ok(revision) = RevisionId::parse(&text) {
                prop_assert_eq!(revision.as_str(), text);
            }
        }
    }
}
