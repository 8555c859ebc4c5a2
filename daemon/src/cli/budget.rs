//! `dsmp budget`: what is spent of the budget of requests to Roblox, and the stop.

use clap::{Subcommand, ValueEnum};
use protocol::operations::budget::{
    BreakerState, Budget, BudgetConfigureRequest, BudgetLimits, BudgetPool, BudgetResumeRequest,
    BudgetStatusRequest, BudgetStopRequest, BudgetsResponse,
};

use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::output::{Output, grouped, moment};

/// See what is spent of the budget of requests to Roblox, stop everything, resume it
///
/// A budget belongs to a game: all connections to one universe share it. Without `--connection`, all budgets are meant.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the budgets, as without a subcommand
    Status,
    /// Stop all requests to Roblox at once, also over a restart
    Stop,
    /// Let requests to Roblox pass again
    Resume,
    /// Change which part of which limits may be used, by the connection that `--connection` names
    Set {
        /// The part of the limits, in percent from 1 to 100
        #[arg(long, value_name = "PERCENT", required_unless_present = "limits")]
        share: Option<u32>,
        /// Which of Roblox's pages the limits are taken from
        #[arg(long)]
        limits: Option<LimitsOption>,
    },
}

/// Where the limits come from.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LimitsOption {
    /// The page of limits
    LimitsPage,
    /// The page of prices, whose numbers are smaller
    PricingPage,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let connection = session.connection();
    let answer = match arguments.command.unwrap_or(Command::Status) {
        Command::Status => session.ask(&BudgetStatusRequest { connection }).await?,
        Command::Stop => session.ask(&BudgetStopRequest { connection }).await?,
        Command::Resume => session.ask(&BudgetResumeRequest { connection }).await?,
        Command::Set { share, limits } => {
            let connection = connection.ok_or_else(|| {
                Failure::usage("name the connection whose budget it is with `--connection`")
            })?;
            let limits = limits.map(|limits| match limits {
                LimitsOption::LimitsPage => BudgetLimits::LimitsPage,
                LimitsOption::PricingPage => BudgetLimits::PricingPage,
            });
            session.ask(&BudgetConfigureRequest { connection, share_percent: share, limits }).await?
        }
    };
    show(&mut session.output, &answer)
}

fn show(output: &mut Output, answer: &BudgetsResponse) -> Result<(), Failure> {
    if output.is_json() {
        return output.json(answer);
    }
    if answer.budgets.is_empty() {
        output.note("no budgets; only connections to Roblox have one");
    }
    for (position, budget) in answer.budgets.iter().enumerate() {
        if position > 0 {
            output.line("")?;
        }
        output.line(&heading(budget))?;
        // What nobody uses is left out: people look at what moves.
        let is_used = |pool: &&BudgetPool| {
            pool.used_requests > 0 || pool.waiting > 0 || pool.throttled_for_seconds.is_some()
        };
        let rows: Vec<_> = budget.pools.iter().filter(is_used).map(row).collect();
        if rows.is_empty() {
            output.line("nothing was sent within a minute")?;
        } else {
            output.table(&["POOL", "USED", "ALLOWED", "LIMIT", "WAITING", "NEXT"], rows)?;
        }
    }
    Ok(())
}

/// What is told of a budget in a line.
fn heading(budget: &Budget) -> String {
    let limits = match budget.limits {
        BudgetLimits::LimitsPage => "limits page",
        BudgetLimits::PricingPage => "pricing page",
    };
    let state = match (&budget.stopped_at, budget.breaker) {
        (Some(at), _) => {
            let by = budget.stopped_by.as_deref().unwrap_or("someone");
            format!("STOPPED at {} by {by}", moment(at))
        }
        (None, BreakerState::Closed) => "running".into(),
        (None, BreakerState::Open | BreakerState::HalfOpen) => {
            let wait = budget.retry_in_seconds.unwrap_or(0);
            format!("paused after failures, tries again in {wait} s")
        }
    };
    format!(
        "universe {} at {}: {state}; {} % of the {limits}; {} waiting, {} under way",
        budget.universe_id,
        budget.host,
        budget.share_percent,
        budget.waiting_persons.saturating_add(budget.waiting_jobs),
        budget.under_way
    )
}

fn row(pool: &BudgetPool) -> Vec<String> {
    vec![
        pool.name.clone(),
        grouped(pool.used_requests.into()),
        grouped(pool.allowed_requests.into()),
        grouped(pool.limit_requests.into()),
        grouped(pool.waiting.into()),
        match pool.next_free_in_seconds {
            Some(0) => "now".into(),
            Some(seconds) => format!("in {seconds} s"),
            None => "when one ends".into(),
        },
    ]
}
