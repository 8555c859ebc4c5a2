//! Which items of two lists belong together when nothing but their order and their sameness is known.
//!
//! Myers' search for the shortest list of insertions and removals ("An O(ND) Difference Algorithm and Its Variations",
//! 1986), given up beyond a bound; then the lists are taken to differ from the first to the last item that differs.
//!
//! **Invariant:** the cost is proportional to the length of the lists, whatever they contain.

use std::ops::Range;

use crate::sameness::Class;

/// The most steps of the search for each item of the lists; lists of up to some 50 items each are always aligned fully.
const STEPS_PER_ITEM: usize = 50;

/// The most insertions and removals that are searched for; the search remembers the square of it in positions.
const SCRIPT_LIMIT: usize = 1_000;

/// Items that belong to no item of the other list, between two that do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// Where they stand in the first list.
    pub(crate) before: Range<usize>,
    /// Where they stand in the second list.
    pub(crate) after: Range<usize>,
}

/// Finds the gaps between the items that both lists have in the same order.
pub(crate) fn gaps(before: &[Class], after: &[Class]) -> Vec<Gap> {
    let start = before.iter().zip(after).take_while(|(before, after)| before == after).count();
    let (before, after) = (&before[start..], &after[start..]);
    let end =
        before.iter().rev().zip(after.iter().rev()).take_while(|(before, after)| before == after).count();
    let (before, after) = (&before[..before.len() - end], &after[..after.len() - end]);
    let mut gaps = if before.is_empty() && after.is_empty() {
        Vec::new()
    } else if before.is_empty() || after.is_empty() {
        vec![Gap { before: 0..before.len(), after: 0..after.len() }]
    } else {
        search(before, after).unwrap_or_else(|| vec![Gap { before: 0..before.len(), after: 0..after.len() }])
    };
    for Gap { before, after } in &mut gaps {
        *before = before.start + start..before.end + start;
        *after = after.start + start..after.end + start;
    }
    gaps
}

/// The furthest positions in the first list that can be reached with so many insertions and removals, for every second
/// diagonal from the lowest to the highest.
type Reach = Vec<usize>;

fn search(before: &[Class], after: &[Class]) -> Option<Vec<Gap>> {
    let length = before.len() + after.len();
    let mut steps_left = length.saturating_mul(STEPS_PER_ITEM);
    let mut reaches: Vec<Reach> = Vec::new();
    for size in 0..=length.min(SCRIPT_LIMIT) {
        let mut reach = Reach::with_capacity(size + 1);
        for diagonal in 0..=size {
            let mut position = match reaches.last() {
                None => 0,
                Some(previous) => arrive(previous, diagonal).0,
            };
            let mut other = other_position(position, size, diagonal);
            let run = before
                .get(position..)
                .unwrap_or_default()
                .iter()
                .zip(after.get(other..).unwrap_or_default())
                .take_while(|(before, after)| before == after)
                .count();
            position += run;
            other += run;
            reach.push(position);
            if position == before.len() && other == after.len() {
                reaches.push(reach);
                return Some(trace(&reaches, before.len(), after.len()));
            }
            steps_left = steps_left.checked_sub(run + 1)?;
        }
        reaches.push(reach);
    }
    None
}

/// Returns the position in the first list where a diagonal is entered, and whether an insertion leads there.
///
/// Of the diagonals of the next size, number 0 lies below all of `previous` and the last one above them.
fn arrive(previous: &Reach, diagonal: usize) -> (usize, bool) {
    let insertion = previous.get(diagonal).copied();
    let removal = diagonal.checked_sub(1).and_then(|below| previous.get(below)).map(|position| position + 1);
    match (insertion, removal) {
        (Some(insertion), Some(removal)) if insertion < removal => (removal, false),
        (Some(insertion), _) => (insertion, true),
        (None, removal) => (removal.unwrap_or_default(), false),
    }
}

/// Returns the position in the second list: diagonal `d` of `size + 1` holds the pairs where it is `size - 2d` ahead.
fn other_position(position: usize, size: usize, diagonal: usize) -> usize {
    (position + size).saturating_sub(2 * diagonal)
}

