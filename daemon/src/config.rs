//! Where the daemon keeps its things, and who else may touch them (S-13, S-14).
//!
//! Owns `directories`. Does not know what the files mean, except `daemon.json`, which tells local commands where the
//! running daemon listens.
//!
//! **Invariant:** the data directory and every file in it belong to the person who runs the daemon and to nobody else.
//!
//! **Invariant:** at most one process holds a data directory; `daemon.json` counts only while the lock is held.

mod ownership;

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

#[cfg(unix)]
use crate::config::ownership::unix as system;
#[cfg(windows)]
use crate::config::ownership::windows as system;
use crate::keeper::KeySettings;
use crate::secret::{Secret, random_hex};

/// How often a lock that is held is tried again.
const LOCK_RETRIES: u32 = 5;

/// What the ending of a file begins with that is to replace another, and how many hex digits follow.
const REPLACEMENT: &str = "new-";
const REPLACEMENT_DIGITS: usize = 12;

/// How long to wait in between.
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// What a daemon needs to know before it starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// The directory that holds all state.
    pub data_directory: PathBuf,
    /// Where keys are kept.
    pub keys: KeySettings,
}

impl Config {
    /// With keys in a vault, and no key file that opens it.
    pub fn new(data_directory: PathBuf) -> Self {
        Self { data_directory, keys: KeySettings::default() }
    }
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The platform names no home for application data.
    #[error("no data directory is known for this account; name one with `--data-dir`")]
    NoDataDirectory,
    /// The platform names no home directory.
    #[error("no home directory is known for this account")]
    NoHome,
    /// Another process works on it.
    #[error(
        "data directory `{directory}` is in use by another dsmp{holder}; stop it, or choose another with `--data-dir`"
    )]
    Locked {
        /// The directory.
        directory: String,
        /// ` (process N on port P)` when it says so, else empty.
        holder: String,
    },
    /// It belongs to another account, is a link, or is open to others.
    #[error("`{path}` {problem}; {remedy}")]
    Unsafe {
        /// The file or directory.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
        /// What to do.
        remedy: &'static str,
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

impl ConfigError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::Io { action, path, source }
    }
}

/// The data directory of this account: `DSMP_DATA_DIR` and `--data-dir` come before it.
pub fn default_data_directory() -> Result<PathBuf, ConfigError> {
    directories::ProjectDirs::from("", "", "dsmp")
        .map(|directories| directories.data_local_dir().to_owned())
        .ok_or(ConfigError::NoDataDirectory)
}

/// The account's home directory.
pub fn home_directory() -> Result<PathBuf, ConfigError> {
    let directories = directories::BaseDirs::new().ok_or(ConfigError::NoHome)?;
    Ok(directories.home_dir().to_owned())
}

/// Where the account's programs keep their settings, and the system looks for what to start.
pub fn configuration_directory() -> Result<PathBuf, ConfigError> {
    let directories = directories::BaseDirs::new().ok_or(ConfigError::NoHome)?;
    Ok(directories.config_dir().to_owned())
}

/// What a running daemon tells local commands, in `daemon.json`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DaemonFile {
    /// The port it listens on, at 127.0.0.1.
    pub port: u16,
    /// This run's id.
    pub instance: String,
    /// Its process id, for messages.
    pub process: u32,
    /// The key by which daemon and command prove themselves to each other, in hex; new in every run.
    pub pairing_key: String,
}

/// Leaves the key out: this file's content may reach a log by way of an error.
impl std::fmt::Debug for DaemonFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DaemonFile")
            .field("port", &self.port)
            .field("process", &self.process)
            .finish_non_exhaustive()
    }
}

/// A data directory this process holds alone, until it is dropped.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

impl DataDirectory {
    /// Makes the directory if need be, checks that it is ours alone, and takes its lock.
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        make_private_directory(path)?;
        let lock_path = path.join("daemon.lock");
        let lock = open_private(&lock_path)?;
        take(&lock, path, &lock_path)?;
        remove_leftovers(path);
        make_private_directory(&path.join("universes"))?;
        make_private_directory(&path.join("logs"))?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The state database's file.
    pub fn state_database(&self) -> PathBuf {
        self.path.join("state.db")
    }

    /// What stands in the place of a state database that cannot be used.
    pub fn safety_database(&self) -> PathBuf {
        self.path.join("safety.db")
    }

    /// The local universes that have a file.
    pub fn universe_ids(&self) -> Result<Vec<String>, ConfigError> {
        let folder = self.path.join("universes");
        let entries = fs::read_dir(&folder).map_err(ConfigError::io("list", &folder))?;
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        Ok(names.filter_map(|name| name.strip_suffix(".db").map(str::to_owned)).collect())
    }

    /// The journal of changes.
    pub fn journal_database(&self) -> PathBuf {
        self.path.join("journal.db")
    }

    /// The file of a local universe.
    pub fn universe_database(&self, connection: &str) -> PathBuf {
        self.path.join("universes").join(format!("{connection}.db"))
    }

