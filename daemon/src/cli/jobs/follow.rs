//! Waiting for a job, with a bar that shows how far it is.

use std::process::ExitCode;
use std::time::Duration;

use protocol::JobId;
use protocol::operations::jobs::{Job, JobKind, JobProgress, JobState, JobsGetRequest};

use crate::cli::client::Client;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, grouped, shown};
use crate::cli::progress::Progress;

/// How often is asked how far a job is.
const POLL: Duration = Duration::from_millis(200);

/// How a job is followed.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Watch {
    /// What it does, as the bar says it.
    pub(in crate::cli) verb: &'static str,
    /// Whether this command began it.
    pub(in crate::cli) is_ours: bool,
}

/// Waits until a job has ended. Ctrl+C leaves it running, which is a failure that says so.
pub(in crate::cli) async fn to_the_end(
    output: &Output,
    client: &mut Client,
    job: &JobId,
    watch: Watch,
) -> Result<Job, Failure> {
    let progress = Progress::of_job(output, watch.verb)?;
    let request = JobsGetRequest { job: job.clone() };
    let interrupted = tokio::signal::ctrl_c();
    let mut interrupted = std::pin::pin!(interrupted);
    let mut told = String::new();
    loop {
        let found = client.call(&request).await?;
        if has_ended(found.state) {
            progress.finish();
            return Ok(found);
        }
        progress.advance_job(found.progress.done, found.progress.total, &beside(&found))?;
        // The bar has no room for sentences, and without a terminal there is none.
        let note = note(&found);
        if note != told {
            if !note.is_empty() {
                progress.suspend(|| output.note(&note));
            }
            told = note;
        }
        tokio::select! {
            _ = &mut interrupted => {
                progress.finish();
                return Err(left(client, job, watch));
            }
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

fn left(client: &Client, job: &JobId, watch: Watch) -> Failure {
    let again = format!("`dsmp jobs watch {job}` follows it again, `dsmp jobs stop {job}` ends it");
    let message = if client.is_daemon() {
        format!("no longer watching; job {job} goes on in the daemon: {again}")
    } else if watch.is_ours {
        format!("job {job} waits until a daemon runs (`dsmp serve`), and goes on there: {again}")
    } else {
        format!("no longer watching job {job}: {again}")
    };
    Failure::other(message)
}

/// Whether nothing more will happen.
pub(in crate::cli) fn has_ended(state: JobState) -> bool {
    match state {
        JobState::Queued | JobState::Running | JobState::Pausing | JobState::Paused | JobState::Stopping => {
            false
        }
        JobState::Stopped | JobState::Done | JobState::DoneWithProblems | JobState::Failed => true,
    }
}

/// What a job that is not running waits for.
fn note(job: &Job) -> String {
    let message = job.message.as_deref().map(shown).unwrap_or_default();
    match job.state {
        JobState::Paused => format!("the job is paused; `dsmp jobs resume {}` lets it go on", job.id),
        _ => message.into_owned(),
    }
}

/// What stands beside the bar.
fn beside(job: &Job) -> String {
    let mut text = progress(&job.progress);
    let outcome = outcome(&job.progress);
    if !outcome.is_empty() {
        text = format!("{text}: {outcome}");
    }
    if let Some(rate) = job.rate_per_second {
        text = format!("{text}, {rate:.1}/s");
    }
    match remaining(job) {
        Some(left) => format!("{text}, {left} left"),
        None => text,
    }
}

/// How far it is, as in `430 of 500`.
pub(super) fn progress(progress: &JobProgress) -> String {
    match progress.total {
        Some(total) => format!("{} of {}", grouped(progress.done), grouped(total)),
        None => grouped(progress.done),
    }
}

/// What came of what is done; what there is none of is left out.
pub(in crate::cli) fn outcome(progress: &JobProgress) -> String {
    let named = [
        (progress.saved, "saved"),
        (progress.conflict, "in conflict"),
        (progress.refused, "refused"),
        (progress.unknown, "unknown"),
        (progress.skipped, "left out"),
    ];
    let told: Vec<_> = named
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{} {name}", grouped(*count)))
        .collect();
    told.join(", ")
}

/// How long it will still take, if that is known.
pub(super) fn remaining(job: &Job) -> Option<String> {
    let (low, high) = (job.remaining_seconds_low?, job.remaining_seconds_high?);
    Some(match (span(low), span(high)) {
        (low, high) if low == high => low,
        (low, high) => format!("{low} to {high}"),
    })
}

/// A time as people say it: whole minutes from two of them, whole hours from two of those.
fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

/// Why a job that has ended did not do all that it should; none when it did.
pub(in crate::cli) fn problem(job: &Job) -> Option<String> {
    let message = job.message.as_deref().map(|message| format!(": {}", shown(message))).unwrap_or_default();
    match job.state {
        JobState::Stopped => {
            Some(format!("the job was stopped; what it had not begun was left out{message}"))
        }
        JobState::Failed => {
            Some(format!("the job failed{message}; `dsmp jobs resume {}` lets it try again", job.id))
        }
        _ => None,
    }
}

/// How a command ends whose job has ended.
pub(in crate::cli) fn code(job: &Job) -> ExitCode {
    exit(job).map_or(ExitCode::SUCCESS, Into::into)
}

fn exit(job: &Job) -> Option<Exit> {
    let JobProgress { refused, conflict, unknown, .. } = job.progress;
    match job.state {
        JobState::Failed => Some(Exit::Failed),
        JobState::Stopped => Some(Exit::Problems),
        _ if unknown > 0 => Some(Exit::Problems),
        _ if refused > 0 && job.kind == JobKind::Import => Some(Exit::PartlyRefused),
        _ if refused > 0 => Some(Exit::Problems),
        _ if conflict > 0 => Some(Exit::Conflict),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(kind: JobKind, state: JobState, progress: JobProgress) -> Job {
        Job {
            id: "j".into(),
            kind,
            connection: "c".into(),
            title: "grant 250 coins".into(),
            state,
            created_by: "owner".into(),
            created_at: "2024-07-22T19:50:08.2052501Z".into(),
            started_at: None,
            finished_at: None,
            progress,
            rate_per_second: None,
            remaining_seconds_low: None,
            remaining_seconds_high: None,
            change_set: None,
            file: None,
            message: None,
        }
    }

    #[test]
    fn the_exit_code_tells_the_worst_outcome() {
        let check = |kind, state, refused, conflict, unknown, expected| {
            let progress = JobProgress { refused, conflict, unknown, ..JobProgress::default() };
            assert_eq!(exit(&job(kind, state, progress)), expected, "{state:?} {progress:?}");
        };
        let (commit, problems) = (JobKind::Commit, JobState::DoneWithProblems);
        check(commit, JobState::Done, 0, 0, 0, None);
        check(commit, problems, 0, 1, 0, Some(Exit::Conflict));
        check(commit, problems, 1, 1, 0, Some(Exit::Problems));
        check(commit, problems, 0, 1, 1, Some(Exit::Problems));
        check(commit, JobState::Stopped, 0, 0, 0, Some(Exit::Problems));
        check(commit, JobState::Failed, 0, 0, 1, Some(Exit::Failed));
        check(JobKind::Import, problems, 1, 0, 0, Some(Exit::PartlyRefused));
    }

    #[test]
    fn what_stands_beside_the_bar_is_what_is_known() {
        let progress =
            JobProgress { total: Some(1_500), done: 430, saved: 428, unknown: 2, ..JobProgress::default() };
        let mut running = job(JobKind::Commit, JobState::Running, progress);
        assert_eq!(beside(&running), "430 of 1,500: 428 saved, 2 unknown");
        running.rate_per_second = Some(12.54);
        running.remaining_seconds_low = Some(85);
        running.remaining_seconds_high = Some(140);
        assert_eq!(beside(&running), "430 of 1,500: 428 saved, 2 unknown, 12.5/s, 85 s to 2 min left");
        assert_eq!(beside(&job(JobKind::Import, JobState::Queued, JobProgress::default())), "0");
    }
}
