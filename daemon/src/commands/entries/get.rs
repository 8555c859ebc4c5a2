//! `entries.get`: one entry with its value.

use protocol::operations::entries::{EntriesGetRequest, Entry};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::UniverseError;

pub(crate) async fn run(context: Context, request: EntriesGetRequest) -> Result<Entry, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let connected = context.connected(request.connection.as_ref()).await?;
    let id = address.id();
    let stored = connected.universe.get(address.clone()).await?;
    Ok(convert::entry(&id, stored.ok_or(UniverseError::EntryNotFound(address))?))
}
