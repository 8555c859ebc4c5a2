//! Jobs and their items as the wire has them.

use daemon_core::changes::state::ItemState;
use daemon_store::journal::records::{self, ItemRecord, JobRecord, ReportLine, SetRecord};
use protocol::operations::jobs::{Job, JobItem, JobItemState, JobKind, JobProgress, JobState};
use protocol::{ChangeSetId, ConnectionId, ErrorCode, JobId};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::jobs::{done, has_problems, progress_of};

/// A job as its owner sees it. Of one that commits a set, the set tells how far it is: outcomes that are found out later
/// count too.
pub(super) async fn job(context: &Context, record: JobRecord) -> Result<Job, CommandError> {
    let set = match &record.set {
        Some(set) => context.state.changes().journal()?.get_set(set.clone()).await?,
        None => None,
    };
    Ok(describe(context, record, set.as_ref()))
}

fn describe(context: &Context, record: JobRecord, set: Option<&SetRecord>) -> Job {
    let of_set = set.and_then(|set| progress_of(&record, set));
    let progress = of_set.unwrap_or(record.progress);
    let figures = context.state.jobs().figures(&record.id, &progress);
    let remaining = figures.and_then(|figures| figures.remaining_seconds);
    Job {
        id: JobId(record.id.0),
        kind: match record.kind {
            records::JobKind::Commit => JobKind::Commit,
            records::JobKind::Undo => JobKind::Undo,
            records::JobKind::DryRun => JobKind::DryRun,
            records::JobKind::Import => JobKind::Import,
            records::JobKind::Export => JobKind::Export,
        },
        connection: ConnectionId(record.connection),
        title: record.title,
        state: match record.state {
            records::JobState::Queued => JobState::Queued,
            records::JobState::Running => JobState::Running,
            records::JobState::Pausing => JobState::Pausing,
            records::JobState::Paused => JobState::Paused,
            records::JobState::Stopping => JobState::Stopping,
            records::JobState::Stopped => JobState::Stopped,
            records::JobState::DoneWithProblems if has_problems(&progress) => JobState::DoneWithProblems,
            records::JobState::Done | records::JobState::DoneWithProblems => JobState::Done,
            records::JobState::Failed => JobState::Failed,
        },
        created_by: record.by.name,
        created_at: convert::time(record.created_at),
        started_at: record.started_at.map(convert::time),
        finished_at: record.finished_at.map(convert::time),
        progress: JobProgress {
            total: progress.total,
            done: done(&progress),
            saved: progress.saved,
            refused: progress.refused,
            conflict: progress.conflict,
            unknown: progress.unknown,
            skipped: progress.skipped,
        },
        rate_per_second: figures.map(|figures| figures.rate_per_second),
        remaining_seconds_low: remaining.map(|(low, _)| low),
        remaining_seconds_high: remaining.map(|(_, high)| high),
        change_set: set.map(|set| ChangeSetId(set.id.0.clone())),
        file: record.file,
        message: record.message,
    }
}

/// An item of a set as an item of its job.
pub(super) fn item(record: ItemRecord) -> JobItem {
    let problem = record.problem;
    JobItem {
        item: u64::from(record.id.number),
        store: record.address.store.as_str().into(),
        scope: record.address.scope.as_str().into(),
        key: record.address.key.as_str().into(),
        state: state(record.state),
        revision: record.revision.as_ref().map(convert::revision),
        code: problem.as_ref().and_then(|problem| ErrorCode::from_code(&problem.code)),
        message: problem.map(|problem| problem.message),
    }
}

/// A line of a report as an item.
pub(super) fn line(line: ReportLine) -> JobItem {
    JobItem {
        item: line.number,
        store: line.store,
        scope: line.scope,
        key: line.key,
        state: state(line.state),
        revision: None,
        code: line.code.as_deref().and_then(ErrorCode::from_code),
        message: line.message,
    }
}

fn state(state: ItemState) -> JobItemState {
    match state {
        ItemState::Staged | ItemState::Queued | ItemState::Sending => JobItemState::Waiting,
        ItemState::Saved => JobItemState::Saved,
        ItemState::Refused => JobItemState::Refused,
        ItemState::Conflict => JobItemState::Conflict,
        ItemState::Unknown => JobItemState::Unknown,
        ItemState::Superseded => JobItemState::Skipped,
    }
}

/// The states of items that count as one of a job's.
pub(super) fn item_states(state: JobItemState) -> &'static [ItemState] {
    match state {
        JobItemState::Waiting => &[ItemState::Staged, ItemState::Queued, ItemState::Sending],
        JobItemState::Saved => &[ItemState::Saved],
        JobItemState::Refused => &[ItemState::Refused],
        JobItemState::Conflict => &[ItemState::Conflict],
        JobItemState::Unknown => &[ItemState::Unknown],
        JobItemState::Skipped => &[ItemState::Superseded],
    }
}
