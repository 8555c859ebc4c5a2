//! Budgets of requests to Roblox: one for each universe at each host, shared by all connections to it.

pub(super) mod configure;
pub(super) mod estimate;
pub(super) mod resume;
pub(super) mod status;
pub(super) mod stop;

use std::collections::BTreeMap;
use std::time::Duration;

use daemon_roblox::governor::breaker::BreakerMeter;
use daemon_roblox::governor::meter::{Meter, PoolMeter};
use protocol::ConnectionId;
use protocol::operations::budget::{BreakerState, Budget, BudgetLimits, BudgetPool, BudgetsResponse};

use crate::commands::context::Context;
use crate::commands::convert;
use crate::commands::error::CommandError;
use crate::universes::budgets::{BudgetId, BudgetSettings, LimitsPage};

/// Budgets by id, each with the connections that share it.
type Chosen = BTreeMap<BudgetId, Vec<ConnectionId>>;

/// The budget of a connection, or all there are; a local connection has none.
async fn choose(context: &Context, wanted: Option<&ConnectionId>) -> Result<Chosen, CommandError> {
    let only = match wanted {
        Some(_) => Some(context.connection(wanted).await?.target().map(BudgetId::of)),
        None => None,
    };
    let mut chosen = Chosen::new();
    for connection in context.state.universes().list().await? {
        if let Some(id) = connection.target().map(BudgetId::of)
            && only.as_ref().is_none_or(|only| only.as_ref() == Some(&id))
        {
            chosen.entry(id).or_default().push(ConnectionId(connection.id));
        }
    }
    Ok(chosen)
}

/// How the budgets are now.
fn answer(context: &Context, chosen: Chosen) -> BudgetsResponse {
    let budgets = context.state.universes().budgets();
    let described = chosen.into_iter().map(|(id, connections)| {
        let (settings, meter) = (budgets.settings(&id), budgets.governor(&id).meter());
        describe(id, connections, settings, &meter)
    });
    BudgetsResponse { budgets: described.collect() }
}

/// A budget as the wire has it.
fn describe(id: BudgetId, connections: Vec<ConnectionId>, settings: BudgetSettings, meter: &Meter) -> Budget {
    let (breaker, retry_in) = match meter.breaker {
        BreakerMeter::Closed => (BreakerState::Closed, None),
        BreakerMeter::Open { retry_in } => (BreakerState::Open, Some(retry_in)),
        BreakerMeter::HalfOpen => (BreakerState::HalfOpen, None),
    };
    let (stopped_at, stopped_by) = settings.stopped.map(|stop| (convert::time(stop.at), stop.by)).unzip();
    Budget {
        universe_id: id.universe_id.to_string(),
        host: id.host,
        connections,
        share_percent: settings.share.percent(),
        limits: wire_limits(settings.limits),
        stopped: stopped_at.is_some(),
        stopped_at,
        stopped_by,
        breaker,
        retry_in_seconds: retry_in.map(seconds),
        waiting_persons: count(meter.waiting_persons),
        waiting_jobs: count(meter.waiting_jobs),
        under_way: count(meter.under_way),
        pools: meter.pools.iter().map(describe_pool).collect(),
    }
}

fn describe_pool(meter: &PoolMeter) -> BudgetPool {
    BudgetPool {
        name: meter.pool.as_str().into(),
        used_requests: meter.used_requests,
        allowed_requests: meter.allowed_requests,
        limit_requests: meter.limit_requests,
        used_bytes: meter.used_bytes,
        allowed_bytes: meter.allowed_bytes,
        waiting: count(meter.waiting),
        throttled_for_seconds: meter.throttled_for.map(seconds),
        next_free_in_seconds: meter.next_free_in.map(seconds),
        reported_limit: meter.reported_limit,
    }
}

fn wire_limits(page: LimitsPage) -> BudgetLimits {
    match page {
        LimitsPage::Limits => BudgetLimits::LimitsPage,
        LimitsPage::Pricing => BudgetLimits::PricingPage,
    }
}

fn domain_limits(limits: BudgetLimits) -> LimitsPage {
    match limits {
        BudgetLimits::LimitsPage => LimitsPage::Limits,
        BudgetLimits::PricingPage => LimitsPage::Pricing,
    }
}

