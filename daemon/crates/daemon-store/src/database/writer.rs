//! The thread that writes: it commits what waits as one group.
//!
//! **Invariant:** a job that fails is undone alone; a group whose commit fails is undone whole, and each of its callers
//! is told so.
//!
//! **Invariant:** a large job is a group of its own. It needs no savepoint, which would copy every page it touches, and
//! its neighbours do not share its fate when the disk is full.
//!
//! **Invariant:** after a failed write or sync nothing is written until a probe has reached the disk (S-41).

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use crate::database::checkpointer::Checkpointer;
use crate::database::failure::Failure;
use crate::database::{Tuning, WriteMessage, spawn_thread};
use crate::error::StoreError;

/// The most jobs committed together; bounds how long the first of them waits.
const GROUP_LIMIT: usize = 64;
/// The size from which on a job is committed alone.
const LARGE_JOB_BYTES: usize = 256 << 10;
/// What a job adds to the log beside its values: the pages of the indexes it touches.
const LOG_BYTES_PER_JOB: usize = 32 << 10;
/// How many bytes of jobs the log takes between two requests to move it into the file. Measured: each move ends with a
/// sync that holds the writer's up, so few large moves give few but long waits; with 16 MiB, one answer in a hundred
/// took 21 to 29 ms instead of 10.
const NUDGE_BYTES: usize = 1 << 20;

/// A write and the caller who waits for it.
pub(super) trait WriteJob: Send {
    /// Runs the write inside the group's transaction and keeps its outcome; the error is a copy of the outcome's.
    fn run(&mut self, connection: &Connection, file: &Path) -> Result<(), StoreError>;
    /// Returns how many bytes the caller said the job holds.
    fn size_bytes(&self) -> usize;
    /// Tells the caller the outcome, or why the group was not committed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Pending<T, F> {
    job: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
    /// The job's share of the bytes that may wait, given back when it is answered.
    permit: OwnedSemaphorePermit,
}

/// Wraps a write with the caller who waits for it.
pub(super) fn pending<T, F>(
    job: F,
    answer: oneshot::Sender<Result<T, StoreError>>,
    permit: OwnedSemaphorePermit,
) -> Box<dyn WriteJob>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
{
    Box::new(Pending { job: Some(job), outcome: None, answer, permit })
}

impl<T, F> WriteJob for Pending<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn run(&mut self, connection: &Connection, file: &Path) -> Result<(), StoreError> {
        let Some(job) = self.job.take() else { return Ok(()) };
        let outcome = job(connection).map_err(|failure| failure.in_file(file));
        let verdict = outcome.as_ref().map(|_| ()).map_err(Clone::clone);
        self.outcome = Some(outcome);
        verdict
    }

    fn size_bytes(&self) -> usize {
        self.permit.num_permits()
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let outcome = match committed {
            Ok(()) => self.outcome.unwrap_or(Err(StoreError::Closed)),
            Err(error) => Err(error),
        };
        // The caller may have stopped waiting; what is committed stays.
        let _ = self.answer.send(outcome);
    }
}

/// Starts the thread; the returned receiver resolves when it has ended.
pub(super) fn spawn(
    connection: Connection,
    tuning: Tuning,
    queue: mpsc::Receiver<WriteMessage>,
    file: &Path,
) -> Result<oneshot::Receiver<()>, StoreError> {
    let checkpointer = Checkpointer::new(file.to_path_buf(), tuning);
    let writer =
        Writer { connection, queue, held: None, file: file.to_path_buf(), suspect: false, unmoved_bytes: 0 };
    spawn_thread("store-writer", file, move || writer.run(checkpointer))
}

struct Writer {
    connection: Connection,
    queue: mpsc::Receiver<WriteMessage>,
    /// A large job taken from the queue behind a group it does not belong to.
    held: Option<Box<dyn WriteJob>>,
    file: PathBuf,
    /// Whether the last write or sync failed, so that the disk has to prove itself first.
    suspect: bool,
    /// About how many bytes the log took since it was last asked to be moved.
    unmoved_bytes: usize,
}

impl Writer {
    fn run(mut self, mut checkpointer: Checkpointer) {
        while let Some(group) = self.next_group() {
            self.unmoved_bytes += group.iter().map(|job| job.size_bytes() + LOG_BYTES_PER_JOB).sum::<usize>();
            if !group.is_empty() {
                self.run_group(group);
            }
            if self.unmoved_bytes >= NUDGE_BYTES {
                self.unmoved_bytes = 0;
                checkpointer.nudge();
            }
        }
        checkpointer.stop();
        // Best effort: the log is complete and is read back at the next start.
        if let Err(error) = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(file = %self.file.display(), %error, "log not moved into the database at close");
        }
    }

    /// Waits for a job and takes along what else waits; none when the database closes.
    fn next_group(&mut self) -> Option<Vec<Box<dyn WriteJob>>> {
        let mut group = Vec::new();
        let mut next = match self.held.take() {
            Some(job) => Some(job),
            None => {
                let message = self.queue.blocking_recv()?;
                self.accept(message)
            }
        };
        loop {
            if let Some(job) = next {
                let is_large = job.size_bytes() >= LARGE_JOB_BYTES;
                if is_large && !group.is_empty() {
                    self.held = Some(job);
                    return Some(group);
                }
                group.push(job);
                if is_large || group.len() == GROUP_LIMIT {
                    return Some(group);
                }
            }
            match self.queue.try_recv() {
                Ok(message) => next = self.accept(message),
                Err(_) => return Some(group),
            }
        }
    }

    fn accept(&mut self, message: WriteMessage) -> Option<Box<dyn WriteJob>> {
        match message {
            WriteMessage::Run(job) => Some(job),
            WriteMessage::Close => {
                self.queue.close();
                None
            }
        }
    }

    fn run_group(&mut self, mut group: Vec<Box<dyn WriteJob>>) {
        let committed = self.commit(&mut group);
        if matches!(committed, Err(StoreError::Io { .. })) {
            self.suspect = true;
        }
        for job in group {
            job.answer(committed.clone());
        }
    }

    fn commit(&mut self, group: &mut [Box<dyn WriteJob>]) -> Result<(), StoreError> {
        let file = self.file.as_path();
        let named = |error: rusqlite::Error| Failure::from(error).in_file(file);
        if self.suspect {
            probe(&mut self.connection).map_err(named)?;
            self.suspect = false;
        }
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(named)?;
        if let [job] = group {
            // Its own failure is its answer, and leaves nothing to commit.
            return match job.run(&transaction, file) {
                Ok(()) => transaction.commit().map_err(named),
                Err(error) => Err(error),
            };
        }
        for job in group {
            transaction.execute_batch("SAVEPOINT job").map_err(named)?;
            let outcome = job.run(&transaction, file);
            if transaction.is_autocommit() {
                // SQLite undid the whole transaction, as it may when the disk is full or fails.
                return Err(outcome.err().unwrap_or(StoreError::Closed));
            }
            if outcome.is_err() {
                transaction.execute_batch("ROLLBACK TO job").map_err(named)?;
            }
            transaction.execute_batch("RELEASE job").map_err(named)?;
        }
        transaction.commit().map_err(named)
    }
}

/// Writes one page and syncs it.
fn probe(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}
