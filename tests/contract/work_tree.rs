//! The files of the work tree, as text.

use std::fs;
use std::path::Path;

/// Folders of other people's work, or of built files.
const NOT_OURS: [&str; 7] =
    ["target", "node_modules", ".git", "dist", "Vendor", "test-results", "playwright-report"];

/// A file of ours; its path is relative to the root, with slashes.
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl SourceFile {
    /// An invented file, to try a rule on.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    pub(crate) fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    pub(crate) fn file_name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path.as_str(), |(_, name)| name)
    }
}

/// Every file below `folder` (of the root) with one of the `extensions`, in path order.
pub(crate) fn files(folder: &str, extensions: &[&str]) -> Vec<SourceFile> {
    let mut found = Vec::new();
    collect(&xtask::workspace::root().join(folder), folder.trim_end_matches('/'), extensions, &mut found);
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

fn collect(directory: &Path, shown: &str, extensions: &[&str], found: &mut Vec<SourceFile>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let path = if shown.is_empty() { name.clone() } else { format!("{shown}/{name}") };
        if entry.file_type().unwrap().is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                collect(&entry.path(), &path, extensions, found);
            }
        } else if extensions.iter().any(|extension| name.ends_with(&format!(".{extension}"))) {
            found.push(SourceFile { path, text: fs::read_to_string(entry.path()).unwrap() });
        }
    }
}
