//! The thread that moves the log into the file while the writer goes on.
//!
//! **Invariant:** it decides nothing about durability: what is in the log is on disk already, and the writer moves the
//! log itself when this thread falls behind.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use crate::database::failure::Failure;
use crate::database::{Tuning, file};
use crate::error::StoreError;

/// The thread, once there was something to move.
pub(super) struct Checkpointer {
    path: PathBuf,
    tuning: Tuning,
    running: Option<Running>,
}

/// The running thread.
struct Running {
    nudges: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    /// Over the file at `path`; nothing is started or opened yet.
    pub(super) fn new(path: PathBuf, tuning: Tuning) -> Self {
        Self { path, tuning, running: None }
    }

    /// Asks for the log to be moved soon.
    pub(super) fn nudge(&mut self) {
        let running = match &self.running {
            Some(running) => running,
            None => match Running::start(&self.path, self.tuning) {
                Ok(running) => self.running.insert(running),
                Err(error) => {
                    tracing::warn!(%error, "the thread that moves the log could not be started");
                    return;
                }
            },
        };
        // A full channel means that a nudge is on its way already.
        let _ = running.nudges.try_send(());
    }

    /// Waits until the thread has ended.
    pub(super) fn stop(self) {
        let Some(Running { nudges, thread }) = self.running else { return };
        drop(nudges);
        if thread.join().is_err() {
            tracing::error!("the checkpoint thread panicked");
        }
    }
}

impl Running {
    /// Starts the thread, which opens a connection of its own.
    fn start(file: &Path, tuning: Tuning) -> Result<Self, StoreError> {
        let (nudges, nudged) = sync_channel(1);
        let path = file.to_path_buf();
        let body = move || {
            let mut connection = None;
            while nudged.recv().is_ok() {
                if let Err(failure) = move_log(&mut connection, &path, tuning) {
                    let error = failure.in_file(&path);
                    tracing::warn!(%error, "log not moved into the database");
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(body)
            .map_err(|error| StoreError::Io { file: file.to_path_buf(), cause: error.to_string() })?;
        Ok(Self { nudges, thread })
    }
}

fn move_log(connection: &mut Option<Connection>, path: &Path, tuning: Tuning) -> Result<(), Failure> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(file::connect_checkpointer(path, tuning)?),
    };
    Ok(connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)")?)
}
