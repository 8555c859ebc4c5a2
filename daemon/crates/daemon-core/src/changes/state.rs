//! Where an item and its set can stand, and which way leads from one place to another (S-34).
//!
//! **Invariant:** [`ItemState::Saved`] is reached by a confirmation alone.

use std::fmt;

use thiserror::Error;

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemState {
    /// Waits for review.
    Staged,
    /// Committed, not sent.
    Queued,
    /// Its intent is durable: it may have been sent.
    Sending,
    /// The source confirmed it.
    Saved,
    /// The entry is not what it was when the change was staged; nothing was written.
    Conflict,
    /// It cannot be done; nothing was written.
    Refused,
    /// It was sent, and nobody knows whether it was done.
    Unknown,
    /// It is not going to be sent.
    Superseded,
}

/// What can happen to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemEvent {
    /// Its set is committed, or its conflict resolved by writing.
    Queue,
    /// Its intent was made durable.
    Begin,
    /// The source confirmed it, or reading back showed it.
    Confirm,
    /// The entry is not what it should be.
    Clash,
    /// The source, a rule or a person says that it was not done.
    Refuse,
    /// Its answer was lost.
    Lose,
    /// It is certain that it was not sent; it will be.
    Postpone,
    /// It is left out: its set was stopped, theirs was kept, or the entry reads so already.
    Supersede,
}

/// Tells that something cannot happen to an item where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an item that is {state} cannot take {event:?}")]
pub struct IllegalEvent {
    /// Where it stands.
    pub state: ItemState,
    /// What was to happen.
    pub event: ItemEvent,
}

impl ItemState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Staged,
        Self::Queued,
        Self::Sending,
        Self::Saved,
        Self::Conflict,
        Self::Refused,
        Self::Unknown,
        Self::Superseded,
    ];

    /// Returns the state's name in databases and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Saved => "saved",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Superseded => "superseded",
        }
    }

    /// Finds the state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Where the item stands after the event.
    pub const fn after(self, event: ItemEvent) -> Result<Self, IllegalEvent> {
        Ok(match (self, event) {
            (Self::Staged | Self::Conflict, ItemEvent::Queue)
            | (Self::Queued | Self::Sending, ItemEvent::Postpone) => Self::Queued,
            (Self::Staged | Self::Queued | Self::Sending | Self::Unknown, ItemEvent::Begin) => Self::Sending,
            (Self::Sending | Self::Unknown, ItemEvent::Confirm) => Self::Saved,
            (Self::Queued | Self::Sending | Self::Unknown, ItemEvent::Clash) => Self::Conflict,
            (Self::Queued | Self::Sending | Self::Unknown, ItemEvent::Refuse) => Self::Refused,
            (Self::Sending | Self::Unknown, ItemEvent::Lose) => Self::Unknown,
            (Self::Queued | Self::Sending | Self::Conflict | Self::Unknown, ItemEvent::Supersede) => {
                Self::Superseded
            }
            (state, event) => return Err(IllegalEvent { state, event }),
        })
    }

    /// Whether the item has its outcome. An unknown one has none, but nothing more will happen to it by itself.
    pub const fn is_settled(self) -> bool {
        !matches!(self, Self::Staged | Self::Queued | Self::Sending)
    }

    /// Whether no other change of the same key may be sent.
    pub const fn blocks_key(self) -> bool {
        matches!(self, Self::Sending | Self::Unknown)
    }
}

impl fmt::Display for ItemState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Where a change set stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetState {
    /// Can be amended, committed or discarded.
    Staged,
    /// Its items are being sent.
    Committing,
    /// Every item is settled.
    Done,
    /// Was discarded.
    Discarded,
}

impl SetState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Staged, Self::Committing, Self::Done, Self::Discarded];

    /// Returns the state's name in databases and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Committing => "committing",
            Self::Done => "done",
            Self::Discarded => "discarded",
        }
    }

    /// Finds the state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [ItemEvent; 8] = [
        ItemEvent::Queue,
        ItemEvent::Begin,
        ItemEvent::Confirm,
        ItemEvent::Clash,
        ItemEvent::Refuse,
        ItemEvent::Lose,
        ItemEvent::Postpone,
        ItemEvent::Supersede,
    ];

    #[test]
    fn s_34_every_state_takes_exactly_these_events() {
        use ItemEvent::{Begin, Clash, Confirm, Lose, Postpone, Queue, Refuse, Supersede};
        use ItemState::{Conflict, Queued, Refused, Saved, Sending, Staged, Superseded, Unknown};
        for (state, expected) in [
            (Staged, vec![(Queue, Queued), (Begin, Sending)]),
            (
                Queued,
                vec![
                    (Begin, Sending),
                    (Clash, Conflict),
                    (Refuse, Refused),
                    (Postpone, Queued),
                    (Supersede, Superseded),
                ],
            ),
            (
                Sending,
                vec![
                    (Begin, Sending),
                    (Confirm, Saved),
                    (Clash, Conflict),
                    (Refuse, Refused),
                    (Lose, Unknown),
                    (Postpone, Queued),
                    (Supersede, Superseded),
                ],
            ),
            (Saved, vec![]),
            (Conflict, vec![(Queue, Queued), (Supersede, Superseded)]),
            (Refused, vec![]),
            (
                Unknown,
                vec![
                    (Begin, Sending),
                    (Confirm, Saved),
                    (Clash, Conflict),
                    (Refuse, Refused),
                    (Lose, Unknown),
                    (Supersede, Superseded),
                ],
            ),
            (Superseded, vec![]),
        ] {
            let taken: Vec<_> = EVENTS
                .into_iter()
                .filter_map(|event| state.after(event).ok().map(|after| (event, after)))
                .collect();
            assert_eq!(taken, expected, "{state}");
        }
    }

    #[test]
    fn s_34_saved_is_reached_by_a_confirmation_alone() {
        for state in ItemState::ALL {
            for event in EVENTS {
                if state.after(event) == Ok(ItemState::Saved) {
                    assert_eq!(event, ItemEvent::Confirm, "{state}");
                }
            }
        }
    }

    #[test]
    fn s_32_an_unknown_item_is_never_put_back_into_the_queue() {
        assert!(ItemState::Unknown.after(ItemEvent::Queue).is_err());
        assert!(ItemState::Unknown.after(ItemEvent::Postpone).is_err());
        assert!(ItemState::Unknown.blocks_key());
    }

    #[test]
    fn names_read_back() {
        for state in ItemState::ALL {
            assert_eq!(ItemState::parse(state.as_str()), Some(state));
        }
        for state in SetState::ALL {
            assert_eq!(SetState::parse(state.as_str()), Some(state));
        }
    }
}
