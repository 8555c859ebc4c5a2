//! `budget.status`: what is spent of the budgets, and what they allow.

use protocol::operations::budget::{BudgetStatusRequest, BudgetsResponse};

use crate::commands::budget::{answer, choose};
use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: BudgetStatusRequest,
) -> Result<BudgetsResponse, CommandError> {
    let chosen = choose(&context, request.connection.as_ref()).await?;
    Ok(answer(&context, chosen))
}
