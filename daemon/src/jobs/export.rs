//! Writes a data store's entries to a file, as JSONL.
//!
//! **Invariant:** the file appears under its name only when it is complete, and never in the place of another one.

mod target;

use std::path::{Path, PathBuf};

use daemon_core::names::{Scope, StoreKind, StoreName};
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;
use daemon_store::journal::records::{JobId, JobKind, JobProgress, JobRecord, JobState, Principal};
use serde::{Deserialize, Serialize};

use crate::jobs::export::target::{Target, place, temporary};
use crate::jobs::files::failed;
use crate::jobs::work::{Cut, Work};
use crate::jsonl::line::add_line;
use crate::universes::{ExportText, KeyQuery, StoreQuery, Universe};

/// The operation that starts an export, as the audit names it.
pub const OPERATION: &str = "exports.start";

/// Entries asked for at a time.
const PAGE: usize = 512;

/// What is to be exported.
#[derive(Clone, Debug)]
pub struct NewExport {
    /// The job's id, which a file may be named after.
    pub id: JobId,
    /// The connection's id.
    pub connection: String,
    /// The data store.
    pub store: StoreName,
    /// One scope, or all.
    pub scope: Option<Scope>,
    /// Only keys that begin so.
    pub prefix: String,
    /// The file.
    pub file: String,
    /// Who exports it.
    pub by: Principal,
}

/// What is to be done, as the journal keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    store: String,
    scope: Option<String>,
    prefix: String,
}

/// How far it is, as the journal keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Checkpoint {
    /// Where the next page begins; none at the beginning.
    cursor: Option<String>,
    /// How long the file is up to there.
    size_bytes: u64,
    /// Whether the file is complete, so that it only needs its name.
    is_complete: bool,
}

/// The job of an export.
pub fn job(new: NewExport, now: Timestamp) -> JobRecord {
    let plan = Plan {
        store: new.store.as_str().to_owned(),
        scope: new.scope.map(|scope| scope.as_str().to_owned()),
        prefix: new.prefix,
    };
    JobRecord {
        id: new.id,
        kind: JobKind::Export,
        connection: new.connection,
        title: format!("Export {}", new.store),
        state: JobState::Queued,
        by: new.by,
        created_at: now,
        started_at: None,
        finished_at: None,
        progress: JobProgress::default(),
        set: None,
        file: Some(new.file),
        // Plain structures of texts and numbers always can be written.
        plan: serde_json::to_string(&plan).unwrap_or_default(),
        checkpoint: String::new(),
        message: None,
    }
}

/// An export that is being worked on.
struct Export<'a> {
    work: &'a Work,
    store: StoreName,
    scope: Option<Scope>,
    prefix: String,
    file: PathBuf,
    checkpoint: Checkpoint,
    progress: JobProgress,
}

pub(super) async fn run(work: &Work) -> Result<JobProgress, Cut> {
    let mut export = Export::read(work)?;
    let (_, universe) = work.reach().await?;
    if export.checkpoint.is_complete {
        return export.place().await;
    }
    export.begin(universe.as_ref()).await?;
    let (path, job, size_bytes) = (export.file.clone(), work.job.id.clone(), export.checkpoint.size_bytes);
    let opened = blocking(&export.file, move || Target::open(&path, &job, size_bytes)).await;
    let (mut target, is_new) = opened?;
    if is_new {
        export.checkpoint = Checkpoint::default();
        export.progress.saved = 0;
    }
    loop {
        if work.halt.is_cancelled() {
            export.store(target).await?;
            return Err(Cut::Halted);
        }
        let page = match universe.export(export.query(), add_line).await {
            Ok(page) => page,
            Err(error) => {
                // What was written so far is safe however long the wait is.
                target = export.store(target).await?;
                work.wait_out(&error).await?;
                continue;
            }
        };
        export.progress.saved += page.entries.unproven.len() as u64;
        let ExportText { text, unproven } = page.entries;
        let file = export.file.clone();
        target = blocking(&file, move || {
            for range in unproven {
                if text.get(range).is_none_or(|value| !JsonText::accepts(value)) {
                    return Err(std::io::Error::other(
                        "a stored value is damaged, so the export would not be whole: find it with `dsmp export`, and write it anew",
                    ));
                }
            }
            target.write(text.as_bytes())?;
            Ok(target)
        })
        .await?;
        match page.next_cursor {
            None => break,
            Some(cursor) => export.checkpoint.cursor = Some(cursor),
        }
        if work.is_due() {
            target = export.store(target).await?;
        }
    }
    export.complete(target).await
}

