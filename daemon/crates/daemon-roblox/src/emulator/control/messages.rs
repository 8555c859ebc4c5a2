//! `/_emulator/messages`: what was published, the oldest first; the latest 1,000 are kept, and none over a restart.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use crate::emulator::Emulator;
use crate::emulator::messages::Published;
use crate::emulator::refusal::Refusal;
use crate::emulator::reply;

#[derive(Serialize)]
struct MessageList {
    messages: Vec<Published>,
}

/// Shows the messages.
pub(super) fn show(emulator: &Emulator) -> Result<Response<Bytes>, Refusal> {
    reply::serialised(&MessageList { messages: emulator.messages.list() })
}
