//! Tells listeners when a budget's meter moves: requests pass, wait, end, or stop counting as the minute goes by.
//!
//! Nothing is told while nobody listens, and nothing is looked at while nothing moves.
//!
//! **Invariant:** at most one change in [`INTERVAL`] is told of a budget, and the last one always is.

use std::collections::HashSet;
use std::future::Future;
use std::time::Duration;

use daemon_roblox::governor::Governor;
use daemon_roblox::governor::breaker::BreakerMeter;
use daemon_roblox::governor::meter::{Meter, PoolMeter};

use crate::events::{Event, Events};
use crate::state::AppState;
use crate::universes::budgets::BudgetId;

/// How long after a change the next one is told.
pub const INTERVAL: Duration = Duration::from_millis(500);

/// Follows every budget until the daemon stops.
pub async fn tell(state: AppState) {
    let budgets = state.universes().budgets();
    let stopping = state.tasks().stopping();
    let mut count = budgets.count();
    let mut followed = HashSet::new();
    loop {
        count.mark_unchanged();
        for (id, governor) in budgets.governors() {
            if followed.insert(id.clone()) {
                state.tasks().spawn(follow_until_stopped(state.clone(), id, governor));
            }
        }
        tokio::select! {
            // The sender lives as long as the state.
            _ = count.changed() => {}
            () = stopping.cancelled() => return,
        }
    }
}

async fn follow_until_stopped(state: AppState, id: BudgetId, governor: Governor) {
    tokio::select! {
        () = follow(state.events(), &governor, || publish(&state, &id)) => {}
        () = state.tasks().stopping().cancelled() => {}
    }
}

/// Tells every connection that leads to the universe.
async fn publish(state: &AppState, id: &BudgetId) {
    let connections = match state.universes().list().await {
        Ok(connections) => connections,
        Err(error) => {
            tracing::warn!(%error, "the connections of a budget could not be read, so its change is not told");
            return;
        }
    };
    for connection in connections {
        if connection.target().map(BudgetId::of).as_ref() == Some(id) {
            state.events().publish(Event::BudgetChanged { connection: connection.id });
        }
    }
}

/// Calls `publish` for what changed since it was called last, while somebody listens; never ends.
pub async fn follow<F: Future<Output = ()>>(events: &Events, governor: &Governor, publish: impl Fn() -> F) {
    let mut changes = governor.changes();
    let mut told = None;
    loop {
        events.heard().await;
        changes.mark_unchanged();
        let shown = shown(governor.meter());
        let moves_by_itself = moves_by_itself(&shown);
        if told.as_ref() != Some(&shown) {
            publish().await;
            told = Some(shown);
        }
        tokio::time::sleep(INTERVAL).await;
        if !moves_by_itself {
            // The sender lives as long as the governor.
            let _ = changes.changed().await;
        }
    }
}

/// The meter as people see it: by the second.
fn shown(meter: Meter) -> Meter {
    Meter {
        stopped_for: meter.stopped_for.map(|_| Duration::ZERO),
        breaker: match meter.breaker {
            BreakerMeter::Open { retry_in } => BreakerMeter::Open { retry_in: whole_seconds(retry_in) },
            other => other,
        },
        pools: meter
            .pools
            .into_iter()
            .map(|pool| PoolMeter {
                throttled_for: pool.throttled_for.map(whole_seconds),
                next_free_in: pool.next_free_in.map(whole_seconds),
                ..pool
            })
            .collect(),
        ..meter
    }
}

/// Rounded up, as it is shown.
fn whole_seconds(duration: Duration) -> Duration {
    Duration::from_secs(duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0)))
}

/// Whether time alone changes what is shown.
fn moves_by_itself(meter: &Meter) -> bool {
    let moves = |pool: &PoolMeter| pool.used_requests > 0 || pool.throttled_for.is_some();
    meter.breaker != BreakerMeter::Closed || meter.pools.iter().any(moves)
}
