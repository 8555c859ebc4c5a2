//! `datastores.undelete`: brings a deleted data store back.

use daemon_core::names::StoreName;
use protocol::operations::datastores::{DatastoresUndeleteRequest, DatastoresUndeleteResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;
use crate::events::Event;

pub(crate) async fn run(
    context: Context,
    request: DatastoresUndeleteRequest,
) -> Result<DatastoresUndeleteResponse, CommandError> {
    let store = StoreName::parse(&request.store)?;
    let connected = context.writable(request.connection.as_ref()).await?;
    connected.universe.undelete_store(store.clone()).await?;
    let connection = connected.connection.id;
    context.state.events().publish(Event::StoreChanged { connection, store: Some(store) });
    Ok(DatastoresUndeleteResponse {})
}
