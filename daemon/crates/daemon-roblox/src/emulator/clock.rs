//! The emulator's time: the real time, shifted and scaled.
//!
//! **Invariant:** what the clock was set to is on disk before the call that set it answers.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use daemon_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::emulator::{EmulatorError, RealTime};

/// The most times the real rate the clock may go at.
pub(super) const RATE_LIMIT: f64 = 1_000_000.0;

pub(super) struct EmulatorClock {
    file: PathBuf,
    real_time: RealTime,
    /// None: the real time.
    anchor: Mutex<Option<Anchor>>,
}

/// The moment from which emulated time is counted.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Anchor {
    /// The emulated time then.
    emulated_ticks: u64,
    /// The real time then.
    real_ticks: u64,
    /// Emulated seconds per real second.
    rate: f64,
}

impl Anchor {
    fn time_at(&self, real: Timestamp) -> Timestamp {
        let elapsed = real.saturating_since(Timestamp::from_ticks(self.real_ticks));
        let start = Timestamp::from_ticks(self.emulated_ticks);
        if (self.rate - 1.0).abs() < f64::EPSILON {
            return start.saturating_add(elapsed);
        }
        let scaled = Duration::try_from_secs_f64(elapsed.as_secs_f64() * self.rate);
        start.saturating_add(scaled.unwrap_or(Duration::MAX))
    }
}

impl EmulatorClock {
    /// Opens the clock as it was left.
    pub(super) fn open(file: PathBuf, real_time: RealTime) -> Result<Self, EmulatorError> {
        let anchor = match fs::read(&file) {
            Ok(text) => Some(
                serde_json::from_slice(&text)
                    .map_err(|_| EmulatorError::ClockDamaged { path: file.clone() })?,
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(EmulatorError::Io { path: file, cause: error.to_string() }),
        };
        Ok(Self { file, real_time, anchor: Mutex::new(anchor) })
    }

    pub(super) fn now(&self) -> Timestamp {
        let anchor = *self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let real = (self.real_time)();
        anchor.map_or(real, |anchor| anchor.time_at(real))
    }

    /// Returns how many emulated seconds go by per real second.
    pub(super) fn rate(&self) -> f64 {
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner).map_or(1.0, |anchor| anchor.rate)
    }

    pub(super) fn set_time(&self, time: Timestamp) -> Result<(), EmulatorError> {
        self.change(|anchor| anchor.emulated_ticks = time.ticks())
    }

    pub(super) fn advance(&self, duration: Duration) -> Result<(), EmulatorError> {
        self.change(|anchor| {
            let time = Timestamp::from_ticks(anchor.emulated_ticks).saturating_add(duration);
            anchor.emulated_ticks = time.ticks();
        })
    }

    pub(super) fn set_rate(&self, rate: f64) -> Result<(), EmulatorError> {
        if !(0.0..=RATE_LIMIT).contains(&rate) {
            return Err(EmulatorError::RateOutOfRange { rate });
        }
        self.change(|anchor| anchor.rate = rate)
    }

    /// Lets the clock follow the real time again.
    pub(super) fn reset(&self) -> Result<(), EmulatorError> {
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(EmulatorError::Io { path: self.file.clone(), cause: error.to_string() })
            }
            _ => {
                *anchor = None;
                Ok(())
            }
        }
    }

    /// Changes the clock from this moment on and stores it.
    fn change(&self, change: impl FnOnce(&mut Anchor)) -> Result<(), EmulatorError> {
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let real = (self.real_time)();
        let (emulated, rate) = anchor.map_or((real, 1.0), |anchor| (anchor.time_at(real), anchor.rate));
        let mut changed = Anchor { emulated_ticks: emulated.ticks(), real_ticks: real.ticks(), rate };
        change(&mut changed);
        self.store(&changed)
            .map_err(|error| EmulatorError::Io { path: self.file.clone(), cause: error.to_string() })?;
        *anchor = Some(changed);
        Ok(())
    }

    /// Replaces the file whole, so that a kill leaves the old state or the new (S-14).
    fn store(&self, anchor: &Anchor) -> io::Result<()> {
        let new = self.file.with_extension("new");
        // One that a kill left behind is not written through, whatever it has become since.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(&serde_json::to_vec(anchor)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.file)?;
        #[cfg(unix)]
        if let Some(folder) = self.file.parent() {
            fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for EmulatorClock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EmulatorClock").field("anchor", &self.anchor).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const SECOND: u64 = 10_000_000;
    const START: u64 = 638_572_716_000_000_000;

    fn open(folder: &tempfile::TempDir, real: &Arc<AtomicU64>) -> EmulatorClock {
        let real = Arc::clone(real);
        let real_time: RealTime = Arc::new(move || Timestamp::from_ticks(real.load(Ordering::Relaxed)));
        EmulatorClock::open(folder.path().join("clock.json"), real_time).unwrap()
    }

    #[test]
    fn the_clock_is_set_advanced_and_scaled_and_stays_so_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let real = Arc::new(AtomicU64::new(START));
        let clock = open(&folder, &real);
        let check = |clock: &EmulatorClock, expected: u64| {
            assert_eq!(clock.now(), Timestamp::from_ticks(expected));
        };
        check(&clock, START);
        clock.advance(Duration::from_mins(1)).unwrap();
        real.store(START + SECOND, Ordering::Relaxed);
        check(&clock, START + 61 * SECOND);
        clock.set_rate(10.0).unwrap();
        real.store(START + 2 * SECOND, Ordering::Relaxed);
        check(&clock, START + 71 * SECOND);
        clock.set_time(Timestamp::from_ticks(START)).unwrap();
        real.store(START + 3 * SECOND, Ordering::Relaxed);
        check(&clock, START + 10 * SECOND);
        check(&open(&folder, &real), START + 10 * SECOND);
        // What a kill left behind is in nobody's way.
        fs::write(folder.path().join("clock.new"), "{").unwrap();
        clock.set_rate(0.0).unwrap();
        real.store(START + 99 * SECOND, Ordering::Relaxed);
        check(&clock, START + 10 * SECOND);
        check(&open(&folder, &real), START + 10 * SECOND);
    }

    #[test]
    fn rates_out_of_range_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let clock = open(&folder, &Arc::new(AtomicU64::new(START)));
        assert!(clock.set_rate(RATE_LIMIT).is_ok());
        for rate in [-0.1, RATE_LIMIT + 1.0, f64::INFINITY, f64::NAN] {
            assert!(matches!(clock.set_rate(rate), Err(EmulatorError::RateOutOfRange { .. })), "{rate}");
        }
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clock.json");
        fs::write(&path, "{").unwrap();
        let opened = EmulatorClock::open(path, Arc::new(|| Timestamp::UNIX_EPOCH));
        assert!(matches!(opened, Err(EmulatorError::ClockDamaged { .. })));
    }
}
