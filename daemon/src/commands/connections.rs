//! Connections: which there are, and which counts.

pub(super) mod list;
pub(super) mod remove_sample;
pub(super) mod select;
