//! `datastores.snapshot`: makes the next write to every key keep the value before it.

use protocol::operations::datastores::{DatastoresSnapshotRequest, DatastoresSnapshotResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: DatastoresSnapshotRequest,
) -> Result<DatastoresSnapshotResponse, CommandError> {
    let connected = context.writable(request.connection.as_ref()).await?;
    let snapshot = connected.universe.take_snapshot().await?;
    Ok(DatastoresSnapshotResponse {
        taken: snapshot.is_new,
        latest_at: snapshot.latest_at.map(convert::time),
    })
}
