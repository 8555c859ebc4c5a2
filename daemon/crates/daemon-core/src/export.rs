//! What an export is made of: entries seen where they lie, without a copy of their own.
//!
//! Reads nothing and writes nothing itself.

use crate::metadata::{Attributes, UserIds};
use crate::names::EntryId;
use crate::revision::AnyRevision;

/// An entry that lasts only while it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct EntryView<'entry> {
    /// Which entry it is.
    pub id: &'entry EntryId,
    /// Its value, in the form of a [`JsonText`](crate::value::JsonText).
    pub value: &'entry str,
    /// The users it belongs to.
    pub user_ids: &'entry UserIds,
    /// Its attributes.
    pub attributes: &'entry Attributes,
    /// Which version it is.
    pub revision: &'entry AnyRevision,
}

/// Puts an entry behind those that were put before.
pub type AddEntry<Entries> = fn(&mut Entries, &EntryView<'_>);
