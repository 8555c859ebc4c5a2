//! Change sets and their items as the wire has them.

use std::time::Duration;

use daemon_core::changes::level::{EffectLevel, Needs};
use daemon_core::changes::policy::ConflictPolicy;
use daemon_core::changes::state::{ItemState, SetState};
use daemon_store::journal::records::{self, Difference, ItemRecord, SetRecord};
use protocol::operations::changesets::{
    self, ChangeItem, ChangeSet, ChangeSetState, CommitNeeds, ItemCounts, ItemEffect,
};
use protocol::{ChangeSetId, ConnectionId, ErrorCode, JobId};

use crate::changes::place::is_conditional;
use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::registry::{Connection, Source};

/// How old the look at the entries of a far-reaching set may be (`ux.md` §5.3).
pub(super) const CHECK_LIFETIME: Duration = Duration::from_mins(30);

/// A set as the caller sees it.
pub(super) async fn set(context: &Context, record: SetRecord) -> Result<ChangeSet, CommandError> {
    let connection = context.state.universes().find(&record.connection).await?;
    Ok(describe(context, connection.as_ref(), record))
}

/// As [`set`], with the connection at hand; none when it was removed.
pub(super) fn describe(context: &Context, connection: Option<&Connection>, record: SetRecord) -> ChangeSet {
    let level = EffectLevel::of(record.extent);
    let needs =
        connection.map_or_else(CommitNeeds::default, |connection| needs(context, connection, &record));
    ChangeSet {
        undo_problem: undo_problem(&record),
        id: ChangeSetId(record.id.0),
        connection: ConnectionId(record.connection),
        title: record.title,
        reason: record.reason,
        policy: wire_policy(record.policy),
        state: match record.state {
            SetState::Staged => ChangeSetState::Staged,
            SetState::Committing => ChangeSetState::Committing,
            SetState::Done => ChangeSetState::Done,
            SetState::Discarded => ChangeSetState::Discarded,
        },
        created_by: record.created_by.name,
        created_at: convert::time(record.created_at),
        committed_by: record.committed_by.map(|by| by.name),
        committed_at: record.committed_at.map(convert::time),
        finished_at: record.finished_at.map(convert::time),
        checked_at: convert::time(record.checked_at),
        undo_of: record.undo_of.map(|set| ChangeSetId(set.0)),
        undone_by: record.undone_by.map(|set| ChangeSetId(set.0)),
        job: record.job.map(|job| JobId(job.0)),
        counts: counts(record.counts),
        removals: record.extent.removals,
        stores: record.extent.stores,
        level: match level {
            EffectLevel::E1 => changesets::EffectLevel::E1,
            EffectLevel::E2 => changesets::EffectLevel::E2,
            EffectLevel::E3 => changesets::EffectLevel::E3,
            EffectLevel::E4 => changesets::EffectLevel::E4,
        },
        needs,
    }
}

/// What the caller has to confirm to commit a set now.
pub(super) fn needs(context: &Context, connection: &Connection, set: &SetRecord) -> CommitNeeds {
    if set.state != SetState::Staged {
        return CommitNeeds::default();
    }
    let Needs { count, key, environment, store, reason, fresh_check } =
        EffectLevel::of(set.extent).needs(set.extent, connection.environment);
    let age = context.state.clock().now().saturating_since(set.checked_at);
    CommitNeeds {
        count,
        key,
        environment,
        store,
        reason,
        dry_run: fresh_check && age > CHECK_LIFETIME,
        unlock: connection.read_only && context.unlocked_until(connection).is_none(),
    }
}

/// Why a set cannot be undone as a whole.
pub(super) fn undo_problem(set: &SetRecord) -> Option<String> {
    if matches!(set.state, SetState::Staged | SetState::Discarded) {
        return Some("it was not committed".to_owned());
    }
    if set.is_purged {
        return Some("the values it replaced were kept for 30 days and are gone".to_owned());
    }
    if let Some(other) = &set.undone_by {
        return Some(format!("change set {} takes it back already; discard or undo that one", other.0));
    }
    (set.counts.saved == 0).then(|| "none of its changes was saved".to_owned())
}

