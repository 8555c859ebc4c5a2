//! Who may write to which read-only connection, and until when (`ux.md` §5.2).
//!
//! Held in memory, so that a restart ends all. Whether a connection is read-only at all is not known here.
//!
//! **Invariant:** an unlock belongs to one principal in one role, and ends at its time whatever is done meanwhile.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use daemon_core::permission::Role;
use daemon_core::time::Timestamp;

/// The unlocks in force, by principal and connection.
#[derive(Debug, Default)]
pub struct Unlocks(Mutex<HashMap<(String, String), Unlock>>);

#[derive(Clone, Copy, Debug)]
struct Unlock {
    until: Timestamp,
    role: Role,
}

impl Unlocks {
    /// Lets a principal write to a connection until then; replaces an unlock it has.
    pub fn unlock(&self, principal: &str, role: Role, connection: &str, until: Timestamp, now: Timestamp) {
        let mut unlocks = self.locked();
        unlocks.retain(|_, unlock| unlock.until > now);
        unlocks.insert((principal.to_owned(), connection.to_owned()), Unlock { until, role });
    }

    /// Until when a principal may write to a connection; none when it may not.
    pub fn until(&self, principal: &str, role: Role, connection: &str, now: Timestamp) -> Option<Timestamp> {
        let unlocks = self.locked();
        let unlock = unlocks.get(&(principal.to_owned(), connection.to_owned()))?;
        (unlock.until > now && unlock.role == role).then_some(unlock.until)
    }

    /// Ends a principal's unlock of a connection.
    pub fn lock(&self, principal: &str, connection: &str) {
        self.locked().remove(&(principal.to_owned(), connection.to_owned()));
    }

    /// Ends all unlocks of a principal, as its sign-out does.
    pub fn end_of_principal(&self, principal: &str) {
        self.locked().retain(|(of, _), _| of != principal);
    }

    /// Ends everybody's unlock of a connection, as a change of its guards does.
    pub fn end_of_connection(&self, connection: &str) {
        self.locked().retain(|(_, of), _| of != connection);
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<(String, String), Unlock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn after(seconds: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH.saturating_add(Duration::from_secs(seconds))
    }

    #[test]
    fn an_unlock_ends_at_its_time_and_not_before() {
        let unlocks = Unlocks::default();
        unlocks.unlock("owner", Role::SuperAdmin, "c", after(60), after(0));
        let until = |now| unlocks.until("owner", Role::SuperAdmin, "c", after(now));
        assert_eq!((until(0), until(59), until(60)), (Some(after(60)), Some(after(60)), None));
        assert_eq!(until(30), Some(after(60)), "asking does not stretch it");
    }

    #[test]
    fn s_15_an_unlock_is_one_principals_in_one_role_for_one_connection() {
        let unlocks = Unlocks::default();
        unlocks.unlock("a", Role::Editor, "c", after(60), after(0));
        for (principal, role, connection, is_open) in [
            ("a", Role::Editor, "c", true),
            ("b", Role::Editor, "c", false),
            ("a", Role::Admin, "c", false),
            ("a", Role::Editor, "d", false),
        ] {
            let until = unlocks.until(principal, role, connection, after(1));
            assert_eq!(until.is_some(), is_open, "{principal} {role:?} {connection}");
        }
    }

    #[test]
    fn unlocks_end_by_lock_by_sign_out_and_by_the_connections_change() {
        let all = || {
            let unlocks = Unlocks::default();
            for (principal, connection) in [("a", "c"), ("a", "d"), ("b", "c")] {
                unlocks.unlock(principal, Role::Editor, connection, after(60), after(0));
            }
            unlocks
        };
        let open = |unlocks: &Unlocks| {
            [("a", "c"), ("a", "d"), ("b", "c")].map(|(principal, connection)| {
                unlocks.until(principal, Role::Editor, connection, after(1)).is_some()
            })
        };
        let unlocks = all();
        unlocks.lock("a", "c");
        assert_eq!(open(&unlocks), [false, true, true]);
        let unlocks = all();
        unlocks.end_of_principal("a");
        assert_eq!(open(&unlocks), [false, false, true]);
        let unlocks = all();
        unlocks.end_of_connection("c");
        assert_eq!(open(&unlocks), [false, true, false]);
    }
}
