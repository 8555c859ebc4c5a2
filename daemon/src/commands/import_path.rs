//! Imports of a batch of entries, each over whatever is there.
//!
//! **Invariant:** what an import replaces is kept: by our own engine as revisions, of Roblox's entries in the journal.

use std::sync::Arc;

use daemon_core::changes::attempt::Problem;
use daemon_core::changes::content::Content;
use daemon_core::changes::policy::ConflictPolicy;
use daemon_core::changes::state::ItemState;
use daemon_core::names::StoreName;
use daemon_core::revision::AnyRevision;
use daemon_store::journal::records::{AuditPhase, AuditRecord, ItemRecord, NewSet, StagedItem};
use futures_util::StreamExt as _;
use futures_util::stream;
use protocol::ErrorCode;
use tokio_util::sync::CancellationToken;

use crate::changes::place::Place;
use crate::changes::run::Run;
use crate::changes::stage::new_item;
use crate::changes::{Author, new_set_id};
use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::write_path::told;
use crate::events::Event;
use crate::universes::{ImportItem, UniverseError};

/// How many entries of an import are read at a time. Each may have 4 MiB.
const IMPORT_READS: usize = 8;
/// How many entries of an import are staged at a time.
const IMPORT_CHUNK: usize = 64;

/// What became of an entry of an import.
pub type Imported = Result<Option<AnyRevision>, CommandError>;

/// Writes entries, each over whatever is there; answers what became of each, in order.
///
/// Our own engine does it in one transaction and keeps what each of them replaces, so the journal has one line for all. To
/// Roblox they go as a change set, whose items hold what they replace.
pub async fn import(
    context: &Context,
    connected: &Connected,
    store: StoreName,
    items: Vec<ImportItem>,
) -> Result<Vec<Imported>, CommandError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    if connected.connection.environment.is_treated_as_production() {
        let message = "an import into production is reviewed: use `imports.start`, or stage the entries with `changesets.propose`";
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    if !connected.universe.source().is_direct {
        return import_as_set(context, connected, store, items).await;
    }
    let changes = context.state.changes();
    let journal = changes.journal()?;
    let author =
        Author { by: convert::principal(&context.caller), operation: "entries.import", reason: None };
    let connection = connected.connection.id.clone();
    let attempt = author.line(&connection, None, AuditPhase::Attempt, changes.now());
    journal.audit(AuditRecord { outcome: format!("{} entries of {store}", items.len()), ..attempt }).await?;
    let outcome = connected.universe.import(store.clone(), items).await;
    let told = match &outcome {
        Ok(revisions) => format!("{} entries of {store} saved", revisions.len()),
        Err(error) => error.to_string(),
    };
    let line = author.line(&connection, None, AuditPhase::Outcome, changes.now());
    journal.audit(AuditRecord { outcome: told, ..line }).await?;
    let revisions = outcome?;
    context.state.events().publish(Event::StoreChanged { connection, store: Some(store) });
    Ok(revisions.into_iter().map(|revision| Ok(Some(revision))).collect())
}

/// Stages the entries as a set, commits it, and tells what became of each.
async fn import_as_set(
    context: &Context,
    connected: &Connected,
    store: StoreName,
    items: Vec<ImportItem>,
) -> Result<Vec<Imported>, CommandError> {
    let changes = context.state.changes();
    let journal = changes.journal()?;
    let by = convert::principal(&context.caller);
    let author = Author { by: by.clone(), operation: "entries.import", reason: None };
    let universe = connected.universe.for_jobs();
    let set = NewSet {
        id: new_set_id(),
        connection: connected.connection.id.clone(),
        title: format!("Import {} entries of {store}", items.len()),
        reason: None,
        policy: ConflictPolicy::LastWriterWins,
        by: by.clone(),
        undo_of: None,
    };
    let id = set.id.clone();
    let reads = stream::iter(items).map(|item| {
        let place = Place {
            connection: connected.connection.id.clone(),
            universe: Arc::clone(&universe),
            address: item.id.in_store(store.clone()),
            is_ordered: false,
        };
        let content = Content { value: item.value, user_ids: item.user_ids, attributes: item.attributes };
        async move {
            let (base, _) = place.read().await?;
            Ok::<_, UniverseError>(new_item(&place, base, Some(content), None))
        }
    });
    let mut reads = reads.buffered(IMPORT_READS).chunks(IMPORT_CHUNK);
    journal.create_set(set, changes.now()).await?;
    let mut numbers = Vec::new();
    while let Some(chunk) = reads.next().await {
        let chunk = chunk.into_iter().collect::<Result<Vec<_>, _>>()?;
        let (_, staged) = journal.stage(id.clone(), chunk, true, changes.now()).await?;
        numbers.extend(staged);
    }
    let audit = author.line(&connected.connection.id, Some(&id), AuditPhase::Attempt, changes.now());
    let record = journal.commit_set(id.clone(), by, None, None, audit, changes.now()).await?;
    changes.tell_set(&record);
    let run = Run {
        set: id.clone(),
        connection: connected.connection.id.clone(),
        universe: Arc::clone(&universe),
        policy: ConflictPolicy::LastWriterWins,
        author,
    };
    changes.run(&run, &CancellationToken::new(), &|_| {}).await?;
    let mut outcomes = Vec::with_capacity(numbers.len());
    for staged in numbers {
        let (StagedItem::Added(number) | StagedItem::Replaced { number, .. } | StagedItem::Duplicate(number)) =
            staged;
        let item = journal.list_items(id.clone(), None, number.saturating_sub(1), 1).await?.pop();
        outcomes.push(imported(item.filter(|item| item.id.number == number)));
    }
    Ok(outcomes)
}

/// What became of an item of an import; none when a later entry took its place.
fn imported(item: Option<ItemRecord>) -> Imported {
    let Some(item) = item else {
        let message = "a later entry of the import has the same key, which counts";
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    };
    match (item.state, item.problem) {
        // Superseded: it reads so already.
        (ItemState::Saved | ItemState::Superseded, _) => Ok(item.revision),
        (_, Some(problem)) => Err(told(&Problem { code: problem.code, message: problem.message })),
        (state, None) => {
            let message = format!("it is {state}; look at change set {}", item.id.set.0);
            Err(CommandError::new(ErrorCode::OutcomeUnknown, message))
        }
    }
}
