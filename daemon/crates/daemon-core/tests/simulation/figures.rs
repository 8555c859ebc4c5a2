//! What happened in a run, counted.

use std::fmt;

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident: $words:literal,)*) => {
        /// How much of what happened.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct Figures {
            $($(#[$doc])* pub(crate) $name: u64,)*
        }

        impl Figures {
            /// Adds what happened elsewhere.
            pub(crate) fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }

            /// Each figure with its name.
            fn list(&self) -> Vec<(&'static str, u64)> {
                vec![$(($words, self.$name),)*]
            }
        }
    };
}

figures! {
    /// Worlds that were run.
    seeds: "seeds",
    /// Items that were committed or saved.
    items: "items",
    /// Requests that left to change something.
    requests: "requests",
    /// Those of them that were not answered.
    lost: "lost replies",
    /// Those that arrived late.
    delayed: "delayed",
    /// Those that arrived twice.
    duplicated: "duplicated",
    /// Those that were refused or throttled.
    refused: "refusals",
    /// Requests sent again on the same condition.
    resends: "resends",
    /// Intents that were decided anew.
    rounds: "decided anew",
    /// Writes of the game.
    game: "writes of the game",
    /// Times the daemon was killed.
    crashes: "crashes",
    /// Items read back at a start.
    recoveries: "recoveries",
    /// Transactions that failed.
    journal_failures: "journal failures",
    /// Items that ended as saved.
    saved: "saved",
    /// Those of them that take another one back.
    undone: "undone",
    /// Items that ended in conflict, or were resolved.
    conflicts: "conflicts",
    /// Conflicts that a person resolved.
    resolved: "resolved",
    /// Items that ended as refused.
    refusals: "refused",
    /// Items that ended as superseded.
    superseded: "superseded",
    /// Items that nobody can tell about.
    unknown: "unknowns",
    /// Removals and ordered entries that changed something unseen, which no condition guards (S-31).
    unguarded: "unguarded changes over something unseen",
    /// Changes of absent and ordered entries that somebody else took back before they were read.
    taken_back: "changes taken back unseen",
    /// Creations that were done once more after the game removed the key.
    late_creations: "creations repeated after a removal",
}

impl Figures {
    /// Something that never happened, so that a run says nothing about it; what is rare even at night does not count.
    pub(crate) fn lacking(&self) -> Option<&'static str> {
        let rare = Self { taken_back: 1, late_creations: 1, ..*self };
        rare.list().into_iter().find(|(_, figure)| *figure == 0).map(|(name, _)| name)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, figure)) in self.list().into_iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(formatter, "{comma}{name} {figure}")?;
        }
        Ok(())
    }
}
