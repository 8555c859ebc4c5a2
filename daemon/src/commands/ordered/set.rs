//! `ordered.set`: writes one ordered entry.

use protocol::operations::ordered::{OrderedEntry, OrderedSetRequest};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::ordered::get::describe;
use crate::commands::write_path::tell;
use crate::events::EntryChangeKind;

pub(crate) async fn run(context: Context, request: OrderedSetRequest) -> Result<OrderedEntry, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let connected = context.writable(request.connection.as_ref()).await?;
    let created = connected.universe.set_ordered(address.clone(), request.value.0).await?;
    let kind = if created { EntryChangeKind::Created } else { EntryChangeKind::Updated };
    tell(&context, &connected, &address, true, kind, None);
    Ok(describe(&address, request.value.0))
}
