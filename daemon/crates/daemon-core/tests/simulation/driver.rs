//! Leads attempts as the daemon does, one request or transaction at a time, and judges each.

use std::sync::Arc;

use daemon_core::changes::attempt::{Attempt, Decide, Input, Intent, Outcome, Problem, Step};
use daemon_core::changes::content::{Content, Image, is_unchanged};
use daemon_core::changes::history::{Successor, is_next, successor};
use daemon_core::changes::policy::{Choices, Clash, ConflictPolicy, Decision, merge_choosing};
use daemon_core::changes::state::ItemState;
use daemon_core::merge::Side;
use daemon_core::revision::AnyRevision;

use crate::checks::{Asked, Invariant, Item, Sent, Violation, check_intent, was_there};
use crate::contents::{edited, empty, number, whole_number};
use crate::journal::{Begun, Row};
use crate::planted::Planted;
use crate::roblox::ItemIndex;
use crate::world::{World, show_image};

/// For how long after its intent a plain save that was not done is done after all, in seconds.
const SAVE_PATIENCE: u64 = 900;

/// Why an item is led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// It was committed.
    Run,
    /// Somebody saves it and waits for the answer.
    Save,
    /// It may have been sent.
    Check,
}

/// What happens to a task next.
#[derive(Clone, Debug)]
enum Next {
    /// It waits for its turn.
    Turn,
    /// It makes an intent durable.
    Begin(Arc<Intent>),
    /// It removes what it has looked at just before.
    Delete(Arc<Intent>),
    /// It makes an outcome durable.
    Settle(Outcome),
    /// It hears what came of it.
    Hear(Input),
}

/// What was heard of the request that was sent last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Nothing,
    Confirmed,
    Rejected,
    Lost,
}

/// An attempt on its way. Dies with the daemon.
#[expect(clippy::struct_excessive_bools, reason = "each is another fact")]
pub(crate) struct Task {
    item: ItemIndex,
    ticket: u64,
    purpose: Purpose,
    attempt: Option<Attempt<'static>>,
    next: Next,
    /// What was last read, and how many writes the key had seen then.
    read: Option<(Option<Image>, usize)>,
    /// What the revisions told.
    found: Option<Input>,
    heard: Heard,
    /// Whether an answer was lost in this attempt, or in the one before it.
    is_uncertain: bool,
    has_sent: bool,
    is_stale: bool,
    is_blocked: bool,
    /// Whether the latest outcome was stored.
    is_recorded: bool,
}

impl Task {
    /// The item that is led.
    pub(crate) fn item(&self) -> ItemIndex {
        self.item
    }

    /// Whether something was sent whose end is not on record.
    pub(crate) fn is_waiting_for_answer(&self) -> bool {
        self.has_sent && !self.is_recorded
    }
}

impl World {
    /// Whether an item is being led because it was committed or saved.
    pub(crate) fn has_task(&self, item: ItemIndex) -> bool {
        self.tasks.iter().any(|task| task.item == item)
    }

    /// Whether an item is being read back.
    pub(crate) fn has_check(&self, item: ItemIndex) -> bool {
        self.tasks.iter().any(|task| task.item == item && task.purpose == Purpose::Check)
    }

    /// Leads a committed item.
    pub(crate) fn start(&mut self, item: ItemIndex) {
        let Some(row) = self.journal.row(item).cloned() else { return };
        let source = self.profile.source;
        let attempt = match row.increment {
            Some(amount) => Attempt::incrementing(Box::new(move |now| Ok(sum(now, amount))), source, amount),
            None => {
                let policy = self.policy_of(item, row.policy);
                Attempt::new(self.decide(policy, row.base, row.after), source)
            }
        };
        self.enter(item, Purpose::Run, Some(attempt), false);
    }

