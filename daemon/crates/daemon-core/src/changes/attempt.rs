//! One item's way from its commit to its outcome, as a machine that is told what happened and says what to do next.
//!
//! Whoever drives it reads, makes durable, sends and records; the machine decides. That is why it can be run a hundred
//! thousand times against a model of Roblox that loses replies (S-43).
//!
//! **Invariant:** a [`Step::Send`] follows a [`Step::Begin`] of the same intent that was confirmed (S-33).
//!
//! **Invariant:** after an answer was lost, the next thing is recorded as unknown, and then read back (S-32).
//!
//! **Invariant:** an item ends as not done only when that is certain.
//!
//! One thing cannot be told: neither an absent entry nor an ordered one has a revision, so a change of them that someone else
//! took back before it is read back reads as not done, and is treated so.

use std::fmt;
use std::sync::Arc;

use crate::changes::content::{Content, Image, is_unchanged};
use crate::changes::history::is_next;
use crate::changes::policy::{Clash, Decision};
use crate::changes::state::ItemEvent;
use crate::revision::AnyRevision;

/// How often a change is decided anew because others were faster, as many as may write one entry at a time.
pub const ROUNDS_LIMIT: u32 = 512;
/// How often a change that reading back showed not to be done is sent again.
pub const RESENDS_LIMIT: u32 = 5;

/// Why something was not done, for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The error code.
    pub code: String,
    /// In words.
    pub message: String,
}

/// What is about to be sent, made durable before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The entry just before; none when there is none. This is the pre-image that undo restores.
    pub before: Option<Image>,
    /// What it is to become; none for a removal.
    pub after: Option<Content>,
    /// What is added, for an increment of an ordered entry; then `after` is the sum if nobody else writes.
    pub increment: Option<i64>,
}

/// What the place of the entry can promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Whether a refused condition proves that nothing was done: there is no network in between that may repeat a request.
    pub is_direct: bool,
    /// Whether every revision stays readable, so that one that is not found was never written.
    pub keeps_every_revision: bool,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Read the entry as it is now.
    Read,
    /// Make the intent durable, and with it the pre-image and the record of the attempt.
    Begin(Arc<Intent>),
    /// Send it, on exactly what the intent says was there.
    Send(Arc<Intent>),
    /// Record where the item stands now.
    Record(Outcome),
    /// Read the entry to see whether what was sent was done.
    ReadBack,
    /// Look whether the revision that came after the pre-image, as [`successor`](crate::changes::history::successor) finds
    /// it, reads as the intent.
    SearchHistory(Arc<Intent>),
    /// Nothing more; this is where it stands.
    Done(Outcome),
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The entry as it is now.
    Found(Option<Image>),
    /// It could not be read.
    Unreadable(Problem),
    /// The intent is durable.
    Begun,
    /// The intent could not be made durable; nothing may be sent.
    NotBegun(Problem),
    /// The source confirmed, with the revision it made where it tells.
    Confirmed(Option<AnyRevision>),
    /// The entry is not what the intent says; nothing was done by this request.
    Rejected,
    /// It was looked at first and is not what the intent says, so nothing was sent.
    FoundOther,
    /// The source refused; nothing was done by this request.
    Refused(Problem),
    /// Nothing was sent, and it may be tried later.
    NotSent(Problem),
    /// Nobody knows.
    Lost(Problem),
    /// The revision after the pre-image reads as the intent.
    InHistory(AnyRevision),
    /// It does not, or cannot be read any more.
    NotInHistory,
    /// The revisions do not tell which one that is.
    HistoryUntold,
    /// What was to be recorded is.
    Recorded,
    /// It could not be recorded; the journal says less than is known, and reading back at the next start tells.
    NotRecorded(Problem),
}

/// Where an item stands when an attempt ends, or changes for everybody to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, as this revision.
    Saved {
        /// The revision, where the source tells.
        revision: Option<AnyRevision>,
        /// Whether someone has written over it since.
        is_overwritten: bool,
    },
    /// A person has to look.
    Conflict {
        /// Why.
        clash: Clash,
        /// The entry now; none when it is gone.
        theirs: Option<Image>,
    },
    /// Not done.
    Refused(Problem),
    /// Nobody knows.
    Unknown {
        /// What happened.
        problem: Problem,
        /// Whether reading back again may still tell.
        may_be_told: bool,
    },
    /// Left out: the entry reads so already.
    Superseded,
    /// Not sent; it waits.
    Postponed(Problem),
}

