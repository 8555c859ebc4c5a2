//! Jobs stand somewhere, get on, and report.

use daemon_core::changes::state::ItemState;

use super::{Fixture, at, job, job_id, set_id};
use crate::error::StoreError;
use crate::journal::records::{JobKind, JobProgress, JobRecord, JobState, Principal, ReportLine};

fn report_line(number: u64, state: ItemState) -> ReportLine {
    ReportLine {
        number,
        store: "Saves".to_owned(),
        scope: "global".to_owned(),
        key: format!("key {number}"),
        state,
        code: (state != ItemState::Saved).then(|| "DS004".to_owned()),
        message: (state != ItemState::Saved).then(|| "too large".to_owned()),
    }
}

#[tokio::test]
async fn a_job_is_kept_as_it_was_made() {
    let mut fixture = Fixture::new();
    let full = JobRecord {
        kind: JobKind::Import,
        state: JobState::Paused,
        started_at: Some(at(31)),
        finished_at: None,
        progress: JobProgress {
            total: Some(u64::MAX >> 1),
            saved: 1,
            refused: 2,
            conflict: 3,
            unknown: 4,
            skipped: 5,
        },
        set: Some(set_id("a")),
        file: Some("saves.jsonl".to_owned()),
        checkpoint: "line 7".to_owned(),
        message: Some("waits for the budget".to_owned()),
        ..job("full")
    };
    fixture.journal.create_job(full.clone()).await.unwrap();
    for (kind, number) in JobKind::ALL.into_iter().zip(0..) {
        let id = format!("kind {number}");
        fixture.journal.create_job(JobRecord { kind, ..job(&id) }).await.unwrap();
    }
    fixture.reopen().await;
    assert_eq!(fixture.journal.get_job(job_id("full")).await.unwrap(), Some(full));
    assert_eq!(fixture.journal.get_job(job_id("none")).await.unwrap(), None);
    for (kind, number) in JobKind::ALL.into_iter().zip(0..) {
        let found = fixture.journal.get_job(job_id(&format!("kind {number}"))).await.unwrap().unwrap();
        assert_eq!(found.kind, kind);
    }
}