    /// Leads a plain save.
    pub(crate) fn start_save(&mut self, item: ItemIndex) {
        let source = self.profile.source;
        let refuse = |message: &str| Problem { code: "DS002".to_owned(), message: message.to_owned() };
        let attempt = match self.items[item.0].asked.clone() {
            Asked::Adds(amount) => {
                Attempt::incrementing(Box::new(move |now| Ok(sum(now, amount))), source, amount)
            }
            Asked::Becomes(Some(content)) => {
                Attempt::new(Box::new(move |_| Ok(Decision::Write(content.clone()))), source)
            }
            Asked::Edits(edits) => {
                // Some callers name the revision they looked at.
                let expected =
                    if self.numbers.chance(30) { self.roblox.read(self.items[item.0].key) } else { None };
                let decide = move |now: Option<&Image>| {
                    if expected.is_some() && !is_unchanged(expected.as_ref(), now) {
                        return Err(refuse("the entry was changed"));
                    }
                    Ok(Decision::Write(edited(now.map_or(&empty(), |now| &now.content), &edits)))
                };
                Attempt::new(Box::new(decide), source)
            }
            Asked::Becomes(None) | Asked::Change { .. } => {
                let decide = move |now: Option<&Image>| {
                    now.map(|_| Decision::Remove).ok_or_else(|| refuse("there is no such entry"))
                };
                Attempt::new(Box::new(decide), source)
            }
        };
        self.enter(item, Purpose::Save, Some(attempt), false);
    }

    /// Reads an item back that may have been sent.
    pub(crate) fn start_check(&mut self, item: ItemIndex) {
        self.enter(item, Purpose::Check, None, true);
    }

