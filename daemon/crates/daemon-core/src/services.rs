//! Rules of what live servers share beside data stores: memory stores and messages (`roblox-apis.md §3.2`, `§3.3`).
//!
//! Does not know what any map or queue holds, nor how often anything may be asked for.
//!
//! **Invariant:** a [`MemoryName`] has 1 to [`MEMORY_NAME_LIMIT`] characters.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::value::JsonText;

/// The most characters of an item's name, and of a text to sort it by (`roblox-apis.md §3.2`). \[I\] The same is taken to
/// hold for the names of maps and queues, about which nothing is stated.
pub const MEMORY_NAME_LIMIT: usize = 127;

/// The most bytes of an item's value: 32 KB (`roblox-apis.md §3.2`).
pub const MEMORY_VALUE_LIMIT_BYTES: usize = 32_768;

/// The longest an item may live, and stay hidden: 45 days (`roblox-apis.md §3.2`). \[I\] For how long an item may stay
/// hidden nothing is stated; no item lives longer.
pub const MEMORY_LIFETIME_LIMIT: Duration = Duration::from_hours(45 * 24);

/// How long what was read from a queue stays hidden when nothing is said (`roblox-apis.md §3.2`).
pub const HIDDEN_DEFAULT: Duration = Duration::from_secs(30);

/// The most items of a sorted map on a page (`roblox-apis.md §3.2`).
pub const MAP_PAGE_LIMIT: u32 = 100;

/// The most items of a queue that are read at once (`roblox-apis.md §3.2`).
pub const QUEUE_READ_LIMIT: u32 = 200;

/// The most items that one map or queue holds (`roblox-apis.md §3.2`).
pub const STRUCTURE_ITEMS_LIMIT: u64 = 1_000_000;

/// The most bytes that one map or queue holds: 100 MB (`roblox-apis.md §3.2`).
pub const STRUCTURE_BYTES_LIMIT: u64 = 100 << 20;

/// The most characters of a topic (`roblox-apis.md §3.3`).
pub const TOPIC_LIMIT: usize = 80;

/// The most characters of a message (`roblox-apis.md §3.3`).
pub const MESSAGE_LIMIT: usize = 1_024;

/// What a name of a memory store names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryNameKind {
    /// A sorted map.
    Map,
    /// A queue.
    Queue,
    /// An item of a sorted map.
    Item,
}

/// The name of a sorted map, a queue, or an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemoryName(String);

/// A message to live servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    topic: String,
    text: String,
}

/// Tells which rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ServiceError {
    /// A name has no characters, or too many.
    #[error("the {kind}'s name has {characters} characters; give it 1 to {MEMORY_NAME_LIMIT}")]
    Name {
        /// What was being named.
        kind: MemoryNameKind,
        /// How many it has.
        characters: usize,
    },
    /// The text to sort by is too long.
    #[error("the text to sort by has {characters} characters; shorten it to {MEMORY_NAME_LIMIT}")]
    SortKey {
        /// How many it has.
        characters: usize,
    },
    /// A value is too large for a memory store.
    #[error("the value has {bytes} bytes; an item of a memory store holds up to {MEMORY_VALUE_LIMIT_BYTES}")]
    ValueTooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// A time that no item lives or stays hidden.
    #[error("{seconds} seconds are out of range; choose 1 to {} (45 days)", MEMORY_LIFETIME_LIMIT.as_secs())]
    Lifetime {
        /// How many were asked for.
        seconds: u64,
    },
    /// A topic has no characters, or too many.
    #[error("the topic has {characters} characters; give it 1 to {TOPIC_LIMIT}")]
    Topic {
        /// How many it has.
        characters: usize,
    },
    /// A message is too long.
    #[error("the message has {characters} characters; shorten it to {MESSAGE_LIMIT}")]
    Message {
        /// How many it has.
        characters: usize,
    },
}

impl fmt::Display for MemoryNameKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Map => "sorted map",
            Self::Queue => "queue",
            Self::Item => "item",
        })
    }
}

impl MemoryName {
    /// Accepts 1 to [`MEMORY_NAME_LIMIT`] characters.
    pub fn parse(kind: MemoryNameKind, text: &str) -> Result<Self, ServiceError> {
        let characters = text.chars().count();
        if !(1..=MEMORY_NAME_LIMIT).contains(&characters) {
            return Err(ServiceError::Name { kind, characters });
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the text away.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for MemoryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Message {
    /// Accepts a topic of 1 to [`TOPIC_LIMIT`] characters, and a text of up to [`MESSAGE_LIMIT`].
    pub fn new(topic: String, text: String) -> Result<Self, ServiceError> {
        let characters = topic.chars().count();
        if !(1..=TOPIC_LIMIT).contains(&characters) {
            return Err(ServiceError::Topic { characters });
        }
        let characters = text.chars().count();
        if characters > MESSAGE_LIMIT {
            return Err(ServiceError::Message { characters });
        }
        Ok(Self { topic, text })
    }

    /// Who hears it.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// What is said.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Checks that a value fits an item of a memory store.
pub fn check_memory_value(value: &JsonText) -> Result<(), ServiceError> {
    let bytes = value.len_bytes();
    if bytes > MEMORY_VALUE_LIMIT_BYTES { Err(ServiceError::ValueTooLarge { bytes }) } else { Ok(()) }
}

/// Checks a text that items are sorted by.
pub fn check_sort_text(text: &str) -> Result<(), ServiceError> {
    let characters = text.chars().count();
    if characters > MEMORY_NAME_LIMIT { Err(ServiceError::SortKey { characters }) } else { Ok(()) }
}

/// How long an item lives, or stays hidden.
pub fn memory_lifetime(seconds: u64) -> Result<Duration, ServiceError> {
    if (1..=MEMORY_LIFETIME_LIMIT.as_secs()).contains(&seconds) {
        return Ok(Duration::from_secs(seconds));
    }
    Err(ServiceError::Lifetime { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_64_names_values_and_messages_are_taken_up_to_their_limits() {
        let is_name = |length| MemoryName::parse(MemoryNameKind::Map, &"é".repeat(length)).is_ok();
        assert_eq!([0, 1, 127, 128].map(is_name), [false, true, true, false]);
        let fits = |bytes: usize| {
            let text = format!("\"{}\"", "x".repeat(bytes - 2));
            check_memory_value(&JsonText::parse(text).unwrap()).is_ok()
        };
        assert_eq!([2, 32_768, 32_769].map(fits), [true, true, false]);
        assert_eq!(
            [0, 127, 128].map(|length| check_sort_text(&"k".repeat(length)).is_ok()),
            [true, true, false]
        );
        let lives = |seconds| memory_lifetime(seconds).is_ok();
        assert_eq!([0, 1, 3_888_000, 3_888_001].map(lives), [false, true, true, false]);
        let says = |topic: usize, text: usize| Message::new("é".repeat(topic), "é".repeat(text)).is_ok();
        assert_eq!([says(0, 1), says(1, 0), says(80, 1_024)], [false, true, true]);
        assert_eq!([says(81, 1), says(1, 1_025)], [false, false]);
    }

    #[test]
    fn refusals_name_the_limit() {
        let error = MemoryName::parse(MemoryNameKind::Queue, "").unwrap_err();
        assert_eq!(error.to_string(), "the queue's name has 0 characters; give it 1 to 127");
        let error = memory_lifetime(0).unwrap_err();
        assert_eq!(error.to_string(), "0 seconds are out of range; choose 1 to 3888000 (45 days)");
    }
}
