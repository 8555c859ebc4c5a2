//! `changesets.commit`: commits a staged set once everything is confirmed, or looks at its entries again.

use daemon_core::changes::level::{E1_ITEMS, EffectLevel};
use daemon_core::permission::Permission;
use daemon_store::journal::records::{AuditPhase, SetRecord};
use protocol::operations::changesets::{
    ChangesetsCommitRequest, ChangesetsCommitResponse, CommitNeeds, Confirmation,
};
use protocol::{ErrorCode, JobId};
use tokio_util::sync::CancellationToken;

use crate::changes::Author;
use crate::changes::run::Run;
use crate::commands::changesets::{REASON_LIMIT, describe, staged, text};
use crate::commands::context::{Connected, Context};
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::jobs;

const OPERATION: &str = "changesets.commit";

pub(crate) async fn run(
    context: Context,
    request: ChangesetsCommitRequest,
) -> Result<ChangesetsCommitResponse, CommandError> {
    let set = staged(&context, &request.set).await?;
    if set.extent.items == 0 {
        let message = format!("change set `{}` has no items; stage some, or discard it", request.set);
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    }
    let connection = protocol::ConnectionId(set.connection.clone());
    if request.dry_run {
        let connected = context.connected(Some(&connection)).await?;
        return dry_run(&context, &connected, set).await;
    }
    permit(&context, &set)?;
    let connected = context.writable(Some(&connection)).await?;
    let reason = text("reason", request.reason.as_deref(), REASON_LIMIT)?.or_else(|| set.reason.clone());
    let needs = describe::needs(&context, &connected.connection, &set);
    let one =
        match context.state.changes().journal()?.list_items(set.id.clone(), None, 0, 2).await?.as_slice() {
            [item] => Some(item.address.clone()),
            _ => None,
        };
    let names = one.as_ref().map(|address| (address.key.as_str(), address.store.as_str()));
    confirm(&needs, &request.confirm, &connected, &set, names, reason.as_deref())?;
    commit(&context, connected, set, reason).await
}

/// Refuses what the caller's role does not permit of what the set does (S-61): it may have lost that since it was staged.
fn permit(context: &Context, set: &SetRecord) -> Result<(), CommandError> {
    let role = context.caller.role;
    let is_far_reaching = EffectLevel::of(set.extent) >= EffectLevel::E3;
    let needed = [
        (set.extent.removals > 0, Permission::DeleteData, "the set removes entries"),
        (is_far_reaching, Permission::BulkOperations, "the set is far-reaching"),
    ];
    for (is_needed, permission, why) in needed {
        if is_needed && !role.permits(permission) {
            let message = format!("role {role} may not commit this: {why}, and it lacks {permission}");
            return Err(CommandError::new(ErrorCode::PermissionDenied, message));
        }
    }
    Ok(())
}

/// Holds what was typed against what is needed; `one` are the key and the data store of a set of one.
pub(super) fn confirm(
    needs: &CommitNeeds,
    given: &Confirmation,
    connected: &Connected,
    set: &SetRecord,
    one: Option<(&str, &str)>,
    reason: Option<&str>,
) -> Result<(), CommandError> {
    let missing = |what: String| {
        Err(CommandError::new(ErrorCode::RequestInvalid, format!("nothing was committed: {what}")))
    };
    let reads_as = |given: Option<&String>, wanted: &str| {
        given.is_some_and(|given| given.trim().to_lowercase() == wanted.trim().to_lowercase())
    };
    let environment = connected.connection.environment.as_str();
    if needs.dry_run {
        return missing("its entries were looked at over 30 minutes ago; make a dry run first".to_owned());
    }
    if needs.count && given.count != Some(set.extent.items) {
        return missing(format!("confirm the number of items, {}, as `confirm.count`", set.extent.items));
    }
    if let (true, Some((key, _))) = (needs.key, one)
        && !reads_as(given.key.as_ref(), key)
    {
        return missing(format!("confirm the key, `{key}`, as `confirm.key`"));
    }
    if let (true, Some((_, store))) = (needs.store, one)
        && !reads_as(given.store.as_ref(), store)
    {
        return missing(format!("confirm the data store, `{store}`, as `confirm.store`"));
    }
    if needs.environment && !reads_as(given.environment.as_ref(), environment) {
        return missing(format!("confirm the environment, `{environment}`, as `confirm.environment`"));
    }
    if needs.reason && reason.is_none() {
        return missing(format!(
            "give a `reason`; it is asked for in {environment} and for far-reaching sets"
        ));
    }
    Ok(())
}

