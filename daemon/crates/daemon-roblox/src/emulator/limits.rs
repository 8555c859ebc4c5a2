//! How many requests a universe may get in a minute, and the headers that say so (`roblox-apis.md §0.6`, `§1.5`, `§2.6`).
//!
//! Counted are the requests of a universe by class, for v1 their bytes, the throughput of single keys, and what the owner of
//! the API keys, to whom all keys of an emulator belong, asks for in all universes. When a minute begins is not documented;
//! here it does with the clock's (\[I\]).
//!
//! **Invariant:** a request that is refused changes nothing, and is not counted by the limit that refused it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use daemon_core::names::EntryAddress;
use daemon_core::time::Timestamp;
use http::{HeaderName, HeaderValue, Method, Response};

use crate::emulator::refusal::{Family, Refusal};
use crate::emulator::route::Resource;

const MINUTE_SECONDS: u64 = 60;
/// What the throughput of a key is counted in; each request is rounded up to the next (`roblox-apis.md §2.6`).
const KILOBYTE: u64 = 1_024;

/// What a universe may get in a minute; requests unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// v1: reading and listing standard data stores.
    pub v1_reads: u32,
    /// v1: bytes of values read.
    pub v1_read_bytes: u64,
    /// v1: setting, incrementing and deleting.
    pub v1_writes: u32,
    /// v1: bytes of values written.
    pub v1_write_bytes: u64,
    /// Ordered v1: reading and listing.
    pub ordered_v1_reads: u32,
    /// Ordered v1: writing and deleting.
    pub ordered_v1_writes: u32,
    /// v2: reading entries, of standard and, apart, of ordered data stores.
    pub reads: u32,
    /// v2: creating, updating and incrementing, of standard and, apart, of ordered data stores.
    pub writes: u32,
    /// v2: listing, of standard and, apart, of ordered data stores.
    pub lists: u32,
    /// v2: deleting and bringing back, of standard and, apart, of ordered data stores.
    pub removals: u32,
    /// v2: asking for a snapshot.
    pub snapshots: u32,
    /// Memory stores: requests of any kind (`roblox-apis.md §3.2`).
    pub memory: u32,
    /// Memory stores: bytes of the values of all items, at any time (`roblox-apis.md §3.2`).
    pub memory_bytes: u64,
    /// Messages to a universe, and so to each of its servers (`roblox-apis.md §3.3`).
    pub messages: u32,
    /// Messages to one topic of a universe.
    pub topic_messages: u32,
    /// By the owner of the key: messages by the legacy interface.
    pub messages_v1_by_owner: u32,
    /// By the owner of the key: all of ordered v1 (`roblox-apis.md §3.1`).
    pub ordered_v1_by_owner: u32,
    /// By the owner of the key: each kind of v2's requests for data stores and memory stores (`roblox-apis.md §2`).
    pub v2_by_owner: u32,
    /// By the owner of the key: users (`roblox-apis.md §3.6`).
    pub users: u32,
    /// By address, since they come without a key: introspections, and apart look-ups of users by name.
    pub keyless: u32,
    /// Bytes read from one entry of a standard data store.
    pub key_read_bytes: u64,
    /// Bytes written to one entry of a standard data store.
    pub key_write_bytes: u64,
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    V1Read,
    V1Write,
    OrderedV1Read,
    OrderedV1Write,
    Read {
        ordered: bool,
    },
    Write {
        ordered: bool,
    },
    List {
        ordered: bool,
    },
    Remove {
        ordered: bool,
    },
    Snapshot,
    Memory,
    /// All of ordered v1.
    OrderedV1,
    Message,
    MessageV1,
    User,
    Usernames,
    Introspection,
}

/// Whom a limit is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Payer {
    Universe(i64),
    /// A topic of a universe.
    Topic(i64, String),
    /// Whoever owns the keys.
    Owner,
    /// Whoever asks without a key.
    Address(IpAddr),
}

/// A limit that a request counts for.
pub(super) type Charge = (Payer, Class);

/// Which way the bytes of an entry go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    Read,
    Write,
}

/// The counts of the current minute.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Option<Limits>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    minute: u64,
    charges: HashMap<Charge, Window>,
    /// Kilobytes of an entry.
    entries: HashMap<(i64, EntryAddress, Direction), u64>,
}

/// What was counted of a class.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    requests: u32,
    bytes: u64,
}

/// A request that was counted, and what the limit that it is told of allows.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    charge: Charge,
    limit: u32,
    remaining: u32,
    reset_seconds: u64,
}

