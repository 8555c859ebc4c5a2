//! Who may change a key now.
//!
//! **Invariant:** at most one turn of a key is given out at a time, in the order in which they were asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use daemon_core::names::EntryAddress;
use tokio::sync::OwnedMutexGuard;

/// A key of a connection: connection, whether its store is ordered, and the entry.
type Keyed = (String, bool, EntryAddress);

/// The keys that are being changed.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<Keyed, Arc<tokio::sync::Mutex<()>>>>);

/// The right to change a key, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    keyed: Keyed,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits until nobody else changes the key.
    pub(super) async fn take(&self, connection: &str, is_ordered: bool, address: &EntryAddress) -> Turn<'_> {
        let keyed = (connection.to_owned(), is_ordered, address.clone());
        let lock = {
            let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(keys.entry(keyed.clone()).or_default())
        };
        Turn { turns: self, keyed, guard: Some(lock.lock_owned().await) }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.guard = None;
        let mut keys = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waits holds the lock's handle as well.
        if keys.get(&self.keyed).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            keys.remove(&self.keyed);
        }
    }
}

#[cfg(test)]
mod tests {
    use daemon_core::names::{Key, Scope, StoreName};
    use tokio::sync::oneshot;

    use super::*;

    fn address(key: &str) -> EntryAddress {
        EntryAddress {
            store: StoreName::parse("s").unwrap(),
            scope: Scope::global(),
            key: Key::parse(key).unwrap(),
        }
    }

    #[tokio::test]
    async fn s_37_the_turns_of_a_key_follow_each_other_and_other_keys_do_not_wait() {
        let turns = Arc::new(Turns::default());
        let first = turns.take("c", false, &address("a")).await;
        turns.take("c", false, &address("b")).await;
        turns.take("c", true, &address("a")).await;
        turns.take("d", false, &address("a")).await;
        let (done, mut was_done) = oneshot::channel();
        let waiting = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move {
                turns.take("c", false, &address("a")).await;
                done.send(()).unwrap();
            }
        });
        tokio::task::yield_now().await;
        assert!(was_done.try_recv().is_err());
        drop(first);
        waiting.await.unwrap();
        assert!(was_done.try_recv().is_ok());
        assert!(turns.0.lock().unwrap().is_empty(), "keys nobody changes are forgotten");
    }
}
