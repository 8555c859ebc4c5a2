//! What a key permits of all that is done with keys here, and what its owner should know (`roblox-apis.md §0.4`, `§0.5`).
//!
//! Works on what introspection told, and asks nothing itself. What is shown of it, and in which words, is decided elsewhere
//! but for the sentences of warnings.

use std::collections::BTreeSet;
use std::time::Duration;

use daemon_core::time::Timestamp;

use crate::client::lookup::{Grant, KeyFacts};

/// Stands for all universes, data stores or operations (`roblox-apis.md §0.4`).
const ANY: &str = "*";

/// From how long before a key's end on it is warned of.
const SOON: Duration = Duration::from_hours(14 * 24);

/// After how long Roblox switches a key off that was neither used nor edited (`roblox-apis.md §0.4`).
const UNUSED_LIFE: Duration = Duration::from_hours(60 * 24);

/// The most names in one sentence.
const NAMES_SHOWN: usize = 5;

const READ: &str = "universe-datastores.objects:read";
const VERSIONS: &str = "universe-datastores.versions:list";

/// Permissions by another name, and the one they are known by here: one guide writes the first (`roblox-apis.md §0.5`).
const OTHER_NAMES: [(&str, &str); 1] = [("universe.memory-store:flush", "memory-store:flush")];

/// What is done with keys here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Lists data stores.
    ListDatastores,
    /// Reads entries.
    ReadEntries,
    /// Lists keys.
    ListKeys,
    /// Creates and changes entries.
    WriteEntries,
    /// Removes entries.
    DeleteEntries,
    /// Lists revisions.
    ListRevisions,
    /// Reads revisions.
    ReadRevisions,
    /// Takes snapshots.
    Snapshots,
    /// Deletes whole data stores and brings them back.
    DeleteDatastores,
    /// Reads and lists ordered entries.
    ReadOrdered,
    /// Writes and removes ordered entries.
    WriteOrdered,
    /// Reads sorted maps.
    ReadMemory,
    /// Writes sorted maps, and works with queues.
    WriteMemory,
    /// Empties all memory stores.
    FlushMemory,
    /// Publishes messages.
    PublishMessages,
    /// Reads the experience's name.
    ReadUniverse,
}

impl Feature {
    /// Every feature, in the order a person reads them.
    pub const ALL: [Self; 16] = [
        Self::ListDatastores,
        Self::ReadEntries,
        Self::ListKeys,
        Self::WriteEntries,
        Self::DeleteEntries,
        Self::ListRevisions,
        Self::ReadRevisions,
        Self::Snapshots,
        Self::DeleteDatastores,
        Self::ReadOrdered,
        Self::WriteOrdered,
        Self::ReadMemory,
        Self::WriteMemory,
        Self::FlushMemory,
        Self::PublishMessages,
        Self::ReadUniverse,
    ];

    /// The permissions without which it does not work at all: those of the requests it sends, reads before writes and after
    /// removals included (S-30, S-31).
    const fn needs(self) -> &'static [&'static str] {
        match self {
            Self::ListDatastores => &["universe-datastores.control:list"],
            Self::ReadEntries => &[READ],
            Self::ListKeys => &["universe-datastores.objects:list"],
            Self::WriteEntries => {
                &[READ, "universe-datastores.objects:create", "universe-datastores.objects:update"]
            }
            Self::DeleteEntries => &[READ, VERSIONS, "universe-datastores.objects:delete"],
            Self::ListRevisions => &[VERSIONS],
            Self::ReadRevisions => &[VERSIONS, "universe-datastores.versions:read"],
            Self::Snapshots => &["universe-datastores.control:snapshot"],
            Self::DeleteDatastores => &["universe-datastores.control:delete"],
            Self::ReadOrdered => &["universe.ordered-data-store.scope.entry:read"],
            Self::WriteOrdered => &[
                "universe.ordered-data-store.scope.entry:read",
                "universe.ordered-data-store.scope.entry:write",
            ],
            Self::ReadMemory => &["memory-store.sorted-map:read"],
            Self::WriteMemory => &["memory-store.sorted-map:write"],
            Self::FlushMemory => &["memory-store:flush"],
            Self::PublishMessages => &["universe-messaging-service:publish"],
            Self::ReadUniverse => &["universe:read"],
        }
    }

    /// The permissions without which a part of it does not work: an entry in a new data store (`roblox-apis.md §0.5`), and
    /// queues.
    const fn uses(self) -> &'static [&'static str] {
        match self {
            Self::WriteEntries => &["universe-datastores.control:create"],
            Self::WriteMemory => {
                &["memory-store.queue:add", "memory-store.queue:dequeue", "memory-store.queue:discard"]
            }
            _ => &[],
        }
    }
}