impl Intent {
    /// Whether it can be done only on the revision that was there, so that no revision but the next one can be it.
    fn is_on_a_revision(&self) -> bool {
        self.after.is_some()
            && self.increment.is_none()
            && self.before.as_ref().is_some_and(|before| before.revision.is_some())
    }
}

impl Outcome {
    /// What it means for the item's state.
    pub const fn event(&self) -> ItemEvent {
        match self {
            Self::Saved { .. } => ItemEvent::Confirm,
            Self::Conflict { .. } => ItemEvent::Clash,
            Self::Refused(_) => ItemEvent::Refuse,
            Self::Unknown { .. } => ItemEvent::Lose,
            Self::Superseded => ItemEvent::Supersede,
            Self::Postponed(_) => ItemEvent::Postpone,
        }
    }
}

/// Decides what a change becomes on the entry as it is now.
pub type Decide<'a> = dyn FnMut(Option<&Image>) -> Result<Decision, Problem> + Send + 'a;

/// One item on its way.
#[expect(clippy::struct_excessive_bools, reason = "each says something else of what happened so far")]
pub struct Attempt<'a> {
    decide: Box<Decide<'a>>,
    source: Source,
    increment: Option<i64>,
    intent: Option<Arc<Intent>>,
    /// Whether an intent is in the journal.
    has_begun: bool,
    /// Whether the journal may say that nobody knows.
    is_unknown: bool,
    /// Whether something was sent of which nobody knows whether it was done.
    is_uncertain: bool,
    rounds: u32,
    /// How often what was not done may still be sent again.
    resends: u32,
    /// Whether it may at all.
    may_resend: bool,
    phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Reading,
    Beginning,
    Sending,
    ReadingBack,
    Searching,
    /// Recording what ends the attempt.
    Ending(Outcome),
    /// Recording that nobody knows.
    Losing,
    Over,
}

impl<'a> Attempt<'a> {
    /// An item that was never sent.
    pub fn new(decide: Box<Decide<'a>>, source: Source) -> Self {
        Self {
            decide,
            source,
            increment: None,
            intent: None,
            has_begun: false,
            is_unknown: false,
            is_uncertain: false,
            rounds: 0,
            resends: RESENDS_LIMIT,
            may_resend: true,
            phase: Phase::Reading,
        }
    }

    /// The same, for an item that adds to an ordered entry.
    pub fn incrementing(decide: Box<Decide<'a>>, source: Source, amount: i64) -> Self {
        Self { increment: Some(amount), ..Self::new(decide, source) }
    }

    /// An item whose intent is in the journal without an outcome: it may have been sent. `may_resend`: whether it is sent
    /// when reading back shows that it was not done; else it is refused then, for nobody waits for it any more.
    pub fn recover(decide: Box<Decide<'a>>, source: Source, intent: Intent, may_resend: bool) -> Self {
        Self {
            increment: intent.increment,
            resends: if may_resend { RESENDS_LIMIT } else { 0 },
            may_resend,
            intent: Some(Arc::new(intent)),
            has_begun: true,
            is_unknown: true,
            is_uncertain: true,
            phase: Phase::ReadingBack,
            ..Self::new(decide, source)
        }
    }

    /// The first thing to do.
    pub fn start(&self) -> Step {
        if self.phase == Phase::ReadingBack { Step::ReadBack } else { Step::Read }
    }