/// Goes back from the ends of the lists along the way that the search found.
fn trace(reaches: &[Reach], before: usize, after: usize) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    let mut diagonal = (before + reaches.len() - 1).saturating_sub(after) / 2;
    for (size, previous) in reaches.iter().enumerate().rev().skip(1) {
        let (entered, inserted) = arrive(previous, diagonal);
        if !inserted {
            diagonal -= 1;
        }
        let position = if inserted { entered } else { entered - 1 };
        let other = other_position(position, size, diagonal);
        let step = Gap { before: position..entered, after: other..other + usize::from(inserted) };
        match gaps.last_mut() {
            Some(next) if next.before.start == step.before.end && next.after.start == step.after.end => {
                next.before.start = step.before.start;
                next.after.start = step.after.start;
            }
            _ => gaps.push(step),
        }
    }
    gaps.reverse();
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Index, Tree};
    use crate::sameness::Classifier;
    use proptest::prelude::*;

    fn classes(one: &[u32], other: &[u32]) -> [Vec<Class>; 2] {
        let texts = [one, other].map(|items| format!("{items:?}"));
        let indexes = texts.each_ref().map(|text| Index::scan(text).unwrap());
        let mut classifier = Classifier::new();
        [0, 1].map(|version| {
            let tree = Tree::new(&texts[version], &indexes[version]);
            let document = classifier.classify(tree);
            tree.children(Tree::ROOT).map(|child| document.class(child.value)).collect()
        })
    }

    fn gaps_of(before: &[u32], after: &[u32]) -> Vec<(Range<usize>, Range<usize>)> {
        let [before, after] = classes(before, after);
        gaps(&before, &after).into_iter().map(|gap| (gap.before, gap.after)).collect()
    }

    fn longest_common(before: &[u32], after: &[u32]) -> usize {
        let mut lengths = vec![vec![0; after.len() + 1]; before.len() + 1];
        for (row, one) in before.iter().enumerate() {
            for (column, other) in after.iter().enumerate() {
                lengths[row + 1][column + 1] = if one == other {
                    lengths[row][column] + 1
                } else {
                    lengths[row][column + 1].max(lengths[row + 1][column])
                };
            }
        }
        lengths[before.len()][after.len()]
    }

    #[test]
    fn finds_what_was_put_in_and_taken_out() {
        assert_eq!(gaps_of(&[], &[]), []);
        assert_eq!(gaps_of(&[1, 2], &[1, 2]), []);
        assert_eq!(gaps_of(&[1, 2], &[]), [(0..2, 0..0)]);
        assert_eq!(gaps_of(&[1, 3], &[1, 2, 3]), [(1..1, 1..2)]);
        assert_eq!(gaps_of(&[1, 1], &[1, 1, 1]), [(2..2, 2..3)]);
        assert_eq!(gaps_of(&[1, 2, 3, 4, 5], &[1, 9, 3, 5]), [(1..2, 1..2), (3..4, 3..3)]);
        assert_eq!(gaps_of(&[1, 2], &[3, 4]), [(0..2, 0..2)]);
    }

    #[test]
    fn lists_with_too_many_changes_are_one_gap() {
        let before: Vec<u32> = (0..20_000).collect();
        let mut after: Vec<u32> =
            (0..20_000).map(|item| if item % 3 == 0 { item + 50_000 } else { item }).collect();
        after[..2].copy_from_slice(&[0, 1]);
        assert_eq!(gaps_of(&before, &after), [(3..19_999, 3..19_999)]);
    }

    #[test]
    fn few_changes_are_found_in_long_lists() {
        let before: Vec<u32> = (0..20_000).collect();
        let mut after = before.clone();
        after.insert(10, 50_000);
        after.remove(15_000);
        assert_eq!(gaps_of(&before, &after), [(10..10, 10..11), (14_999..15_000, 15_000..15_000)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn short_lists_are_aligned_as_well_as_can_be(
            before in proptest::collection::vec(0_u32..5, 0..40),
            after in proptest::collection::vec(0_u32..5, 0..40),
        ) {
            let mut common = 0;
            let mut at = (0, 0);
            let end = (before.len()..before.len(), after.len()..after.len());
            for (old, new) in gaps_of(&before, &after).into_iter().chain([end.clone()]) {
                prop_assert!((&old, &new) == (&end.0, &end.1) || !old.is_empty() || !new.is_empty());
                prop_assert_eq!(&before[at.0..old.start], &after[at.1..new.start]);
                common += old.start - at.0;
                at = (old.end, new.end);
            }
            prop_assert_eq!(common, longest_common(&before, &after));
        }
    }
}