/// For which data stores of a universe something is permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// All.
    All,
    /// Those named; at least one.
    Some(BTreeSet<String>),
    /// None.
    None,
}

impl Granted {
    /// What both permit.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, _) | (_, Self::None) => Self::None,
            (Self::All, other) => other,
            (this, Self::All) => this,
            (Self::Some(these), Self::Some(those)) => Self::of(these.intersection(&those).cloned().collect()),
        }
    }

    fn of(names: BTreeSet<String>) -> Self {
        if names.is_empty() { Self::None } else { Self::Some(names) }
    }
}

/// Whether a key permits one feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// Which.
    pub feature: Feature,
    /// For which data stores.
    pub granted: Granted,
    /// The permissions that would have to be added for all of it. Where it is granted without them, a part of it is not.
    pub missing: Vec<&'static str>,
}

/// Something a key's owner should know or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Which kind.
    pub kind: WarningKind,
    /// What it is and what to do.
    pub message: String,
}

/// The kinds of [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// It ends within 14 days.
    ExpiresSoon,
    /// It ends when it is neither used nor edited for 60 days.
    ExpiresUnused,
    /// It permits what is never done here.
    TooWide,
    /// It counts for other experiences too, or for all.
    OtherUniverses,
    /// Roblox knows no such experience.
    UniverseUnknown,
}

/// Decides which features a key permits in a universe.
pub fn capabilities(facts: &KeyFacts, universe_id: u64) -> Vec<Capability> {
    let universe = universe_id.to_string();
    Feature::ALL.into_iter().map(|feature| capability(facts, &universe, feature)).collect()
}

/// Tells what the key's owner should know, as of `now`.
///
/// That the universe is unknown is not among it: introspection does not tell.
pub fn warnings(facts: &KeyFacts, universe_id: u64, now: Timestamp) -> Vec<Warning> {
    let universe = universe_id.to_string();
    let mut found = Vec::new();
    let mut warn = |kind, message| found.push(Warning { kind, message });
    let life = facts.expires_at.map(|at| at.saturating_since(now));
    if let Some(life) = life.filter(|life| *life <= SOON) {
        let days = life.as_secs() / 86_400;
        let when = if days == 0 { "within a day".to_owned() } else { format!("in {days} days") };
        warn(WarningKind::ExpiresSoon, format!("the key ends {when}; extend it in Creator Hub before"));
    }
    if life.is_none_or(|life| life > UNUSED_LIFE) {
        let message = "Roblox switches a key off that was neither used nor edited for 60 days; test the connection \
                       now and then, or switch the key on again in Creator Hub";
        warn(WarningKind::ExpiresUnused, message.to_owned());
    }
    let unused = unused_permissions(facts);
    if !unused.is_empty() {
        let message = format!(
            "the key permits what is never done here: {}; take these permissions from it in Creator Hub",
            shortened(&unused)
        );
        warn(WarningKind::TooWide, message);
    }
    let universes = universes(facts);
    if universes.contains(ANY) {
        let message = format!(
            "the key counts for all experiences of its owner; restrict it to experience `{universe}` in Creator Hub"
        );
        warn(WarningKind::OtherUniverses, message);
        return found;
    }
    let others: BTreeSet<String> =
        universes.into_iter().filter(|id| *id != ANY && *id != universe).map(str::to_owned).collect();
    if !others.is_empty() {
        let message = format!(
            "the key counts for other experiences too: {}; a key for each keeps a leak small",
            shortened(&others)
        );
        warn(WarningKind::OtherUniverses, message);
    }
    found
}

