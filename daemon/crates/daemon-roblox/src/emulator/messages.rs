//! Messages that were published (`roblox-apis.md §3.3`): nobody receives them, the latest are kept to be shown.
//!
//! Not kept over a restart. Rates are not known here; [`super::limits`] has them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use daemon_core::time::Timestamp;
use serde::Serialize;

/// How many messages are kept; of more, the oldest are forgotten.
pub(super) const KEPT_LIMIT: usize = 1_000;
/// The most characters of a topic (`roblox-apis.md §3.3` \[D\]).
pub(super) const TOPIC_LIMIT: usize = 80;
/// The most characters of a message (`roblox-apis.md §3.3` \[D\]).
pub(super) const MESSAGE_LIMIT: usize = 1_024;

/// A published message.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Published {
    /// When it was published, by the emulator's clock.
    time: String,
    universe_id: String,
    topic: String,
    message: String,
}

/// The latest messages, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Messages(Mutex<VecDeque<Published>>);

impl Messages {
    /// Keeps a message, or tells why it cannot be published.
    pub(super) fn publish(
        &self,
        universe: i64,
        topic: String,
        message: String,
        now: Timestamp,
    ) -> Result<(), &'static str> {
        if !(1..=TOPIC_LIMIT).contains(&topic.chars().count()) {
            return Err("The topic must have 1 to 80 characters.");
        }
        if message.chars().count() > MESSAGE_LIMIT {
            return Err("The message must have up to 1024 characters.");
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_LIMIT {
            kept.pop_front();
        }
        let (time, universe_id) = (now.format_rfc3339(), universe.to_string());
        kept.push_back(Published { time, universe_id, topic, message });
        Ok(())
    }

    /// Forgets all messages.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns what is kept.
    pub(super) fn list(&self) -> Vec<Published> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