impl Limits {
    /// Roblox's limits for an experience with that many players at the moment.
    ///
    /// v1's are those of `roblox-apis.md §1.5`; v2's those of the limits page in `§2.6`, which another page contradicts.
    ///
    /// Inferred (\[I\]): messages are limited to what a game without servers and its topics receive (`§3.3`); what comes
    /// without a key is limited as users are (`§3.6`); the users who decide how much memory stores hold (`§3.2`) are the
    /// players at the moment, and a kilobyte of theirs has 1,024 bytes.
    pub fn roblox(players: u32) -> Self {
        let grown = |per_player: u32| players.saturating_mul(per_player).saturating_add(300);
        Self {
            v1_reads: 300,
            v1_read_bytes: 20 << 20,
            v1_writes: 300,
            v1_write_bytes: 10 << 20,
            ordered_v1_reads: 300,
            ordered_v1_writes: 300,
            reads: grown(40),
            writes: grown(20),
            lists: grown(2),
            removals: grown(40),
            snapshots: 60,
            memory: players.saturating_mul(120).saturating_add(1_000),
            // 64 KB, and 1.2 KB for each.
            memory_bytes: 64 * KILOBYTE + u64::from(players) * 12 * KILOBYTE / 10,
            messages: 400,
            topic_messages: 40,
            messages_v1_by_owner: 5_000,
            ordered_v1_by_owner: 500,
            v2_by_owner: 1_000_000,
            users: 1_000,
            keyless: 1_000,
            key_read_bytes: 25 << 20,
            key_write_bytes: 4 << 20,
        }
    }

    fn requests(&self, (payer, class): &Charge) -> u32 {
        match (payer, class) {
            (_, Class::V1Read) => self.v1_reads,
            (_, Class::V1Write) => self.v1_writes,
            (_, Class::OrderedV1Read) => self.ordered_v1_reads,
            (_, Class::OrderedV1Write) => self.ordered_v1_writes,
            (_, Class::OrderedV1) => self.ordered_v1_by_owner,
            (_, Class::Snapshot) => self.snapshots,
            (_, Class::User) => self.users,
            (_, Class::Usernames | Class::Introspection) => self.keyless,
            (_, Class::MessageV1) => self.messages_v1_by_owner,
            (Payer::Topic(..), Class::Message) => self.topic_messages,
            (_, Class::Message) => self.messages,
            (Payer::Owner, _) => self.v2_by_owner,
            (_, Class::Read { .. }) => self.reads,
            (_, Class::Write { .. }) => self.writes,
            (_, Class::List { .. }) => self.lists,
            (_, Class::Remove { .. }) => self.removals,
            (_, Class::Memory) => self.memory,
        }
    }

    fn bytes(&self, class: Class) -> u64 {
        match class {
            Class::V1Read => self.v1_read_bytes,
            Class::V1Write => self.v1_write_bytes,
            _ => u64::MAX,
        }
    }
}

impl Class {
    /// Finds what a request counts as (`roblox-apis.md §1.5`, `§2.6`).
    pub(super) fn of(resource: &Resource, method: &Method) -> Self {
        let is_read = *method == Method::GET;
        match resource {
            Resource::V1Stores | Resource::V1Keys | Resource::V1Versions | Resource::V1Version => {
                Self::V1Read
            }
            Resource::V1Entry if is_read => Self::V1Read,
            Resource::V1Entry | Resource::V1Increment => Self::V1Write,
            Resource::Snapshot => Self::Snapshot,
            Resource::MapItems(_)
            | Resource::MapItem(..)
            | Resource::QueueItems(_)
            | Resource::QueueReading(_)
            | Resource::QueueDiscard(_)
            | Resource::Flush
            | Resource::FlushOperation(_) => Self::Memory,
            Resource::Stores | Resource::Revisions(..) => Self::List { ordered: false },
            Resource::Store(_) | Resource::Undelete(_) => Self::Remove { ordered: false },
            Resource::Entries(_) if is_read => Self::List { ordered: false },
            Resource::Entries(_) | Resource::EntryIncrement(..) => Self::Write { ordered: false },
            Resource::Entry(..) => Self::of_entry(method, false),
            Resource::OrderedEntries(Family::OrderedV1, _)
            | Resource::OrderedEntry(Family::OrderedV1, ..)
                if is_read =>
            {
                Self::OrderedV1Read
            }
            Resource::OrderedEntries(Family::OrderedV1, _)
            | Resource::OrderedEntry(Family::OrderedV1, ..)
            | Resource::OrderedIncrement(Family::OrderedV1, ..) => Self::OrderedV1Write,
            Resource::OrderedEntries(..) if is_read => Self::List { ordered: true },
            Resource::OrderedEntries(..) | Resource::OrderedIncrement(..) => Self::Write { ordered: true },
            Resource::OrderedEntry(..) => Self::of_entry(method, true),
        }
    }

    /// What a request of this class to a universe counts for; the first is what the caller is told of.
    pub(super) fn charges(self, universe: i64) -> Vec<Charge> {
        let by_universe = (Payer::Universe(universe), self);
        match self {
            Self::V1Read | Self::V1Write => vec![by_universe],
            Self::OrderedV1Read | Self::OrderedV1Write => {
                vec![by_universe, (Payer::Owner, Self::OrderedV1)]
            }
            // The owner's limit alone (`roblox-apis.md §2`).
            Self::Snapshot => vec![(Payer::Owner, self)],
            _ => vec![by_universe, (Payer::Owner, self)],
        }
    }

