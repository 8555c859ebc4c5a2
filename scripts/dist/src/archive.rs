//! Archives that come out the same each time.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;

use anyhow::Context;
use flate2::{Compression, GzBuilder};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The time of every file: 2026-01-01, at midnight in Greenwich.
const MODIFIED_UNIX_SECONDS: u64 = 1_767_225_600;

/// The same for zip, whose times belong to no zone.
const MODIFIED_YEAR: u16 = 2026;

const PROGRAM_MODE: u32 = 0o755;
const TEXT_MODE: u32 = 0o644;

/// How files are put into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// What Linux and macOS open.
    TarGz,
    /// What Windows opens.
    Zip,
}

/// A file of an archive.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    name: String,
    mode: u32,
    content: Vec<u8>,
}

impl Format {
    /// What names of such files end with.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::TarGz => ".tar.gz",
            Self::Zip => ".zip",
        }
    }
}

impl Entry {
    /// A file that can be run.
    pub(crate) fn program(name: &str, content: Vec<u8>) -> Self {
        Self { name: name.to_owned(), mode: PROGRAM_MODE, content }
    }

    /// A file to read.
    pub(crate) fn text(name: &str, content: Vec<u8>) -> Self {
        Self { name: name.to_owned(), mode: TEXT_MODE, content }
    }
}

/// Packs files, by name, into a folder called `folder`.
pub(crate) fn pack(
    format: Format,
    folder: &str,
    entries: impl IntoIterator<Item = Entry>,
) -> anyhow::Result<Vec<u8>> {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_by(|left, right| left.name.cmp(&right.name));
    match format {
        Format::TarGz => tar_gz(folder, &entries),
        Format::Zip => zip(folder, &entries),
    }
}

fn tar_gz(folder: &str, entries: &[Entry]) -> anyhow::Result<Vec<u8>> {
    // Without a file name, and with a time and system of ours.
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(gzip);
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.content.len() as u64);
        header.set_mode(entry.mode);
        header.set_mtime(MODIFIED_UNIX_SECONDS);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, format!("{folder}/{}", entry.name), entry.content.as_slice())?;
    }
    Ok(tar.into_inner()?.finish()?)
}

fn zip(folder: &str, entries: &[Entry]) -> anyhow::Result<Vec<u8>> {
    let modified =
        DateTime::from_date_and_time(MODIFIED_YEAR, 1, 1, 0, 0, 0).context("the time of every file")?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(modified)
            .unix_permissions(entry.mode);
        zip.start_file(format!("{folder}/{}", entry.name), options)?;
        zip.write_all(&entry.content)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Unpacks an archive as its user would.
pub(crate) fn unpack(format: Format, packed: &[u8], into: &Path) -> anyhow::Result<()> {
    match format {
        Format::TarGz => tar::Archive::new(flate2::read::GzDecoder::new(packed)).unpack(into)?,
        Format::Zip => ZipArchive::new(Cursor::new(packed))?.extract(into)?,
    }
    Ok(())
}

/// The SHA-256 of `content` in hex.
pub(crate) fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> [Entry; 2] {
        [Entry::text("README.md", b"read".to_vec()), Entry::program("dsmp", vec![7; 100_000])]
    }

    #[test]
    fn the_same_files_in_any_order_make_the_same_archive() {
        for format in [Format::TarGz, Format::Zip] {
            let [first, second] = entries();
            let packed = pack(format, "dsmp-1", [first.clone(), second.clone()]).unwrap();
            assert_eq!(pack(format, "dsmp-1", [second, first]).unwrap(), packed, "{format:?}");
        }
    }

    #[test]
    fn what_was_packed_comes_out_again_and_runs() {
        for format in [Format::TarGz, Format::Zip] {
            let packed = pack(format, "dsmp-1", entries()).unwrap();
            let folder = tempfile::tempdir().unwrap();
            unpack(format, &packed, folder.path()).unwrap();
            let program = folder.path().join("dsmp-1").join("dsmp");
            assert_eq!(std::fs::read(&program).unwrap(), vec![7; 100_000]);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                assert_eq!(program.metadata().unwrap().permissions().mode() & 0o777, PROGRAM_MODE);
            }
        }
    }

    #[test]
    fn checksums_are_those_of_sha256sum() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
