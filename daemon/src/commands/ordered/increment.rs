//! `ordered.increment`: adds to one ordered entry.

use protocol::operations::ordered::{OrderedEntry, OrderedIncrementRequest};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::ordered::get::describe;
use crate::commands::write_path::increment_ordered;

pub(crate) async fn run(
    context: Context,
    request: OrderedIncrementRequest,
) -> Result<OrderedEntry, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let delta = request.delta.map_or(1, |delta| delta.0);
    let connected = context.writable(request.connection.as_ref()).await?;
    let sum = increment_ordered(&context, &connected, &address, delta).await?;
    Ok(describe(&address, sum))
}
