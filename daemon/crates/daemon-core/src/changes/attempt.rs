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
mod tests {
    use super::*;
    use crate::metadata::{Attributes, UserIds};
    use crate::value::JsonText;

    const CLOUD: Source = Source { is_direct: false, keeps_every_revision: false };
    const KEEPING: Source = Source { is_direct: false, keeps_every_revision: true };
    const DIRECT: Source = Source { is_direct: true, keeps_every_revision: true };

    fn content(value: &str) -> Content {
        Content {
            value: JsonText::parse(value).unwrap(),
            user_ids: UserIds::default(),
            attributes: Attributes::default(),
        }
    }

    fn revision(number: u32) -> AnyRevision {
        AnyRevision::parse(&format!("08DCAA8702D435AC.{number:010}.08DCAA877D776995.01")).unwrap()
    }

    /// An entry as the `number`th write of its key left it.
    fn found(value: &str, number: u32) -> Input {
        Input::Found(Some(image(value, number)))
    }

    fn image(value: &str, number: u32) -> Image {
        Image { content: content(value), revision: Some(revision(number)) }
    }

    /// An ordered entry.
    fn ordered(value: &str) -> Input {
        Input::Found(Some(Image { content: content(value), revision: None }))
    }

    fn problem() -> Problem {
        Problem { code: "TEST".to_owned(), message: "a problem".to_owned() }
    }

    fn lost() -> Input {
        Input::Lost(problem())
    }

    fn unreadable() -> Input {
        Input::Unreadable(problem())
    }