/// The warning about a universe that Roblox does not know.
pub fn unknown_universe(universe_id: u64) -> Warning {
    let message = format!(
        "Roblox knows no experience `{universe_id}`; copy the universe id from Creator Hub, which is not a place id"
    );
    Warning { kind: WarningKind::UniverseUnknown, message }
}

fn capability(facts: &KeyFacts, universe: &str, feature: Feature) -> Capability {
    let grants = |permission: &'static str| (permission, granted(facts, universe, permission));
    let needed: Vec<_> = feature.needs().iter().copied().map(grants).collect();
    let together = needed.iter().fold(Granted::All, |all, (_, granted)| all.and(granted.clone()));
    let absent = |(permission, granted): &(&'static str, Granted)| {
        // Where each is there for some data stores, but none has all, those lack that are not for all.
        let is_short = *granted == Granted::None
            || together == Granted::None
                && *granted != Granted::All
                && !needed.iter().any(|(_, other)| *other == Granted::None);
        is_short.then_some(*permission)
    };
    let used = feature.uses().iter().copied().map(grants);
    let lacks = used.filter(|(_, granted)| *granted == Granted::None).map(|(permission, _)| permission);
    let missing = needed.iter().filter_map(absent).chain(lacks).collect();
    Capability { feature, granted: together, missing }
}

/// For which data stores of a universe a permission was given.
fn granted(facts: &KeyFacts, universe: &str, permission: &str) -> Granted {
    let mut names = BTreeSet::new();
    for grant in facts.grants.iter().filter(|grant| gives(grant, permission)) {
        let counts = |id: &str| id == ANY || id == universe;
        if grant.universe_ids.iter().any(|id| counts(id)) {
            return Granted::All;
        }
        for store in grant.data_stores.iter().filter(|store| counts(&store.universe_id)) {
            if store.name == ANY {
                return Granted::All;
            }
            names.insert(store.name.clone());
        }
    }
    Granted::of(names)
}

/// Whether a grant gives a permission somewhere. That `*` stands for all operations, too, is `[I]` (`roblox-apis.md §0.4`
/// says it of targets).
fn gives(grant: &Grant, permission: &str) -> bool {
    let is_of_scope = permission.rsplit_once(':').is_some_and(|(scope, _)| scope == grant.scope);
    grant.operations.iter().any(|operation| {
        let is_any = is_of_scope && operation == ANY;
        is_any || known_name(&format!("{}:{operation}", grant.scope)) == permission
    })
}

/// A permission by the name it has here.
fn known_name(permission: &str) -> &str {
    OTHER_NAMES.iter().find(|(other, _)| *other == permission).map_or(permission, |(_, known)| known)
}

/// What the key permits although no feature needs it.
fn unused_permissions(facts: &KeyFacts) -> BTreeSet<String> {
    let known: BTreeSet<&str> = Feature::ALL
        .iter()
        .flat_map(|feature| feature.needs().iter().chain(feature.uses()))
        .copied()
        .collect();
    let given = facts
        .grants
        .iter()
        .flat_map(|grant| grant.operations.iter().map(|operation| format!("{}:{operation}", grant.scope)));
    given.filter(|permission| !known.contains(known_name(permission))).collect()
}

/// The universes the key counts for; `*` for all.
fn universes(facts: &KeyFacts) -> BTreeSet<&str> {
    let whole = facts.grants.iter().flat_map(|grant| &grant.universe_ids).map(String::as_str);
    let of_stores = facts.grants.iter().flat_map(|grant| &grant.data_stores);
    whole.chain(of_stores.map(|store| store.universe_id.as_str())).collect()
}

/// Some names in back quotes, and how many more there are.
fn shortened(names: &BTreeSet<String>) -> String {
    let shown: Vec<_> = names.iter().take(NAMES_SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(NAMES_SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