fn counts(counts: records::ItemCounts) -> ItemCounts {
    let records::ItemCounts { total, staged, queued, sending, saved, conflict, refused, unknown, superseded } =
        counts;
    ItemCounts { total, staged, queued, sending, saved, conflict, refused, unknown, superseded }
}

/// An item as the wire has it; `connection` is none when it was removed.
pub(super) fn item(connection: Option<&Connection>, record: ItemRecord) -> ChangeItem {
    let is_direct = connection.is_some_and(|connection| matches!(connection.source, Source::Local { .. }));
    let conditional = is_conditional(is_direct, record.is_ordered, record.size_after.is_some());
    let problem = record.problem;
    ChangeItem {
        item: record.id.number,
        store: record.address.store.as_str().into(),
        ordered: record.is_ordered,
        scope: record.address.scope.as_str().into(),
        key: record.address.key.as_str().into(),
        effect: match (record.size_before, record.size_after) {
            (_, None) => ItemEffect::Remove,
            (None, Some(_)) => ItemEffect::Create,
            (Some(_), Some(_)) => ItemEffect::Update,
        },
        state: wire_state(record.state),
        conditional,
        differences: (record.difference.places != Difference::NOT_COUNTED)
            .then_some(record.difference.places),
        user_ids_changed: record.difference.user_ids,
        attributes_changed: record.difference.attributes,
        size_before: record.size_before,
        size_after: record.size_after,
        revision: record.revision.as_ref().map(convert::revision),
        code: problem.as_ref().and_then(|problem| ErrorCode::from_code(&problem.code)),
        message: problem.map(|problem| problem.message),
        changed_at: convert::time(record.changed_at),
    }
}

pub(super) fn wire_state(state: ItemState) -> changesets::ItemState {
    match state {
        ItemState::Staged => changesets::ItemState::Staged,
        ItemState::Queued => changesets::ItemState::Queued,
        ItemState::Sending => changesets::ItemState::Sending,
        ItemState::Saved => changesets::ItemState::Saved,
        ItemState::Conflict => changesets::ItemState::Conflict,
        ItemState::Refused => changesets::ItemState::Refused,
        ItemState::Unknown => changesets::ItemState::Unknown,
        ItemState::Superseded => changesets::ItemState::Superseded,
    }
}

pub(super) fn domain_state(state: changesets::ItemState) -> ItemState {
    match state {
        changesets::ItemState::Staged => ItemState::Staged,
        changesets::ItemState::Queued => ItemState::Queued,
        changesets::ItemState::Sending => ItemState::Sending,
        changesets::ItemState::Saved => ItemState::Saved,
        changesets::ItemState::Conflict => ItemState::Conflict,
        changesets::ItemState::Refused => ItemState::Refused,
        changesets::ItemState::Unknown => ItemState::Unknown,
        changesets::ItemState::Superseded => ItemState::Superseded,
    }
}

fn wire_policy(policy: ConflictPolicy) -> changesets::ConflictPolicy {
    match policy {
        ConflictPolicy::LastWriterWins => changesets::ConflictPolicy::LastWriterWins,
        ConflictPolicy::FirstWriterWins => changesets::ConflictPolicy::FirstWriterWins,
        ConflictPolicy::ManualMerge => changesets::ConflictPolicy::ManualMerge,
        ConflictPolicy::SmartMerge => changesets::ConflictPolicy::SmartMerge,
    }
}

pub(super) fn domain_policy(policy: changesets::ConflictPolicy) -> ConflictPolicy {
    match policy {
        changesets::ConflictPolicy::LastWriterWins => ConflictPolicy::LastWriterWins,
        changesets::ConflictPolicy::FirstWriterWins => ConflictPolicy::FirstWriterWins,
        changesets::ConflictPolicy::ManualMerge => ConflictPolicy::ManualMerge,
        changesets::ConflictPolicy::SmartMerge => ConflictPolicy::SmartMerge,
    }
}
