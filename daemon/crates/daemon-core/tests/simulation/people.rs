//! What people do: stage and commit sets, save, take back, resolve conflicts, and settle by hand.

use daemon_core::changes::attempt::{Outcome, Problem};
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::policy::{Choices, ConflictPolicy, merge_choosing};
use daemon_core::changes::state::ItemState;
use daemon_core::merge::Side;

use crate::checks::{Asked, Invariant, Item, Violation};
use crate::contents::{edited, number, some_content, some_edits, whole_number};
use crate::journal::Row;
use crate::planted::Planted;
use crate::roblox::{ItemIndex, KeyIndex};
use crate::world::World;

impl World {
    /// Somebody does something.
    pub(crate) fn people_do_something(&mut self) -> Result<(), Violation> {
        match self.numbers.below(14) {
            0..4 => self.commit_a_set(),
            4..7 => self.save_something(),
            7..10 => self.take_something_back(),
            10..12 => self.resolve_a_conflict(),
            _ if self.numbers.chance(50) => return self.settle_by_hand(false),
            _ => self.look_at_an_unknown_one(),
        }
        Ok(())
    }

    fn commit_a_set(&mut self) {
        let policy = self.some_policy();
        let keys = self.some_keys();
        let mut rows = Vec::new();
        for key in keys {
            let base = self.roblox.read(key);
            let (after, increment) = self.some_change(key, base.as_ref());
            if base.is_none() && after.is_none() {
                continue;
            }
            let asked = match increment {
                Some(amount) => Asked::Adds(amount),
                None => Asked::Change { base: base.clone(), after: after.clone() },
            };
            let item = self.add_item(Item::new(key, asked, policy, None));
            self.note(|_| format!("item {} is staged on key {} with {policy:?}", item.0, key.0));
            rows.push((item, row(key, policy, base, after, increment)));
        }
        self.commit(rows);
    }

    /// A change of an entry, as content or as something to add.
    fn some_change(&mut self, key: KeyIndex, base: Option<&Image>) -> (Option<Content>, Option<i64>) {
        if self.roblox.is_ordered(key) {
            return match self.numbers.below(4) {
                0 => (None, None),
                1 => (Some(self.some_value()), None),
                _ => {
                    let amount = 1 + i64::try_from(self.numbers.below(3)).unwrap_or_default();
                    let sum = base.map_or(0, |base| whole_number(&base.content)) + amount;
                    (Some(number(sum)), Some(amount))
                }
            };
        }
        match base {
            Some(_) if self.numbers.chance(15) => (None, None),
            Some(base) => {
                let edits = some_edits(&mut self.numbers);
                (Some(edited(&base.content, &edits)), None)
            }
            None => (Some(some_content(&mut self.numbers)), None),
        }
    }

    fn commit(&mut self, rows: Vec<(ItemIndex, Row)>) {
        if rows.is_empty() {
            return;
        }
        if self.fault == Some(Planted::AcknowledgesBeforeCommit) {
            for (item, _) in &rows {
                self.items[item.0].is_acknowledged = true;
            }
        }
        self.committing.push(rows);
    }

    fn save_something(&mut self) {
        let key = KeyIndex(self.numbers.below(self.turns.len()));
        let asked = if self.roblox.is_ordered(key) {
            match self.numbers.below(4) {
                0 => Asked::Becomes(None),
                1 => Asked::Becomes(Some(self.some_value())),
                _ => Asked::Adds(1 + i64::try_from(self.numbers.below(3)).unwrap_or_default()),
            }
        } else if self.numbers.chance(20) {
            Asked::Becomes(None)
        } else {
            Asked::Edits(some_edits(&mut self.numbers))
        };
        let item = self.add_item(Item::new(key, asked, ConflictPolicy::default(), None));
        self.note(|world| format!("item {} saves key {}: {:?}", item.0, key.0, world.items[item.0].asked));
        self.start_save(item);
    }

