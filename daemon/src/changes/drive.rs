//! Does what an attempt says, step by step, and keeps the journal.

use std::sync::Arc;

use daemon_core::changes::attempt::{Attempt, Input, Intent, Outcome, Problem, Step};
use daemon_core::changes::policy::Clash;
use daemon_core::changes::state::ItemState;
use daemon_store::error::StoreError;
use daemon_store::journal::Begun;
use daemon_store::journal::records::{
    AuditPhase, AuditRecord, ItemId, ItemProblem, NewItem, NewSet, SetId, SetRecord,
};

use crate::changes::place::{Answer, Facts, Place};
use crate::changes::{Author, Changes, stage};
use crate::events::{EntryChange, EntryChangeKind, Event};
use crate::universes::UniverseError;

/// What an audit line says where the source cannot be told to do a change only on what was read (S-31).
const NOT_CONDITIONAL: &str = "read just before; the source cannot be told to refuse a change in between";

/// Where an attempt is recorded.
pub enum Ledger {
    /// An item of a set in the journal.
    Item(ItemId),
    /// A plain save: a set of one that is made when its intent is.
    Direct {
        /// The set.
        set: Box<NewSet>,
        /// What the item is like, from what was found and what it becomes.
        item: NewItemOf,
        /// Whether the set is in the journal.
        is_begun: bool,
    },
}

/// Makes an item of an intent.
pub type NewItemOf = fn(&Place, &Intent) -> NewItem;

/// What came of an attempt.
#[derive(Debug)]
pub struct Driven {
    /// Where the item stands.
    pub outcome: Outcome,
    /// What the source told last about the entry.
    pub facts: Option<Facts>,
    /// The sum of an increment.
    pub sum: Option<i64>,
    /// What went wrong last.
    pub error: Option<UniverseError>,
    /// What was about to be sent last; none when nothing was.
    pub intent: Option<Arc<Intent>>,
    /// Why the intent could not be made durable.
    pub journal_error: Option<StoreError>,
    /// Whether an earlier change of the key has no known outcome.
    pub is_blocked: bool,
}

impl Changes {
    /// Leads a plain save to its end, in the key's turn.
    pub async fn save(&self, place: &Place, author: &Author, set: NewSet, attempt: Attempt<'_>) -> Driven {
        let _turn = self.0.turns.take(&place.connection, place.is_ordered, &place.address).await;
        let mut ledger = Ledger::Direct { set: Box::new(set), item: stage::direct_item, is_begun: false };
        self.drive(place, author, &mut ledger, attempt).await
    }

    /// Leads an attempt to its end. The caller holds the key's turn.
    pub(super) async fn drive(
        &self,
        place: &Place,
        author: &Author,
        ledger: &mut Ledger,
        mut attempt: Attempt<'_>,
    ) -> Driven {
        let explain = self.0.explain;
        let mut driven = Driven {
            outcome: Outcome::Superseded,
            facts: None,
            sum: None,
            error: None,
            intent: None,
            journal_error: None,
            is_blocked: false,
        };
        let mut step = attempt.start();
        loop {
            let answer = match step {
                Step::Read | Step::ReadBack => place.found(explain).await,
                Step::Begin(intent) => {
                    driven.intent = Some(Arc::clone(&intent));
                    let begun = self.begin(place, author, ledger, intent).await;
                    self.noted(begun, &mut driven)
                }
                Step::Send(intent) => place.send(&intent, explain).await,
                Step::SearchHistory(intent) => place.search(&intent, explain).await,
                Step::Record(outcome) => {
                    let recorded = self.record(place, author, ledger, &outcome).await;
                    if matches!(outcome, Outcome::Saved { is_overwritten: false, .. }) {
                        self.tell_entry(place, author, &outcome, driven.intent.as_deref());
                    }
                    match recorded {
                        Ok(()) => plain(Input::Recorded),
                        Err(error) => {
                            tracing::error!(%error, "an outcome could not be recorded; it is read back later");
                            self.0.unfinished.notify_one();
                            let problem = self.explain(&UniverseError::Store(error));
                            plain(Input::NotRecorded(problem))
                        }
                    }
                }
                Step::Done(outcome) => {
                    if matches!(outcome, Outcome::Unknown { .. } | Outcome::Postponed(_)) {
                        self.0.unfinished.notify_one();
                    }
                    driven.outcome = outcome;
                    return driven;
                }
            };
            let Answer { input, facts, sum, error } = answer;
            driven.facts = facts.or(driven.facts);
            driven.sum = sum.or(driven.sum);
            driven.error = error;
            step = attempt.next(input);
        }
    }

