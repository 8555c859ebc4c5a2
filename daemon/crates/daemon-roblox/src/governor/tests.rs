//! The governor's promises: by a simulated day, by single cases, and on tokio's clock.

mod simulation;

use std::time::Duration;

use crate::governor::breaker::BreakerMeter;
use crate::governor::budget::{Budget, Ending, Refusal, Report, Request, Ticket, WAITING_LIMIT};
use crate::governor::class::{Class, Pool, Priority};
use crate::governor::limits::{Limit, Limits, Share};
use crate::governor::moment::Moment;
use crate::governor::tests::simulation::Simulation;
use crate::governor::window::Cost;
use crate::governor::{Governor, GovernorError};

/// The environment variable that the nightly run sets to `nightly`.
const TIER_VARIABLE: &str = "DSMP_TEST_TIER";

#[test]
fn s_36_a_day_never_spends_more_than_the_share() {
    let is_nightly = std::env::var(TIER_VARIABLE).is_ok_and(|tier| tier == "nightly");
    let seeds = if is_nightly { 100 } else { 3 };
    let (mut arrived, mut throttled, mut failed) = (0, 0, 0);
    for seed in 1..=seeds {
        let totals = Simulation::new(seed).run();
        assert!(totals.violations.is_empty(), "seed {seed}: {}", totals.violations.join("\n"));
        assert!(totals.arrived > 5_000, "seed {seed} tried too little: {totals:?}");
        assert!(totals.stops == 6 && totals.cancelled > 0, "seed {seed} tried too little: {totals:?}");
        arrived += totals.arrived;
        throttled += totals.throttled;
        failed += totals.failed;
        println!("seed {seed}: {totals:?}");
    }
    assert!(throttled > 0 && failed > 0, "no seed met a server in trouble");
    println!("{seeds} days, {arrived} requests, {throttled} refused, {failed} failed, 0 violations");
}

fn at(seconds: f64) -> Moment {
    Moment::new(Duration::from_secs_f64(seconds))
}

fn request(class: Class, priority: Priority) -> Request {
    Request { class, priority, key: None, cost: Cost { requests: 1, bytes: 0 } }
}

fn person(class: Class) -> Request {
    request(class, Priority::Person)
}

fn job(class: Class) -> Request {
    request(class, Priority::Job)
}

/// A budget that allows `requests` reads a minute.
fn budget(requests: u32) -> Budget {
    let mut limits = Limits::default();
    limits.set(Pool::StandardRead, Limit { requests, bytes: None });
    Budget::new(limits, Share::new(100).unwrap(), 1)
}

fn answered() -> Report {
    Report::of(Ending::Answered)
}

#[test]
fn s_36_a_job_alone_uses_nearly_all_of_the_share() {
    let mut budget = Budget::new(Limits::default(), Share::default(), 1);
    let mut under_way: Vec<(Moment, Ticket)> = Vec::new();
    let mut sent = 0;
    for step in 0..36_000_u32 {
        let now = at(f64::from(step) / 10.0);
        let ended = under_way.iter().take_while(|(until, _)| *until <= now).count();
        for (_, ticket) in under_way.drain(..ended) {
            budget.finish(now, ticket, &answered());
        }
        budget.ask(now, job(Class::StandardRead)).ok();
        for ticket in budget.grant(now) {
            sent += 1;
            under_way.push((now.after(Duration::from_millis(200)), ticket));
        }
    }
    assert!((60 * 150 * 95 / 100..=60 * 150).contains(&sent), "{sent} of {} in an hour", 60 * 150);
}

#[test]
fn persons_overtake_jobs_and_find_a_free_place() {
    let mut budget = budget(100);
    for _ in 0..200 {
        budget.ask(at(0.0), job(Class::StandardRead)).unwrap();
    }
    let jobs = budget.grant(at(0.0));
    assert_eq!(jobs.len(), 11, "a tenth at once, the rest spread over the minute");
    let mut first = Vec::new();
    for _ in 0..3 {
        first.push(budget.ask(at(0.0), person(Class::StandardRead)).unwrap());
    }
    assert_eq!(budget.grant(at(0.0)), first);
    // The minute fills with jobs, yet what is kept for persons stays free.
    let mut now = 0.0;
    while now < 58.0 {
        now += 0.1;
        budget.grant(at(now));
    }
    let meter = budget.meter(at(now));
    let reads = &meter.pools[Pool::StandardRead.index()];
    assert_eq!((reads.used_requests, reads.allowed_requests), (98, 100));
    let ticket = budget.ask(at(now), person(Class::StandardRead)).unwrap();
    assert_eq!(budget.grant(at(now)), [ticket]);
}

