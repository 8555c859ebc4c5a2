//! `budget.estimate`: what planned work would cost.

use daemon_roblox::governor::class::{Class, Pool};
use daemon_roblox::governor::estimate::PlannedRequests;
use protocol::operations::budget::{BudgetEstimateRequest, BudgetEstimateResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: BudgetEstimateRequest,
) -> Result<BudgetEstimateResponse, CommandError> {
    let connection = context.connection(Some(&request.connection)).await?;
    let Some(governor) = context.state.universes().governor(&connection) else {
        return Ok(BudgetEstimateResponse { requests: 0, seconds: 0, minutes: 0, bottleneck: None });
    };
    let estimate = governor.estimate(&plan(&request));
    Ok(BudgetEstimateResponse {
        requests: estimate.requests,
        seconds: estimate.duration.as_secs(),
        minutes: estimate.minutes(),
        bottleneck: estimate.bottleneck.map(Pool::as_str).map(Into::into),
    })
}

/// The classes of the requests that the cloud universe sends.
fn plan(request: &BudgetEstimateRequest) -> Vec<PlannedRequests> {
    let bytes = request.bytes.unwrap_or(0);
    let planned = |class, requests: Option<u64>, bytes| {
        let requests = requests.filter(|requests| *requests > 0)?;
        Some(PlannedRequests { class, requests, bytes })
    };
    [
        planned(Class::V1Read, request.reads, bytes),
        planned(Class::V1Write, request.writes, bytes),
        planned(Class::StandardList, request.lists, 0),
        planned(Class::V1Remove, request.removes, 0),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_planned_is_estimated() {
        let request = BudgetEstimateRequest {
            connection: "c".into(),
            reads: Some(2),
            writes: Some(0),
            lists: None,
            removes: Some(1),
            bytes: Some(9),
        };
        let planned = |class, requests, bytes| PlannedRequests { class, requests, bytes };
        assert_eq!(plan(&request), [planned(Class::V1Read, 2, 9), planned(Class::V1Remove, 1, 0)]);
    }
}