    fn noted(&self, begun: Result<Begun, StoreError>, driven: &mut Driven) -> Answer {
        match begun {
            Ok(Begun::Begun) => plain(Input::Begun),
            Ok(Begun::Blocked(item)) => {
                driven.is_blocked = true;
                let message = format!(
                    "the outcome of an earlier change of this key is unknown (item {} of change set {}); settle that first",
                    item.number, item.set.0
                );
                plain(Input::NotBegun(Problem { code: "DS007".to_owned(), message }))
            }
            Err(error) => {
                driven.journal_error = Some(error.clone());
                plain(Input::NotBegun(self.explain(&UniverseError::Store(error))))
            }
        }
    }

    async fn begin(
        &self,
        place: &Place,
        author: &Author,
        ledger: &mut Ledger,
        intent: Arc<Intent>,
    ) -> Result<Begun, StoreError> {
        let Ok(journal) = self.journal() else { return Err(StoreError::Closed) };
        let now = self.now();
        let mut audit = self.line(place, author, ledger, AuditPhase::Attempt);
        if !place.is_conditional(&intent) {
            let reason = audit.reason.take();
            audit.reason = Some(reason.map_or_else(
                || NOT_CONDITIONAL.to_owned(),
                |reason| format!("{reason} ({NOT_CONDITIONAL})"),
            ));
        }
        match ledger {
            Ledger::Direct { set, item, is_begun } if !*is_begun => {
                let new_item = item(place, &intent);
                let begun = journal.begin_direct((**set).clone(), new_item, intent, audit, now).await?;
                *is_begun = begun == Begun::Begun;
                Ok(begun)
            }
            Ledger::Direct { set, .. } => journal.begin(direct_item(&set.id), intent, audit, now).await,
            Ledger::Item(item) => journal.begin(item.clone(), intent, audit, now).await,
        }
    }

    async fn record(
        &self,
        place: &Place,
        author: &Author,
        ledger: &Ledger,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let item = match ledger {
            Ledger::Item(item) => item.clone(),
            Ledger::Direct { is_begun: false, .. } => return Ok(()),
            Ledger::Direct { set, .. } => direct_item(&set.id),
        };
        // Whoever saves waits for the answer and is told; a save that was not sent is not sent later.
        let outcome = match (ledger, outcome) {
            (Ledger::Direct { .. }, Outcome::Postponed(problem)) => Outcome::Refused(problem.clone()),
            (_, outcome) => outcome.clone(),
        };
        let mut audit = self.line(place, author, ledger, AuditPhase::Outcome);
        let problem = problem_of(&outcome);
        audit.outcome = problem.as_ref().map_or_else(
            || outcome_state(&outcome).as_str().to_owned(),
            |problem| format!("{} {}", outcome_state(&outcome).as_str(), problem.code),
        );
        self.settle(item, outcome, problem, audit).await
    }

    /// Records an outcome of an item and tells that its set changed.
    pub async fn settle(
        &self,
        item: ItemId,
        outcome: Outcome,
        problem: Option<ItemProblem>,
        audit: AuditRecord,
    ) -> Result<(), StoreError> {
        let Ok(journal) = self.journal() else { return Err(StoreError::Closed) };
        let set = journal.settle(item, outcome, problem, audit, self.now()).await?;
        self.tell_set(&set);
        Ok(())
    }

