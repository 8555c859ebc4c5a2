//! A job over the items of a change set.

use daemon_core::time::Timestamp;
use daemon_store::journal::records::{
    JobId, JobKind, JobProgress, JobRecord, JobState, Principal, SetRecord,
};
use uuid::Uuid;

/// The job of a set.
pub fn job(set: &SetRecord, by: Principal, now: Timestamp) -> JobRecord {
    JobRecord {
        id: JobId(Uuid::now_v7().to_string()),
        kind: JobKind::DryRun,
        connection: set.connection.clone(),
        title: set.title.clone(),
        state: JobState::Queued,
        by,
        created_at: now,
        started_at: None,
        finished_at: None,
        progress: JobProgress { total: Some(u64::from(set.extent.items)), ..JobProgress::default() },
        set: Some(set.id.clone()),
        file: None,
        plan: String::new(),
        checkpoint: String::new(),
        message: None,
    }
}
