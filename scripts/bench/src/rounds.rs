//! How often something is measured: in rounds, until the verdict on it is clear.
//!
//! **Invariant:** whether it is clear is asked after whole rounds only, and a few times at most: asked after every run, it
//! would be chance that answers.

/// Rounds of runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds {
    /// How many runs a round has.
    pub(crate) runs: usize,
    /// How many rounds there are where nothing becomes clear.
    pub(crate) most: usize,
}

impl Rounds {
    /// Whether the runs that are done are enough.
    pub(crate) fn are_over(self, done: usize, is_clear: impl FnOnce() -> bool) -> bool {
        let is_between = done > 0 && done.is_multiple_of(self.runs);
        is_between && (done >= self.runs * self.most || is_clear())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_end_when_it_is_clear_or_after_the_last() {
        let rounds = Rounds { runs: 5, most: 3 };
        let lengths = [1, 6, 11, 16].map(|clear_from| {
            (0..100).find(|done| rounds.are_over(*done, || *done >= clear_from)).unwrap_or_default()
        });
        assert_eq!(lengths, [5, 10, 15, 15]);
    }
}
