//! Writes the entries of a JSONL file, packed or not, into a data store.
//!
//! Our own engine keeps what an entry replaces, so there batches are written as they are read. To Roblox the lines go as the
//! items of one change set, which is committed once the file is read: so what they replace is kept, and undone as any set.
//!
//! **Invariant:** of two lines with the same key the later one counts.
//!
//! **Invariant:** a line that is refused is reported, and holds up no other.

mod local;
mod cloud;
mod reader;

use std::io;
use std::path::Path;
use std::sync::Arc;

use daemon_core::changes::state::SetState;
use daemon_core::names::StoreName;
use daemon_core::time::Timestamp;
use daemon_store::journal::records::{
    JobId, JobKind, JobProgress, JobRecord, JobState, Principal, SetRecord,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::changes::{Author, new_set_id};
use crate::jobs::commit::{self, new_job_id};
use crate::jobs::files::{self, FileMark, open_source};
use crate::jobs::import::reader::Event;
use crate::jobs::work::{Cut, Work};
use crate::jsonl::packing::{Packing, unpack};
use crate::state::AppState;
use crate::universes::Universe;

/// The operation that starts an import, as the audit names it.
pub const OPERATION: &str = "imports.start";

/// What is to be imported.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// The connection's id.
    pub connection: String,
    /// The data store.
    pub store: StoreName,
    /// The file.
    pub file: String,
    /// What it is recognised by.
    pub mark: FileMark,
    /// Who imports it.
    pub by: Principal,
    /// Why.
    pub reason: Option<String>,
}

/// What is to be done, as the journal keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    store: String,
    reason: Option<String>,
    mark: FileMark,
}

/// How far it is, as the journal keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Checkpoint {
    /// The last line that is done with.
    line: u64,
    /// How many lines held an entry.
    entries: u64,
    /// How many lines, or entries, were refused before anything was staged of them.
    refused: u64,
    /// Whether that was the file's last line.
    is_read: bool,
}

/// The job of an import.
pub fn job(new: NewImport, now: Timestamp) -> JobRecord {
    let name =
        Path::new(&new.file).file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let plan = Plan { store: new.store.as_str().to_owned(), reason: new.reason, mark: new.mark };
    JobRecord {
        id: new_job_id(),
        kind: JobKind::Import,
        connection: new.connection,
        title: format!("Import {name} into {}", new.store),
        state: JobState::Queued,
        by: new.by,
        created_at: now,
        started_at: None,
        finished_at: None,
        progress: JobProgress::default(),
        // Drawn now, so that after a kill the same set is gone on with.
        set: Some(new_set_id()),
        file: Some(new.file),
        plan: written(&plan),
        checkpoint: String::new(),
        message: None,
    }
}

pub(super) async fn run(work: &Work) -> Result<JobProgress, Cut> {
    let (connection, universe) = work.reach().await?;
    let plan: Plan = read(&work.job.plan)?;
    let store = StoreName::parse(&plan.store).map_err(|error| Cut::Failed(error.to_string()))?;
    let file = Path::new(work.job.file.as_deref().unwrap_or_default());
    let import = Import { work, plan, store, file, universe };
    if connection.target().is_some() { cloud::run(&import).await } else { local::run(&import).await }
}

/// Leaves out what was not sent; answers whether everything else is settled, and how far the job came.
pub(super) async fn stop(state: &AppState, job: &JobRecord) -> Result<(bool, JobProgress), Cut> {
    let Some(id) = job.set.clone() else { return Ok((true, job.progress)) };
    let changes = state.changes();
    let journal = changes.journal()?;
    let Some(set) = journal.get_set(id.clone()).await? else { return Ok((true, job.progress)) };
    let set = match set.state {
        SetState::Staged => {
            changes.tell_set(&journal.discard_set(id, changes.now()).await?);
            // Nothing was written of what was read.
            let Checkpoint { entries, refused, .. } = read(&job.checkpoint).unwrap_or_default();
            let progress = JobProgress { refused, skipped: entries, ..JobProgress::default() };
            return Ok((true, progress));
        }
        SetState::Discarded => return Ok((true, job.progress)),
        SetState::Committing | SetState::Done => commit::leave_out(state, &id, job).await?,
    };
    let is_settled = commit::is_settled(&set);
    if is_settled {
        cloud::end_mark(state, &set).await?;
    }
    Ok((is_settled, progress(job, &set).unwrap_or(job.progress)))
}

