//! What kinds of request there are, and which budgets each kind draws on.
//!
//! Knows no numbers; those are in [`super::limits`].

/// What a request is, as far as Roblox's limits tell requests apart (`roblox-apis.md §1.5`, `§2.6`, `§3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// v2: gets an entry.
    StandardRead,
    /// v2: creates, updates or increments an entry.
    StandardWrite,
    /// v2: lists stores, entries or revisions.
    StandardList,
    /// v2: deletes an entry, deletes or undeletes a store.
    StandardRemove,
    /// Gets an ordered entry.
    OrderedRead,
    /// Creates, updates or increments an ordered entry.
    OrderedWrite,
    /// Lists ordered entries.
    OrderedList,
    /// Deletes an ordered entry.
    OrderedRemove,
    /// v1: gets an entry or one of its versions.
    V1Read,
    /// v1: sets or increments an entry.
    V1Write,
    /// v1: lists stores, entries or versions.
    V1List,
    /// v1: deletes an entry.
    V1Remove,
    /// Ordered v1: gets an entry.
    OrderedV1Read,
    /// Ordered v1: creates, updates or increments an entry.
    OrderedV1Write,
    /// Ordered v1: lists entries.
    OrderedV1List,
    /// Ordered v1: deletes an entry.
    OrderedV1Remove,
    /// Anything about memory stores.
    MemoryStore,
    /// Publishes a message.
    Messaging,
    /// What none of the budgets above counts: snapshots, look-ups, introspection.
    Other,
}

impl Class {
    /// How many there are.
    pub const COUNT: usize = 19;

    /// Every class.
    pub const ALL: [Self; Self::COUNT] = [
        Self::StandardRead,
        Self::StandardWrite,
        Self::StandardList,
        Self::StandardRemove,
        Self::OrderedRead,
        Self::OrderedWrite,
        Self::OrderedList,
        Self::OrderedRemove,
        Self::V1Read,
        Self::V1Write,
        Self::V1List,
        Self::V1Remove,
        Self::OrderedV1Read,
        Self::OrderedV1Write,
        Self::OrderedV1List,
        Self::OrderedV1Remove,
        Self::MemoryStore,
        Self::Messaging,
        Self::Other,
    ];

    /// The budgets a request of this class draws on: one, or for v1 its own and the experience's.
    ///
    /// `[I]` Whether v1 draws on the experience's budget is not stated (`roblox-apis.md §8` item 10); it counts for both
    /// here, which can only spend less than is allowed. The same is taken for ordered v1 (`§3.1`).
    pub const fn pools(self) -> &'static [Pool] {
        match self {
            Self::StandardRead => &[Pool::StandardRead],
            Self::StandardWrite => &[Pool::StandardWrite],
            Self::StandardList => &[Pool::StandardList],
            Self::StandardRemove => &[Pool::StandardRemove],
            Self::OrderedRead => &[Pool::OrderedRead],
            Self::OrderedWrite => &[Pool::OrderedWrite],
            Self::OrderedList => &[Pool::OrderedList],
            Self::OrderedRemove => &[Pool::OrderedRemove],
            Self::V1Read => &[Pool::V1Read, Pool::StandardRead],
            Self::V1Write => &[Pool::V1Write, Pool::StandardWrite],
            Self::V1List => &[Pool::V1Read, Pool::StandardList],
            Self::V1Remove => &[Pool::V1Write, Pool::StandardRemove],
            Self::OrderedV1Read => &[Pool::OrderedV1Read, Pool::OrderedV1, Pool::OrderedRead],
            Self::OrderedV1Write => &[Pool::OrderedV1Write, Pool::OrderedV1, Pool::OrderedWrite],
            Self::OrderedV1List => &[Pool::OrderedV1Read, Pool::OrderedV1, Pool::OrderedList],
            Self::OrderedV1Remove => &[Pool::OrderedV1Write, Pool::OrderedV1, Pool::OrderedRemove],
            Self::MemoryStore => &[Pool::MemoryStore],
            Self::Messaging => &[Pool::Messaging],
            Self::Other => &[Pool::Other],
        }
    }

    /// Its place in [`Self::ALL`].
    pub(super) const fn index(self) -> usize {
        self as usize
    }

    /// Which side of a key's throughput a request about one key counts for: get, get version and list versions read;
    /// set, increment, update and remove write (`roblox-apis.md §2.6`).
    pub const fn key_side(self) -> KeySide {
        match self {
            Self::StandardWrite
            | Self::StandardRemove
            | Self::OrderedWrite
            | Self::OrderedRemove
            | Self::V1Write
            | Self::V1Remove
            | Self::OrderedV1Write
            | Self::OrderedV1Remove => KeySide::Write,
            _ => KeySide::Read,
        }
    }
}

