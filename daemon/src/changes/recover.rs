//! Finishes what was begun: items whose answer was lost, and sets that a restart or a wait interrupted.
//!
//! **Invariant:** an item found in flight is read back before anything else is done about it (S-32).

use std::sync::Arc;
use std::time::Duration;

use daemon_core::changes::attempt::{Attempt, Intent};
use daemon_core::changes::content::Image;
use daemon_core::changes::state::ItemState;
use daemon_store::error::StoreError;
use daemon_store::journal::JournalStore;
use daemon_store::journal::records::{ItemId, Principal, SetRecord, WorkItem};
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::changes::drive::{Driven, Ledger};
use crate::changes::run::{IN_FLIGHT, Run, RunEnd, sum};
use crate::changes::{Author, Changes};
use crate::universes::Universe;
use crate::universes::registry::{Connection, Registry};

/// How long after a failed try the next one is made; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How many items are read from the journal at a time.
const PAGE: usize = 256;
/// For how long after its intent a plain save that turns out not to be done is done after all. Later nobody waits for it.
const SAVE_PATIENCE: Duration = Duration::from_mins(15);

/// The name audit lines of the daemon itself bear.
const SELF: &str = "dsmp";

impl Changes {
    /// Reads back and finishes whatever is unfinished, now and whenever something is, until the daemon stops.
    pub async fn finish(self, registry: Arc<Registry>, stopping: CancellationToken) {
        let mut wait = FIRST_WAIT;
        loop {
            let is_left = self.finish_once(&registry, &stopping).await;
            if !is_left {
                wait = FIRST_WAIT;
            }
            let next = async {
                if is_left {
                    tokio::time::sleep(wait).await;
                } else {
                    self.0.unfinished.notified().await;
                }
            };
            tokio::select! {
                () = next => {}
                () = stopping.cancelled() => return,
            }
            if is_left {
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }

    /// One round over everything unfinished; answers whether something is left that waiting may finish.
    pub async fn finish_once(&self, registry: &Registry, stopping: &CancellationToken) -> bool {
        let Ok(journal) = self.journal() else { return false };
        let items = self.read_back_all(journal, registry, stopping).await;
        let sets = self.run_all(journal, registry, stopping).await;
        match (items, sets) {
            (Ok(items), Ok(sets)) => items || sets,
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "unfinished changes could not be looked at; they are tried again");
                true
            }
        }
    }

    async fn read_back_all(
        &self,
        journal: &JournalStore,
        registry: &Registry,
        stopping: &CancellationToken,
    ) -> Result<bool, StoreError> {
        let (mut after, mut is_left) = (None, false);
        loop {
            let page = journal.in_flight(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(is_left) };
            after = Some(last.record.id.clone());
            let mut items = stream::iter(page)
                .map(|item| self.read_back(journal, registry, item.record.id))
                .buffer_unordered(IN_FLIGHT);
            while let Some(is_unfinished) = items.next().await {
                is_left |= is_unfinished?;
            }
            if stopping.is_cancelled() {
                return Ok(false);
            }
        }
    }

    /// Reads one item back; answers whether that is to be tried again.
    async fn read_back(
        &self,
        journal: &JournalStore,
        registry: &Registry,
        item: ItemId,
    ) -> Result<bool, StoreError> {
        let Some(found) = journal.get_item(item.clone()).await? else { return Ok(false) };
        let Some((_, universe)) = reach(registry, &found.record.connection).await else { return Ok(true) };
        let driven = self.check(universe, item).await?;
        let is_unfinished = |driven: Driven| {
            use daemon_core::changes::attempt::Outcome;
            matches!(driven.outcome, Outcome::Unknown { may_be_told: true, .. } | Outcome::Postponed(_))
        };
        Ok(driven.is_some_and(is_unfinished))
    }

