//! What an entry's revisions tell about a change of which nobody knows whether it was done.
//!
//! A change that is sent on a revision comes right after that revision, or never. So of all revisions only the oldest one that
//! is newer than the pre-image can be it; an older one that reads the same, as every undo has, is not it.
//!
//! Roblox promises no form of its revisions (`roblox-apis.md §0.3`), but all that were observed count an entry's writes and
//! tell when they were. That is believed where it makes no request sent again that may have been done: to leave out
//! revisions that are too old, and beside a refusal of the source itself.
//!
//! **Invariant:** what is not proved by the revisions is [`Successor::Untold`] or not [`is_next`].

use crate::changes::content::Image;
use crate::revision::AnyRevision;

/// A revision as a listing tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The revision.
    pub revision: AnyRevision,
    /// Whether it is a removal.
    pub is_removed: bool,
}

/// Which revision a change on a revision can have become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Successor<'a> {
    /// This one, if it reads so.
    Found(&'a AnyRevision),
    /// None of those that can still be read.
    None,
    /// The listing does not tell which of its revisions are newer than the pre-image.
    Untold,
}

/// Finds what came after `before` among an entry's revisions, the newest first; `is_all` when no older ones follow.
///
/// `before` itself may lack, for the next write within its hour replaces it.
pub fn successor<'a>(before: &AnyRevision, newest_first: &'a [Listed], is_all: bool) -> Successor<'a> {
    let place = newest_first.iter().position(|listed| listed.revision == *before);
    let newer = match place {
        Some(place) => place,
        None => {
            let Some(before) = Observed::of(before) else { return Successor::Untold };
            let mut newer = 0;
            for listed in newest_first {
                match Observed::of(&listed.revision) {
                    Some(observed) if observed.at > before.at => newer += 1,
                    Some(_) => break,
                    None => return Successor::Untold,
                }
            }
            if newer == newest_first.len() && !is_all {
                return Successor::Untold;
            }
            newer
        }
    };
    match newer.checked_sub(1).and_then(|oldest| newest_first.get(oldest)) {
        Some(oldest) if !oldest.is_removed => Successor::Found(&oldest.revision),
        _ => Successor::None,
    }
}

/// Whether the entry was written exactly once between these two looks at it, as far as its revisions say so.
pub fn is_next(before: Option<&Image>, now: Option<&Image>) -> bool {
    let Some(now) = now.and_then(|now| Observed::of(now.revision.as_ref()?)) else { return false };
    let Some(before) = before else { return now.is_number(1) };
    let Some(before) = before.revision.as_ref().and_then(Observed::of) else { return false };
    // Whether the count is decimal or hexadecimal is open.
    let follows = |radix| before.count(radix).is_some_and(|count| now.count(radix) == count.checked_add(1));
    before.created == now.created && (follows(10) || follows(16))
}

/// The parts of a revision of the observed form.
struct Observed<'a> {
    created: &'a str,
    number: &'a str,
    at: u64,
}

impl<'a> Observed<'a> {
    fn of(revision: &'a AnyRevision) -> Option<Self> {
        let mut parts = revision.as_str().split('.');
        let (created, number, at) = (parts.next()?, parts.next()?, parts.next()?);
        let is_whole = parts.next() == Some("01") && parts.next().is_none();
        let has_lengths = created.len() == 16 && number.len() == 10 && at.len() == 16;
        let at = u64::from_str_radix(at, 16).ok()?;
        (is_whole && has_lengths).then_some(Self { created, number, at })
    }

    fn count(&self, radix: u32) -> Option<u64> {
        u64::from_str_radix(self.number, radix).ok()
    }

