//! `budget.resume`: lets requests to Roblox pass again.

use protocol::operations::budget::{BudgetResumeRequest, BudgetsResponse};

use crate::commands::budget::{answer, choose};
use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: BudgetResumeRequest,
) -> Result<BudgetsResponse, CommandError> {
    let chosen = choose(&context, request.connection.as_ref()).await?;
    let ids: Vec<_> = chosen.keys().cloned().collect();
    context.state.universes().budgets().resume(&ids).await?;
    Ok(answer(&context, chosen))
}
