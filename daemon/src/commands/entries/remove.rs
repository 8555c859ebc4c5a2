//! `entries.remove`: removes an entry, leaving its last value as a revision.

use protocol::operations::entries::{EntriesRemoveRequest, EntriesRemoveResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::write_path::{Precondition, remove};

pub(crate) async fn run(
    context: Context,
    request: EntriesRemoveRequest,
) -> Result<EntriesRemoveResponse, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let precondition = Precondition::from_request(request.expected_revision.as_ref(), None, false)?;
    let connected = context.writable(request.connection.as_ref()).await?;
    remove(&context, &connected, address, precondition).await
}