    /// Where exports lie whose place nobody named; made when it is first asked for.
    pub fn exports(&self) -> Result<PathBuf, ConfigError> {
        let path = self.path.join("exports");
        make_private_directory(&path)?;
        Ok(path)
    }

    /// The vault's file.
    pub fn vault(&self) -> PathBuf {
        self.path.join("keys.vault")
    }

    /// Reads the key that every credential of this data directory derives from, making it at first use.
    pub fn root_key(&self) -> Result<Secret, ConfigError> {
        let path = self.path.join("root.key");
        match read_private(&path)? {
            Some(text) => Secret::from_hex(text.trim()).ok_or_else(|| ConfigError::Unsafe {
                path: path.display().to_string(),
                problem: "is damaged",
                remedy: "move it away to start with a new one; every token and paired Studio then has to be made again",
            }),
            None => {
                let key = Secret::random();
                write_private(&path, key.to_hex().as_bytes())?;
                Ok(key)
            }
        }
    }

    /// Tells local commands where this daemon listens.
    pub fn publish(&self, file: &DaemonFile) -> Result<(), ConfigError> {
        let path = self.path.join("daemon.json");
        let text = serde_json::to_vec(file).map_err(|error| ConfigError::io("write", &path)(error.into()))?;
        write_private(&path, &text)
    }

    /// Takes the notice of [`Self::publish`] back.
    pub fn withdraw(&self) {
        let path = self.path.join("daemon.json");
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "daemon.json could not be removed; the lock tells that it no longer counts");
        }
    }
}

/// Reads `daemon.json` of the daemon that holds the directory; `None` when none does.
pub fn running_daemon(path: &Path) -> Result<Option<DaemonFile>, ConfigError> {
    let lock_path = path.join("daemon.lock");
    if !lock_path.exists() {
        return Ok(None);
    }
    let lock = open_private(&lock_path)?;
    if lock.try_lock().is_ok() {
        return Ok(None);
    }
    let file_path = path.join("daemon.json");
    let Some(text) = read_private(&file_path)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| ConfigError::io("read", &file_path)(error.into()))
}

/// Takes the lock, past commands that hold it for the moment it takes them to see whether a daemon runs.
fn take(lock: &File, directory: &Path, lock_path: &Path) -> Result<(), ConfigError> {
    for attempt in 0..=LOCK_RETRIES {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(fs::TryLockError::WouldBlock) if attempt < LOCK_RETRIES => std::thread::sleep(LOCK_PAUSE),
            Err(fs::TryLockError::WouldBlock) => break,
            Err(fs::TryLockError::Error(source)) => return Err(ConfigError::io("lock", lock_path)(source)),
        }
    }
    Err(ConfigError::Locked { directory: directory.display().to_string(), holder: holder(directory) })
}

fn holder(path: &Path) -> String {
    let text = read_private(&path.join("daemon.json")).ok().flatten();
    text.and_then(|text| serde_json::from_str::<DaemonFile>(&text).ok())
        .map(|file| format!(" (process {} on port {})", file.process, file.port))
        .unwrap_or_default()
}

/// Removes what replacements left that were cut off by a kill. The lock is ours, so none is under way; and what a file no
/// longer holds must not stay in one that was to replace it.
fn remove_leftovers(directory: &Path) {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| is_leftover(path)) {
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(%error, path = %path.display(), "what a replacement left behind could not be removed");
        }
    }
}

fn is_leftover(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.and_then(|ending| ending.strip_prefix(REPLACEMENT)).is_some_and(|digits| {
        digits.len() == REPLACEMENT_DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

/// Makes a directory for its owner alone, or tightens one that is already there.
pub fn make_private_directory(path: &Path) -> Result<(), ConfigError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(ConfigError::io("make", parent))?;
    }
    match system::create_directory(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => system::claim_directory(path),
        Err(error) => Err(ConfigError::io("make", path)(error)),
    }
}

/// Makes a file for its owner alone; a file that is already there is an error of kind `AlreadyExists`.
pub fn create_private(path: &Path) -> io::Result<File> {
    system::create_file(path)
}

/// Opens a file for its owner alone, making it if need be, never through a link.
pub fn open_private(path: &Path) -> Result<File, ConfigError> {
    let opened = match system::create_file(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => system::open_file(path),
        created => created,
    };
    let file = opened.map_err(ConfigError::io("open", path))?;
    system::check_file(path, &file)?;
    Ok(file)
}

/// Opens a file to be read, whoever owns it, never through a link and without waiting for the writer of a pipe.
pub fn open_to_read(path: &Path) -> io::Result<File> {
    system::open_file_to_read(path)
}

/// Gives a file that is complete its name, which nothing may have: an error of kind `AlreadyExists` else.
pub fn place_new(temporary: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(temporary, path) {
        Ok(()) => fs::remove_file(temporary)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        // Not every file system knows a second name for a file.
        Err(_) => match fs::symlink_metadata(path) {
            Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(temporary, path)?,
        },
    }
    system::sync_directory(path)
}

/// Reads a small private file; `None` when it is not there.
pub fn read_private(path: &Path) -> Result<Option<String>, ConfigError> {
    let mut file = match system::open_file(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ConfigError::io("open", path)(error)),
    };
    system::check_file(path, &file)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(ConfigError::io("read", path))?;
    Ok(Some(text))
}

