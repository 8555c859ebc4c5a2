//! `entries.import`: writes a batch of entries in one transaction, with an outcome for each.

use daemon_core::metadata::Attributes;
use daemon_core::names::{EntryId, Key, StoreName};
use daemon_core::value::JsonText;
use protocol::ErrorCode;
use protocol::operations::entries::{
    EntriesImportRequest, EntriesImportResponse, ImportEntry, ImportOutcome, ImportedEntry,
};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::commands::import_path;
use crate::universes::ImportItem;

/// Most entries in one batch. The more there are, the fewer times a page of the index is written: keys come in any order.
const BATCH_LIMIT: usize = 10_000;

pub(crate) async fn run(
    mut context: Context,
    request: EntriesImportRequest,
) -> Result<EntriesImportResponse, CommandError> {
    let store = StoreName::parse(&request.store)?;
    if request.entries.len() > BATCH_LIMIT {
        let message =
            format!("{} entries are more than {BATCH_LIMIT}; send them in batches", request.entries.len());
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let connected = context.writable(request.connection.as_ref()).await?;
    let mut items = Vec::with_capacity(request.entries.len());
    let mut outcomes = Vec::with_capacity(request.entries.len());
    for entry in request.entries {
        let key = entry.key.clone();
        outcomes.push(match item(entry) {
            Ok(item) => {
                items.push(item);
                ImportedEntry {
                    key,
                    outcome: ImportOutcome::Saved,
                    revision: None,
                    code: None,
                    message: None,
                }
            }
            Err(refusal) => ImportedEntry {
                key,
                outcome: ImportOutcome::Refused,
                revision: None,
                code: Some(refusal.code),
                message: Some(refusal.message),
            },
        });
    }
    // Of two entries with the same key the one that was sent later counts.
    context.turn.come().await;
    let mut imported = import_path::import(&context, &connected, store, items).await?.into_iter();
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.outcome == ImportOutcome::Saved) {
        match imported.next() {
            Some(Ok(revision)) => outcome.revision = revision.as_ref().map(convert::revision),
            Some(Err(refusal)) => {
                outcome.outcome = ImportOutcome::Refused;
                outcome.code = Some(refusal.code);
                outcome.message = Some(refusal.message);
            }
            None => {}
        }
    }
    Ok(EntriesImportResponse { outcomes })
}

fn item(entry: ImportEntry) -> Result<ImportItem, CommandError> {
    Ok(ImportItem {
        id: EntryId { scope: convert::scope(entry.scope.as_deref())?, key: Key::parse(&entry.key)? },
        value: JsonText::from_json(entry.value.into_string())?,
        user_ids: convert::user_ids(&entry.user_ids)?,
        attributes: entry
            .attributes
            .as_ref()
            .map_or_else(|| Ok(Attributes::default()), convert::attributes)?,
    })
}