    fn of_entry(method: &Method, ordered: bool) -> Self {
        match *method {
            Method::GET => Self::Read { ordered },
            Method::DELETE => Self::Remove { ordered },
            _ => Self::Write { ordered },
        }
    }
}

impl Meter {
    pub(super) fn new(limits: Option<Limits>) -> Self {
        Self { limits, counts: Mutex::default() }
    }

    /// Counts a request to an entry with that many bytes, or refuses it.
    pub(super) fn count_entry(
        &self,
        universe: i64,
        address: &EntryAddress,
        direction: Direction,
        size_bytes: usize,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let Some(limits) = &self.limits else { return Ok(()) };
        let limit_bytes = match direction {
            Direction::Read => limits.key_read_bytes,
            Direction::Write => limits.key_write_bytes,
        };
        let kilobytes = (size_bytes as u64).div_ceil(KILOBYTE).max(1);
        let (mut counts, reset_seconds) = self.counts_at(now);
        let used = counts.entries.entry((universe, address.clone(), direction)).or_default();
        // A first request is let through whatever its size, or none of that size ever would be.
        if *used > 0 && *used + kilobytes > limit_bytes / KILOBYTE {
            return Err(Refused { counted: None, reset_seconds });
        }
        *used += kilobytes;
        Ok(())
    }

    /// The counts of the minute that is now, and the seconds until it ends.
    fn counts_at(&self, now: Timestamp) -> (MutexGuard<'_, Counts>, u64) {
        let seconds = now.saturating_since(Timestamp::MIN).as_secs();
        let minute = seconds / MINUTE_SECONDS;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.minute != minute {
            *counts = Counts { minute, ..Counts::default() };
        }
        (counts, MINUTE_SECONDS - seconds % MINUTE_SECONDS)
    }

    /// Counts a request with a body of that size for all it is charged for, or for nothing and refuses it; none where there
    /// are no limits.
    pub(super) fn count(
        &self,
        charges: Vec<Charge>,
        body_bytes: usize,
        now: Timestamp,
    ) -> Result<Option<Counted>, Refused> {
        let Some(limits) = &self.limits else { return Ok(None) };
        let (mut counts, reset_seconds) = self.counts_at(now);
        let bytes_of = |class: Class| if class == Class::V1Write { body_bytes as u64 } else { 0 };
        let mut told = None;
        for charge in &charges {
            let window = counts.charges.get(charge).copied().unwrap_or_default();
            let (limit, bytes) = (limits.requests(charge), window.bytes.saturating_add(bytes_of(charge.1)));
            // A first request is let through whatever its size, or none of that size ever would be.
            let is_heavy = window.requests > 0 && bytes > limits.bytes(charge.1);
            let remaining = limit.saturating_sub(window.requests);
            let counted = |remaining| Counted { charge: charge.clone(), limit, remaining, reset_seconds };
            if remaining == 0 || is_heavy {
                return Err(Refused { counted: Some(counted(remaining)), reset_seconds });
            }
            told = told.or_else(|| Some(counted(remaining - 1)));
        }
        for charge in charges {
            let bytes = bytes_of(charge.1);
            let window = counts.charges.entry(charge).or_default();
            window.requests += 1;
            window.bytes = window.bytes.saturating_add(bytes);
        }
        Ok(told)
    }

    /// How many bytes the memory stores of a universe may hold together.
    pub(super) fn memory_bytes(&self) -> u64 {
        self.limits.as_ref().map_or(u64::MAX, |limits| limits.memory_bytes)
    }

    /// Forgets what was counted.
    pub(super) fn reset(&self) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner) = Counts::default();
    }

    /// Counts what a request answered, where bytes read are counted.
    pub(super) fn count_reply(&self, counted: &Counted, reply: &Response<Bytes>) {
        if counted.charge.1 != Class::V1Read {
            return;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = counts.charges.get_mut(&counted.charge) {
            window.bytes = window.bytes.saturating_add(reply.body().len() as u64);
        }
    }
}

/// A request over a limit.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    /// None when it is the entry that got too many.
    counted: Option<Counted>,
    reset_seconds: u64,
}

impl Refused {
    /// Answers 429 with when to come again; without a family in the gateway's shape.
    pub(super) fn into_reply(self, family: Option<Family>) -> Response<Bytes> {
        let mut reply = Refusal::over_limit(family).into_reply();
        if let Some(counted) = &self.counted {
            counted.tell(&mut reply);
        }
        insert(&mut reply, "retry-after", &self.reset_seconds.to_string());
        reply
    }
}

impl Counted {
    /// Tells the caller the limit and what is left of it.
    pub(super) fn tell(&self, reply: &mut Response<Bytes>) {
        insert(reply, "x-ratelimit-limit", &format!("{0}, {0};w={MINUTE_SECONDS}", self.limit));
        insert(reply, "x-ratelimit-remaining", &self.remaining.to_string());
        insert(reply, "x-ratelimit-reset", &self.reset_seconds.to_string());
    }
}

fn insert(reply: &mut Response<Bytes>, name: &'static str, value: &str) {
    // Numbers and punctuation are always a header's value.
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(HeaderName::from_static(name), value);
    }
}
