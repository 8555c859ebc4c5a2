//! The daemon itself.

use serde::{Deserialize, Serialize};

use crate::catalogue::{AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Permission};
use crate::hello::Principal;
use crate::ids::{InstanceId, UtcTime};

/// Asks how the daemon is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SystemStatusRequest {}

/// How the daemon is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SystemStatusResponse {
    /// The daemon's release.
    pub version: String,
    /// The protocol version it speaks.
    pub protocol_version: u32,
    /// This run of the daemon.
    pub instance: InstanceId,
    /// When this run began.
    pub started_at: UtcTime,
    /// Whom the daemon takes the caller for.
    pub principal: Principal,
    /// How many connections there are.
    pub connection_count: u32,
    /// How many Studio windows are linked.
    pub studio_count: u32,
    /// The address it listens on; absent when a command runs without a daemon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Why nothing can be changed, or nothing of players' data; absent when all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Operation for SystemStatusRequest {
    type Response = SystemStatusResponse;
    const DECLARATION: Declaration = Declaration {
        name: "system.status",
        summary: "Tells how the daemon is.",
        method: Method::Get,
        path: "/api/v1/status",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}
