//! Between the edge and the commands: who calls, may they, how often, and on record.
//!
//! **Invariant:** nothing reaches a command without a [`identity::Caller`] whose role permits it: denied by default,
//! from the one policy table that the catalogue is (S-61).
//!
//! **Invariant:** a change that began is finished, told and recorded, also when its caller stops waiting for it.

pub mod identity;
pub mod policy;
pub mod tokens;
pub mod sessions;
pub mod proofs;
pub mod limits;

use daemon_core::export::AddEntry;
use protocol::{Effect, Feature, OperationName};
use tokio::sync::oneshot;

use crate::commands::context::{Context, Turn};
use crate::commands::error::CommandError;
use crate::commands::{self, dispatch};
use crate::gate::identity::Caller;
use crate::state::AppState;
use crate::universes::{ExportText, ExportedPage};

/// Runs an operation for a caller, if the policy lets it, and answers with the response's JSON text.
pub async fn call(
    state: &AppState,
    caller: &Caller,
    operation: OperationName,
    request: impl Into<String>,
) -> Result<String, CommandError> {
    call_in_turn(state, caller, operation, request, Turn::free()).await
}

/// As [`call`], for a caller that sends several requests at a time: imports are written in the order of their turns.
pub async fn call_in_turn(
    state: &AppState,
    caller: &Caller,
    operation: OperationName,
    request: impl Into<String>,
    turn: Turn,
) -> Result<String, CommandError> {
    policy::permit(caller, operation, state.clock().now())?;
    let context = Context { state: state.clone(), caller: caller.clone(), turn };
    let request = request.into();
    if operation.declaration().effect == Effect::Read {
        return perform(context, operation, &request).await;
    }
    let (finished, answer) = oneshot::channel();
    state.tasks().spawn(async move {
        // A caller that is gone needs no answer.
        let _ = finished.send(perform(context, operation, &request).await);
    });
    answer.await.map_err(|error| CommandError::internal("an operation ended without an answer", error))?
}

/// As [`call`] of `entries.export`, for this process itself: the page is what `add` writes, so that no answer has to be
/// read. What `add` took unproven is the caller's to prove.
pub async fn export(
    state: &AppState,
    caller: &Caller,
    request: &str,
    add: AddEntry<ExportText>,
) -> Result<ExportedPage, CommandError> {
    let operation = OperationName::EntriesExport;
    policy::permit(caller, operation, state.clock().now())?;
    let context = Context { state: state.clone(), caller: caller.clone(), turn: Turn::free() };
    let result = commands::export(context, request, add).await;
    record(caller, operation, result.as_ref().err());
    result
}

async fn perform(context: Context, operation: OperationName, request: &str) -> Result<String, CommandError> {
    let caller = context.caller.clone();
    let result = dispatch(context, operation, request).await;
    record(&caller, operation, result.as_ref().err());
    result
}

/// Tells the log what was done, without any of the data it was done to.
fn record(caller: &Caller, operation: OperationName, refusal: Option<&CommandError>) {
    let declaration = operation.declaration();
    let outcome = refusal.map_or("done", |refusal| refusal.code.code());
    // Batches are told by the command that sends them; a line for each would drown everything else.
    if declaration.effect == Effect::Read || declaration.feature == Feature::DataImportExport {
        tracing::debug!(operation = declaration.name, principal.id = %caller.id, outcome, "operation");
    } else {
        tracing::info!(operation = declaration.name, principal.id = %caller.id, outcome, "operation");
    }
}
