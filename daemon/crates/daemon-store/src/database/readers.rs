//! The threads that read, sharing one queue.
//!
//! **Invariant:** a job wakes one thread, the one that has been idle for the shortest time. Its cache is the warmest, and
//! under a light load the other threads' caches stay empty.
//!
//! **Invariant:** a thread opens its connection with its first job: where one thread is enough, the others cost no opening.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::database::failure::Failure;
use crate::database::spawn_thread;
use crate::error::StoreError;

/// The most reads that wait for a thread.
const QUEUE_LIMIT: usize = 256;

/// A read and the caller who waits for it.
pub(super) trait ReadJob: Send {
    /// Runs the read and answers.
    fn run(self: Box<Self>, connection: &Connection, file: &Path);
    /// Tells the caller why there is nothing to read from.
    fn refuse(self: Box<Self>, error: StoreError);
}

/// Opens a connection that reads.
pub(super) type OpenReader = Arc<dyn Fn() -> Result<Connection, StoreError> + Send + Sync>;

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

    fn refuse(self: Box<Self>, error: StoreError) {
        // As above.
        let _ = self.answer.send(Err(error));
    }
}

/// The reads that wait, and the threads that wait for them.
#[derive(Debug)]
pub(super) struct ReadQueue {
    /// One permit for each read that may still be queued.
    places: Arc<Semaphore>,
    state: Mutex<QueueState>,
}

#[derive(Default)]
struct QueueState {
    jobs: VecDeque<(Box<dyn ReadJob>, OwnedSemaphorePermit)>,
    /// The threads without a job, that of the last job at the end.
    idle: Vec<Thread>,
    is_closed: bool,
}

impl ReadQueue {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(QUEUE_LIMIT)), state: Mutex::default() }
    }

    /// Queues a read, once there is a place for it.
    pub(super) async fn send(&self, job: Box<dyn ReadJob>) -> Result<(), StoreError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let mut state = self.lock();
        if state.is_closed {
            return Err(StoreError::Closed);
        }
        state.jobs.push_back((job, place));
        let reader = state.idle.pop();
        drop(state);
        if let Some(reader) = reader {
            reader.unpark();
        }
        Ok(())
    }

    /// Lets the threads end once they have done what is queued; nothing more is.
    pub(super) fn close(&self) {
        self.places.close();
        let mut state = self.lock();
        state.is_closed = true;
        for reader in state.idle.drain(..) {
            reader.unpark();
        }
    }

    /// Waits for a job; none when the queue is closed and empty.
    fn next(&self) -> Option<Box<dyn ReadJob>> {
        let reader = thread::current();
        loop {
            let mut state = self.lock();
            // A thread may also wake for no reason, and would then be here twice.
            state.idle.retain(|idle| idle.id() != reader.id());
            if let Some((job, _place)) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.is_closed {
                return None;
            }
            state.idle.push(reader.clone());
            drop(state);
            thread::park();
        }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for QueueState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("QueueState")
            .field("jobs", &self.jobs.len())
            .field("idle", &self.idle.len())
            .field("is_closed", &self.is_closed)
            .finish()
    }
}

/// Starts `count` threads; the returned receivers resolve as the threads end.
pub(super) fn spawn(
    count: usize,
    open: &OpenReader,
    queue: &Arc<ReadQueue>,
    file: &Path,
) -> Result<Vec<oneshot::Receiver<()>>, StoreError> {
    let start = || {
        let (queue, open) = (Arc::clone(queue), Arc::clone(open));
        let path = file.to_path_buf();
        spawn_thread("store-reader", file, move || read(&queue, &open, &path))
    };
    (0..count).map(|_| start()).collect()
}

/// Does what is queued until nothing more is.
fn read(queue: &ReadQueue, open: &OpenReader, file: &Path) {
    let mut connection = None;
    while let Some(job) = queue.next() {
        let opened = match connection.take() {
            Some(connection) => Ok(connection),
            None => open(),
        };
        match opened {
            Ok(opened) => job.run(connection.insert(opened), file),
            Err(error) => job.refuse(error),
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Tells which thread ran it.
    struct Witness(mpsc::Sender<thread::ThreadId>);

    impl ReadJob for Witness {
        fn run(self: Box<Self>, _: &Connection, _: &Path) {
            self.0.send(thread::current().id()).unwrap();
        }

        fn refuse(self: Box<Self>, error: StoreError) {
            panic!("{error}");
        }
    }

    fn readers(count: usize) -> (Arc<ReadQueue>, Vec<oneshot::Receiver<()>>) {
        let open: OpenReader = Arc::new(|| Ok(Connection::open_in_memory().unwrap()));
        readers_over(count, &open)
    }

    fn readers_over(count: usize, open: &OpenReader) -> (Arc<ReadQueue>, Vec<oneshot::Receiver<()>>) {
        let queue = Arc::new(ReadQueue::new());
        let threads = spawn(count, open, &queue, Path::new("test.db")).unwrap();
        (queue, threads)
    }

    #[tokio::test]
    async fn connections_are_opened_by_the_first_read_and_once() {
        let (opened, opens) = mpsc::channel();
        let fails_at_first = std::sync::atomic::AtomicBool::new(true);
        let open: OpenReader = Arc::new(move || {
            opened.send(()).unwrap();
            if fails_at_first.swap(false, std::sync::atomic::Ordering::Relaxed) {
                return Err(StoreError::Closed);
            }
            Ok(Connection::open_in_memory().unwrap())
        });
        let (queue, threads) = readers_over(1, &open);
        let read = async || {
            let (answer, answered) = oneshot::channel();
            let one = |connection: &Connection| Ok(connection.query_row("SELECT 1", [], |row| row.get(0))?);
            queue.send(pending(one, answer)).await.unwrap();
            answered.await.unwrap()
        };
        assert_eq!(opens.try_iter().count(), 0);
        let refused: Result<i64, _> = read().await;
        assert!(matches!(refused, Err(StoreError::Closed)), "{refused:?}");
        assert_eq!((read().await.unwrap(), read().await.unwrap()), (1, 1));
        assert_eq!(opens.try_iter().count(), 2);
        queue.close();
        for thread in threads {
            thread.await.unwrap_err();
        }
    }

    #[tokio::test]
    async fn one_read_at_a_time_stays_with_one_thread() {
        let (queue, threads) = readers(3);
        let (ran, who) = mpsc::channel();
        let mut readers = Vec::new();
        for _ in 0..50 {
            // All threads wait before the next read comes.
            while queue.lock().idle.len() < 3 {
                thread::yield_now();
            }
            queue.send(Box::new(Witness(ran.clone()))).await.unwrap();
            readers.push(who.recv().unwrap());
        }
        readers.dedup();
        assert_eq!(readers.len(), 1);
        queue.close();
        for thread in threads {
            thread.await.unwrap_err();
        }
    }

    #[tokio::test]
    async fn what_is_queued_when_it_closes_is_done() {
        let (queue, threads) = readers(2);
        let (ran, who) = mpsc::channel();
        for _ in 0..QUEUE_LIMIT * 2 {
            queue.send(Box::new(Witness(ran.clone()))).await.unwrap();
        }
        queue.close();
        let refused = queue.send(Box::new(Witness(ran.clone()))).await;
        assert!(matches!(refused, Err(StoreError::Closed)), "{refused:?}");
        for thread in threads {
            thread.await.unwrap_err();
        }
        drop(ran);
        assert_eq!(who.iter().count(), QUEUE_LIMIT * 2);
    }
}
