//! The folder a bench works in, which is gone when the bench is.
//!
//! It lies in the work tree's `target`, on a real disk: where temporary files are kept in memory a sync costs nothing.
//!
//! **Invariant:** what an earlier bench left behind is removed only when it bears our mark and nobody holds its lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;
use tempfile::TempDir;

/// How folders of benches begin.
const PREFIX: &str = "run-";

/// The file that marks a folder as a bench's, locked while the bench runs.
const LOCK: &str = "bench.lock";

/// What that file holds.
const MARK: &str = "a folder of `cargo xtask bench`, removed by the next one\n";

/// How long a daemon that outlived its bench may take to end.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(10);

/// How often to look meanwhile.
const ORPHAN_POLL: Duration = Duration::from_millis(50);

/// A folder of one's own.
#[derive(Debug)]
pub(crate) struct Place {
    // Let go before the folder is removed: Windows keeps files that are open.
    _lock: File,
    directory: TempDir,
}

impl Place {
    /// Makes a folder in `parent` after removing what dead benches left there; fails before anything is written when the
    /// disk has less than `needed_bytes`.
    pub(crate) async fn make(parent: &Path, needed_bytes: u64) -> anyhow::Result<Self> {
        fs::create_dir_all(parent).with_context(|| format!("cannot make `{}`", parent.display()))?;
        remove_leftovers(parent).await?;
        let available_bytes =
            fs4::available_space(parent).with_context(|| format!("cannot measure `{}`", parent.display()))?;
        require_room(parent, needed_bytes, available_bytes)?;
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let mut lock =
            OpenOptions::new().read(true).write(true).create_new(true).open(directory.path().join(LOCK))?;
        lock.lock()?;
        lock.write_all(MARK.as_bytes())?;
        Ok(Self { _lock: lock, directory })
    }

    /// A file or folder in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Removes the folder, and says so when that fails.
    pub(crate) fn close(self) -> anyhow::Result<()> {
        let Self { _lock: lock, directory } = self;
        drop(lock);
        let path = directory.path().to_owned();
        directory.close().with_context(|| format!("cannot remove `{}`", path.display()))
    }
}

fn require_room(parent: &Path, needed_bytes: u64, available_bytes: u64) -> anyhow::Result<()> {
    if available_bytes >= needed_bytes {
        return Ok(());
    }
    bail!(
        "the disk of `{}` has {} MB left and this bench needs {} MB; make room, or measure less with `--quick`",
        parent.display(),
        available_bytes / 1_000_000,
        needed_bytes.div_ceil(1_000_000)
    );
}

async fn remove_leftovers(parent: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX))
            // Not through a link.
            && entry.file_type()?.is_dir();
        if is_ours
            && let Some(lock) = dead_lock(&entry.path())?
            && end_orphans(&entry.path()).await?
        {
            drop(lock);
            fs::remove_dir_all(entry.path()).with_context(|| {
                format!("cannot remove `{}`, left by a bench that was killed", entry.path().display())
            })?;
        }
    }
    Ok(())
}

/// Takes the lock of a bench that is dead; `None` when it lives, or the folder does not bear our mark.
fn dead_lock(leftover: &Path) -> anyhow::Result<Option<File>> {
    let path = leftover.join(LOCK);
    if !fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(None);
    }
    let lock = OpenOptions::new().read(true).write(true).open(&path)?;
    match lock.try_lock() {
        // Read by the handle that holds the lock: Windows lets no other one read.
        Ok(()) => Ok(std::io::read_to_string(&lock).is_ok_and(|text| text == MARK).then_some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Ends the daemons that outlived their bench; `false` when something still works in the folder.
async fn end_orphans(leftover: &Path) -> anyhow::Result<bool> {
    let directories = fs::read_dir(leftover)?.map(|entry| entry.map(|entry| entry.path()));
    let directories = directories.collect::<Result<Vec<_>, _>>()?;
    // The emulator's own directory lies in the data directory it was started on.
    let nested = directories.iter().map(|directory| directory.join("emulator"));
    for directory in directories.iter().cloned().chain(nested) {
        let Ok(lock) = OpenOptions::new().read(true).write(true).open(directory.join("daemon.lock")) else {
            continue;
        };
        if lock.try_lock().is_ok() {
            continue;
        }
        // Whoever holds the lock of a data directory in our folder is a dsmp of ours.
        let Some(process) = holder(&directory) else { return Ok(false) };
        if !terminate(process) {
            return Ok(false);
        }
        let ended = async {
            while lock.try_lock().is_err() {
                tokio::time::sleep(ORPHAN_POLL).await;
            }
        };
        if tokio::time::timeout(ORPHAN_PATIENCE, ended).await.is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn holder(data_directory: &Path) -> Option<u32> {
    #[derive(Deserialize)]
    struct DaemonFile {
        process: u32,
    }
    let text = fs::read_to_string(data_directory.join("daemon.json")).ok()?;
    serde_json::from_str::<DaemonFile>(&text).ok().map(|file| file.process)
}

#[cfg(unix)]
fn terminate(process: u32) -> bool {
    use rustix::process::{Pid, Signal, kill_process};

    let id = i32::try_from(process).ok().and_then(Pid::from_raw);
    id.is_some_and(|id| kill_process(id, Signal::TERM).is_ok())
}

/// Windows ends a process only by a handle; the folder stays until that daemon is ended by hand.
#[cfg(not(unix))]
fn terminate(_process: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(parent: &Path, name: &str, mark: Option<&str>) -> PathBuf {
        let path = parent.join(name);
        fs::create_dir(&path).unwrap();
        if let Some(mark) = mark {
            fs::write(path.join(LOCK), mark).unwrap();
        }
        path
    }

    #[tokio::test]
    async fn only_what_is_provably_a_dead_benchs_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let parent = parent.path();
        let dead = folder(parent, "run-dead", Some(MARK));
        fs::write(dead.join("data"), "x").unwrap();
        let kept = [
            folder(parent, "run-unmarked", None),
            folder(parent, "run-foreign", Some("something else")),
            folder(parent, "other", Some(MARK)),
        ];
        let living = Place::make(parent, 1).await.unwrap();
        fs::write(living.path("file"), "x").unwrap();
        let second = Place::make(parent, 1).await.unwrap();
        assert!(!dead.exists());
        assert!(kept.iter().all(|path| path.exists()));
        assert!(living.path("file").exists(), "the folder of a bench that runs stays");
        let path = second.path("");
        second.close().unwrap();
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_folder_in_which_something_still_works_stays() {
        let parent = tempfile::tempdir().unwrap();
        let dead = folder(parent.path(), "run-dead", Some(MARK));
        let data = folder(&dead, "data", None);
        for held in [data.clone(), folder(&data, "emulator", None)] {
            let lock = File::create(held.join("daemon.lock")).unwrap();
            lock.lock().unwrap();
            remove_leftovers(parent.path()).await.unwrap();
            assert!(held.exists());
        }
        remove_leftovers(parent.path()).await.unwrap();
        assert!(!dead.exists());
    }

    #[tokio::test]
    async fn a_disk_that_is_too_small_is_told_before_anything_is_written() {
        let parent = tempfile::tempdir().unwrap();
        let error = Place::make(parent.path(), u64::MAX).await.unwrap_err().to_string();
        assert!(error.contains("MB left and this bench needs 18446744073710 MB"), "{error}");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
