//! A model of Roblox's data stores that remembers every write and who made it.
//!
//! Follows `roblox-apis.md §4.5`: every write makes a revision; one that is superseded within its hour cannot be read any
//! more, a removal keeps what it removed, and writing again revives the key. Ordered entries keep nothing.

use daemon_core::changes::attempt::Source;
use daemon_core::changes::content::{Content, Image};
use daemon_core::changes::history::Listed;
use daemon_core::revision::AnyRevision;

use crate::contents::number;
use crate::numbers::Numbers;

/// One key of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyIndex(pub(crate) usize);

/// One item of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ItemIndex(pub(crate) usize);

/// What revisions look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As observed, counting in decimal.
    Decimal,
    /// As observed, counting in hexadecimal.
    Hexadecimal,
    /// As Roblox may choose to make them tomorrow.
    Opaque,
}

/// Who wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    /// The game.
    Game,
    /// We, for this item.
    Ours(ItemIndex),
}

/// A condition of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// This revision is current.
    Revision(AnyRevision),
    /// There is no entry.
    Absent,
}

/// One write of a key, removals included.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// Its revision.
    pub(crate) revision: AnyRevision,
    /// What was written; none for a removal.
    pub(crate) content: Option<Content>,
    /// Who wrote it.
    pub(crate) writer: Writer,
    /// When, in seconds.
    at: u64,
    is_readable: bool,
    is_listed: bool,
}

/// What a key of an ordered store was, from its first value on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ordered {
    /// Every value it had, with who gave it; none where it was removed.
    pub(crate) values: Vec<(Option<i64>, Writer)>,
}

/// What is known of a key.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// Of a data store: every version, the newest last.
    Standard(Vec<Version>),
    /// Of an ordered data store.
    Ordered(Ordered),
}

/// The entry is not as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejected;

/// All keys.
#[derive(Debug)]
pub(crate) struct Roblox {
    source: Source,
    form: Form,
    ticks: u64,
    entries: Vec<Entry>,
}

impl Roblox {
    /// Keys without entries; of each whether its store is ordered.
    pub(crate) fn new(source: Source, form: Form, is_ordered: &[bool]) -> Self {
        let entry = |is_ordered: &bool| match is_ordered {
            true => Entry::Ordered(Ordered::default()),
            false => Entry::Standard(Vec::new()),
        };
        Self { source, form, ticks: 0, entries: is_ordered.iter().map(entry).collect() }
    }

    /// Everything that ever happened to a key.
    pub(crate) fn entry(&self, key: KeyIndex) -> &Entry {
        &self.entries[key.0]
    }

    /// Whether the key's store is ordered.
    pub(crate) fn is_ordered(&self, key: KeyIndex) -> bool {
        matches!(self.entry(key), Entry::Ordered(_))
    }

    /// How many writes the key has seen.
    pub(crate) fn writes(&self, key: KeyIndex) -> usize {
        match self.entry(key) {
            Entry::Standard(versions) => versions.len(),
            Entry::Ordered(ordered) => ordered.values.len(),
        }
    }

    /// The entry as it is now.
    pub(crate) fn read(&self, key: KeyIndex) -> Option<Image> {
        match self.entry(key) {
            Entry::Standard(versions) => {
                let newest = versions.last()?;
                let content = newest.content.clone()?;
                Some(Image { content, revision: Some(newest.revision.clone()) })
            }
            Entry::Ordered(ordered) => {
                let value = ordered.values.last()?.0?;
                Some(Image { content: number(value), revision: None })
            }
        }
    }

    /// The newest revisions that are listed, the newest first, and whether they are all.
    pub(crate) fn list(&self, key: KeyIndex, limit: usize) -> (Vec<Listed>, bool) {
        let Entry::Standard(versions) = self.entry(key) else { return (Vec::new(), true) };
        let mut listed = versions.iter().rev().filter(|version| version.is_listed).map(|version| Listed {
            revision: version.revision.clone(),
            is_removed: version.content.is_none(),
        });
        let page = listed.by_ref().take(limit).collect();
        (page, listed.next().is_none())
    }

