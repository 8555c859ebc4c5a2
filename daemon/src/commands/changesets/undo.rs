//! `changesets.undo`: stages a set that takes the saved changes of another one back.

use daemon_core::changes::policy::ConflictPolicy;
use daemon_store::journal::records::NewSet;
use protocol::ErrorCode;
use protocol::operations::changeset_endings::{ChangesetsUndoRequest, ChangesetsUndoResponse};

use crate::changes::new_set_id;
use crate::commands::changesets::{REASON_LIMIT, TITLE_LIMIT, describe, text, visible};
use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;

/// Most items that are named at a time.
const ITEMS_LIMIT: usize = 1_000;

pub(crate) async fn run(
    context: Context,
    request: ChangesetsUndoRequest,
) -> Result<ChangesetsUndoResponse, CommandError> {
    if request.items.len() > ITEMS_LIMIT {
        let message = format!(
            "{} items were named; name up to {ITEMS_LIMIT}, or none for all that were saved",
            request.items.len()
        );
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let set = visible(&context, &request.set).await?;
    let problem = describe::undo_problem(&set).filter(|_| request.items.is_empty() || set.counts.saved == 0);
    if let Some(problem) = problem {
        let message = format!("change set `{}` cannot be undone: {problem}", request.set);
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let what = if set.undo_of.is_some() { "Redo" } else { "Undo" };
    let changes = context.state.changes();
    let new = NewSet {
        id: new_set_id(),
        connection: set.connection,
        title: format!("{what}: {}", set.title).chars().take(TITLE_LIMIT).collect(),
        reason: text("reason", request.reason.as_deref(), REASON_LIMIT)?,
        // What was changed since is never overwritten unseen, and not merged unasked.
        policy: ConflictPolicy::ManualMerge,
        by: convert::principal(&context.caller),
        undo_of: Some(set.id.clone()),
    };
    let (record, left_out) = changes.journal()?.undo_set(set.id, new, request.items, changes.now()).await?;
    changes.tell_set(&record);
    Ok(ChangesetsUndoResponse { set: describe::set(&context, record).await?, left_out })
}
