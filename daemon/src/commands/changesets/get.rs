//! `changesets.get`: a change set with its items, or one of them in full.

use daemon_core::cursor;
use daemon_store::journal::records::ItemId;
use protocol::ErrorCode;
use protocol::operations::changesets::{ChangesetsGetRequest, ChangesetsGetResponse};

use crate::commands::changesets::{describe, detail, visible};
use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: ChangesetsGetRequest,
) -> Result<ChangesetsGetResponse, CommandError> {
    let record = visible(&context, &request.set).await?;
    let journal = context.state.changes().journal()?;
    let connection = context.state.universes().find(&record.connection).await?;
    let id = record.id.clone();
    if let Some(number) = request.item {
        let found = journal.get_item(ItemId { set: id.clone(), number }).await?;
        let item = found.ok_or_else(|| no_item(&id.0, number))?;
        let items = vec![describe::item(connection.as_ref(), item.record.clone())];
        return Ok(ChangesetsGetResponse {
            set: describe::describe(&context, connection.as_ref(), record),
            items,
            detail: Some(detail::detail(item, request.values)),
            next_cursor: None,
            has_more: false,
        });
    }
    let limit = convert::page_limit(request.limit)?;
    let filter = format!("{:?}", request.state);
    let fingerprint = ["changesets items", id.0.as_str(), filter.as_str()];
    let after = convert::number_position(request.cursor.as_deref(), &fingerprint)?.unwrap_or(0);
    let state = request.state.map(describe::domain_state);
    let mut items = journal.list_items(id.clone(), state, after, limit + 1).await?;
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items
        .last()
        .filter(|_| has_more)
        .map(|last| cursor::encode(&fingerprint, &[last.id.number.to_string().as_str()]));
    Ok(ChangesetsGetResponse {
        items: items.into_iter().map(|item| describe::item(connection.as_ref(), item)).collect(),
        set: describe::describe(&context, connection.as_ref(), record),
        detail: None,
        next_cursor,
        has_more,
    })
}

pub(super) fn no_item(set: &str, number: u32) -> CommandError {
    let message = format!("change set `{set}` has no item {number}; list its items to see which there are");
    CommandError::new(ErrorCode::NotFound, message)
}
