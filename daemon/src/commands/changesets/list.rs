//! `changesets.list`: change sets, newest first.

use std::collections::HashMap;

use daemon_core::changes::state::SetState;
use daemon_core::cursor;
use daemon_store::journal::records::{SetId, SetQuery};
use protocol::operations::changesets::{ChangeSetFilter, ChangesetsListRequest, ChangesetsListResponse};

use crate::commands::changesets::describe;
use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: ChangesetsListRequest,
) -> Result<ChangesetsListResponse, CommandError> {
    let limit = convert::page_limit(request.limit)?;
    let connection = match &request.connection {
        Some(wanted) => Some(context.connection(Some(wanted)).await?.id),
        None => None,
    };
    let states = match request.state {
        None => vec![SetState::Staged, SetState::Committing, SetState::Done],
        Some(ChangeSetFilter::Staged) => vec![SetState::Staged],
        Some(ChangeSetFilter::Committing) => vec![SetState::Committing],
        Some(ChangeSetFilter::Done) => vec![SetState::Done],
        Some(ChangeSetFilter::Discarded) => vec![SetState::Discarded],
        Some(ChangeSetFilter::Open) => vec![SetState::Committing, SetState::Done],
    };
    let filter = format!("{:?}", request.state);
    let fingerprint = ["changesets", connection.as_deref().unwrap_or_default(), filter.as_str()];
    let before = convert::position(request.cursor.as_deref(), &fingerprint)?.map(SetId);
    let query = SetQuery {
        connection: connection.clone(),
        states,
        is_open: request.state == Some(ChangeSetFilter::Open),
        reader: context.caller.id.clone(),
        before,
        limit: limit + 1,
    };
    let mut records = context.state.changes().journal()?.list_sets(query).await?;
    let has_more = records.len() > limit;
    records.truncate(limit);
    let next_cursor =
        records.last().filter(|_| has_more).map(|last| cursor::encode(&fingerprint, &[last.id.0.as_str()]));
    let connections = context.state.universes().list().await?;
    let connections: HashMap<_, _> =
        connections.into_iter().map(|connection| (connection.id.clone(), connection)).collect();
    let sets = records
        .into_iter()
        .map(|record| describe::describe(&context, connections.get(&record.connection), record))
        .collect();
    Ok(ChangesetsListResponse { sets, next_cursor, has_more })
}
