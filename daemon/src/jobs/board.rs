//! Which jobs run, and which wait for their turn.
//!
//! Pure: whoever holds it starts what it says.
//!
//! **Invariant:** at most [`RUNNING_LIMIT`] jobs run at a time, and at most one of each connection to Roblox; those of one
//! connection run in the order in which they were asked for.

use daemon_store::journal::records::JobId;

/// How many jobs run at a time.
pub(super) const RUNNING_LIMIT: usize = 4;

/// The jobs that have work to do, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(super) struct Board(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    job: JobId,
    connection: String,
    /// Whether only one job of the connection runs at a time; none while nobody knows.
    is_alone: Option<bool>,
    is_running: bool,
}

impl Board {
    /// Adds a job at the end, of which nobody knows yet whether it runs beside others; `false` when it is there already.
    pub(super) fn add(&mut self, job: JobId, connection: String) -> bool {
        if self.0.iter().any(|entry| entry.job == job) {
            return false;
        }
        self.0.push(Entry { job, connection, is_alone: None, is_running: false });
        true
    }

    /// Tells whether a job runs alone on its connection.
    pub(super) fn tell(&mut self, job: &JobId, is_alone: bool) {
        if let Some(entry) = self.0.iter_mut().find(|entry| entry.job == *job) {
            entry.is_alone = Some(is_alone);
        }
    }

    /// Takes a job away.
    pub(super) fn remove(&mut self, job: &JobId) {
        self.0.retain(|entry| entry.job != *job);
    }

    /// Takes a job away that waits for its turn; `false` when it runs, or is not there.
    pub(super) fn remove_waiting(&mut self, job: &JobId) -> bool {
        let before = self.0.len();
        self.0.retain(|entry| entry.job != *job || entry.is_running);
        self.0.len() < before
    }

    /// The jobs whose turn it is now; they run from now on.
    pub(super) fn take_ready(&mut self) -> Vec<JobId> {
        let mut ready = Vec::new();
        let mut running = self.0.iter().filter(|entry| entry.is_running).count();
        for position in 0..self.0.len() {
            if running == RUNNING_LIMIT {
                break;
            }
            let Some(entry) = self.0.get(position) else { break };
            let is_next = !entry.is_running
                && entry.is_alone.is_some_and(|is_alone| !is_alone || !self.is_taken(position));
            if is_next && let Some(entry) = self.0.get_mut(position) {
                entry.is_running = true;
                running += 1;
                ready.push(entry.job.clone());
            }
        }
        ready
    }

    /// Whether another job of the same connection runs, or was asked for before.
    fn is_taken(&self, position: usize) -> bool {
        let Some(entry) = self.0.get(position) else { return true };
        self.0.iter().enumerate().any(|(other_position, other)| {
            other_position != position
                && other.connection == entry.connection
                && (other.is_running || other_position < position)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(name: &str) -> JobId {
        JobId(name.to_owned())
    }

    fn board(jobs: &[(&str, &str, bool)]) -> Board {
        let mut board = Board::default();
        for (name, connection, is_alone) in jobs {
            assert!(board.add(job(name), (*connection).to_owned()));
            board.tell(&job(name), *is_alone);
        }
        board
    }

    fn names(jobs: Vec<JobId>) -> Vec<String> {
        jobs.into_iter().map(|job| job.0).collect()
    }

    #[test]
    fn one_job_of_a_connection_to_roblox_runs_at_a_time_in_order() {
        let mut board = board(&[("a1", "a", true), ("a2", "a", true), ("b1", "b", true), ("a3", "a", true)]);
        assert_eq!(names(board.take_ready()), ["a1", "b1"]);
        assert!(board.take_ready().is_empty());
        board.remove(&job("a1"));
        assert_eq!(names(board.take_ready()), ["a2"]);
        assert!(board.remove_waiting(&job("a3")));
        assert!(!board.remove_waiting(&job("a2")), "it runs");
        board.remove(&job("a2"));
        assert!(board.take_ready().is_empty());
    }

    #[test]
    fn four_jobs_run_and_the_fifth_waits() {
        let jobs: Vec<_> = (1..=5).map(|number| number.to_string()).collect();
        let mut board = board(&jobs.iter().map(|name| (name.as_str(), "local", false)).collect::<Vec<_>>());
        assert_eq!(names(board.take_ready()), ["1", "2", "3", "4"]);
        board.remove(&job("3"));
        assert_eq!(names(board.take_ready()), ["5"]);
    }

    #[test]
    fn a_job_of_which_nobody_knows_how_it_runs_holds_up_those_behind_it() {
        let mut board = Board::default();
        for name in ["first", "second"] {
            board.add(job(name), "a".to_owned());
        }
        assert!(!board.add(job("first"), "a".to_owned()), "it is there already");
        board.tell(&job("second"), true);
        assert!(board.take_ready().is_empty());
        board.tell(&job("first"), true);
        assert_eq!(names(board.take_ready()), ["first"]);
    }
}
