//! The threads that read, sharing one queue.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::database::failure::Failure;
use crate::database::{ReadMessage, spawn_thread};
use crate::error::StoreError;

/// A read and the caller who waits for it.
pub(super) trait ReadJob: Send {
    /// Runs the read and answers.
    fn run(self: Box<Self>, connection: &Connection, file: &Path);
}

struct Pending<T, F> {
    job: F,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

/// Wraps a read with the caller who waits for it.
pub(super) fn pending<T, F>(job: F, answer: oneshot::Sender<Result<T, StoreError>>) -> Box<dyn ReadJob>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
{
    Box::new(Pending { job, answer })
}

impl<T, F> ReadJob for Pending<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn run(self: Box<Self>, connection: &Connection, file: &Path) {
        if self.answer.is_closed() {
            return;
        }
        let outcome = in_snapshot(connection, self.job).map_err(|failure| failure.in_file(file));
        // The caller may have stopped waiting; a read nobody waits for leaves nothing behind.
        let _ = self.answer.send(outcome);
    }
}

/// Starts one thread per connection; the returned receivers resolve as the threads end.
pub(super) fn spawn(
    connections: Vec<Connection>,
    queue: mpsc::Receiver<ReadMessage>,
    file: &Path,
) -> Result<Vec<oneshot::Receiver<()>>, StoreError> {
    let queue = Arc::new(Mutex::new(queue));
    connections
        .into_iter()
        .map(|connection| {
            let queue = Arc::clone(&queue);
            let path = file.to_path_buf();
            spawn_thread("store-reader", file, move || {
                while let Some(job) = next(&queue) {
                    job.run(&connection, &path);
                }
            })
        })
        .collect()
}

/// Waits for a job; none when the database closes.
///
/// The lock is held while waiting: the other readers wait for it instead of for the queue.
fn next(queue: &Mutex<mpsc::Receiver<ReadMessage>>) -> Option<Box<dyn ReadJob>> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        match queue.blocking_recv()? {
            ReadMessage::Run(job) => return Some(job),
            ReadMessage::Close => queue.close(),
        }
    }
}

fn in_snapshot<T>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let transaction = rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
    let outcome = job(&transaction)?;
    transaction.finish()?;
    Ok(outcome)
}
