//! `changesets.resolve`: settles an item that is in conflict or has no known outcome.

use std::collections::HashMap;
use std::sync::Arc;

use daemon_core::changes::attempt::{Outcome, Problem};
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::policy::{Choices, merge_choosing, merge_contents};
use daemon_core::changes::state::ItemState;
use daemon_core::merge;
use daemon_core::permission::Permission;
use daemon_store::journal::records::{AuditPhase, AuditRecord, ItemId, SetRecord, WorkItem};
use protocol::ErrorCode;
use protocol::operations::changeset_endings::{
    ChangesetsResolveRequest, ChangesetsResolveResponse, Resolution, Side,
};
use protocol::operations::changesets::CommitNeeds;
use tokio_util::sync::CancellationToken;

use crate::changes::Author;
use crate::changes::drive::problem_of;
use crate::changes::place::Place;
use crate::changes::run::Run;
use crate::changes::stage::difference;
use crate::commands::changesets::commit::confirm;
use crate::commands::changesets::detail::{ATTRIBUTES, USER_IDS};
use crate::commands::changesets::get::no_item;
use crate::commands::changesets::{REASON_LIMIT, describe, text, visible};
use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::UniverseError;

const OPERATION: &str = "changesets.resolve";

pub(crate) async fn run(
    context: Context,
    request: ChangesetsResolveRequest,
) -> Result<ChangesetsResolveResponse, CommandError> {
    let set = visible(&context, &request.set).await?;
    let changes = context.state.changes();
    let journal = changes.journal()?;
    let id = ItemId { set: set.id.clone(), number: request.item };
    let item = journal.get_item(id.clone()).await?.ok_or_else(|| no_item(&set.id.0, request.item))?;
    require_state(&item, request.resolution)?;
    let reason = text("reason", request.reason.as_deref(), REASON_LIMIT)?;
    let author =
        Author { by: convert::principal(&context.caller), operation: OPERATION, reason: reason.clone() };
    let connection = protocol::ConnectionId(set.connection.clone());
    match request.resolution {
        Resolution::Check => {
            let connected = context.connected(Some(&connection)).await?;
            changes.check(connected.universe, id.clone()).await?;
        }
        Resolution::KeepTheirs => {
            let audit = line(&context, &author, &item, "superseded");
            changes.settle(id.clone(), Outcome::Superseded, None, audit).await?;
        }
        Resolution::SettleSaved | Resolution::SettleNotSaved => {
            require_reason(reason.as_deref())?;
            let outcome = if request.resolution == Resolution::SettleSaved {
                Outcome::Saved { revision: None, is_overwritten: false }
            } else {
                Outcome::Refused(Problem {
                    code: ErrorCode::OutcomeUnknown.code().to_owned(),
                    message: format!("settled by hand by {}: it was not done", author.by.name),
                })
            };
            let audit = line(&context, &author, &item, "settled by hand");
            let problem = problem_of(&outcome);
            changes.settle(id.clone(), outcome, problem, audit).await?;
        }
        Resolution::UseMerged | Resolution::OverwriteTheirs => {
            let connected = context.writable(Some(&connection)).await?;
            write(&context, connected, &set, item, &request, author).await?;
        }
    }
    let record = journal.get_set(set.id.clone()).await?.unwrap_or(set);
    let item = journal.get_item(id).await?.ok_or_else(|| no_item(&record.id.0, request.item))?;
    let connection = context.state.universes().find(&record.connection).await?;
    Ok(ChangesetsResolveResponse {
        set: describe::describe(&context, connection.as_ref(), record),
        item: describe::item(connection.as_ref(), item.record),
    })
}

fn require_state(item: &WorkItem, resolution: Resolution) -> Result<(), CommandError> {
    let (needed, what) = match resolution {
        Resolution::Check | Resolution::SettleSaved | Resolution::SettleNotSaved => {
            (ItemState::Unknown, "has an outcome that is not known")
        }
        Resolution::KeepTheirs | Resolution::UseMerged | Resolution::OverwriteTheirs => {
            (ItemState::Conflict, "is in conflict")
        }
    };
    if item.record.state == needed {
        return Ok(());
    }
    let message =
        format!("item {} is {}; this settles an item that {what}", item.record.id.number, item.record.state);
    Err(CommandError::new(ErrorCode::RequestInvalid, message))
}

fn require_reason(reason: Option<&str>) -> Result<(), CommandError> {
    if reason.is_some() {
        return Ok(());
    }
    Err(CommandError::new(ErrorCode::RequestInvalid, "say in `reason` how you know; it is kept"))
}

