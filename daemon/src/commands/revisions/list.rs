//! `revisions.list`: an entry's revisions, newest first: the source's and those only our journal kept, with who wrote them
//! and why.

use std::collections::{HashMap, HashSet};

use daemon_core::cursor::{self, CursorError};
use daemon_core::names::EntryAddress;
use daemon_core::revision::{REVISION_LIFETIME, RevisionId};
use daemon_store::journal::JournalStore;
use daemon_store::journal::records::{LocalCopy, Writer};
use protocol::ChangeSetId;
use protocol::operations::revisions::{RevisionsListRequest, RevisionsListResponse};

use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::{RevisionQuery, RevisionState, RevisionSummary};

/// The most writes and copies of one entry that the journal is asked for.
const JOURNAL_LIMIT: usize = 2_000;

pub(crate) async fn run(
    context: Context,
    request: RevisionsListRequest,
) -> Result<RevisionsListResponse, CommandError> {
    let address = convert::address(&request.store, request.scope.as_deref(), &request.key)?;
    let limit = convert::page_limit(request.limit)?;
    let connected = context.connected(request.connection.as_ref()).await?;
    // A journal that cannot be used leaves what the source has.
    let journal = context.state.changes().journal().ok();
    let page = page(&connected, journal, &address, request.cursor, limit).await?;
    let writers = match journal {
        Some(journal) => writers(journal, &connected, &address).await?,
        None => HashMap::new(),
    };
    let revisions = page
        .items
        .iter()
        .map(|summary| {
            let writer = writers.get(summary.revision.as_str());
            protocol::operations::revisions::RevisionSummary {
                by: writer.map(|writer| writer.by.clone()),
                reason: writer.and_then(|writer| writer.reason.clone()),
                change_set: writer.map(|writer| ChangeSetId(writer.item.set.0.clone())),
                ..convert::revision_summary(summary)
            }
        })
        .collect();
    Ok(RevisionsListResponse {
        revisions,
        has_more: page.next_cursor.is_some(),
        next_cursor: page.next_cursor,
    })
}

async fn writers(
    journal: &JournalStore,
    connected: &Connected,
    address: &EntryAddress,
) -> Result<HashMap<String, Writer>, CommandError> {
    let connection = connected.connection.id.clone();
    let writers = journal.writers(connection, address.clone(), JOURNAL_LIMIT).await?;
    Ok(writers.into_iter().map(|writer| (writer.revision.as_str().to_owned(), writer)).collect())
}

struct Page {
    items: Vec<RevisionSummary>,
    next_cursor: Option<String>,
}

/// One page of what the source and the journal have, newest first.
///
/// A place in the listing is the source's page and the last revision that was told of it, because the journal may have more
/// between two revisions of the source than fit on a page.
async fn page(
    connected: &Connected,
    journal: Option<&JournalStore>,
    address: &EntryAddress,
    cursor: Option<String>,
    limit: usize,
) -> Result<Page, CommandError> {
    let universe = &connected.universe;
    let journal = journal.filter(|_| !universe.source().keeps_every_revision);
    let Some(journal) = journal else {
        let query = RevisionQuery { address: address.clone(), cursor, limit };
        let page = universe.list_revisions(query).await?;
        return Ok(Page { items: page.items, next_cursor: page.next_cursor });
    };
    let fingerprint =
        ["revisions and copies", address.store.as_str(), address.scope.as_str(), address.key.as_str()];
    let (source_cursor, told) = match cursor.as_deref() {
        None => (None, None),
        Some(text) => match cursor::decode(text, &fingerprint)?.as_slice() {
            [source, told] => (Some(source.clone()).filter(|source| !source.is_empty()), Some(told.clone())),
            _ => return Err(CursorError::Malformed.into()),
        },
    };
    let query = RevisionQuery { address: address.clone(), cursor: source_cursor.clone(), limit };
    let source = universe.list_revisions(query).await?;
    let copies =
        journal.local_copies(connected.connection.id.clone(), address.clone(), JOURNAL_LIMIT).await?;
    let oldest =
        source.next_cursor.as_ref().and_then(|_| source.items.last()).map(|last| last.revision.clone());
    let listed: HashSet<_> = source.items.iter().map(|summary| summary.revision.clone()).collect();
    let lost = copies
        .into_iter()
        .filter(|copy| !listed.contains(&copy.revision))
        .filter(|copy| oldest.as_ref().is_none_or(|oldest| copy.revision > *oldest))
        .map(|copy| summary(&copy));
    let mut items: Vec<_> = source.items.into_iter().chain(lost).collect();
    // For one key, the order of the texts is the order of the writes (`roblox-apis.md §0.3`).
    items.sort_by(|one, other| other.revision.cmp(&one.revision));
    items.dedup_by(|one, other| one.revision == other.revision);
    if let Some(told) = &told {
        items.retain(|summary| summary.revision.as_str() < told.as_str());
    }
    let place = |source: &str, last: &RevisionSummary| {
        cursor::encode(&fingerprint, &[source, last.revision.as_str()])
    };
    let next_cursor = if items.len() > limit {
        items.truncate(limit);
        items.last().map(|last| place(source_cursor.as_deref().unwrap_or_default(), last))
    } else {
        source.next_cursor.as_deref().zip(items.last()).map(|(next, last)| place(next, last))
    };
    Ok(Page { items, next_cursor })
}

/// A value that Roblox lost within its UTC hour, or whose time there is over, and that our journal kept.
fn summary(copy: &LocalCopy) -> RevisionSummary {
    let written_at = RevisionId::parse(copy.revision.as_str()).map(|revision| revision.at());
    RevisionSummary {
        revision: copy.revision.clone(),
        state: RevisionState::LocalCopy,
        created_at: written_at.unwrap_or(copy.replaced_at),
        size_bytes: Some(copy.size_bytes),
        expires_at: Some(copy.replaced_at.saturating_add(REVISION_LIFETIME)),
    }
}
