//! The one way on which players' data changes: staged, made durable, sent, recorded.
//!
//! [`Changes`] joins the journal, in which everything lies that must not be lost, with the universes that changes are sent
//! to. What an item does next is decided by [`daemon_core::changes::attempt`]; this module does it. It knows neither the wire
//! nor who may do what.
//!
//! **Invariant:** nothing is sent before its intent, its pre-image and the record of the attempt are on disk (S-33).
//!
//! **Invariant:** of each key one change is sent at a time, and none while the outcome of an earlier one is unknown (S-37).
//!
//! **Invariant:** a journal that cannot be used stops every change and nothing else (S-45).

pub mod journal;
pub mod place;
pub mod drive;
pub mod stage;
pub mod look;
pub mod run;
pub mod recover;
pub mod tell;

mod turns;

use std::sync::Arc;

use daemon_core::changes::attempt::Problem;
use daemon_core::revision::REVISION_LIFETIME;
use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use daemon_store::journal::JournalStore;
use daemon_store::journal::records::{AuditPhase, AuditRecord, Principal, SetId};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::changes::journal::{Journal, JournalProblem};
use crate::changes::run::Running;
use crate::changes::tell::Told;
use crate::changes::turns::Turns;
use crate::clock::Clock;
use crate::events::Events;
use crate::universes::UniverseError;

/// Sets of which the values are deleted in one transaction.
const PURGE_STEP: usize = 100;

/// How an error of a universe is told: with its code, and in words.
pub type Explain = fn(&UniverseError) -> Problem;

/// Everything changes go through; cheap to clone.
#[derive(Clone, Debug)]
pub struct Changes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Journal,
    turns: Turns,
    running: Running,
    told: Told,
    events: Events,
    clock: Clock,
    explain: Explain,
    /// Told when something is left that only waiting or reading back can finish.
    unfinished: Notify,
}

impl Changes {
    /// Over a journal; `explain` gives errors their codes.
    pub fn new(journal: Journal, events: Events, clock: Clock, explain: Explain) -> Self {
        Self(Arc::new(Inner {
            journal,
            turns: Turns::default(),
            running: Running::default(),
            told: Told::default(),
            events,
            clock,
            explain,
            unfinished: Notify::new(),
        }))
    }

    /// The journal, unless it cannot be used.
    pub fn journal(&self) -> Result<&JournalStore, JournalProblem> {
        self.0.journal.store()
    }

    /// The journal with its state.
    pub fn journal_state(&self) -> &Journal {
        &self.0.journal
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Deletes the values of sets that ended longer ago than revisions are kept, a little at a time.
    pub async fn purge(&self) -> Result<(), StoreError> {
        let Ok(journal) = self.journal() else { return Ok(()) };
        let before = self.now().saturating_sub(REVISION_LIFETIME);
        while journal.purge(before, PURGE_STEP).await? > 0 {}
        Ok(())
    }

    /// Closes the journal.
    pub async fn close(&self) {
        self.0.journal.close().await;
    }

    fn explain(&self, error: &UniverseError) -> Problem {
        (self.0.explain)(error)
    }
}

/// A new id of a change set: later ones sort after earlier ones.
pub fn new_set_id() -> SetId {
    SetId(Uuid::now_v7().to_string())
}

/// Who asks for a change, and by which operation; what audit lines begin with.
#[derive(Clone, Debug)]
pub struct Author {
    /// Who.
    pub by: Principal,
    /// The operation's name.
    pub operation: &'static str,
    /// Why.
    pub reason: Option<String>,
}

impl Author {
    /// An audit line without entry and item.
    pub fn line(
        &self,
        connection: &str,
        set: Option<&SetId>,
        phase: AuditPhase,
        at: Timestamp,
    ) -> AuditRecord {
        AuditRecord {
            at,
            by: self.by.clone(),
            operation: self.operation.to_owned(),
            phase,
            connection: connection.to_owned(),
            address: None,
            set: set.cloned(),
            item: None,
            outcome: String::new(),
            reason: self.reason.clone(),
        }
    }
}