/// How far an import is by its set; none before that is committed.
pub(super) fn progress(job: &JobRecord, set: &SetRecord) -> Option<JobProgress> {
    let checkpoint: Checkpoint = read(&job.checkpoint).ok()?;
    matches!(set.state, SetState::Committing | SetState::Done).then(|| cloud::sent(&checkpoint, set))
}

/// What the owner of a record begins with that only marks a set as a job's.
const MARK: &str = "job:";

/// Whether a record is no job of its own, but only marks the set of an import, so that nobody else sends its items.
pub fn is_mark(job: &JobRecord) -> bool {
    marked(job).is_some()
}

/// The import whose set a record marks.
pub fn marked(job: &JobRecord) -> Option<JobId> {
    job.by.id.strip_prefix(MARK).map(|import| JobId(import.to_owned()))
}

/// An import that is being worked on.
struct Import<'a> {
    work: &'a Work,
    plan: Plan,
    store: StoreName,
    file: &'a Path,
    universe: Arc<dyn Universe>,
}

impl Import<'_> {
    /// Starts reading after a line, in batches of at most `most` entries.
    fn open(&self, after: u64, most: usize) -> Result<mpsc::Receiver<Event>, Cut> {
        let (file, mark) = open_source(self.file).map_err(|problem| Cut::Failed(problem.to_string()))?;
        if mark != self.plan.mark {
            return Err(self.changed());
        }
        let unpacked = unpack(file, Packing::by_name(self.file)).map_err(|error| self.broken(&error, 0))?;
        Ok(reader::start(unpacked.reader, self.store.clone(), after, most))
    }

    /// Fails when the file is no longer what it was: what was read of it and what is left do not belong together.
    fn check_file(&self) -> Result<(), Cut> {
        if files::is_unchanged(self.file, &self.plan.mark) { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> Cut {
        Cut::Failed(format!(
            "`{}` was changed or replaced since the import was started; start another import of it",
            self.file.display()
        ))
    }

    /// The file could not be read after a line.
    fn broken(&self, error: &io::Error, line: u64) -> Cut {
        let file = self.file.display();
        Cut::Failed(match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                format!(
                    "`{file}` ends early: it was cut off after line {line}; get the whole file and import that"
                )
            }
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                format!("`{file}` is damaged after line {line}: {error}; get it again and import that")
            }
            _ => format!("cannot read `{file}` after line {line}: {error}"),
        })
    }

    /// What is told to the audit.
    fn author(&self) -> Author {
        Author { by: self.work.job.by.clone(), operation: OPERATION, reason: self.plan.reason.clone() }
    }

    /// How far the journal says it is.
    fn checkpoint(&self) -> Result<Checkpoint, Cut> {
        let text = &self.work.job.checkpoint;
        if text.is_empty() { Ok(Checkpoint::default()) } else { read(text) }
    }
}

/// Reads what the journal keeps of a job.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, Cut> {
    serde_json::from_str(text)
        .map_err(|error| Cut::Failed(format!("what is to be imported is not understood any more: {error}")))
}

/// Writes what the journal keeps of a job.
fn written(value: &impl Serialize) -> String {
    // Plain structures of texts and numbers always can be written.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_from_jobs() {
        let new = NewImport {
            connection: "c".into(),
            store: StoreName::parse("S").unwrap(),
            file: "/tmp/in.jsonl".into(),
            mark: open_source(&std::env::current_exe().unwrap()).unwrap().1,
            by: Principal { id: "owner".into(), name: "owner".into() },
            reason: Some("why".into()),
        };
        let job = job(new, Timestamp::UNIX_EPOCH);
        assert_eq!(job.title, "Import in.jsonl into S");
        assert!(!is_mark(&job));
        let mark = cloud::mark(&job, Timestamp::UNIX_EPOCH);
        assert_eq!(marked(&mark), Some(job.id.clone()));
        let plan: Plan = read(&job.plan).unwrap();
        assert_eq!((plan.store.as_str(), plan.reason.as_deref()), ("S", Some("why")));
    }
}
