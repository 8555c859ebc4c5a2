//! What the domain tells whoever listens: published by commands, forwarded by the edge.
//!
//! **Invariant:** publishing never waits. A listener that is too slow learns that it missed something, and nothing is
//! dropped silently.

use std::sync::Arc;

use daemon_core::names::{EntryId, StoreName};
use daemon_core::revision::AnyRevision;
use daemon_core::time::Timestamp;
use tokio::sync::{Notify, broadcast};

/// How many events a listener may lag behind before it must read everything again.
const EVENT_CAPACITY: usize = 1024;

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// One entry changed.
    EntryChanged(Box<EntryChange>),
    /// A data store came, went, or many of its entries changed; `None`: several did.
    StoreChanged {
        /// The connection's id.
        connection: String,
        /// Which one.
        store: Option<StoreName>,
    },
    /// The connections changed.
    ConnectionsChanged,
    /// What is spent of a connection's budget, what it allows, or its stop changed.
    BudgetChanged {
        /// The connection's id.
        connection: String,
    },
    /// A change set was staged, amended, committed or discarded, or items of it have new outcomes.
    ChangeSetChanged {
        /// The connection's id.
        connection: String,
        /// The set's id.
        set: String,
    },
    /// A job is further on.
    JobChanged {
        /// The connection's id.
        connection: String,
        /// The job's id.
        job: String,
        /// The principal that it belongs to, and that alone is told.
        owner: String,
    },
    /// A Studio asked to be paired, was decided upon, linked or left.
    PairingsChanged,
}

/// One entry's change.
#[derive(Clone, Debug)]
pub struct EntryChange {
    /// The connection's id.
    pub connection: String,
    /// The data store.
    pub store: StoreName,
    /// Whether it is ordered.
    pub ordered: bool,
    /// Scope and key.
    pub id: EntryId,
    /// What happened to it.
    pub kind: EntryChangeKind,
    /// The revision now current, where there are revisions.
    pub revision: Option<AnyRevision>,
    /// Who did it, by name.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What happened to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryChangeKind {
    /// It is new.
    Created,
    /// It has a new value.
    Updated,
    /// It is gone.
    Removed,
}

/// Where events are published and listened to.
#[derive(Clone, Debug)]
pub struct Events {
    sender: broadcast::Sender<Event>,
    /// Told whenever someone begins to listen.
    listening: Arc<Notify>,
}

impl Default for Events {
    fn default() -> Self {
        Self { sender: broadcast::channel(EVENT_CAPACITY).0, listening: Arc::default() }
    }
}

impl Events {
    /// Tells everybody who listens now.
    pub fn publish(&self, event: Event) {
        // An error says that nobody listens, which is fine.
        let _ = self.sender.send(event);
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        let listener = self.sender.subscribe();
        self.listening.notify_waiters();
        listener
    }

    /// Waits until somebody listens.
    pub async fn heard(&self) {
        loop {
            let listening = self.listening.notified();
            if self.sender.receiver_count() > 0 {
                return;
            }
            listening.await;
        }
    }
}
