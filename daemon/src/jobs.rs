//! Long work: what runs, how it is held, and how it goes on after a restart.

pub mod commit;
pub mod dry_run;

use daemon_store::journal::records::JobRecord;

use crate::state::AppState;

/// The jobs that run.
#[derive(Debug, Default)]
pub struct Jobs {}

impl Jobs {
    /// Starts a job that is in the journal.
    pub fn start(&self, _state: &AppState, _job: JobRecord) {}
}