    fn is_number(&self, number: u64) -> bool {
        self.count(16) == Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::content::Content;
    use crate::metadata::{Attributes, UserIds};
    use crate::value::JsonText;

    fn revision(text: &str) -> AnyRevision {
        AnyRevision::parse(text).unwrap()
    }

    /// The `number`th write of a key, at that minute.
    fn observed(number: &str, minute: u64) -> AnyRevision {
        revision(&format!("08DCAA8702D435AC.{number:0>10}.{:016X}.01", 0x08DC_AA87_0000_0000 + minute))
    }

    fn listed(revisions: &[&AnyRevision], removed: &[usize]) -> Vec<Listed> {
        let each = revisions.iter().enumerate();
        each.map(|(place, revision)| Listed {
            revision: (*revision).clone(),
            is_removed: removed.contains(&place),
        })
        .collect()
    }

    fn image(revision: &AnyRevision) -> Image {
        let content = Content {
            value: JsonText::parse("1").unwrap(),
            user_ids: UserIds::default(),
            attributes: Attributes::default(),
        };
        Image { content, revision: Some(revision.clone()) }
    }

    #[test]
    fn only_the_oldest_revision_after_the_pre_image_can_be_the_change() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(revision);
        let newest_first = [&d, &c, &b, &a];
        for (before, removed, expected) in [
            (&a, vec![], Successor::Found(&b)),
            (&b, vec![], Successor::Found(&c)),
            (&b, vec![0], Successor::Found(&c)),
            (&b, vec![1], Successor::None),
            (&d, vec![], Successor::None),
        ] {
            for is_all in [true, false] {
                assert_eq!(successor(before, &listed(&newest_first, &removed), is_all), expected, "{before}");
            }
        }
    }

    #[test]
    fn s_32_an_older_revision_that_reads_the_same_is_not_the_change() {
        let (old, before, new) = (observed("1", 1), observed("2", 61), observed("4", 63));
        // The pre-image was replaced within its hour.
        let list = listed(&[&new, &old], &[]);
        assert_eq!(successor(&before, &list, true), Successor::Found(&new));
        assert_eq!(successor(&before, &listed(&[&old], &[]), true), Successor::None);
        assert_eq!(successor(&before, &[], true), Successor::None);
        // What is older than all that were listed may be the one.
        assert_eq!(successor(&before, &listed(&[&new], &[]), false), Successor::Untold);
        assert_eq!(successor(&before, &listed(&[&new], &[]), true), Successor::Found(&new));
    }

    #[test]
    fn revisions_of_another_form_tell_nothing_unless_the_pre_image_is_among_them() {
        let (opaque, before) = (revision("v7"), observed("2", 61));
        assert_eq!(successor(&before, &listed(&[&opaque], &[]), true), Successor::Untold);
        assert_eq!(successor(&opaque, &listed(&[&before], &[]), true), Successor::Untold);
        assert_eq!(successor(&before, &listed(&[&opaque, &before], &[]), true), Successor::Found(&opaque));
    }

    #[test]
    fn one_write_is_told_from_several_by_the_count() {
        let of = |number: &str| image(&observed(number, 5));
        for (before, now, expected) in [
            ("2", "3", true),
            ("2", "4", false),
            ("3", "2", false),
            ("3", "3", false),
            ("9", "A", true),
            ("9", "10", true),
            ("F", "10", true),
            ("FFFFFFFFFF", "0", false),
            ("1.", "2", false),
            ("2", "g", false),
        ] {
            assert_eq!(is_next(Some(&of(before)), Some(&of(now))), expected, "{before} {now}");
        }
        for (now, expected) in [("1", true), ("2", false)] {
            assert_eq!(is_next(None, Some(&of(now))), expected, "{now}");
        }
        assert!(!is_next(Some(&of("1")), None));
        assert!(!is_next(None, None));
        let other = image(&revision("08DCAA8702D435AD.0000000003.08DCAA877D776995.01"));
        assert!(!is_next(Some(&of("2")), Some(&other)), "another life of the key");
        assert!(!is_next(Some(&image(&revision("v2"))), Some(&image(&revision("v3")))));
        assert!(!is_next(Some(&Image { revision: None, ..of("2") }), Some(&of("3"))));
    }
}
