//! Working on the data directory itself, when no daemon runs.

use protocol::{ErrorBody, OperationName, RequestId};

use crate::cli::exit::Failure;
use crate::clock::Clock;
use crate::config::Config;
use crate::gate::{self, identity::Caller};
use crate::secret::{Secret, random_hex};
use crate::state::AppState;

/// The data directory, held by this process as a daemon would hold it.
#[derive(Debug)]
pub struct Local {
    state: AppState,
    caller: Caller,
}

impl Local {
    /// Takes the data directory.
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        let state = AppState::open(config, None, Secret::random(), Clock::system()).await?;
        // A daemon that was killed leaves its notice behind; other commands must not take it for running while we hold on.
        state.directory().withdraw();
        Ok(Self { state, caller: Caller::owner() })
    }

    /// Calls an operation as the owner, whom owning the directory makes one.
    pub(super) async fn call(&self, operation: OperationName, request: &str) -> Result<String, Failure> {
        gate::call(&self.state, &self.caller, operation, request).await.map_err(|error| {
            let cause = error.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
            let body = ErrorBody {
                code: error.code,
                message: format!("{}{cause}", error.message),
                request_id: RequestId(format!("cli-{}", random_hex(6))),
                current: error.current,
            };
            body.into()
        })
    }

    pub(super) async fn close(self) {
        self.state.close().await;
    }
}
