//! A world of one seed: a game, a network, a journal, people, and a daemon that may be killed at any moment.
//!
//! One thing happens at a time, and which one the seed decides. So whatever can happen between two steps of an attempt does in
//! some seed, and the same seed always gives the same run.

use std::collections::VecDeque;
use std::sync::Arc;

use daemon_core::changes::attempt::{Intent, Source};
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::policy::ConflictPolicy;
use daemon_core::changes::state::ItemState;

use crate::checks::{Asked, Invariant, Item, Violation};
use crate::contents::{edited, number, some_content, some_edits, whole_number};
use crate::driver::Task;
use crate::figures::Figures;
use crate::journal::{Journal, Row};
use crate::network::Copy;
use crate::numbers::Numbers;
use crate::planted::Planted;
use crate::roblox::{Form, ItemIndex, KeyIndex, Roblox, Writer};

/// How long the queue may take to drain once faults stopped, in rounds of everything that waits.
const ROUNDS: usize = 10;

/// What a seed's world is like.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// What its source promises.
    pub(crate) source: Source,
    /// What its revisions look like.
    form: Form,
    /// Of each key whether its store is ordered.
    is_ordered: Vec<bool>,
    /// How many of a hundred changes meet a fault.
    pub(crate) storm: usize,
    /// How many of a hundred reads do.
    pub(crate) read_faults: usize,
    /// How many of a hundred transactions do.
    pub(crate) journal_faults: usize,
    crash_weight: usize,
    game_weight: usize,
    people_weight: usize,
    events: usize,
}

/// Everything there is.
pub(crate) struct World {
    pub(crate) numbers: Numbers,
    pub(crate) profile: Profile,
    pub(crate) fault: Option<Planted>,
    pub(crate) roblox: Roblox,
    pub(crate) journal: Journal,
    pub(crate) items: Vec<Item>,
    /// Requests that are still on their way.
    pub(crate) copies: Vec<Copy>,
    /// What is being done. Dies with the daemon.
    pub(crate) tasks: Vec<Task>,
    /// Of each key who has its turn and who waits. Dies with the daemon.
    pub(crate) turns: Vec<VecDeque<u64>>,
    /// Commits that are not durable yet. They die with the daemon.
    pub(crate) committing: Vec<Vec<(ItemIndex, Row)>>,
    /// Intents that a planted fault has not stored yet.
    pub(crate) unwritten: Vec<(ItemIndex, Arc<Intent>)>,
    /// The time in seconds.
    pub(crate) now: u64,
    pub(crate) next_ticket: u64,
    pub(crate) figures: Figures,
    /// Contents the game holds, and may write at any time.
    held: Vec<(KeyIndex, Content)>,
    trace: Option<Vec<String>>,
}

/// Something that can happen next.
#[derive(Clone, Copy)]
enum Event {
    Task,
    Commit,
    Start,
    ReadBack,
    Game,
    Arrival,
    Clock,
    People,
    Crash,
}

/// Runs the world of a seed to its end.
pub(crate) fn run(seed: u64, fault: Option<Planted>) -> Result<Figures, Violation> {
    let mut world = World::new(seed, fault, false);
    world.run()?;
    Ok(world.figures)
}

/// Runs it again and writes down what happens.
pub(crate) fn trace(seed: u64, fault: Option<Planted>) -> String {
    let mut world = World::new(seed, fault, true);
    let end = world.run();
    let mut lines = world.trace.take().unwrap_or_default();
    lines.push(match end {
        Ok(()) => "every invariant holds".to_owned(),
        Err(violation) => format!("BROKEN {violation}"),
    });
    lines.join("\n")
}

impl Profile {
    fn of(numbers: &mut Numbers) -> Self {
        let source = match numbers.below(10) {
            0..7 => Source { is_direct: false, keeps_every_revision: false },
            7 => Source { is_direct: false, keeps_every_revision: true },
            _ => Source { is_direct: true, keeps_every_revision: true },
        };
        let form = match numbers.below(10) {
            0..6 => Form::Decimal,
            6..8 => Form::Hexadecimal,
            _ => Form::Opaque,
        };
        let keys = 1 + numbers.below(3);
        let mut pick = |choices: &[usize]| choices[numbers.below(choices.len())];
        Self {
            source,
            form,
            storm: pick(&[0, 10, 30, 60]),
            read_faults: pick(&[0, 5, 20]),
            journal_faults: pick(&[0, 0, 5, 15]),
            crash_weight: pick(&[0, 0, 0, 1]),
            game_weight: pick(&[0, 1, 3, 6]),
            people_weight: pick(&[2, 3]),
            events: pick(&[80, 120, 200]),
            is_ordered: (0..keys).map(|_| pick(&[0, 0, 0, 1]) == 1).collect(),
        }
    }
}

