//! Jobs and their reports.

use daemon_core::changes::state::ItemState;
use daemon_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::journal::records::{
    JobId, JobKind, JobProgress, JobRecord, JobState, Principal, ReportLine, SetId,
};
use crate::queries::columns::{row_count, size, ticks, time};

const COLUMNS: &str = "id, kind, connection, title, state, created_by, created_by_name, created_at, started_at, \
                       finished_at, total, saved, refused, conflict, unknown, skipped, change_set, file, plan, \
                       checkpoint, message";

/// Which jobs to list.
#[derive(Debug)]
pub(crate) struct JobQuery {
    /// Only this principal's, by id.
    pub(crate) owner: String,
    /// Only those of this connection, by id.
    pub(crate) connection: Option<String>,
    /// Only those that have not ended.
    pub(crate) is_active: bool,
    /// Only older ones than this.
    pub(crate) before: Option<JobId>,
    /// Most jobs.
    pub(crate) limit: usize,
}

/// Adds a job.
pub(crate) fn create(database: &Connection, job: &JobRecord) -> Result<(), Failure> {
    let progress = &job.progress;
    database
        .prepare_cached(&format!(
            "INSERT INTO jobs ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
                 ?15, ?16, ?17, ?18, ?19, ?20, ?21)"
        ))?
        .execute(params![
            job.id.0,
            job.kind.as_str(),
            job.connection,
            job.title,
            job.state.as_str(),
            job.by.id,
            job.by.name,
            ticks(job.created_at),
            job.started_at.map(ticks),
            job.finished_at.map(ticks),
            progress.total.map(u64::cast_signed),
            progress.saved.cast_signed(),
            progress.refused.cast_signed(),
            progress.conflict.cast_signed(),
            progress.unknown.cast_signed(),
            progress.skipped.cast_signed(),
            job.set.as_ref().map(|set| &set.0),
            job.file,
            job.plan,
            job.checkpoint,
            job.message,
        ])?;
    Ok(())
}

/// Finds a job.
pub(crate) fn get(database: &Connection, id: &JobId) -> Result<Option<JobRecord>, Failure> {
    Ok(select(database, "WHERE id = ?1", &[&id.0])?.pop())
}

/// Lists jobs, newest first.
pub(crate) fn list(database: &Connection, query: &JobQuery) -> Result<Vec<JobRecord>, Failure> {
    let before = query.before.as_ref().map(|before| number_of(database, before)).transpose()?;
    let before = before.unwrap_or(i64::MAX);
    let limit = row_count(query.limit);
    let mut rest = String::from("WHERE created_by = ?1 AND number < ?2");
    let mut parameters: Vec<&dyn ToSql> = vec![&query.owner, &before, &limit];
    if query.is_active {
        rest.push_str(" AND finished_at IS NULL");
    }
    if let Some(connection) = &query.connection {
        rest.push_str(" AND connection = ?4");
        parameters.push(connection);
    }
    rest.push_str(" ORDER BY number DESC LIMIT ?3");
    select(database, &rest, &parameters)
}

/// Lists the jobs that have not ended, oldest first.
pub(crate) fn list_unfinished(database: &Connection) -> Result<Vec<JobRecord>, Failure> {
    select(database, "WHERE finished_at IS NULL ORDER BY number", &[])
}

/// Moves a job, if it stands in one of `from`.
pub(crate) fn advance(
    database: &Connection,
    id: &JobId,
    from: &[JobState],
    to: JobState,
    message: Option<String>,
    now: Timestamp,
) -> Result<Option<JobRecord>, Failure> {
    let mut job = get(database, id)?.ok_or_else(|| missing(id))?;
    if !from.contains(&job.state) {
        return Ok(None);
    }
    job.state = to;
    job.message = message;
    if to == JobState::Running {
        job.started_at = job.started_at.or(Some(now));
    }
    job.finished_at = to.has_ended().then_some(now);
    database
        .prepare_cached(
            "UPDATE jobs SET state = ?2, message = ?3, started_at = ?4, finished_at = ?5 WHERE id = ?1",
        )?
        .execute(params![
            id.0,
            job.state.as_str(),
            job.message,
            job.started_at.map(ticks),
            job.finished_at.map(ticks),
        ])?;
    Ok(Some(job))
}

