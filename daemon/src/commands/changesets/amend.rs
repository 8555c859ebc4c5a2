//! `changesets.amend`: takes items out of a staged set, or gives it another title, reason or policy.

use daemon_store::journal::records::SetChanges;
use protocol::ErrorCode;
use protocol::operations::changeset_endings::{ChangesetsAmendRequest, ChangesetsAmendResponse};

use crate::commands::changesets::{REASON_LIMIT, TITLE_LIMIT, describe, staged, text};
use crate::commands::context::Context;
use crate::commands::error::CommandError;

/// Most items that are taken out at a time.
const DROP_LIMIT: usize = 1_000;

pub(crate) async fn run(
    context: Context,
    request: ChangesetsAmendRequest,
) -> Result<ChangesetsAmendResponse, CommandError> {
    if request.drop.len() > DROP_LIMIT {
        let message = format!("{} items were named; take out {DROP_LIMIT} at a time", request.drop.len());
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let set = staged(&context, &request.set).await?;
    let amended = SetChanges {
        drop: request.drop,
        title: text("title", request.title.as_deref(), TITLE_LIMIT)?,
        reason: text("reason", request.reason.as_deref(), REASON_LIMIT)?,
        policy: request.policy.map(describe::domain_policy),
    };
    let changes = context.state.changes();
    let record = changes.journal()?.amend_set(set.id, amended).await?;
    changes.tell_set(&record);
    Ok(ChangesetsAmendResponse { set: describe::set(&context, record).await? })
}
