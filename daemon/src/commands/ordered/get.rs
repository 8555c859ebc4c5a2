//! `ordered.get`: one ordered entry.

use daemon_core::names::EntryAddress;
use protocol::Integer64;
use protocol::operations::ordered::{OrderedEntry, OrderedGetRequest};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::UniverseError;

pub(crate) async fn run(context: Context, request: OrderedGetRequest) -> Result<OrderedEntry, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let connected = context.connected(request.connection.as_ref()).await?;
    let value = connected.universe.get_ordered(address.clone()).await?;
    let value = value.ok_or_else(|| UniverseError::EntryNotFound(address.clone()))?;
    Ok(describe(&address, value))
}

/// An ordered entry as the wire has it.
pub(super) fn describe(address: &EntryAddress, value: i64) -> OrderedEntry {
    OrderedEntry {
        key: address.key.as_str().into(),
        scope: address.scope.as_str().into(),
        value: Integer64(value),
    }
}
