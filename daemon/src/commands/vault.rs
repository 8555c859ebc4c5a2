//! The vault that keys lie in where the system has no key store.

pub(super) mod close;
pub(super) mod create;
pub(super) mod open;
pub(super) mod status;
