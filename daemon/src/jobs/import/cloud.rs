//! Imports into Roblox: the lines become the items of one change set, which is committed once the file is read.
//!
//! **Invariant:** nothing is sent before the whole file was read, and nothing at all when it turns out to be damaged.
//!
//! **Invariant:** lines that are read again after a kill take the place of the items that they became before.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use daemon_core::changes::content::Content;
use daemon_core::changes::level::EffectLevel;
use daemon_core::changes::policy::ConflictPolicy;
use daemon_core::changes::state::{ItemState, SetState};
use daemon_core::names::EntryAddress;
use daemon_core::time::Timestamp;
use daemon_roblox::client::error::CloudError;
use daemon_store::error::StoreError;
use daemon_store::journal::records::{
    AuditPhase, JobKind, JobProgress, JobRecord, JobState, NewItem, NewSet, Principal, ReportLine, SetId,
    SetRecord,
};
use futures_util::future::join_all;

use crate::changes::place::Place;
use crate::changes::stage::new_item;
use crate::jobs::commit::{Sending, new_job_id};
use crate::jobs::import::reader::{Batch, Event};
use crate::jobs::import::{Checkpoint, Import, MARK, OPERATION, written};
use crate::jobs::work::{Cut, may_pass};
use crate::state::AppState;
use crate::universes::{ImportItem, UniverseError};

/// The most lines that are staged between two checkpoints.
const BATCH_ENTRIES: usize = 256;
/// How many entries are read at a time. Each may have 4 MiB.
const READS: usize = 8;
/// How many items of a set are listed at a time.
const LISTED_ITEMS: usize = 1_000;
/// Refused lines that are held before they are made durable.
const REPORT_LINES: usize = 1_000;
/// The most bytes of values that are held before they are staged, unless a single entry has more.
const STAGE_BYTES: usize = 4 << 20;

pub(super) async fn run(import: &Import<'_>) -> Result<JobProgress, Cut> {
    let mut checkpoint = import.checkpoint()?;
    let set = find_or_make(import).await?;
    match set.state {
        SetState::Staged => {
            stage(import, &set.id, &mut checkpoint).await?;
            let set = current(import, &set.id).await?;
            if set.counts.total == 0 {
                let progress = sent(&checkpoint, &set);
                discard(import, &set.id).await?;
                return Ok(progress);
            }
            commit(import, &set).await?;
            import.work.say(None).await?;
        }
        SetState::Committing | SetState::Done => {}
        SetState::Discarded if checkpoint.is_read && set.counts.total == 0 => {
            return Ok(sent(&checkpoint, &set));
        }
        SetState::Discarded => {
            let message = "its change set was discarded before it was committed; start another import";
            return Err(Cut::Failed(message.to_owned()));
        }
    }
    let sending = Sending {
        work: import.work,
        set: set.id.clone(),
        operation: Some(OPERATION),
        checkpoint: written(&checkpoint),
        progress: &|set| sent(&checkpoint, set),
    };
    let progress = sending.run().await?;
    end_mark(&import.work.state, &current(import, &set.id).await?).await?;
    Ok(progress)
}

/// How far an import is once its set is staged. Entries that are no item read so already, or a later line has their key.
pub(super) fn sent(checkpoint: &Checkpoint, set: &SetRecord) -> JobProgress {
    let Checkpoint { entries, refused, is_read, .. } = *checkpoint;
    let counts = &set.counts;
    let left_out = entries.saturating_sub(u64::from(counts.total));
    JobProgress {
        total: is_read.then_some(entries + refused),
        saved: u64::from(counts.saved),
        refused: refused + u64::from(counts.refused),
        conflict: u64::from(counts.conflict),
        unknown: u64::from(counts.unknown),
        skipped: left_out + u64::from(counts.superseded),
    }
}

async fn find_or_make(import: &Import<'_>) -> Result<SetRecord, Cut> {
    let job = &import.work.job;
    let id = job.set.clone().ok_or_else(|| Cut::Failed("its change set is not known".to_owned()))?;
    let journal = import.work.journal()?;
    if let Some(found) = journal.get_set(id.clone()).await? {
        return Ok(found);
    }
    let set = NewSet {
        id,
        connection: job.connection.clone(),
        title: job.title.clone(),
        reason: import.plan.reason.clone(),
        // An import writes over whatever is there, and what was there is kept.
        policy: ConflictPolicy::LastWriterWins,
        by: job.by.clone(),
        undo_of: None,
    };
    Ok(journal.create_set(set, import.work.state.changes().now()).await?)
}

async fn current(import: &Import<'_>, set: &SetId) -> Result<SetRecord, Cut> {
    let found = import.work.journal()?.get_set(set.clone()).await?;
    found.ok_or_else(|| StoreError::SetNotFound { set: set.clone() }.into())
}

async fn discard(import: &Import<'_>, set: &SetId) -> Result<(), Cut> {
    let changes = import.work.state.changes();
    let set = import.work.journal()?.discard_set(set.clone(), changes.now()).await?;
    changes.tell_set(&set);
    Ok(())
}