#[test]
fn jobs_get_what_persons_leave() {
    let mut budget = budget(100);
    let mut jobs = 0;
    for step in 0..6_000_u32 {
        let now = at(f64::from(step) / 10.0);
        // Fifty persons and two hundred jobs a minute.
        if step % 12 == 0 {
            budget.ask(now, person(Class::StandardRead)).unwrap();
        }
        if step % 3 == 0 {
            budget.ask(now, job(Class::StandardRead)).unwrap();
        }
        for ticket in budget.grant(now) {
            budget.finish(now, ticket, &answered());
            jobs += u32::from(format!("{ticket:?}").contains("Job"));
        }
    }
    assert!((450..=520).contains(&jobs), "{jobs} in ten minutes that leave room for about 480");
}

#[test]
fn waits_end_when_the_oldest_request_is_a_minute_old() {
    let mut budget = budget(2);
    for second in [0.0, 10.0] {
        let ticket = budget.ask(at(second), person(Class::StandardRead)).unwrap();
        assert_eq!(budget.grant(at(second)), [ticket]);
        budget.finish(at(second + 1.0), ticket, &answered());
    }
    let third = budget.ask(at(11.0), person(Class::StandardRead)).unwrap();
    assert_eq!(budget.grant(at(11.0)), []);
    assert_eq!(budget.wake(), Some(at(61.0)));
    let meter = budget.meter(at(11.0));
    assert_eq!(meter.pools[0].next_free_in, Some(Duration::from_secs(50)));
    assert_eq!((meter.waiting_persons, meter.waiting_jobs, meter.pools[0].waiting), (1, 0, 1));
    assert_eq!(budget.grant(at(61.0)), [third]);
}

#[test]
fn a_request_never_sent_costs_nothing() {
    let mut budget = budget(1);
    for ending in [Ending::NotTried, Ending::NotSent] {
        let ticket = budget.ask(at(0.0), person(Class::StandardRead)).unwrap();
        assert_eq!(budget.grant(at(0.0)), [ticket], "{ending:?}");
        budget.finish(at(0.0), ticket, &Report::of(ending));
    }
    let waits = budget.ask(at(0.0), person(Class::StandardRead)).unwrap();
    budget.cancel(at(0.0), waits);
    assert_eq!(budget.grant(at(0.0)), []);
}

#[test]
fn a_key_used_too_much_lets_others_pass() {
    let mut limits = Limits::default();
    limits.set_key_throughput(crate::governor::class::KeySide::Write, 4_000_000);
    let mut budget = Budget::new(limits, Share::new(100).unwrap(), 1);
    let write = |key: &str, bytes| Request {
        key: Some(key.to_owned()),
        cost: Cost { requests: 1, bytes },
        ..person(Class::OrderedWrite)
    };
    let first = budget.ask(at(0.0), write("a", 3_000_000)).unwrap();
    let _second = budget.ask(at(0.0), write("a", 2_000_000)).unwrap();
    let small_behind = budget.ask(at(0.0), write("a", 1)).unwrap();
    let other = budget.ask(at(0.0), write("b", 2_000_000)).unwrap();
    assert_eq!(budget.grant(at(0.0)), [first, other], "one key keeps its order");
    budget.cancel(at(0.0), small_behind);
    budget.finish(at(2.0), first, &answered());
    assert_eq!(budget.grant(at(2.0)), []);
    assert_eq!(budget.wake(), Some(at(62.0)));
}

