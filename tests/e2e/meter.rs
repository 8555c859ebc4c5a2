//! How often listeners hear of a budget, on tokio's paused clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use daemon::events::Events;
use daemon::meter::follow;
use daemon_roblox::governor::Governor;
use daemon_roblox::governor::budget::{Ending, Report, Request};
use daemon_roblox::governor::class::{Class, Priority};
use daemon_roblox::governor::limits::{Limits, Share};
use daemon_roblox::governor::window::Cost;

/// A governor that is followed, and how often something was told.
struct Bench {
    governor: Governor,
    events: Events,
    told: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Bench {
    fn new() -> Self {
        let governor = Governor::new(Limits::default(), Share::default(), 1);
        let (events, told) = (Events::default(), Arc::new(AtomicUsize::new(0)));
        let (followed, heard, counter) = (governor.clone(), events.clone(), Arc::clone(&told));
        let task = tokio::spawn(async move {
            let publish = || {
                counter.fetch_add(1, Ordering::Relaxed);
                std::future::ready(())
            };
            follow(&heard, &followed, publish).await;
        });
        Self { governor, events, told, task }
    }

    async fn send(&self) {
        let cost = Cost { requests: 1, bytes: 0 };
        let request = Request { class: Class::StandardRead, priority: Priority::Person, key: None, cost };
        self.governor.permit(request).await.unwrap().finish(&Report::of(Ending::Answered));
    }

    /// How often something is told while so much time passes.
    async fn told_in(&self, duration: Duration) -> usize {
        let before = self.told.load(Ordering::Relaxed);
        tokio::time::sleep(duration).await;
        self.told.load(Ordering::Relaxed) - before
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_while_nobody_listens() {
    let bench = Bench::new();
    bench.send().await;
    assert_eq!(bench.told_in(Duration::from_secs(10)).await, 0);
    let _listener = bench.events.subscribe();
    assert_eq!(bench.told_in(Duration::from_secs(10)).await, 1, "the state as it is");
}

#[tokio::test(start_paused = true)]
async fn many_changes_are_told_twice_a_second_and_the_last_one_always() {
    let bench = Bench::new();
    let _listener = bench.events.subscribe();
    assert_eq!(bench.told_in(Duration::from_secs(5)).await, 1);
    let before = bench.told.load(Ordering::Relaxed);
    for _ in 0..100 {
        bench.send().await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let told = bench.told.load(Ordering::Relaxed) - before;
    assert!((5..=7).contains(&told), "{told} in three seconds");
    bench.told_in(Duration::from_secs(2)).await;
    assert_eq!(bench.told_in(Duration::from_secs(50)).await, 0, "nothing moves");
    bench.governor.stop();
    assert_eq!(bench.told_in(Duration::from_secs(1)).await, 1, "the stop");
}

#[tokio::test(start_paused = true)]
async fn the_passing_of_the_minute_is_told() {
    let bench = Bench::new();
    let _listener = bench.events.subscribe();
    bench.send().await;
    bench.told_in(Duration::from_secs(2)).await;
    assert_eq!(bench.told_in(Duration::from_secs(56)).await, 0);
    assert_eq!(bench.told_in(Duration::from_secs(4)).await, 1, "the request counts no more");
    assert_eq!(bench.told_in(Duration::from_hours(1)).await, 0);
}
