//! Dashboard sessions.

pub(super) mod end;
pub(super) mod invite;
pub(super) mod open_tab;
