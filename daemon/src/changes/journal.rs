//! The journal's file, or why it cannot be used.
//!
//! **Invariant:** a damaged, truncated or newer file is left as it is: nothing is written to it or in its place (S-45).

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use daemon_store::error::StoreError;
use daemon_store::journal::JournalStore;
use thiserror::Error;

/// Tells why nothing can be changed.
#[derive(Clone, Debug, Error)]
#[error(
    "the journal of changes cannot be used, so nothing can be changed; reading and export work, and nothing was lost: {cause}"
)]
pub struct JournalProblem {
    /// What is wrong with it, and what to do.
    pub cause: String,
}

/// The journal. Its file is opened when it is first asked for, so that commands that only read do not pay for it.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    opened: OnceLock<Result<JournalStore, JournalProblem>>,
    /// Set once, when an open file turns out to be damaged.
    damage: OnceLock<JournalProblem>,
}

impl Journal {
    /// In that file, which is created when it is missing.
    pub fn new(path: PathBuf) -> Self {
        Self(Arc::new(Inner { path, opened: OnceLock::new(), damage: OnceLock::new() }))
    }

    /// The file, unless it cannot be used; then everything that needs it is refused. Blocks the first time.
    pub fn store(&self) -> Result<&JournalStore, JournalProblem> {
        if let Some(problem) = self.0.damage.get() {
            return Err(problem.clone());
        }
        let opened = self.0.opened.get_or_init(|| {
            JournalStore::open(&self.0.path).map_err(|error| {
                tracing::error!(%error, "the journal of changes cannot be used; the daemon only reads");
                JournalProblem { cause: error.to_string() }
            })
        });
        opened.as_ref().map_err(Clone::clone)
    }

    /// Why it cannot be used.
    pub fn problem(&self) -> Option<JournalProblem> {
        self.store().err()
    }

    /// Reads the whole file; when it is damaged, nothing is changed from now on. Takes seconds per gigabyte.
    pub async fn check(&self) {
        let Ok(store) = self.store() else { return };
        if let Err(error @ (StoreError::Damaged { .. } | StoreError::Io { .. })) = store.check().await {
            tracing::error!(%error, "the journal of changes is damaged; from now on the daemon only reads");
            // Whoever found it first has told why.
            let _ = self.0.damage.set(JournalProblem { cause: error.to_string() });
        }
    }

    /// Finishes what is queued and closes the file, if it was opened.
    pub async fn close(&self) {
        if let Some(Ok(store)) = self.0.opened.get() {
            store.close().await;
        }
    }
}
