//! The way to Roblox: requests arrive, arrive twice, late or not at all, and their answers are lost.
//!
//! Nothing lives on the way for longer than [`LONGEST_WAY`]. A network that repeats an increment defeats every client, so this
//! one repeats everything else.

use std::sync::Arc;

use daemon_core::changes::attempt::{Input, Intent, Problem};
use daemon_core::changes::content::{Content, Image};
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::revision::AnyRevision;

use crate::checks::{Invariant, Sent, Violation};
use crate::contents::{reformatted, whole_number};
use crate::planted::Planted;
use crate::roblox::{Entry, Expected, ItemIndex, KeyIndex, Rejected, Writer};
use crate::world::{World, show, show_image};

/// How long a request may be on its way, in seconds.
pub(crate) const LONGEST_WAY: u64 = 600;

/// What a request is to do.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Write an entry.
    Write(Content, Option<Expected>),
    /// Remove an entry.
    Remove(Option<Expected>),
    /// Give an ordered entry a value; none removes it.
    Set(Option<i64>),
    /// Add to an ordered entry.
    Add(i64),
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// For which item.
    pub(crate) item: ItemIndex,
    /// What it is to do.
    pub(crate) change: Change,
    /// What was known when it left.
    pub(crate) intent: Arc<Intent>,
    /// How many writes the key had seen then.
    writes: usize,
}

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    /// The request.
    pub(crate) request: Request,
    /// When it arrives at the latest.
    pub(crate) due: u64,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered,
    LostBefore,
    LostAfter,
    CutReply,
    FailedAfter,
    FailedBefore,
    Late,
    Twice,
    TwiceAnsweredOnce,
    OnceMoreLater,
    Refused,
    Throttled,
    NotSent,
}

impl World {
    /// Sends a request and waits for its answer, which may not come.
    pub(crate) fn transmit(&mut self, item: ItemIndex, intent: &Arc<Intent>) -> Result<Input, Violation> {
        let key = self.items[item.0].key;
        let writes = self.roblox.writes(key);
        let change = self.change(intent, key, item);
        let request = Request { item, change, intent: Arc::clone(intent), writes };
        let fate = self.fate(&request.change);
        let is_refused = matches!(fate, Fate::Refused | Fate::Throttled | Fate::NotSent);
        self.figures.requests += 1;
        self.items[item.0].sent.push(Sent { writes, is_refused });
        self.note(|_| format!("item {} sends {}: {fate:?}", item.0, show_change(&request.change)));
        let problem = |code: &str| Problem { code: code.to_owned(), message: format!("{fate:?}") };
        let lost = Ok(Input::Lost(problem("DS007")));
        let answer = match fate {
            Fate::Answered => self.land(&request),
            Fate::LostBefore | Fate::FailedBefore => lost,
            Fate::LostAfter | Fate::CutReply | Fate::FailedAfter => {
                self.land(&request)?;
                lost
            }
            Fate::Late => {
                self.send_late(request);
                lost
            }
            Fate::Twice | Fate::TwiceAnsweredOnce => {
                let first = self.land(&request)?;
                while self.numbers.chance(30) {
                    self.game_writes(key);
                }
                let second = self.land(&request)?;
                self.figures.duplicated += 1;
                Ok(if fate == Fate::Twice { second } else { first })
            }
            Fate::OnceMoreLater => {
                let first = self.land(&request)?;
                self.figures.duplicated += 1;
                self.send_late(request);
                Ok(first)
            }
            Fate::Refused => Ok(Input::Refused(problem("DS010"))),
            Fate::Throttled | Fate::NotSent => Ok(Input::NotSent(problem("GEN006"))),
        }?;
        if matches!(answer, Input::Lost(_)) {
            self.figures.lost += 1;
            self.items[item.0].is_in_doubt = true;
        }
        self.figures.refused += u64::from(is_refused);
        Ok(answer)
    }

    /// What an intent asks of the source, as it is sent.
    fn change(&self, intent: &Intent, key: KeyIndex, item: ItemIndex) -> Change {
        if let Some(amount) = intent.increment {
            return Change::Add(amount);
        }
        if self.roblox.is_ordered(key) {
            return Change::Set(intent.after.as_ref().map(whole_number));
        }
        let revision = intent.before.as_ref().and_then(|before| before.revision.clone());
        let expected = match (revision, self.fault) {
            (Some(_), Some(Planted::DropsCondition)) | (None, Some(Planted::CreatesOverExisting)) => None,
            (Some(revision), _) => Some(Expected::Revision(revision)),
            (None, _) => Some(Expected::Absent),
        };
        let Some(after) = &intent.after else {
            return Change::Remove(expected.filter(|_| self.profile.source.is_direct));
        };
        let mut content = after.clone();
        match self.fault {
            Some(Planted::DropsUsers) => content.user_ids = UserIds::default(),
            Some(Planted::DropsAttributes) => {
                content.attributes = Attributes::default();
            }
            Some(Planted::ReformatsValues) if self.items[item.0].undoes.is_none() => {
                content = reformatted(&content);
            }
            _ => {}
        }
        Change::Write(content, expected)
    }

