//! The README of an archive: how to start, then what our own README tells users.

use std::fs;

use anyhow::Context;
use xtask::workspace;

use crate::VERSION;

/// The parts of our README that are for users, in its order.
const SECTIONS: [&str; 2] = ["A first session", "What to know"];

/// What the system must have, or must be told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Needs {
    /// At least this glibc.
    Glibc {
        major: u32,
        minor: u32,
    },
    Windows,
    /// At least this macOS.
    MacOs {
        major: u32,
        minor: u32,
    },
}

impl Needs {
    fn text(self) -> String {
        match self {
            Self::Glibc { major, minor } => format!(
                "Runs on every x64 Linux with glibc {major}.{minor} or newer; `ldd --version` tells which one you have."
            ),
            Self::Windows => {
                "Runs on Windows 10 and newer. The program is not signed: when Windows asks at the first \
                start, choose **More info**, then **Run anyway**."
                    .to_owned()
            }
            Self::MacOs { major, minor } => format!(
                "Runs on macOS {major}.{minor} and newer. The program is not signed by a developer known to Apple: where \
                 macOS refuses to open it, allow it once with `xattr -d com.apple.quarantine dsmp`."
            ),
        }
    }
}

/// The README for one system.
pub(crate) fn readme(system: &str, program: &str, needs: &Needs) -> anyhow::Result<String> {
    let file = workspace::root().join("README.md");
    let ours = fs::read_to_string(&file).with_context(|| format!("reading `{}`", file.display()))?;
    let mut text = format!(
        "# DataStore Manager Pro {VERSION} for {system}\n\n\
         Look after your players' saved data: visible, searchable and editable, on your own machine.\n\n\
         Everything is in the one program, `{program}`: the daemon, the dashboard and the Studio plugin. Put it where you like.\n\n\
         {}\n\n\
         ## Start\n\n```\ndsmp serve\n```\n\n\
         prints two lines: where it listens, and a link that signs your browser in, once, within a minute (`dsmp open`\n\
         makes another).\n\n",
        needs.text()
    );
    for heading in SECTIONS {
        text.push_str(
            &section(&ours, heading).with_context(|| format!("README.md has no section `{heading}`"))?,
        );
    }
    text.push_str("MIT licence: see LICENSE. What else is inside, and its licences: THIRD-PARTY.txt and THIRD-PARTY-RUST.html.\n");
    Ok(text)
}

/// One section, without what only those who build it themselves need.
fn section(readme: &str, heading: &str) -> Option<String> {
    let start = readme.find(&format!("## {heading}\n"))?;
    let rest = &readme[start..];
    let end = rest[1..].find("\n## ").map_or(rest.len(), |end| end + 2);
    // Where the program is, in a work tree and in an archive.
    Some(rest[..end].replace(" (`dsmp` is `target/release/dsmp`, or `dsmp.exe`)", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_readme_has_what_users_are_told() {
        let text = readme("Linux x64", "dsmp", &Needs::Glibc { major: 2, minor: 34 }).unwrap();
        for expected in
            ["for Linux x64", "glibc 2.34", "## A first session", "## What to know", "dsmp import"]
        {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
        assert!(!text.contains("target/") && !text.contains("cargo"), "{text}");
    }

    #[test]
    fn a_section_ends_where_the_next_begins() {
        assert_eq!(section("# A\n\n## B\n\nb\n\n## C\n\nc\n", "B").unwrap(), "## B\n\nb\n\n");
        assert_eq!(section("# A\n\n## B\n\nb\n\n## C\n\nc\n", "C").unwrap(), "## C\n\nc\n");
        assert_eq!(section("# A\n", "B"), None);
    }
}
