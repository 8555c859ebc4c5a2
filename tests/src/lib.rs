//! The harness of the tests that span packages.
//!
//! Holds the in-process daemon and emulator, plain clients, and the simulated Studio. The tests themselves are the binaries
//! `cloud`, `conformance`, `plugin`, `e2e` and `contract` beside this folder.
//! Nothing here is shipped.
//!
//! **Invariant:** a harness that cannot do its part fails the test by panicking; it never reports success by default.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a harness fails its test by panicking with what it expected"
)]

pub mod daemon;
pub mod emulator;
pub mod http;
pub mod scripted;
pub mod socket;
pub mod studio;
pub mod tier;
