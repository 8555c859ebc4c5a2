//! Working on the data directory itself, when no daemon runs.

use daemon_core::export::AddEntry;
use protocol::{ErrorBody, OperationName, RequestId};
use tokio_util::task::AbortOnDropHandle;

use crate::cli::exit::Failure;
use crate::clock::Clock;
use crate::commands::context::{Turn, Turns};
use crate::commands::error::CommandError;
use crate::config::Config;
use crate::gate::{self, identity::Caller};
use crate::secret::{Secret, random_hex};
use crate::state::AppState;
use crate::universes::{ExportText, ExportedPage};

/// The data directory, held by this process as a daemon would hold it.
#[derive(Debug)]
pub struct Local {
    state: AppState,
    caller: Caller,
    turns: Turns,
}

/// A request that is being answered.
#[derive(Debug)]
pub struct LocalCall<Answer = String>(AbortOnDropHandle<Result<Answer, Failure>>);

impl<Answer: Send + 'static> LocalCall<Answer> {
    /// Waits for the answer, which is given once; may be dropped and called again meanwhile.
    pub(super) async fn answer(&mut self) -> Result<Answer, Failure> {
        let failed = |error| Failure::other(format!("the operation ended without an answer: {error}"));
        (&mut self.0).await.map_err(failed)?
    }

    fn spawn(work: impl Future<Output = Result<Answer, CommandError>> + Send + 'static) -> Self {
        Self(AbortOnDropHandle::new(tokio::spawn(async move { work.await.map_err(refusal) })))
    }
}

impl Local {
    /// Takes the data directory.
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        let state = AppState::open(config, None, Secret::random(), Clock::system()).await?;
        // A daemon that was killed leaves its notice behind; other commands must not take it for running while we hold on.
        state.directory().withdraw();
        Ok(Self { state, caller: Caller::owner(), turns: Turns::default() })
    }

    /// Begins an operation as the owner, whom owning the directory makes one. Imports are written in the order begun.
    pub(super) fn begin(&mut self, operation: OperationName, request: String) -> LocalCall {
        let (state, caller) = (self.state.clone(), self.caller.clone());
        let turn = if operation == OperationName::EntriesImport { self.turns.take() } else { Turn::free() };
        LocalCall::spawn(async move { gate::call_in_turn(&state, &caller, operation, request, turn).await })
    }

    /// Begins a page of an export, which `add` writes where the entries are read.
    pub(super) fn export(&self, request: String, add: AddEntry<ExportText>) -> LocalCall<ExportedPage> {
        let (state, caller) = (self.state.clone(), self.caller.clone());
        LocalCall::spawn(async move { gate::export(&state, &caller, &request, add).await })
    }

    pub(super) async fn close(self) {
        self.state.close().await;
    }
}

/// What the daemon would answer.
pub(super) fn refusal(error: CommandError) -> Failure {
    let cause = error.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
    let body = ErrorBody {
        code: error.code,
        message: format!("{}{cause}", error.message),
        request_id: RequestId(format!("cli-{}", random_hex(6))),
        current: error.current,
    };
    body.into()
}
