//! The thread that moves the log into the file while the writer goes on.
//!
//! **Invariant:** it decides nothing about durability: what is in the log is on disk already, and the writer moves the
//! log itself when this thread falls behind.

use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use crate::error::StoreError;

/// The running thread.
pub(super) struct Checkpointer {
    nudges: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    /// Starts the thread over a connection of its own.
    pub(super) fn spawn(connection: Connection, file: &Path) -> Result<Self, StoreError> {
        let (nudges, nudged) = sync_channel(1);
        let path = file.to_path_buf();
        let body = move || {
            while nudged.recv().is_ok() {
                if let Err(error) = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)") {
                    tracing::warn!(file = %path.display(), %error, "log not moved into the database");
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(body)
            .map_err(|error| StoreError::Io { file: file.to_path_buf(), cause: error.to_string() })?;
        Ok(Self { nudges, thread })
    }

    /// Asks for the log to be moved soon.
    pub(super) fn nudge(&self) {
        // A full channel means that a nudge is on its way already.
        let _ = self.nudges.try_send(());
    }

    /// Waits until the thread has ended.
    pub(super) fn stop(self) {
        drop(self.nudges);
        if self.thread.join().is_err() {
            tracing::error!("the checkpoint thread panicked");
        }
    }
}
