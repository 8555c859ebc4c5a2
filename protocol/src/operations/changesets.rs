//! Change sets: edits that are staged, reviewed, committed, watched and undone together.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::error::ErrorCode;
use crate::ids::{ChangeSetId, ConnectionId, Integer64, JobId, Revision, UserId, UtcTime};
use crate::operations::entries::Edit;
use crate::raw::RawJson;

/// What a proposed change does to its entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ProposalKind {
    /// Writes the whole value, and creates the entry when there is none.
    #[default]
    Set,
    /// Changes named places of the value, its user ids or its attributes.
    Edit,
    /// Removes the entry.
    Remove,
    /// Brings back what the entry was at a revision.
    Restore,
    /// Adds to an ordered entry, which begins at 0.
    Increment,
}

/// One change to one entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProposedChange {
    /// What to do.
    pub kind: ProposalKind,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// Whether the data store is ordered; then `value` is a whole number, and there are no user ids and attributes.
    #[serde(default)]
    pub ordered: bool,
    /// The scope: 1 to 50 bytes. Absent: `global`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The entry's key: 1 to 50 bytes.
    pub key: String,
    /// With `set`: the value, kept byte for byte.
    #[serde(default, deserialize_with = "RawJson::present", skip_serializing_if = "Option::is_none")]
    pub value: Option<RawJson>,
    /// With `edit`: the changes, in order; at most 1,000.
    #[serde(default)]
    pub edits: Vec<Edit>,
    /// The account ids tagged to the entry, at most 4. Absent: as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    /// The entry's attributes (Roblox's metadata). Absent: as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<RawJson>,
    /// With `restore`: the revision to bring back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// With `increment`: what to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Integer64>,
    /// Refuse the change unless this revision is current now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revision: Option<Revision>,
}

/// What happens to an item whose entry was changed by someone else after it was staged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConflictPolicy {
    /// Ours is written over theirs, which is kept as the pre-image.
    LastWriterWins,
    /// Theirs stays, and ours becomes a conflict that says so.
    FirstWriterWins,
    /// A person decides, also where the changes do not touch.
    ManualMerge,
    /// Both are kept where they touch different places; a person decides where they touch the same.
    #[default]
    SmartMerge,
}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ItemState {
    /// Waits for review; nothing was sent.
    Staged,
    /// Committed, and not sent yet.
    Queued,
    /// Sent, or about to be; the answer is not known yet.
    Sending,
    /// The source confirmed it.
    Saved,
    /// The entry is not what it was when the change was staged; nothing was written.
    Conflict,
    /// The source, or a rule, refused it; nothing was written.
    Refused,
    /// Sent, and nobody knows whether it was done; its key takes no other change until that is settled.
    Unknown,
    /// Not sent, because the set was stopped or theirs was kept.
    Superseded,
}

/// Where a change set stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ChangeSetState {
    /// Can be amended, committed or discarded; nothing was sent.
    Staged,
    /// Its items are being sent.
    Committing,
    /// Every item has an outcome; some may be conflicts or unknown.
    Done,
    /// Was discarded; nothing was sent.
    Discarded,
}

/// How far-reaching a commit is, and so how much must be confirmed (`E1` to `E4`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EffectLevel {
    /// Up to 20 creations and updates.
    E1,
    /// Up to 200 entries, or removals among them.
    E2,
    /// More than 200 entries, or more than 20 in several data stores.
    E3,
    /// Cannot be undone at Roblox: removals from ordered data stores.
    E4,
}

/// How many items stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ItemCounts {
    /// All of them.
    pub total: u32,
    /// Waiting for review.
    pub staged: u32,
    /// Committed, not sent.
    pub queued: u32,
    /// Being sent.
    pub sending: u32,
    /// Confirmed.
    pub saved: u32,
    /// In conflict.
    pub conflict: u32,
    /// Refused.
    pub refused: u32,
    /// Without a known outcome.
    pub unknown: u32,
    /// Not sent, and not going to be.
    pub superseded: u32,
}

/// What a commit has to confirm.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own, and all are asked together"
)]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CommitNeeds {
    /// The number of items, as `confirm.count`.
    #[serde(default)]
    pub count: bool,
    /// The one item's key, as `confirm.key`.
    #[serde(default)]
    pub key: bool,
    /// The environment's word, as `confirm.environment`.
    #[serde(default)]
    pub environment: bool,
    /// The one data store's name, as `confirm.store`.
    #[serde(default)]
    pub store: bool,
    /// A reason.
    #[serde(default)]
    pub reason: bool,
    /// Another dry run first: the last look at the entries is over 30 minutes old.
    #[serde(default)]
    pub dry_run: bool,
    /// An unlock of the connection.
    #[serde(default)]
    pub unlock: bool,
}

