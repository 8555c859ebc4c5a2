//! The plugin's sources, in the binary.

/// The project file, which names the top Instance and the folder its sources are in.
pub(super) const PROJECT: &str = include_str!("../../../plugin-lua/default.project.json");

/// One file of the plugin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    /// Below the project's source folder, with `/` between its parts.
    pub(super) path: &'static str,
    /// Its text.
    pub(super) text: &'static str,
}

macro_rules! sources {
    ($($path:literal,)*) => {
        /// Every file of the plugin, by path.
        pub(super) const SOURCES: &[Source] =
            &[$(Source { path: $path, text: include_str!(concat!("../../../plugin-lua/src/", $path)) }),*];
    };
}

sources! {
    "Cleaner.luau",
    "Dispatch.luau",
    "Exchange.luau",
    "Explorer.luau",
    "Json.luau",
    "Log.luau",
    "Pages.luau",
    "Proof.luau",
    "Protocol.luau",
    "Release.luau",
    "Scalar.luau",
    "Services.luau",
    "Session.luau",
    "Settings.luau",
    "Sha256.luau",
    "Transport.luau",
    "Ui/App.luau",
    "Ui/Display.luau",
    "Ui/Editor.luau",
    "Ui/ListPanel.luau",
    "Ui/New.luau",
    "Ui/Row.luau",
    "Ui/Strip.luau",
    "Ui/Theme.luau",
    "Ui/VirtualList.luau",
    "Words.luau",
    "init.server.luau",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn collect(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                collect(&entry.path(), &format!("{name}/"), found);
            } else {
                found.insert(name);
            }
        }
    }

    #[test]
    fn the_table_names_every_file_once_and_in_order() {
        let mut found = BTreeSet::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin-lua/src"), "", &mut found);
        let listed: Vec<_> = SOURCES.iter().map(|source| source.path.to_owned()).collect();
        assert_eq!(
            listed,
            found.into_iter().collect::<Vec<_>>(),
            "add new plugin files to daemon/src/plugin/sources.rs"
        );
    }

    #[test]
    fn the_plugin_is_of_the_daemons_release() {
        let release = SOURCES.iter().find(|source| source.path == "Release.luau").unwrap();
        let line = format!("Release.VERSION = \"{}\"", env!("CARGO_PKG_VERSION"));
        assert!(release.text.contains(&line), "plugin-lua/src/Release.luau must say `{line}`");
    }
}
