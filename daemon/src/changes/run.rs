//! Sends the items of a committed set, several at a time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use daemon_core::changes::attempt::{Attempt, Outcome, Problem};
use daemon_core::changes::content::Image;
use daemon_core::changes::policy::{ConflictPolicy, Decision};
use daemon_store::error::StoreError;
use daemon_store::journal::records::{AuditPhase, ItemId, SetId, WorkItem};
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::changes::drive::{Driven, Ledger, problem_of};
use crate::changes::journal::JournalProblem;
use crate::changes::place::{Place, number, whole_number};
use crate::changes::{Author, Changes};
use crate::universes::Universe;

/// How many items of a set are on their way at a time.
pub const IN_FLIGHT: usize = 32;

/// How many items are read from the journal at a time; their values are bounded by it as well.
const PAGE: usize = 256;

/// A committed set and the way to its universe.
#[derive(Clone)]
pub struct Run {
    /// The set.
    pub set: SetId,
    /// The connection's id.
    pub connection: String,
    /// The universe.
    pub universe: Arc<dyn Universe>,
    /// What happens to items whose entry was changed meanwhile.
    pub policy: ConflictPolicy,
    /// Who committed it.
    pub author: Author,
}

/// How a run ended.
#[derive(Debug)]
pub enum RunEnd {
    /// No item is queued any more.
    Finished,
    /// Some items wait, because of this.
    Waiting(Problem),
    /// It was asked to stop; what had begun has an outcome.
    Halted,
    /// Someone else runs the set.
    Elsewhere,
    /// The journal cannot be written.
    JournalFailed(StoreError),
}

/// The sets that are being sent.
#[derive(Debug, Default)]
pub(super) struct Running(Mutex<HashSet<SetId>>);

struct RunningSet<'a> {
    running: &'a Running,
    set: SetId,
}

impl Running {
    fn enter(&self, set: &SetId) -> Option<RunningSet<'_>> {
        let is_new = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(set.clone());
        is_new.then(|| RunningSet { running: self, set: set.clone() })
    }
}

impl Drop for RunningSet<'_> {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.set);
    }
}

impl Changes {
    /// Sends what is queued of a set until nothing is, something has to wait, or `halt` is cancelled.
    ///
    /// `progress` is called after each item with where it stands now.
    pub async fn run(
        &self,
        run: &Run,
        halt: &CancellationToken,
        progress: &(dyn Fn(&Outcome) + Send + Sync),
    ) -> Result<RunEnd, JournalProblem> {
        let journal = self.journal()?;
        let Some(_running) = self.0.running.enter(&run.set) else { return Ok(RunEnd::Elsewhere) };
        let (mut after, mut waiting) = (0, None);
        loop {
            let page = match journal.queued(run.set.clone(), after, PAGE).await {
                Ok(page) => page,
                Err(error) => return Ok(RunEnd::JournalFailed(error)),
            };
            let Some(last) = page.last() else { break };
            after = last.record.id.number;
            let mut items = stream::iter(page)
                .map(|item| async {
                    if halt.is_cancelled() { None } else { Some(self.run_item(run, item).await) }
                })
                .buffer_unordered(IN_FLIGHT);
            while let Some(driven) = items.next().await {
                let Some(driven) = driven else { continue };
                if let Some(error) = driven.journal_error {
                    // Items that others took meanwhile are theirs.
                    if !matches!(error, StoreError::IllegalEvent { .. }) {
                        return Ok(RunEnd::JournalFailed(error));
                    }
                    continue;
                }
                progress(&driven.outcome);
                if let Outcome::Postponed(problem) = driven.outcome {
                    waiting.get_or_insert(problem);
                }
            }
            if halt.is_cancelled() {
                return Ok(RunEnd::Halted);
            }
            // What keeps one item waiting most likely keeps them all.
            if let Some(problem) = waiting {
                return Ok(RunEnd::Waiting(problem));
            }
        }
        Ok(RunEnd::Finished)
    }

    async fn run_item(&self, run: &Run, item: WorkItem) -> Driven {
        let id = item.record.id.clone();
        let place = run.place(&item);
        let _turn = self.0.turns.take(&place.connection, place.is_ordered, &place.address).await;
        let mut ledger = Ledger::Item(id.clone());
        let attempt = attempt_of(&place, item, run.policy);
        let mut driven = self.drive(&place, &run.author, &mut ledger, attempt).await;
        if let Outcome::Postponed(problem) = &driven.outcome
            && driven.is_blocked
        {
            driven.outcome = Outcome::Refused(problem.clone());
            driven.journal_error = self.refuse(&run.author, &place, id, &driven.outcome).await.err();
        }
        driven
    }

    async fn refuse(
        &self,
        author: &Author,
        place: &Place,
        item: ItemId,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let problem = problem_of(outcome);
        let mut audit = author.line(&place.connection, Some(&item.set), AuditPhase::Outcome, self.now());
        audit.address = Some(place.address.clone());
        audit.item = Some(item.number);
        "refused DS007".clone_into(&mut audit.outcome);
        self.settle(item, outcome.clone(), problem, audit).await
    }
}

impl Run {
    /// Where an item's entry lies.
    pub(super) fn place(&self, item: &WorkItem) -> Place {
        Place {
            connection: self.connection.clone(),
            universe: Arc::clone(&self.universe),
            address: item.record.address.clone(),
            is_ordered: item.record.is_ordered,
        }
    }
}

/// The attempt of a queued item.
fn attempt_of(place: &Place, item: WorkItem, policy: ConflictPolicy) -> Attempt<'static> {
    let source = place.universe.source();
    let images = item.images;
    if let Some(amount) = item.record.increment {
        return Attempt::incrementing(Box::new(move |now| sum(now, amount)), source, amount);
    }
    let decide =
        move |now: Option<&Image>| Ok(policy.decide(images.base.as_ref(), images.after.as_ref(), now));
    Attempt::new(Box::new(decide), source)
}

/// What an increment makes of an ordered entry.
pub fn sum(now: Option<&Image>, amount: i64) -> Result<Decision, Problem> {
    let value = now.and_then(|now| whole_number(&now.content)).unwrap_or(0);
    value.checked_add(amount).map(|sum| Decision::Write(number(sum))).ok_or_else(|| Problem {
        code: "DS011".to_owned(),
        message: format!(
            "adding {amount} to {value} leaves the range of 64-bit integers; nothing was written"
        ),
    })
}