    fn take_something_back(&mut self) {
        let saved = self.journal.rows().filter(|(_, row)| row.state == ItemState::Saved);
        let candidates: Vec<_> = saved.map(|(item, _)| item).collect();
        let Some(undone) = self.numbers.pick(&candidates) else { return };
        let (Some(row), Some(intent)) = (self.journal.row(undone), self.items[undone.0].intent.clone())
        else {
            return;
        };
        let key = row.key;
        let ours = |content: &Content| Image { content: content.clone(), revision: row.revision.clone() };
        let base = row.after.as_ref().map(ours);
        let restored = match self.fault {
            Some(Planted::UndoesToStagedBase) => &row.base,
            _ => &row.before,
        };
        let after = restored.as_ref().map(|image| image.content.clone());
        // What really was there before and after.
        let asked = Asked::Change {
            base: intent.after.as_ref().map(ours),
            after: intent.before.as_ref().map(|before| before.content.clone()),
        };
        let policy = ConflictPolicy::ManualMerge;
        let item = self.add_item(Item::new(key, asked, policy, Some(undone)));
        self.note(|_| format!("item {} takes item {} back", item.0, undone.0));
        self.commit(vec![(item, self::row(key, policy, base, after, None))]);
    }

    fn resolve_a_conflict(&mut self) {
        let conflicts = self.journal.rows().filter(|(_, row)| row.state == ItemState::Conflict);
        let candidates: Vec<_> = conflicts.map(|(item, _)| item).collect();
        let Some(item) = self.numbers.pick(&candidates) else { return };
        let Some(row) = self.journal.row(item).cloned() else { return };
        if self.has_task(item) || self.journal_fails() {
            return;
        }
        self.figures.resolved += 1;
        let now = self.roblox.read(row.key);
        let after = match (self.numbers.below(3), &row.base, &now, &row.after) {
            (0, _, _, _) => {
                self.note(|_| format!("theirs is kept instead of item {}", item.0));
                let settled = self.journal.settle(item, &Outcome::Superseded, self.now);
                settled.expect("a conflict may be superseded");
                return;
            }
            (1, Some(base), Some(now), Some(after)) => {
                let side = if self.numbers.chance(50) { Side::Mine } else { Side::Theirs };
                let choices = Choices { value: &mut |_| side, user_ids: side, attributes: side };
                let merged = merge_choosing(&base.content, &now.content, after, choices);
                Some(merged.expect("small values go together"))
            }
            _ => row.after.clone(),
        };
        if now.is_none() && after.is_none() {
            return;
        }
        self.note(|_| format!("item {} is put on what is there now", item.0));
        self.items[item.0].asked = Asked::Change { base: now.clone(), after: after.clone() };
        self.journal.requeue(item, now, after, self.now).expect("a conflict may be queued");
    }

    /// Somebody looks at the game once nothing is on its way any more, and says what came of an unknown item.
    pub(crate) fn settle_by_hand(&mut self, settles_all: bool) -> Result<(), Violation> {
        let unknown = self.journal.rows().filter(|(_, row)| row.state == ItemState::Unknown);
        let mut candidates: Vec<_> = unknown.map(|(item, _)| item).collect();
        candidates.retain(|item| !self.copies.iter().any(|copy| copy.request.item == *item));
        if !settles_all {
            let one = self.numbers.pick(&candidates);
            candidates = one.into_iter().collect();
        }
        for item in candidates {
            if self.journal_fails() {
                continue;
            }
            let outcome = if self.items[item.0].landings > 0 {
                Outcome::Saved { revision: None, is_overwritten: false }
            } else {
                let message = "settled by hand".to_owned();
                Outcome::Refused(Problem { code: "DS007".to_owned(), message })
            };
            self.note(|_| format!("item {} is settled by hand: {outcome:?}", item.0));
            self.items[item.0].is_in_doubt = false;
            self.items[item.0].is_settled_by_hand = true;
            self.journal
                .settle(item, &outcome, self.now)
                .map_err(|error| Violation::of(Invariant::States, item, error))?;
        }
        Ok(())
    }

    fn look_at_an_unknown_one(&mut self) {
        let unknown = self.journal.rows().filter(|(_, row)| row.state == ItemState::Unknown);
        let candidates: Vec<_> = unknown.map(|(item, _)| item).collect();
        if let Some(item) = self.numbers.pick(&candidates)
            && !self.has_check(item)
        {
            self.start_check(item);
        }
    }
}

/// A committed item that waits to be sent.
fn row(
    key: KeyIndex,
    policy: ConflictPolicy,
    base: Option<Image>,
    after: Option<Content>,
    increment: Option<i64>,
) -> Row {
    Row {
        key,
        policy,
        is_save: false,
        state: ItemState::Queued,
        may_be_told: false,
        base,
        after,
        increment,
        before: None,
        revision: None,
        changed_at: 0,
        begun_at: 0,
        attempts: 0,
    }
}
