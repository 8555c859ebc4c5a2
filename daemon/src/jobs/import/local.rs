//! Imports into our own engine: each batch in one transaction, as it is read.
//!
//! The engine keeps what is replaced, so the journal has no more than the audit of each batch.

use daemon_store::journal::records::{AuditPhase, AuditRecord, JobProgress, ReportLine};

use crate::events::Event as Told;
use crate::jobs::import::reader::{Batch, Event};
use crate::jobs::import::{Checkpoint, Import, written};
use crate::jobs::work::{Cut, may_pass};

/// The most entries in a batch. The more there are, the fewer times a page of the index is written: keys come in any order.
const BATCH_ENTRIES: usize = 10_000;
/// Refused lines that are held before they are made durable.
const REPORT_LINES: usize = 1_000;

/// How far the import is, and what of that is not durable yet.
struct Tally {
    checkpoint: Checkpoint,
    progress: JobProgress,
    report: Vec<ReportLine>,
}

pub(super) async fn run(import: &Import<'_>) -> Result<JobProgress, Cut> {
    let mut tally =
        Tally { checkpoint: import.checkpoint()?, progress: import.work.job.progress, report: Vec::new() };
    let end = write(import, &mut tally).await;
    // What was written is written, whatever ended it.
    let stored = store(import, &mut tally).await;
    end?;
    stored?;
    Ok(tally.progress)
}

async fn write(import: &Import<'_>, tally: &mut Tally) -> Result<(), Cut> {
    if tally.checkpoint.is_read {
        return Ok(());
    }
    let mut events = import.open(tally.checkpoint.line, BATCH_ENTRIES)?;
    loop {
        import.work.check_halt()?;
        let event = tokio::select! {
            event = events.recv() => event,
            () = import.work.halt.cancelled() => return Err(Cut::Halted),
        };
        match event {
            Some(Event::Batch(batch)) => {
                import.check_file()?;
                write_batch(import, tally, batch).await?;
                if import.work.is_due() || tally.report.len() >= REPORT_LINES {
                    store(import, tally).await?;
                }
            }
            Some(Event::End(Ok(()))) => {
                import.check_file()?;
                let Tally { checkpoint, progress, .. } = tally;
                checkpoint.is_read = true;
                progress.total = Some(progress.saved + progress.refused);
                return Ok(());
            }
            Some(Event::End(Err(error))) => return Err(import.broken(&error, tally.checkpoint.line)),
            None => return Err(Cut::Failed("the reader of the file ended unexpectedly; report this".into())),
        }
    }
}

async fn write_batch(import: &Import<'_>, tally: &mut Tally, batch: Batch) -> Result<(), Cut> {
    let Batch { items, lines, refused, last_line, .. } = batch;
    let changes = import.work.state.changes();
    let journal = import.work.journal()?;
    let (connection, store) = (import.work.job.connection.clone(), import.store.clone());
    if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
        let what = format!("{} entries of {store}, lines {first} to {last}", items.len());
        loop {
            let line = |phase, outcome| AuditRecord {
                outcome,
                ..import.author().line(&connection, None, phase, changes.now())
            };
            journal.audit(line(AuditPhase::Attempt, what.clone())).await?;
            let outcome = import.universe.import(store.clone(), items.clone()).await;
            let told = match &outcome {
                Ok(revisions) => format!("{} saved of {what}", revisions.len()),
                Err(error) => error.to_string(),
            };
            journal.audit(line(AuditPhase::Outcome, told)).await?;
            match outcome {
                Ok(_) => break,
                Err(error) if may_pass(&error) => import.work.wait(&error).await?,
                Err(error) => return Err(Cut::Failed(error.to_string())),
            }
        }
        import.work.state.events().publish(Told::StoreChanged { connection, store: Some(store) });
    }
    tally.progress.saved += lines.len() as u64;
    tally.progress.refused += refused.len() as u64;
    tally.report.extend(refused);
    tally.checkpoint.line = last_line;
    Ok(())
}

async fn store(import: &Import<'_>, tally: &mut Tally) -> Result<(), Cut> {
    let report = std::mem::take(&mut tally.report);
    import.work.checkpoint(tally.progress, written(&tally.checkpoint), report).await
}
