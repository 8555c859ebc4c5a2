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
