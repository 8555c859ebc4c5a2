//! `/_emulator/clock`: the emulator's time and how fast it goes. Kept over a restart.

use std::time::Duration;

use bytes::Bytes;
use daemon_core::time::Timestamp;
use http::Response;
use serde::{Deserialize, Serialize};

use crate::emulator::Emulator;
use crate::emulator::control::{invalid, read};
use crate::emulator::refusal::Refusal;
use crate::emulator::reply;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetClock {
    set: Option<String>,
    advance_seconds: Option<f64>,
    rate: Option<f64>,
}

#[derive(Serialize)]
struct Shown {
    time: String,
    /// Emulated seconds per real second.
    rate: f64,
}

/// Tells the time and the rate.
pub(super) fn show(emulator: &Emulator) -> Result<Response<Bytes>, Refusal> {
    reply::serialised(&Shown { time: emulator.now().format_rfc3339(), rate: emulator.clock.rate() })
}

/// Sets the time, or the rate, or advances the time, one of them at once.
pub(super) fn set(emulator: &Emulator, body: &Bytes) -> Result<Response<Bytes>, Refusal> {
    let SetClock { set, advance_seconds, rate } = read(body)?;
    match (set, advance_seconds, rate) {
        (Some(time), None, None) => {
            let time = Timestamp::parse_rfc3339(&time).map_err(|error| invalid(error.to_string()))?;
            emulator.set_time(time)?;
        }
        (None, Some(seconds), None) => {
            let duration = Duration::try_from_secs_f64(seconds)
                .map_err(|_| invalid("`advanceSeconds` must be a number from 0 on; use `set` to go back"))?;
            emulator.advance(duration)?;
        }
        (None, None, Some(rate)) => emulator.set_rate(rate)?,
        _ => return Err(invalid("give one of `set`, `advanceSeconds` and `rate`")),
    }
    show(emulator)
}
