//! `ordered.increment`: adds to one ordered entry.

use protocol::operations::ordered::{OrderedIncrementRequest, OrderedWritten};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::ordered::written;
use crate::commands::write_path::increment_ordered;

pub(crate) async fn run(
    context: Context,
    request: OrderedIncrementRequest,
) -> Result<OrderedWritten, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let delta = request.delta.map_or(1, |delta| delta.0);
    let connected = context.writable(request.connection.as_ref()).await?;
    let saved = increment_ordered(&context, &connected, &address, delta).await?;
    Ok(written(&address, saved))
}
