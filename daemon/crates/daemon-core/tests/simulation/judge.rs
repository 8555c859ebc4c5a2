//! Judges each step of an attempt by what really happened.

use std::sync::Arc;

use daemon_core::changes::attempt::{Input, Intent, Outcome};
use daemon_core::changes::content::is_unchanged;
use daemon_core::changes::history::is_next;
use daemon_core::changes::state::ItemState;

use crate::checks::{Invariant, Item, Sent, Violation, check_intent, was_there};
use crate::driver::{Heard, Purpose, Task};
use crate::world::World;

impl World {
    /// An intent is made on what was read last, or is the same as before.
    pub(crate) fn check_begin(&mut self, task: &Task, intent: &Arc<Intent>) -> Result<(), Violation> {
        let index = task.item;
        let item = &self.items[index.0];
        let is_same = item.intent.as_ref() == Some(intent) && task.has_begun(item);
        if is_same {
            self.figures.resends += 1;
            return Ok(());
        }
        let Some((read, _)) = &task.read else {
            return Err(Violation::of(Invariant::ExactUndo, index, "an intent without a look at the entry"));
        };
        if *read != intent.before {
            return Err(Violation::of(
                Invariant::ExactUndo,
                index,
                "the pre-image is not what was read last",
            ));
        }
        check_intent(index, item, intent)
    }

    /// What must hold whenever a request leaves.
    pub(crate) fn check_send(&self, task: &Task, intent: &Arc<Intent>) -> Result<(), Violation> {
        let index = task.item;
        let item = &self.items[index.0];
        let broken = |invariant, message: String| Err(Violation::of(invariant, index, message));
        let may_have_been_done = |sent: &Sent| !sent.is_refused;
        if intent.increment.is_some() && item.sent.iter().any(may_have_been_done) {
            return broken(Invariant::NoDouble, "an increment is sent again".to_owned());
        }
        if item.is_in_doubt {
            return broken(Invariant::ReadBackFirst, "is sent again and was not read back".to_owned());
        }
        if task.is_stale {
            return broken(Invariant::Patience, "is sent and nobody waits for it any more".to_owned());
        }
        let key = item.key;
        let row = self.journal.row(index).filter(|row| row.state == ItemState::Sending);
        let Some(row) = row else {
            return broken(Invariant::AttemptFirst, "is sent and its intent is not durable".to_owned());
        };
        if row.before != intent.before {
            return broken(Invariant::ExactUndo, "is sent and its pre-image is not durable".to_owned());
        }
        if row.after != intent.after || row.attempts <= item.sent.len() {
            return broken(
                Invariant::AttemptFirst,
                "is sent without a durable attempt of its own".to_owned(),
            );
        }
        if let Some(other) = self.journal.blocking(key, index) {
            return broken(Invariant::KeyOrder, format!("is sent while item {} is on its way", other.0));
        }
        let earlier = self.tasks.iter().find(|other| {
            self.items[other.item.0].key == key && other.ticket < task.ticket && other.item != index
        });
        if let Some(earlier) = earlier {
            return broken(Invariant::KeyOrder, format!("is sent before item {}", earlier.item.0));
        }
        let twin = self.tasks.iter().find(|other| other.item == index && other.ticket < task.ticket);
        if twin.is_some() {
            return broken(Invariant::KeyOrder, "is sent by two at once".to_owned());
        }
        Ok(())
    }

    /// What must hold of an outcome.
    pub(crate) fn check_outcome(&mut self, task: &Task, outcome: &Outcome) -> Result<(), Violation> {
        let index = task.item;
        let item = &self.items[index.0];
        let broken = |invariant, message: &str| Err(Violation::of(invariant, index, message));
        match outcome {
            Outcome::Saved { .. } => {
                let after = item.intent.as_ref().and_then(|intent| intent.after.as_ref());
                let is_read_back = task.read.as_ref().is_some_and(|(read, _)| match (read, after) {
                    (Some(read), Some(after)) => read.content.reads_as(after),
                    (None, None) => true,
                    _ => false,
                });
                let is_found = matches!(task.found, Some(Input::InHistory(_)));
                if task.heard != Heard::Confirmed && !is_read_back && !is_found {
                    return broken(Invariant::States, "is saved without confirmation or reading back");
                }
                let is_proved = match item.increment() {
                    Some(_) => item.landings > 0,
                    None => item.landings > 0 || was_there(&self.roblox, item, after),
                };
                if !is_proved {
                    return broken(Invariant::Once, "is saved and was never done");
                }
            }
            Outcome::Unknown { may_be_told: true, .. } => {}
            Outcome::Unknown { may_be_told: false, .. } => {
                if let Some(reason) = self.told_after_all(task) {
                    return broken(Invariant::Settles, reason);
                }
                self.figures.unknown += 1;
            }
            Outcome::Conflict { .. } | Outcome::Refused(_) | Outcome::Superseded | Outcome::Postponed(_) => {
                if item.is_in_doubt {
                    return broken(Invariant::ReadBackFirst, "ends as not done and was not read back");
                }
                if item.landings > item.late_landings {
                    if !self.reads_as_taken_back(task) {
                        return broken(Invariant::Once, "ends as not done and was done");
                    }
                    self.figures.taken_back += 1;
                    let item = &mut self.items[index.0];
                    item.late_landings = item.landings;
                }
            }
        }
        Ok(())
    }

    /// Whether an entry without a revision reads as before, although it was changed: somebody else took that back.
    fn reads_as_taken_back(&self, task: &Task) -> bool {
        let Some(intent) = &self.items[task.item.0].intent else { return false };
        let has_revision = intent.before.as_ref().is_some_and(|before| before.revision.is_some());
        let read = task.read.as_ref().is_some_and(|(read, _)| *read == intent.before);
        task.heard != Heard::Confirmed && intent.increment.is_none() && !has_revision && read
    }

    /// How one could tell what came of an item that ends as unknown; none when nobody can.
    fn told_after_all(&self, task: &Task) -> Option<&'static str> {
        let item = &self.items[task.item.0];
        let intent = item.intent.as_ref()?;
        if intent.increment.is_some() {
            return None;
        }
        let (read, writes) = task.read.as_ref()?;
        if is_unchanged(intent.before.as_ref(), read.as_ref()) {
            return Some("is unknown and reads as before");
        }
        let reads_as_intended = match (read, &intent.after) {
            (Some(read), Some(after)) => read.content.reads_as(after),
            (None, None) => true,
            _ => false,
        };
        if reads_as_intended {
            return Some("is unknown and reads as intended");
        }
        let is_conditional = intent.after.is_some() && !self.roblox.is_ordered(item.key);
        if !is_conditional {
            return None;
        }
        let is_told = matches!(task.found, Some(Input::NotInHistory));
        if intent.before.is_some() && self.profile.source.keeps_every_revision && is_told {
            return Some("is unknown, and no revision is lacking");
        }
        let sent = item.sent.last()?;
        let is_one_write = *writes == sent.writes + 1;
        if !task.is_uncertain && is_one_write && is_next(intent.before.as_ref(), read.as_ref()) {
            return Some("is unknown, was refused, and the only write since is another one");
        }
        None
    }
}

impl Task {
    /// Whether the item's intent was made durable before, so that it is sent again.
    fn has_begun(&self, item: &Item) -> bool {
        self.has_sent || self.purpose == Purpose::Check && !item.sent.is_empty() || self.is_uncertain
    }
}
