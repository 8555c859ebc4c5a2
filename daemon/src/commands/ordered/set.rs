//! `ordered.set`: writes one ordered entry.

use protocol::operations::ordered::{OrderedSetRequest, OrderedWritten};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::ordered::written;
use crate::commands::write_path::set_ordered;

pub(crate) async fn run(
    context: Context,
    request: OrderedSetRequest,
) -> Result<OrderedWritten, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let connected = context.writable(request.connection.as_ref()).await?;
    let saved = set_ordered(&context, &connected, &address, request.value.0).await?;
    Ok(written(&address, saved))
}