    /// What to do after that.
    #[expect(clippy::match_same_arms, reason = "each is the answer to a question of its own")]
    pub fn next(&mut self, input: Input) -> Step {
        match (std::mem::replace(&mut self.phase, Phase::Over), input) {
            (Phase::Reading, Input::Found(now)) => self.decide(now),
            // What is unknown is never put back into the queue: it is read back once more.
            (Phase::Reading, Input::Unreadable(problem)) if self.is_unknown => self.lose(problem, true),
            (Phase::Reading, Input::Unreadable(problem)) => self.end(Outcome::Postponed(problem)),
            (Phase::Beginning, Input::Begun) => {
                self.has_begun = true;
                self.is_unknown = false;
                self.send()
            }
            // The journal says that it may have been sent, and reading back may come to another end.
            (Phase::Beginning, Input::NotBegun(problem)) if self.has_begun => {
                Step::Done(Outcome::Unknown { problem, may_be_told: true })
            }
            // Nothing was sent, and where nothing can be written no outcome can either.
            (Phase::Beginning, Input::NotBegun(problem)) => Step::Done(Outcome::Postponed(problem)),
            (Phase::Sending, Input::Confirmed(revision)) => {
                self.end(Outcome::Saved { revision, is_overwritten: false })
            }
            (Phase::Sending, Input::Rejected) if self.source.is_direct && !self.is_uncertain => self.again(),
            (Phase::Sending, Input::FoundOther) if !self.is_uncertain => self.again(),
            (Phase::Sending, Input::Rejected | Input::FoundOther) => self.read_back(),
            // Of what was sent before nobody knows more than before.
            (Phase::Sending, Input::Refused(problem) | Input::NotSent(problem)) if self.is_uncertain => {
                self.lose(problem, true)
            }
            (Phase::Sending, Input::Refused(problem)) => self.end(Outcome::Refused(problem)),
            (Phase::Sending, Input::NotSent(problem)) => self.end(Outcome::Postponed(problem)),
            (Phase::Sending, Input::Lost(problem)) => {
                self.is_uncertain = true;
                self.is_unknown = true;
                self.phase = Phase::Losing;
                Step::Record(Outcome::Unknown { problem, may_be_told: true })
            }
            (Phase::Losing, Input::Recorded | Input::NotRecorded(_)) => self.read_back(),
            (Phase::ReadingBack, Input::Found(now)) => self.judge(now),
            (Phase::ReadingBack, Input::Unreadable(problem)) if self.is_uncertain => {
                Step::Done(Outcome::Unknown { problem, may_be_told: true })
            }
            // The condition was refused, so this request did nothing; only an unseen repetition of it could have.
            (Phase::ReadingBack, Input::Unreadable(problem)) => self.lose(problem, true),
            (Phase::Searching, Input::InHistory(revision)) => {
                self.end(Outcome::Saved { revision: Some(revision), is_overwritten: true })
            }
            (Phase::Searching, Input::NotInHistory) => self.not_in_history(),
            (Phase::Searching, Input::HistoryUntold) => self.untold(),
            (Phase::Searching, Input::Unreadable(problem)) => self.lose(problem, true),
            (Phase::Ending(outcome), Input::Recorded) => Step::Done(outcome),
            (Phase::Ending(outcome), Input::NotRecorded(problem)) => self.not_recorded(outcome, problem),
            // A driver that answers another question than was asked: nothing is known for certain.
            _ => Step::Done(Outcome::Unknown {
                problem: Problem {
                    code: "GEN011".to_owned(),
                    message: "an answer that fits no question; report this as a defect".to_owned(),
                },
                may_be_told: true,
            }),
        }
    }

    fn decide(&mut self, now: Option<Image>) -> Step {
        if self.rounds >= ROUNDS_LIMIT {
            return self.end(Outcome::Conflict { clash: Clash::Changed, theirs: now });
        }
        self.rounds += 1;
        match (self.decide)(now.as_ref()) {
            Ok(Decision::Write(content)) => self.begin(now, Some(content)),
            Ok(Decision::Remove) => self.begin(now, None),
            Ok(Decision::Nothing) => self.end(Outcome::Superseded),
            Ok(Decision::Clash(clash)) => self.end(Outcome::Conflict { clash, theirs: now }),
            Err(problem) => self.end(Outcome::Refused(problem)),
        }
    }

    fn begin(&mut self, before: Option<Image>, after: Option<Content>) -> Step {
        let intent = Arc::new(Intent { before, after, increment: self.increment });
        self.intent = Some(Arc::clone(&intent));
        self.phase = Phase::Beginning;
        Step::Begin(intent)
    }

    fn send(&mut self) -> Step {
        match &self.intent {
            Some(intent) => {
                self.phase = Phase::Sending;
                Step::Send(Arc::clone(intent))
            }
            None => self.again(),
        }
    }