async fn commit(
    context: &Context,
    connected: Connected,
    set: SetRecord,
    reason: Option<String>,
) -> Result<ChangesetsCommitResponse, CommandError> {
    let changes = context.state.changes();
    let journal = changes.journal()?;
    let by = convert::principal(&context.caller);
    let author = Author { by: by.clone(), operation: OPERATION, reason: reason.clone() };
    let snapshot = snapshot(&connected, &set).await;
    let mut audit = author.line(&set.connection, Some(&set.id), AuditPhase::Attempt, changes.now());
    audit.outcome = snapshot.unwrap_or_default();
    if set.extent.items > E1_ITEMS {
        let job = jobs::commit::job(&set, by.clone(), changes.now());
        let id = JobId(job.id.0.clone());
        let record = journal.commit_set(set.id, by, reason, Some(job.clone()), audit, changes.now()).await?;
        changes.tell_set(&record);
        context.state.jobs().start(&context.state, job);
        let set = describe::describe(context, Some(&connected.connection), record);
        return Ok(ChangesetsCommitResponse { set, job: Some(id) });
    }
    let record = journal.commit_set(set.id.clone(), by, reason, None, audit, changes.now()).await?;
    changes.tell_set(&record);
    let run = Run {
        set: set.id.clone(),
        connection: set.connection,
        universe: connected.universe,
        policy: set.policy,
        author,
    };
    // What has to wait is finished in the background; the items tell where they stand.
    changes.run(&run, &CancellationToken::new(), &|_| {}).await?;
    let record = journal.get_set(set.id).await?.unwrap_or(record);
    Ok(ChangesetsCommitResponse {
        set: describe::describe(context, Some(&connected.connection), record),
        job: None,
    })
}

/// Takes a snapshot before far-reaching sets, so that Roblox keeps what is replaced (S-38); what came of that, for the audit.
async fn snapshot(connected: &Connected, set: &SetRecord) -> Option<String> {
    if EffectLevel::of(set.extent) < EffectLevel::E3 {
        return None;
    }
    Some(match connected.universe.take_snapshot().await {
        Ok(snapshot) if snapshot.is_new => "snapshot taken".to_owned(),
        Ok(_) => "snapshot of today exists".to_owned(),
        Err(error) => {
            tracing::warn!(%error, "no snapshot before a far-reaching set; the journal keeps what it replaces");
            "no snapshot".to_owned()
        }
    })
}

async fn dry_run(
    context: &Context,
    connected: &Connected,
    set: SetRecord,
) -> Result<ChangesetsCommitResponse, CommandError> {
    let changes = context.state.changes();
    if set.extent.items > E1_ITEMS {
        let job = jobs::dry_run::job(&set, convert::principal(&context.caller), changes.now());
        let id = JobId(job.id.0.clone());
        changes.journal()?.create_job(job.clone()).await?;
        context.state.jobs().start(&context.state, job);
        let set = describe::describe(context, Some(&connected.connection), set);
        return Ok(ChangesetsCommitResponse { set, job: Some(id) });
    }
    let record = changes.look_again(&set, &connected.universe, &CancellationToken::new(), &|_| {}).await?;
    Ok(ChangesetsCommitResponse {
        set: describe::describe(context, Some(&connected.connection), record),
        job: None,
    })
}