    fn enter(
        &mut self,
        item: ItemIndex,
        purpose: Purpose,
        attempt: Option<Attempt<'static>>,
        is_uncertain: bool,
    ) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let key = self.items[item.0].key;
        if !self.is_out_of_turn(purpose) {
            let turns = &mut self.turns[key.0];
            if self.fault == Some(Planted::TurnsOutOfOrder) && turns.len() > 1 {
                turns.insert(1, ticket);
            } else {
                turns.push_back(ticket);
            }
        }
        self.tasks.push(Task {
            item,
            ticket,
            purpose,
            attempt,
            next: Next::Turn,
            read: None,
            found: None,
            heard: Heard::Nothing,
            is_uncertain,
            has_sent: false,
            is_stale: false,
            is_blocked: false,
            is_recorded: false,
        });
    }

    fn is_out_of_turn(&self, purpose: Purpose) -> bool {
        self.fault == Some(Planted::RecoversOutOfTurn) && purpose == Purpose::Check
    }

    /// Whether a task has its turn.
    pub(crate) fn may_run(&self, task: &Task) -> bool {
        let key = self.items[task.item.0].key;
        self.is_out_of_turn(task.purpose) || self.turns[key.0].front() == Some(&task.ticket)
    }

    /// Lets one task do one thing.
    pub(crate) fn advance_some_task(&mut self) -> Result<(), Violation> {
        let numbered = self.tasks.iter().enumerate();
        let runnable: Vec<_> =
            numbered.filter(|(_, task)| self.may_run(task)).map(|(index, _)| index).collect();
        let Some(index) = self.numbers.pick(&runnable) else { return Ok(()) };
        let mut task = self.tasks.swap_remove(index);
        // What a planted fault has put off is stored sooner or later.
        if self.numbers.chance(50) {
            self.write_what_was_put_off();
        }
        if self.advance(&mut task)? {
            self.leave(&task);
        } else {
            self.tasks.push(task);
        }
        Ok(())
    }

    fn leave(&mut self, task: &Task) {
        let key = self.items[task.item.0].key;
        self.turns[key.0].retain(|ticket| *ticket != task.ticket);
    }

    /// Does one thing; answers whether the task is over.
    fn advance(&mut self, task: &mut Task) -> Result<bool, Violation> {
        let step = match std::mem::replace(&mut task.next, Next::Turn) {
            Next::Turn => {
                let Some(step) = self.take_turn(task) else { return Ok(true) };
                step
            }
            Next::Hear(input) => match &mut task.attempt {
                Some(attempt) => {
                    let step = attempt.next(input);
                    self.distort(task, step)
                }
                None => return Ok(true),
            },
            Next::Begin(intent) => {
                task.next = Next::Hear(self.begin(task, &intent)?);
                return Ok(false);
            }
            Next::Delete(intent) => {
                task.next = Next::Hear(self.send(task, &intent)?);
                return Ok(false);
            }
            Next::Settle(outcome) => {
                task.next = Next::Hear(self.settle(task, &outcome)?);
                return Ok(task.attempt.is_none());
            }
        };
        self.do_step(task, step)
    }

    /// The first step of a task that has its turn; none when there is nothing to do any more.
    fn take_turn(&mut self, task: &mut Task) -> Option<Step> {
        let item = task.item;
        if task.purpose == Purpose::Run && self.journal.row(item)?.state != ItemState::Queued {
            return None;
        }
        if task.purpose == Purpose::Check {
            let row = self.journal.row(item)?.clone();
            if !matches!(row.state, ItemState::Sending | ItemState::Unknown) {
                return None;
            }
            self.note(|_| format!("item {} is read back", item.0));
            if self.fault == Some(Planted::RecoversAsRefused) {
                let message = "the daemon ended".to_owned();
                return Some(Step::Record(Outcome::Refused(Problem { code: "DS007".to_owned(), message })));
            }
            task.attempt = Some(self.recovered(task, &row));
        }
        task.attempt.as_ref().map(Attempt::start)
    }

    fn recovered(&mut self, task: &mut Task, row: &Row) -> Attempt<'static> {
        let (item, source) = (task.item, self.profile.source);
        task.is_stale = row.is_save && self.now - row.begun_at > SAVE_PATIENCE;
        let may_resend = match self.fault {
            Some(Planted::SendsStaleSaves) => true,
            Some(Planted::RenewsPatience) => !row.is_save || self.now - row.changed_at <= SAVE_PATIENCE,
            _ => !task.is_stale,
        };
        let intent =
            Intent { before: row.before.clone(), after: row.after.clone(), increment: row.increment };
        // From here on it is what its intent says.
        self.rebase(item);
        let decide: Box<Decide<'static>> = match row.increment {
            Some(amount) => Box::new(move |now| Ok(sum(now, amount))),
            None => {
                let policy = self.policy_of(item, row.policy);
                self.decide(policy, row.before.clone(), row.after.clone())
            }
        };
        Attempt::recover(decide, source, intent, may_resend)
    }

    /// What was asked for is now meant on what the latest intent was made on.
    fn rebase(&mut self, item: ItemIndex) {
        let item = &mut self.items[item.0];
        if let (Some(intent), None) = (&item.intent, item.increment()) {
            item.asked = Asked::Change { base: intent.before.clone(), after: intent.after.clone() };
        }
    }

    fn policy_of(&self, item: ItemIndex, policy: ConflictPolicy) -> ConflictPolicy {
        let is_undo = self.items[item.0].undoes.is_some();
        match self.fault {
            Some(Planted::UndoesWithoutCondition) if is_undo => ConflictPolicy::LastWriterWins,
            _ => policy,
        }
    }

    fn decide(
        &self,
        policy: ConflictPolicy,
        base: Option<Image>,
        after: Option<Content>,
    ) -> Box<Decide<'static>> {
        let takes_mine = self.fault == Some(Planted::MergeTakesMine);
        Box::new(move |now: Option<&Image>| {
            let decision = policy.decide(base.as_ref(), after.as_ref(), now);
            if let (true, Decision::Clash(Clash::Overlap), Some(base), Some(after), Some(now)) =
                (takes_mine, &decision, &base, &after, now)
            {
                let choices =
                    Choices { value: &mut |_| Side::Mine, user_ids: Side::Mine, attributes: Side::Mine };
                let merged = merge_choosing(&base.content, &now.content, after, choices);
                return Ok(merged.map_or(decision, Decision::Write));
            }
            Ok(decision)
        })
    }

    fn do_step(&mut self, task: &mut Task, step: Step) -> Result<bool, Violation> {
        let item = task.item;
        task.next = match step {
            Step::Read => Next::Hear(self.read(task, false)),
            Step::ReadBack => Next::Hear(self.read(task, true)),
            Step::Begin(intent) => {
                self.check_begin(task, &intent)?;
                self.note(|_| format!("item {} begins on {}", item.0, show_image(intent.before.as_ref())));
                if self.fault == Some(Planted::SendsBeforeBegin) && self.journal.row(item).is_some() {
                    self.has_begun(task, &intent);
                    self.unwritten.push((item, intent));
                    Next::Hear(Input::Begun)
                } else {
                    Next::Begin(intent)
                }
            }
            Step::Send(intent) => self.look_and_send(task, intent)?,
            Step::SearchHistory(intent) => {
                let found = self.search(item, &intent);
                task.found = Some(found.clone());
                Next::Hear(found)
            }
            Step::Record(outcome) => {
                self.note(|_| format!("item {} ends as {}", item.0, show_outcome(&outcome)));
                self.check_outcome(task, &outcome)?;
                Next::Settle(outcome)
            }
            Step::Done(outcome) => {
                self.end(task, &outcome)?;
                return Ok(true);
            }
        };
        Ok(false)
    }

    fn read(&mut self, task: &mut Task, is_back: bool) -> Input {
        let item = task.item;
        let key = self.items[item.0].key;
        if self.numbers.chance(self.profile.read_faults) {
            self.note(|_| format!("item {}: the entry cannot be read", item.0));
            return Input::Unreadable(problem("an answer that did not come"));
        }
        let image = self.roblox.read(key);
        self.note(|_| format!("item {} reads {}", item.0, show_image(image.as_ref())));
        task.read = Some((image.clone(), self.roblox.writes(key)));
        if !is_back {
            return Input::Found(image);
        }
        self.items[item.0].is_in_doubt = false;
        let intent = self.items[item.0].intent.clone();
        match (self.fault, intent.as_ref().and_then(|intent| intent.after.clone()), &image) {
            (Some(Planted::ReadsBackValueOnly), Some(after), Some(now))
                if after.value == now.content.value =>
            {
                Input::Found(Some(Image { content: after, revision: None }))
            }
            _ => Input::Found(image),
        }
    }

    /// An intent is made on what was read last, or is the same as before.
    fn check_begin(&mut self, task: &Task, intent: &Arc<Intent>) -> Result<(), Violation> {
        let index = task.item;
        let item = &self.items[index.0];
        let is_same = item.intent.as_ref() == Some(intent) && task.has_begun(item);
        if is_same {
            self.figures.resends += 1;
            return Ok(());
        }
        let Some((read, _)) = &task.read else {
            return Err(Violation::of(Invariant::ExactUndo, index, "an intent without a look at the entry"));
        };
        if *read != intent.before {
            return Err(Violation::of(
                Invariant::ExactUndo,
                index,
                "the pre-image is not what was read last",
            ));
        }
        check_intent(index, item, intent)
    }

    /// An intent is durable.
    fn has_begun(&mut self, task: &Task, intent: &Arc<Intent>) {
        let item = &mut self.items[task.item.0];
        if item.intent.as_ref() != Some(intent) {
            self.figures.rounds += u64::from(item.intent.is_some());
            item.intent = Some(Arc::clone(intent));
            item.writes_at_begin = task.read.as_ref().map(|(_, writes)| *writes);
        }
    }

    fn begin(&mut self, task: &mut Task, intent: &Arc<Intent>) -> Result<Input, Violation> {
        let item = task.item;
        if self.journal_fails() {
            self.note(|_| format!("item {}: its intent cannot be stored", item.0));
            return Ok(Input::NotBegun(problem("the journal cannot be written")));
        }
        let save = (task.purpose == Purpose::Save).then(|| save_row(&self.items[item.0]));
        match self.journal.begin(item, intent, save, self.now) {
            Ok(Begun::Begun) => {
                self.has_begun(task, intent);
                task.is_recorded = false;
                Ok(Input::Begun)
            }
            Ok(Begun::Blocked(other)) => {
                self.note(|_| format!("item {} is blocked by item {}", item.0, other.0));
                task.is_blocked = true;
                Ok(Input::NotBegun(problem("an earlier change of this key has no known outcome")))
            }
            // Somebody settled it by hand meanwhile.
            Err(_) if self.items[item.0].is_settled_by_hand => {
                Ok(Input::NotBegun(problem("it was settled by hand")))
            }
            Err(error) => Err(Violation::of(Invariant::States, item, error)),
        }
    }

    fn write_what_was_put_off(&mut self) {
        for (item, intent) in std::mem::take(&mut self.unwritten) {
            // The planted fault does not look what came of it.
            let _ = self.journal.begin(item, &intent, None, self.now);
        }
    }

    /// Sends, after a look where the source takes no condition.
    fn look_and_send(&mut self, task: &mut Task, intent: Arc<Intent>) -> Result<Next, Violation> {
        let item = task.item;
        let key = self.items[item.0].key;
        if self.fault == Some(Planted::SavedBeforeSent) {
            let outcome = Outcome::Saved { revision: None, is_overwritten: false };
            self.check_outcome(task, &outcome)?;
        }
        let looks_first = intent.after.is_none() && !self.profile.source.is_direct;
        if !looks_first {
            return Ok(Next::Hear(self.send(task, &intent)?));
        }
        if self.numbers.chance(self.profile.read_faults) {
            return Ok(Next::Hear(Input::NotSent(problem("an answer that did not come"))));
        }
        let now = self.roblox.read(key);
        if now.is_none() && self.roblox.is_ordered(key) {
            return Ok(Next::Hear(Input::Rejected));
        }
        let revision = |image: &Option<Image>| image.as_ref().and_then(|image| image.revision.clone());
        if revision(&now) != revision(&intent.before) {
            self.note(|_| format!("item {}: there is {}", item.0, show_image(now.as_ref())));
            return Ok(Next::Hear(Input::FoundOther));
        }
        Ok(Next::Delete(intent))
    }

    fn send(&mut self, task: &mut Task, intent: &Arc<Intent>) -> Result<Input, Violation> {
        let item = task.item;
        self.check_send(task, intent)?;
        task.has_sent = true;
        task.is_recorded = false;
        let mut input = self.transmit(item, intent)?;
        task.heard = match &input {
            Input::Confirmed(_) => Heard::Confirmed,
            Input::Rejected => Heard::Rejected,
            Input::Lost(_) => Heard::Lost,
            _ => Heard::Nothing,
        };
        task.is_uncertain |= task.heard == Heard::Lost;
        let is_increment = intent.increment.is_some();
        let sends_again = match self.fault {
            Some(Planted::ResendsWithoutReadingBack) => !is_increment,
            Some(Planted::RepeatsIncrements) => is_increment,
            _ => false,
        };
        if sends_again && task.heard == Heard::Lost {
            self.check_send(task, intent)?;
            input = self.transmit(item, intent)?;
        }
        Ok(match (self.fault, input) {
            (Some(Planted::SavedOnLost), Input::Lost(_))
            | (Some(Planted::SavedOnRejected), Input::Rejected) => Input::Confirmed(None),
            (Some(Planted::RejectedOnLost), Input::Lost(_)) => Input::Rejected,
            (Some(Planted::PostponedOnLost), Input::Lost(problem)) => Input::NotSent(problem),
            (_, input) => input,
        })
    }

    /// What must hold whenever a request leaves.
    fn check_send(&self, task: &Task, intent: &Arc<Intent>) -> Result<(), Violation> {
        let index = task.item;
        let item = &self.items[index.0];
        let broken = |invariant, message: String| Err(Violation::of(invariant, index, message));
        let may_have_been_done = |sent: &Sent| !sent.is_refused;
        if intent.increment.is_some() && item.sent.iter().any(may_have_been_done) {
            return broken(Invariant::NoDouble, "an increment is sent again".to_owned());
        }
        if item.is_in_doubt {
            return broken(Invariant::ReadBackFirst, "is sent again and was not read back".to_owned());
        }
        if task.is_stale {
            return broken(Invariant::Patience, "is sent and nobody waits for it any more".to_owned());
        }
        let key = item.key;
        let row = self.journal.row(index).filter(|row| row.state == ItemState::Sending);
        let Some(row) = row else {
            return broken(Invariant::AttemptFirst, "is sent and its intent is not durable".to_owned());
        };
        if row.before != intent.before {
            return broken(Invariant::ExactUndo, "is sent and its pre-image is not durable".to_owned());
        }
        if row.after != intent.after || row.attempts <= item.sent.len() {
            return broken(
                Invariant::AttemptFirst,
                "is sent without a durable attempt of its own".to_owned(),
            );
        }
        if let Some(other) = self.journal.blocking(key, index) {
            return broken(Invariant::KeyOrder, format!("is sent while item {} is on its way", other.0));
        }
        let earlier = self.tasks.iter().find(|other| {
            self.items[other.item.0].key == key && other.ticket < task.ticket && other.item != index
        });
        if let Some(earlier) = earlier {
            return broken(Invariant::KeyOrder, format!("is sent before item {}", earlier.item.0));
        }
        let twin = self.tasks.iter().find(|other| other.item == index && other.ticket < task.ticket);
        if twin.is_some() {
            return broken(Invariant::KeyOrder, "is sent by two at once".to_owned());
        }
        Ok(())
    }

    fn search(&mut self, item: ItemIndex, intent: &Intent) -> Input {
        let key = self.items[item.0].key;
        if self.numbers.chance(self.profile.read_faults) {
            return Input::Unreadable(problem("an answer that did not come"));
        }
        let (Some(after), Some(before)) =
            (&intent.after, intent.before.as_ref().and_then(|before| before.revision.as_ref()))
        else {
            return Input::HistoryUntold;
        };
        let limit = 2 + self.numbers.below(20);
        let (listed, is_all) = self.roblox.list(key, limit);
        let reads_so = |revision: &AnyRevision| {
            self.roblox.revision(key, revision).is_some_and(|past| past.reads_as(after))
        };
        if self.fault == Some(Planted::SearchesPastPreImage) {
            let mut newer = listed.iter().take_while(|listed| listed.revision != *before);
            return match newer.find(|listed| reads_so(&listed.revision)) {
                Some(listed) => Input::InHistory(listed.revision.clone()),
                None if is_all => Input::NotInHistory,
                None => Input::HistoryUntold,
            };
        }
        let is_all = is_all || self.fault == Some(Planted::TakesPageForAll);
        let found = match successor(before, &listed, is_all) {
            Successor::Found(revision) if reads_so(revision) => Input::InHistory(revision.clone()),
            Successor::Found(_) | Successor::None => Input::NotInHistory,
            Successor::Untold => Input::HistoryUntold,
        };
        self.note(|_| format!("item {} looks into the history: {found:?}", item.0));
        found
    }

    /// What must hold of an outcome.
    fn check_outcome(&mut self, task: &Task, outcome: &Outcome) -> Result<(), Violation> {
        let index = task.item;
        let item = &self.items[index.0];
        let broken = |invariant, message: &str| Err(Violation::of(invariant, index, message));
        match outcome {
            Outcome::Saved { .. } => {
                let after = item.intent.as_ref().and_then(|intent| intent.after.as_ref());
                let is_read_back = task.read.as_ref().is_some_and(|(read, _)| match (read, after) {
                    (Some(read), Some(after)) => read.content.reads_as(after),
                    (None, None) => true,
                    _ => false,
                });
                let is_found = matches!(task.found, Some(Input::InHistory(_)));
                if task.heard != Heard::Confirmed && !is_read_back && !is_found {
                    return broken(Invariant::States, "is saved without confirmation or reading back");
                }
                let is_proved = match item.increment() {
                    Some(_) => item.landings > 0,
                    None => item.landings > 0 || was_there(&self.roblox, item, after),
                };
                if !is_proved {
                    return broken(Invariant::Once, "is saved and was never done");
                }
            }
            Outcome::Unknown { may_be_told: true, .. } => {}
            Outcome::Unknown { may_be_told: false, .. } => {
                if let Some(reason) = self.told_after_all(task) {
                    return broken(Invariant::Settles, reason);
                }
                self.figures.unknown += 1;
            }
            Outcome::Conflict { .. } | Outcome::Refused(_) | Outcome::Superseded | Outcome::Postponed(_) => {
                if item.is_in_doubt {
                    return broken(Invariant::ReadBackFirst, "ends as not done and was not read back");
                }
                if item.landings > item.late_landings {
                    if !self.reads_as_taken_back(task) {
                        return broken(Invariant::Once, "ends as not done and was done");
                    }
                    self.figures.taken_back += 1;
                    let item = &mut self.items[index.0];
                    item.late_landings = item.landings;
                }
            }
        }
        Ok(())
    }

    /// Whether an entry without a revision reads as before, although it was changed: somebody else took that back.
    fn reads_as_taken_back(&self, task: &Task) -> bool {
        let Some(intent) = &self.items[task.item.0].intent else { return false };
        let has_revision = intent.before.as_ref().is_some_and(|before| before.revision.is_some());
        let read = task.read.as_ref().is_some_and(|(read, _)| *read == intent.before);
        task.heard != Heard::Confirmed && intent.increment.is_none() && !has_revision && read
    }

    /// How one could tell what came of an item that ends as unknown; none when nobody can.
    fn told_after_all(&self, task: &Task) -> Option<&'static str> {
        let item = &self.items[task.item.0];
        let intent = item.intent.as_ref()?;
        if intent.increment.is_some() {
            return None;
        }
        let (read, writes) = task.read.as_ref()?;
        if is_unchanged(intent.before.as_ref(), read.as_ref()) {
            return Some("is unknown and reads as before");
        }
        let reads_as_intended = match (read, &intent.after) {
            (Some(read), Some(after)) => read.content.reads_as(after),
            (None, None) => true,
            _ => false,
        };
        if reads_as_intended {
            return Some("is unknown and reads as intended");
        }
        let is_conditional = intent.after.is_some() && !self.roblox.is_ordered(item.key);
        if !is_conditional {
            return None;
        }
        let is_told = matches!(task.found, Some(Input::NotInHistory));
        if intent.before.is_some() && self.profile.source.keeps_every_revision && is_told {
            return Some("is unknown, and no revision is lacking");
        }
        let sent = item.sent.last()?;
        let is_one_write = *writes == sent.writes + 1;
        if !task.is_uncertain && is_one_write && is_next(intent.before.as_ref(), read.as_ref()) {
            return Some("is unknown, was refused, and the only write since is another one");
        }
        None
    }

    fn settle(&mut self, task: &mut Task, outcome: &Outcome) -> Result<Input, Violation> {
        let item = task.item;
        let is_begun = self.journal.row(item).is_some();
        if task.purpose == Purpose::Save && !is_begun {
            return Ok(Input::Recorded);
        }
        if self.journal_fails() {
            self.note(|_| format!("item {}: its outcome cannot be stored", item.0));
            return Ok(Input::NotRecorded(problem("the journal cannot be written")));
        }
        let outcome = match (task.purpose, outcome) {
            // Whoever saves waits for the answer and is told; it is not sent later.
            (Purpose::Save, Outcome::Postponed(problem)) => Outcome::Refused(problem.clone()),
            (_, outcome) => outcome.clone(),
        };
        match self.journal.settle(item, &outcome, self.now) {
            Ok(()) => {
                task.is_recorded = true;
                if matches!(outcome, Outcome::Postponed(_) | Outcome::Conflict { .. }) {
                    self.rebase(item);
                    self.items[item.0].intent = None;
                }
                Ok(Input::Recorded)
            }
            // Somebody settled it by hand meanwhile.
            Err(_) if self.items[item.0].is_settled_by_hand => {
                Ok(Input::NotRecorded(problem("it was settled by hand")))
            }
            Err(error) => Err(Violation::of(Invariant::States, item, error)),
        }
    }

    /// The attempt is over, and whoever waits for it is told.
    fn end(&mut self, task: &Task, outcome: &Outcome) -> Result<(), Violation> {
        let item = task.item;
        self.note(|_| format!("item {} is done with: {}", item.0, show_outcome(outcome)));
        let state = self.journal.row(item).map(|row| row.state);
        if task.is_recorded && state == Some(ItemState::Sending) {
            let message = "its outcome was stored, and the journal does not have it";
            return Err(Violation::of(Invariant::AttemptFirst, item, message));
        }
        let is_not_done = matches!(
            outcome,
            Outcome::Conflict { .. } | Outcome::Refused(_) | Outcome::Superseded | Outcome::Postponed(_)
        );
        match task.purpose {
            Purpose::Save => {
                self.items[item.0].is_told_not_done = is_not_done;
                self.items[item.0].is_acknowledged |= matches!(outcome, Outcome::Saved { .. });
            }
            Purpose::Run if task.is_blocked && matches!(outcome, Outcome::Postponed(_)) => {
                if !self.journal_fails() {
                    let outcome = Outcome::Refused(problem("an earlier change has no known outcome"));
                    self.journal
                        .settle(item, &outcome, self.now)
                        .map_err(|error| Violation::of(Invariant::States, item, error))?;
                }
            }
            Purpose::Run | Purpose::Check => {}
        }
        Ok(())
    }

    /// What a planted fault makes of a step.
    fn distort(&self, task: &Task, step: Step) -> Step {
        let item = &self.items[task.item.0];
        match (self.fault, step) {
            (
                Some(Planted::SumProvesIncrement),
                Step::Record(Outcome::Unknown { may_be_told: false, .. }),
            ) if item.increment().is_some() && self.reads_as_sum(task) => {
                Step::Record(Outcome::Saved { revision: None, is_overwritten: false })
            }
            (_, step) => step,
        }
    }

    fn reads_as_sum(&self, task: &Task) -> bool {
        let after = self.items[task.item.0].intent.as_ref().and_then(|intent| intent.after.clone());
        task.read.as_ref().is_some_and(|(read, _)| read.as_ref().map(|read| &read.content) == after.as_ref())
    }
}