    fn line(&self, place: &Place, author: &Author, ledger: &Ledger, phase: AuditPhase) -> AuditRecord {
        let (set, item) = match ledger {
            Ledger::Item(item) => (&item.set, item.number),
            Ledger::Direct { set, .. } => (&set.id, 1),
        };
        AuditRecord {
            address: Some(place.address.clone()),
            item: Some(item),
            ..author.line(&place.connection, Some(set), phase, self.now())
        }
    }

    /// Tells everybody who listens that an entry changed.
    fn tell_entry(&self, place: &Place, author: &Author, outcome: &Outcome, intent: Option<&Intent>) {
        let Outcome::Saved { revision, .. } = outcome else { return };
        let Some(intent) = intent else { return };
        let kind = match (&intent.before, &intent.after) {
            (_, None) => EntryChangeKind::Removed,
            (None, Some(_)) => EntryChangeKind::Created,
            (Some(_), Some(_)) => EntryChangeKind::Updated,
        };
        self.0.events.publish(Event::EntryChanged(Box::new(EntryChange {
            connection: place.connection.clone(),
            store: place.address.store.clone(),
            ordered: place.is_ordered,
            id: place.address.id(),
            kind,
            revision: revision.clone(),
            by: author.by.name.clone(),
            at: self.now(),
        })));
    }

    /// Tells that a set changed.
    pub fn tell_set(&self, set: &SetRecord) {
        self.0.told.set(&set.connection, &set.id);
    }
}

/// The one item of a plain save.
pub fn direct_item(set: &SetId) -> ItemId {
    ItemId { set: set.clone(), number: 1 }
}

fn plain(input: Input) -> Answer {
    Answer { input, facts: None, sum: None, error: None }
}

/// Where an outcome leaves an item.
pub fn outcome_state(outcome: &Outcome) -> ItemState {
    match outcome {
        Outcome::Saved { .. } => ItemState::Saved,
        Outcome::Conflict { .. } => ItemState::Conflict,
        Outcome::Refused(_) => ItemState::Refused,
        Outcome::Unknown { .. } => ItemState::Unknown,
        Outcome::Superseded => ItemState::Superseded,
        Outcome::Postponed(_) => ItemState::Queued,
    }
}

/// Why an item stands where it does, where a reason is needed.
pub fn problem_of(outcome: &Outcome) -> Option<ItemProblem> {
    let told = |problem: &Problem| ItemProblem {
        code: problem.code.clone(),
        message: problem.message.clone(),
        clash: None,
        may_be_told: false,
    };
    match outcome {
        Outcome::Saved { .. } | Outcome::Superseded => None,
        Outcome::Conflict { clash, .. } => Some(clash_problem(*clash)),
        Outcome::Refused(problem) | Outcome::Postponed(problem) => Some(told(problem)),
        Outcome::Unknown { problem, may_be_told } => {
            Some(ItemProblem { may_be_told: *may_be_told, ..told(problem) })
        }
    }
}

/// A conflict in words.
pub fn clash_problem(clash: Clash) -> ItemProblem {
    let message = match clash {
        Clash::Changed => "the entry was changed by someone else; nothing was written: compare, then decide",
        Clash::Overlap => {
            "someone else changed the same places; nothing was written: choose what stands there"
        }
        Clash::Gone => "the entry was removed by someone else; nothing was written",
        Clash::Appeared => "someone else made an entry here; nothing was written",
        Clash::TooLarge => {
            "both changes together are larger than an entry may be; nothing was written: make one of them smaller"
        }
    };
    ItemProblem {
        code: "DS006".to_owned(),
        message: message.to_owned(),
        clash: Some(clash),
        may_be_told: false,
    }
}