    /// Makes the entry `9`.
    fn writing(source: Source) -> Attempt<'static> {
        Attempt::new(Box::new(|_| Ok(Decision::Write(content("9")))), source)
    }

    fn removing(source: Source) -> Attempt<'static> {
        Attempt::new(Box::new(|now| Ok(now.map_or(Decision::Nothing, |_| Decision::Remove))), source)
    }

    /// Adds 5 to an ordered entry.
    fn adding(source: Source) -> Attempt<'static> {
        Attempt::incrementing(Box::new(|now| Ok(Decision::Write(content(&sum(now))))), source, 5)
    }

    fn sum(now: Option<&Image>) -> String {
        let value: i64 = now.map_or(0, |now| now.content.value.as_str().parse().unwrap());
        (value + 5).to_string()
    }

    /// The item that made `1`, the first write of its key, into `9`, after a restart.
    fn recovering(source: Source, may_resend: bool) -> Attempt<'static> {
        let intent = Intent { before: Some(image("1", 1)), after: Some(content("9")), increment: None };
        Attempt::recover(Box::new(|_| Ok(Decision::Write(content("9")))), source, intent, may_resend)
    }

    /// What an attempt does, from its start and after each input.
    fn steps(mut attempt: Attempt<'_>, inputs: impl IntoIterator<Item = Input>) -> Vec<String> {
        let mut steps = vec![show(&attempt.start())];
        steps.extend(inputs.into_iter().map(|input| show(&attempt.next(input))));
        steps
    }

    /// The last of them.
    fn last(attempt: Attempt<'_>, inputs: impl IntoIterator<Item = Input>) -> String {
        steps(attempt, inputs).pop().unwrap()
    }

    fn show(step: &Step) -> String {
        match step {
            Step::Read => "read".to_owned(),
            Step::Begin(intent) => format!("begin {}", show_intent(intent)),
            Step::Send(intent) => format!("send {}", show_intent(intent)),
            Step::Record(outcome) => format!("record {}", show_outcome(outcome)),
            Step::ReadBack => "read back".to_owned(),
            Step::SearchHistory(_) => "search".to_owned(),
            Step::Done(outcome) => format!("done {}", show_outcome(outcome)),
        }
    }

    fn show_intent(intent: &Intent) -> String {
        let value =
            |content: Option<&Content>| content.map_or("-", |content| content.value.as_str()).to_owned();
        format!(
            "{}>{}",
            value(intent.before.as_ref().map(|before| &before.content)),
            value(intent.after.as_ref())
        )
    }

    fn show_outcome(outcome: &Outcome) -> String {
        match outcome {
            Outcome::Saved { revision: Some(saved), is_overwritten } => {
                let number = (0..20).find(|number| revision(*number) == *saved).unwrap();
                format!("saved {number}{}", if *is_overwritten { " overwritten" } else { "" })
            }
            Outcome::Saved { revision: None, .. } => "saved".to_owned(),
            Outcome::Conflict { clash, theirs } => {
                let value = theirs.as_ref().map_or("-", |theirs| theirs.content.value.as_str());
                format!("conflict {clash:?} {value}")
            }
            Outcome::Refused(_) => "refused".to_owned(),
            Outcome::Unknown { may_be_told: true, .. } => "unknown for now".to_owned(),
            Outcome::Unknown { may_be_told: false, .. } => "unknown".to_owned(),
            Outcome::Superseded => "superseded".to_owned(),
            Outcome::Postponed(_) => "postponed".to_owned(),
        }
    }

    /// Inputs up to the answer of the first request, on the first write of the key.
    fn answered(answer: Input) -> Vec<Input> {
        vec![found("1", 1), Input::Begun, answer]
    }

    /// The same, when the answer was lost and that is on record.
    fn lost_and(then: impl IntoIterator<Item = Input>) -> Vec<Input> {
        let mut inputs = answered(lost());
        inputs.push(Input::Recorded);
        inputs.extend(then);
        inputs
    }

    #[test]
    fn s_33_a_request_follows_its_durable_intent_and_precedes_its_outcome() {
        let inputs = [found("1", 1), Input::Begun, Input::Confirmed(Some(revision(2))), Input::Recorded];
        let expected = ["read", "begin 1>9", "send 1>9", "record saved 2", "done saved 2"];
        assert_eq!(steps(writing(CLOUD), inputs), expected);
        let inputs = [Input::Found(None), Input::Begun, Input::Confirmed(Some(revision(1))), Input::Recorded];
        let expected = ["read", "begin ->9", "send ->9", "record saved 1", "done saved 1"];
        assert_eq!(steps(writing(CLOUD), inputs), expected);
        let inputs = [found("1", 1), Input::Begun, Input::Confirmed(None), Input::Recorded];
        let expected = ["read", "begin 1>-", "send 1>-", "record saved", "done saved"];
        assert_eq!(steps(removing(CLOUD), inputs), expected);
    }

    #[test]
    fn s_33_nothing_is_sent_when_the_intent_cannot_be_made_durable() {
        let inputs = [found("1", 1), Input::NotBegun(problem())];
        assert_eq!(steps(writing(CLOUD), inputs), ["read", "begin 1>9", "done postponed"]);
    }

    #[test]
    fn what_is_decided_without_a_request_is_recorded_and_not_sent() {
        for (decision, expected) in [
            (Ok(Decision::Nothing), "record superseded"),
            (Ok(Decision::Clash(Clash::Overlap)), "record conflict Overlap 1"),
            (Err(problem()), "record refused"),
        ] {
            let attempt = Attempt::new(Box::new(move |_| decision.clone()), CLOUD);
            assert_eq!(last(attempt, [found("1", 1)]), expected);
        }
        assert_eq!(last(writing(CLOUD), [unreadable()]), "record postponed");
        assert_eq!(last(removing(CLOUD), [Input::Found(None)]), "record superseded");
    }

    #[test]
    fn an_answer_that_proves_that_nothing_was_done_ends_as_it_says() {
        for source in [CLOUD, KEEPING, DIRECT] {
            for attempt in [writing, removing, adding] {
                let refused = answered(Input::Refused(problem()));
                assert_eq!(last(attempt(source), refused), "record refused");
                let not_sent = answered(Input::NotSent(problem()));
                assert_eq!(last(attempt(source), not_sent), "record postponed");
            }
        }
    }

    #[test]
    fn s_32_a_lost_answer_is_recorded_as_unknown_and_read_back_before_anything_else() {
        for attempt in [writing, removing, adding] {
            for source in [CLOUD, KEEPING, DIRECT] {
                let expected = ["record unknown for now", "read back"];
                assert_eq!(steps(attempt(source), lost_and([]))[3..], expected);
                // Reading back is not put off because the journal fails.
                let mut inputs = answered(lost());
                inputs.push(Input::NotRecorded(problem()));
                assert_eq!(steps(attempt(source), inputs)[3..], expected);
            }
        }
        assert_eq!(last(writing(CLOUD), lost_and([unreadable()])), "done unknown for now");
    }

    #[test]
    fn s_32_reading_back_a_lost_write_tells_what_it_can() {
        for (source, now, then, expected) in [
            (CLOUD, found("9", 2), vec![], "record saved 2"),
            // Whoever wrote the same: the entry is as it was to be.
            (CLOUD, found(" 9 ", 7), vec![], "record saved 7"),
            (CLOUD, found("1", 1), vec![], "begin 1>9"),
            // The same content is not the same revision.
            (CLOUD, found("1", 2), vec![], "search"),
            (CLOUD, found("5", 2), vec![], "search"),
            (CLOUD, Input::Found(None), vec![], "search"),
            (CLOUD, found("5", 3), vec![Input::InHistory(revision(2))], "record saved 2 overwritten"),
            (CLOUD, found("5", 3), vec![Input::NotInHistory], "record unknown"),
            (CLOUD, found("5", 3), vec![Input::HistoryUntold], "record unknown"),
            (CLOUD, found("5", 3), vec![unreadable()], "record unknown for now"),
            // The count of writes alone does not outweigh a lost answer.
            (CLOUD, found("5", 2), vec![Input::NotInHistory], "record unknown"),
            (KEEPING, found("5", 3), vec![Input::InHistory(revision(2))], "record saved 2 overwritten"),
            (KEEPING, found("5", 3), vec![Input::NotInHistory], "read"),
            (KEEPING, found("5", 3), vec![Input::HistoryUntold], "record unknown"),
            (DIRECT, found("5", 3), vec![Input::NotInHistory], "read"),
        ] {
            let inputs = lost_and([now.clone()].into_iter().chain(then.clone()));
            assert_eq!(last(writing(source), inputs), expected, "{source:?} {now:?} {then:?}");
        }
    }

    #[test]
    fn s_32_a_lost_creation_has_no_revision_to_search_after() {
        for (now, expected) in [
            (found("9", 1), "record saved 1"),
            (Input::Found(None), "begin ->9"),
            (found("5", 1), "record unknown"),
            (found("5", 3), "record unknown"),
        ] {
            for source in [CLOUD, KEEPING, DIRECT] {
                let inputs = [Input::Found(None), Input::Begun, lost(), Input::Recorded, now.clone()];
                assert_eq!(last(writing(source), inputs), expected, "{now:?}");
            }
        }
    }

    #[test]
    fn s_32_a_lost_removal_is_done_when_the_entry_is_gone_and_unknown_when_it_is_another() {
        for (now, expected) in [
            (Input::Found(None), "record saved"),
            (found("1", 1), "begin 1>-"),
            (found("1", 3), "record unknown"),
            (found("5", 2), "record unknown"),
        ] {
            for source in [CLOUD, KEEPING, DIRECT] {
                assert_eq!(last(removing(source), lost_and([now.clone()])), expected, "{now:?}");
            }
        }
    }

    #[test]
    fn s_32_a_lost_increment_is_never_sent_again_nor_taken_for_done() {
        for (now, expected) in [
            (ordered("1"), "record unknown"),
            // Someone else may have added as much.
            (ordered("6"), "record unknown"),
            (ordered("7"), "record unknown"),
            (Input::Found(None), "record unknown"),
        ] {
            for source in [CLOUD, KEEPING, DIRECT] {
                let inputs = [ordered("1"), Input::Begun, lost(), Input::Recorded, now.clone()];
                assert_eq!(last(adding(source), inputs), expected, "{now:?}");
            }
        }
    }

    #[test]
    fn s_32_a_lost_value_of_an_ordered_entry_is_told_by_the_value_alone() {
        for (now, expected) in
            [(ordered("9"), "record saved"), (ordered("1"), "begin 1>9"), (ordered("5"), "record unknown")]
        {
            let inputs = [ordered("1"), Input::Begun, lost(), Input::Recorded, now];
            assert_eq!(last(writing(CLOUD), inputs), expected);
        }
    }

    #[test]
    fn a_copy_that_is_rejected_because_the_other_one_landed_is_saved() {
        let mut inputs = answered(Input::Rejected);
        inputs.extend([found("9", 2), Input::Recorded]);
        assert_eq!(steps(writing(CLOUD), inputs)[3..], ["read back", "record saved 2", "done saved 2"]);
    }

    #[test]
    fn a_rejected_write_is_decided_anew_only_when_no_copy_of_it_can_have_landed() {
        for (source, then, expected) in [
            // Nothing lies in between that could repeat it.
            (DIRECT, vec![], "read"),
            // The one write since is another one.
            (CLOUD, vec![found("5", 2)], "read"),
            (KEEPING, vec![found("5", 2)], "read"),
            // The first write since may have been ours, and was replaced.
            (CLOUD, vec![found("5", 3), Input::NotInHistory], "record unknown"),
            (CLOUD, vec![found("5", 3), Input::HistoryUntold], "record unknown"),
            (CLOUD, vec![Input::Found(None), Input::NotInHistory], "record unknown"),
            (CLOUD, vec![found("5", 3), Input::InHistory(revision(2))], "record saved 2 overwritten"),
            (KEEPING, vec![found("5", 3), Input::NotInHistory], "read"),
            (CLOUD, vec![unreadable()], "record unknown for now"),
            (CLOUD, vec![found("5", 3), unreadable()], "record unknown for now"),
            (CLOUD, vec![found("1", 1)], "begin 1>9"),
        ] {
            let mut inputs = answered(Input::Rejected);
            inputs.extend(then.clone());
            assert_eq!(last(writing(source), inputs), expected, "{source:?} {then:?}");
        }
    }

    #[test]
    fn a_rejected_creation_is_decided_anew_when_theirs_is_the_first_write_of_the_key() {
        for (now, expected) in [
            (found("5", 1), "read"),
            (found("5", 2), "record unknown"),
            (found("9", 1), "record saved 1"),
            (Input::Found(None), "begin ->9"),
        ] {
            let inputs = [Input::Found(None), Input::Begun, Input::Rejected, now.clone()];
            assert_eq!(last(writing(CLOUD), inputs), expected, "{now:?}");
        }
    }

    #[test]
    fn a_removal_that_found_another_entry_was_not_sent_and_is_decided_anew() {
        assert_eq!(last(removing(CLOUD), answered(Input::FoundOther)), "read");
        // But what was sent before may have been done.
        let inputs = lost_and([found("1", 1), Input::Begun, Input::FoundOther]);
        assert_eq!(last(removing(CLOUD), inputs), "read back");
        // A removal of something that is gone may have been done by a copy of it.
        let mut inputs = answered(Input::Rejected);
        inputs.push(Input::Found(None));
        assert_eq!(last(removing(CLOUD), inputs), "record saved");
    }

    #[test]
    fn what_is_decided_anew_is_sent_on_what_is_there_then() {
        let mut inputs = answered(Input::Rejected);
        inputs.extend([found("5", 2), found("6", 3), Input::Begun, Input::Confirmed(Some(revision(4)))]);
        let expected = ["read back", "read", "begin 6>9", "send 6>9", "record saved 4"];
        assert_eq!(steps(writing(CLOUD), inputs)[3..], expected);
    }

    #[test]
    fn s_32_what_is_sent_again_is_sent_on_the_same_condition() {
        let again = [found("1", 1), Input::Begun];
        let expected = ["begin 1>9", "send 1>9"];
        assert_eq!(steps(writing(CLOUD), lost_and(again.clone()))[5..], expected);
        for (answer, then, expected) in [
            (Input::Confirmed(Some(revision(2))), vec![], "record saved 2"),
            // The first one landed late, and so the second one was rejected.
            (Input::Rejected, vec![found("9", 2)], "record saved 2"),
            (
                Input::Rejected,
                vec![found("5", 3), Input::InHistory(revision(2))],
                "record saved 2 overwritten",
            ),
            // Of the first one nobody knows more than before.
            (Input::Rejected, vec![found("5", 2), Input::NotInHistory], "record unknown"),
            (Input::Refused(problem()), vec![], "record unknown for now"),
            (Input::NotSent(problem()), vec![], "record unknown for now"),
            (lost(), vec![Input::Recorded], "read back"),
        ] {
            let inputs = lost_and(again.clone().into_iter().chain([answer.clone()]).chain(then.clone()));
            assert_eq!(last(writing(CLOUD), inputs), expected, "{answer:?} {then:?}");
        }
        let mut inputs = lost_and(again);
        inputs.push(Input::Rejected);
        assert_eq!(last(writing(DIRECT), inputs), "read back");
    }

    #[test]
    fn s_32_it_is_sent_again_up_to_its_limit_and_not_once_more() {
        let mut attempt = writing(CLOUD);
        attempt.next(found("1", 1));
        let mut sent = 0;
        let end = loop {
            let step = attempt.next(Input::Begun);
            assert_eq!(show(&step), "send 1>9");
            sent += 1;
            attempt.next(lost());
            attempt.next(Input::Recorded);
            let step = attempt.next(found("1", 1));
            if !matches!(step, Step::Begin(_)) {
                break show(&step);
            }
        };
        assert_eq!((sent, end.as_str()), (RESENDS_LIMIT + 1, "record unknown for now"));
    }

    #[test]
    fn it_is_decided_anew_up_to_its_limit_and_then_shows_what_is_there() {
        let mut attempt = writing(DIRECT);
        let (mut rounds, mut number) = (0, 1);
        let end = loop {
            let step = attempt.next(found("1", number));
            if !matches!(step, Step::Begin(_)) {
                break show(&step);
            }
            rounds += 1;
            number += 1;
            attempt.next(Input::Begun);
            assert_eq!(attempt.next(Input::Rejected), Step::Read);
        };
        assert_eq!((rounds, end.as_str()), (ROUNDS_LIMIT, "record conflict Changed 1"));
    }

    #[test]
    fn an_item_found_in_flight_is_read_back_first_and_never_taken_for_certain() {
        assert_eq!(steps(recovering(CLOUD, true), []), ["read back"]);
        for (source, may_resend, then, expected) in [
            (CLOUD, true, vec![found("9", 2)], "record saved 2"),
            (CLOUD, false, vec![found("9", 2)], "record saved 2"),
            (CLOUD, true, vec![found("1", 1)], "begin 1>9"),
            (CLOUD, false, vec![found("1", 1)], "record refused"),
            (CLOUD, true, vec![unreadable()], "done unknown for now"),
            (CLOUD, false, vec![unreadable()], "done unknown for now"),
            (CLOUD, true, vec![found("5", 2), Input::NotInHistory], "record unknown"),
            (CLOUD, false, vec![found("5", 2), Input::NotInHistory], "record unknown"),
            (KEEPING, true, vec![found("5", 2), Input::NotInHistory], "read"),
            // Nobody waits for it any more, so it is not decided anew either.
            (KEEPING, false, vec![found("5", 2), Input::NotInHistory], "record refused"),
            (CLOUD, true, vec![found("1", 1), Input::Begun, Input::Rejected], "read back"),
            (DIRECT, true, vec![found("1", 1), Input::Begun, Input::Rejected], "read back"),
            (
                CLOUD,
                true,
                vec![found("1", 1), Input::Begun, Input::Refused(problem())],
                "record unknown for now",
            ),
        ] {
            let attempt = recovering(source, may_resend);
            assert_eq!(last(attempt, then.clone()), expected, "{source:?} {may_resend} {then:?}");
        }
    }

    #[test]
    fn s_32_an_increment_found_in_flight_is_unknown_whatever_it_reads_as() {
        for may_resend in [true, false] {
            for now in [ordered("1"), ordered("6"), ordered("7"), Input::Found(None)] {
                let before = Some(Image { content: content("1"), revision: None });
                let intent = Intent { before, after: Some(content("6")), increment: Some(5) };
                let decide = Box::new(|now: Option<&Image>| Ok(Decision::Write(content(&sum(now)))));
                let attempt = Attempt::recover(decide, DIRECT, intent, may_resend);
                assert_eq!(last(attempt, [now]), "record unknown");
            }
        }
    }

    #[test]
    fn s_32_what_is_unknown_is_never_put_back_into_the_queue() {
        let not_done = [found("5", 2), Input::NotInHistory];
        for attempt in [
            steps(recovering(KEEPING, true), not_done.clone().into_iter().chain([unreadable()])),
            steps(writing(KEEPING), lost_and(not_done.clone().into_iter().chain([unreadable()]))),
        ] {
            assert_eq!(attempt[attempt.len() - 2..], ["read", "record unknown for now"]);
        }
        // Once its next intent is durable it is on its way again.
        let inputs = not_done.into_iter().chain([found("5", 2), Input::Begun, Input::NotSent(problem())]);
        assert_eq!(last(recovering(KEEPING, true), inputs), "record postponed");
    }

    #[test]
    fn s_33_a_second_intent_that_cannot_be_made_durable_does_not_say_that_nothing_was_sent() {
        let mut inputs = answered(Input::Rejected);
        inputs.extend([found("5", 2), found("5", 2), Input::NotBegun(problem())]);
        assert_eq!(last(writing(CLOUD), inputs), "done unknown for now");
        let inputs = lost_and([found("1", 1), Input::NotBegun(problem())]);
        assert_eq!(last(writing(CLOUD), inputs), "done unknown for now");
        let inputs = [found("1", 1), Input::NotBegun(problem())];
        assert_eq!(last(recovering(CLOUD, true), inputs), "done unknown for now");
    }

    #[test]
    fn s_41_an_outcome_that_cannot_be_recorded_is_told_only_when_reading_back_comes_to_the_same() {
        let not_recorded = || [Input::NotRecorded(problem())];
        for (answer, expected) in [
            (Input::Confirmed(Some(revision(2))), "done saved 2"),
            (Input::Refused(problem()), "done unknown for now"),
            (Input::NotSent(problem()), "done unknown for now"),
        ] {
            let inputs = answered(answer).into_iter().chain(not_recorded());
            assert_eq!(last(writing(CLOUD), inputs), expected);
        }
        // Without an intent it is still queued.
        let inputs = [unreadable()].into_iter().chain(not_recorded());
        assert_eq!(last(writing(CLOUD), inputs), "done postponed");
        let inputs = [Input::Found(None)].into_iter().chain(not_recorded());
        assert_eq!(last(removing(CLOUD), inputs), "done postponed");
    }

    #[test]
    fn an_answer_to_another_question_leaves_the_outcome_unknown() {
        for inputs in [
            vec![Input::Begun],
            vec![found("1", 1), Input::Recorded],
            vec![found("1", 1), Input::Begun, found("1", 1)],
            vec![found("1", 1), Input::Begun, Input::Confirmed(None), Input::Recorded, Input::Recorded],
        ] {
            assert_eq!(last(writing(CLOUD), inputs), "done unknown for now");
        }
    }

    #[test]
    fn every_outcome_is_the_event_that_the_journal_takes() {
        for (outcome, event) in [
            (Outcome::Saved { revision: None, is_overwritten: true }, ItemEvent::Confirm),
            (Outcome::Conflict { clash: Clash::Gone, theirs: None }, ItemEvent::Clash),
            (Outcome::Refused(problem()), ItemEvent::Refuse),
            (Outcome::Unknown { problem: problem(), may_be_told: false }, ItemEvent::Lose),
            (Outcome::Superseded, ItemEvent::Supersede),
            (Outcome::Postponed(problem()), ItemEvent::Postpone),
        ] {
            assert_eq!(outcome.event(), event);
        }
    }
}
