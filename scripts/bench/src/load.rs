//! Many clients at once, each asking one request after another.
//!
//! **Invariant:** how often each client asks is fixed before it begins, and what it asks is made before the clock runs.

use std::time::{Duration, Instant};

use anyhow::Context;

use crate::clients::{Client, Request};
use crate::statistics::{float, percentile};

/// What one run of a load measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Half of the answers took no longer, in milliseconds.
    pub(crate) p50_ms: f64,
    /// All but one in a hundred took no longer, in milliseconds.
    pub(crate) p99_ms: f64,
    /// No answer took longer, in milliseconds.
    pub(crate) slowest_ms: f64,
    /// Answers in a second, of all clients together.
    pub(crate) per_second: f64,
}

/// Lets every client ask its requests, all beginning at the same time.
pub(crate) async fn drive(clients: &mut [Client], requests: &[Vec<Request>]) -> anyhow::Result<Sample> {
    let each = clients.iter_mut().zip(requests).map(|(client, requests)| async move {
        let mut durations = Vec::with_capacity(requests.len());
        for request in requests {
            let started = Instant::now();
            client.call(request).await?;
            durations.push(started.elapsed());
        }
        anyhow::Ok(durations)
    });
    let started = Instant::now();
    let durations = futures_util::future::try_join_all(each).await?;
    sample(durations.concat(), started.elapsed())
}

fn sample(mut durations: Vec<Duration>, elapsed: Duration) -> anyhow::Result<Sample> {
    durations.sort_unstable();
    let milliseconds = |share| {
        percentile(&durations, share)
            .map(|duration| duration.as_secs_f64() * 1_000.0)
            .context("nothing was asked")
    };
    Ok(Sample {
        p50_ms: milliseconds(0.50)?,
        p99_ms: milliseconds(0.99)?,
        slowest_ms: milliseconds(1.0)?,
        per_second: float(durations.len() as u64) / elapsed.as_secs_f64(),
    })
}
