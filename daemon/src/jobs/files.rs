//! The files that jobs read and write, and how they are recognised again after a restart.
//!
//! **Invariant:** a path is absolute, and neither a link nor anything but a regular file is read or written (S-65).
//!
//! **Invariant:** a file that is there is never written over.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::config::open_to_read;

/// Why a file is not read or written.
#[derive(Debug, Error)]
pub enum FileProblem {
    /// The path depends on where the daemon runs.
    #[error("`{path}` is not an absolute path; name the file from the root of its drive")]
    NotAbsolute {
        /// The path.
        path: String,
    },
    /// It is a link, a directory, or no file at all.
    #[error("`{path}` is {what}; name a regular file")]
    NotRegular {
        /// The path.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// There is something of that name.
    #[error("`{path}` exists already, and is left as it is; remove it, or choose another name")]
    Exists {
        /// The path.
        path: String,
    },
    /// The directory of a file to be written is not there.
    #[error("`{path}` is not a directory; make it, or choose another place")]
    NoDirectory {
        /// The directory.
        path: String,
    },
    /// The operating system refused.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: String,
        /// Why it failed.
        source: io::Error,
    },
}

/// What a file is recognised by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMark {
    size_bytes: u64,
    /// Nanoseconds since 1970.
    modified_at: u64,
    /// Which file it is, however it is called.
    identity: String,
}

impl FileMark {
    fn of(metadata: &Metadata) -> Self {
        let since_epoch = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        };
        Self {
            size_bytes: metadata.len(),
            modified_at: metadata.modified().map_or(0, since_epoch),
            identity: identity(metadata),
        }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    format!("{}:{}", metadata.dev(), metadata.ino())
}

/// Windows gives a file that takes the place of another one of the same name that one's creation time only for seconds.
#[cfg(windows)]
fn identity(metadata: &Metadata) -> String {
    use std::os::windows::fs::MetadataExt as _;
    metadata.creation_time().to_string()
}

/// Opens a file to be read, with what it is recognised by.
pub fn open_source(path: &Path) -> Result<(File, FileMark), FileProblem> {
    require_absolute(path)?;
    let metadata = fs::symlink_metadata(path).map_err(failed("read", path))?;
    require_regular(path, &metadata)?;
    let file = open_to_read(path).map_err(failed("read", path))?;
    let opened = file.metadata().map_err(failed("read", path))?;
    // Whatever took its place in between is held to the same.
    require_regular(path, &opened)?;
    Ok((file, FileMark::of(&opened)))
}

/// Whether a path still leads to the file that is recognised by `mark`.
pub fn is_unchanged(path: &Path, mark: &FileMark) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && FileMark::of(&metadata) == *mark)
}

/// Checks that a file can be made: nothing has its name, and its directory is there.
pub fn check_target(path: &Path) -> Result<(), FileProblem> {
    require_absolute(path)?;
    let (Some(parent), Some(_)) = (path.parent(), path.file_name()) else {
        return Err(FileProblem::NotRegular { path: told(path), what: "not the name of a file" });
    };
    match fs::symlink_metadata(path) {
        Ok(metadata) => {
            require_regular(path, &metadata)?;
            return Err(FileProblem::Exists { path: told(path) });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed("write", path)(error)),
    }
    if fs::metadata(parent).is_ok_and(|metadata| metadata.is_dir()) {
        return Ok(());
    }
    Err(FileProblem::NoDirectory { path: told(parent) })
}

fn require_absolute(path: &Path) -> Result<(), FileProblem> {
    if path.is_absolute() { Ok(()) } else { Err(FileProblem::NotAbsolute { path: told(path) }) }
}

fn require_regular(path: &Path, metadata: &Metadata) -> Result<(), FileProblem> {
    let what = if metadata.is_symlink() {
        "a link"
    } else if metadata.is_dir() {
        "a directory"
    } else if metadata.is_file() {
        return Ok(());
    } else {
        "a device or a pipe"
    };
    Err(FileProblem::NotRegular { path: told(path), what })
}

fn told(path: &Path) -> String {
    path.display().to_string()
}

/// Names the file that something failed on.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileProblem {
    let path = told(path);
    move |source| FileProblem::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(result: Result<impl std::fmt::Debug, FileProblem>) -> String {
        result.expect_err("must be refused").to_string()
    }

    #[test]
    fn s_65_only_regular_files_with_an_absolute_path_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("in.jsonl");
        assert!(refused(open_source(&file)).contains("cannot read"));
        fs::write(&file, "{}").unwrap();
        open_source(&file).unwrap();
        assert!(refused(open_source(Path::new("in.jsonl"))).contains("absolute"));
        assert!(refused(open_source(directory.path())).contains("a directory"));
    }

    #[cfg(unix)]
    #[test]
    fn s_65_links_and_devices_are_neither_read_nor_written() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("in.jsonl"), directory.path().join("link"));
        fs::write(&file, "{}").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(refused(open_source(&link)).contains("a link"));
        assert!(refused(check_target(&link)).contains("a link"));
        assert!(refused(open_source(Path::new("/dev/null"))).contains("a device"));
        assert!(refused(check_target(Path::new("/dev/null"))).contains("a device"));
        let loose = directory.path().join("loose");
        std::os::unix::fs::symlink(directory.path().join("nothing"), &loose).unwrap();
        assert!(refused(check_target(&loose)).contains("a link"), "also one that leads nowhere");
    }

    #[test]
    fn s_65_a_file_that_is_there_is_not_written_over() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("out.jsonl");
        check_target(&file).unwrap();
        fs::write(&file, "kept").unwrap();
        assert!(refused(check_target(&file)).contains("exists already"));
        assert!(refused(check_target(Path::new("out.jsonl"))).contains("absolute"));
        assert!(refused(check_target(&directory.path().join("none/out.jsonl"))).contains("not a directory"));
        assert!(refused(check_target(&file.join("out.jsonl"))).contains("out.jsonl"));
    }

    #[test]
    fn a_file_that_changed_is_not_taken_for_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("in.jsonl");
        fs::write(&file, "{}").unwrap();
        let (_, mark) = open_source(&file).unwrap();
        assert!(is_unchanged(&file, &mark));
        fs::write(&file, "{} ").unwrap();
        assert!(!is_unchanged(&file, &mark), "another size");
        fs::write(&file, "{}").unwrap();
        let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
        File::options().write(true).open(&file).unwrap().set_modified(at).unwrap();
        assert!(!is_unchanged(&file, &mark), "another time");
        fs::remove_file(&file).unwrap();
        assert!(!is_unchanged(&file, &mark), "gone");
    }
}
