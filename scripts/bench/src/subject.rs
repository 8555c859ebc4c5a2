//! What can be measured, by name.

use anyhow::bail;

/// One subject of measurement; the order is that of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Reading a file into a data store.
    Import,
    /// Writing a data store into a file.
    Export,
    /// Looking through all entries.
    Scan,
    /// From the start of the process to its first answer, and memory at rest.
    Start,
    /// Pages of keys.
    Keys,
    /// Reading entries.
    Get,
    /// Writing entries.
    Set,
    /// Changing one member of a large entry.
    Edit,
    /// The emulator's writes and reads.
    Emulator,
    /// The memory of our own Open Cloud client.
    Client,
    /// The dashboard in a browser.
    Dashboard,
}

impl Subject {
    /// All subjects, in the order of the table.
    pub(crate) const ALL: [Self; 11] = [
        Self::Import,
        Self::Export,
        Self::Scan,
        Self::Start,
        Self::Keys,
        Self::Get,
        Self::Edit,
        Self::Set,
        Self::Emulator,
        Self::Client,
        Self::Dashboard,
    ];

    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
            Self::Scan => "scan",
            Self::Start => "start",
            Self::Keys => "keys",
            Self::Get => "get",
            Self::Set => "set",
            Self::Edit => "edit",
            Self::Emulator => "emulator",
            Self::Client => "client",
            Self::Dashboard => "dashboard",
        }
    }

    /// The heading in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Import => "Import",
            Self::Export => "Export",
            Self::Scan => "Scanning all entries",
            Self::Start => "Start",
            Self::Keys => "keys.list, pages of 250",
            Self::Get => "entries.get",
            Self::Set => "entries.set",
            Self::Edit => "entries.edit, one member of a 4 MB value",
            Self::Emulator => "Emulator without limits, data stores v1",
            Self::Client => "Open Cloud client, reading the emulator",
            Self::Dashboard => "Dashboard in Chromium",
        }
    }

    /// Picks the subjects whose names begin with one of `prefixes`; all when none is given.
    pub(crate) fn select(prefixes: &[String]) -> anyhow::Result<Vec<Self>> {
        for prefix in prefixes {
            if prefix.is_empty()
                || !Self::ALL.iter().any(|subject| subject.name().starts_with(prefix.as_str()))
            {
                let names: Vec<_> = Self::ALL.iter().map(|subject| subject.name()).collect();
                bail!("no bench begins with `{prefix}`; there are: {}", names.join(", "));
            }
        }
        let is_wanted = |subject: &Self| {
            prefixes.is_empty() || prefixes.iter().any(|prefix| subject.name().starts_with(prefix.as_str()))
        };
        Ok(Self::ALL.into_iter().filter(is_wanted).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(prefixes: &[&str]) -> anyhow::Result<Vec<&'static str>> {
        let prefixes: Vec<_> = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
        Ok(Subject::select(&prefixes)?.into_iter().map(Subject::name).collect())
    }

    #[test]
    fn names_are_picked_by_their_beginning_in_the_tables_order() {
        assert_eq!(select(&[]).unwrap().len(), Subject::ALL.len());
        assert_eq!(select(&["set"]).unwrap(), ["set"]);
        assert_eq!(select(&["e", "imp"]).unwrap(), ["import", "export", "edit", "emulator"]);
        assert_eq!(select(&["get", "g"]).unwrap(), ["get"]);
    }

    #[test]
    fn an_unknown_name_lists_those_there_are() {
        for unknown in ["sets", "", "Import"] {
            let error = select(&["import", unknown]).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "no bench begins with `{unknown}`; there are: import, export, scan, start, keys, get, edit, set, emulator, client, dashboard"
                )
            );
        }
    }
}
