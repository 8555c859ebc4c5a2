//! `/_emulator/faults`: what goes wrong on purpose. Not kept over a restart.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use crate::emulator::Emulator;
use crate::emulator::control::{invalid, read};
use crate::emulator::faults::ShownRule;
use crate::emulator::refusal::Refusal;
use crate::emulator::reply;

#[derive(Serialize)]
struct RuleList {
    faults: Vec<ShownRule>,
}

/// Shows the rules and how often each fired.
pub(super) fn show(emulator: &Emulator) -> Result<Response<Bytes>, Refusal> {
    reply::serialised(&RuleList { faults: emulator.faults.shown() })
}

/// Adds a rule.
pub(super) fn add(emulator: &Emulator, body: &Bytes) -> Result<Response<Bytes>, Refusal> {
    emulator.faults.add(read(body)?).map_err(invalid)?;
    show(emulator)
}

/// Removes all rules.
pub(super) fn clear(emulator: &Emulator) -> Result<Response<Bytes>, Refusal> {
    emulator.faults.clear();
    show(emulator)
}
