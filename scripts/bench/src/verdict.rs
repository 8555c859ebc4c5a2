//! Whether a goal is met, and when that cannot be told.
//!
//! Told twice on the same commit, the answer must be the same. So it is about the median, it is given only where the runs
//! tell on which side of the goal the median lies, and where it keeps [`MARGIN`] of distance from the goal. Where they do
//! not tell yet, more are made ([`Rounds`](crate::rounds::Rounds)).
//!
//! Of few runs all must agree but for the best and the worst fifth; of many, those must that hold the median 19 times in 20.

use serde::{Deserialize, Serialize};

use crate::report::{Figure, Goal, ratios};
use crate::statistics::{Summary, outside_median};
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
    Some(against(goal, &runs))
}

/// Tells whether runs beside those of a peer, if there is one, are enough for a verdict, were the machine at rest.
pub(crate) fn is_clear(goal: Goal, runs: &[f64], peer: &[f64]) -> bool {
    let verdict = match goal {
        Goal::AtMost(_) | Goal::AtLeast(_) => against(goal, runs),
        Goal::PeerAtMost(_) | Goal::PeerAtLeast(_) => against(goal, &ratios(runs, peer)),
    };
    !matches!(verdict, Verdict::Open(_))
}

/// Judges runs, or ratios, by the number that a goal names.
fn against(goal: Goal, runs: &[f64]) -> Verdict {
    match goal {
        Goal::AtMost(most) | Goal::PeerAtMost(most) => at_most(runs, most),
        // What is to be at least the goal is, with the sign turned, to be at most it.
        Goal::AtLeast(least) | Goal::PeerAtLeast(least) => {
            at_most(&runs.iter().map(|run| -run).collect::<Vec<_>>(), -least)
        }
    }
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

/// Sums up the runs that count: the best and the worst fifth do not, since a moment of the machine's may be in them, nor
/// do those that the median of many runs does not need.
pub(crate) fn counted(runs: &[f64]) -> Option<Summary> {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let straying = (sorted.len() / STRAYING).max(outside_median(sorted.len()));
    Summary::of(&sorted[straying..sorted.len() - straying])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Peer;
    use crate::report::tests::figure;
    use crate::rounds::Rounds;

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

    /// An export of 10,000 entries beside its peer, on two cores that seventeen programs shared.
    const LOADED: [f64; 45] = [
        0.74, 0.61, 0.96, 1.07, 0.33, 0.9, 0.99, 1.33, 1.61, 1.66, 1.2, 3.41, 3.15, 0.25, 1.67, 0.61, 1.33,
        0.77, 2.91, 3.08, 0.99, 0.17, 1.16, 0.99, 0.91, 0.8, 0.86, 0.79, 0.33, 0.53, 0.63, 0.62, 1.0, 0.48,
        1.3, 0.3, 0.71, 0.95, 0.62, 0.67, 0.52, 1.27, 2.25, 0.48, 0.8,
    ];

    /// The same of an export that needed half as much again; a quarter of the runs is beyond the goal.
    const UNLUCKY: [f64; 45] = [
        1.49, 1.13, 1.71, 0.52, 1.99, 5.47, 0.62, 1.19, 0.9, 0.72, 1.12, 0.65, 1.84, 1.22, 0.65, 1.91, 6.51,
        4.57, 3.39, 1.13, 2.46, 0.82, 0.7, 0.47, 1.99, 1.68, 1.05, 1.23, 0.58, 2.64, 2.29, 3.4, 2.02, 4.32,
        0.82, 1.71, 1.64, 1.09, 0.87, 1.26, 1.58, 3.64, 1.91, 0.75, 0.87,
    ];

    /// The verdict on these runs, made in rounds of fifteen, and after how many it came.
    fn in_rounds(runs: &[f64]) -> (Verdict, usize) {
        let rounds = Rounds { runs: 15, most: 3 };
        let peer = vec![1.0; runs.len()];
        let is_over = |done: &usize| {
            rounds.are_over(*done, || is_clear(Goal::PeerAtMost(2.0), &runs[..*done], &peer[..*done]))
        };
        let done = (0..=runs.len()).find(is_over).unwrap();
        (at_most(&runs[..done], 2.0), done)
    }

    #[test]
    fn unlucky_rounds_are_outweighed_by_more() {
        assert_eq!(in_rounds(&LOADED), (Verdict::Met, 15));
        assert_eq!(in_rounds(&UNLUCKY), (Verdict::Met, 15));
        let later: Vec<f64> = [&UNLUCKY[15..], &UNLUCKY[..15]].concat();
        assert_eq!(at_most(&later[..15], 2.0), open("the runs do not agree"));
        assert_eq!(at_most(&later[..30], 2.0), open("the runs do not agree"));
        assert_eq!(in_rounds(&later), (Verdict::Met, 45));
        // What takes three times as long misses the goal, whichever runs come first.
        for runs in [UNLUCKY.to_vec(), later] {
            let slower: Vec<f64> = runs.iter().map(|run| run * 3.0).collect();
            assert_eq!(in_rounds(&slower).0, Verdict::Missed);
        }
    }

    #[test]
    fn benches_on_a_loaded_machine_agree() {
        let mut state: u64 = 3;
        let mut draw = |runs: &[f64; 45]| {
            [(); 45].map(|()| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                runs[usize::try_from((state >> 33) % 45).unwrap()]
            })
        };
        let benches: Vec<_> = (0..300).map(|_| draw(&LOADED)).collect();
        let open_after_one = benches.iter().filter(|runs| at_most(&runs[..15], 2.0) != Verdict::Met).count();
        assert!(open_after_one > 5, "one round alone would not do: {open_after_one}");
        for runs in &benches {
            assert_eq!(in_rounds(runs).0, Verdict::Met, "{runs:?}");
        }
    }

    #[test]
    fn what_lies_at_the_goal_is_open_however_often_it_is_measured() {
        let runs: Vec<f64> = (0_u8..45).map(|run| 1.9 + 0.2 * f64::from(run % 9) / 8.0).collect();
        assert_eq!(in_rounds(&runs), (open("the runs do not agree"), 45));
        assert_eq!(in_rounds(&[1.96; 45]), (open("too near the goal"), 45));
        assert_eq!(in_rounds(&[1.8; 45]), (Verdict::Met, 15));
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
