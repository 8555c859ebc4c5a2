//! Faults that are planted on purpose, to see that the simulation finds them (S-44).

use crate::checks::Invariant;

/// A fault, in whoever leads the attempts, keeps the journal or sends the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planted {
    /// A request leaves before its intent is durable.
    SendsBeforeBegin,
    /// A commit is acknowledged before it is durable.
    AcknowledgesBeforeCommit,
    /// Power loss takes the latest transaction along: NORMAL instead of FULL.
    LosesLatestTransaction,
    /// A lost request is sent again without reading back.
    ResendsWithoutReadingBack,
    /// A lost increment is sent again.
    RepeatsIncrements,
    /// Attributes are not re-sent.
    DropsAttributes,
    /// User ids are not re-sent.
    DropsUsers,
    /// Values are decoded and encoded on their way.
    ReformatsValues,
    /// Updates are sent without their condition.
    DropsCondition,
    /// Creations may overwrite.
    CreatesOverExisting,
    /// The journal lacks the entry as it was before.
    ForgetsPreImage,
    /// A lost answer counts as saved.
    SavedOnLost,
    /// A lost answer counts as a refused condition.
    RejectedOnLost,
    /// A lost answer counts as nothing sent.
    PostponedOnLost,
    /// A refused condition counts as saved.
    SavedOnRejected,
    /// An item is recorded as saved, and sent then.
    SavedBeforeSent,
    /// What was in flight at a restart is recorded as refused.
    RecoversAsRefused,
    /// A save that nobody waits for any more is sent all the same.
    SendsStaleSaves,
    /// Looking at a save counts as if somebody waited for it.
    RenewsPatience,
    /// A key whose latest change has no known outcome is changed again.
    IgnoresBlockedKeys,
    /// Whoever asks last for a key has its turn first.
    TurnsOutOfOrder,
    /// Recovery changes a key without having its turn.
    RecoversOutOfTurn,
    /// An overlap is merged as ours.
    MergeTakesMine,
    /// An undo overwrites what was changed since.
    UndoesWithoutCondition,
    /// An undo restores what was there when the change was staged.
    UndoesToStagedBase,
    /// Reading back compares nothing but the value.
    ReadsBackValueOnly,
    /// A revision from before the change counts as the change.
    SearchesPastPreImage,
    /// One page of the revisions counts as all of them.
    TakesPageForAll,
    /// An increment counts as saved when the entry reads as the sum.
    SumProvesIncrement,
    /// A postponed item keeps what was merged, on the base from before the merge.
    PostponedKeepsOldBase,
    /// An outcome is acknowledged that was not stored.
    ForgetsOutcome,
    /// An item of unknown outcome loses its value.
    UnknownLosesValue,
    /// Only the first attempt of an item is on record.
    SkipsAttemptLines,
}

impl Planted {
    /// Every fault, with the invariants that may catch it.
    pub(crate) const ALL: [(Self, &'static [Invariant]); 33] = {
        use Invariant::{
            AttemptFirst, ExactUndo, KeyOrder, NoDouble, NothingUnseen, Once, Patience, ReadBackFirst,
            Settles, States, Untouched,
        };
        [
            (Self::SendsBeforeBegin, &[AttemptFirst]),
            (Self::AcknowledgesBeforeCommit, &[Once]),
            (Self::LosesLatestTransaction, &[Once, NoDouble, AttemptFirst, States]),
            (Self::ResendsWithoutReadingBack, &[ReadBackFirst]),
            (Self::RepeatsIncrements, &[NoDouble]),
            (Self::DropsAttributes, &[Untouched]),
            (Self::DropsUsers, &[Untouched]),
            (Self::ReformatsValues, &[Untouched]),
            (Self::DropsCondition, &[NothingUnseen]),
            (Self::CreatesOverExisting, &[NothingUnseen]),
            (Self::ForgetsPreImage, &[ExactUndo]),
            (Self::SavedOnLost, &[States]),
            (Self::RejectedOnLost, &[ReadBackFirst, Once]),
            (Self::PostponedOnLost, &[ReadBackFirst]),
            (Self::SavedOnRejected, &[States]),
            (Self::SavedBeforeSent, &[States]),
            (Self::RecoversAsRefused, &[ReadBackFirst, Once]),
            (Self::SendsStaleSaves, &[Patience]),
            (Self::RenewsPatience, &[Patience]),
            (Self::IgnoresBlockedKeys, &[KeyOrder]),
            (Self::TurnsOutOfOrder, &[KeyOrder]),
            (Self::RecoversOutOfTurn, &[KeyOrder, States]),
            (Self::MergeTakesMine, &[NothingUnseen]),
            (Self::UndoesWithoutCondition, &[ExactUndo]),
            (Self::UndoesToStagedBase, &[ExactUndo]),
            (Self::ReadsBackValueOnly, &[States]),
            (Self::SearchesPastPreImage, &[Once]),
            (Self::TakesPageForAll, &[Once, Settles]),
            (Self::SumProvesIncrement, &[Once]),
            (Self::PostponedKeepsOldBase, &[Untouched]),
            (Self::ForgetsOutcome, &[AttemptFirst]),
            (Self::UnknownLosesValue, &[Once, States]),
            (Self::SkipsAttemptLines, &[AttemptFirst]),
        ]
    };
}
