//! The universes' databases: one file each, opened at its first use.
//!
//! **Invariant:** a file is opened once at a time; of those nobody uses, only the latest stay open.
//!
//! **Invariant:** what has expired by the emulator's time is purged before the first request of each UTC hour is answered.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use daemon_core::time::Timestamp;
use daemon_store::error::StoreError;
use daemon_store::universe::UniverseStore;
use daemon_store::universe::records::UniverseOptions;

use crate::emulator::EmulatorError;

/// How many universes stay open that nobody uses; each takes four threads.
const OPEN_LIMIT: usize = 16;
/// How many versions and tombstones one purging transaction removes.
const PURGE_STEP: usize = 1_000;

/// The open universes.
#[derive(Debug)]
pub(super) struct Universes {
    folder: PathBuf,
    open: Mutex<Opened>,
    /// Held while a file is opened or closed.
    opening: tokio::sync::Mutex<()>,
}

/// An open universe, held by every request that uses it.
pub(super) type OpenUniverse = Arc<Slot>;

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) store: UniverseStore,
    /// The UTC hour in which expired things were last purged.
    purged_hour: AtomicU64,
    /// Held while they are.
    purging: tokio::sync::Mutex<()>,
    /// When it was last asked for, in requests.
    used: AtomicU64,
}

#[derive(Debug, Default)]
struct Opened {
    slots: HashMap<i64, OpenUniverse>,
    requests: u64,
    closed: bool,
}

impl Opened {
    fn find(&mut self, id: i64) -> Result<Option<OpenUniverse>, StoreError> {
        if self.closed {
            return Err(StoreError::Closed);
        }
        self.requests += 1;
        let found = self.slots.get(&id);
        if let Some(slot) = found {
            slot.used.store(self.requests, Ordering::Relaxed);
        }
        Ok(found.cloned())
    }

    /// Takes out the universe that was unused for longest, if too many are open.
    fn take_idle(&mut self) -> Option<OpenUniverse> {
        if self.slots.len() < OPEN_LIMIT {
            return None;
        }
        let idle = self.slots.iter().filter(|(_, slot)| Arc::strong_count(slot) == 1);
        let oldest = idle.min_by_key(|(_, slot)| slot.used.load(Ordering::Relaxed)).map(|(id, _)| *id)?;
        self.slots.remove(&oldest)
    }
}

impl Slot {
    /// Purges what has expired, unless it was done in this hour; who comes meanwhile waits.
    async fn purge_hourly(&self, now: Timestamp) -> Result<(), StoreError> {
        let hour = now.utc_hour();
        if self.purged_hour.load(Ordering::Relaxed) == hour {
            return Ok(());
        }
        let _purging = self.purging.lock().await;
        if self.purged_hour.load(Ordering::Relaxed) != hour {
            purge(&self.store, now).await?;
            // Set last: a request that is given up halfway leaves the rest to the next.
            self.purged_hour.store(hour, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Universes {
    /// Keeps universes in a folder, which is created when missing.
    pub(super) fn in_folder(folder: &Path) -> Result<Self, EmulatorError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(folder)
            .map_err(|error| EmulatorError::Io { path: folder.to_path_buf(), cause: error.to_string() })?;
        Ok(Self {
            folder: folder.to_path_buf(),
            open: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
        })
    }

    /// Answers a universe, opening or creating its file when it is not open, with nothing in it that expired hours ago.
    pub(super) async fn get(&self, id: i64, now: Timestamp) -> Result<OpenUniverse, StoreError> {
        let found = self.opened().find(id)?;
        let slot = match found {
            Some(slot) => slot,
            None => self.open(id).await?,
        };
        slot.purge_hourly(now).await?;
        Ok(slot)
    }

    /// Closes all universes.
    pub(super) async fn close(&self) {
        let _opening = self.opening.lock().await;
        let slots = {
            let mut opened = self.opened();
            opened.closed = true;
            std::mem::take(&mut opened.slots)
        };
        for slot in slots.into_values() {
            slot.store.close().await;
        }
    }

    /// Lists the ids of all universes that were ever asked for, in order.
    pub(super) fn ids(&self) -> Result<Vec<i64>, EmulatorError> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(|error| self.failed(&error))? {
            let name = entry.map_err(|error| self.failed(&error))?.file_name();
            let id: Option<i64> = name.to_str().and_then(|name| name.strip_suffix(".db")?.parse().ok());
            ids.extend(id);
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Closes all universes and removes their files; requests that hold one meanwhile fail.
    pub(super) async fn clear(&self) -> Result<(), EmulatorError> {
        let _opening = self.opening.lock().await;
        let slots = std::mem::take(&mut self.opened().slots);
        for slot in slots.into_values() {
            slot.store.close().await;
        }
        for id in self.ids()? {
            // The log goes after the file it belongs to, or a kill in between would leave a file without it.
            for ending in ["db", "db-wal", "db-shm"] {
                match fs::remove_file(self.folder.join(format!("{id}.{ending}"))) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(self.failed(&error));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn failed(&self, error: &std::io::Error) -> EmulatorError {
        EmulatorError::Io { path: self.folder.clone(), cause: error.to_string() }
    }

    async fn open(&self, id: i64) -> Result<OpenUniverse, StoreError> {
        let _opening = self.opening.lock().await;
        let idle = {
            let mut opened = self.opened();
            // Another request may have opened it in the meantime.
            if let Some(slot) = opened.find(id)? {
                return Ok(slot);
            }
            opened.take_idle()
        };
        if let Some(idle) = idle {
            idle.store.close().await;
        }
        let path = self.folder.join(format!("{id}.db"));
        // What Roblox would lose is never served, so it need not be kept.
        let options = UniverseOptions { local_copies: false, ..UniverseOptions::default() };
        let opening = tokio::task::spawn_blocking(move || UniverseStore::open(&path, options));
        let store = opening.await.map_err(|_| StoreError::Closed)??;
        let slot = Arc::new(Slot {
            store,
            purged_hour: AtomicU64::new(u64::MAX),
            purging: tokio::sync::Mutex::default(),
            used: AtomicU64::new(0),
        });
        let mut opened = self.opened();
        slot.used.store(opened.requests, Ordering::Relaxed);
        opened.slots.insert(id, Arc::clone(&slot));
        Ok(slot)
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, Opened> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn purge(store: &UniverseStore, now: Timestamp) -> Result<(), StoreError> {
    store.purge_stores(now).await?;
    loop {
        let report = store.purge(now, PURGE_STEP).await?;
        if report.revisions.max(report.keys) < PURGE_STEP as u64 {
            return Ok(());
        }
    }
}
