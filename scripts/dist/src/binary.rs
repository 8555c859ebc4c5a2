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

/// What a macOS binary says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MacOs {
    /// The oldest macOS it starts on.
    pub(crate) version: (u32, u32),
    /// Whether it carries a signature, if only its linker's: Apple's own processors start nothing without.
    pub(crate) signed: bool,
}

/// Reads the load commands of a 64-bit Mach-O binary.
pub(crate) fn mac_os(content: &[u8]) -> Option<MacOs> {
    const MAGIC: u32 = 0xfeed_facf;
    const HEADER_BYTES: usize = 32;
    const VERSION_MIN: u32 = 0x24;
    const BUILD_VERSION: u32 = 0x32;
    const CODE_SIGNATURE: u32 = 0x1d;

    let word = |position: usize| {
        content.get(position..position + 4).and_then(|bytes| Some(u32::from_le_bytes(bytes.try_into().ok()?)))
    };
    if word(0)? != MAGIC {
        return None;
    }
    let (mut position, mut version, mut signed) = (HEADER_BYTES, None, false);
    for _ in 0..word(16)? {
        match word(position)? {
            VERSION_MIN => version = word(position + 8),
            BUILD_VERSION => version = word(position + 12),
            CODE_SIGNATURE => signed = true,
            _ => {}
        }
        position += word(position + 4)? as usize;
    }
    version.map(|version| MacOs { version: (version >> 16, version >> 8 & 0xff), signed })
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
    fn a_macos_binary_tells_its_system_and_its_signature() {
        let binary = |commands: &[&[u32]]| -> Vec<u8> {
            let count = u32::try_from(commands.len()).unwrap();
            let header = [0xfeed_facf, 0x0100_000c, 0, 2, count, 0, 0, 0];
            header
                .iter()
                .chain(commands.iter().copied().flatten())
                .flat_map(|word| word.to_le_bytes())
                .collect()
        };
        let build_version: &[u32] = &[0x32, 24, 1, 0x000b_0300, 0, 0];
        let signature: &[u32] = &[0x1d, 16, 0, 0];
        let told = |signed| Some(MacOs { version: (11, 3), signed });
        assert_eq!(mac_os(&binary(&[signature, build_version])), told(true));
        assert_eq!(mac_os(&binary(&[build_version])), told(false));
        assert_eq!(mac_os(&binary(&[signature])), None);
        assert_eq!(mac_os(&binary(&[build_version])[..40]), None);
        assert_eq!(mac_os(b"\x7fELF"), None);
    }

    #[test]
    fn versions_of_glibc_are_compared_as_numbers() {
        let names = b"\0GLIBC_2.2.5\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_PRIVATE\0GLIBC_\0";
        assert_eq!(glibc(names), Some((2, 34)));
        assert_eq!(glibc(b"\0static\0"), None);
    }
}