    /// A revision, while it can be read.
    pub(crate) fn revision(&self, key: KeyIndex, revision: &AnyRevision) -> Option<Content> {
        let Entry::Standard(versions) = self.entry(key) else { return None };
        let found = versions.iter().find(|version| version.revision == *revision)?;
        if found.is_readable { found.content.clone() } else { None }
    }

    /// Writes an entry.
    pub(crate) fn write(
        &mut self,
        numbers: &mut Numbers,
        now: u64,
        key: KeyIndex,
        content: Content,
        expected: Option<&Expected>,
        writer: Writer,
    ) -> Result<AnyRevision, Rejected> {
        self.require(key, expected)?;
        Ok(self.add(numbers, now, key, Some(content), writer))
    }

    /// Removes an entry.
    pub(crate) fn remove(
        &mut self,
        numbers: &mut Numbers,
        now: u64,
        key: KeyIndex,
        expected: Option<&Expected>,
        writer: Writer,
    ) -> Result<AnyRevision, Rejected> {
        self.require(key, expected)?;
        if self.read(key).is_none() {
            return Err(Rejected);
        }
        Ok(self.add(numbers, now, key, None, writer))
    }

    /// Gives an ordered entry a value; none removes it.
    pub(crate) fn set(&mut self, key: KeyIndex, value: Option<i64>, writer: Writer) {
        if let Some(Entry::Ordered(ordered)) = self.entries.get_mut(key.0) {
            ordered.values.push((value, writer));
        }
    }

    /// The value of an ordered entry.
    pub(crate) fn value(&self, key: KeyIndex) -> Option<i64> {
        match self.entry(key) {
            Entry::Ordered(ordered) => ordered.values.last()?.0,
            Entry::Standard(_) => None,
        }
    }

    fn require(&self, key: KeyIndex, expected: Option<&Expected>) -> Result<(), Rejected> {
        let current = self.read(key).and_then(|image| image.revision);
        let holds = match expected {
            None => true,
            Some(Expected::Absent) => current.is_none(),
            Some(Expected::Revision(expected)) => current.as_ref() == Some(expected),
        };
        if holds { Ok(()) } else { Err(Rejected) }
    }

    fn add(
        &mut self,
        numbers: &mut Numbers,
        now: u64,
        key: KeyIndex,
        content: Option<Content>,
        writer: Writer,
    ) -> AnyRevision {
        self.ticks = (self.ticks + 1).max(now * 10_000_000);
        let count = self.writes(key) + 1;
        let revision = self.name(key, count);
        let keeps_every_revision = self.source.keeps_every_revision;
        let Some(Entry::Standard(versions)) = self.entries.get_mut(key.0) else { return revision };
        if let Some(previous) = versions.last_mut() {
            let keeps = keeps_every_revision || content.is_none() || now / 3600 != previous.at / 3600;
            previous.is_readable = keeps;
            // Lists may tell of revisions that cannot be read.
            previous.is_listed = keeps || numbers.chance(15);
        }
        versions.push(Version {
            revision: revision.clone(),
            content,
            writer,
            at: now,
            is_readable: true,
            is_listed: true,
        });
        revision
    }

    fn name(&self, key: KeyIndex, count: usize) -> AnyRevision {
        let (created, ticks) = (0x08DC_AA87_0000_0000 + key.0, 0x08DC_AA88_0000_0000 + self.ticks);
        let text = match self.form {
            Form::Decimal => format!("{created:016X}.{count:010}.{ticks:016X}.01"),
            Form::Hexadecimal => format!("{created:016X}.{count:010X}.{ticks:016X}.01"),
            Form::Opaque => format!("v{:x}", (self.ticks + 7).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        };
        AnyRevision::parse(&text).expect("visible text")
    }
}
