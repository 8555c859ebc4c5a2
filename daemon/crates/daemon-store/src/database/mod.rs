//! One SQLite file: its writer thread, its readers, and how it is opened and closed.
//!
//! Knows nothing of what the tables mean: jobs are closures over a connection, made by the stores from `queries`.
//!
//! **Invariant:** one thread writes; a job is answered only after the transaction it ran in is on disk.
//!
//! **Invariant:** what waits is bounded, in jobs and in bytes; callers wait when a queue is full.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::database::failure::Failure;
use crate::database::readers::{OpenReader, ReadQueue};
use crate::database::schema::Schema;
use crate::database::writer::WriteJob;
use crate::error::StoreError;

pub(crate) mod failure;
pub(crate) mod schema;

mod checkpointer;
mod file;
mod readers;
mod writer;

/// The most write jobs that wait for their thread.
const QUEUE_LIMIT: usize = 256;
/// The most bytes of values that wait for the writer, together.
const QUEUED_BYTES_LIMIT: u32 = 16 << 20;

/// Sizes of one database; the defaults of its store suit the daemon.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning {
    /// Bytes of page cache of the writer.
    pub(crate) writer_cache_bytes: u32,
    /// Bytes of page cache of each reader.
    pub(crate) reader_cache_bytes: u32,
    /// How many threads read.
    pub(crate) readers: usize,
    /// Bytes the write-ahead log may take before a commit waits for it to be moved into the file.
    pub(crate) log_bytes: u32,
    /// The most pages the file may have; none for no limit.
    pub(crate) page_limit: Option<u32>,
    /// Whether the whole file is checked when it is opened (S-45).
    pub(crate) check_at_open: bool,
}

/// A handle to an open database; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    write_jobs: mpsc::Sender<WriteMessage>,
    read_jobs: Arc<ReadQueue>,
    queued_bytes: Arc<Semaphore>,
    /// One receiver per thread, readers first; each resolves when its thread has ended.
    threads: Mutex<Vec<oneshot::Receiver<()>>>,
}

enum WriteMessage {
    Run(Box<dyn WriteJob>),
    Close,
}

impl Database {
    /// Opens the file, creating it when missing, and brings its schema up to date. Blocks.
    pub(crate) fn open(path: &Path, schema: &Schema, tuning: Tuning) -> Result<Self, StoreError> {
        let path = file::prepare(path)?;
        let named = |failure: Failure| failure.in_file(&path);
        let observer = examine(&path, schema, tuning)?;
        let mut connection = file::make_writer(observer, tuning).map_err(named)?;
        schema::migrate(&mut connection, schema, &path)?;
        if tuning.check_at_open {
            file::quick_check(&connection).map_err(named)?;
        }
        let read_path = path.clone();
        let open_reader: OpenReader = Arc::new(move || {
            file::connect_reader(&read_path, tuning).map_err(|failure| failure.in_file(&read_path))
        });

        let read_jobs = Arc::new(ReadQueue::new());
        let (write_jobs, write_queue) = mpsc::channel(QUEUE_LIMIT);
        let mut threads = readers::spawn(tuning.readers.max(1), &open_reader, &read_jobs, &path)?;
        threads.push(writer::spawn(connection, tuning, write_queue, &path)?);
        let queued_bytes = Arc::new(Semaphore::new(QUEUED_BYTES_LIMIT as usize));
        let shared = Shared { write_jobs, read_jobs, queued_bytes, threads: Mutex::new(threads) };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Runs `job` on the writer and answers once it is on disk; `size_bytes` is what the job holds in memory.
    ///
    /// The job runs even when the caller stops waiting.
    pub(crate) async fn write<T, F>(&self, size_bytes: usize, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let share = u32::try_from(size_bytes).unwrap_or(u32::MAX).min(QUEUED_BYTES_LIMIT);
        let permit = Arc::clone(&self.shared.queued_bytes)
            .acquire_many_owned(share)
            .await
            .map_err(|_| StoreError::Closed)?;
        let (answer, answered) = oneshot::channel();
        let job = writer::pending(job, answer, permit);
        self.shared.write_jobs.send(WriteMessage::Run(job)).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `job` on a reader, over one unchanging state of the database.
    pub(crate) async fn read<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = readers::pending(job, answer);
        self.shared.read_jobs.send(job).await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Checks the whole file for damage on a reader; takes seconds per gigabyte.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        self.read(file::quick_check).await
    }

    /// Finishes what is queued, moves the log into the file and waits until all threads have ended.
    ///
    /// Later operations answer [`StoreError::Closed`]; closing again does nothing.
    pub(crate) async fn close(&self) {
        // Readers first: the writer can empty the log only when nobody reads from it.
        self.shared.read_jobs.close();
        let threads =
            std::mem::take(&mut *self.shared.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let mut threads = threads.into_iter().peekable();
        while let Some(thread) = threads.next() {
            if threads.peek().is_none() {
                // This fails when the thread is gone already, which is what closing wants.
                let _ = self.shared.write_jobs.send(WriteMessage::Close).await;
            }
            // The sender is dropped, never used: an error is the sign of the end.
            let _ = thread.await;
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // The writer learns it from its queue's end.
        self.read_jobs.close();
    }
}

/// Looks at a file before anything is written to it, and refuses one that is not ours to write.
fn examine(path: &Path, schema: &Schema, tuning: Tuning) -> Result<Connection, StoreError> {
    let named = |failure: Failure| failure.of_head().in_file(path);
    let observer = file::connect_observer(path, tuning).map_err(named)?;
    schema::examine(&observer, schema, path)?;
    file::check_length(path, &observer).map_err(named)?;
    Ok(observer)
}

/// Starts a named thread and returns what resolves when it has ended.
fn spawn_thread(
    name: &str,
    file: &Path,
    body: impl FnOnce() + Send + 'static,
) -> Result<oneshot::Receiver<()>, StoreError> {
    let (running, ended) = oneshot::channel::<()>();
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            body();
            drop(running);
        })
        .map_err(|error| StoreError::Io { file: PathBuf::from(file), cause: error.to_string() })?;
    Ok(ended)
}
