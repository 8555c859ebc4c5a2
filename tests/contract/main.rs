//! Holds the promises that no compiler holds: who owns which library, which module may know which, that generated
//! files, fixtures and documents follow the catalogue, and that the security requirements have tests.
//!
//! Each rule is a function from text to breaches, tried on a planted breach before it is trusted on the work tree.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod rust_source;
mod work_tree;

mod manifests;
mod sources;

mod cryptography;
mod generated;
mod messages;
mod requirements;
mod routes;

/// Fails with every breach found, one per line.
#[track_caller]
fn assert_no_breach(breaches: &[String]) {
    assert!(breaches.is_empty(), "{} breach(es):\n  {}\n", breaches.len(), breaches.join("\n  "));
}
