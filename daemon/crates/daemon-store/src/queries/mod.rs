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

pub(crate) mod change_sets;
#[macro_use]
pub(crate) mod items;

pub(crate) mod staging;

pub(crate) mod sending;

pub(crate) mod undoing;

pub(crate) mod history;

pub(crate) mod upkeep;

pub(crate) mod audit;
pub(crate) mod jobs;

pub(crate) mod contents;

mod columns;
mod data_stores;
mod text_range;