    fn fate(&mut self, change: &Change) -> Fate {
        if !self.numbers.chance(self.profile.storm) {
            return Fate::Answered;
        }
        let direct = [Fate::LostBefore, Fate::LostAfter, Fate::Refused, Fate::NotSent];
        let distant = [
            Fate::LostBefore,
            Fate::LostAfter,
            Fate::CutReply,
            Fate::FailedBefore,
            Fate::FailedAfter,
            Fate::Late,
            Fate::Late,
            Fate::Refused,
            Fate::Throttled,
            Fate::NotSent,
            Fate::Twice,
            Fate::Twice,
            Fate::TwiceAnsweredOnce,
            Fate::OnceMoreLater,
        ];
        let fates = match (self.profile.source.is_direct, change) {
            (true, _) => &direct[..],
            (false, Change::Add(_)) => &distant[..10],
            (false, _) => &distant[..],
        };
        fates[self.numbers.below(fates.len())]
    }

    fn send_late(&mut self, request: Request) {
        self.figures.delayed += 1;
        let due = self.now + 1 + self.numbers.seconds(LONGEST_WAY - 1);
        self.copies.push(Copy { request, due });
    }

    /// One of the late requests arrives.
    pub(crate) fn arrive(&mut self, copy: usize) -> Result<(), Violation> {
        let Copy { request, .. } = self.copies.remove(copy);
        self.note(|_| format!("item {}: a late copy arrives", request.item.0));
        self.land(&request).map(drop)
    }

    /// A request is carried out, or refused because the entry is not what it expects.
    fn land(&mut self, request: &Request) -> Result<Input, Violation> {
        let Request { item, change, intent, .. } = request;
        let key = self.items[item.0].key;
        let before = self.roblox.read(key);
        let (writer, now) = (Writer::Ours(*item), self.now);
        let numbers = &mut self.numbers;
        let landed: Result<Option<AnyRevision>, Rejected> = match change {
            Change::Write(content, expected) => {
                self.roblox.write(numbers, now, key, content.clone(), expected.as_ref(), writer).map(Some)
            }
            Change::Remove(expected) => {
                self.roblox.remove(numbers, now, key, expected.as_ref(), writer).map(Some)
            }
            Change::Set(None) if before.is_none() => Err(Rejected),
            Change::Set(value) => {
                self.roblox.set(key, *value, writer);
                Ok(None)
            }
            Change::Add(amount) => {
                let value = self.roblox.value(key).unwrap_or(0) + amount;
                self.roblox.set(key, Some(value), writer);
                Ok(None)
            }
        };
        let Ok(revision) = landed else {
            self.note(|_| format!("item {}: rejected, there is {}", item.0, show_image(before.as_ref())));
            return Ok(Input::Rejected);
        };
        self.note(|_| format!("item {}: done over {}", item.0, show_image(before.as_ref())));
        let broken = |invariant, message: &str| Err(Violation::of(invariant, *item, message));
        if let Change::Write(content, _) = change
            && Some(content) != intent.after.as_ref()
        {
            let after = intent.after.as_ref().map_or_else(String::new, show);
            return broken(Invariant::Untouched, &format!("sent {}, not {after}", show(content)));
        }
        let is_guarded = match change {
            Change::Write(..) => true,
            Change::Remove(_) => self.profile.source.is_direct,
            Change::Set(_) | Change::Add(_) => false,
        };
        let revision_of = |image: Option<&Image>| image.map(|image| image.revision.clone());
        let is_seen = if self.roblox.is_ordered(key) {
            before == intent.before
        } else {
            revision_of(before.as_ref()) == revision_of(intent.before.as_ref())
        };
        if !is_seen && is_guarded {
            let there = show_image(before.as_ref());
            let seen = show_image(intent.before.as_ref());
            return broken(Invariant::NothingUnseen, &format!("overwrote {there}, having seen {seen}"));
        }
        self.figures.unguarded += u64::from(!is_seen);
        // Once an absent entry came and went, a condition on its absence holds again.
        let came_and_went = intent.before.is_none()
            && matches!(change, Change::Write(..))
            && self.came_and_went(key, request.writes);
        let is_repeated = self.items[item.0].landings > self.items[item.0].late_landings;
        if is_repeated {
            match change {
                Change::Add(_) => return broken(Invariant::NoDouble, "an increment was done twice"),
                Change::Write(..) if !self.was_removed_since_ours(key, *item) => {
                    return broken(Invariant::Once, "was done twice");
                }
                _ => {}
            }
        }
        let counted = &mut self.items[item.0];
        counted.landings += 1;
        if came_and_went || (is_repeated && is_guarded) {
            counted.late_landings += 1;
            self.figures.late_creations += 1;
        }
        Ok(Input::Confirmed(revision.filter(|_| !self.numbers.chance(10))))
    }

    /// Whether the key was written since it had seen that many writes.
    fn came_and_went(&self, key: KeyIndex, writes: usize) -> bool {
        self.roblox.writes(key) > writes + 1
    }

    /// Whether the entry was removed after the item had been done.
    fn was_removed_since_ours(&self, key: KeyIndex, item: ItemIndex) -> bool {
        let Entry::Standard(versions) = self.roblox.entry(key) else { return false };
        // The newest version is what was done just now.
        let earlier = versions.len().saturating_sub(1);
        let ours = versions.iter().take(earlier).position(|version| version.writer == Writer::Ours(item));
        ours.is_some_and(|ours| {
            versions.iter().take(earlier).skip(ours).any(|version| version.content.is_none())
        })
    }
}

fn show_change(change: &Change) -> String {
    match change {
        Change::Write(content, expected) => format!("{} on {expected:?}", show(content)),
        Change::Remove(expected) => format!("a removal on {expected:?}"),
        Change::Set(value) => format!("the value {value:?}"),
        Change::Add(amount) => format!("an increment by {amount}"),
    }
}
