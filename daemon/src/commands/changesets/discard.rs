//! `changesets.discard`: discards a staged set.

use protocol::operations::changeset_endings::{ChangesetsDiscardRequest, ChangesetsDiscardResponse};

use crate::commands::changesets::staged;
use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: ChangesetsDiscardRequest,
) -> Result<ChangesetsDiscardResponse, CommandError> {
    let set = staged(&context, &request.set).await?;
    let changes = context.state.changes();
    let record = changes.journal()?.discard_set(set.id, changes.now()).await?;
    changes.tell_set(&record);
    Ok(ChangesetsDiscardResponse { items: set.counts.total })
}