#[tokio::test]
async fn jobs_are_listed_newest_first_by_what_is_asked_for() {
    let fixture = Fixture::new();
    for id in ["a", "b", "c", "d"] {
        let by = Principal { id: if id == "b" { "other" } else { "maker" }.to_owned(), name: String::new() };
        let connection = if id == "c" { "zoo" } else { "arena" }.to_owned();
        fixture.journal.create_job(JobRecord { connection, by, ..job(id) }).await.unwrap();
    }
    fixture
        .journal
        .move_job(job_id("a"), vec![JobState::Queued], JobState::Failed, None, at(50))
        .await
        .unwrap();
    let list = async |connection: Option<&str>, active, before: Option<&str>, limit| {
        let connection = connection.map(str::to_owned);
        let jobs =
            fixture.journal.list_jobs("maker".to_owned(), connection, active, before.map(job_id), limit);
        jobs.await.unwrap().into_iter().map(|job| job.id.0).collect::<Vec<_>>()
    };
    assert_eq!(list(None, false, None, 9).await, ["d", "c", "a"]);
    assert_eq!(list(None, false, None, 1).await, ["d"]);
    assert_eq!(list(None, false, Some("c"), 9).await, ["a"]);
    assert_eq!(list(None, true, None, 9).await, ["d", "c"]);
    assert_eq!(list(Some("zoo"), true, None, 9).await, ["c"]);
    let unfinished = fixture.journal.unfinished_jobs().await.unwrap();
    assert_eq!(unfinished.iter().map(|job| job.id.0.as_str()).collect::<Vec<_>>(), ["b", "c", "d"]);
    let missing = fixture.journal.list_jobs("maker".to_owned(), None, false, Some(job_id("z")), 9).await;
    assert!(matches!(missing, Err(StoreError::JobNotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_job_moves_from_where_it_is_expected_alone() {
    let fixture = Fixture::new();
    fixture.journal.create_job(job("a")).await.unwrap();
    let advance = async |from: &[JobState], to, message: Option<&str>, now| {
        let message = message.map(str::to_owned);
        fixture.journal.move_job(job_id("a"), from.to_vec(), to, message, at(now)).await.unwrap()
    };
    let running = advance(&[JobState::Paused, JobState::Queued], JobState::Running, None, 40).await.unwrap();
    assert_eq!(
        (running.state, running.started_at, running.finished_at),
        (JobState::Running, Some(at(40)), None)
    );
    assert_eq!(advance(&[JobState::Queued], JobState::Stopped, None, 41).await, None);
    let paused = advance(&[JobState::Running], JobState::Paused, Some("waits"), 42).await.unwrap();
    assert_eq!((paused.message.as_deref(), paused.finished_at), (Some("waits"), None));
    // It has first run once.
    let resumed = advance(&[JobState::Paused], JobState::Running, None, 43).await.unwrap();
    assert_eq!((resumed.started_at, resumed.message), (Some(at(40)), None));
    for (end, now) in [
        (JobState::Stopped, 44),
        (JobState::Done, 45),
        (JobState::DoneWithProblems, 46),
        (JobState::Failed, 47),
    ] {
        let ended = advance(&JobState::ALL, end, None, now).await.unwrap();
        assert_eq!((ended.state, ended.finished_at), (end, Some(at(now))));
        assert_eq!(fixture.journal.get_job(job_id("a")).await.unwrap(), Some(ended));
        assert!(fixture.journal.unfinished_jobs().await.unwrap().is_empty());
    }
    let missing = fixture.journal.move_job(job_id("z"), Vec::new(), JobState::Done, None, at(50)).await;
    assert!(matches!(missing, Err(StoreError::JobNotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_checkpoint_and_its_lines_are_stored_together() {
    let fixture = Fixture::new();
    fixture.journal.create_job(job("a")).await.unwrap();
    fixture.journal.create_job(job("b")).await.unwrap();
    let progress = JobProgress { total: Some(4), saved: 2, refused: 1, ..JobProgress::default() };
    let lines = vec![
        report_line(1, ItemState::Saved),
        report_line(2, ItemState::Refused),
        report_line(3, ItemState::Saved),
    ];
    let checkpoint = |report: Vec<ReportLine>, place: &str| {
        fixture.journal.checkpoint_job(job_id("a"), progress, place.to_owned(), report, at(50))
    };
    checkpoint(lines.clone(), "line 3").await.unwrap();
    let found = fixture.journal.get_job(job_id("a")).await.unwrap().unwrap();
    assert_eq!((found.progress, found.checkpoint.as_str()), (progress, "line 3"));
    // A restart that repeats a line tells of it as it came out last.
    let again = report_line(2, ItemState::Saved);
    checkpoint(vec![again.clone(), report_line(4, ItemState::Conflict)], "line 4").await.unwrap();
    let report = async |id: &str, state, after, limit| {
        fixture.journal.job_report(job_id(id), state, after, limit).await.unwrap()
    };
    let numbers = |lines: Vec<ReportLine>| lines.iter().map(|line| line.number).collect::<Vec<_>>();
    let all = [lines[0].clone(), again, lines[2].clone(), report_line(4, ItemState::Conflict)];
    assert_eq!(report("a", None, 0, 9).await, all);
    assert_eq!(numbers(report("a", Some(ItemState::Saved), 1, 1).await), [2]);
    assert_eq!(numbers(report("a", Some(ItemState::Conflict), 0, 9).await), [4]);
    assert_eq!(numbers(report("a", None, 3, 9).await), [4]);
    assert!(report("b", None, 0, 9).await.is_empty());

    fixture
        .tamper("CREATE TRIGGER full BEFORE INSERT ON job_reports BEGIN SELECT RAISE(ABORT, 'full'); END")
        .await
        .unwrap();
    assert!(checkpoint(vec![report_line(5, ItemState::Saved)], "line 5").await.is_err());
    assert_eq!(fixture.journal.get_job(job_id("a")).await.unwrap().unwrap().checkpoint, "line 4");
    let missing = fixture.journal.job_report(job_id("z"), None, 0, 9).await;
    assert!(matches!(missing, Err(StoreError::JobNotFound { .. })), "{missing:?}");
}

#[test]
fn names_read_back() {
    for kind in JobKind::ALL {
        assert_eq!(JobKind::parse(kind.as_str()), Some(kind));
    }
    for state in JobState::ALL {
        assert_eq!(JobState::parse(state.as_str()), Some(state));
    }
    assert_eq!((JobKind::parse("Commit"), JobState::parse("")), (None, None));
}
