//! Holds every response of the emulator against Roblox's own description of its interface.
//!
//! The description is not ours to copy; it is read from `shared/contracts` beside the work tree. What Roblox answers
//! otherwise than it describes stands in [`errata`].

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::path::Path;

use serde_json::Value;

use crate::errata::ERRATA;
use crate::session::{Exchange, Session};

mod document;
mod errata;
mod schema;
mod session;
mod steps;

/// Reads the description; none where it is absent.
fn description() -> Option<Value> {
    let manifest_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let candidates =
        manifest_folder.ancestors().map(|folder| folder.join("shared/contracts/open-cloud-subset.json"));
    let text = candidates.into_iter().find_map(|path| std::fs::read_to_string(path).ok())?;
    Some(serde_json::from_str(&text).expect("the description is JSON"))
}

#[tokio::test]
async fn every_response_is_as_roblox_describes_it() {
    let Some(description) = description() else {
        eprintln!(
            "DID NOT RUN: `shared/contracts/open-cloud-subset.json` is not beside the work tree, so no response \
             was held against Roblox's description"
        );
        return;
    };
    let document = document::Document::new(&description);
    let mut session = Session::new();
    steps::run(&mut session).await;

    let mut needed = vec![false; ERRATA.len()];
    let mut breaches = Vec::new();
    for exchange in &session.exchanges {
        for breach in document.breaches(exchange) {
            match ERRATA.iter().position(|erratum| erratum.explains(&breach)) {
                Some(index) => needed[index] = true,
                None => breaches.push(breach.to_string()),
            }
        }
    }
    assert!(breaches.is_empty(), "not as described:\n{}", breaches.join("\n"));
    let needless = ERRATA.iter().zip(&needed).filter(|(_, needed)| !**needed);
    let needless: Vec<_> = needless.map(|(erratum, _)| erratum.reason()).collect();
    assert!(needless.is_empty(), "these errata are no longer needed; remove them: {needless:#?}");
    assert_covered(&document, &session.exchanges);
}

/// Fails unless every operation succeeded and failed at least once.
fn assert_covered(document: &document::Document, exchanges: &[Exchange]) {
    let mut lacking = Vec::new();
    for operation in document.operations() {
        let outcomes: Vec<bool> = exchanges
            .iter()
            .filter(|exchange| document.operation_of(exchange).as_deref() == Some(operation.as_str()))
            .map(|exchange| exchange.status.is_success())
            .collect();
        for (wanted, name) in [(true, "success"), (false, "failure")] {
            if !outcomes.contains(&wanted) {
                lacking.push(format!("{operation}: no {name}"));
            }
        }
    }
    assert!(lacking.is_empty(), "operations without a case:\n{}", lacking.join("\n"));
}