fn line(context: &Context, author: &Author, item: &WorkItem, outcome: &str) -> AuditRecord {
    let record = &item.record;
    let now = context.state.changes().now();
    AuditRecord {
        address: Some(record.address.clone()),
        item: Some(record.id.number),
        outcome: outcome.to_owned(),
        ..author.line(&record.connection, Some(&record.id.set), AuditPhase::Outcome, now)
    }
}

/// Writes what was decided on the entry as it was looked at, as the same item on a new base.
async fn write(
    context: &Context,
    connected: Connected,
    set: &SetRecord,
    item: WorkItem,
    request: &ChangesetsResolveRequest,
    author: Author,
) -> Result<(), CommandError> {
    if item.images.after.is_none() && !context.caller.role.permits(Permission::DeleteData) {
        let message = format!("role {} may not remove entries", context.caller.role);
        return Err(CommandError::new(ErrorCode::PermissionDenied, message));
    }
    let overwrites = request.resolution == Resolution::OverwriteTheirs;
    let reason = author.reason.clone().or_else(|| set.reason.clone());
    let needs = CommitNeeds {
        key: overwrites,
        reason: connected.connection.environment.is_treated_as_production(),
        ..CommitNeeds::default()
    };
    let names = (item.record.address.key.as_str(), item.record.address.store.as_str());
    confirm(&needs, &request.confirm, &connected, set, Some(names), reason.as_deref())?;
    let place = Place {
        connection: set.connection.clone(),
        universe: Arc::clone(&connected.universe),
        address: item.record.address.clone(),
        is_ordered: item.record.is_ordered,
    };
    let (now, _) = place.read().await?;
    let looked_at = request.expected_revision.as_ref().map(convert::revision_id).transpose()?;
    let revision = now.as_ref().and_then(|now| now.revision.as_ref());
    if revision != looked_at.as_ref() && !place.is_ordered {
        return Err(UniverseError::Conflict { current: None }.into());
    }
    let after =
        if overwrites { item.images.after.clone() } else { Some(merged(&item, now.as_ref(), request)?) };
    let changes = context.state.changes();
    let difference = difference(now.as_ref().map(|now| &now.content), after.as_ref());
    let mut audit = line(context, &author, &item, "resolved");
    audit.phase = AuditPhase::Attempt;
    let journal = changes.journal()?;
    journal.requeue(item.record.id, now, after, difference, audit, changes.now()).await?;
    let run = Run {
        set: set.id.clone(),
        connection: set.connection.clone(),
        universe: connected.universe,
        policy: set.policy,
        author: Author { reason, ..author },
    };
    changes.run(&run, &CancellationToken::new(), &|_| {}).await?;
    Ok(())
}

/// The merged entry, with what was chosen at each overlap.
fn merged(
    item: &WorkItem,
    now: Option<&Image>,
    request: &ChangesetsResolveRequest,
) -> Result<Content, CommandError> {
    let invalid = |message: String| CommandError::new(ErrorCode::RequestInvalid, message);
    let images = &item.images;
    let (Some(base), Some(theirs), Some(mine)) = (&images.base, now, &images.after) else {
        return Err(invalid(
            "one side has no entry, so nothing can be merged; keep theirs or overwrite".into(),
        ));
    };
    let chosen: HashMap<_, _> =
        request.choices.iter().map(|choice| (choice.path.as_str(), domain_side(choice.side))).collect();
    let preview = merge_contents(&base.content, &theirs.content, mine)
        .map_err(|error| CommandError::new(ErrorCode::ValueTooLarge, error.to_string()))?;
    let mut open: Vec<_> = preview.overlaps.iter().map(|overlap| overlap.path.to_string()).collect();
    open.extend(preview.user_ids_overlap.then(|| USER_IDS.to_owned()));
    open.extend(preview.attributes_overlap.then(|| ATTRIBUTES.to_owned()));
    if let Some(path) = open.iter().find(|path| !chosen.contains_key(path.as_str())) {
        return Err(invalid(format!("choose a side for `{path}`; there are {} overlaps", open.len())));
    }
    if let Some(path) = chosen.keys().find(|path| !open.iter().any(|known| known == *path)) {
        return Err(invalid(format!("`{path}` is no overlap; look at the item again")));
    }
    let side = |path: &str| chosen.get(path).copied().unwrap_or(merge::Side::Theirs);
    let mut of_value = |overlap: &merge::Overlap| side(&overlap.path.to_string());
    let choices = Choices { value: &mut of_value, user_ids: side(USER_IDS), attributes: side(ATTRIBUTES) };
    merge_choosing(&base.content, &theirs.content, mine, choices)
        .map_err(|error| CommandError::new(ErrorCode::ValueTooLarge, error.to_string()))
}

fn domain_side(side: Side) -> merge::Side {
    match side {
        Side::Theirs => merge::Side::Theirs,
        Side::Mine => merge::Side::Mine,
    }
}
