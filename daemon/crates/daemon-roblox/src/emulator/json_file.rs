//! Small private JSON files of the emulator.
//!
//! **Invariant:** a file is replaced whole, so that a kill leaves the old content or the new (S-14).

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::emulator::EmulatorError;

/// Where one value is kept between starts.
#[derive(Debug)]
pub(super) struct JsonFile(PathBuf);

impl JsonFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Reads what was stored; none when nothing was.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<Option<T>, EmulatorError> {
        match fs::read(&self.0) {
            Ok(text) => {
                let read = serde_json::from_slice(&text);
                read.map(Some).map_err(|_| self.damaged())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Stores a value; it is on disk when this returns.
    pub(super) fn write(&self, value: &impl Serialize) -> Result<(), EmulatorError> {
        self.replace(value).map_err(|error| self.failed(&error))
    }

    /// Forgets what was stored.
    pub(super) fn remove(&self) -> Result<(), EmulatorError> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(&error)),
            _ => Ok(()),
        }
    }

    /// Tells that what was stored is not what we wrote.
    pub(super) fn damaged(&self) -> EmulatorError {
        EmulatorError::FileDamaged { path: self.0.clone() }
    }

    fn replace(&self, value: &impl Serialize) -> io::Result<()> {
        let new = self.0.with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(&serde_json::to_vec(value)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.0)?;
        sync_folder(self.0.parent().unwrap_or(Path::new(".")))
    }

    fn failed(&self, error: &io::Error) -> EmulatorError {
        EmulatorError::Io { path: self.0.clone(), cause: error.to_string() }
    }
}

/// Makes a renaming last; other systems than Unix do so themselves.
fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