impl World {
    fn new(seed: u64, fault: Option<Planted>, is_traced: bool) -> Self {
        let mut numbers = Numbers::new(seed);
        let profile = Profile::of(&mut numbers);
        let keys = profile.is_ordered.len();
        let mut world = Self {
            roblox: Roblox::new(profile.source, profile.form, &profile.is_ordered),
            journal: Journal::new(fault),
            items: Vec::new(),
            copies: Vec::new(),
            tasks: Vec::new(),
            turns: vec![VecDeque::new(); keys],
            committing: Vec::new(),
            unwritten: Vec::new(),
            now: 1_000_000 + numbers.seconds(3_600),
            next_ticket: 0,
            figures: Figures { seeds: 1, ..Figures::default() },
            held: Vec::new(),
            trace: is_traced.then(Vec::new),
            numbers,
            profile,
            fault,
        };
        world.note(|world| format!("seed {seed}: {:?}", world.profile));
        for key in (0..keys).map(KeyIndex) {
            for _ in 0..world.numbers.below(3) {
                world.game_writes(key);
            }
            world.now += world.numbers.seconds(5_000);
        }
        world
    }

    /// Writes down what happens, where somebody wants to read it.
    pub(crate) fn note(&mut self, line: impl FnOnce(&Self) -> String) {
        if let Some(mut trace) = self.trace.take() {
            trace.push(format!("{:>8} {}", self.now, line(self)));
            self.trace = Some(trace);
        }
    }

    fn run(&mut self) -> Result<(), Violation> {
        for _ in 0..self.profile.events {
            self.happen()?;
        }
        self.note(|_| "faults stop".to_owned());
        self.calm_down()?;
        self.settle_by_hand(true)?;
        self.check_end()
    }

    /// Lets one thing happen.
    fn happen(&mut self) -> Result<(), Violation> {
        let runnable = self.tasks.iter().any(|task| self.may_run(task));
        let weights = [
            (Event::Task, if runnable { 24 } else { 0 }),
            (Event::Commit, if self.committing.is_empty() { 0 } else { 6 }),
            (Event::Start, 6),
            (Event::ReadBack, 2),
            (Event::Game, self.profile.game_weight),
            (Event::Arrival, if self.copies.is_empty() { 0 } else { 2 }),
            (Event::Clock, 2),
            (Event::People, self.profile.people_weight),
            (Event::Crash, self.profile.crash_weight),
        ];
        let mut chosen = self.numbers.below(weights.iter().map(|(_, weight)| weight).sum());
        for (event, weight) in weights {
            if chosen < weight {
                return self.happens(event);
            }
            chosen -= weight;
        }
        Ok(())
    }

    fn happens(&mut self, event: Event) -> Result<(), Violation> {
        match event {
            Event::Task => return self.advance_some_task(),
            Event::Commit => self.commit_next(),
            Event::Start => {
                let waiting = self.waiting();
                if let Some(item) = self.numbers.pick(&waiting) {
                    self.start(item);
                }
            }
            Event::ReadBack => {
                let in_flight = self.in_flight();
                if let Some(item) = self.numbers.pick(&in_flight) {
                    self.start_check(item);
                }
            }
            Event::Game => {
                let key = KeyIndex(self.numbers.below(self.turns.len()));
                self.game_writes(key);
            }
            Event::Arrival => {
                let copy = self.numbers.below(self.copies.len());
                return self.arrive(copy);
            }
            Event::Clock => {
                let step = match self.numbers.below(12) {
                    0 | 1 => 4_000,
                    2..5 => 400,
                    _ => 10,
                };
                let step = self.numbers.seconds(step);
                return self.pass(step);
            }
            Event::People => return self.people_do_something(),
            Event::Crash => self.crash(),
        }
        Ok(())
    }

    /// Lets time go by, and arrive what does so meanwhile.
    fn pass(&mut self, seconds: u64) -> Result<(), Violation> {
        let until = self.now + seconds;
        while let Some((due, copy)) =
            self.copies.iter().enumerate().map(|(index, copy)| (copy.due, index)).min()
            && due <= until
        {
            self.now = self.now.max(due);
            self.arrive(copy)?;
        }
        self.now = until;
        Ok(())
    }