    fn read_back(&mut self) -> Step {
        self.phase = Phase::ReadingBack;
        Step::ReadBack
    }

    /// Someone else was faster, and it was not done: decide on what is there now.
    fn again(&mut self) -> Step {
        self.is_uncertain = false;
        if !self.may_resend {
            return self.refuse();
        }
        self.phase = Phase::Reading;
        Step::Read
    }

    /// It was not done, and nobody waits for it any more.
    fn refuse(&mut self) -> Step {
        let message = "the daemon ended before this was done; nothing was written: make the change again";
        self.end(Outcome::Refused(told(message)))
    }

    /// Compares what is there with what was sent and with what was there before.
    fn judge(&mut self, now: Option<Image>) -> Step {
        let Some(intent) = self.intent.clone() else { return self.again() };
        let is_unchanged = is_unchanged(intent.before.as_ref(), now.as_ref());
        let reads_as_intended = match (&intent.after, &now) {
            (None, None) => true,
            (Some(after), Some(now)) => now.content.reads_as(after),
            _ => false,
        };
        if is_unchanged {
            return self.not_done(&intent);
        }
        if reads_as_intended && intent.increment.is_some() {
            // The same value is not the same change: theirs is there, and ours may be lacking.
            let message = "no answer came, and the entry reads as if this had been added, but someone else may have added as much; look at the game, then settle it";
            return self.lose(told(message), false);
        }
        if reads_as_intended {
            let revision = now.and_then(|now| now.revision);
            return self.end(Outcome::Saved { revision, is_overwritten: false });
        }
        if !self.is_uncertain && is_next(intent.before.as_ref(), now.as_ref()) {
            // It was refused, and the one write since is someone else's.
            return self.again();
        }
        if intent.is_on_a_revision() {
            self.phase = Phase::Searching;
            return Step::SearchHistory(intent);
        }
        self.untold()
    }

    /// Reading back shows what was there before: it was not done so far.
    fn not_done(&mut self, intent: &Arc<Intent>) -> Step {
        if intent.increment.is_some() {
            let message = "no answer came, and the entry reads as before; an increment is never sent twice: look at the game, then settle it";
            return self.lose(told(message), false);
        }
        if !self.may_resend {
            return self.refuse();
        }
        if self.resends == 0 {
            return self.lose(told("no answer came, however often it was sent; check the connection"), true);
        }
        self.resends -= 1;
        // The same condition: if the first one arrives after all, one of the two is rejected.
        self.phase = Phase::Beginning;
        Step::Begin(Arc::clone(intent))
    }

    /// The entry reads as neither, and the revision after the pre-image not as the intent.
    fn not_in_history(&mut self) -> Step {
        if self.source.keeps_every_revision {
            // Someone else wrote on the pre-image, so the condition fails for ours, now and later.
            return self.again();
        }
        self.untold()
    }

    /// The entry reads as neither, and whether it was ours in between nothing tells.
    fn untold(&mut self) -> Step {
        let message = if self.is_uncertain {
            "no answer came, and the entry was changed by someone else since; compare both, then settle it"
        } else {
            "the entry was changed several times while this was sent, and a copy of it may have been done in between; compare both, then settle it"
        };
        self.lose(told(message), false)
    }

    /// The journal says less than is known.
    fn not_recorded(&mut self, outcome: Outcome, problem: Problem) -> Step {
        Step::Done(match outcome {
            // What is done is done; reading back tells the journal too.
            Outcome::Saved { .. } => outcome,
            // Reading back may come to another end, and may send it again.
            _ if self.has_begun => Outcome::Unknown { problem, may_be_told: true },
            _ => Outcome::Postponed(problem),
        })
    }

    fn lose(&mut self, problem: Problem, may_be_told: bool) -> Step {
        self.end(Outcome::Unknown { problem, may_be_told })
    }

    fn end(&mut self, outcome: Outcome) -> Step {
        self.phase = Phase::Ending(outcome.clone());
        Step::Record(outcome)
    }
}

fn told(message: &str) -> Problem {
    Problem { code: "DS007".to_owned(), message: message.to_owned() }
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Attempt").field("phase", &self.phase).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
