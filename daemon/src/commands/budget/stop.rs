//! `budget.stop`: stops all requests to Roblox at once.

use protocol::operations::budget::{BudgetStopRequest, BudgetsResponse};

use crate::commands::budget::{answer, choose};
use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: BudgetStopRequest,
) -> Result<BudgetsResponse, CommandError> {
    let chosen = choose(&context, request.connection.as_ref()).await?;
    let ids: Vec<_> = chosen.keys().cloned().collect();
    context.state.universes().budgets().stop(&ids, &context.caller.name).await?;
    Ok(answer(&context, chosen))
}
