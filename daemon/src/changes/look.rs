//! Looks again at the entries of a staged set, as a dry run before its commit does.

use std::sync::Arc;

use daemon_core::changes::content::is_unchanged;
use daemon_core::changes::policy::Decision;
use daemon_core::changes::state::ItemState;
use daemon_store::error::StoreError;
use daemon_store::journal::records::{ItemRecord, SetRecord};
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::changes::Changes;
use crate::changes::drive::clash_problem;
use crate::changes::journal::JournalProblem;
use crate::changes::place::Place;
use crate::changes::run::sum;
use crate::changes::stage::difference;
use crate::universes::{Universe, UniverseError};

/// How many entries are read at a time. Each may have 4 MiB.
const READS: usize = 8;
/// How many items are listed at a time.
const PAGE: usize = 256;

/// What came of looking at one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It is as it was.
    Same,
    /// Someone else changed it, and both changes go together: the item stands on what is there now.
    Merged,
    /// Someone else changed it, and a person has to decide once it is committed.
    Clash,
    /// It reads as the item would make it.
    Nothing,
}

/// Why looking again ended early.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalProblem),
    /// The journal could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry could not be read.
    #[error(transparent)]
    Universe(#[from] UniverseError),
}

impl Changes {
    /// Reads every entry of a staged set again and moves the items whose entry was changed onto what is there now, where the
    /// set's policy lets them. Nothing is sent. What `halt` cut off is not taken for looked at.
    pub async fn look_again(
        &self,
        set: &SetRecord,
        universe: &Arc<dyn Universe>,
        halt: &CancellationToken,
        progress: &(dyn Fn(Look) + Send + Sync),
    ) -> Result<SetRecord, LookError> {
        let journal = self.journal()?;
        let mut after = 0;
        loop {
            let page = journal.list_items(set.id.clone(), Some(ItemState::Staged), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.id.number;
            let mut looks =
                stream::iter(page).map(|item| self.look_at(set, universe, item)).buffer_unordered(READS);
            while let Some(look) = looks.next().await {
                progress(look?);
            }
            if halt.is_cancelled() {
                return Ok(journal.get_set(set.id.clone()).await?.unwrap_or_else(|| set.clone()));
            }
        }
        let record = journal.mark_checked(set.id.clone(), self.now()).await?;
        self.tell_set(&record);
        Ok(record)
    }

    async fn look_at(
        &self,
        set: &SetRecord,
        universe: &Arc<dyn Universe>,
        item: ItemRecord,
    ) -> Result<Look, LookError> {
        let journal = self.journal()?;
        let place = Place {
            connection: set.connection.clone(),
            universe: Arc::clone(universe),
            address: item.address.clone(),
            is_ordered: item.is_ordered,
        };
        let (now, _) = place.read().await?;
        // Taken out meanwhile.
        let Some(found) = journal.get_item(item.id.clone()).await? else { return Ok(Look::Nothing) };
        let images = found.images;
        if item.increment.is_none() && is_unchanged(images.base.as_ref(), now.as_ref()) {
            return Ok(Look::Same);
        }
        let decision = match item.increment {
            Some(amount) => sum(now.as_ref(), amount).unwrap_or(Decision::Nothing),
            None => set.policy.decide(images.base.as_ref(), images.after.as_ref(), now.as_ref()),
        };
        let (base, after, problem, look) = match decision {
            Decision::Write(content) => (now, Some(content), None, Look::Merged),
            Decision::Remove => (now, None, None, Look::Merged),
            Decision::Nothing => return Ok(Look::Nothing),
            Decision::Clash(clash) => (images.base, images.after, Some(clash_problem(clash)), Look::Clash),
        };
        let difference = difference(base.as_ref().map(|base| &base.content), after.as_ref());
        journal.recheck(item.id, base, after, difference, problem, self.now()).await?;
        Ok(look)
    }
}
