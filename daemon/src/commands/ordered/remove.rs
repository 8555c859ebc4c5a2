//! `ordered.remove`: removes one ordered entry for good.

use protocol::Integer64;
use protocol::operations::ordered::{OrderedRemoveRequest, OrderedRemoveResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::write_path::remove_ordered;

pub(crate) async fn run(
    context: Context,
    request: OrderedRemoveRequest,
) -> Result<OrderedRemoveResponse, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let connected = context.writable(request.connection.as_ref()).await?;
    let removed = remove_ordered(&context, &connected, &address).await?;
    Ok(OrderedRemoveResponse {
        removed_value: Integer64(removed.value),
        outcome: removed.outcome,
        change_set: removed.set,
    })
}
