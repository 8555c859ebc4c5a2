//! Messages to live servers.

pub(super) mod publish;
