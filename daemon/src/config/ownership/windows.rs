//! Windows: owner and access list. What the system's own functions do is in [`super::security`].
//!
//! A directory's list passes its one entry on, so everything made in it later, the databases' own files included, is
//! private too.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, READ_CONTROL,
    WRITE_DAC,
};

use super::sddl::Access;
use super::security;
use super::{ConfigError, not_a_directory, of_another_account, open_to_others};

pub(in crate::config) fn create_directory(path: &Path) -> io::Result<()> {
    security::create_directory(path)
}

/// Checks that a directory that was there is ours, and closes it to others.
pub(in crate::config) fn claim_directory(path: &Path) -> Result<(), ConfigError> {
    let directory = OpenOptions::new()
        .access_mode(READ_CONTROL | WRITE_DAC)
        // Without the first flag Windows opens no directories; with the second it opens a link, not its target.
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)
        .map_err(ConfigError::io("examine", path))?;
    let metadata = directory.metadata().map_err(ConfigError::io("examine", path))?;
    if !metadata.is_dir() || metadata.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(not_a_directory(path));
    }
    match security::access(&directory).map_err(ConfigError::io("examine", path))? {
        Access::Private => Ok(()),
        Access::OtherOwner => Err(of_another_account(path)),
        Access::OpenToOthers => {
            security::close_directory(&directory).map_err(ConfigError::io("close", path))?;
            // File systems without access lists, such as exFAT, take a list and forget it.
            if security::access(&directory).map_err(ConfigError::io("examine", path))? != Access::Private {
                return Err(open_to_others(
                    path,
                    "its file system keeps no access lists; choose a directory on an NTFS drive with `--data-dir`",
                ));
            }
            tracing::warn!(path = %path.display(), "directory was open to other accounts; it is now closed to them");
            Ok(())
        }
    }
}

pub(in crate::config) fn create_file(path: &Path) -> io::Result<File> {
    security::create_file(path)
}

pub(in crate::config) fn open_file(path: &Path) -> io::Result<File> {
    open(path, true)
}

pub(in crate::config) fn open_file_to_read(path: &Path) -> io::Result<File> {
    open(path, false)
}

fn open(path: &Path, to_write: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(to_write).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(path)?;
    if file.metadata()?.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(io::Error::other("it is a link; put the file itself there"));
    }
    Ok(file)
}

pub(in crate::config) fn check_file(path: &Path, file: &File) -> Result<(), ConfigError> {
    match security::access(file).map_err(ConfigError::io("examine", path))? {
        Access::Private => Ok(()),
        Access::OtherOwner => Err(of_another_account(path)),
        Access::OpenToOthers => Err(open_to_others(
            path,
            "find out who changed its access list, then reset it with `icacls FILE /inheritance:r /grant:r %USERNAME%:F`",
        )),
    }
}

/// NTFS logs the change of a directory itself, and lets nobody ask for more.
pub(in crate::config) fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn s_14_what_is_made_is_for_its_owner_alone() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = temporary.path().join("data");
        create_directory(&directory).unwrap();
        claim_directory(&directory).unwrap();
        let path = directory.join("root.key");
        let file = create_file(&path).unwrap();
        assert_eq!(security::access(&file).unwrap(), Access::Private);
        assert_eq!(create_file(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        check_file(&path, &open_file(&path).unwrap()).unwrap();
    }

    /// Wine keeps the list a file is made with, but forgets one that is set later.
    #[test]
    fn s_14_an_open_directory_is_closed_or_refused() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = temporary.path().join("data");
        fs::create_dir(&directory).unwrap();
        security::tests::open_to_everyone(&directory);
        let claimed = claim_directory(&directory);
        let handle = OpenOptions::new()
            .access_mode(READ_CONTROL)
            .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
            .open(&directory)
            .unwrap();
        match (claimed, security::access(&handle).unwrap()) {
            (Ok(()), Access::Private) => {}
            (Err(refused), Access::OpenToOthers) => assert!(refused.to_string().contains("other accounts")),
            (claimed, access) => panic!("{claimed:?}, but the directory is {access:?}"),
        }
    }

    #[test]
    fn s_14_an_open_file_is_refused() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("daemon.json");
        fs::write(&path, "{}").unwrap();
        security::tests::open_to_everyone(&path);
        let refused = check_file(&path, &open_file(&path).unwrap()).unwrap_err().to_string();
        assert!(refused.contains("other accounts") && refused.contains("icacls"), "{refused}");
    }

    #[test]
    fn s_14_a_file_in_the_place_of_the_directory_is_refused() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("data");
        fs::write(&path, "x").unwrap();
        assert!(claim_directory(&path).unwrap_err().to_string().contains("is not a directory"));
    }
}
