//! Opens connections to a private file.
//!
//! **Invariant:** the file exists with mode 0600 before SQLite opens it; SQLite gives `-wal` and `-shm` the same mode
//! (S-14).

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::database::Tuning;
use crate::database::failure::Failure;
use crate::error::StoreError;

/// Bytes of one page of a new file. Measured: with 8,192, single writes of ordinary saves are a fifth slower, and so are
/// exports whose keys were written in no order; imports are not faster.
const PAGE_BYTES: u32 = 4096;
/// The longest wait for a lock another connection holds. Ours never hold one long; a shell opened by hand might.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements kept prepared per connection; above the number the stores have.
const STATEMENT_CACHE: usize = 96;
/// Bytes the log's file is cut back to once it was emptied.
const LOG_FILE_BYTES: u32 = 128 << 20;

/// Creates the file when missing, checks that it is private, and returns its path without symbolic links.
pub(super) fn prepare(path: &Path) -> Result<PathBuf, StoreError> {
    let failed = |error: &io::Error| StoreError::Io { file: path.to_path_buf(), cause: error.to_string() };
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(failed(&io::Error::from(io::ErrorKind::InvalidFilename)));
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let path = fs::canonicalize(folder).map_err(|error| failed(&error))?.join(name);
    match fs::symlink_metadata(&path) {
        Ok(metadata) => check_private(&path, &metadata)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create_private(&path).map_err(|error| failed(&error))?;
        }
        Err(error) => return Err(failed(&error)),
    }
    Ok(path)
}

/// Opens a connection that looks at the file and leaves it as it is, also when it is closed.
pub(super) fn connect_observer(path: &Path, tuning: Tuning) -> Result<Connection, Failure> {
    let connection = connect(path, tuning.writer_cache_bytes)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Refuses a file that ends within a page while no log could complete it; SQLite would not notice.
pub(super) fn check_length(path: &Path, observer: &Connection) -> Result<(), Failure> {
    let length = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    let page_bytes: u64 = observer.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0))?.into();
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if !length(path).is_multiple_of(page_bytes) && length(Path::new(&log)) == 0 {
        return Err(Failure::Unreadable("it ends in the middle of a page".to_owned()));
    }
    Ok(())
}

/// Has the connection that looked at the file write to it from now on.
pub(super) fn make_writer(connection: Connection, tuning: Tuning) -> Result<Connection, Failure> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update(None, "query_only", false)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    sync_fully(&connection)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let page_bytes: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    connection.pragma_update(None, "wal_autocheckpoint", tuning.log_bytes / page_bytes)?;
    connection.pragma_update(None, "journal_size_limit", LOG_FILE_BYTES)?;
    if let Some(limit) = tuning.page_limit {
        connection.pragma_update(None, "max_page_count", limit)?;
    }
    Ok(connection)
}

/// Opens the connection that moves the log into the file.
pub(super) fn connect_checkpointer(path: &Path, tuning: Tuning) -> Result<Connection, Failure> {
    let connection = connect(path, tuning.reader_cache_bytes)?;
    sync_fully(&connection)?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn connect_reader(path: &Path, tuning: Tuning) -> Result<Connection, Failure> {
    let connection = connect(path, tuning.reader_cache_bytes)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Reads the whole file and reports the first damage.
pub(super) fn quick_check(connection: &Connection) -> Result<(), Failure> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(Failure::Unreadable(verdict)) }
}

fn sync_fully(connection: &Connection) -> Result<(), Failure> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS an ordinary sync leaves the data in the drive's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    Ok(())
}

fn connect(path: &Path, cache_bytes: u32) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // A negative size counts KiB. Memory mapping stays off: mapped pages would count as resident memory.
    connection.pragma_update(None, "cache_size", -i64::from(cache_bytes / 1024))?;
    connection.pragma_update(None, "mmap_size", 0)?;
    // Plans do not depend on what is bound, so that no statement is planned again for each page.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn check_private(path: &Path, metadata: &fs::Metadata) -> Result<(), StoreError> {
    let refuse = |reason: String| Err(StoreError::NotPrivate { file: path.to_path_buf(), reason });
    if !metadata.is_file() {
        return refuse("it is a link or not a file; put the file itself there".to_owned());
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return refuse(format!("its mode is {mode:o}; set it to 600"));
        }
    }
    Ok(())
}
