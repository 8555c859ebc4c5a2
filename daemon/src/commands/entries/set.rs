//! `entries.set`: writes a whole entry.

use daemon_core::changes::content::Content;
use daemon_core::metadata::{Attributes, UserIds};
use protocol::operations::entries::{EntriesSetRequest, EntryWritten};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::write_path::{Precondition, rewrite};

pub(crate) async fn run(context: Context, request: EntriesSetRequest) -> Result<EntryWritten, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let value = convert::value(&request.value)?;
    let user_ids = request.user_ids.as_deref().map(convert::user_ids).transpose()?;
    let attributes = request.attributes.as_ref().map(convert::attributes).transpose()?;
    let precondition = Precondition::from_request(
        request.expected_revision.as_ref(),
        request.options.expected_revision.as_ref(),
        request.create_only,
    )?;
    let connected = context.writable(request.connection.as_ref()).await?;
    rewrite(&context, &connected, address, "entries.set", precondition, |current| {
        let (kept_user_ids, kept_attributes) = current.map_or_else(
            || (UserIds::default(), Attributes::default()),
            |now| (now.content.user_ids.clone(), now.content.attributes.clone()),
        );
        Ok(Content {
            value: value.clone(),
            user_ids: user_ids.clone().unwrap_or(kept_user_ids),
            attributes: attributes.clone().unwrap_or(kept_attributes),
        })
    })
    .await
}
