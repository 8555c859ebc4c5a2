//! A file that is written over days and restarts, and appears under its name only when it is complete.
//!
//! **Invariant:** up to the last checkpoint the temporary file is on the disk, and a packed one is whole: what follows is cut
//! off, and the next member or frame begins there.
//!
//! **Invariant:** a file that has the name meanwhile is left as it is.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use daemon_store::journal::records::JobId;

use crate::config::{create_private, open_private, place_new};
use crate::jsonl::packing::{Packer, Packing};

const BUFFER_BYTES: usize = 256 << 10;

/// A file that is being written.
pub(super) struct Target {
    packing: Packing,
    /// None while a member or frame is not begun.
    packer: Option<Packer<BufWriter<File>>>,
    /// The file between two members or frames.
    file: Option<File>,
}

impl Target {
    /// Goes on with what is there up to a checkpoint, or begins where nothing is; answers whether it begins anew.
    pub(super) fn open(path: &Path, job: &JobId, size_bytes: u64) -> io::Result<(Self, bool)> {
        let temporary = temporary(path, job);
        let open =
            |file, is_new| (Self { packing: Packing::by_name(path), packer: None, file: Some(file) }, is_new);
        if size_bytes > 0 && temporary.exists() {
            let mut file = open_private(&temporary).map_err(io::Error::other)?;
            if file.metadata()?.len() >= size_bytes {
                file.set_len(size_bytes)?;
                file.seek(SeekFrom::Start(size_bytes))?;
                return Ok(open(file, false));
            }
        }
        remove(&temporary)?;
        Ok(open(create_private(&temporary)?, true))
    }

    /// Writes behind what is there.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            let sink = BufWriter::with_capacity(BUFFER_BYTES, file);
            self.packer = Some(Packer::new(self.packing, sink)?);
        }
        match &mut self.packer {
            Some(packer) => packer.write_all(bytes),
            None => Err(closed()),
        }
    }

    /// Brings everything to the disk; answers how long the file is.
    pub(super) fn checkpoint(&mut self) -> io::Result<u64> {
        if let Some(packer) = self.packer.take() {
            let file = packer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            self.file = Some(file);
        }
        let file = self.file.as_ref().ok_or_else(closed)?;
        file.sync_data()?;
        Ok(file.metadata()?.len())
    }

    /// Completes the file, which has its name only after [`place`]; answers how long it is.
    pub(super) fn complete(mut self) -> io::Result<u64> {
        let is_empty = self.file.as_ref().is_some_and(|file| file.metadata().is_ok_and(|is| is.len() == 0));
        if is_empty {
            // Nothing, packed, is not nothing.
            self.write(b"")?;
        }
        self.checkpoint()
    }
}

/// Gives a complete file its name, also when that was cut off before.
pub(super) fn place(temporary: &Path, path: &Path) -> io::Result<()> {
    match (temporary.exists(), path.exists()) {
        (false, true) => Ok(()),
        // Both names of one file: it was cut off in between. Or else somebody made one.
        (true, true) if is_same(temporary, path)? => fs::remove_file(temporary),
        _ => place_new(temporary, path),
    }
}

/// Removes what was written so far.
pub(super) fn discard(path: &Path, job: &JobId) -> io::Result<()> {
    remove(&temporary(path, job))
}

/// Where a job writes its file: beside the place where it will be, under a name that tells the job.
pub(super) fn temporary(path: &Path, job: &JobId) -> PathBuf {
    let mut hidden = OsString::from(".");
    hidden.push(path.file_name().unwrap_or_default());
    hidden.push(format!(".partial-{}", job.0));
    path.with_file_name(hidden)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let (one, other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let mut others = BufReader::with_capacity(BUFFER_BYTES, other).bytes();
    for byte in BufReader::with_capacity(BUFFER_BYTES, one).bytes() {
        if others.next().transpose()? != Some(byte?) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn closed() -> io::Error {
    io::Error::other("the file could not be written before")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonl::packing::unpack;

    fn job() -> JobId {
        JobId("0198-job".to_owned())
    }

    fn text(path: &Path) -> String {
        let mut text = String::new();
        unpack(File::open(path).unwrap(), Packing::by_name(path))
            .unwrap()
            .reader
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    fn finish(target: Target, path: &Path) {
        target.complete().unwrap();
        place(&temporary(path, &job()), path).unwrap();
    }

    #[test]
    fn s_38_what_was_written_after_the_last_checkpoint_is_written_again() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst"] {
            let path = directory.path().join(name);
            let (mut target, is_new) = Target::open(&path, &job(), 0).unwrap();
            assert!(is_new);
            target.write(b"one\n").unwrap();
            let size_bytes = target.checkpoint().unwrap();
            target.write(&b"two\n".repeat(100_000)).unwrap();
            // Killed here.
            drop(target);
            assert!(!path.exists(), "{name}");
            let (mut target, is_new) = Target::open(&path, &job(), size_bytes).unwrap();
            assert!(!is_new, "{name}");
            assert_eq!(
                target.checkpoint().unwrap(),
                size_bytes,
                "{name}: nothing is added where nothing was written"
            );
            target.write(b"three\n").unwrap();
            finish(target, &path);
            assert_eq!(text(&path), "one\nthree\n", "{name}");
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3, "temporary files are gone");
    }

    #[test]
    fn a_file_that_lost_what_was_checkpointed_is_begun_anew() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.jsonl");
        let (mut target, _) = Target::open(&path, &job(), 0).unwrap();
        target.write(b"one\n").unwrap();
        let size_bytes = target.checkpoint().unwrap();
        drop(target);
        assert!(Target::open(&path, &job(), size_bytes + 1).unwrap().1);
        discard(&path, &job()).unwrap();
        assert!(Target::open(&path, &job(), size_bytes).unwrap().1);
    }

    #[test]
    fn an_empty_export_is_a_whole_file() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst"] {
            let path = directory.path().join(name);
            let (target, _) = Target::open(&path, &job(), 0).unwrap();
            finish(target, &path);
            assert_eq!(text(&path), "", "{name}");
            assert_eq!(fs::metadata(&path).unwrap().len() == 0, name == "out.jsonl", "{name}");
        }
    }

    #[test]
    fn s_65_a_file_that_took_the_name_meanwhile_is_left_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.jsonl");
        let (mut target, _) = Target::open(&path, &job(), 0).unwrap();
        target.write(b"mine\n").unwrap();
        fs::write(&path, "theirs\n").unwrap();
        target.complete().unwrap();
        assert_eq!(place(&temporary(&path, &job()), &path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"theirs\n");
    }

    #[test]
    fn placing_goes_on_where_it_was_cut_off() {
        let directory = tempfile::tempdir().unwrap();
        let (temporary, path) = (directory.path().join("temporary"), directory.path().join("out"));
        fs::write(&temporary, "whole").unwrap();
        fs::write(&path, "whole").unwrap();
        place(&temporary, &path).unwrap();
        assert!(!temporary.exists());
        place(&temporary, &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }
}