/// Removes what a stopped export has written.
pub(super) fn stop(job: &JobRecord) {
    let Some(file) = &job.file else { return };
    if let Err(error) = target::discard(Path::new(file), &job.id) {
        tracing::warn!(%error, job.id = %job.id.0, "what a stopped export has written could not be removed");
    }
}

impl<'a> Export<'a> {
    fn read(work: &'a Work) -> Result<Self, Cut> {
        let unreadable = |error: &dyn std::fmt::Display| {
            Cut::Failed(format!("what is to be exported is not understood any more: {error}"))
        };
        let job = &work.job;
        let plan: Plan = serde_json::from_str(&job.plan).map_err(|error| unreadable(&error))?;
        let checkpoint = match job.checkpoint.as_str() {
            "" => Checkpoint::default(),
            text => serde_json::from_str(text).map_err(|error| unreadable(&error))?,
        };
        let scope = plan.scope.as_deref().map(Scope::parse).transpose();
        Ok(Self {
            work,
            store: StoreName::parse(&plan.store).map_err(|error| unreadable(&error))?,
            scope: scope.map_err(|error| unreadable(&error))?,
            prefix: plan.prefix,
            file: PathBuf::from(job.file.as_deref().unwrap_or_default()),
            checkpoint,
            progress: job.progress,
        })
    }

    /// Finds out how many entries there are, where that costs nothing.
    async fn begin(&mut self, universe: &dyn Universe) -> Result<(), Cut> {
        let is_whole = self.scope.is_none() && self.prefix.is_empty();
        if !is_whole || !universe.source().is_direct || self.progress.total.is_some() {
            return Ok(());
        }
        let query = StoreQuery {
            kind: Some(StoreKind::Standard),
            prefix: self.store.as_str().to_owned(),
            deleted: false,
            cursor: None,
            limit: 1,
        };
        // The name itself comes first among those that begin so. An export that lacks its total is one all the same.
        let listed = universe.list_stores(query).await.ok();
        let found = listed.and_then(|page| page.items.into_iter().find(|store| store.name == self.store));
        self.progress.total = found.and_then(|store| store.key_count);
        Ok(())
    }

    fn query(&self) -> KeyQuery {
        KeyQuery {
            store: self.store.clone(),
            scope: self.scope.clone(),
            prefix: self.prefix.clone(),
            cursor: self.checkpoint.cursor.clone(),
            limit: PAGE,
        }
    }

    /// Makes what is written durable, and then how far that is.
    async fn store(&mut self, mut target: Target) -> Result<Target, Cut> {
        let (target, size_bytes) = blocking(&self.file, move || {
            let size_bytes = target.checkpoint()?;
            Ok((target, size_bytes))
        })
        .await?;
        self.checkpoint.size_bytes = size_bytes;
        self.record().await?;
        Ok(target)
    }

    async fn complete(mut self, target: Target) -> Result<JobProgress, Cut> {
        self.checkpoint.size_bytes = blocking(&self.file, move || target.complete()).await?;
        self.checkpoint.is_complete = true;
        // Entries that came or went meanwhile.
        self.progress.total = Some(self.progress.saved);
        self.record().await?;
        self.place().await
    }

    async fn place(self) -> Result<JobProgress, Cut> {
        let (temporary, path) = (temporary(&self.file, &self.work.job.id), self.file.clone());
        blocking(&self.file, move || place(&temporary, &path)).await?;
        Ok(self.progress)
    }

    async fn record(&self) -> Result<(), Cut> {
        let checkpoint = serde_json::to_string(&self.checkpoint).unwrap_or_default();
        self.work.checkpoint(self.progress, checkpoint, Vec::new()).await
    }
}

/// Does what may take long on a file where nobody else waits for it.
async fn blocking<T: Send + 'static>(
    file: &Path,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Cut> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    done.map_err(|error| Cut::Failed(failed("write", file)(error).to_string()))
}
