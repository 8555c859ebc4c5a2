//! How figures grow from the smallest to the largest size.

use crate::report::{Figure, Growth};
use crate::statistics::float;
use crate::units::Unit;
use crate::verdict::{OTHERS_LIMIT, Verdict, at_most, counted};

/// The most that a read, a first page or the client's memory may grow from the smallest to the largest size.
const GOAL: f64 = 1.5;

/// The figures with that goal: the middle of each read, whose rarest tenths of a percent belong to the machine, and the
/// memory of the Open Cloud client, whatever it reads.
const FLAT: [&str; 8] = [
    "keys.first.p50",
    "keys.last.p50",
    "get.rest.1.p50",
    "get.rest.32.p50",
    "get.socket.1.p50",
    "get.socket.32.p50",
    "client.keys.memory",
    "client.values.memory",
];

/// Compares the smallest and the largest size of every figure that was measured at several.
pub(crate) fn growth(figures: &[Figure]) -> Vec<Growth> {
    let mut found: Vec<Growth> = Vec::new();
    for figure in figures {
        if found.iter().any(|growth| growth.name == figure.name) {
            continue;
        }
        let measured = || figures.iter().filter(|other| other.name == figure.name && !other.runs.is_empty());
        let smallest = measured().min_by_key(|figure| figure.entries);
        let largest = measured().max_by_key(|figure| figure.entries);
        if let (Some(smallest), Some(largest)) = (smallest, largest) {
            found.extend(between(smallest, largest));
        }
    }
    found
}

fn between(smallest: &Figure, largest: &Figure) -> Option<Growth> {
    let (from, to) = (smallest.entries?, largest.entries?);
    if from >= to {
        return None;
    }
    let (small, large) = (counted(&smallest.runs)?, counted(&largest.runs)?);
    let factor = |small: f64, large: f64| match smallest.unit {
        // Seconds are told of work on all entries, so that what matters is the cost of each.
        Unit::Seconds => large / small * float(from) / float(to),
        Unit::PerSecond => small / large,
        Unit::Milliseconds | Unit::Bytes => large / small,
    };
    let mut factors = [
        factor(small.lowest, large.lowest),
        factor(small.median, large.median),
        factor(small.highest, large.highest),
    ];
    factors.sort_by(f64::total_cmp);
    let goal = FLAT.contains(&smallest.name.as_str()).then_some(GOAL);
    let was_loaded =
        [smallest, largest].iter().any(|figure| figure.others.is_some_and(|others| others > OTHERS_LIMIT));
    let verdict = goal.map(|goal| {
        if was_loaded { Verdict::Open("others used the CPU".into()) } else { at_most(&factors, goal) }
    });
    Some(Growth { name: smallest.name.clone(), from, to, factors, goal, verdict })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::figure;

    #[track_caller]
    fn check(unit: Unit, small: &[f64], large: &[f64], factors: [f64; 3]) {
        let figures =
            [figure("a", 10, unit, small), figure("a", 20, unit, &[99.0]), figure("a", 40, unit, large)];
        let found = growth(&figures);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].from, found[0].to, found[0].factors), (10, 40, factors));
        assert_eq!((found[0].goal, &found[0].verdict), (None, &None));
    }

    #[test]
    fn growth_is_that_of_the_cost() {
        check(Unit::Milliseconds, &[1.0, 2.0, 4.0], &[2.0, 3.0, 4.0], [1.0, 1.5, 2.0]);
        check(Unit::Bytes, &[10.0], &[5.0], [0.5; 3]);
        check(Unit::Seconds, &[1.0], &[4.0], [1.0; 3]);
        check(Unit::PerSecond, &[100.0], &[50.0], [2.0; 3]);
    }

    #[test]
    fn straying_runs_do_not_grow() {
        let (small, large) = ([9.0, 1.0, 1.0, 1.0, 0.1], [2.0, 2.0, 0.1, 2.0, 99.0]);
        check(Unit::Milliseconds, &small, &large, [2.0; 3]);
    }

    #[test]
    fn one_size_alone_does_not_grow() {
        assert!(growth(&[figure("a", 10, Unit::Bytes, &[1.0])]).is_empty());
        assert!(
            growth(&[figure("a", 10, Unit::Bytes, &[1.0]), figure("a", 20, Unit::Bytes, &[])]).is_empty()
        );
    }

    #[test]
    fn reads_are_held_to_the_goal() {
        let name = FLAT[0];
        let judged = |large: f64, others| {
            let small = figure(name, 10, Unit::Milliseconds, &[1.0, 1.0]);
            let large = Figure { others, ..figure(name, 40, Unit::Milliseconds, &[large, large]) };
            growth(&[small, large])[0].verdict.clone()
        };
        assert_eq!(judged(1.2, None), Some(Verdict::Met));
        assert_eq!(judged(1.9, Some(0.01)), Some(Verdict::Missed));
        assert!(matches!(judged(1.2, Some(0.5)), Some(Verdict::Open(_))));
    }
}
