//! Unix: owner and mode bits.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use super::{ConfigError, not_a_directory, of_another_account, open_to_others};

pub(in crate::config) fn create_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Checks that a directory that was there is ours, and closes it to others.
pub(in crate::config) fn claim_directory(path: &Path) -> Result<(), ConfigError> {
    let metadata = fs::symlink_metadata(path).map_err(ConfigError::io("examine", path))?;
    if !metadata.is_dir() {
        return Err(not_a_directory(path));
    }
    check_owner(path, &metadata)?;
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    tracing::warn!(path = %path.display(), "directory was open to other accounts; it is now closed to them");
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(ConfigError::io("close", path))
}

pub(in crate::config) fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

pub(in crate::config) fn open_file(path: &Path) -> io::Result<File> {
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    OpenOptions::new().read(true).write(true).custom_flags(no_follow).open(path)
}

pub(in crate::config) fn open_file_to_read(path: &Path) -> io::Result<File> {
    // A pipe in the file's place must not keep us waiting for a writer.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

pub(in crate::config) fn check_file(path: &Path, file: &File) -> Result<(), ConfigError> {
    let metadata = file.metadata().map_err(ConfigError::io("examine", path))?;
    check_owner(path, &metadata)?;
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(open_to_others(path, "find out who changed its mode, then `chmod 600` it"))
}

pub(in crate::config) fn sync_directory(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

fn check_owner(path: &Path, metadata: &Metadata) -> Result<(), ConfigError> {
    if metadata.uid() == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(of_another_account(path))
}