    /// The daemon is killed: whatever is not durable is gone, and what waits on disk is read back later.
    fn crash(&mut self) {
        self.figures.crashes += 1;
        self.note(|_| "the daemon is killed, and started again".to_owned());
        for task in &self.tasks {
            let item = &mut self.items[task.item().0];
            item.is_in_doubt |= task.is_waiting_for_answer();
        }
        self.tasks.clear();
        self.turns.iter_mut().for_each(VecDeque::clear);
        self.committing.clear();
        self.unwritten.clear();
        self.journal.lose_power();
        let in_flight: Vec<_> = self.journal.rows().filter(|(_, row)| row.state.blocks_key()).collect();
        self.figures.recoveries += in_flight.len() as u64;
        for (item, row) in in_flight {
            self.items[item.0].is_in_doubt |= row.state == ItemState::Sending;
        }
    }

    fn commit_next(&mut self) {
        let rows = self.committing.remove(0);
        if self.journal_fails() {
            // Whoever committed is told so, and the set stays staged.
            return;
        }
        for (item, row) in rows {
            self.note(|_| format!("item {} is committed", item.0));
            self.journal.commit(item, row);
            self.items[item.0].is_acknowledged = true;
        }
    }

    /// Whether a transaction fails.
    pub(crate) fn journal_fails(&mut self) -> bool {
        let fails = self.numbers.chance(self.profile.journal_faults);
        self.figures.journal_failures += u64::from(fails);
        fails
    }

    /// Items that wait to be sent.
    fn waiting(&self) -> Vec<ItemIndex> {
        let queued = self.journal.rows().filter(|(_, row)| row.state == ItemState::Queued);
        queued.map(|(item, _)| item).filter(|item| !self.has_task(*item)).collect()
    }

    /// Items that may have been sent, and of which reading back may tell.
    fn in_flight(&self) -> Vec<ItemIndex> {
        let is_open = |row: &Row| {
            row.state == ItemState::Sending || (row.state == ItemState::Unknown && row.may_be_told)
        };
        let rows = self.journal.rows().filter(|(_, row)| is_open(row));
        rows.map(|(item, _)| item).filter(|item| !self.has_check(*item)).collect()
    }

    /// The game writes something, or removes it.
    pub(crate) fn game_writes(&mut self, key: KeyIndex) {
        self.figures.game += 1;
        let now = self.roblox.read(key);
        if self.roblox.is_ordered(key) {
            let value = self.game_value(key);
            self.note(|_| format!("the game gives key {} the value {value:?}", key.0));
            self.roblox.set(key, value, Writer::Game);
            return;
        }
        let content = self.game_content(key, now);
        self.note(|_| match &content {
            Some(content) => format!("the game writes key {}: {}", key.0, show(content)),
            None => format!("the game removes key {}", key.0),
        });
        let (numbers, time) = (&mut self.numbers, self.now);
        // What is not there cannot be removed; nothing else is refused without a condition.
        let _ = match content {
            Some(content) => {
                self.held.push((key, content.clone()));
                self.roblox.write(numbers, time, key, content, None, Writer::Game)
            }
            None => self.roblox.remove(numbers, time, key, None, Writer::Game),
        };
    }

    fn game_value(&mut self, key: KeyIndex) -> Option<i64> {
        let now = self.roblox.value(key).unwrap_or(0);
        match self.numbers.below(10) {
            0 => None,
            // As much as we add, too.
            1..6 => Some(now + 1 + i64::try_from(self.numbers.below(3)).unwrap_or_default()),
            6 => {
                let wanted = self.wanted(key).map(|wanted| whole_number(&wanted));
                wanted.or(Some(now))
            }
            7 => Some(now - 1),
            _ => Some(i64::try_from(self.numbers.below(50)).unwrap_or_default()),
        }
    }

    fn game_content(&mut self, key: KeyIndex, now: Option<Image>) -> Option<Content> {
        let choice = self.numbers.below(20);
        let held: Vec<_> = self.held.iter().filter(|(of, _)| *of == key).map(|(_, held)| held).collect();
        match (choice, now) {
            (0 | 1, _) => None,
            // As it is, which makes another revision all the same.
            (2, Some(now)) => Some(now.content),
            // What it held since before, over whatever is there.
            (3 | 4, _) if !held.is_empty() => {
                let index = self.numbers.below(held.len());
                held.get(index).map(|held| (*held).clone())
            }
            // What we are about to write.
            (5 | 6, now) => {
                let wanted = self.wanted(key);
                wanted
                    .or_else(|| now.map(|now| now.content))
                    .or_else(|| Some(some_content(&mut self.numbers)))
            }
            (7, _) | (_, None) => Some(some_content(&mut self.numbers)),
            (_, Some(now)) => {
                let edits = some_edits(&mut self.numbers);
                Some(edited(&now.content, &edits))
            }
        }
    }

