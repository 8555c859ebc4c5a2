//! `datastores.delete`: deletes a whole data store, which can be brought back for a while.

use daemon_core::names::StoreName;
use protocol::ErrorCode;
use protocol::operations::datastores::{DatastoreState, DatastoresDeleteRequest, DatastoresDeleteResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::events::Event;

pub(crate) async fn run(
    context: Context,
    request: DatastoresDeleteRequest,
) -> Result<DatastoresDeleteResponse, CommandError> {
    let store = StoreName::parse(&request.store)?;
    if request.confirm_name != request.store {
        let message = format!(
            "`confirmName` is `{}`, which is not the data store's name; nothing was deleted: repeat with `{store}`",
            request.confirm_name
        );
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let connected = context.writable(request.connection.as_ref()).await?;
    let expires_at = connected.universe.delete_store(store.clone()).await?;
    let connection = connected.connection.id;
    context.state.events().publish(Event::StoreChanged { connection, store: Some(store) });
    Ok(DatastoresDeleteResponse { state: DatastoreState::Deleted, expires_at: expires_at.map(convert::time) })
}
