//! Our Open Cloud client and our emulator, together and apart: how well the budget is used, and what no bytes may do.
//!
//! What the client says and hears in single requests is tested beside its code; what a universe answers, in `conformance`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod full_read;
mod paced;
