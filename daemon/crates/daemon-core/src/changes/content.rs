//! Whole entries, as they are before and after a change.

use crate::diff;
use crate::metadata::{Attributes, UserIds};
use crate::revision::AnyRevision;
use crate::value::JsonText;

/// What is stored under a key. Of an ordered entry the value is a whole number, and the rest is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The value.
    pub value: JsonText,
    /// The account ids tagged to it.
    pub user_ids: UserIds,
    /// Roblox's metadata.
    pub attributes: Attributes,
}

/// An entry as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What is stored.
    pub content: Content,
    /// Its revision; ordered entries have none.
    pub revision: Option<AnyRevision>,
}

impl Content {
    /// Decides whether both say the same: values and attributes may differ in white space and order of members, user ids in
    /// their order.
    pub fn reads_as(&self, other: &Self) -> bool {
        let sorted = |ids: &UserIds| {
            let mut ids = ids.as_slice().to_vec();
            ids.sort_unstable();
            ids
        };
        (self.value == other.value || diff::is_same(&self.value, &other.value))
            && sorted(&self.user_ids) == sorted(&other.user_ids)
            && (self.attributes == other.attributes
                || diff::is_same(&self.attributes.to_value(), &other.attributes.to_value()))
    }
}

impl Image {
    /// Decides whether this is what was seen before: the same revision, or where there are none the same content.
    pub fn is_still(&self, before: &Self) -> bool {
        match (&self.revision, &before.revision) {
            (Some(now), Some(then)) => now == then,
            _ => self.content.reads_as(&before.content),
        }
    }
}

/// Decides whether an entry is what it was, absence included.
pub fn is_unchanged(before: Option<&Image>, now: Option<&Image>) -> bool {
    match (before, now) {
        (None, None) => true,
        (Some(before), Some(now)) => now.is_still(before),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(value: &str, users: &[i64], attributes: &str) -> Content {
        Content {
            value: JsonText::parse(value).unwrap(),
            user_ids: UserIds::new(users.to_vec()).unwrap(),
            attributes: Attributes::parse(attributes).unwrap(),
        }
    }

    fn image(content: &Content, revision: Option<&str>) -> Image {
        let revision = revision.map(|text| AnyRevision::parse(text).unwrap());
        Image { content: content.clone(), revision }
    }

    #[test]
    fn contents_read_the_same_whatever_their_white_space_and_order() {
        let one = content(r#"{"a":1,"b":[1.0]}"#, &[1, 2], r#"{"k":1,"l":2}"#);
        for (other, reads_so) in [
            (one.clone(), true),
            (content(r#"{ "b": [1.0], "a": 1 }"#, &[2, 1], r#"{"l":2, "k":1}"#), true),
            (content(r#"{"a":1,"b":[1]}"#, &[1, 2], r#"{"k":1,"l":2}"#), false),
            (content(r#"{"a":1,"b":[1.0]}"#, &[1], r#"{"k":1,"l":2}"#), false),
            (content(r#"{"a":1,"b":[1.0]}"#, &[1, 2], r#"{"k":1}"#), false),
        ] {
            assert_eq!(one.reads_as(&other), reads_so, "{other:?}");
            assert_eq!(other.reads_as(&one), reads_so, "{other:?}");
        }
    }

    #[test]
    fn an_entry_is_what_it_was_when_its_revision_is_and_without_one_when_it_reads_so() {
        let (one, two) = (content("1", &[], "{}"), content("2", &[], "{}"));
        for (before, now, expected) in [
            (None, None, true),
            (Some(image(&one, Some("r1"))), None, false),
            (None, Some(image(&one, Some("r1"))), false),
            (Some(image(&one, Some("r1"))), Some(image(&one, Some("r1"))), true),
            (Some(image(&one, Some("r1"))), Some(image(&one, Some("r2"))), false),
            (Some(image(&one, None)), Some(image(&one, None)), true),
            (Some(image(&one, None)), Some(image(&two, None)), false),
            (Some(image(&one, None)), Some(image(&one, Some("r2"))), true),
            (Some(image(&one, None)), Some(image(&two, Some("r2"))), false),
        ] {
            assert_eq!(is_unchanged(before.as_ref(), now.as_ref()), expected, "{before:?} {now:?}");
        }
    }
}
