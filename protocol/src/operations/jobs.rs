//! Long work over many entries: what runs, how far it is, and how to hold it.

use serde::{Deserialize, Serialize};

use crate::catalogue::{
    AuditEvent, Cost, Declaration, Effect, Feature, Method, Operation, Parameter, Permission,
};
use crate::error::ErrorCode;
use crate::ids::{ChangeSetId, ConnectionId, JobId, Revision, UtcTime};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum JobKind {
    /// Commits a change set.
    Commit,
    /// Commits a change set that takes another one back.
    Undo,
    /// Looks at the entries of a staged set again.
    DryRun,
    /// Writes the lines of a file.
    Import,
    /// Writes entries to a file.
    Export,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Works.
    Running,
    /// Finishes what it has begun, then pauses.
    Pausing,
    /// Waits to be resumed, also over a restart.
    Paused,
    /// Finishes what it has begun, then stops.
    Stopping,
    /// Was stopped; what it had not begun is left as it was.
    Stopped,
    /// Done, everything as asked.
    Done,
    /// Done, and some items were refused, in conflict or are unknown.
    DoneWithProblems,
    /// Could not go on; `message` says why.
    Failed,
}

/// How far a job is. `saved`, `refused`, `conflict`, `unknown` and `skipped` add up to `done`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobProgress {
    /// How many items there are; absent while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many have an outcome.
    pub done: u64,
    /// Done as asked.
    pub saved: u64,
    /// Refused.
    pub refused: u64,
    /// In conflict.
    pub conflict: u64,
    /// Without a known outcome.
    pub unknown: u64,
    /// Left out.
    pub skipped: u64,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// The connection it works on.
    pub connection: ConnectionId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub state: JobState,
    /// Who began it, by name.
    pub created_by: String,
    /// When it was asked for.
    pub created_at: UtcTime,
    /// When it first ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<UtcTime>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<UtcTime>,
    /// How far it is.
    pub progress: JobProgress,
    /// Items a second, over the last half minute; absent while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_second: Option<f64>,
    /// The least time it will still take, in seconds; absent in the first 30 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_seconds_low: Option<u64>,
    /// The most time it will still take, in seconds; absent in the first 30 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_seconds_high: Option<u64>,
    /// The change set it commits or looks at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_set: Option<ChangeSetId>,
    /// The file it reads or writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What it waits for, or why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Asks for one page of the caller's jobs, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobsListRequest {
    /// The connection; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Only jobs that have not ended.
    #[serde(default)]
    pub active: bool,
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Jobs per page, 1 to 256. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page of jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobsListResponse {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl Operation for JobsListRequest {
    type Response = JobsListResponse;
    const DECLARATION: Declaration = Declaration {
        name: "jobs.list",
        summary: "Lists the caller's jobs, newest first.",
        method: Method::Get,
        path: "/api/v1/jobs",
        query: &[
            Parameter::text("connection"),
            Parameter::boolean("active"),
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

/// Asks for one job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobsGetRequest {
    /// The job.
    pub job: JobId,
}

impl Operation for JobsGetRequest {
    type Response = Job;
    const DECLARATION: Declaration = Declaration {
        name: "jobs.get",
        summary: "Reads how far a job is.",
        method: Method::Get,
        path: "/api/v1/jobs/{job}",
        query: &[],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

/// What became of one item of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum JobItemState {
    /// No outcome yet.
    Waiting,
    /// Done as asked.
    Saved,
    /// Refused.
    Refused,
    /// In conflict.
    Conflict,
    /// Without a known outcome.
    Unknown,
    /// Left out.
    Skipped,
}

/// One item of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobItem {
    /// Its number in the job, from 1: of a change set the item, of an import the line.
    pub item: u64,
    /// The data store's name.
    pub store: String,
    /// The scope.
    pub scope: String,
    /// The key; empty where a line could not be read.
    pub key: String,
    /// What became of it.
    pub state: JobItemState,
    /// The revision it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// Why it is refused, in conflict or unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// The same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Asks for one page of the report of a job: of a change set every item, of an import the lines that were not saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobsItemsRequest {
    /// The job.
    pub job: JobId,
    /// Only items of which this became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<JobItemState>,
    /// From the page before, of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Items per page, 1 to 256. Absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page of the report of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobsItemsResponse {
    /// The items, by number.
    pub items: Vec<JobItem>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl Operation for JobsItemsRequest {
    type Response = JobsItemsResponse;
    const DECLARATION: Declaration = Declaration {
        name: "jobs.items",
        summary: "Reads the report of a job, item by item.",
        method: Method::Get,
        path: "/api/v1/jobs/{job}/items",
        query: &[Parameter::text("state"), Parameter::text("cursor"), Parameter::integer("limit")],
        permission: Permission::ReadData,
        feature: Feature::Core,
        effect: Effect::Read,
        audit: AuditEvent::None,
        cost: Cost::NONE,
    };
}

macro_rules! job_controls {
    ($($(#[$doc:meta])* $request:ident = $name:literal, $summary:literal, $method:expr, $path:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $request {
            /// The job.
            pub job: JobId,
        }

        impl Operation for $request {
            type Response = Job;
            const DECLARATION: Declaration = Declaration {
                name: $name,
                summary: $summary,
                method: $method,
                path: $path,
                query: &[],
                permission: Permission::ReadData,
                feature: Feature::Core,
                effect: Effect::Configure,
                audit: AuditEvent::SystemConfig,
                cost: Cost::NONE,
            };
        }
    )*};
}

job_controls! {
    /// Lets a job finish what it has begun and then wait; answers the job as it is then.
    JobsPauseRequest = "jobs.pause", "Pauses a job.", Method::Post, "/api/v1/jobs/{job}/pause";
    /// Lets a paused job go on.
    JobsResumeRequest = "jobs.resume", "Resumes a paused job.", Method::Post, "/api/v1/jobs/{job}/resume";
    /// Ends a job after what it has begun; what it has not begun stays as it was.
    JobsStopRequest = "jobs.stop", "Stops a job for good.", Method::Post, "/api/v1/jobs/{job}/stop";
}

/// Starts a job that writes the lines of a JSONL file, plain, gzip or Zstandard, into a data store.
///
/// Only commands on this machine may name a file: they run as the account that owns it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportsStartRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// The file, as an absolute path on the daemon's machine.
    pub file: String,
    /// The environment's word; asked for in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Why: up to 1,000 characters; asked for in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Operation for ImportsStartRequest {
    type Response = Job;
    const DECLARATION: Declaration = Declaration {
        name: "imports.start",
        summary: "Starts a job that imports a file.",
        method: Method::Post,
        path: "/api/v1/imports",
        query: &[],
        permission: Permission::BulkOperations,
        feature: Feature::DataImportExport,
        effect: Effect::Write,
        audit: AuditEvent::DataModification,
        cost: Cost::READ_THEN_WRITE,
    };

    fn is_accepted(_: &Self::Response) -> bool {
        true
    }
}

/// Starts a job that writes entries to a file, as JSONL; compressed when its name ends in `.gz` or `.zst`.
///
/// Commands on this machine name the file; for everybody else it lies in the data directory's `exports`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportsStartRequest {
    /// The connection; absent: the caller's selected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The data store's name: 1 to 50 bytes.
    pub store: String,
    /// The scope; absent: all scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Only keys that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The file, as an absolute path on the daemon's machine; it must not exist. Absent: one in the data directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

impl Operation for ExportsStartRequest {
    type Response = Job;
    const DECLARATION: Declaration = Declaration {
        name: "exports.start",
        summary: "Starts a job that exports entries to a file.",
        method: Method::Post,
        path: "/api/v1/exports",
        query: &[],
        permission: Permission::ExportData,
        feature: Feature::DataImportExport,
        effect: Effect::Configure,
        audit: AuditEvent::DataExport,
        cost: Cost { read: 1, list: 1, ..Cost::NONE },
    };

    fn is_accepted(_: &Self::Response) -> bool {
        true
    }
}