/// What is known while lines are staged.
#[derive(Default)]
struct Staging {
    /// Which entries the set changes, by their hashes: a later line that leaves one as it is takes the item's place.
    changed: HashSet<u64>,
    /// Refused lines that are not durable yet; they become so with the checkpoint that counts them.
    report: Vec<ReportLine>,
}

/// Stages what is left of the file.
async fn stage(import: &Import<'_>, set: &SetId, checkpoint: &mut Checkpoint) -> Result<(), Cut> {
    if checkpoint.is_read {
        return Ok(());
    }
    let mut staging = Staging { changed: changed(import, set).await?, ..Staging::default() };
    let mut events = import.open(checkpoint.line, BATCH_ENTRIES)?;
    loop {
        import.work.check_halt()?;
        let event = tokio::select! {
            event = events.recv() => event,
            () = import.work.halt.cancelled() => return Err(Cut::Halted),
        };
        match event {
            Some(Event::Batch(batch)) => {
                import.check_file()?;
                stage_batch(import, set, checkpoint, &mut staging, batch).await?;
                if import.work.is_due() || staging.report.len() >= REPORT_LINES {
                    store(import, set, checkpoint, std::mem::take(&mut staging.report)).await?;
                    let line = checkpoint.line;
                    let message =
                        format!("read up to line {line}; nothing is sent before the whole file is read");
                    import.work.say(Some(message)).await?;
                }
            }
            Some(Event::End(Ok(()))) => {
                import.check_file()?;
                checkpoint.is_read = true;
                return store(import, set, checkpoint, staging.report).await;
            }
            Some(Event::End(Err(error))) => return Err(import.broken(&error, checkpoint.line)),
            None => return Err(Cut::Failed("the reader of the file ended unexpectedly; report this".into())),
        }
    }
}

/// Stages the entries of a batch. Only whole batches count: what a halt cuts off is staged again.
async fn stage_batch(
    import: &Import<'_>,
    set: &SetId,
    checkpoint: &mut Checkpoint,
    staging: &mut Staging,
    batch: Batch,
) -> Result<(), Cut> {
    let Batch { items, lines, mut refused, last_line, .. } = batch;
    let (mut pending, mut size_bytes) = (Vec::new(), 0);
    let mut numbered = lines.into_iter().zip(items).peekable();
    let mut entries = 0;
    while numbered.peek().is_some() {
        let chunk: Vec<_> = numbered.by_ref().take(READS).collect();
        entries += chunk.len() as u64;
        for found in read_all(import, chunk).await? {
            match found {
                Found::Item(item) => {
                    staging.changed.insert(hash(&item.address));
                    size_bytes += size_of(&item);
                    pending.push(*item);
                }
                Found::Same(item) => {
                    if staging.changed.contains(&hash(&item.address)) {
                        size_bytes += size_of(&item);
                        pending.push(*item);
                    }
                }
                Found::Refused(line) => {
                    entries -= 1;
                    refused.push(*line);
                }
            }
        }
        if size_bytes >= STAGE_BYTES {
            put(import, set, std::mem::take(&mut pending)).await?;
            size_bytes = 0;
        }
    }
    put(import, set, pending).await?;
    checkpoint.line = last_line;
    checkpoint.entries += entries;
    checkpoint.refused += refused.len() as u64;
    staging.report.append(&mut refused);
    Ok(())
}

async fn store(
    import: &Import<'_>,
    set: &SetId,
    checkpoint: &Checkpoint,
    report: Vec<ReportLine>,
) -> Result<(), Cut> {
    let set = current(import, set).await?;
    import.work.checkpoint(sent(checkpoint, &set), written(checkpoint), report).await
}

async fn put(import: &Import<'_>, set: &SetId, items: Vec<NewItem>) -> Result<(), Cut> {
    if items.is_empty() {
        return Ok(());
    }
    let changes = import.work.state.changes();
    match import.work.journal()?.stage(set.clone(), items, true, changes.now()).await {
        Ok((set, _)) => {
            changes.tell_set(&set);
            Ok(())
        }
        Err(StoreError::SetTooLarge { limit, .. }) => Err(Cut::Failed(format!(
            "the file has more than {limit} entries; nothing was sent: split it, and import the parts"
        ))),
        Err(error) => Err(error.into()),
    }
}

fn size_of(item: &NewItem) -> usize {
    let base = item.base.as_ref().map_or(0, |base| base.content.value.len_bytes());
    base + item.after.as_ref().map_or(0, |after| after.value.len_bytes())
}

/// What became of an entry of the file.
enum Found {
    /// It changes something.
    Item(Box<NewItem>),
    /// It reads so already.
    Same(Box<NewItem>),
    /// It cannot be stored.
    Refused(Box<ReportLine>),
}