    /// Reads an item back that is in flight; none when it is no longer.
    pub async fn check(
        &self,
        universe: Arc<dyn Universe>,
        item: ItemId,
    ) -> Result<Option<Driven>, StoreError> {
        let Ok(journal) = self.journal() else { return Err(StoreError::Closed) };
        let Some(found) = journal.get_item(item.clone()).await? else { return Ok(None) };
        let Some(set) = journal.get_set(item.set.clone()).await? else { return Ok(None) };
        let author = author_of(&set);
        let run = Run {
            set: set.id.clone(),
            connection: set.connection.clone(),
            universe,
            policy: set.policy,
            author: author.clone(),
        };
        let place = run.place(&found);
        let _turn = self.0.turns.take(&place.connection, place.is_ordered, &place.address).await;
        // Whoever had the turn before may have found out.
        let Some(found) = journal.get_item(item.clone()).await? else { return Ok(None) };
        if !matches!(found.record.state, ItemState::Sending | ItemState::Unknown) {
            return Ok(None);
        }
        let is_save = set.job.is_none() && set.counts.total == 1;
        // Every reading back notes a change; the commit of a plain save is when its intent was made.
        let since = set.committed_at.unwrap_or(found.record.changed_at);
        let age = self.now().saturating_since(since);
        let may_resend = !is_save || age <= SAVE_PATIENCE;
        let policy = set.policy;
        let WorkItem { record, images } = found;
        let intent = Intent { before: images.before, after: images.after, increment: record.increment };
        let (base, after) = (intent.before.clone(), intent.after.clone());
        let decide = move |now: Option<&Image>| match record.increment {
            Some(amount) => sum(now, amount),
            None => Ok(policy.decide(base.as_ref(), after.as_ref(), now)),
        };
        let attempt = Attempt::recover(Box::new(decide), place.universe.source(), intent, may_resend);
        Ok(Some(self.drive(&place, &author, &mut Ledger::Item(item), attempt).await))
    }

    async fn run_all(
        &self,
        journal: &JournalStore,
        registry: &Registry,
        stopping: &CancellationToken,
    ) -> Result<bool, StoreError> {
        let mut is_left = false;
        for set in journal.committing().await? {
            let Some((_, universe)) = reach(registry, &set.connection).await else {
                is_left = true;
                continue;
            };
            let run = Run {
                author: author_of(&set),
                set: set.id,
                connection: set.connection,
                universe: universe.for_jobs(),
                policy: set.policy,
            };
            match self.run(&run, stopping, &|_| {}).await {
                Ok(RunEnd::Finished | RunEnd::Halted | RunEnd::Elsewhere) => {}
                Ok(RunEnd::Waiting(problem)) => {
                    tracing::info!(change_set.id = %run.set.0, code = problem.code, "a change set waits");
                    is_left = true;
                }
                Ok(RunEnd::JournalFailed(error)) => return Err(error),
                Err(problem) => {
                    tracing::warn!(%problem, "a change set cannot go on");
                    return Ok(false);
                }
            }
        }
        Ok(is_left)
    }
}

/// Who stands behind what the daemon finishes by itself.
pub fn author_of(set: &SetRecord) -> Author {
    let by = set.committed_by.clone().unwrap_or_else(|| Principal { id: SELF.into(), name: SELF.into() });
    Author { by, operation: "changesets.commit", reason: set.reason.clone() }
}

/// The universe of a connection; none when it cannot be reached now, or there is no such connection any more.
async fn reach(registry: &Registry, connection: &str) -> Option<(Connection, Arc<dyn Universe>)> {
    let found = match registry.find(connection).await {
        Ok(found) => found?,
        Err(error) => {
            tracing::warn!(%error, "a connection with unfinished changes could not be read");
            return None;
        }
    };
    match registry.universe(&found).await {
        Ok(universe) => Some((found, universe)),
        Err(error) => {
            tracing::warn!(%error, connection.id = found.id, "unfinished changes wait for their connection");
            None
        }
    }
}
