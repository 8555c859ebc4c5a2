//! How often, and how many: the daemon's own limits (S-64). Each refusal is `GEN010`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use daemon_core::time::Timestamp;

/// Connections served at a time.
pub const CONNECTION_LIMIT: usize = 512;

/// Sockets that have not yet said `hello`, at a time (S-06).
pub const PENDING_UPGRADE_LIMIT: usize = 64;

/// Open sockets of one principal (S-06).
pub const SOCKETS_PER_PRINCIPAL: usize = 32;

/// Requests one socket may have under way.
pub const REQUESTS_PER_SOCKET: usize = 64;

/// Largest body of an HTTP request, in bytes.
pub const BODY_LIMIT_BYTES: usize = 8 << 20;

/// Largest body of a request without a credential, in bytes.
pub const EXCHANGE_LIMIT_BYTES: usize = 16 << 10;

/// Requests without a credential (sign-in, proof, pairing) that are answered in one [`RATE_WINDOW`].
pub const UNAUTHENTICATED_PER_WINDOW: u32 = 300;

/// Passphrases that may be tried in one [`RATE_WINDOW`]: enough for a slip of the finger, not for guessing.
pub const VAULT_TRIES_PER_WINDOW: u32 = 5;

/// The window of [`UNAUTHENTICATED_PER_WINDOW`] and [`VAULT_TRIES_PER_WINDOW`].
pub const RATE_WINDOW: Duration = Duration::from_mins(1);

/// Counts events in a fixed window.
#[derive(Debug)]
pub struct RateLimit {
    limit: u32,
    window: Duration,
    state: Mutex<(Timestamp, u32)>,
}

impl RateLimit {
    /// Lets `limit` events through per window.
    pub fn new(limit: u32, window: Duration) -> Self {
        Self { limit, window, state: Mutex::new((Timestamp::MIN, 0)) }
    }

    /// Counts an event at `now`; `false` when it is one too many.
    pub fn admit(&self, now: Timestamp) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_since(state.0) >= self.window {
            *state = (now, 0);
        }
        if state.1 >= self.limit {
            return false;
        }
        state.1 += 1;
        true
    }
}

/// Counts what each principal has open.
#[derive(Clone, Debug, Default)]
pub struct OpenCounts(Arc<Mutex<HashMap<String, usize>>>);

/// One thing a principal has open; counted until it is dropped.
#[derive(Debug)]
pub struct OpenCount {
    counts: OpenCounts,
    principal: String,
}

impl OpenCounts {
    /// Counts one more, unless that is over `limit`.
    pub fn take(&self, principal: &str, limit: usize) -> Option<OpenCount> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(principal.to_owned()).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(OpenCount { counts: self.clone(), principal: principal.to_owned() })
    }
}

impl Drop for OpenCount {
    fn drop(&mut self) {
        let mut counts = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.principal) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.principal);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_limit_holds_at_limit_and_limit_plus_one() {
        let limit = RateLimit::new(2, Duration::from_mins(1));
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!([limit.admit(now), limit.admit(now), limit.admit(now)], [true, true, false]);
        assert!(limit.admit(now.saturating_add(Duration::from_mins(1))));
    }

    #[test]
    fn open_counts_hold_at_limit_and_free_on_drop() {
        let counts = OpenCounts::default();
        let first = counts.take("a", 1).unwrap();
        assert!(counts.take("a", 1).is_none());
        assert!(counts.take("b", 1).is_some(), "each principal has its own count");
        drop(first);
        assert!(counts.take("a", 1).is_some());
    }
}