/// Reads a private file that may be read-only; `None` when it is not there.
pub fn read_private_bytes(path: &Path, limit_bytes: u64) -> Result<Option<Vec<u8>>, ConfigError> {
    let file = match system::open_file_to_read(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ConfigError::io("open", path)(error)),
    };
    system::check_file(path, &file)?;
    let mut bytes = Vec::new();
    // A directory opens too, and says so when it is read.
    file.take(limit_bytes + 1).read_to_end(&mut bytes).map_err(ConfigError::io("read", path))?;
    if bytes.len() as u64 > limit_bytes {
        return Err(ConfigError::Unsafe {
            path: path.display().to_string(),
            problem: "is far too large for what it should be",
            remedy: "check that it is the right file",
        });
    }
    Ok(Some(bytes))
}

/// Replaces a private file as a whole: a new file, synced, then renamed over the old one (S-14).
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), ConfigError> {
    let unique = random_hex(REPLACEMENT_DIGITS / 2);
    let temporary = path.with_extension(format!("{REPLACEMENT}{unique}"));
    let written = create_private(&temporary).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        // The temporary file is ours and useless; the first error is the one to report.
        let _ = fs::remove_file(&temporary);
        return Err(ConfigError::io("write", path)(error));
    }
    system::sync_directory(path).map_err(ConfigError::io("sync the directory of", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(result: Result<impl std::fmt::Debug, ConfigError>) -> String {
        result.expect_err("must be refused").to_string()
    }

    #[test]
    fn second_holder_is_told_who_is_first() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data");
        let held = DataDirectory::open(&path).unwrap();
        held.publish(&DaemonFile { port: 4321, instance: "i".into(), process: 99, pairing_key: "k".into() })
            .unwrap();
        assert!(refused(DataDirectory::open(&path)).contains("(process 99 on port 4321)"));
        assert_eq!(running_daemon(&path).unwrap().unwrap().port, 4321);
        drop(held);
        assert!(running_daemon(&path).unwrap().is_none(), "daemon.json counts only while the lock is held");
    }

    #[test]
    fn what_a_killed_replacement_left_is_removed_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data");
        drop(DataDirectory::open(&path).unwrap());
        for name in ["keys.new-0123456789ab", "keys.new-idea", "root.key", "new-0123456789ab"] {
            fs::write(path.join(name), "x").unwrap();
        }
        drop(DataDirectory::open(&path).unwrap());
        let is_there = |name: &str| path.join(name).exists();
        assert!(!is_there("keys.new-0123456789ab"));
        assert!(is_there("keys.new-idea") && is_there("root.key") && is_there("new-0123456789ab"));
    }

    #[test]
    fn root_key_is_made_once() {
        let directory = tempfile::tempdir().unwrap();
        let held = DataDirectory::open(&directory.path().join("data")).unwrap();
        assert_eq!(held.root_key().unwrap().to_hex(), held.root_key().unwrap().to_hex());
    }

    #[cfg(unix)]
    #[test]
    fn s_14_directory_and_files_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let held = DataDirectory::open(&path).unwrap();
        held.root_key().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join("universes")), 0o700);
        assert_eq!(mode(&path.join("root.key")), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn s_14_files_to_read_are_bounded_and_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        assert!(read_private_bytes(&path, 4).unwrap().is_none());
        fs::write(&path, "1234").unwrap();
        let set_mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set_mode(0o400);
        assert_eq!(read_private_bytes(&path, 4).unwrap().unwrap(), b"1234");
        assert!(refused(read_private_bytes(&path, 3)).contains("too large"));
        for mode in [0o440, 0o404, 0o644] {
            set_mode(mode);
            assert!(refused(read_private_bytes(&path, 4)).contains("other accounts"), "{mode:o}");
        }
        set_mode(0o400);
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(read_private_bytes(&link, 4).is_err());
        assert!(read_private_bytes(directory.path(), 4).is_err());
    }

    #[test]
    fn a_complete_file_takes_a_name_that_nothing_has() {
        let directory = tempfile::tempdir().unwrap();
        let (temporary, path) = (directory.path().join("temporary"), directory.path().join("out"));
        fs::write(&temporary, "new").unwrap();
        place_new(&temporary, &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(!temporary.exists());
        fs::write(&temporary, "newer").unwrap();
        assert_eq!(place_new(&temporary, &path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn s_14_links_and_open_files_are_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("target");
        fs::write(&target, "x").unwrap();
        std::os::unix::fs::symlink(&target, directory.path().join("link")).unwrap();
        assert!(read_private(&directory.path().join("link")).is_err());
        fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(refused(read_private(&target)).contains("other accounts"));
    }
}
