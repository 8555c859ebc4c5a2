//! A file that reaches the disk while it is written, instead of all at its end.
//!
//! **Invariant:** what [`SyncedFile::finish`] answers covers every sync: a failed one is told once by the system, and
//! then forgotten.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};

/// Bytes after which the disk is asked to follow.
const STEP_BYTES: usize = 4 << 20;

/// A file with a thread that syncs it; the thread starts after the first [`STEP_BYTES`].
pub(super) struct SyncedFile {
    file: File,
    unsynced_bytes: usize,
    syncs: Option<Syncs>,
}

struct Syncs {
    ask: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl SyncedFile {
    pub(super) fn new(file: File) -> Self {
        Self { file, unsynced_bytes: 0, syncs: None }
    }

    /// Waits until everything is on the disk.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.end_syncs()?;
        self.file.sync_all()
    }

    fn sync_behind(&mut self) -> io::Result<()> {
        let syncs = match &self.syncs {
            Some(syncs) => syncs,
            None => self.syncs.insert(Syncs::start(&self.file)?),
        };
        match syncs.ask.try_send(()) {
            // The thread is still at the last step, and one more waits: this step goes with the next.
            Ok(()) | Err(TrySendError::Full(())) => Ok(()),
            Err(TrySendError::Disconnected(())) => self.end_syncs(),
        }
    }

    fn end_syncs(&mut self) -> io::Result<()> {
        let Some(Syncs { ask, thread }) = self.syncs.take() else { return Ok(()) };
        drop(ask);
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that syncs the file panicked")))
    }
}

impl Syncs {
    fn start(file: &File) -> io::Result<Self> {
        let file = file.try_clone()?;
        let (ask, asked) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("export-sync".into())
            .spawn(move || asked.iter().try_for_each(|()| file.sync_data()))?;
        Ok(Self { ask, thread })
    }
}

impl Drop for SyncedFile {
    fn drop(&mut self) {
        // Whoever abandons the file removes it, which not every system does while the thread has it open.
        let _ = self.end_syncs();
    }
}

impl Write for SyncedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.unsynced_bytes += count;
        if self.unsynced_bytes >= STEP_BYTES {
            self.unsynced_bytes = 0;
            self.sync_behind()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_synced_behind_the_writer() {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let mut file = SyncedFile::new(File::create(&path).unwrap());
        let block = vec![7; STEP_BYTES / 2];
        for steps_begun in [false, true, true, true, true] {
            file.write_all(&block).unwrap();
            assert_eq!(file.syncs.is_some(), steps_begun);
        }
        file.finish().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 5 * block.len() as u64);
    }

    /// What cannot be synced is not reported as written though every write went well.
    #[cfg(target_os = "linux")]
    #[test]
    fn failed_sync_behind_the_writer_is_told() {
        let null = std::fs::OpenOptions::new().write(true).open("/dev/null").unwrap();
        let mut file = SyncedFile::new(null);
        let told = file.write_all(&vec![7; STEP_BYTES]).and_then(|()| file.end_syncs());
        assert_eq!(told.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
