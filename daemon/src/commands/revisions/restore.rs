//! `revisions.restore`: brings an earlier value, with its user ids and attributes, back as a new revision.

use daemon_core::changes::content::Content;
use protocol::operations::entries::EntryWritten;
use protocol::operations::revisions::RevisionsRestoreRequest;

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::revisions::get::readable;
use crate::commands::write_path::{Precondition, rewrite};

pub(crate) async fn run(
    context: Context,
    request: RevisionsRestoreRequest,
) -> Result<EntryWritten, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let precondition = Precondition::from_request(request.expected_revision.as_ref(), None, false)?;
    let connected = context.writable(request.connection.as_ref()).await?;
    let (past, _) = readable(&context, &connected, address.clone(), &request.revision).await?;
    rewrite(&context, &connected, address, "revisions.restore", precondition, |_| {
        Ok(Content {
            value: past.value.clone(),
            user_ids: past.user_ids.clone(),
            attributes: past.attributes.clone(),
        })
    })
    .await
}