#[test]
fn refusals_hold_the_budget_as_long_as_asked() {
    let mut budget = budget(100);
    let ticket = budget.ask(at(0.0), person(Class::StandardRead)).unwrap();
    budget.grant(at(0.0));
    let mut report = Report::of(Ending::Throttled);
    report.advice.retry_after = Some(Duration::from_secs(7));
    budget.finish(at(1.0), ticket, &report);
    let next = budget.ask(at(1.0), person(Class::StandardRead)).unwrap();
    let other = budget.ask(at(1.0), person(Class::StandardWrite)).unwrap();
    assert_eq!(budget.grant(at(7.9)), [other]);
    assert_eq!(budget.meter(at(7.0)).pools[0].throttled_for, Some(Duration::from_secs_f64(0.1)));
    assert_eq!(budget.wake(), Some(at(8.0)));
    assert_eq!(budget.grant(at(8.0)), [next]);
}

#[test]
fn failures_in_a_row_pause_everything_then_one_tries() {
    let mut budget = budget(100);
    for _ in 0..5 {
        let ticket = budget.ask(at(0.0), person(Class::StandardRead)).unwrap();
        assert_eq!(budget.grant(at(0.0)), [ticket]);
        budget.finish(at(0.0), ticket, &Report::of(Ending::Failed));
    }
    let probe = budget.ask(at(0.0), person(Class::StandardWrite)).unwrap();
    let behind = budget.ask(at(0.0), person(Class::StandardRead)).unwrap();
    assert_eq!(budget.grant(at(0.0)), []);
    assert_eq!(budget.meter(at(1.0)).breaker, BreakerMeter::Open { retry_in: Duration::from_secs(4) });
    let wake = budget.wake().unwrap();
    assert_eq!(budget.grant(wake), [probe]);
    assert_eq!(budget.grant(wake), []);
    budget.finish(wake, probe, &answered());
    assert_eq!(budget.grant(wake), [behind]);
}

#[test]
fn a_request_given_up_costs_but_says_nothing_about_roblox() {
    let mut budget = budget(10);
    for _ in 0..10 {
        let ticket = budget.ask(at(0.0), person(Class::StandardRead)).unwrap();
        assert_eq!(budget.grant(at(0.0)), [ticket]);
        budget.finish(at(0.0), ticket, &Report::of(Ending::Abandoned));
    }
    let meter = budget.meter(at(0.0));
    assert_eq!((meter.breaker, meter.pools[0].used_requests), (BreakerMeter::Closed, 10));
}

#[test]
fn a_stop_refuses_all_until_resumed() {
    let mut budget = budget(1);
    budget.ask(at(0.0), person(Class::StandardRead)).unwrap();
    assert!(budget.stop(at(1.0)) && !budget.stop(at(2.0)));
    assert_eq!(budget.ask(at(2.0), person(Class::StandardRead)), Err(Refusal::Stopped));
    assert_eq!(budget.grant(at(2.0)), []);
    assert_eq!(budget.meter(at(3.0)).stopped_for, Some(Duration::from_secs(2)));
    assert!(budget.resume(at(3.0)) && !budget.resume(at(3.0)));
    assert!(budget.ask(at(3.0), person(Class::StandardRead)).is_ok());
}

#[test]
fn no_more_than_the_limit_wait() {
    let mut budget = budget(1);
    for _ in 0..WAITING_LIMIT {
        budget.ask(at(0.0), job(Class::Other)).unwrap();
    }
    assert_eq!(budget.ask(at(0.0), job(Class::Messaging)), Err(Refusal::TooManyWaiting));
    let person = budget.ask(at(0.0), person(Class::Other)).unwrap();
    assert_eq!(budget.grant(at(0.0)).first(), Some(&person), "jobs do not keep persons from asking");
    budget.ask(at(0.0), job(Class::Messaging)).unwrap();
}

/// A governor that allows one read a minute.
fn narrow() -> Governor {
    let mut limits = Limits::default();
    limits.set(Pool::StandardRead, Limit { requests: 1, bytes: None });
    Governor::new(limits, Share::new(100).unwrap(), 1)
}

