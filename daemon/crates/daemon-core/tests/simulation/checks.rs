//! What must hold, judged by what really happened and not by what the code under test says of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use daemon_core::changes::attempt::Intent;
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::policy::ConflictPolicy;

use crate::contents::{Edit, USERS, empty, number, parts, whole_number};
use crate::roblox::{Entry, ItemIndex, KeyIndex, Roblox};

/// What a violation breaks: the invariants of the security requirements' section C, and the requirements themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invariant {
    /// I1: every acknowledged edit was done exactly once, or is listed with its value as not done or unknown.
    Once,
    /// I2: no increment is done twice.
    NoDouble,
    /// I3: no unseen revision is overwritten where the request has a condition.
    NothingUnseen,
    /// I4: whatever is not edited stays, byte by byte; user ids and attributes too.
    Untouched,
    /// I5: an undo restores exactly what was there, or nothing.
    ExactUndo,
    /// I6: of a key one change at a time, in the order in which they got their turn.
    KeyOrder,
    /// I7: a durable intent and attempt before each request, an outcome after.
    AttemptFirst,
    /// S-32: nothing is sent again before it was read back.
    ReadBackFirst,
    /// S-34: an item is where its events lead, and saved only when that was confirmed or read back.
    States,
    /// A plain save is not sent when nobody waits for it any more.
    Patience,
    /// Once faults stop every item gets an outcome, and one that is unknown is undecidable.
    Settles,
}

/// An invariant that was broken.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    /// Which.
    pub(crate) invariant: Invariant,
    /// How.
    pub(crate) message: String,
}

impl Violation {
    /// Says how an invariant was broken, for an item.
    pub(crate) fn of(invariant: Invariant, item: ItemIndex, message: impl fmt::Display) -> Self {
        Self { invariant, message: format!("item {}: {message}", item.0) }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.invariant, self.message)
    }
}

/// What somebody asked for.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// That an entry is changed from one state to another; none is no entry.
    Change {
        /// From this.
        base: Option<Image>,
        /// To this.
        after: Option<Content>,
    },
    /// That an entry is changed at these places, whatever it is.
    Edits(Vec<Edit>),
    /// That an entry becomes this, whatever it was.
    Becomes(Option<Content>),
    /// That as much is added.
    Adds(i64),
}

/// A request that left.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// How many writes the key had seen.
    pub(crate) writes: usize,
    /// Whether the source itself said that nothing was done.
    pub(crate) is_refused: bool,
}

/// What was really done for an item, since somebody decided anew about it.
#[expect(clippy::struct_excessive_bools, reason = "each is another fact")]
#[derive(Debug)]
pub(crate) struct Item {
    /// The entry.
    pub(crate) key: KeyIndex,
    /// What was asked for.
    pub(crate) asked: Asked,
    /// What is to happen when the entry was changed meanwhile.
    pub(crate) policy: ConflictPolicy,
    /// The item it takes back.
    pub(crate) undoes: Option<ItemIndex>,
    /// Whether somebody was told that it is safe.
    pub(crate) is_acknowledged: bool,
    /// Whether a caller was told that it was not done.
    pub(crate) is_told_not_done: bool,
    /// Every request that left.
    pub(crate) sent: Vec<Sent>,
    /// How often it was done.
    pub(crate) landings: usize,
    /// How often after an absence that nobody could see, which no condition on absence excludes.
    pub(crate) late_landings: usize,
    /// The latest intent.
    pub(crate) intent: Option<Arc<Intent>>,
    /// How many writes the key had seen when the first intent was made.
    pub(crate) writes_at_begin: Option<usize>,
    /// Whether something was sent of which nobody knows, and which was not read back since.
    pub(crate) is_in_doubt: bool,
    /// Whether a person said what came of it.
    pub(crate) is_settled_by_hand: bool,
}

impl Item {
    /// An item of which nothing was sent.
    pub(crate) fn new(
        key: KeyIndex,
        asked: Asked,
        policy: ConflictPolicy,
        undoes: Option<ItemIndex>,
    ) -> Self {
        Self {
            key,
            asked,
            policy,
            undoes,
            is_acknowledged: false,
            is_told_not_done: false,
            sent: Vec::new(),
            landings: 0,
            late_landings: 0,
            intent: None,
            writes_at_begin: None,
            is_in_doubt: false,
            is_settled_by_hand: false,
        }
    }

    /// What is added, for an increment.
    pub(crate) fn increment(&self) -> Option<i64> {
        match self.asked {
            Asked::Adds(amount) => Some(amount),
            _ => None,
        }
    }
}