/// A change set without its items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangeSet {
    /// Its id.
    pub id: ChangeSetId,
    /// The connection it changes.
    pub connection: ConnectionId,
    /// What it is called.
    pub title: String,
    /// Why, in the words of whoever commits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What happens to items whose entry was changed meanwhile.
    pub policy: ConflictPolicy,
    /// Where it stands.
    pub state: ChangeSetState,
    /// Who staged it, by name.
    pub created_by: String,
    /// When it was begun.
    pub created_at: UtcTime,
    /// Who committed it, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed_by: Option<String>,
    /// When it was committed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed_at: Option<UtcTime>,
    /// When its last item had an outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<UtcTime>,
    /// When its entries were last looked at, by staging or by a dry run.
    pub checked_at: UtcTime,
    /// The set whose changes it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_of: Option<ChangeSetId>,
    /// The latest set that takes its changes back, staged or committed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<ChangeSetId>,
    /// The job that commits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// How many items stand where.
    pub counts: ItemCounts,
    /// How many items remove their entry.
    pub removals: u32,
    /// In how many data stores its items lie.
    pub stores: u32,
    /// How far-reaching it is.
    pub level: EffectLevel,
    /// What a commit by the caller has to confirm now.
    pub needs: CommitNeeds,
    /// Why it cannot be undone; absent when it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_problem: Option<String>,
}

/// What committing an item does to its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ItemEffect {
    /// The entry is new.
    Create,
    /// It gets another value, other user ids or other attributes.
    Update,
    /// It is removed.
    Remove,
}

/// An item of a change set, without values.
#[expect(clippy::struct_excessive_bools, reason = "each says another thing about the item")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangeItem {
    /// Its number in the set, from 1; it stays when others are taken out.
    pub item: u32,
    /// The data store's name.
    pub store: String,
    /// Whether the data store is ordered.
    #[serde(default)]
    pub ordered: bool,
    /// The scope.
    pub scope: String,
    /// The key.
    pub key: String,
    /// What committing it does.
    pub effect: ItemEffect,
    /// Where it stands.
    pub state: ItemState,
    /// Whether Roblox can be told to do it only while nothing else changed. If not, the entry is read just before, and
    /// a change in between is overwritten.
    pub conditional: bool,
    /// How many places of the value differ; absent where that was not counted, as for large values that were saved at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differences: Option<u32>,
    /// Whether the user ids differ.
    #[serde(default)]
    pub user_ids_changed: bool,
    /// Whether the attributes differ.
    #[serde(default)]
    pub attributes_changed: bool,
    /// The value's length in bytes before; absent when there is no entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_before: Option<u64>,
    /// The value's length in bytes afterwards; absent for removals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_after: Option<u64>,
    /// The revision it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// Why it is in conflict, refused or unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// The same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When it came to stand where it does.
    pub changed_at: UtcTime,
}

/// A whole entry at one side of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntryImage {
    /// The value, byte for byte.
    pub value: RawJson,
    /// The account ids tagged to it.
    pub user_ids: Vec<UserId>,
    /// Roblox's metadata: an object.
    pub attributes: RawJson,
    /// The revision, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
}

/// How a place differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DifferenceKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another value.
    Changed,
}

/// A place of a value that differs. Its texts are cut at 200 characters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlaceDifference {
    /// Where, as a JSON Pointer into the later value; for a removal into the earlier one.
    pub path: String,
    /// How.
    pub kind: DifferenceKind,
    /// What stood there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What stands there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A place that both sides changed, each in its own way. Its texts are cut at 200 characters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlaceOverlap {
    /// Where: a JSON Pointer into the value; `userIds`, `attributes` or `entry` for what lies beside it.
    pub path: String,
    /// What stood there when the change was staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// What someone else put there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<String>,
    /// What this change puts there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine: Option<String>,
}

/// One item in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ItemDetail {
    /// The places of the value that differ, at most 500 of `differenceCount`.
    pub differences: Vec<PlaceDifference>,
    /// How many there are.
    pub difference_count: u32,
    /// The entry before the change; absent when there was none, or values were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<EntryImage>,
    /// The entry after it; absent for removals, or when values were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<EntryImage>,
    /// In a conflict: the entry as someone else left it; absent when it is gone, or values were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<EntryImage>,
    /// In a conflict: the merged entry, theirs at the overlaps; absent when nothing can be merged, or values were not
    /// asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<EntryImage>,
    /// In a conflict: where a person has to choose; at most 500 of `overlapCount`.
    #[serde(default)]
    pub overlaps: Vec<PlaceOverlap>,
    /// How many there are.
    #[serde(default)]
    pub overlap_count: u32,
}

