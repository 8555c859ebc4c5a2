//! Connections: which there are, how they are made, checked and guarded, and which one counts.

pub(super) mod list;
pub(super) mod select;
pub(super) mod remove_sample;
pub(super) mod check;
pub(super) mod create;
pub(super) mod update;
pub(super) mod test;
pub(super) mod remove;
pub(super) mod unlock;
pub(super) mod lock;

mod describe;
mod report;
