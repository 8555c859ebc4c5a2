//! How much of the processor other programs used while something was measured.
//!
//! Ours are this process, all it started, and the kernel's own threads, which write back what we wrote.

use std::fs;

use crate::statistics::float;

/// The flag of kernel threads in `/proc/PID/stat`.
const KERNEL_THREAD: u64 = 0x0020_0000;

/// Below so many ticks nothing is told: each counter is rounded to one, of which a short measurement has few.
const TICKS_TO_TELL: u64 = 50;

/// Processor time so far, in the system's ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Times {
    /// All there was, idle or not.
    total: u64,
    /// What anybody used, other machines on the same hardware too.
    busy: u64,
    /// What we and the kernel's threads used.
    ours: u64,
}

/// Counts from its start on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch(Option<Times>);

impl Watch {
    /// Begins to count.
    pub(crate) fn start() -> Self {
        adopt_orphans();
        Self(times())
    }

    /// Returns the share (0 to 1) that others used since the start; `None` where the system does not tell, and when too
    /// little time has passed.
    pub(crate) fn others(&self) -> Option<f64> {
        others(self.0?, times()?)
    }
}

/// Makes this process the parent of what its children leave behind, until it ends itself: a browser that is killed would
/// take what its pages used out of our count. They stay as entries in the process table that hold their time.
#[cfg(target_os = "linux")]
fn adopt_orphans() {
    // Where it is refused, pages of browsers that were killed count as others, and the verdict is left out.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

#[cfg(not(target_os = "linux"))]
fn adopt_orphans() {}

fn others(start: Times, end: Times) -> Option<f64> {
    let total = end.total.saturating_sub(start.total);
    let busy = end.busy.saturating_sub(start.busy);
    let ours = end.ours.saturating_sub(start.ours);
    (total >= TICKS_TO_TELL).then(|| float(busy.saturating_sub(ours)) / float(total))
}

fn times() -> Option<Times> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let (total, busy) = whole(&fs::read_to_string("/proc/stat").ok()?)?;
    let processes: Vec<_> = fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        // A process may end while we look.
        .filter_map(|name| Process::parse(&fs::read_to_string(format!("/proc/{name}/stat")).ok()?))
        .collect();
    Some(Times { total, busy, ours: ours(&processes, std::process::id()) })
}

/// Reads the line of all processors together: total and busy ticks.
fn whole(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of the first two.
    let ticks = ticks.get(..8)?;
    let total: u64 = ticks.iter().sum();
    Some((total, total - ticks[3] - ticks[4]))
}

/// A line of `/proc/PID/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
    is_kernels: bool,
    /// With that of the children it has waited for.
    ticks: u64,
}

impl Process {
    fn parse(stat: &str) -> Option<Self> {
        // The name stands in brackets and may hold anything.
        let (start, rest) = stat.rsplit_once(')')?;
        let fields: Vec<_> = rest.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self {
            id: start.split_whitespace().next()?.parse().ok()?,
            parent: fields.get(1)?.parse().ok()?,
            is_kernels: number(6)? & KERNEL_THREAD != 0,
            ticks: number(11)? + number(12)? + number(13)? + number(14)?,
        })
    }
}

/// Adds up the kernel's threads, the process `own`, and all that it started.
fn ours(processes: &[Process], own: u32) -> u64 {
    let descends = |process: &Process| {
        let mut id = process.id;
        // Bounded by the number of processes, should the snapshot have caught a circle.
        for _ in processes {
            if id == own {
                return true;
            }
            match processes.iter().find(|process| process.id == id) {
                Some(process) => id = process.parent,
                None => return false,
            }
        }
        false
    };
    processes
        .iter()
        .filter(|process| process.is_kernels || descends(process))
        .map(|process| process.ticks)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Figures of the browser had no verdict, because its pages were counted as other programs.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_killed_child_left_behind_is_ours() {
        let own = std::process::id();
        adopt_orphans();
        // The shell tells the number of the process it leaves behind.
        let output = std::process::Command::new("sh").args(["-c", "sleep 1000 >&- 2>&- & echo $!"]).output();
        let left: u32 = String::from_utf8(output.unwrap().stdout).unwrap().trim().parse().unwrap();
        let stat = fs::read_to_string(format!("/proc/{left}/stat")).unwrap();
        rustix::process::kill_process(
            rustix::process::Pid::from_raw(left.cast_signed()).unwrap(),
            rustix::process::Signal::KILL,
        )
        .unwrap();
        assert_eq!(Process::parse(&stat).unwrap().parent, own);
    }

    #[test]
    fn names_with_brackets_do_not_shift_the_fields() {
        let stat = "42 (a) b (c)) S 7 42 42 0 -1 2097152 0 0 0 0 10 20 3 4 20 0 1 0 99 0 0";
        assert_eq!(Process::parse(stat), Some(Process { id: 42, parent: 7, is_kernels: true, ticks: 37 }));
        assert_eq!(Process::parse("42 (a) S 7"), None);
    }

    #[test]
    fn idle_and_waiting_are_not_busy() {
        assert_eq!(whole("cpu  1 2 3 40 50 6 7 8 1 1\ncpu0 9"), Some((117, 27)));
        assert_eq!(whole("intr 1"), None);
    }

    #[test]
    fn what_we_started_and_the_kernels_threads_are_ours() {
        let process = |id, parent, is_kernels, ticks| Process { id, parent, is_kernels, ticks };
        let processes = [
            process(1, 0, false, 1),
            process(2, 0, true, 10),
            process(5, 1, false, 100),
            process(6, 5, false, 1_000),
            process(7, 6, false, 10_000),
            process(8, 1, false, 100_000),
        ];
        assert_eq!(ours(&processes, 5), 11_110);
    }

    #[test]
    fn the_share_of_others_is_of_all_there_was() {
        let start = Times { total: 100, busy: 50, ours: 20 };
        assert_eq!(others(start, Times { total: 300, busy: 150, ours: 80 }), Some(0.2));
        assert_eq!(others(start, Times { total: 300, busy: 70, ours: 60 }), Some(0.0));
        assert_eq!(others(start, start), None);
    }

    /// A start that took 70 ms had no verdict, because one tick of seven was somebody else's.
    #[test]
    fn a_few_ticks_tell_nothing() {
        let start = Times::default();
        assert_eq!(others(start, Times { total: TICKS_TO_TELL - 1, busy: 10, ours: 0 }), None);
        assert_eq!(others(start, Times { total: TICKS_TO_TELL, busy: 10, ours: 0 }), Some(0.2));
    }
}
