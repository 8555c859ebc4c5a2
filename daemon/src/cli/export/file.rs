//! A file that appears under its name only when it is complete.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::cli::exit::Failure;
use crate::cli::export::synced::SyncedFile;
use crate::config::create_private;
use crate::jsonl::packing::{Packer, Packing};
use crate::secret::random_hex;

const BUFFER_BYTES: usize = 256 << 10;

/// A file being written beside the place where it will be; removed again unless it is completed.
pub(in crate::cli) struct PartialFile {
    path: PathBuf,
    temporary: PathBuf,
    packer: Option<Packer<BufWriter<SyncedFile>>>,
}

impl PartialFile {
    /// Begins the file that will be `path`, readable by this account alone: saves are personal data.
    pub(in crate::cli) fn create(path: &Path) -> Result<Self, Failure> {
        let name = path
            .file_name()
            .ok_or_else(|| Failure::usage(format!("`{}` is not the name of a file", path.display())))?;
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(Failure::usage(format!(
                "`{}` is not a regular file; leave `-o` out to write to standard output",
                path.display()
            )));
        }
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".partial-{}", random_hex(4)));
        let temporary = path.with_file_name(hidden);
        let packer = create_private(&temporary).and_then(|file| {
            Packer::new(Packing::by_name(path), BufWriter::with_capacity(BUFFER_BYTES, SyncedFile::new(file)))
        });
        let packer = packer.map_err(|error| Failure::file("write", path, &error))?;
        Ok(Self { path: path.to_owned(), temporary, packer: Some(packer) })
    }

    /// Completes the file and puts it in its place.
    pub(in crate::cli) fn commit(mut self) -> Result<(), Failure> {
        let done = match self.packer.take() {
            Some(packer) => complete(packer).and_then(|()| fs::rename(&self.temporary, &self.path)),
            None => Ok(()),
        };
        done.map_err(|error| self.failure("write", &error))
    }

    /// What failed, on which file.
    pub(in crate::cli) fn failure(&self, action: &str, error: &io::Error) -> Failure {
        Failure::file(action, &self.path, error)
    }
}

fn complete(packer: Packer<BufWriter<SyncedFile>>) -> io::Result<()> {
    packer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
}

impl Write for PartialFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.packer {
            Some(packer) => packer.write(bytes),
            None => Err(io::ErrorKind::WriteZero.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.packer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        // Open files cannot be removed everywhere. After `commit` there is nothing left to remove.
        drop(self.packer.take());
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn file_appears_complete_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.jsonl");
        let mut file = PartialFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(file);
        assert_eq!(names(directory.path()), Vec::<String>::new(), "an abandoned file leaves nothing");

        let mut file = PartialFile::create(&path).unwrap();
        file.write_all(b"whole").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(names(directory.path()), ["out.jsonl"]);
    }

    #[test]
    fn directories_and_devices_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        assert!(PartialFile::create(directory.path()).is_err());
        assert!(PartialFile::create(Path::new("..")).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn full_disk_is_named_with_its_remedy() {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let error = complete(Packer::None({
            let mut writer = BufWriter::new(SyncedFile::new(full));
            writer.write_all(b"x").unwrap();
            writer
        }));
        let failure = Failure::file("write", Path::new("out.jsonl"), &error.unwrap_err());
        assert!(failure.message.contains("the disk is full: free some space"), "{failure}");
    }
}