/// Whole seconds, rounded up: whoever waits so long does not come too early.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use daemon_core::time::Timestamp;
    use daemon_roblox::governor::class::Pool;
    use daemon_roblox::governor::limits::Share;

    use super::*;
    use crate::universes::budgets::Stop;

    fn meter(breaker: BreakerMeter) -> Meter {
        let pool = PoolMeter {
            pool: Pool::V1Read,
            used_requests: 3,
            allowed_requests: 150,
            limit_requests: 300,
            used_bytes: 7,
            allowed_bytes: Some(10_000_000),
            waiting: 2,
            throttled_for: Some(Duration::from_millis(6_001)),
            next_free_in: None,
            reported_limit: Some(500),
        };
        Meter {
            share: Share::default(),
            stopped_for: None,
            breaker,
            waiting_persons: 1,
            waiting_jobs: usize::MAX,
            under_way: 4,
            pools: vec![pool],
        }
    }

    fn described(settings: BudgetSettings, breaker: BreakerMeter) -> Budget {
        let id = BudgetId { host: "apis.roblox.com".into(), universe_id: u64::MAX };
        describe(id, vec!["c".into()], settings, &meter(breaker))
    }

    #[test]
    fn a_meter_is_told_as_it_is() {
        let budget = described(BudgetSettings::default(), BreakerMeter::Closed);
        assert_eq!(
            (budget.universe_id.as_str(), budget.host.as_str()),
            ("18446744073709551615", "apis.roblox.com")
        );
        assert_eq!((budget.share_percent, budget.limits), (50, BudgetLimits::LimitsPage));
        assert_eq!((budget.waiting_persons, budget.waiting_jobs, budget.under_way), (1, u32::MAX, 4));
        let pool = &budget.pools[0];
        assert_eq!((pool.name.as_str(), pool.used_requests, pool.allowed_requests), ("v1Read", 3, 150));
        assert_eq!((pool.limit_requests, pool.used_bytes, pool.waiting), (300, 7, 2));
        assert_eq!((pool.allowed_bytes, pool.reported_limit), (Some(10_000_000), Some(500)));
        assert_eq!((pool.throttled_for_seconds, pool.next_free_in_seconds), (Some(7), None));
    }

    #[test]
    fn the_breaker_says_when_it_tries_again() {
        let told = |breaker| {
            let budget = described(BudgetSettings::default(), breaker);
            (budget.breaker, budget.retry_in_seconds)
        };
        assert_eq!(told(BreakerMeter::Closed), (BreakerState::Closed, None));
        assert_eq!(told(BreakerMeter::HalfOpen), (BreakerState::HalfOpen, None));
        let open = BreakerMeter::Open { retry_in: Duration::from_millis(4_200) };
        assert_eq!(told(open), (BreakerState::Open, Some(5)));
    }

    #[test]
    fn a_stop_says_who_and_when() {
        let stopped = Some(Stop { at: Timestamp::UNIX_EPOCH, by: "Ann".into() });
        let settings = BudgetSettings { stopped, limits: LimitsPage::Pricing, ..BudgetSettings::default() };
        let budget = described(settings, BreakerMeter::Closed);
        assert_eq!((budget.stopped, budget.stopped_by.as_deref()), (true, Some("Ann")));
        assert_eq!(budget.stopped_at.unwrap().as_str(), "1970-01-01T00:00:00.0000000Z");
        assert_eq!(budget.limits, BudgetLimits::PricingPage);
        let budget = described(BudgetSettings::default(), BreakerMeter::Closed);
        assert_eq!((budget.stopped, budget.stopped_by, budget.stopped_at), (false, None, None));
    }

    #[test]
    fn seconds_are_rounded_up() {
        for (milliseconds, expected) in [(0, 0), (1, 1), (1_000, 1), (1_001, 2)] {
            assert_eq!(seconds(Duration::from_millis(milliseconds)), expected);
        }
        assert_eq!(seconds(Duration::MAX), u64::MAX);
        for page in [LimitsPage::Limits, LimitsPage::Pricing] {
            assert_eq!(domain_limits(wire_limits(page)), page);
        }
    }
}
