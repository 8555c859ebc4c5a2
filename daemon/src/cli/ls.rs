//! `dsmp ls`: the data stores, or the keys of one.

use protocol::ErrorCode;
use protocol::operations::datastores::{Datastore, DatastoreKind, DatastoreState, DatastoresListRequest};
use protocol::operations::keys::KeysListRequest;
use protocol::operations::ordered::OrderedListRequest;

use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::output::{grouped, moment};

/// Items asked for at a time: the most there is.
const PAGE: u32 = 256;

/// List data stores, or the keys of one
///
/// Data stores come with kind, number of keys and scopes. Keys come one on a line, in key order. With `--json`, one
/// answer of the daemon on a line, each a page of at most 256 items.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The data store whose keys to list; without it, the data stores are listed
    store: Option<String>,
    /// Only names, or keys, that begin so
    prefix: Option<String>,
    /// The keys of every scope, each after its scope
    #[arg(long, conflicts_with = "scope")]
    all_scopes: bool,
    /// The entries of an ordered data store, largest value first
    #[arg(long, requires = "store", conflicts_with_all = ["prefix", "all_scopes"])]
    ordered: bool,
    /// Also data stores that were deleted and can be brought back
    #[arg(long, conflicts_with = "store")]
    deleted: bool,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    match arguments.store {
        None => list_stores(session, arguments.deleted).await,
        Some(store) if arguments.ordered => list_ordered(session, store).await,
        Some(store) => list_keys(session, store, arguments.prefix, arguments.all_scopes).await,
    }
}

async fn list_stores(session: &mut Session, deleted: bool) -> Result<(), Failure> {
    let mut client = session.connect().await?;
    let mut request = DatastoresListRequest {
        connection: session.connection(),
        kind: None,
        prefix: None,
        deleted,
        cursor: None,
        limit: Some(PAGE),
    };
    let mut rows = Vec::new();
    loop {
        let page = client.call(&request).await?;
        request.cursor.clone_from(&page.next_cursor);
        if session.output.is_json() {
            session.output.json(&page)?;
        } else {
            rows.extend(page.datastores.iter().map(|store| row(store, deleted)));
        }
        if request.cursor.is_none() {
            break;
        }
    }
    client.close().await;
    if session.output.is_json() {
        return Ok(());
    }
    if rows.is_empty() {
        session.output.note("no data stores; `dsmp import` or `dsmp put` makes one");
        return Ok(());
    }
    let mut heading = vec!["NAME", "KIND", "KEYS", "CHANGED", "SCOPES"];
    if deleted {
        heading.push("DELETED UNTIL");
    }
    session.output.table(&heading, rows)
}

fn row(store: &Datastore, deleted: bool) -> Vec<String> {
    let mut scopes = store.scopes.join(", ");
    if store.more_scopes {
        scopes.push_str(if scopes.is_empty() { "unknown" } else { ", …" });
    }
    let kind = match store.kind {
        DatastoreKind::Standard => "standard",
        DatastoreKind::Ordered => "ordered",
    };
    let mut row = vec![
        store.name.clone(),
        kind.into(),
        store.key_count.map_or_else(|| "unknown".into(), grouped),
        store.last_modified.as_ref().map_or_else(|| "unknown".into(), moment),
        scopes,
    ];
    if deleted {
        let until = match store.state {
            DatastoreState::Active => String::new(),
            DatastoreState::Deleted => store.expires_at.as_ref().map_or_else(|| "unknown".into(), moment),
        };
        row.push(until);
    }
    row
}

async fn list_keys(
    session: &mut Session,
    store: String,
    prefix: Option<String>,
    all_scopes: bool,
) -> Result<(), Failure> {
    let mut client = session.connect().await?;
    let mut request = KeysListRequest {
        connection: session.connection(),
        store,
        prefix,
        scope: session.scope(),
        all_scopes,
        cursor: None,
        limit: Some(PAGE),
    };
    loop {
        let page = client.call(&request).await.map_err(hint_at_ordered)?;
        request.cursor.clone_from(&page.next_cursor);
        if session.output.is_json() {
            session.output.json(&page)?;
        } else {
            for entry in &page.entries {
                if all_scopes {
                    session.output.line(&format!("{}\t{}", entry.scope, entry.key))?;
                } else {
                    session.output.line(&entry.key)?;
                }
            }
        }
        if request.cursor.is_none() {
            break;
        }
    }
    client.close().await;
    Ok(())
}

/// `dsmp ls` shows ordered data stores too, whose keys are listed in another way.
fn hint_at_ordered(mut failure: Failure) -> Failure {
    if failure.refusal.as_ref().is_some_and(|refusal| refusal.code == ErrorCode::DatastoreNotFound) {
        failure.message.push_str("; an ordered one is listed with `--ordered`");
    }
    failure
}

async fn list_ordered(session: &mut Session, store: String) -> Result<(), Failure> {
    let mut client = session.connect().await?;
    let mut request = OrderedListRequest {
        connection: session.connection(),
        store,
        scope: session.scope(),
        descending: true,
        minimum: None,
        maximum: None,
        cursor: None,
        limit: Some(PAGE),
    };
    loop {
        let page = client.call(&request).await?;
        request.cursor.clone_from(&page.next_cursor);
        if session.output.is_json() {
            session.output.json(&page)?;
        } else {
            for entry in &page.entries {
                session.output.line(&format!("{}\t{}", entry.value, entry.key))?;
            }
        }
        if request.cursor.is_none() {
            break;
        }
    }
    client.close().await;
    Ok(())
}