/// Judges what an item is about to write, as decided on `intent.before`.
pub(crate) fn check_intent(index: ItemIndex, item: &Item, intent: &Intent) -> Result<(), Violation> {
    let before = intent.before.as_ref().map(|before| &before.content);
    let broken = |invariant, message: String| Err(Violation::of(invariant, index, message));
    match &item.asked {
        Asked::Adds(amount) => {
            let sum = before.map_or(0, whole_number) + amount;
            if intent.increment != Some(*amount) || intent.after != Some(number(sum)) {
                return broken(Invariant::NoDouble, format!("adds something else than {amount}: {intent:?}"));
            }
        }
        Asked::Becomes(after) => {
            if intent.after != *after {
                return broken(Invariant::Once, format!("becomes {:?}, not {after:?}", intent.after));
            }
        }
        Asked::Edits(edits) => {
            let Some(after) = &intent.after else {
                return broken(Invariant::Untouched, "an edit removes the entry".to_owned());
            };
            let mut expected = before.map_or_else(|| parts(&empty()), parts);
            for (name, text) in edits.iter().map(Edit::part) {
                match text {
                    Some(text) => drop(expected.insert(name.to_owned(), text)),
                    None => drop(expected.remove(name)),
                }
            }
            let written = parts(after);
            if written != expected {
                return broken(Invariant::Untouched, format!("writes {written:?}, not {expected:?}"));
            }
        }
        Asked::Change { base, after } => {
            // Where the revision is not known, only what an entry reads as can be compared.
            let is_known = base.as_ref().is_none_or(|base| base.revision.is_some());
            let base = base.as_ref().map(|base| &base.content);
            let is_on_base = match (base, before) {
                (Some(base), Some(before)) if !is_known => before.reads_as(base),
                _ => base == before,
            };
            let invariant =
                if item.undoes.is_some() { Invariant::ExactUndo } else { Invariant::NothingUnseen };
            if item.undoes.is_some() && intent.after != *after {
                return broken(invariant, format!("restores {:?}, not {after:?}", intent.after));
            }
            let is_merged = item.policy == ConflictPolicy::SmartMerge && after.is_some();
            match item.policy {
                ConflictPolicy::LastWriterWins => {
                    if intent.after != *after {
                        return broken(invariant, format!("writes {:?}, not {after:?}", intent.after));
                    }
                }
                _ if !is_merged && !is_on_base => {
                    return broken(invariant, format!("changes {before:?}, which was staged on {base:?}"));
                }
                _ if !is_known && item.undoes.is_some() => {}
                _ => check_merged(index, item, [base, before, after.as_ref()], intent.after.as_ref())?,
            }
        }
    }
    Ok(())
}

/// Each part of a merged entry is theirs where we did not change it, else ours, which is no overlap.
fn check_merged(
    index: ItemIndex,
    item: &Item,
    [base, theirs, mine]: [Option<&Content>; 3],
    written: Option<&Content>,
) -> Result<(), Violation> {
    let invariant = if item.undoes.is_some() { Invariant::ExactUndo } else { Invariant::NothingUnseen };
    let broken = |invariant, message: String| Err(Violation::of(invariant, index, message));
    let (Some(base), Some(theirs), Some(mine)) = (base, theirs, mine) else {
        // Where one of them is no entry nothing is merged.
        if base != theirs || written != mine {
            return broken(invariant, format!("{written:?} of {mine:?}, on {theirs:?} instead of {base:?}"));
        }
        return Ok(());
    };
    let Some(written) = written else { return broken(invariant, "removes instead of merging".to_owned()) };
    let [base, theirs, mine, written] = [base, theirs, mine, written].map(parts);
    let names = [&base, &theirs, &mine, &written].into_iter().flat_map(BTreeMap::keys);
    for name in names {
        let [base, theirs, mine, written] = [&base, &theirs, &mine, &written].map(|parts| parts.get(name));
        if mine == base || mine == theirs {
            if written != theirs {
                return broken(
                    Invariant::Untouched,
                    format!("`{name}` becomes {written:?}, but is {theirs:?} and was not edited"),
                );
            }
        } else if theirs == base {
            if written != mine {
                return broken(Invariant::Once, format!("`{name}` becomes {written:?}, not {mine:?}"));
            }
        } else if name != USERS {
            // User ids are a set, whose changes go together.
            return broken(
                invariant,
                format!("`{name}` becomes {written:?} over {theirs:?}, which was staged on {base:?}"),
            );
        }
    }
    Ok(())
}

/// Whether what an item was to become was there at some time since its first intent, whoever did it.
pub(crate) fn was_there(roblox: &Roblox, item: &Item, after: Option<&Content>) -> bool {
    let Some(from) = item.writes_at_begin else { return false };
    match roblox.entry(item.key) {
        Entry::Standard(versions) => {
            versions.iter().skip(from).any(|version| match (&version.content, after) {
                (Some(content), Some(after)) => content.reads_as(after),
                (None, None) => true,
                _ => false,
            })
        }
        Entry::Ordered(ordered) => {
            let wanted = after.map(whole_number);
            ordered.values.iter().skip(from).any(|(value, _)| *value == wanted)
        }
    }
}
