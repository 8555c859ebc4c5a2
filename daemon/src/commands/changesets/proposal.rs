//! From a proposed change to an item: what the entry is, and what it is to become.

use std::sync::Arc;

use daemon_core::changes::content::{Content, Image};
use daemon_core::edit::apply;
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::permission::Permission;
use daemon_store::journal::records::NewItem;
use protocol::ErrorCode;
use protocol::operations::changesets::{ProposalKind, ProposedChange};

use crate::changes::place::{Place, number, whole_number};
use crate::changes::run::sum;
use crate::changes::stage::new_item;
use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::entries::edit::domain_edit;
use crate::commands::error::CommandError;
use crate::commands::revisions::get::readable;
use crate::tasks::compute;
use crate::universes::UniverseError;

/// Reads the entry of a change and makes its item; none when the change changes nothing.
pub(super) async fn item(
    context: &Context,
    connected: &Connected,
    change: ProposedChange,
) -> Result<Option<NewItem>, CommandError> {
    if change.kind == ProposalKind::Remove && !context.caller.role.permits(Permission::DeleteData) {
        let message =
            format!("role {} may not remove entries: it lacks DELETE_DATA", context.caller.role.as_str());
        return Err(CommandError::new(ErrorCode::PermissionDenied, message));
    }
    let address = convert::address(&change.store, change.scope.as_deref(), &change.key)?;
    refuse_unfit(&change)?;
    let place = Place {
        connection: connected.connection.id.clone(),
        universe: Arc::clone(&connected.universe),
        address,
        is_ordered: change.ordered,
    };
    let (base, _) = place.read().await?;
    if let Some(expected) = &change.expected_revision {
        let expected = convert::revision_id(expected)?;
        if base.as_ref().and_then(|base| base.revision.as_ref()) != Some(&expected) {
            return Err(UniverseError::Conflict { current: None }.into());
        }
    }
    let after = after(context, connected, &place, base.as_ref(), &change).await?;
    if base.as_ref().map(|base| &base.content) == after.as_ref() {
        return Ok(None);
    }
    let increment = change.amount.filter(|_| change.kind == ProposalKind::Increment).map(|amount| amount.0);
    Ok(Some(new_item(&place, base, after, increment)))
}

async fn after(
    context: &Context,
    connected: &Connected,
    place: &Place,
    base: Option<&Image>,
    change: &ProposedChange,
) -> Result<Option<Content>, CommandError> {
    let absent = || CommandError::from(UniverseError::EntryNotFound(place.address.clone()));
    let user_ids = change.user_ids.as_deref().map(convert::user_ids).transpose()?;
    let attributes = change.attributes.as_ref().map(convert::attributes).transpose()?;
    let (kept_user_ids, kept_attributes) = base.map_or_else(
        || (UserIds::default(), Attributes::default()),
        |base| (base.content.user_ids.clone(), base.content.attributes.clone()),
    );
    let content = |value| Content {
        value,
        user_ids: user_ids.unwrap_or(kept_user_ids),
        attributes: attributes.unwrap_or(kept_attributes),
    };
    match change.kind {
        ProposalKind::Remove => base.map(|_| None).ok_or_else(absent),
        ProposalKind::Set => {
            let value = convert::value(required("set", "value", change.value.as_ref())?)?;
            let content = content(value);
            if place.is_ordered {
                let value = whole_number(&content).ok_or_else(|| {
                    let message = "the value of an ordered entry is a whole number of 64 bits; give one";
                    CommandError::new(ErrorCode::NotStorable, message)
                })?;
                return Ok(Some(number(value)));
            }
            Ok(Some(content))
        }
        ProposalKind::Edit => {
            let base = base.ok_or_else(absent)?;
            let edits = change.edits.iter().map(domain_edit).collect::<Result<Vec<_>, _>>()?;
            let value = &base.content.value;
            let edited = compute(value.len_bytes(), || apply(value, &edits))?;
            Ok(Some(content(edited)))
        }
        ProposalKind::Restore => {
            let revision = required("restore", "revision", change.revision.as_ref())?;
            let (past, _) = readable(context, connected, place.address.clone(), revision).await?;
            Ok(Some(Content { value: past.value, user_ids: past.user_ids, attributes: past.attributes }))
        }
        ProposalKind::Increment => {
            let amount = required("increment", "amount", change.amount.as_ref())?;
            let value = base.and_then(|base| whole_number(&base.content)).unwrap_or(0);
            sum(base, amount.0)
                .map_err(|problem| CommandError::new(ErrorCode::NotStorable, problem.message))?;
            Ok(value.checked_add(amount.0).map(number))
        }
    }
}

/// Refuses what does not go with the kind of change or of data store.
fn refuse_unfit(change: &ProposedChange) -> Result<(), CommandError> {
    let is_ordered_kind =
        matches!(change.kind, ProposalKind::Set | ProposalKind::Remove | ProposalKind::Increment);
    let problem = if change.ordered && !is_ordered_kind {
        Some("an ordered entry is set, incremented or removed; it has no places and no revisions")
    } else if change.ordered && (change.user_ids.is_some() || change.attributes.is_some()) {
        Some("an ordered entry has no user ids and no attributes; leave them out")
    } else if !change.ordered && change.kind == ProposalKind::Increment {
        Some("only ordered entries are incremented; set `ordered`, or edit the place instead")
    } else {
        None
    };
    match problem {
        Some(problem) => Err(CommandError::new(ErrorCode::RequestInvalid, problem)),
        None => Ok(()),
    }
}

fn required<'a, T>(kind: &str, member: &str, value: Option<&'a T>) -> Result<&'a T, CommandError> {
    value.ok_or_else(|| {
        CommandError::new(ErrorCode::RequestInvalid, format!("a change of kind `{kind}` needs `{member}`"))
    })
}
