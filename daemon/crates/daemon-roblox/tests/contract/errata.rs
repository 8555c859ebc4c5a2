//! Where Roblox answers otherwise than it describes (`roblox-apis.md §1.3`, `§8`), and where we follow what it does.
//!
//! The test fails when one of these is no longer needed.

use crate::document::Breach;

/// A known error of the description.
#[derive(Debug)]
pub(crate) struct Erratum {
    /// Where it is told, and how.
    reason: &'static str,
    operations: &'static [&'static str],
    /// How the place begins.
    place: &'static str,
    /// What the rule contains.
    rule: &'static str,
}

impl Erratum {
    /// Where the error is told, and how.
    pub(crate) fn reason(&self) -> &'static str {
        self.reason
    }

    /// Whether a breach is this error of the description.
    pub(crate) fn explains(&self, breach: &Breach) -> bool {
        self.operations.contains(&breach.operation.as_str())
            && breach.place.starts_with(self.place)
            && breach.rule.contains(self.rule)
    }
}

pub(crate) const ERRATA: &[Erratum] = &[
    Erratum {
        reason: "§1.3 (1), §8.2: the list is named `datastores`, as the example has it, not `data`",
        operations: &["Datastores_ListDatastoresAsync"],
        place: "/datastores",
        rule: "not described",
    },
    Erratum {
        reason: "§1.3 (2), §8.2: keys are objects with scope and key, not strings",
        operations: &["Entries_ListKeysAsync"],
        place: "/keys/",
        rule: "is not of type \"string\"",
    },
    Erratum {
        reason: "§1.3 (3): a value is any JSON, not only an object",
        operations: &["Entries_GetEntryAsync", "Entries_IncrementEntryAsync", "Entries_GetEntryVersionAsync"],
        place: "",
        rule: "is not of type \"object\"",
    },
    Erratum {
        reason: "§1.3 (4): the answer to a set is `application/json`, not `text/json`",
        operations: &["Entries_SetEntryAsync"],
        place: "header content-type",
        rule: "instead of `text/json`",
    },
    Erratum {
        reason: "§1.3 (7): a list of versions is `application/json`, not `text/json`",
        operations: &["Entries_ListEntryVersionsAsync"],
        place: "header content-type",
        rule: "instead of `text/json`",
    },
    Erratum {
        reason: "§1.3 (7): a list of versions has `versions`; the description shows one version",
        operations: &["Entries_ListEntryVersionsAsync"],
        place: "/versions",
        rule: "not described",
    },
    Erratum {
        reason: "§1.3 (7): a list of versions has `nextPageCursor`; the description shows one version",
        operations: &["Entries_ListEntryVersionsAsync"],
        place: "/nextPageCursor",
        rule: "not described",
    },
];
