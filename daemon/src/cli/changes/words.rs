//! States and policies as they are written on the command line, and shown.

use clap::ValueEnum;
use protocol::operations::changesets::{
    ChangeSet, ChangeSetFilter, ChangeSetState, ConflictPolicy, EffectLevel, ItemCounts, ItemEffect,
    ItemState,
};

use crate::cli::output::{Tone, grouped};

/// What happens to items whose entry was changed meanwhile.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum PolicyName {
    /// Both are kept where they touch different places; you decide where they touch the same
    SmartMerge,
    /// You decide, also where the changes do not touch
    ManualMerge,
    /// Theirs stays
    FirstWriterWins,
    /// Yours is written over theirs, which is kept
    LastWriterWins,
}

impl From<PolicyName> for ConflictPolicy {
    fn from(name: PolicyName) -> Self {
        match name {
            PolicyName::SmartMerge => Self::SmartMerge,
            PolicyName::ManualMerge => Self::ManualMerge,
            PolicyName::FirstWriterWins => Self::FirstWriterWins,
            PolicyName::LastWriterWins => Self::LastWriterWins,
        }
    }
}

/// A policy's name.
pub(super) fn policy_name(policy: ConflictPolicy) -> &'static str {
    match policy {
        ConflictPolicy::SmartMerge => "smart-merge",
        ConflictPolicy::ManualMerge => "manual-merge",
        ConflictPolicy::FirstWriterWins => "first-writer-wins",
        ConflictPolicy::LastWriterWins => "last-writer-wins",
    }
}

/// Which change sets are listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SetFilter {
    /// Wait for review
    Staged,
    /// Are being sent
    Committing,
    /// Every item has an outcome
    Done,
    /// Were discarded
    Discarded,
    /// Need someone: conflicts and unknown outcomes
    Open,
}

impl From<SetFilter> for ChangeSetFilter {
    fn from(filter: SetFilter) -> Self {
        match filter {
            SetFilter::Staged => Self::Staged,
            SetFilter::Committing => Self::Committing,
            SetFilter::Done => Self::Done,
            SetFilter::Discarded => Self::Discarded,
            SetFilter::Open => Self::Open,
        }
    }
}

/// A set's state.
pub(super) fn set_state(state: ChangeSetState) -> &'static str {
    match state {
        ChangeSetState::Staged => "staged",
        ChangeSetState::Committing => "committing",
        ChangeSetState::Done => "done",
        ChangeSetState::Discarded => "discarded",
    }
}

/// Which items are shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ItemFilter {
    /// Wait for review
    Staged,
    /// Committed, and not sent yet
    Queued,
    /// Being sent
    Sending,
    /// Confirmed
    Saved,
    /// Changed by someone else meanwhile; not written
    Conflict,
    /// Refused; not written
    Refused,
    /// Without a known outcome
    Unknown,
    /// Not sent, and not going to be
    Superseded,
}

impl From<ItemFilter> for ItemState {
    fn from(filter: ItemFilter) -> Self {
        match filter {
            ItemFilter::Staged => Self::Staged,
            ItemFilter::Queued => Self::Queued,
            ItemFilter::Sending => Self::Sending,
            ItemFilter::Saved => Self::Saved,
            ItemFilter::Conflict => Self::Conflict,
            ItemFilter::Refused => Self::Refused,
            ItemFilter::Unknown => Self::Unknown,
            ItemFilter::Superseded => Self::Superseded,
        }
    }
}

/// An item's state, and how it is coloured.
pub(super) fn item_state(state: ItemState) -> (&'static str, Tone) {
    match state {
        ItemState::Staged => ("staged", Tone::Plain),
        ItemState::Queued => ("queued", Tone::Plain),
        ItemState::Sending => ("sending", Tone::Plain),
        ItemState::Saved => ("saved", Tone::Good),
        ItemState::Conflict => ("conflict", Tone::Changed),
        ItemState::Refused => ("refused", Tone::Bad),
        ItemState::Unknown => ("unknown", Tone::Changed),
        ItemState::Superseded => ("superseded", Tone::Plain),
    }
}

/// How an effect is marked, and coloured.
pub(super) fn effect_sign(effect: ItemEffect) -> (char, Tone) {
    match effect {
        ItemEffect::Create => ('+', Tone::Good),
        ItemEffect::Update => ('~', Tone::Changed),
        ItemEffect::Remove => ('-', Tone::Bad),
    }
}

/// How far a set reaches, in words.
pub(super) fn level(level: EffectLevel) -> &'static str {
    match level {
        EffectLevel::E1 => "E1 (up to 20 creations and updates)",
        EffectLevel::E2 => "E2 (up to 200 entries, or removals)",
        EffectLevel::E3 => "E3 (far-reaching)",
        EffectLevel::E4 => "E4 (cannot be undone at Roblox)",
    }
}

/// How many items stand where; places where none stands are left out.
pub(super) fn counts(counts: &ItemCounts) -> String {
    let named = [
        (counts.staged, "staged"),
        (counts.queued, "queued"),
        (counts.sending, "sending"),
        (counts.saved, "saved"),
        (counts.conflict, "in conflict"),
        (counts.refused, "refused"),
        (counts.unknown, "unknown"),
        (counts.superseded, "left out"),
    ];
    let told: Vec<_> = named
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{} {name}", grouped((*count).into())))
        .collect();
    if told.is_empty() { "no items".into() } else { told.join(", ") }
}

/// `1 item`, `500 items`.
pub(super) fn items(count: u32) -> String {
    if count == 1 { "1 item".into() } else { format!("{} items", grouped(count.into())) }
}

/// What committing a set does, as in `12 updates or creations and 1 removal in 2 data stores`.
pub(super) fn extent(set: &ChangeSet) -> String {
    let plural = |count: u32, one: &str| {
        format!("{} {one}{}", grouped(count.into()), if count == 1 { "" } else { "s" })
    };
    let written = set.counts.total.saturating_sub(set.removals);
    let what = match (written, set.removals) {
        (written, 0) => plural(written, "write"),
        (0, removals) => plural(removals, "removal"),
        (written, removals) => format!("{} and {}", plural(written, "write"), plural(removals, "removal")),
    };
    format!("{what} in {}", plural(set.stores, "data store"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_leave_out_what_is_not_there() {
        assert_eq!(counts(&ItemCounts::default()), "no items");
        let some =
            ItemCounts { total: 1_503, saved: 1_500, unknown: 1, superseded: 2, ..ItemCounts::default() };
        assert_eq!(counts(&some), "1,500 saved, 1 unknown, 2 left out");
    }
}
