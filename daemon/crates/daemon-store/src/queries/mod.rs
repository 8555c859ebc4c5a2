//! All SQL, one file per noun; each function is one job of a database thread.
//!
//! **Invariant:** every text a caller chose is bound, never spliced into SQL.

pub(crate) mod connections;
pub(crate) mod settings;
pub(crate) mod tokens;

pub(crate) mod deletion;
pub(crate) mod snapshots;
pub(crate) mod stores;

pub(crate) mod all_keys;
pub(crate) mod keys;

pub(crate) mod entries;
pub(crate) mod expiry;
pub(crate) mod increments;
pub(crate) mod ordered;
pub(crate) mod revisions;
pub(crate) mod versions;

pub(crate) mod maps;
pub(crate) mod queues;

mod columns;
mod text_range;
