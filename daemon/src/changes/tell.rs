//! Tells listeners that change sets and jobs are further on, without telling every step of thousands.
//!
//! **Invariant:** at most one change in [`INTERVAL`] is told of a set or job, and the last one always is.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use daemon_store::journal::records::{JobId, SetId};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::changes::Changes;
use crate::events::{Event, Events};

/// How long after a change the next one is told.
pub const INTERVAL: Duration = Duration::from_millis(500);

/// What is still to be told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pending: Mutex<BTreeSet<News>>,
    is_pending: Notify,
}

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum News {
    Set { connection: String, set: SetId },
    Job { connection: String, job: JobId, owner: String },
}

impl Told {
    pub(super) fn set(&self, connection: &str, set: &SetId) {
        self.add(News::Set { connection: connection.to_owned(), set: set.clone() });
    }

    fn add(&self, news: News) {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(news);
        self.is_pending.notify_one();
    }

    fn publish(&self, events: &Events) {
        let pending = std::mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner));
        for news in pending {
            events.publish(match news {
                News::Set { connection, set } => Event::ChangeSetChanged { connection, set: set.0 },
                News::Job { connection, job, owner } => Event::JobChanged { connection, job: job.0, owner },
            });
        }
    }
}

impl Changes {
    /// Tells a job's owner that it is further on.
    pub fn tell_job(&self, connection: &str, job: &JobId, owner: &str) {
        let news = News::Job { connection: connection.to_owned(), job: job.clone(), owner: owner.to_owned() };
        self.0.told.add(news);
    }

    /// Publishes what changes, until it is stopped; what is left then is told at once.
    pub async fn tell(self, stopping: CancellationToken) {
        loop {
            tokio::select! {
                () = self.0.told.is_pending.notified() => {}
                () = stopping.cancelled() => break,
            }
            self.0.told.publish(&self.0.events);
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                () = stopping.cancelled() => break,
            }
        }
        self.0.told.publish(&self.0.events);
    }
}
