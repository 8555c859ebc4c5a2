//! What can be told of a binary without running it.

use std::fs;

use anyhow::{Context, ensure};
use xtask::workspace;

/// On the page of a binary that was built without the dashboard (`daemon/build.rs`).
const WITHOUT_DASHBOARD: &[u8] = b"The dashboard is not part of this build";

/// What names of glibc's versions begin with, in the list of those a binary needs.
const GLIBC: &[u8] = b"GLIBC_";

/// Refuses a binary that has another page inside than the dashboard's.
pub(crate) fn check(content: &[u8]) -> anyhow::Result<()> {
    let index = workspace::dashboard().join("dist").join("index.html");
    let page = fs::read(&index).with_context(|| format!("reading `{}`", index.display()))?;
    check_page(content, &page)
}

fn check_page(content: &[u8], page: &[u8]) -> anyhow::Result<()> {
    ensure!(
        positions(content, WITHOUT_DASHBOARD).next().is_none(),
        "the binary carries the page \"dashboard not built\"; run `cargo xtask dashboard`"
    );
    ensure!(
        positions(content, page).next().is_some(),
        "the binary carries another dashboard than `daemon/dashboard/dist`, which changed meanwhile; start again"
    );
    Ok(())
}

/// The newest version of glibc that a Linux binary asks for: it does not start with an older one.
pub(crate) fn glibc(content: &[u8]) -> Option<(u32, u32)> {
    positions(content, GLIBC)
        .filter_map(|position| {
            let rest = &content[position + GLIBC.len()..];
            let end = rest.iter().position(|byte| *byte == 0)?;
            let mut numbers = std::str::from_utf8(&rest[..end]).ok()?.split('.').map(str::parse::<u32>);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
        .max()
}

/// Where `wanted`, which is not empty, begins.
fn positions<'a>(content: &'a [u8], wanted: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = wanted.first().copied();
    content
        .iter()
        .enumerate()
        .filter(move |(_, byte)| Some(**byte) == first)
        .map(|(position, _)| position)
        .filter(move |position| content[*position..].starts_with(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_without_this_dashboard_is_refused() {
        assert!(check_page(b"\x7fELF<!doctype>ours\0", b"<!doctype>ours").is_ok());
        let without = [b"\x7fELF".as_slice(), WITHOUT_DASHBOARD].concat();
        assert!(check_page(&without, b"<!doctype>ours").unwrap_err().to_string().contains("not built"));
        assert!(check_page(b"\x7fELF<!doctype>older", b"<!doctype>ours").is_err());
    }

    #[test]
    fn the_page_without_dashboard_is_known_by_its_words() {
        let builder = fs::read(workspace::root().join("daemon").join("build.rs")).unwrap();
        assert!(positions(&builder, WITHOUT_DASHBOARD).next().is_some());
    }

    #[test]
    fn versions_of_glibc_are_compared_as_numbers() {
        let names = b"\0GLIBC_2.2.5\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_PRIVATE\0GLIBC_\0";
        assert_eq!(glibc(names), Some((2, 34)));
        assert_eq!(glibc(b"\0static\0"), None);
    }
}