impl Task {
    /// Whether the item's intent was made durable before, so that it is sent again.
    fn has_begun(&self, item: &Item) -> bool {
        self.has_sent || self.purpose == Purpose::Check && !item.sent.is_empty() || self.is_uncertain
    }
}

/// What an increment makes of an ordered entry.
fn sum(now: Option<&Image>, amount: i64) -> Decision {
    Decision::Write(number(now.map_or(0, |now| whole_number(&now.content)) + amount))
}

/// The row of a plain save, before its intent fills it.
fn save_row(item: &Item) -> Row {
    Row {
        key: item.key,
        policy: item.policy,
        is_save: true,
        state: ItemState::Queued,
        may_be_told: false,
        base: None,
        after: None,
        increment: item.increment(),
        before: None,
        revision: None,
        changed_at: 0,
        begun_at: 0,
        attempts: 0,
    }
}

fn problem(message: &str) -> Problem {
    Problem { code: "GEN011".to_owned(), message: message.to_owned() }
}

fn show_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Conflict { clash, .. } => format!("conflict {clash:?}"),
        Outcome::Saved { revision, is_overwritten } => {
            let revision = revision.as_ref().map_or(String::new(), ToString::to_string);
            format!("saved {revision} overwritten: {is_overwritten}")
        }
        Outcome::Refused(problem) => format!("refused: {}", problem.message),
        Outcome::Unknown { problem, may_be_told } => {
            format!("unknown, may be told: {may_be_told}: {}", problem.message)
        }
        Outcome::Superseded => "superseded".to_owned(),
        Outcome::Postponed(problem) => format!("postponed: {}", problem.message),
    }
}
