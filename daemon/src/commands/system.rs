//! The daemon itself.

pub(super) mod status;
