//! What becomes of a set beside its commit: it is amended, its items are settled, it is discarded, its changes are taken back.

use serde::{Deserialize, Serialize};

use crate::catalogue::{AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Permission};
use crate::ids::{ChangeSetId, Revision};
use crate::operations::changesets::{ChangeItem, ChangeSet, Confirmation, ConflictPolicy};

/// Changes a staged set: takes items out, or gives it another title, reason or policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesetsAmendRequest {
    /// The set.
    pub set: ChangeSetId,
    /// The items to take out, at most 1,000.
    #[serde(default)]
    pub drop: Vec<u32>,
    /// A new title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A new reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Another policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<ConflictPolicy>,
}

/// The set as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesetsAmendResponse {
    /// The set.
    pub set: ChangeSet,
}

impl Operation for ChangesetsAmendRequest {
    type Response = ChangesetsAmendResponse;
    const DECLARATION: Declaration = Declaration {
        name: "changesets.amend",
        summary: "Takes items out of a staged change set, or changes its title, reason or policy.",
        method: Method::Patch,
        path: "/api/v1/changesets/{set}",
        query: &[],
        permission: Permission::WriteData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// What to do about an item in conflict, or without a known outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Resolution {
    /// Unknown: read the entry back once more.
    Check,
    /// Conflict: leave the entry as someone else made it.
    KeepTheirs,
    /// Conflict: write the merged entry, at overlaps what `choices` says.
    UseMerged,
    /// Conflict: write this change over theirs, which is kept as the pre-image. Asks for the key.
    OverwriteTheirs,
    /// Unknown: a person knows that it was done. Asks for a reason.
    SettleSaved,
    /// Unknown: a person knows that it was not done. Asks for a reason.
    SettleNotSaved,
}

/// Whose text stands at a place afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// That of the entry now.
    Theirs,
    /// That of this change.
    Mine,
}

/// What was chosen at an overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverlapChoice {
    /// The overlap's path, as it was told.
    pub path: String,
    /// Whose text.
    pub side: Side,
}

/// Settles an item that is in conflict or has no known outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesetsResolveRequest {
    /// The set.
    pub set: ChangeSetId,
    /// The item.
    pub item: u32,
    /// What to do.
    pub resolution: Resolution,
    /// With `useMerged`: a choice for each overlap.
    #[serde(default)]
    pub choices: Vec<OverlapChoice>,
    /// With `useMerged`, `overwriteTheirs`: the revision that was looked at; refused when the entry changed again. Absent
    /// when the entry was gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revision: Option<Revision>,
    /// What was typed.
    #[serde(default)]
    pub confirm: Confirmation,
    /// Why: up to 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The item as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesetsResolveResponse {
    /// The set.
    pub set: ChangeSet,
    /// The item.
    pub item: ChangeItem,
}

impl Operation for ChangesetsResolveRequest {
    type Response = ChangesetsResolveResponse;
    const DECLARATION: Declaration = Declaration {
        name: "changesets.resolve",
        summary: "Settles an item that is in conflict or has no known outcome.",
        method: Method::Post,
        path: "/api/v1/changesets/{set}/resolve",
        query: &[],
        permission: Permission::WriteData,
        feature: Feature::Core,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::READ_THEN_WRITE,
    };
}

/// Discards a staged set; nothing is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesetsDiscardRequest {
    /// The set.
    pub set: ChangeSetId,
}

/// Confirms that the set is discarded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesetsDiscardResponse {
    /// How many items it had.
    pub items: u32,
}

impl Operation for ChangesetsDiscardRequest {
    type Response = ChangesetsDiscardResponse;
    const DECLARATION: Declaration = Declaration {
        name: "changesets.discard",
        summary: "Discards a staged change set.",
        method: Method::Delete,
        path: "/api/v1/changesets/{set}",
        query: &[],
        permission: Permission::WriteData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// Stages a set that takes the saved changes of another one back; it is reviewed and committed as every set. Undoing an
/// undo does the changes again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesetsUndoRequest {
    /// The set.
    pub set: ChangeSetId,
    /// Only these items, at most 1,000. Absent: all that were saved.
    #[serde(default)]
    pub items: Vec<u32>,
    /// Why: up to 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The staged set that takes the changes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesetsUndoResponse {
    /// The new set.
    pub set: ChangeSet,
    /// How many items it leaves out, because they were not saved.
    pub left_out: u32,
}

impl Operation for ChangesetsUndoRequest {
    type Response = ChangesetsUndoResponse;
    const DECLARATION: Declaration = Declaration {
        name: "changesets.undo",
        summary: "Stages a change set that takes the saved changes of another one back.",
        method: Method::Post,
        path: "/api/v1/changesets/{set}/undo",
        query: &[],
        permission: Permission::WriteData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}