#[tokio::test(start_paused = true)]
async fn waiters_get_their_turn_in_order() {
    let governor = narrow();
    let began = tokio::time::Instant::now();
    governor.permit(person(Class::StandardRead)).await.unwrap().finish(&answered());
    let run = async |priority| {
        let permit = governor.permit(request(Class::StandardRead, priority)).await.unwrap();
        permit.finish(&answered());
        began.elapsed().as_secs()
    };
    let (job, person) = tokio::join!(run(Priority::Job), run(Priority::Person));
    assert_eq!((person, job), (60, 120));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_is_dropped_gives_its_place_up() {
    let governor = narrow();
    let held = governor.permit(person(Class::StandardRead)).await.unwrap();
    let (first, second) = (governor.clone(), governor.clone());
    let first = tokio::spawn(async move { first.permit(person(Class::StandardRead)).await.map(|_| ()) });
    let second = tokio::spawn(async move { second.permit(person(Class::StandardRead)).await.map(|_| ()) });
    let mut changes = governor.changes();
    changes.wait_for(|_| governor.meter().waiting_persons == 2).await.unwrap();
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(governor.meter().waiting_persons, 1);
    held.finish(&Report::of(Ending::NotTried));
    second.await.unwrap().unwrap();
    let meter = governor.meter();
    assert_eq!((meter.waiting_persons, meter.under_way), (0, 0));
    assert_eq!(meter.pools[0].used_requests, 1, "a permit that was dropped may have been used");
}

#[tokio::test(start_paused = true)]
async fn a_stop_makes_waiters_fail_at_once() {
    let governor = narrow();
    let _held = governor.permit(person(Class::StandardRead)).await.unwrap();
    let began = tokio::time::Instant::now();
    let waiter = governor.clone();
    let waiter = tokio::spawn(async move { waiter.permit(job(Class::StandardRead)).await.map(|_| ()) });
    governor.changes().wait_for(|_| governor.meter().waiting_jobs == 1).await.unwrap();
    assert!(governor.stop());
    let error = waiter.await.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "requests to Roblox are stopped; nothing was sent: resume the budget, then repeat"
    );
    assert_eq!(governor.permit(person(Class::Other)).await.map(|_| ()), Err(GovernorError::Stopped));
    assert!(governor.resume());
    governor.permit(person(Class::Other)).await.unwrap().finish(&answered());
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn new_limits_count_at_once() {
    let governor = narrow();
    governor.permit(person(Class::StandardRead)).await.unwrap().finish(&answered());
    let began = tokio::time::Instant::now();
    let waiter = governor.clone();
    let waiter = tokio::spawn(async move { waiter.permit(person(Class::StandardRead)).await.map(|_| ()) });
    governor.changes().wait_for(|_| governor.meter().waiting_persons == 1).await.unwrap();
    governor.configure(Limits::default(), Share::default());
    waiter.await.unwrap().unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    let plan = crate::governor::estimate::PlannedRequests { class: Class::Other, requests: 1_000, bytes: 0 };
    assert_eq!(governor.estimate(&[plan]).minutes(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_person_is_told_when_to_come_back() {
    let governor = narrow();
    governor.permit(person(Class::StandardRead)).await.unwrap().finish(&answered());
    let began = tokio::time::Instant::now();
    let patience = Duration::from_secs(20);
    let refused = governor.permit_within(person(Class::StandardRead), patience).await.map(|_| ());
    let next_free_in = Some(Duration::from_secs(40));
    assert_eq!(refused, Err(GovernorError::NotInTime { next_free_in }));
    assert!(refused.unwrap_err().to_string().ends_with("nothing was sent: repeat in 41 seconds"));
    assert_eq!(began.elapsed(), patience);
    assert_eq!(governor.meter().waiting_persons, 0, "the place was given up");
    let patience = Duration::from_secs(41);
    governor.permit_within(person(Class::StandardRead), patience).await.unwrap().finish(&answered());
    assert_eq!(began.elapsed(), Duration::from_mins(1));
}

#[tokio::test(start_paused = true)]
async fn a_person_is_told_that_roblox_is_paused() {
    let governor = Governor::new(Limits::default(), Share::default(), 1);
    for _ in 0..crate::governor::breaker::BREAKER_THRESHOLD {
        governor.permit(person(Class::Other)).await.unwrap().finish(&Report::of(Ending::Failed));
    }
    let refused = governor.permit_within(person(Class::Other), Duration::from_secs(1)).await.map(|_| ());
    let next_free_in = Some(Duration::from_secs(4));
    assert_eq!(refused, Err(GovernorError::NotInTime { next_free_in }));
}