/// Makes the items of some entries, in order; waits for those that cannot be read yet.
async fn read_all(import: &Import<'_>, chunk: Vec<(u64, ImportItem)>) -> Result<Vec<Found>, Cut> {
    let mut found: Vec<Option<Found>> = chunk.iter().map(|_| None).collect();
    loop {
        let missing = chunk.iter().zip(&mut found).filter(|(_, found)| found.is_none());
        let reads = missing.map(|((line, item), place)| read_into(import, *line, item, place));
        // All are awaited, also when one failed: a request that is dropped counts as unanswered.
        let errors: Vec<_> = join_all(reads).await.into_iter().flatten().collect();
        match errors.iter().find(|error| !may_pass(error)).or(errors.first()) {
            None => return Ok(found.into_iter().flatten().collect()),
            Some(error) => import.work.wait_out(error).await?,
        }
    }
}

/// Reads an entry, or answers why it cannot be read.
async fn read_into(
    import: &Import<'_>,
    line: u64,
    item: &ImportItem,
    place: &mut Option<Found>,
) -> Option<UniverseError> {
    match read(import, line, item).await {
        Ok(found) => {
            *place = Some(found);
            None
        }
        Err(error) => Some(error),
    }
}

async fn read(import: &Import<'_>, line: u64, item: &ImportItem) -> Result<Found, UniverseError> {
    let place = Place {
        connection: import.work.job.connection.clone(),
        universe: Arc::clone(&import.universe),
        address: item.id.clone().in_store(import.store.clone()),
        is_ordered: false,
    };
    let base = match place.read().await {
        Ok((base, _)) => base,
        // What is wrong with this entry alone.
        Err(UniverseError::Cloud(
            error @ (CloudError::NotAddressable { .. } | CloudError::Refused { .. }),
        )) => {
            return Ok(Found::Refused(Box::new(ReportLine {
                number: line,
                store: import.store.as_str().to_owned(),
                scope: item.id.scope.as_str().to_owned(),
                key: item.id.key.as_str().to_owned(),
                state: ItemState::Refused,
                code: None,
                message: Some(error.to_string()),
            })));
        }
        Err(error) => return Err(error),
    };
    let ImportItem { value, user_ids, attributes, .. } = item.clone();
    let after = Content { value, user_ids, attributes };
    let is_same = base.as_ref().is_some_and(|base| base.content == after);
    let item = Box::new(new_item(&place, base, Some(after), None));
    Ok(if is_same { Found::Same(item) } else { Found::Item(item) })
}

/// The entries that the set changes already, as it does after a kill.
async fn changed(import: &Import<'_>, set: &SetId) -> Result<HashSet<u64>, Cut> {
    let journal = import.work.journal()?;
    let (mut changed, mut after) = (HashSet::new(), 0);
    loop {
        let page = journal.list_items(set.clone(), None, after, LISTED_ITEMS).await?;
        let Some(last) = page.last() else { return Ok(changed) };
        after = last.id.number;
        changed.extend(page.iter().map(|item| hash(&item.address)));
    }
}

/// Entries of one data store that share a hash only cost an item that changes nothing.
fn hash(address: &EntryAddress) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&address.scope, &address.key).hash(&mut hasher);
    hasher.finish()
}

/// Commits the set, with a snapshot before when that is far-reaching (S-38).
async fn commit(import: &Import<'_>, set: &SetRecord) -> Result<(), Cut> {
    import.work.check_halt()?;
    let changes = import.work.state.changes();
    let author = import.author();
    let mut audit = author.line(&set.connection, Some(&set.id), AuditPhase::Attempt, changes.now());
    if EffectLevel::of(set.extent) >= EffectLevel::E3 {
        audit.outcome = match import.universe.take_snapshot().await {
            Ok(snapshot) if snapshot.is_new => "snapshot taken".to_owned(),
            Ok(_) => "snapshot of today exists".to_owned(),
            Err(error) => {
                tracing::warn!(%error, "no snapshot before a far-reaching import; the journal keeps what it replaces");
                "no snapshot".to_owned()
            }
        };
    }
    let mark = mark(&import.work.job, changes.now());
    let (by, reason) = (author.by, author.reason);
    let journal = import.work.journal()?;
    let set = journal.commit_set(set.id.clone(), by, reason, Some(mark), audit, changes.now()).await?;
    changes.tell_set(&set);
    Ok(())
}

/// The record by which a committed set is known to be a job's. The journal makes it together with the commit, and the
/// import's own record is there long before.
pub(super) fn mark(job: &JobRecord, now: Timestamp) -> JobRecord {
    JobRecord {
        id: new_job_id(),
        kind: JobKind::Commit,
        state: JobState::Running,
        by: Principal { id: format!("{MARK}{}", job.id.0), name: job.by.name.clone() },
        created_at: now,
        started_at: Some(now),
        plan: String::new(),
        checkpoint: String::new(),
        ..job.clone()
    }
}

/// Ends the mark of a set that needs it no more.
pub(super) async fn end_mark(state: &AppState, set: &SetRecord) -> Result<(), Cut> {
    let Some(mark) = set.job.clone() else { return Ok(()) };
    let changes = state.changes();
    let from = vec![JobState::Running];
    changes.journal()?.move_job(mark, from, JobState::Done, None, changes.now()).await?;
    Ok(())
}