/// A side of a key's throughput.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeySide {
    /// What comes from it.
    Read,
    /// What goes to it.
    Write,
}

/// A budget of so many requests, for some also bytes, in every sliding minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pool {
    /// Reads of entries, shared with the game.
    StandardRead,
    /// Writes of entries, shared with the game.
    StandardWrite,
    /// Listings, shared with the game.
    StandardList,
    /// Removes, shared with the game.
    StandardRemove,
    /// Reads of ordered entries, shared with the game.
    OrderedRead,
    /// Writes of ordered entries, shared with the game.
    OrderedWrite,
    /// Listings of ordered entries, shared with the game.
    OrderedList,
    /// Removes of ordered entries, shared with the game.
    OrderedRemove,
    /// v1's own reads and listings.
    V1Read,
    /// v1's own writes and removes.
    V1Write,
    /// Ordered v1's own reads and listings.
    OrderedV1Read,
    /// Ordered v1's own writes and removes.
    OrderedV1Write,
    /// All of ordered v1, which is limited by the key's owner too.
    OrderedV1,
    /// Memory stores, shared with the game.
    MemoryStore,
    /// Messages, shared with the game.
    Messaging,
    /// Everything else.
    Other,
}

impl Pool {
    /// How many there are.
    pub const COUNT: usize = 16;

    /// Every budget, in the order a person reads them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::StandardRead,
        Self::StandardWrite,
        Self::StandardList,
        Self::StandardRemove,
        Self::OrderedRead,
        Self::OrderedWrite,
        Self::OrderedList,
        Self::OrderedRemove,
        Self::V1Read,
        Self::V1Write,
        Self::OrderedV1Read,
        Self::OrderedV1Write,
        Self::OrderedV1,
        Self::MemoryStore,
        Self::Messaging,
        Self::Other,
    ];

    /// The budget's name in meters and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StandardRead => "standardRead",
            Self::StandardWrite => "standardWrite",
            Self::StandardList => "standardList",
            Self::StandardRemove => "standardRemove",
            Self::OrderedRead => "orderedRead",
            Self::OrderedWrite => "orderedWrite",
            Self::OrderedList => "orderedList",
            Self::OrderedRemove => "orderedRemove",
            Self::V1Read => "v1Read",
            Self::V1Write => "v1Write",
            Self::OrderedV1Read => "orderedV1Read",
            Self::OrderedV1Write => "orderedV1Write",
            Self::OrderedV1 => "orderedV1",
            Self::MemoryStore => "memoryStore",
            Self::Messaging => "messaging",
            Self::Other => "other",
        }
    }

    /// Its place in [`Self::ALL`].
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// Who waits for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// A person; goes before every job.
    Person,
    /// Long work that nobody looks at.
    Job,
}

/// Some budgets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PoolSet(u16);

impl PoolSet {
    pub(super) fn insert(&mut self, pool: Pool) {
        self.0 |= 1 << pool.index();
    }

    pub(super) fn insert_all(&mut self, pools: &[Pool]) {
        for pool in pools {
            self.insert(*pool);
        }
    }

    pub(super) fn has_any(self, pools: &[Pool]) -> bool {
        pools.iter().any(|pool| self.0 & (1 << pool.index()) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_pools_stand_at_their_index() {
        for (index, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class.index(), index, "{class:?}");
        }
        for (index, pool) in Pool::ALL.into_iter().enumerate() {
            assert_eq!(pool.index(), index, "{}", pool.as_str());
        }
    }

    #[test]
    fn every_pool_is_drawn_on() {
        for pool in Pool::ALL {
            assert!(Class::ALL.iter().any(|class| class.pools().contains(&pool)), "{}", pool.as_str());
        }
    }

    #[test]
    fn sets_hold_what_was_put_in() {
        let mut set = PoolSet::default();
        set.insert_all(&[Pool::Other]);
        assert!(set.has_any(&[Pool::StandardRead, Pool::Other]));
        assert!(!set.has_any(&[Pool::StandardRead]));
    }
}