    /// What one of the items is to make of a key.
    fn wanted(&mut self, key: KeyIndex) -> Option<Content> {
        let rows = self.journal.rows().filter(|(_, row)| row.key == key);
        let wanted: Vec<_> = rows.filter_map(|(_, row)| row.after.clone()).collect();
        self.numbers.pick(&wanted)
    }

    /// Without faults, everything that waits gets its outcome.
    fn calm_down(&mut self) -> Result<(), Violation> {
        self.profile.storm = 0;
        self.profile.read_faults = 0;
        self.profile.journal_faults = 0;
        for _ in 0..ROUNDS {
            while !self.committing.is_empty() {
                self.commit_next();
            }
            // Nothing lives on the network for longer.
            self.pass(700)?;
            for item in self.waiting() {
                self.start(item);
            }
            for item in self.in_flight() {
                self.start_check(item);
            }
            if self.tasks.is_empty() {
                return Ok(());
            }
            while !self.tasks.is_empty() {
                self.advance_some_task()?;
            }
        }
        let open: Vec<_> = self.waiting().into_iter().chain(self.in_flight()).collect();
        match open.first() {
            None => Ok(()),
            Some(item) => {
                Err(Violation::of(Invariant::Settles, *item, "has no outcome after faults stopped"))
            }
        }
    }

    /// Judges what is left at the end.
    fn check_end(&mut self) -> Result<(), Violation> {
        for (index, item) in self.items.iter().enumerate() {
            let index = ItemIndex(index);
            let broken = |invariant, message: &str| Err(Violation::of(invariant, index, message));
            let done = item.landings.saturating_sub(item.late_landings);
            if item.is_told_not_done && done > 0 {
                return broken(Invariant::Once, "was done after its caller had been told that it was not");
            }
            let Some(row) = self.journal.row(index) else {
                if item.is_acknowledged {
                    return broken(Invariant::Once, "was acknowledged, and the journal does not know it");
                }
                continue;
            };
            self.figures.items += 1;
            let keeps_value = match &item.asked {
                Asked::Change { after, .. } | Asked::Becomes(after) => row.after.is_some() == after.is_some(),
                Asked::Edits(_) => row.after.is_some(),
                Asked::Adds(amount) => row.increment == Some(*amount),
            };
            if !keeps_value {
                let invariant = if item.undoes.is_some() { Invariant::ExactUndo } else { Invariant::Once };
                return broken(invariant, "is listed without its value");
            }
            match row.state {
                ItemState::Saved => {
                    self.figures.saved += 1;
                    self.figures.undone += u64::from(item.undoes.is_some());
                }
                ItemState::Conflict => self.figures.conflicts += 1,
                ItemState::Refused => self.figures.refusals += 1,
                ItemState::Superseded => self.figures.superseded += 1,
                ItemState::Staged | ItemState::Queued | ItemState::Sending | ItemState::Unknown => {
                    return broken(Invariant::Settles, "has no outcome at the end");
                }
            }
            if row.state != ItemState::Saved && done > 0 {
                return broken(Invariant::Once, &format!("was done and is listed as {}", row.state));
            }
        }
        Ok(())
    }

    /// Adds an item that somebody asked for.
    pub(crate) fn add_item(&mut self, item: Item) -> ItemIndex {
        self.items.push(item);
        ItemIndex(self.items.len() - 1)
    }

    /// The keys, in any order.
    pub(crate) fn some_keys(&mut self) -> Vec<KeyIndex> {
        let mut keys: Vec<_> = (0..self.turns.len()).map(KeyIndex).collect();
        let first = self.numbers.below(keys.len());
        keys.rotate_left(first);
        let count = 1 + self.numbers.below(keys.len());
        keys.truncate(count);
        keys
    }

    /// A policy; the one that merges more often, as in life.
    pub(crate) fn some_policy(&mut self) -> ConflictPolicy {
        let policies = ConflictPolicy::ALL;
        if self.numbers.chance(40) {
            ConflictPolicy::SmartMerge
        } else {
            policies[self.numbers.below(policies.len())]
        }
    }

    /// An ordered entry's next value.
    pub(crate) fn some_value(&mut self) -> Content {
        number(i64::try_from(self.numbers.below(50)).unwrap_or_default())
    }
}

/// An entry in a line of a trace.
pub(crate) fn show(content: &Content) -> String {
    let Content { value, user_ids, attributes } = content;
    format!("{} {} {}", value.as_str(), user_ids.to_json(), attributes.as_str())
}

/// An entry, or none, with its revision.
pub(crate) fn show_image(image: Option<&Image>) -> String {
    let revision = |image: &Image| image.revision.as_ref().map_or(String::new(), ToString::to_string);
    image
        .map_or_else(|| "nothing".to_owned(), |image| format!("{} {}", show(&image.content), revision(image)))
}
