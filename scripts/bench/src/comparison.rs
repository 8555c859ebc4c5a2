//! What became better or worse since an earlier bench.

use crate::report::{Figure, Report};
use crate::statistics::Summary;
use crate::units::Unit;
use crate::verdict::OTHERS_LIMIT;

/// The smallest difference of the medians, as a share, that is called one.
const SMALLEST_DIFFERENCE: f64 = 0.05;

/// How a figure stands to the same one of an earlier bench.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Comparison {
    /// The new median as a multiple of the earlier one.
    pub(crate) ratio: f64,
    /// Whether that is more than the runs of either bench differ among themselves.
    pub(crate) change: Change,
}

/// Which way a figure went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// No further than runs of one bench differ.
    Within,
    /// Every new run is better than every earlier one.
    Better,
    /// Every new run is worse than every earlier one.
    Worse,
    /// It cannot be told: other programs used the processor, now or then.
    Open,
}

/// Compares a figure with the earlier report's; `None` when that did not measure it.
pub(crate) fn compare(figure: &Figure, earlier: &Report) -> Option<Comparison> {
    let before = earlier.figures.iter().find(|before| {
        before.name == figure.name && before.entries == figure.entries && before.unit == figure.unit
    })?;
    let (old, new) = (Summary::of(&before.runs)?, Summary::of(&figure.runs)?);
    let ratio = new.median / old.median;
    let was_loaded = [figure, before].iter().any(|figure| {
        figure.unit != Unit::Bytes && figure.others.is_some_and(|others| others > OTHERS_LIMIT)
    });
    let change = if was_loaded {
        Change::Open
    } else if (ratio - 1.0).abs() < SMALLEST_DIFFERENCE {
        Change::Within
    } else if new.lowest > old.highest {
        if figure.unit.more_is_better() { Change::Better } else { Change::Worse }
    } else if new.highest < old.lowest {
        if figure.unit.more_is_better() { Change::Worse } else { Change::Better }
    } else {
        Change::Within
    };
    Some(Comparison { ratio, change })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{figure, report};

    #[track_caller]
    fn check(unit: Unit, old: &[f64], new: &[f64], ratio: f64, change: Change) {
        let earlier = report(vec![figure("a", 10, unit, &[0.0]), figure("b", 10, unit, old)]);
        let comparison = compare(&figure("b", 10, unit, new), &earlier);
        assert_eq!(comparison, Some(Comparison { ratio, change }), "{old:?} → {new:?}");
    }

    #[test]
    fn only_what_lies_beyond_the_spread_is_a_change() {
        check(Unit::Seconds, &[1.0, 2.0, 3.0], &[4.0, 4.0, 5.0], 2.0, Change::Worse);
        check(Unit::Seconds, &[4.0, 4.0, 5.0], &[1.0, 2.0, 3.0], 0.5, Change::Better);
        check(Unit::PerSecond, &[1.0, 2.0, 3.0], &[4.0, 4.0, 5.0], 2.0, Change::Better);
        check(Unit::PerSecond, &[4.0], &[2.0], 0.5, Change::Worse);
        check(Unit::Seconds, &[1.0, 2.0, 5.0], &[4.0, 4.0, 5.0], 2.0, Change::Within);
        check(Unit::Bytes, &[100.0, 100.0], &[103.0, 103.0], 1.03, Change::Within);
    }

    #[test]
    fn a_loaded_machine_changes_nothing_but_memory() {
        let loaded = |unit| Figure { others: Some(0.5), ..figure("a", 10, unit, &[9.0]) };
        let change = |unit| {
            let earlier = report(vec![figure("a", 10, unit, &[1.0])]);
            compare(&loaded(unit), &earlier).map(|comparison| comparison.change)
        };
        assert_eq!(change(Unit::Seconds), Some(Change::Open));
        assert_eq!(change(Unit::Bytes), Some(Change::Worse));
    }

    #[test]
    fn another_size_or_an_absent_figure_is_not_compared() {
        let earlier = report(vec![figure("a", 10, Unit::Bytes, &[1.0]), figure("b", 10, Unit::Bytes, &[])]);
        for (name, entries, unit) in
            [("a", 20, Unit::Bytes), ("a", 10, Unit::Seconds), ("b", 10, Unit::Bytes)]
        {
            assert_eq!(compare(&figure(name, entries, unit, &[1.0]), &earlier), None);
        }
    }
}
