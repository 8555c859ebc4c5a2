//! `dsmp jobs`: long work, how far it is, and how to hold it.

pub(super) mod follow;
mod report;

use std::process::ExitCode;

use clap::Subcommand;
use protocol::operations::jobs::{
    Job, JobKind, JobState, JobsGetRequest, JobsListRequest, JobsPauseRequest, JobsResumeRequest,
    JobsStopRequest,
};
use protocol::{JobId, Operation};

use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::jobs::follow::{Watch, outcome, progress, remaining};
use crate::cli::output::{Output, moment, shown};

/// Jobs asked for at a time: the most there is.
const PAGE: u32 = 256;

/// See how far jobs are, hold them, and read what came of them
///
/// Jobs run in the daemon, also when the command that began them has ended, and go on after a restart.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List your jobs, newest first
    List {
        /// Only jobs that have not ended
        #[arg(long)]
        active: bool,
    },
    /// Show how far a job is
    Show(Named),
    /// Let a job finish what it has begun and then wait, also over a restart
    Pause(Named),
    /// Let a paused job go on, or one that failed try again
    Resume(Named),
    /// End a job after what it has begun; what it has not begun stays as it was
    Stop(Named),
    Report(report::Arguments),
    /// Follow a job until it ends; Ctrl+C leaves it running
    Watch(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// The job
    job: String,
}

impl Named {
    fn id(self) -> JobId {
        JobId(self.job)
    }
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        Command::List { active } => list(session, active).await?,
        Command::Show(job) => {
            let job = session.ask(&JobsGetRequest { job: job.id() }).await?;
            show(&mut session.output, &job)?;
        }
        Command::Pause(job) => control(session, &JobsPauseRequest { job: job.id() }).await?,
        Command::Resume(job) => control(session, &JobsResumeRequest { job: job.id() }).await?,
        Command::Stop(job) => control(session, &JobsStopRequest { job: job.id() }).await?,
        Command::Report(arguments) => report::run(session, arguments).await?,
        Command::Watch(job) => return watch(session, &job.id()).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(session: &mut Session, active: bool) -> Result<(), Failure> {
    let mut client = session.connect().await?;
    let mut request =
        JobsListRequest { connection: session.connection(), active, cursor: None, limit: Some(PAGE) };
    let mut rows = Vec::new();
    loop {
        let page = client.call(&request).await?;
        request.cursor.clone_from(&page.next_cursor);
        if session.output.is_json() {
            session.output.json(&page)?;
        } else {
            rows.extend(page.jobs.iter().map(row));
        }
        if request.cursor.is_none() {
            break;
        }
    }
    client.close().await;
    if session.output.is_json() {
        return Ok(());
    }
    if rows.is_empty() {
        session.output.note("no jobs");
        return Ok(());
    }
    session.output.table(&["JOB", "KIND", "STATE", "ASKED FOR", "TITLE", "DONE"], rows)
}

fn row(job: &Job) -> Vec<String> {
    vec![
        job.id.to_string(),
        kind(job.kind).into(),
        state(job.state).into(),
        moment(&job.created_at),
        shown(&job.title).into_owned(),
        progress(&job.progress),
    ]
}

fn show(output: &mut Output, job: &Job) -> Result<(), Failure> {
    if output.is_json() {
        return output.json(job);
    }
    output.line(&format!("{} ({}), {}", shown(&job.title), kind(job.kind), state(job.state)))?;
    let mut facts = vec![
        ("job", job.id.to_string()),
        ("asked for", format!("by {} at {}", shown(&job.created_by), moment(&job.created_at))),
    ];
    facts.extend(job.started_at.as_ref().map(|at| ("began", moment(at))));
    facts.extend(job.finished_at.as_ref().map(|at| ("ended", moment(at))));
    facts.push(("done", progress(&job.progress)));
    facts.push(("of that", outcome(&job.progress)));
    facts.extend(remaining(job).map(|left| ("left", left)));
    facts.extend(job.change_set.as_ref().map(|set| ("change set", set.to_string())));
    facts.extend(job.file.as_deref().map(|file| ("file", shown(file).into_owned())));
    facts.extend(job.message.as_deref().map(|message| ("note", shown(message).into_owned())));
    for (name, fact) in facts {
        output.line(&format!("  {name:<11} {fact}"))?;
    }
    Ok(())
}

async fn control<O: Operation<Response = Job>>(session: &mut Session, request: &O) -> Result<(), Failure> {
    let job = session.ask(request).await?;
    if session.output.is_json() {
        return session.output.json(&job);
    }
    session.output.line(&format!("job {} is {}: {}", job.id, state(job.state), progress(&job.progress)))
}

async fn watch(session: &mut Session, job: &JobId) -> Result<ExitCode, Failure> {
    let mut client = session.connect().await?;
    let watch = Watch { verb: "working", is_ours: false };
    let job = follow::to_the_end(&session.output, &mut client, job, watch).await;
    client.close().await;
    let job = job?;
    show(&mut session.output, &job)?;
    Ok(follow::code(&job))
}

/// What a job does.
fn kind(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Commit => "commit",
        JobKind::Undo => "undo",
        JobKind::DryRun => "dry run",
        JobKind::Import => "import",
        JobKind::Export => "export",
    }
}

/// Where a job stands.
fn state(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "queued",
        JobState::Running => "running",
        JobState::Pausing => "pausing",
        JobState::Paused => "paused",
        JobState::Stopping => "stopping",
        JobState::Stopped => "stopped",
        JobState::Done => "done",
        JobState::DoneWithProblems => "done with problems",
        JobState::Failed => "failed",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli;

    #[track_caller]
    fn check(line: &str, is_understood: bool) {
        let words = line.split_whitespace();
        assert_eq!(cli::Arguments::try_parse_from(words).is_ok(), is_understood, "{line}");
    }

    #[test]
    fn commands_are_understood() {
        check("dsmp jobs list --active", true);
        check("dsmp jobs show J", true);
        check("dsmp jobs pause", false);
        check("dsmp jobs report J --format csv -o report.csv --state unknown", true);
        check("dsmp jobs report J --format xml", false);
        check("dsmp jobs watch J", true);
    }
}