/// Stages changes: in a new set, or in one that is staged. Nothing is written; the entries are read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesetsProposeRequest {
    /// The connection; absent: the caller's selected one, or the set's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The staged set to add to; absent: a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<ChangeSetId>,
    /// What the new set is called: up to 200 characters. Absent: made of its first change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Why: up to 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What happens to items whose entry was changed meanwhile. Absent: `SMART_MERGE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<ConflictPolicy>,
    /// The changes, at most 1,000 a request; a set may have 1,000,000.
    pub changes: Vec<ProposedChange>,
    /// Let a change of an entry that the set changes already take that one's place; otherwise it is refused.
    #[serde(default)]
    pub replace: bool,
}

/// What became of one proposed change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProposalOutcome {
    /// The item it became; absent when it was refused, or changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// The same in words, or that it changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What was staged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesetsProposeResponse {
    /// The set; absent when it would have been new and no change could be staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<ChangeSet>,
    /// An outcome for each change, in order.
    pub outcomes: Vec<ProposalOutcome>,
}

impl Operation for ChangesetsProposeRequest {
    type Response = ChangesetsProposeResponse;
    const DECLARATION: Declaration = Declaration {
        name: "changesets.propose",
        summary: "Stages changes for review.",
        method: Method::Post,
        path: "/api/v1/changesets",
        query: &[],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Configure,
        audit: AuditEvent::None,
        cost: Cost::READ,
    };
}

/// Asks for one page of change sets, newest first: the caller's staged ones, and everybody's committed ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesetsListRequest {
    /// The connection; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Only those that stand there: `staged`, `committing`, `done` or `discarded`; or `open` for those with items that
    /// need someone: conflicts and unknown outcomes. Absent: all but the discarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ChangeSetFilter>,
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Sets per page, 1 to 256. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Which change sets to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ChangeSetFilter {
    /// Staged.
    Staged,
    /// Being sent.
    Committing,
    /// Done.
    Done,
    /// Discarded.
    Discarded,
    /// With conflicts or unknown outcomes.
    Open,
}

/// One page of change sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesetsListResponse {
    /// The sets.
    pub sets: Vec<ChangeSet>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl Operation for ChangesetsListRequest {
    type Response = ChangesetsListResponse;
    const DECLARATION: Declaration = Declaration {
        name: "changesets.list",
        summary: "Lists change sets, newest first.",
        method: Method::Get,
        path: "/api/v1/changesets",
        query: &[
            Parameter::text("connection"),
            Parameter::text("state"),
            Parameter::text("cursor"),
            Parameter::integer("limit"),
        ],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// Asks for a change set with one page of its items, or with one item in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesetsGetRequest {
    /// The set.
    pub set: ChangeSetId,
    /// Only items that stand there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ItemState>,
    /// One item in full, instead of a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    /// With `item`: also whole values. Studio, which must not decode values, leaves it out.
    #[serde(default)]
    pub values: bool,
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Items per page, 1 to 256. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A change set with items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesetsGetResponse {
    /// The set.
    pub set: ChangeSet,
    /// The items on this page, or the one.
    pub items: Vec<ChangeItem>,
    /// The one item in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<ItemDetail>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl Operation for ChangesetsGetRequest {
    type Response = ChangesetsGetResponse;
    const DECLARATION: Declaration = Declaration {
        name: "changesets.get",
        summary: "Reads a change set: its items, or one of them as a diff.",
        method: Method::Get,
        path: "/api/v1/changesets/{set}",
        query: &[
            Parameter::text("state"),
            Parameter::integer("item"),
            Parameter::boolean("values"),
            Parameter::text("cursor"),
            Parameter::integer("limit"),
        ],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::DataAccess,
        cost: Cost::NONE,
    };
}

/// What whoever commits typed; upper and lower case and white space around it do not matter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Confirmation {
    /// How many items there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The one item's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The environment's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The data store's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
}

/// Commits a staged set, or with `dryRun` only looks at its entries again.
///
/// Up to 20 items are sent before the answer; more become a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesetsCommitRequest {
    /// The set.
    pub set: ChangeSetId,
    /// Look again at every entry and merge or mark what was changed meanwhile, without writing anything.
    #[serde(default)]
    pub dry_run: bool,
    /// What `needs` of the set asks for.
    #[serde(default)]
    pub confirm: Confirmation,
    /// Why: up to 1,000 characters. Absent: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What came of a commit or a dry run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesetsCommitResponse {
    /// The set as it is now.
    pub set: ChangeSet,
    /// The job that does the rest; absent when everything is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
}

impl Operation for ChangesetsCommitRequest {
    type Response = ChangesetsCommitResponse;
    const DECLARATION: Declaration = Declaration {
        name: "changesets.commit",
        summary: "Commits a staged change set, or looks at its entries again without writing.",
        method: Method::Post,
        path: "/api/v1/changesets/{set}/commit",
        query: &[],
        permission: Permission::WriteData,
        feature: Feature::BasicDataExplorer,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::READ_THEN_WRITE,
    };

    fn is_accepted(response: &Self::Response) -> bool {
        response.job.is_some()
    }
}
