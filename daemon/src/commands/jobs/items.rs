//! `jobs.items`: what became of each item of a job.
//!
//! Of an import the lines come first that were refused when they were read; items of its change set, which have the numbers
//! they have there, follow.

use daemon_core::changes::state::ItemState;
use daemon_core::cursor::{self, CursorError};
use daemon_store::journal::records::{JobKind, JobRecord, SetId};
use protocol::operations::jobs::{JobItem, JobItemState, JobsItemsRequest, JobsItemsResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::jobs::{describe, own};

/// What of an import's change set is told: what was not done.
const NOT_SAVED: [JobItemState; 4] =
    [JobItemState::Waiting, JobItemState::Refused, JobItemState::Conflict, JobItemState::Unknown];

/// Where a page begins: in which part of the report, and after which number.
#[derive(Clone, Copy, Debug)]
struct Position {
    part: usize,
    after: u64,
}

/// A part of a report; each is listed by number.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// The lines of the job's own report.
    Lines(Option<ItemState>),
    /// Items of its set.
    Items(Option<ItemState>),
}

pub(crate) async fn run(
    context: Context,
    request: JobsItemsRequest,
) -> Result<JobsItemsResponse, CommandError> {
    let job = own(&context, &request.job).await?;
    let limit = convert::page_limit(request.limit)?;
    let filter = format!("{:?}", request.state);
    let fingerprint = ["jobs items", job.id.0.as_str(), filter.as_str()];
    let mut position = position(request.cursor.as_deref(), &fingerprint)?;
    let set = set(&context, &job).await?;
    let parts = parts(job.kind, set.is_some(), request.state);
    let mut items: Vec<(Position, JobItem)> = Vec::new();
    // One more than asked for tells whether there is a next page.
    while let Some(part) = parts.get(position.part) {
        let wanted = limit + 1 - items.len();
        let found = list(&context, &job, set.as_ref(), *part, position.after, wanted).await?;
        let is_over = found.len() < wanted;
        items.extend(found.into_iter().map(|item| (Position { after: item.item, ..position }, item)));
        if !is_over {
            break;
        }
        position = Position { part: position.part + 1, after: 0 };
    }
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| has_more).map(|(position, _)| {
        cursor::encode(&fingerprint, &[&position.part.to_string(), &position.after.to_string()])
    });
    Ok(JobsItemsResponse { items: items.into_iter().map(|(_, item)| item).collect(), next_cursor, has_more })
}

fn position(cursor: Option<&str>, fingerprint: &[&str]) -> Result<Position, CommandError> {
    let Some(cursor) = cursor else { return Ok(Position { part: 0, after: 0 }) };
    let parts = cursor::decode(cursor, fingerprint)?;
    let [part, after] = parts.as_slice() else { return Err(CursorError::Malformed.into()) };
    let malformed = |_| CommandError::from(CursorError::Malformed);
    Ok(Position { part: part.parse().map_err(malformed)?, after: after.parse().map_err(malformed)? })
}

/// The set of a job, where it has been made.
async fn set(context: &Context, job: &JobRecord) -> Result<Option<SetId>, CommandError> {
    let Some(set) = &job.set else { return Ok(None) };
    Ok(context.state.changes().journal()?.get_set(set.clone()).await?.map(|set| set.id))
}

/// What a report is made of. Each part lists one state, or all.
fn parts(kind: JobKind, has_set: bool, state: Option<JobItemState>) -> Vec<Part> {
    let of = |state: JobItemState| describe::item_states(state).iter().copied();
    match (kind, state) {
        (JobKind::Commit | JobKind::Undo | JobKind::DryRun, None) => vec![Part::Items(None)],
        (JobKind::Commit | JobKind::Undo | JobKind::DryRun, Some(state)) => {
            of(state).map(|state| Part::Items(Some(state))).collect()
        }
        (JobKind::Import, state) => {
            let lines = match state {
                None => vec![Part::Lines(None)],
                Some(state) => of(state).map(|state| Part::Lines(Some(state))).collect(),
            };
            let states = state.map_or_else(|| NOT_SAVED.to_vec(), |state| vec![state]);
            let items = states.into_iter().filter(|_| has_set).flat_map(of);
            lines.into_iter().chain(items.map(|state| Part::Items(Some(state)))).collect()
        }
        (JobKind::Export, _) => Vec::new(),
    }
}

async fn list(
    context: &Context,
    job: &JobRecord,
    set: Option<&SetId>,
    part: Part,
    after: u64,
    limit: usize,
) -> Result<Vec<JobItem>, CommandError> {
    let journal = context.state.changes().journal()?;
    match (part, set) {
        (Part::Lines(state), _) => {
            let lines = journal.job_report(job.id.clone(), state, after, limit).await?;
            Ok(lines.into_iter().map(describe::line).collect())
        }
        (Part::Items(state), Some(set)) => {
            let after = u32::try_from(after).unwrap_or(u32::MAX);
            let items = journal.list_items(set.clone(), state, after, limit).await?;
            Ok(items.into_iter().map(describe::item).collect())
        }
        (Part::Items(_), None) => Ok(Vec::new()),
    }
}
