//! What an export is made of: entries seen where they lie, without a copy of their own.
//!
//! Reads nothing and writes nothing itself.

use thiserror::Error;

use crate::metadata::{Attributes, UserIds};
use crate::names::EntryId;
use crate::revision::{AnyRevision, RevisionId};
use crate::time::Timestamp;
use crate::value::JsonText;

/// An entry that lasts only while it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct EntryView<'entry> {
    /// Which entry it is.
    pub id: &'entry EntryId,
    /// Its value.
    pub value: ValueView<'entry>,
    /// The users it belongs to.
    pub user_ids: &'entry UserIds,
    /// Its attributes.
    pub attributes: &'entry Attributes,
    /// Which version it is.
    pub revision: RevisionView<'entry>,
}

/// A value where it lies. Proving that it is JSON costs as much as reading it, so whoever looks says when that is done.
#[derive(Clone, Copy, Debug)]
pub struct ValueView<'entry> {
    text: &'entry str,
    is_proven: bool,
}

/// A version, named only for whoever asks.
#[derive(Clone, Copy, Debug)]
pub enum RevisionView<'entry> {
    /// One with a name.
    Named(&'entry AnyRevision),
    /// One of ours, by what its name is made of.
    Ours {
        /// When the key was first created.
        created: Timestamp,
        /// Which write of the key this was, from 1.
        counter: u32,
        /// When this version was written.
        at: Timestamp,
    },
}

/// Tells that what is kept as a value is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a stored value is not valid")]
pub struct DamagedValue;

/// Puts an entry behind those that were put before.
pub type AddEntry<Entries> = fn(&mut Entries, &EntryView<'_>) -> Result<(), DamagedValue>;

impl<'entry> ValueView<'entry> {
    /// Shows a text that was proven when it was written, but may have been damaged since.
    pub fn stored(text: &'entry str) -> Self {
        Self { text, is_proven: false }
    }

    /// Returns the text, in the form of a [`JsonText`].
    pub fn prove(self) -> Result<&'entry str, DamagedValue> {
        if self.is_proven || JsonText::accepts(self.text) { Ok(self.text) } else { Err(DamagedValue) }
    }

    /// Returns the text as it is, for whoever proves it later.
    pub fn unproven(self) -> &'entry str {
        self.text
    }
}

impl<'entry> From<&'entry JsonText> for ValueView<'entry> {
    fn from(value: &'entry JsonText) -> Self {
        Self { text: value.as_str(), is_proven: true }
    }
}

impl RevisionView<'_> {
    /// Names the version.
    pub fn name(self) -> AnyRevision {
        match self {
            Self::Named(revision) => revision.clone(),
            Self::Ours { created, counter, at } => RevisionId::new(created, counter, at).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_stored_is_proven_anew() {
        let value = JsonText::parse(" [1] ".to_owned()).unwrap();
        assert_eq!(ValueView::from(&value).prove(), Ok(" [1] "));
        assert_eq!(ValueView::stored("{\"a\":[]}").prove(), Ok("{\"a\":[]}"));
        assert_eq!(ValueView::stored("{\"a\":[}").prove(), Err(DamagedValue));
        assert_eq!(ValueView::stored("{\"a\":[}").unproven(), "{\"a\":[}");
    }

    #[test]
    fn versions_of_ours_are_named_as_their_identifiers_are() {
        let (created, at) = (Timestamp::from_ticks(5), Timestamp::from_ticks(7));
        let named = AnyRevision::from(RevisionId::new(created, 3, at));
        assert_eq!(RevisionView::Ours { created, counter: 3, at }.name(), named);
        assert_eq!(RevisionView::Named(&named).name(), named);
    }
}
