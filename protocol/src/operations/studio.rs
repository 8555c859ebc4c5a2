//! Linked Studio windows, and those that ask to be.

use serde::{Deserialize, Serialize};

use crate::access::StudioIdentity;
use crate::catalogue::{AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Permission};
use crate::ids::{PairingId, StudioSessionId, TokenId, UtcTime};
use crate::operations::tokens::Token;

/// A Studio that asks to be paired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PendingPairing {
    /// Its id.
    pub pairing: PairingId,
    /// The code it shows: approve only if they are the same.
    pub code: String,
    /// Which Studio it says it is.
    pub studio: StudioIdentity,
    /// When the wish ends.
    pub expires_at: UtcTime,
}

/// A linked Studio window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StudioSession {
    /// Its name among those linked.
    pub session: StudioSessionId,
    /// Which Studio it says it is.
    pub studio: StudioIdentity,
    /// The credential it came with; absent for a plugin file this daemon installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenId>,
    /// Since when.
    pub connected_at: UtcTime,
}

/// Asks which Studios are linked and which ask to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StudioListRequest {}

/// Linked Studios and open wishes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StudioListResponse {
    /// The linked ones.
    pub sessions: Vec<StudioSession>,
    /// Those that ask.
    pub pairings: Vec<PendingPairing>,
}

impl Operation for StudioListRequest {
    type Response = StudioListResponse;
    const DECLARATION: Declaration = Declaration {
        name: "studio.list",
        summary: "Lists linked Studios and those that ask to be paired.",
        method: Method::Get,
        path: "/api/v1/studio",
        query: &[],
        permission: Permission::ManageSecurity,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// Pairs a Studio whose code was compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StudioApproveRequest {
    /// The wish.
    pub pairing: PairingId,
    /// The code as the person sees it in Studio; must be the same.
    pub code: String,
}

/// The credential the plugin will fetch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StudioApproveResponse {
    /// The credential, without its secret.
    pub token: Token,
}

impl Operation for StudioApproveRequest {
    type Response = StudioApproveResponse;
    const DECLARATION: Declaration = Declaration {
        name: "studio.approve",
        summary: "Pairs a Studio.",
        method: Method::Post,
        path: "/api/v1/studio/pairings/{pairing}/approve",
        query: &[],
        permission: Permission::ManageSecurity,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}

/// Refuses a Studio that asks to be paired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StudioRefuseRequest {
    /// The wish.
    pub pairing: PairingId,
}

/// The wish is refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StudioRefuseResponse {}

impl Operation for StudioRefuseRequest {
    type Response = StudioRefuseResponse;
    const DECLARATION: Declaration = Declaration {
        name: "studio.refuse",
        summary: "Refuses to pair a Studio.",
        method: Method::Post,
        path: "/api/v1/studio/pairings/{pairing}/refuse",
        query: &[],
        permission: Permission::ManageSecurity,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}

/// Asks for the credential that goes into a plugin file this daemon installs, so that it pairs silently.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StudioCreateInstallRequest {}

/// The credential for one installed plugin file; its secret is shown here and never again.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StudioCreateInstallResponse {
    /// The credential, without its secret; the proof's peer is `install:<id>`.
    pub token: Token,
    /// The proof's key, in hex.
    pub secret: String,
}

/// Leaves the secret out.
impl std::fmt::Debug for StudioCreateInstallResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("StudioCreateInstallResponse")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

impl Operation for StudioCreateInstallRequest {
    type Response = StudioCreateInstallResponse;
    const DECLARATION: Declaration = Declaration {
        name: "studio.createInstall",
        summary: "Makes the credential of a plugin file that is about to be installed.",
        method: Method::Post,
        path: "/api/v1/studio/installs",
        query: &[],
        permission: Permission::ManageSecurity,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SecurityChange,
        cost: Cost::NONE,
    };
}
