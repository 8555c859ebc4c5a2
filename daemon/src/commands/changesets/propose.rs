//! `changesets.propose`: stages changes, each after a look at its entry.

use std::time::Duration;

use daemon_core::changes::level::E1_ITEMS;
use daemon_store::journal::records::{NewItem, NewSet, SetId, StagedItem};
use futures_util::StreamExt as _;
use futures_util::stream;
use protocol::operations::changesets::{
    ChangesetsProposeRequest, ChangesetsProposeResponse, ProposalKind, ProposalOutcome, ProposedChange,
};
use protocol::{ConnectionId, ErrorCode};
use tokio::time::Instant;

use crate::changes::new_set_id;
use crate::commands::changesets::{REASON_LIMIT, TITLE_LIMIT, describe, proposal, staged, text};
use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::error::CommandError;

/// Most changes of one request.
const CHANGES_LIMIT: usize = 1_000;
/// How many entries are read at a time. Each may have 4 MiB.
const READS: usize = 8;
/// For how long entries are read: at Roblox's limits a thousand take minutes, and whoever asked wants an answer.
const READING_TIME: Duration = Duration::from_secs(20);

pub(crate) async fn run(
    context: Context,
    request: ChangesetsProposeRequest,
) -> Result<ChangesetsProposeResponse, CommandError> {
    if request.changes.is_empty() || request.changes.len() > CHANGES_LIMIT {
        let message = format!(
            "{} changes were sent; send 1 to {CHANGES_LIMIT} at a time, with `set` for the later ones",
            request.changes.len()
        );
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let (title, reason) = (
        text("title", request.title.as_deref(), TITLE_LIMIT)?,
        text("reason", request.reason.as_deref(), REASON_LIMIT)?,
    );
    let known = match &request.set {
        Some(set) => Some(staged(&context, set).await?),
        None => None,
    };
    let connection = match &known {
        Some(set) => Some(ConnectionId(set.connection.clone())),
        None => request.connection.clone(),
    };
    let mut connected = context.connected(connection.as_ref()).await?;
    if request.changes.len() > E1_ITEMS as usize {
        connected.universe = connected.universe.for_jobs();
    }
    let changes = context.state.changes();
    let journal = changes.journal()?;
    let first_title = title.unwrap_or_else(|| title_of(&request.changes));
    let read = read(&context, &connected, request.changes).await;
    let mut items = Vec::new();
    let mut outcomes: Vec<_> = read
        .into_iter()
        .map(|item| match item {
            Ok(Some(item)) => {
                items.push(item);
                None
            }
            Ok(None) => Some(ProposalOutcome {
                item: None,
                code: None,
                message: Some("it changes nothing: the entry reads so already".to_owned()),
            }),
            Err(refusal) => Some(refused(refusal)),
        })
        .collect();
    if items.is_empty() && known.is_none() {
        return Ok(ChangesetsProposeResponse {
            set: None,
            outcomes: outcomes.into_iter().flatten().collect(),
        });
    }
    let now = changes.now();
    let set = match known {
        Some(set) => set.id,
        None => {
            let new = NewSet {
                id: new_set_id(),
                connection: connected.connection.id.clone(),
                title: first_title,
                reason,
                policy: request.policy.map(describe::domain_policy).unwrap_or_default(),
                by: convert::principal(&context.caller),
                undo_of: None,
            };
            journal.create_set(new, now).await?.id
        }
    };
    let (record, numbers) = journal.stage(set.clone(), items, request.replace, now).await?;
    changes.tell_set(&record);
    let mut numbers = numbers.into_iter();
    for outcome in &mut outcomes {
        if outcome.is_none() {
            *outcome = numbers.next().map(|staged| outcome_of(&set, staged));
        }
    }
    let set = describe::describe(&context, Some(&connected.connection), record);
    Ok(ChangesetsProposeResponse { set: Some(set), outcomes: outcomes.into_iter().flatten().collect() })
}

/// Makes the items, some at a time and in order.
async fn read(
    context: &Context,
    connected: &Connected,
    changes: Vec<ProposedChange>,
) -> Vec<Result<Option<NewItem>, CommandError>> {
    let until = Instant::now() + READING_TIME;
    stream::iter(changes)
        .map(|change| async move {
            match tokio::time::timeout_at(until, proposal::item(context, connected, change)).await {
                Ok(item) => item,
                Err(_) => Err(CommandError::new(
                    ErrorCode::SourceThrottled,
                    "its entry could not be read in time, because the budget of requests is used; propose it again",
                )),
            }
        })
        .buffered(READS)
        .collect()
        .await
}

fn outcome_of(set: &SetId, staged: StagedItem) -> ProposalOutcome {
    match staged {
        StagedItem::Added(number) | StagedItem::Replaced { number, .. } => {
            ProposalOutcome { item: Some(number), code: None, message: None }
        }
        StagedItem::Duplicate(number) => refused(CommandError::new(
            ErrorCode::RequestInvalid,
            format!(
                "item {number} of change set {} changes this entry already; drop it, or ask to replace it",
                set.0
            ),
        )),
    }
}

fn refused(refusal: CommandError) -> ProposalOutcome {
    ProposalOutcome { item: None, code: Some(refusal.code), message: Some(refusal.message) }
}

fn title_of(changes: &[ProposedChange]) -> String {
    let Some(first) = changes.first() else { return String::new() };
    let what = match first.kind {
        ProposalKind::Set => "Save",
        ProposalKind::Edit => "Edit",
        ProposalKind::Remove => "Remove",
        ProposalKind::Restore => "Restore",
        ProposalKind::Increment => "Add to",
    };
    let scope = first.scope.as_deref().unwrap_or("global");
    let title = format!("{what} {}/{scope}/{}", first.store, first.key);
    let title = if changes.len() > 1 { format!("{title} and others") } else { title };
    title.chars().take(TITLE_LIMIT).collect()
}
