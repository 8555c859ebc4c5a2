//! Whether a goal is met, and when that cannot be told.
//!
//! Told twice on the same commit, the answer must be the same. So it is given only where the runs agree, but for the best
//! and the worst fifth of them, and where the median keeps [`MARGIN`] of distance from the goal.

use serde::{Deserialize, Serialize};

use crate::report::{Figure, Goal};
use crate::statistics::Summary;
use crate::units::Unit;

/// How far from the goal, as a share of it, the median must be.
const MARGIN: f64 = 0.05;

/// The share of the processor that other programs may use before nothing is told any more.
pub(crate) const OTHERS_LIMIT: f64 = 0.10;

/// One in how many runs may stray, on either side.
const STRAYING: usize = 5;

/// Whether a goal is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Verdict {
    /// It is.
    Met,
    /// It is not.
    Missed,
    /// It cannot be told, and why.
    Open(String),
}

/// Judges a figure; `None` when it has no goal.
pub(crate) fn judge(figure: &Figure) -> Option<Verdict> {
    let goal = figure.goal?;
    if let Some(reason) = figure.absent.as_ref().or(figure.obstacle.as_ref()) {
        return Some(Verdict::Open(reason.clone()));
    }
    let runs = match goal {
        Goal::AtMost(_) | Goal::AtLeast(_) => figure.runs.clone(),
        Goal::PeerAtMost(_) | Goal::PeerAtLeast(_) => figure.ratios(),
    };
    // Memory does not grow because others calculate.
    if figure.unit != Unit::Bytes
        && let Some(others) = figure.others.filter(|others| *others > OTHERS_LIMIT)
    {
        let percent = others * 100.0;
        return Some(Verdict::Open(format!("others used {percent:.0} % CPU")));
    }
    Some(match goal {
        Goal::AtMost(most) | Goal::PeerAtMost(most) => at_most(&runs, most),
        // What is to be at least the goal is, with the sign turned, to be at most it.
        Goal::AtLeast(least) | Goal::PeerAtLeast(least) => {
            at_most(&runs.iter().map(|run| -run).collect::<Vec<_>>(), -least)
        }
    })
}

/// Judges runs of which none ought to exceed `most`.
pub(crate) fn at_most(runs: &[f64], most: f64) -> Verdict {
    let Some(Summary { median, lowest, highest }) = counted(runs) else {
        return Verdict::Open("nothing was measured".into());
    };
    let margin = most.abs() * MARGIN;
    if highest <= most && median <= most - margin {
        Verdict::Met
    } else if lowest > most && median >= most + margin {
        Verdict::Missed
    } else if lowest <= most && highest > most {
        Verdict::Open("the runs do not agree".into())
    } else {
        Verdict::Open("too near the goal".into())
    }
}

/// Sums up the runs that count: the best and the worst fifth do not, since a moment of the machine's may be in them.
pub(crate) fn counted(runs: &[f64]) -> Option<Summary> {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let straying = sorted.len() / STRAYING;
    Summary::of(&sorted[straying..sorted.len() - straying])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Peer;
    use crate::report::tests::figure;

    fn open(reason: &str) -> Verdict {
        Verdict::Open(reason.into())
    }

    #[test]
    fn runs_that_agree_give_a_verdict() {
        assert_eq!(at_most(&[1.0, 4.0, 2.0], 5.0), Verdict::Met);
        assert_eq!(at_most(&[6.0, 7.0, 8.0], 5.0), Verdict::Missed);
        assert_eq!(at_most(&[-6.0, -7.0], -5.0), Verdict::Met);
        assert_eq!(at_most(&[-3.0, -4.0], -5.0), Verdict::Missed);
    }

    #[test]
    fn runs_on_both_sides_of_the_goal_give_none() {
        assert_eq!(at_most(&[1.0, 1.0, 6.0], 5.0), open("the runs do not agree"));
        assert_eq!(at_most(&[], 5.0), open("nothing was measured"));
    }

    #[test]
    fn one_run_in_five_may_stray_on_either_side() {
        assert_eq!(at_most(&[1.0, 1.0, 1.0, 1.0, 99.0], 5.0), Verdict::Met);
        assert_eq!(at_most(&[1.0, 9.0, 9.0, 9.0, 9.0], 5.0), Verdict::Missed);
        assert_eq!(at_most(&[1.0, 1.0, 1.0, 99.0, 99.0], 5.0), open("the runs do not agree"));
        assert_eq!(at_most(&[1.0, 1.0, 1.0, 99.0], 5.0), open("the runs do not agree"));
        let of_ten = |straying| at_most(&[vec![99.0; straying], vec![1.0; 10 - straying]].concat(), 5.0);
        assert_eq!((of_ten(2), of_ten(3)), (Verdict::Met, open("the runs do not agree")));
    }

    #[test]
    fn a_median_at_the_goal_gives_none() {
        assert_eq!(at_most(&[4.8, 4.9, 4.95], 5.0), open("too near the goal"));
        assert_eq!(at_most(&[5.1, 5.1, 5.1], 5.0), open("too near the goal"));
        assert_eq!(at_most(&[4.7, 4.7, 4.7], 5.0), Verdict::Met);
        assert_eq!(at_most(&[5.3, 5.3, 5.3], 5.0), Verdict::Missed);
    }

    #[test]
    fn a_loaded_machine_gives_none_except_on_memory() {
        let loaded =
            |unit| Figure { others: Some(0.25), ..figure("a", 1, unit, &[1.0, 1.0]).goal(Goal::AtMost(5.0)) };
        assert_eq!(judge(&loaded(Unit::Milliseconds)), Some(open("others used 25 % CPU")));
        assert_eq!(judge(&loaded(Unit::Bytes)), Some(Verdict::Met));
    }

    #[test]
    fn goals_are_held_to_the_figure_or_to_the_ratio() {
        let judged = |goal| {
            judge(&figure("a", 1, Unit::PerSecond, &[90.0, 80.0]).goal(goal).peer(Peer {
                label: "peer".into(),
                runs: vec![100.0, 100.0],
                absent: None,
            }))
        };
        assert_eq!(judged(Goal::AtLeast(70.0)), Some(Verdict::Met));
        assert_eq!(judged(Goal::AtLeast(100.0)), Some(Verdict::Missed));
        assert_eq!(judged(Goal::PeerAtLeast(0.7)), Some(Verdict::Met));
        assert_eq!(judged(Goal::PeerAtMost(0.7)), Some(Verdict::Missed));
        assert_eq!(judge(&figure("a", 1, Unit::Bytes, &[1.0])), None);
    }

    #[test]
    fn a_figure_or_peer_that_is_missing_gives_none() {
        let absent = Figure {
            absent: Some("not installed".into()),
            ..figure("a", 1, Unit::Seconds, &[]).goal(Goal::AtMost(1.0))
        };
        assert_eq!(judge(&absent), Some(open("not installed")));
        let impossible = Figure {
            obstacle: Some("the disk is too slow".into()),
            ..figure("a", 1, Unit::Seconds, &[9.0]).goal(Goal::AtMost(1.0))
        };
        assert_eq!(judge(&impossible), Some(open("the disk is too slow")));
        let alone = figure("a", 1, Unit::Seconds, &[1.0]).goal(Goal::PeerAtMost(2.0));
        assert_eq!(judge(&alone), Some(open("nothing was measured")));
    }
}
