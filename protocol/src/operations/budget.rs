//! The budget of requests to Roblox: what is spent of it, what it allows, and the stop.
//!
//! A budget belongs to a game: all connections to one universe at one host share it (`architecture.md` §9). Local
//! connections have none.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::ids::{ConnectionId, UtcTime};

/// Which of Roblox's pages the limits are taken from; the two disagree (`roblox-apis.md` §2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum BudgetLimits {
    /// The page of limits, which counts unless chosen otherwise.
    LimitsPage,
    /// The page of prices, whose numbers are smaller.
    PricingPage,
}

/// What the circuit breaker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum BreakerState {
    /// Requests pass.
    Closed,
    /// No request passes for a while, because several failed in a row.
    Open,
    /// One request tries whether the others may pass.
    HalfOpen,
}

/// One of a budget's counts: so many requests, for some also bytes, in every sliding minute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BudgetPool {
    /// Its name, as in `standardRead`.
    pub name: String,
    /// Our requests that count in the sliding minute, those under way included. The game's own are not visible to us.
    pub used_requests: u32,
    /// The most of ours that may: the share of `limitRequests`.
    pub allowed_requests: u32,
    /// What Roblox allows the game and us together.
    pub limit_requests: u32,
    /// Bytes that count in the sliding minute, those expected included.
    pub used_bytes: u64,
    /// The most bytes that may; null where bytes are not limited.
    pub allowed_bytes: Option<u64>,
    /// Requests that wait for this pool.
    pub waiting: u32,
    /// For how many more seconds Roblox asked us to wait, rounded up; null when it did not.
    pub throttled_for_seconds: Option<u64>,
    /// Seconds until a request could pass, rounded up, 0 for now; null when that depends on requests under way.
    pub next_free_in_seconds: Option<u64>,
    /// The limit a minute that Roblox's last reply named; null when it named none.
    pub reported_limit: Option<u64>,
}

/// The budget of one universe at one host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// The universe.
    pub universe_id: String,
    /// The host, as in `apis.roblox.com`, with its port where it is not the usual one.
    pub host: String,
    /// The connections that share it.
    pub connections: Vec<ConnectionId>,
    /// The part of the limits we may use, 1 to 100.
    pub share_percent: u8,
    /// Where the limits come from.
    pub limits: BudgetLimits,
    /// Whether no request passes until someone resumes it.
    pub stopped: bool,
    /// When it was stopped; null while it is not.
    pub stopped_at: Option<UtcTime>,
    /// Who stopped it, by name; null while it is not.
    pub stopped_by: Option<String>,
    /// What the circuit breaker does.
    pub breaker: BreakerState,
    /// With an open breaker: seconds until one request tries, rounded up.
    pub retry_in_seconds: Option<u64>,
    /// Requests of persons that wait.
    pub waiting_persons: u32,
    /// Requests of jobs that wait.
    pub waiting_jobs: u32,
    /// Requests under way.
    pub under_way: u32,
    /// The pools, in a fixed order.
    pub pools: Vec<BudgetPool>,
}

/// Asks how the budgets are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetStatusRequest {
    /// Only the budget of this connection, by its id or name. Absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
}

/// Budgets, by host and universe; none where no connection leads to Roblox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BudgetsResponse {
    /// The budgets.
    pub budgets: Vec<Budget>,
}

impl Operation for BudgetStatusRequest {
    type Response = BudgetsResponse;
    const DECLARATION: Declaration = Declaration {
        name: "budget.status",
        summary: "Tells what is spent of the budget of requests to Roblox.",
        method: Method::Get,
        path: "/api/v1/budget",
        query: &[Parameter::text("connection")],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// Stops all requests to Roblox at once, also those that wait; stays so over a restart, until the budget is resumed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetStopRequest {
    /// Only the budget of this connection, by its id or name. Absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
}

impl Operation for BudgetStopRequest {
    type Response = BudgetsResponse;
    const DECLARATION: Declaration = Declaration {
        name: "budget.stop",
        summary: "Stops all requests to Roblox at once.",
        method: Method::Post,
        path: "/api/v1/budget/stop",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SystemConfig,
        cost: Cost::NONE,
    };
}

/// Lets requests to Roblox pass again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetResumeRequest {
    /// Only the budget of this connection, by its id or name. Absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
}

impl Operation for BudgetResumeRequest {
    type Response = BudgetsResponse;
    const DECLARATION: Declaration = Declaration {
        name: "budget.resume",
        summary: "Lets requests to Roblox pass again.",
        method: Method::Post,
        path: "/api/v1/budget/resume",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SystemConfig,
        cost: Cost::NONE,
    };
}

/// Changes which part of which limits we may use; what is absent stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetConfigureRequest {
    /// The connection whose budget it is, by its id or name.
    pub connection: ConnectionId,
    /// The part of the limits we may use, 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_percent: Option<u32>,
    /// Where the limits come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<BudgetLimits>,
}

impl Operation for BudgetConfigureRequest {
    type Response = BudgetsResponse;
    const DECLARATION: Declaration = Declaration {
        name: "budget.configure",
        summary: "Changes which part of which limits we may use.",
        method: Method::Put,
        path: "/api/v1/budget",
        query: &[],
        permission: Permission::SystemConfig,
        feature: Feature::Core,
        effect: Effect::Configure,
        audit: AuditEvent::SystemConfig,
        cost: Cost::NONE,
    };
}

/// Asks what planned work would cost, were nobody else to spend from the budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetEstimateRequest {
    /// The connection, by its id or name.
    pub connection: ConnectionId,
    /// Requests that read an entry. Absent: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<u64>,
    /// Requests that write an entry. Absent: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes: Option<u64>,
    /// Requests that list a page of keys. Absent: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lists: Option<u64>,
    /// Requests that remove an entry. Absent: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removes: Option<u64>,
    /// Bytes of all values, counted for reads and for writes alike. Absent: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// What planned work would cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BudgetEstimateResponse {
    /// How many requests; none over a local connection.
    pub requests: u64,
    /// How long they take, in seconds.
    pub seconds: u64,
    /// The same in minutes, rounded up.
    pub minutes: u64,
    /// The pool that decides how long; null when nothing is planned.
    pub bottleneck: Option<String>,
}

impl Operation for BudgetEstimateRequest {
    type Response = BudgetEstimateResponse;
    const DECLARATION: Declaration = Declaration {
        name: "budget.estimate",
        summary: "Tells what planned work would cost.",
        method: Method::Get,
        path: "/api/v1/budget/estimate",
        query: &[
            Parameter::text("connection"),
            Parameter::integer("reads"),
            Parameter::integer("writes"),
            Parameter::integer("lists"),
            Parameter::integer("removes"),
            Parameter::integer("bytes"),
        ],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}
