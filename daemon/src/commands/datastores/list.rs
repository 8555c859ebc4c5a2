//! `datastores.list`: one page of data stores.

use protocol::operations::datastores::{
    Datastore, DatastoreState, DatastoresListRequest, DatastoresListResponse,
};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::{StoreQuery, StoreSummary};

pub(crate) async fn run(
    context: Context,
    request: DatastoresListRequest,
) -> Result<DatastoresListResponse, CommandError> {
    let query = StoreQuery {
        kind: request.kind.map(convert::domain_store_kind),
        prefix: request.prefix.unwrap_or_default(),
        deleted: request.deleted,
        cursor: request.cursor,
        limit: convert::page_limit(request.limit)?,
    };
    let connected = context.connected(request.connection.as_ref()).await?;
    let page = connected.universe.list_stores(query).await?.map(|store| describe(&store));
    Ok(DatastoresListResponse {
        datastores: page.items,
        has_more: page.next_cursor.is_some(),
        next_cursor: page.next_cursor,
    })
}

fn describe(store: &StoreSummary) -> Datastore {
    Datastore {
        name: store.name.as_str().into(),
        kind: convert::store_kind(store.kind),
        scopes: store.scopes.iter().map(|scope| scope.as_str().into()).collect(),
        more_scopes: store.more_scopes,
        key_count: store.key_count,
        last_modified: store.last_modified.map(convert::time),
        created_at: store.created_at.map(convert::time),
        schema: None,
        state: if store.is_deleted { DatastoreState::Deleted } else { DatastoreState::Active },
        expires_at: store.expires_at.map(convert::time),
    }
}
