//! `budget.configure`: which part of which limits we may use.

use daemon_roblox::governor::limits::Share;
use protocol::ErrorCode;
use protocol::operations::budget::{BudgetConfigureRequest, BudgetsResponse};

use crate::commands::budget::{answer, choose, domain_limits};
use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: BudgetConfigureRequest,
) -> Result<BudgetsResponse, CommandError> {
    let share = request.share_percent.map(share).transpose()?;
    let limits = request.limits.map(domain_limits);
    let chosen = choose(&context, Some(&request.connection)).await?;
    let Some(id) = chosen.keys().next() else {
        let message = format!(
            "connection `{}` is local and has no budget; name a connection to Roblox",
            request.connection
        );
        return Err(CommandError::new(ErrorCode::RequestInvalid, message));
    };
    context.state.universes().budgets().configure(id, share, limits).await?;
    Ok(answer(&context, chosen))
}

fn share(percent: u32) -> Result<Share, CommandError> {
    let share = u8::try_from(percent).ok().and_then(|percent| Share::new(percent).ok());
    share.ok_or_else(|| {
        let message = format!("`sharePercent` is {percent}; nothing was changed: choose 1 to 100");
        CommandError::new(ErrorCode::SettingInvalid, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_64_a_share_is_one_to_a_hundred_percent() {
        assert_eq!([1, 100].map(|percent| u32::from(share(percent).unwrap().percent())), [1, 100]);
        for percent in [0, 101, 256, 356] {
            assert_eq!(share(percent).unwrap_err().code, ErrorCode::SettingInvalid, "{percent}");
        }
    }
}