/// Stores how far a job is, with the lines of its report since the last time.
pub(crate) fn checkpoint(
    database: &Connection,
    id: &JobId,
    progress: JobProgress,
    checkpoint: &str,
    report: &[ReportLine],
    now: Timestamp,
) -> Result<(), Failure> {
    let job = number_of(database, id)?;
    database
        .prepare_cached(
            "UPDATE jobs SET total = ?2, saved = ?3, refused = ?4, conflict = ?5, unknown = ?6, skipped = ?7, \
                 checkpoint = ?8, checkpoint_at = ?9
             WHERE number = ?1",
        )?
        .execute(params![
            job,
            progress.total.map(u64::cast_signed),
            progress.saved.cast_signed(),
            progress.refused.cast_signed(),
            progress.conflict.cast_signed(),
            progress.unknown.cast_signed(),
            progress.skipped.cast_signed(),
            checkpoint,
            ticks(now),
        ])?;
    // What was done again after a restart is told as it came out the last time.
    let mut statement = database.prepare_cached(
        "INSERT INTO job_reports (job, number, state, store, scope, key, code, message)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET state = excluded.state, store = excluded.store, scope = excluded.scope, \
             key = excluded.key, code = excluded.code, message = excluded.message",
    )?;
    for line in report {
        statement.execute(params![
            job,
            line.number.cast_signed(),
            line.state.as_str(),
            line.store,
            line.scope,
            line.key,
            line.code,
            line.message,
        ])?;
    }
    Ok(())
}

/// Lists the lines of a job's report by number.
pub(crate) fn report(
    database: &Connection,
    id: &JobId,
    state: Option<ItemState>,
    after: u64,
    limit: usize,
) -> Result<Vec<ReportLine>, Failure> {
    let job = number_of(database, id)?;
    let mut statement = database.prepare_cached(
        "SELECT number, store, scope, key, state, code, message FROM job_reports
         WHERE job = ?1 AND number > ?2 AND (?3 IS NULL OR state = ?3) ORDER BY number LIMIT ?4",
    )?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let parameters = params![job, after, state.map(ItemState::as_str), row_count(limit)];
    statement.query_and_then(parameters, read_line)?.collect()
}

fn select(database: &Connection, rest: &str, parameters: &[&dyn ToSql]) -> Result<Vec<JobRecord>, Failure> {
    let mut statement = database.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs {rest}"))?;
    statement.query_and_then(parameters, read)?.collect()
}

fn read(row: &Row<'_>) -> Result<JobRecord, Failure> {
    let moment = |column: usize| row.get::<_, Option<i64>>(column).map(|ticks| ticks.map(time));
    let count = |column: usize| row.get::<_, i64>(column).map(size);
    let (kind, state): (String, String) = (row.get(1)?, row.get(4)?);
    Ok(JobRecord {
        id: JobId(row.get(0)?),
        kind: JobKind::parse(&kind).ok_or_else(|| Failure::unreadable("kind of job"))?,
        connection: row.get(2)?,
        title: row.get(3)?,
        state: JobState::parse(&state).ok_or_else(|| Failure::unreadable("state of a job"))?,
        by: Principal { id: row.get(5)?, name: row.get(6)? },
        created_at: time(row.get(7)?),
        started_at: moment(8)?,
        finished_at: moment(9)?,
        progress: JobProgress {
            total: row.get::<_, Option<i64>>(10)?.map(size),
            saved: count(11)?,
            refused: count(12)?,
            conflict: count(13)?,
            unknown: count(14)?,
            skipped: count(15)?,
        },
        set: row.get::<_, Option<String>>(16)?.map(SetId),
        file: row.get(17)?,
        plan: row.get(18)?,
        checkpoint: row.get(19)?,
        message: row.get(20)?,
    })
}

fn read_line(row: &Row<'_>) -> Result<ReportLine, Failure> {
    let state: String = row.get(4)?;
    Ok(ReportLine {
        number: size(row.get(0)?),
        store: row.get(1)?,
        scope: row.get(2)?,
        key: row.get(3)?,
        state: ItemState::parse(&state).ok_or_else(|| Failure::unreadable("state of an item"))?,
        code: row.get(5)?,
        message: row.get(6)?,
    })
}

fn number_of(database: &Connection, id: &JobId) -> Result<i64, Failure> {
    database
        .prepare_cached("SELECT number FROM jobs WHERE id = ?1")?
        .query_row([&id.0], |row| row.get(0))
        .optional()?
        .ok_or_else(|| missing(id))
}

fn missing(id: &JobId) -> Failure {
    Failure::Rule(StoreError::JobNotFound { job: id.clone() })
}
