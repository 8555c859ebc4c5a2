//! A model of the journal: what of it is durable, for what is not dies with the process that holds it.
//!
//! **Invariant:** a row changes only as [`ItemState::after`] permits.

use daemon_core::changes::attempt::{Intent, Outcome};
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::policy::ConflictPolicy;
use daemon_core::changes::state::{IllegalEvent, ItemEvent, ItemState};
use daemon_core::revision::AnyRevision;

use crate::planted::Planted;
use crate::roblox::{ItemIndex, KeyIndex};

/// An item as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The entry.
    pub(crate) key: KeyIndex,
    /// What happens when the entry was changed meanwhile.
    pub(crate) policy: ConflictPolicy,
    /// Whether it is a plain save.
    pub(crate) is_save: bool,
    /// Where it stands.
    pub(crate) state: ItemState,
    /// Of an unknown one: whether reading back may still tell.
    pub(crate) may_be_told: bool,
    /// The entry when it was staged.
    pub(crate) base: Option<Image>,
    /// What it is to become.
    pub(crate) after: Option<Content>,
    /// What is added.
    pub(crate) increment: Option<i64>,
    /// The pre-image.
    pub(crate) before: Option<Image>,
    /// The revision it became.
    pub(crate) revision: Option<AnyRevision>,
    /// Since when it stands there.
    pub(crate) changed_at: u64,
    /// When its latest intent was made durable.
    pub(crate) begun_at: u64,
    /// How many attempts are on record.
    pub(crate) attempts: usize,
}

/// What came of making an intent durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// It is.
    Begun,
    /// Another item of the key is on its way.
    Blocked(ItemIndex),
}

/// What is on disk.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    rows: Vec<Option<Row>>,
    /// The row that changed last, as it was before.
    latest: Option<(ItemIndex, Option<Row>)>,
    fault: Option<Planted>,
}

impl Journal {
    /// An empty journal.
    pub(crate) fn new(fault: Option<Planted>) -> Self {
        Self { fault, ..Self::default() }
    }

    /// An item, if it is durable.
    pub(crate) fn row(&self, item: ItemIndex) -> Option<&Row> {
        self.rows.get(item.0)?.as_ref()
    }

    /// Every durable item.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (ItemIndex, &Row)> {
        let numbered = self.rows.iter().enumerate();
        numbered.filter_map(|(index, row)| Some((ItemIndex(index), row.as_ref()?)))
    }

    /// Another item of the key that keeps it from being changed.
    pub(crate) fn blocking(&self, key: KeyIndex, item: ItemIndex) -> Option<ItemIndex> {
        let mut rows = self.rows();
        rows.find(|(other, row)| row.key == key && *other != item && row.state.blocks_key())
            .map(|(other, _)| other)
    }

    /// Stores a committed item that waits to be sent.
    pub(crate) fn commit(&mut self, item: ItemIndex, row: Row) {
        self.put(item, row);
    }

    /// Stores an intent with its pre-image and a line of the attempt; `save` is the row that a plain save makes of it.
    pub(crate) fn begin(
        &mut self,
        item: ItemIndex,
        intent: &Intent,
        save: Option<Row>,
        now: u64,
    ) -> Result<Begun, IllegalEvent> {
        let is_new = self.row(item).is_none();
        let row = self.row(item).cloned().or(save);
        let mut row = row.ok_or(IllegalEvent { state: ItemState::Superseded, event: ItemEvent::Begin })?;
        row.state = row.state.after(ItemEvent::Begin)?;
        if let Some(other) = self.blocking(row.key, item)
            && self.fault != Some(Planted::IgnoresBlockedKeys)
        {
            return Ok(Begun::Blocked(other));
        }
        row.before.clone_from(&intent.before);
        if self.fault == Some(Planted::ForgetsPreImage) {
            row.before = None;
        }
        if is_new {
            row.base.clone_from(&intent.before);
        }
        row.after.clone_from(&intent.after);
        row.may_be_told = false;
        (row.changed_at, row.begun_at) = (now, now);
        if row.attempts == 0 || self.fault != Some(Planted::SkipsAttemptLines) {
            row.attempts += 1;
        }
        self.put(item, row);
        Ok(Begun::Begun)
    }

    /// Stores an outcome.
    pub(crate) fn settle(
        &mut self,
        item: ItemIndex,
        outcome: &Outcome,
        now: u64,
    ) -> Result<(), IllegalEvent> {
        let event = outcome.event();
        let illegal = IllegalEvent { state: ItemState::Superseded, event };
        let mut row = self.row(item).cloned().ok_or(illegal)?;
        let has_intent = row.state != ItemState::Queued;
        row.state = row.state.after(event)?;
        row.changed_at = now;
        row.may_be_told = false;
        match outcome {
            Outcome::Saved { revision, .. } => row.revision.clone_from(revision),
            Outcome::Unknown { may_be_told, .. } => {
                row.may_be_told = *may_be_told;
                if self.fault == Some(Planted::UnknownLosesValue) {
                    row.after = None;
                }
            }
            Outcome::Postponed(_) | Outcome::Conflict { .. } if has_intent => {
                // What is to be written was made on the pre-image, and means something on it alone.
                let before = row.before.take();
                if self.fault != Some(Planted::PostponedKeepsOldBase) {
                    row.base = before;
                }
            }
            _ => {}
        }
        if self.fault != Some(Planted::ForgetsOutcome) || matches!(outcome, Outcome::Unknown { .. }) {
            self.put(item, row);
        }
        Ok(())
    }

    /// Puts an item in conflict back into the queue, on another base.
    pub(crate) fn requeue(
        &mut self,
        item: ItemIndex,
        base: Option<Image>,
        after: Option<Content>,
        now: u64,
    ) -> Result<(), IllegalEvent> {
        let illegal = IllegalEvent { state: ItemState::Superseded, event: ItemEvent::Queue };
        let mut row = self.row(item).cloned().ok_or(illegal)?;
        row.state = row.state.after(ItemEvent::Queue)?;
        (row.base, row.after, row.changed_at) = (base, after, now);
        self.put(item, row);
        Ok(())
    }

    /// The power went.
    pub(crate) fn lose_power(&mut self) {
        if self.fault == Some(Planted::LosesLatestTransaction)
            && let Some((item, before)) = self.latest.take()
        {
            self.rows[item.0] = before;
        }
    }

    fn put(&mut self, item: ItemIndex, row: Row) {
        if self.rows.len() <= item.0 {
            self.rows.resize(item.0 + 1, None);
        }
        let before = self.rows[item.0].replace(row);
        self.latest = Some((item, before));
    }
}
